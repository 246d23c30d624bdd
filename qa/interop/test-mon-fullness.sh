#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our monitor, told by an OSD of ours and by a genuine one how full they are: what it shows, what clients learn of it; and
# pools that have reached their quotas.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-osd rados

lacks() {
    ! prints "$@"
}
rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" "$@"
}
comes() {
    wait_until 60 prints "$1" genuine_ceph health detail
}
goes() {
    wait_until 60 lacks "$1" genuine_ceph health detail
}

osd_programs[1]=$genuine_bin/ceph-osd
check "our monitor starts" start_our_mon a "mon_tick_interval = 1" "osd_mon_report_interval = 1" \
    "osd_heartbeat_interval = 1" "${osd_section[@]}" "osd_objectstore = memstore" "memstore_device_bytes = 67108864"
check "an OSD of ours boots" eval 'new_osd 0 && run_osd 0'
check "a genuine one, too" eval 'new_osd 1 && run_osd 1'
for i in 0 1; do
    genuine_ceph osd crush add-bucket "root$i" root >/dev/null 2>&1
    genuine_ceph osd crush create-or-move "$i" 1 "root=root$i" >/dev/null 2>&1
    genuine_ceph osd crush move "osd.$i" "root=root$i" >/dev/null 2>&1
    genuine_ceph osd crush rule create-simple "rule$i" "root$i" osd >/dev/null 2>&1
    check "a pool on osd.$i alone" genuine_ceph osd pool create "p$i" 4 4 replicated "rule$i"
done
check "the pools are served" wait_until 60 prints ' 8 active+clean' genuine_ceph -s
head -c 16777216 /dev/zero >"$tmp/large"
for i in 0 1; do
    check "a quarter of osd.$i is filled" rados -p "p$i" put large "$tmp/large"
    check "it is near full" eval 'ratios 0.2 0.8 0.9 && comes "OSD_NEARFULL: 1 nearfull osd(s)" && comes "osd.$i is near full"'
    check "so is its pool, and no other" eval 'comes "POOL_NEARFULL: 1 pool(s) nearfull" && comes "p$i. is nearfull"'
    check "it is written to" rados -p "p$i" put small "$conf"
    check "it is too full for others' data" eval 'ratios 0.1 0.2 0.9 && comes "osd.$i is backfill full" && comes "p$i. is backfillfull"'
    check "it is full" eval 'ratios 0.1 0.15 0.2 && comes "HEALTH_ERR 1 full osd(s)" && comes "osd.$i is full"'
    check "the map says so" prints "^osd.$i .* exists,full,up\|^osd.$i .* exists,up,full" genuine_ceph osd dump
    check "so is its pool, without space" comes "p$i. is full (no space)"
    check "the other one is not" rados -p "p$((1 - i))" put small "$conf"
    check "what is there can be read" eval 'rados -p "p$i" get large - | cmp - "$tmp/large"'
    check "and removed" rados -p "p$i" rm large --force-full
    check "then there is room again" eval 'ratios 0.85 0.9 0.95 && goes FULL'
    check "and it is written to" rados -p "p$i" put small "$conf"
done

check "a quota of objects" prints 'set-quota max_objects = 3 for pool p0' genuine_ceph osd pool set-quota p0 max_objects 3
check "what is left of it" wait_until 60 prints 'max objects: 3 objects  (current num objects: 1 objects)' \
    genuine_ceph osd pool get-quota p0
rados -p p0 put two "$conf"
rados -p p0 put three "$conf"
check "it is reached" eval 'comes "POOL_FULL: 1 pool(s) full" && comes "p0. is full (running out of quota)"'
check "the pool says so" prints 'full,full_quota max_objects 3' genuine_ceph osd pool ls detail
check "a larger quota lets it be written to again" eval 'genuine_ceph osd pool set-quota p0 max_objects 1000 &&
    goes POOL_FULL && rados -p p0 put four "$conf"'
check "a quota of bytes" eval 'genuine_ceph osd pool set-quota p1 max_bytes 10 && comes "p1. is full (running out of quota)"'
check "without one it is written to again" eval 'genuine_ceph osd pool set-quota p1 max_bytes 0 && goes POOL_FULL &&
    rados -p p1 put small "$conf"'
check "the cluster log tells of both" eval 'genuine_ceph log last 50 | grep -q "p0. is full" &&
    genuine_ceph log last 50 | grep -q "p0. is within its quota again"'
check "fewer OSDs than copies" eval 'genuine_ceph config set mon osd_pool_default_size 3 &&
    comes "TOO_FEW_OSDS: OSD count 2 < osd_pool_default_size 3"'
tap_end
