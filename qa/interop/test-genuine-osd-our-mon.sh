#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A genuine ceph-osd on bluestore under our monitor, with cephx: registered, booted, asked to make placement groups, seen
# in what the monitor shows without a manager, killed, restarted; then one of ours beside it.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-osd rados

rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" "$@"
}
same_object() {
    rados -p "$1" get "$2" "$tmp/got" && cmp "$tmp/got" "$tmp/in"
}
# Objects on every OSD: 32 of them.
put_many() {
    for i in $(seq 32); do
        rados -p "$1" put "many$i" "$tmp/small" || return
    done
}
get_many() {
    for i in $(seq 32); do
        rados -p "$1" get "many$i" - | cmp - "$tmp/small" || return
    done
}

osd_programs[0]=$genuine_bin/ceph-osd
check "our monitor starts" start_our_mon a "osd_heartbeat_interval = 1" \
    "osd_heartbeat_grace = 4" "mon_tick_interval = 1" "mon_osd_min_down_reporters = 1" "osd_mon_report_interval = 1" \
    "${osd_section[@]}" "osd_objectstore = memstore"
printf '[osd.0]\n\tosd_objectstore = bluestore\n\tbluestore_block_size = 2147483648\n' >>"$conf"
head -c 3000000 /dev/urandom >"$tmp/in"
printf small >"$tmp/small"

check "a genuine OSD is registered and its data made" new_osd 0
check "a pool is made before it boots" genuine_ceph osd pool create early 4
check "it boots" run_osd 0
check "its version is genuine" prints '"ceph version 16.*": 1' genuine_ceph osd versions
check "it is in the crush hierarchy, with its class" prints '^ 0  *hdd .* osd.0  *up ' genuine_ceph osd tree
check "the placement groups of the pool are made" wait_until 60 prints '4 active+clean' genuine_ceph -s
check "those of another one, too" eval \
    'genuine_ceph osd pool create p 8 && wait_until 60 prints "12 active+clean" genuine_ceph -s'
check "genuine rados puts and gets" eval 'rados -p p put object "$tmp/in" && same_object p object'
check "it tells its space" wait_until 60 prints 'usage: .* / 2 GiB avail' genuine_ceph -s
check "and its objects" wait_until 60 prints 'objects: 1 objects, 2.9 MiB' genuine_ceph -s
check "ceph df" prints '^p  *2  *8  *2.9 MiB  *1 ' genuine_ceph df
check "osd df" prints '^ 0  *hdd .* 12  *up$' genuine_ceph osd df
check "osd df tree" prints '^ 0  *hdd .* 12  *up          osd.0$' genuine_ceph osd df tree
check "pg ls-by-osd" prints '^2.7 .*active+clean.*\[0\]p0' genuine_ceph pg ls-by-osd 0
check "no manager is shown" prints 'mgr: no daemons active' genuine_ceph -s
check "ceph tell reaches it" prints '"osd_fsid"' genuine_ceph tell osd.0 status
"$genuine_bin/rados" -c "$conf" -p p bench 120 write -b 4096 -t 4 >"$tmp/bench.out" 2>&1 &
bench=$!
on_exit stop "$bench"
check "client I/O is shown" wait_until 90 prints 'op/s wr' genuine_ceph -s
check "per pool, too" prints 'client io .* op/s wr' genuine_ceph osd pool stats p
stop "$bench"

check "osd down, and it comes back" eval 'genuine_ceph osd down 0 && wait_until 60 osd_is 0 up'
check "the groups are as before" wait_until 60 prints '12 active+clean' genuine_ceph -s
check "the monitor starts again" eval 'stop "$mon_pid" && run_our_mon a'
check "it is told of the groups" wait_until 60 prints '12 active+clean' genuine_ceph -s

check "an OSD of ours boots beside it" eval 'new_osd 1 && run_osd 1'
check "a pool on both" eval 'genuine_ceph osd pool create both 16 && wait_until 60 prints " 28 active+clean" genuine_ceph -s'
check "both have groups of it" eval '[ "$(genuine_ceph pg ls-by-pool both | grep -c "\[0\]p0")" -gt 0 ] &&
    [ "$(genuine_ceph pg ls-by-pool both | grep -c "\[1\]p1")" -gt 0 ]'
check "genuine rados puts and gets on both" eval 'put_many both && get_many both'
check "the genuine one is killed: ours finds out" eval 'kill_osd 0 && wait_until 60 osd_is 0 down'
check "its groups are stale" wait_until 60 prints 'stale+active+clean' genuine_ceph -s
check "they are stuck at that" prints 'stale.active.clean  *\[0\] ' genuine_ceph pg dump_stuck stale 0
check "it comes back, with its objects" eval 'run_osd 0 && get_many both'
check "nothing is stale any more" wait_until 180 prints 'pgs:  *28 active+clean' genuine_ceph -s
check "it goes with a word" eval 'stop_osd 0 && osd_is 0 down'
tap_end
