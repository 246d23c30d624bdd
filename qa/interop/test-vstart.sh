#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What src/vstart.sh leaves behind works with ours and with genuine ceph, and src/stop.sh ends it; TAP.
set -u
srcdir=$(realpath "${srcdir:-.}")
# shellcheck source=qa/interop/tap.sh
. "$srcdir/qa/interop/tap.sh"
genuine=${GENUINE_CEPH:-/usr/bin/ceph}
[ -x "$genuine" ] || skip_all "genuine ceph is not installed"

start() {
    BUILD_DIR=$build MON=1 OSD=0 "$srcdir/src/vstart.sh" "$@"
}

stop() {
    "$srcdir/src/stop.sh"
}

ours() {
    timeout 60 "$build/src/tools/ceph" -c ceph.conf "$@"
}

genuine() {
    timeout 120 "$genuine" -c ceph.conf --connect-timeout 60 "$@"
}

all_is_here() {
    [ -s ceph.conf ] && [ -s keyring ] && [ -d dev/mon.a ] && [ -s out/mon.a.log ] && [ -s out/mon.a.pid ]
}

ended() {
    local pid=$1
    stop && ! kill -0 "$pid" && [ ! -e out/mon.a.pid ]
}

same_cluster() {
    [ "$(ours fsid)" = "$1" ] && [ "$(ours config-key get kept)" = "from before" ]
}

another_cluster() {
    [ "$(ours fsid)" = "$(sed -n 's/^fsid = //p' ceph.conf)" ] && ! grep -qF "$1" ceph.conf
}

in_effect() {
    ours daemon "$PWD/out/mon.a.asok" config get "$1" | grep -qF "\"$2\""
}

refuses() {
    local line=$1
    shift
    ! "$@" 2>refusal && [ "$(wc -l <refusal)" = 1 ] && grep -qF "$line" refusal
}

mkdir "$tmp/cluster" && cd "$tmp/cluster" || exit
on_exit stop

check "a new cluster, with cephx" start -n
check "ceph.conf, keyring, dev and out are there" all_is_here
check "ours: ceph -s" ours -s
check "genuine: ceph -s" genuine -s
check "cephx it is" grep -q '^auth_client_required = cephx' ceph.conf
check "without the key nobody is let in" refuses "" genuine -k /dev/null -s
fsid=$(ours fsid)
ours config-key set kept "from before" >/dev/null 2>&1
check "it ends" ended "$(<out/mon.a.pid)"
check "the same one starts again" start
check "with what was in it" same_cluster "$fsid"

check "another one instead, without cephx, with an option" start -n -X -o 'mon_max_log_entries_per_event = 1234'
check "it is another one" another_cluster "$fsid"
check "genuine needs no key" genuine -k /dev/null -s
check "the option is in effect" in_effect mon_max_log_entries_per_event 1234
check "it ends, too" ended "$(<out/mon.a.pid)"

if [ ! -e /sys/class/infiniband ] || [ -z "$(ls /sys/class/infiniband)" ]; then
    check "--rdma where there is no device" refuses "there is no RDMA device" start -n --rdma
fi
check "an option that there is not" refuses "unknown option --nonesuch" start --nonesuch
tap_end
