#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our librados when OSDs and monitors are killed, stopped or paused, under a genuine monitor: every operation is
# carried out exactly once, or ends with the error that genuine librados gives. $faults_osd is genuine, or ours for what
# OSDs promise alone.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon ceph-osd monmaptool rados
faults_osd=${faults_osd:-genuine}
if [ "$faults_osd" = ours ]; then
    start_osd_cluster kvstore p
else
    osd_program=$genuine_bin/ceph-osd
    start_osd_cluster bluestore p
fi
model_seconds=${model_seconds:-25}

ours() {
    timeout -k 5 120 "$build/src/tools/rados" -c "$conf" -p p "$@"
}
# While $1 runs: kills the OSD, has it declared down, pauses the cluster, stops the OSD for a while.
disturb() {
    local pid=$1 kills=0

    while ! is_gone "$pid"; do
        kill_osd 0 && run_osd 0 || return
        kills=$((kills + 1))
        is_gone "$pid" && break
        sleep 2
        genuine_ceph osd down 0
        wait_until 60 osd_is 0 up
        sleep 1
        genuine_ceph osd set pause && sleep 1 && genuine_ceph osd unset pause
        kill -STOP "${osd_pids[0]}" && sleep 1 && kill -CONT "${osd_pids[0]}"
    done
    echo "killed $kills times"
    [ "$kills" -gt 0 ]
}
model_through_faults() {
    local pid

    "$build/src/test/librados/rados_model" "$conf" p 4 "$model_seconds" "$RANDOM" &
    pid=$!
    on_exit stop "$pid"
    disturb "$pid" || return
    wait "$pid"
}
# begins COMMAND...: in the background, as $began; its log has what the objecter did.
begins() {
    : >"$tmp/client.log"
    "$@" --debug_objecter 10 --log_file "$tmp/client.log" >"$tmp/began.out" 2>&1 &
    began=$!
}
# It is still under way, and has been since the log has that line.
waits_with() {
    wait_until 60 grep -q "$1" "$tmp/client.log" && ! is_gone "$began"
}
ends_well() {
    wait_until 60 is_gone "$began" && wait "$began"
}
head -c 5000000 /dev/urandom >"$tmp/in"

check "the model holds while nothing happens" eval '
    timeout 120 "$build/src/test/librados/rados_model" "$conf" p 3 3 1 >"$tmp/model.out" && cat "$tmp/model.out" &&
    grep -q "reads ahead 0$" "$tmp/model.out"'
check "and while the OSD is killed, declared down, stopped and paused" model_through_faults
[ "$faults_osd" = genuine ] || tap_end
check "an operation waits for an OSD that is not there, and is done when it comes back" eval '
    kill_osd 0; genuine_ceph osd down 0; begins ours put late "$tmp/in"
    sleep 1; ! is_gone "$began" && run_osd 0 && ends_well && ours get late - | cmp - "$tmp/in"'
check "pauserd holds reads back" eval 'genuine_ceph osd set pause && begins ours get late "$tmp/out"
    sleep 1; ! is_gone "$began" && genuine_ceph osd unset pause && ends_well && cmp "$tmp/out" "$tmp/in"'
check "a write that takes too long gives ETIMEDOUT" eval 'kill -STOP "${osd_pids[0]}"
    ours --rados_osd_op_timeout 2 put slow "$tmp/in" 2>"$tmp/err"; [ $? = 1 ] && grep -q "(110) Connection timed out" "$tmp/err"'
check "so does a read" eval '! ours --rados_osd_op_timeout 2 stat late 2>"$tmp/err" && grep -q "(110) Connection timed out" "$tmp/err"'
check "the OSD goes on as if nothing was" eval 'kill -CONT "${osd_pids[0]}"; ours put slow "$tmp/in" && ours get slow - | cmp - "$tmp/in"'
check "a backoff holds operations back until it is taken back" eval 'genuine_ceph osd pool create b 4 4 &&
    genuine_ceph osd pool set b size 2 && genuine_ceph osd pool set b min_size 2
    begins timeout 120 "$build/src/tools/rados" -c "$conf" -p b put held "$tmp/in"
    waits_with "backoff 1" && genuine_ceph osd pool set b min_size 1 && ends_well && grep -q "backoff 3" "$tmp/client.log" &&
    timeout 60 "$genuine_bin/rados" -c "$conf" -p b get held - | cmp - "$tmp/in"'
check "the library itself" timeout 300 "$build/src/test/librados/librados_api" "$conf" p "${osd_pids[0]}" "$mon_pid"
tap_end
