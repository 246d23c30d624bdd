#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Several OSDs, one after the other and all at once: killed, stopped, paused, cut off from power in the middle of what
# they write. No write that was acknowledged is lost, no byte is wrong, nothing is done twice.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/model-lib.sh
. "$srcdir/qa/interop/model-lib.sh"

# run_watched ID: every write, rename and sync of it is written down.
run_watched() {
    osd_runner=(env "LD_PRELOAD=$build/src/test/crash/.libs/journal_preload.so" "CRASH_JOURNAL=$tmp/osd.$1.journal"
        "CRASH_JOURNAL_ROOT=$tmp/osd.$1")
    run_model_osd "$1"
}
start_watched() {
    new_osd "$1" && "$build/src/test/crash/power_cut" begin "$tmp/osd.$1.journal" "$tmp/osd.$1" && run_watched "$1"
}
# lose_power ID: and what was not synced, at times all of it, at times a part.
lose_power() {
    kill_osd "$1"
    rm -r "$tmp/osd.$1"
    "$build/src/test/crash/power_cut" cut "$tmp/osd.$1.journal" "$tmp/osd.$1" "$RANDOM"
}
kill_and_run() {
    kill_osd "$1" && run_watched "$1"
}
stop_and_run() {
    stop_osd "$1" && run_watched "$1"
}
lose_power_and_run() {
    lose_power "$1" && run_watched "$1"
}
pause() {
    kill -STOP "${osd_pids[$1]}" && sleep 1 && kill -CONT "${osd_pids[$1]}"
}
pause_until_down() {
    kill -STOP "${osd_pids[$1]}" && wait_until 60 osd_is "$1" down && kill -CONT "${osd_pids[$1]}" &&
        wait_until 60 osd_is "$1" up
}
restart_mon() {
    stop "$mon_pid" && run_our_mon a
}

check "a monitor starts" start_model_mon
check "and three OSDs" each_osd start_watched
check "a pool is made" make_pool
check "the model holds while they are killed, stopped, paused, and lose power" model_holds_through \
    "kill_and_run 0" "lose_power_and_run 1" "stop_and_run 2" "each_osd kill_osd; each_osd run_watched" "pause 0" \
    "each_osd lose_power; each_osd run_watched" restart_mon "pause_until_down 1" \
    "kill_and_run 2; kill_and_run 2" "kill_osd 0; lose_power_and_run 1; run_watched 0"
check "the stores are clean" each_osd store_is_clean
tap_end
