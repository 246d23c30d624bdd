# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# model-lib.sh: three OSDs of ours, which keep objects on disk, under our monitor, with cephx; rados_model at work on
# them. To be sourced, with $srcdir set; sources our-mon.sh, osd.sh and model.sh.

# shellcheck source=qa/interop/our-mon.sh
. "${srcdir:-.}/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "${srcdir:-.}/qa/interop/osd.sh"
# shellcheck source=qa/model.sh
. "${srcdir:-.}/qa/model.sh"
need_genuine ceph ceph-authtool
model_osds=(0 1 2)

# An OSD that is silent is soon found dead.
start_model_mon() {
    start_our_mon a "mon_osd_min_down_reporters = 1" "osd_heartbeat_interval = 1" "osd_heartbeat_grace = 4" \
        "mon_tick_interval = 1" "osd_mon_report_interval = 1" "${osd_section[@]}" "osd_objectstore = kvstore"
}

make_pool() {
    genuine_ceph osd pool create p 24
}

# run_model_osd ID: until it serves what it has.
run_model_osd() {
    run_osd "$1" && wait_until 60 is_active "$1"
}

is_active() {
    our_ceph daemon "osd.$1" status | grep -q '"state": "active"'
}

each_osd() {
    local id

    for id in "${model_osds[@]}"; do
        "$@" "$id" || return
    done
}

# Each store, when its OSD has gone.
store_is_clean() {
    stop_osd "$1" && "$build/src/tools/ceph-objectstore-tool" --data-path "$tmp/osd.$1" --op fsck
}
