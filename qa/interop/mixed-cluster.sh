# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mixed-cluster.sh: a genuine monitor with a genuine OSD and OSDs of ours, all with stores in memory, and pools of size 1
# on either kind. To be sourced, with $srcdir set; sources genuine.sh.

# shellcheck source=qa/interop/genuine.sh
. "${srcdir:-.}/qa/interop/genuine.sh"
need_genuine ceph ceph-mon ceph-osd monmaptool rados

# start_mixed_cluster COUNT [LINE...]: osd.0 is genuine and has the pool pg; osd.1 to osd.COUNT are ours and have po.
start_mixed_cluster() {
    local count=$1 id

    shift
    start_genuine_cluster memstore unused "$@" || { sed 's/^/# /' "$tmp/osd.out"; return 1; }
    for id in $(seq "$count"); do
        run_our_osd "$id" || return
    done
    genuine_ceph osd crush rule create-replicated genuine default osd &&
        genuine_ceph osd crush rule create-replicated ours ours osd &&
        genuine_ceph osd pool create pg 8 8 replicated genuine && genuine_ceph osd pool create po 8 8 replicated ours
} 2>"$tmp/mixed.err"

run_our_osd() { # ID
    local uuid

    uuid=$(cat /proc/sys/kernel/random/uuid)
    [ "$(genuine_ceph osd new "$uuid" "$1")" = "$1" ] && genuine_ceph osd crush add "osd.$1" 1 host="ours$1" root=ours &&
        "$build/src/osd/ceph-osd" -c "$conf" -i "$1" --mkfs --osd-uuid "$uuid" >"$tmp/mkfs.$1" 2>&1 || return
    "$build/src/osd/ceph-osd" -c "$conf" -i "$1" -f >>"$tmp/osd.$1.out" 2>&1 &
    on_exit stop $!
    wait_until 60 eval "genuine_ceph osd dump | grep -q '^osd\\.$1 up'"
}
