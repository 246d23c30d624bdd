#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The one list of the Debian packages that this project needs, and the way to get them: only what is missing is
# installed, and apt is left alone when nothing is.
set -eu
cd "$(dirname "$0")"

usage() {
    cat <<END
Usage: install-deps.sh [--print] PART...
Install what a part needs, on Debian 12.

  build   to build and install the programs
  demo    to run ./run-demo.sh: also the virtual machine with its RDMA devices
  test    to run ./run-make-check.sh: also the compilers, checkers and genuine Ceph programs that tests use

  --print only print the names of the packages
END
}

packages_of() {
    case $1 in
    build)
        echo autoconf automake gcc libc6-dev libtool make pkg-config xz-utils
        echo libisal-dev libjansson-dev librocksdb-dev libsmartcols-dev libssl-dev
        echo libibverbs-dev librdmacm-dev libsystemd-dev
        ;;
    demo)
        packages_of build
        qa/rdma-vm --packages
        ;;
    test)
        packages_of demo
        echo clang clang-format libclang-rt-14-dev libcmocka-dev shellcheck
        echo ceph-base ceph-common ceph-mon ceph-osd fio python3-rados
        echo iproute2 man-db procps
        ;;
    *)
        echo "install-deps.sh: no part '$1': the parts are build, demo and test" >&2
        exit 2
        ;;
    esac
}

print=no
case ${1:-} in
--help | -h)
    usage
    exit 0
    ;;
--print)
    print=yes
    shift
    ;;
esac
[ $# -gt 0 ] || {
    usage >&2
    exit 2
}
wanted=$(for part; do packages_of "$part"; done | tr ' ' '\n' | sort -u)
if [ $print = yes ]; then
    echo "$wanted"
    exit 0
fi
# dpkg-query fails when it does not know one of them
# shellcheck disable=SC2086 # one word each
have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p') || true
missing=$(echo "$wanted" | grep -vxF "${have:-none}" | tr '\n' ' ') || true
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "install-deps.sh: as root: apt-get install $missing" >&2
    exit 1
fi
echo "Installing: $missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086 # one word each
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install $missing >/dev/null
