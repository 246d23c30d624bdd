# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mixed-cluster.sh: a genuine monitor with a genuine OSD and OSDs of ours, all with stores in memory, and pools of size 1
# on either kind. To be sourced, with $srcdir set; sources osd.sh.

# shellcheck source=qa/interop/osd.sh
. "${srcdir:-.}/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon ceph-osd monmaptool rados

# start_mixed_cluster COUNT [LINE...]: osd.0 is genuine and has the pool pg; osd.1 to osd.COUNT are ours and have po.
# Further lines of ceph.conf are for OSDs. Ends the test if it does not start.
start_mixed_cluster() {
    local count=$1

    shift
    start_mon_for_osds memstore "osd_class_update_on_start = false" "osd_crush_update_on_start = false" "$@"
    osd_programs[0]=$genuine_bin/ceph-osd
    make_mixed_cluster "$count" >"$tmp/setup.out" 2>&1 && return
    tail -n 20 "$tmp/setup.out" "$tmp"/osd.?.out | sed 's/^/# /'
    echo "Bail out! the OSDs do not start"
    exit 1
}

make_mixed_cluster() { # COUNT
    local id root=genuine

    for id in $(seq 0 "$1"); do
        new_osd "$id" && genuine_ceph osd crush add "osd.$id" 1 host="host$id" root="$root" && run_osd "$id" || return
        root=ours
    done
    genuine_ceph osd crush rule create-replicated genuine genuine osd &&
        genuine_ceph osd crush rule create-replicated ours ours osd &&
        genuine_ceph osd pool create pg 8 8 replicated genuine && genuine_ceph osd pool create po 8 8 replicated ours
}
