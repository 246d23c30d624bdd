#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What monitors show of OSDs, pools and placement groups: a genuine monitor with a genuine manager against ours without
# one, each with a genuine OSD.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mgr ceph-mon ceph-osd rados
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"

top=$tmp
osd_program=$genuine_bin/ceph-osd
lines=("${size_one[@]}" "mon_tick_interval = 1" "osd_mon_report_interval = 1" "mgr_tick_period = 1" "mgr_stats_period = 1"
    'mgr_data = $run_dir/mgr.$id' "${osd_section[@]}" "osd_objectstore = memstore")

# in_folder NAME: what is made from now on has a folder of its own.
in_folder() {
    tmp=$top/$1
    mkdir "$tmp"
}
lacks() {
    ! prints "$@"
}
# The pool that a genuine manager makes for itself is there in both.
fill() {
    new_osd 0 && run_osd 0 || return
    [ "$1" = genuine ] || genuine_ceph osd pool create device_health_metrics 1 || return
    wait_until 60 prints device_health_metrics genuine_ceph osd pool ls && genuine_ceph osd pool create p 4 &&
        genuine_ceph osd pool application enable p rbd &&
        "$genuine_bin/rados" -c "$conf" -p p put object "$conf" &&
        genuine_ceph osd pool create nameless 1 &&
        "$genuine_bin/rados" -c "$conf" -p nameless put object "$conf" &&
        wait_until 60 prints ' 6 active+clean' genuine_ceph -s && wait_until 60 prints 'objects: 2 objects' genuine_ceph -s &&
        wait_until 60 prints '1 pool(s) do not have an application enabled' genuine_ceph health &&
        wait_until 60 lacks '_sec' genuine_ceph pg stat -f json
}

in_folder genuine
start_genuine_mon a "${lines[@]}" || { echo "Bail out! genuine ceph-mon does not start"; exit 1; }
genuine_conf=$conf
{ start_genuine_mgr x && fill genuine; } >"$tmp/fill.out" 2>&1 || {
    sed 's/^/# /' "$tmp/fill.out"
    echo "Bail out! the genuine cluster does not start"
    exit 1
}
in_folder ours
start_our_mon a "${lines[@]}"
fill ours >"$tmp/fill.out" 2>&1 || {
    sed 's/^/# /' "$tmp/fill.out"
    echo "Bail out! the genuine OSD does not start under our monitor"
    exit 1
}
tap_ended=1 # from here on the TAP is that of the program
timeout 300 /usr/bin/python3 "$srcdir/qa/interop/mon_shapes.py" "$genuine_conf" "$conf" osds
