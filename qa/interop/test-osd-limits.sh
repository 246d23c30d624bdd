#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What our ceph-osd refuses, and with which error, as genuine python3-rados and rados see it: names and sizes beyond the
# limits, and writes to a cluster that is full.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon monmaptool rados
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
start_mon_for_osds memstore "memstore_device_bytes = 64M"

objects() {
    timeout -k 5 120 /usr/bin/python3 "$srcdir/qa/interop/osd_objects.py" "$conf" "$@"
}
rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}
healthy_but() {
    wait_until 60 eval "genuine_ceph health detail | grep -q $1"
}

check "an OSD is registered and made" new_osd 0
check "it boots" run_osd 0
check "a pool is made" genuine_ceph osd pool create p 8 8
check "names and sizes beyond the limits" objects limits
check "an object and its snapshots are listed" eval 'rados listsnaps object | grep -q "^head.*-.*1$"'

head -c 16777216 /dev/zero >"$tmp/large"
check "a quarter of the store is filled" rados put large "$tmp/large"
check "that is near full" eval 'ratios 0.2 0.8 0.9 && healthy_but OSD_NEARFULL'
check "objects are still written" rados put another "$tmp/osd.0.out"
check "that is full" eval 'ratios 0.1 0.15 0.2 && healthy_but OSD_FULL'
check "nothing grows, but what is there can go" objects full
check "then there is room again" eval 'wait_until 60 eval "! genuine_ceph health detail | grep -q FULL"'
check "and objects are written" rados put another "$tmp/osd.0.out"
tap_end
