#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shows what this project does, on a bare Debian 12: installs what the build needs, builds, runs a monitor, an OSD and
# clients over TCP and over RDMA, and compares the two. See --help.

set -u
cd "$(dirname "$0")" || exit
readonly vm_timeout=900

usage() {
    cat <<END
Usage: run-demo.sh
Install what the build needs (Debian 12, as root), build, and show a monitor, an OSD and clients at work: over TCP on this
machine, and over RDMA, on this machine's RDMA device if it has one, otherwise in a virtual machine with soft-RoCE. It ends
with a table of what both took. Nothing is left behind but the packages and the build (in place if the tree is
configured in place, otherwise in build/). The exit status is 0 only if everything worked.
END
}

step() {
    printf '\n=== %s\n' "$*"
}

fail() {
    echo "run-demo.sh: $*" >&2
    exit 1
}

# quietly LOG COMMAND...: the output is for the case that it fails.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        return 1
    }
}

build() {
    [ -x configure ] || quietly "$work/autogen.log" ./autogen.sh || return
    if [ ! -f "$build/Makefile" ]; then
        mkdir -p "$build"
        (cd "$build" && quietly "$work/configure.log" "$OLDPWD/configure") || return
    fi
    make -j"$(nproc)" -C "$build" V=0 >"$work/make.out" 2>"$work/make.err" &
    local make=$!
    local start=$SECONDS told=0
    while kill -0 $make 2>/dev/null; do
        sleep 1
        if [ -t 1 ]; then
            printf '\r    %s files compiled ' "$(grep -c '^  CC ' "$work/make.out")"
        elif [ $(((SECONDS - start) / 20)) -gt $told ]; then
            told=$(((SECONDS - start) / 20))
            echo "    $(grep -c '^  CC ' "$work/make.out") files compiled"
        fi
    done
    wait $make || {
        tail -n 30 "$work/make.err" >&2
        return 1
    }
    [ ! -t 1 ] || echo
}

has_rdma_device() {
    command -v rdma >/dev/null && rdma link 2>/dev/null | grep -q 'state ACTIVE.* netdev'
}

main() {
    case ${1:-} in
    '') ;;
    --help | -h)
        usage
        exit 0
        ;;
    *) fail "unknown option $1 (see --help)" ;;
    esac
    build=build
    [ ! -f config.status ] || build=.
    work=$(mktemp -d -t ceph-demo.XXXXXX) || exit
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP

    step "1 of 5: installing what is missing of the packages that build and demonstration need"
    ./install-deps.sh demo || fail "the packages could not be installed"
    step "2 of 5: building in $(realpath -m "$build")"
    build || fail "the build failed"
    build=$(realpath "$build")
    export BUILD_DIR=$build

    step "3 of 5: a monitor, an OSD and clients over TCP, on this machine"
    mkdir "$work/tcp" "$work/rdma"
    qa/demo-session tcp "$work/tcp" || fail "over TCP it did not work"

    local where=VM
    if has_rdma_device; then
        where=here
        step "4 of 5: the same over RDMA, on this machine's own device"
        qa/demo-session rdma "$work/rdma" || fail "over RDMA it did not work"
    else
        step "4 of 5: the same over RDMA, in a virtual machine with soft-RoCE (there is no RDMA device here)"
        qa/rdma-vm --timeout $vm_timeout --rw "$work/rdma" -- "$PWD/qa/demo-session" rdma "$work/rdma" ||
            fail "over RDMA it did not work"
    fi

    step "5 of 5: what a message and its answer took and how much went through, and what writing an object took"
    qa/demo-session table "TCP, here" "$work/tcp/tcp" "TCP, ${where/VM/in the virtual machine}" "$work/rdma/tcp" \
        "RDMA, ${where/VM/in the virtual machine}" "$work/rdma/rdma" || fail "there are no figures"
    [ $where = here ] || echo "    The virtual machine's processor is emulated: compare its two lines with each other only."
    echo
    echo "All of it worked. To go on: README.md, and doc/rsockets-howto.md for a setup of your own."
}

main "$@"
