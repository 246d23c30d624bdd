#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What our ceph-osd refuses, and with which error, as genuine python3-rados and rados see it: names and sizes beyond the
# limits, and writes to a cluster that is full.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/genuine.sh
. "$srcdir/qa/interop/genuine.sh"
need_genuine ceph ceph-mon monmaptool rados
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
start_genuine_mon a "mon_allow_pool_size_one = true" "osd_pool_default_size = 1" "osd_pool_default_min_size = 1" \
    "osd_pool_default_pg_autoscale_mode = off" "[osd]" "public_addr = 127.0.0.1" "osd_data = $tmp/osd.\$id" \
    "osd_objectstore = memstore" "memstore_device_bytes = 64M" ||
    { echo "Bail out! genuine ceph-mon does not start"; exit 1; }
osd=$build/src/osd/ceph-osd
uuid=$(cat /proc/sys/kernel/random/uuid)

run_osd() {
    "$osd" -c "$conf" -i 0 -f >>"$tmp/osd.out" 2>&1 &
    # shellcheck disable=SC2034 # eval uses it
    osd_pid=$!
    wait_until 60 eval 'genuine_ceph osd dump | grep -q "^osd\.0 up"'
}
objects() {
    timeout -k 5 120 /usr/bin/python3 "$srcdir/qa/interop/osd_objects.py" "$conf" "$@"
}
rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}
healthy_but() {
    wait_until 60 eval "genuine_ceph health detail | grep -q $1"
}
ratios() { # NEARFULL BACKFILLFULL FULL
    genuine_ceph osd set-nearfull-ratio "$1" && genuine_ceph osd set-backfillfull-ratio "$2" &&
        genuine_ceph osd set-full-ratio "$3"
}

genuine_ceph osd new "$uuid" 0 >/dev/null
"$osd" -c "$conf" -i 0 --mkfs --osd-uuid "$uuid" >"$tmp/mkfs.out" 2>&1
check "the OSD boots" run_osd
on_exit eval 'stop "$osd_pid"'
check "a pool is made" genuine_ceph osd pool create p 8 8
check "names and sizes beyond the limits" objects limits
check "an object and its snapshots are listed" eval 'rados listsnaps object | grep -q "^head.*-.*1$"'

head -c 16777216 /dev/zero >"$tmp/large"
check "a quarter of the store is filled" rados put large "$tmp/large"
check "that is near full" eval 'ratios 0.2 0.8 0.9 && healthy_but OSD_NEARFULL'
check "objects are still written" rados put another "$tmp/osd.out"
check "that is full" eval 'ratios 0.1 0.15 0.2 && healthy_but OSD_FULL'
check "nothing grows, but what is there can go" objects full
check "then there is room again" eval 'wait_until 60 eval "! genuine_ceph health detail | grep -q FULL"'
check "and objects are written" rados put another "$tmp/osd.out"
tap_end
