#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Clients of ours at work over RDMA, while our OSD is killed and the link cut, for moments and until connections end: no
# write that was acknowledged is lost, no byte is wrong, nothing is done twice. Runs in qa/rdma-vm.
set -u
export srcdir=${srcdir:-.}
# shellcheck source=qa/rdma/facts.sh
. "$srcdir/qa/rdma/facts.sh"
# shellcheck source=qa/model.sh
. "$srcdir/qa/model.sh"
model_clients=2
conf=ceph.conf

vstart() {
    BUILD_DIR=$build "$srcdir/src/vstart.sh" "$@"
}
start_cluster() {
    OSD=1 vstart -n --rdma --kvstore -o 'ms_rsockets_keepalive_interval = 2' -o 'ms_rsockets_keepalive_timeout = 4' &&
        timeout 120 "$build/src/tools/ceph" -c "$conf" osd pool create p 4
}
stop_cluster() {
    "$srcdir/src/stop.sh"
}
kill_osd() {
    local pid

    pid=$(<out/osd.0.pid)
    kill -9 "$pid" && wait_until 60 is_gone "$pid"
}
kill_and_run() {
    kill_osd && vstart -N osd.0
}
# cut SECONDS [END]
cut() {
    "$RDMA_VM_LINK" cut "${@:2}" && sleep "$1" && "$RDMA_VM_LINK" heal
}
kill_while_cut() {
    "$RDMA_VM_LINK" cut && kill_osd && "$RDMA_VM_LINK" heal && vstart -N osd.0
}
store_is_clean() {
    stop_cluster && "$build/src/tools/ceph-objectstore-tool" --data-path dev/osd.0 --op fsck
}

mkdir "$tmp/cluster" && cd "$tmp/cluster" || exit
on_exit stop_cluster
check "a monitor and an OSD start, over RDMA alone" start_cluster
note_counters
check "the model holds while the OSD is killed and the link cut" model_holds_through kill_and_run "cut 1" "cut 1 0" \
    "cut 1 1" kill_while_cut "cut 6"
check "the devices' counters cover it, each way" counters_cover 1000000
check "by TCP nobody was connected" equal "$(ss -Htn state established | wc -l)" 0
check "the store is clean" store_is_clean
tap_end
