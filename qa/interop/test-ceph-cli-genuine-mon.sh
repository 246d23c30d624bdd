#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our ceph against a genuine ceph-mon over TCP: the same output, byte for byte, on both streams, and the same exit
# status as genuine ceph; then what genuine ceph cannot be compared in.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/genuine.sh
. "$srcdir/qa/interop/genuine.sh"
need_genuine ceph ceph-mon monmaptool
start_genuine_mon a || { echo "Bail out! genuine ceph-mon does not start"; exit 1; }

for name in client.a client.someone; do
    genuine_ceph auth get-or-create "$name" mon 'allow *' -o "$tmp/$name.keyring" 2>/dev/null
done

our_ceph() {
    timeout -k 5 60 "$build/src/tools/ceph" -c "$conf" "$@"
}

# Both programs with the same arguments.
same() {
    local ours theirs

    genuine_ceph "$@" >"$tmp/theirs.out" 2>"$tmp/theirs.err"
    theirs=$?
    our_ceph "$@" >"$tmp/ours.out" 2>"$tmp/ours.err"
    ours=$?
    [ "$theirs" = "$ours" ] || { echo "status $ours instead of $theirs"; cat "$tmp/ours.err" "$tmp/theirs.err"; return 1; }
    sed -i 's/(age [0-9.]*[a-z]*)/(age)/; s/"quorum_age":[0-9]*/"quorum_age":/' "$tmp/theirs.out" "$tmp/ours.out"
    diff -u "$tmp/theirs.out" "$tmp/ours.out" && diff -u "$tmp/theirs.err" "$tmp/ours.err"
}

# status STATUS PATTERN COMMAND...: the exit status, and what it says on either stream.
says() {
    local status=$1 pattern=$2 got

    shift 2
    "$@" >"$tmp/says.out" 2>&1
    got=$?
    cat "$tmp/says.out"
    [ "$got" = "$status" ] || { echo "status $got instead of $status"; return 1; }
    grep -q -e "$pattern" "$tmp/says.out"
}

while read -r line; do
    [ -n "$line" ] || continue
    read -ra words <<<"$line"
    check "the same as genuine: ceph $line" same "${words[@]}"
done <<'EOF'
-s
status -f json
health detail
mon dump
mon dump -f json
mon dump --format=json-pretty
mon stat
quorum_status
fsid
version
versions
features
osd tree
osd dump -f json
osd stat
df
config set mon.a debug_ms 0/5
config get mon.a debug_ms
config dump -f json
config rm mon.a debug_ms
config-key set some/key value
config-key get some/key
config-key get no/key
config-key ls -f json
config-key rm some/key
log several words
log last 3
osd crush rule dump nothing
osd down x
osd set noout
osd unset noout
osd in 99
osd setcrushmap
mon metadata --id a
osd pool ls -f json
tell mon.a version
tell mon.0 version
tell mon.* version
tell mon.a config get debug_ms
daemon mon.a version
daemon mon.a config get debug_ms
config assimilate-conf -i /dev/null
EOF

check "the same as genuine: a path instead of a name" same daemon "$tmp/ceph-mon.a.asok" version
check "the same as genuine: --admin-daemon" same --admin-daemon "$tmp/ceph-mon.a.asok" config get mon_data

in_and_out() {
    printf 'a\0b\n\377' >"$tmp/in"
    our_ceph config-key set blob -i "$tmp/in" && our_ceph config-key get blob -o "$tmp/out" &&
        cmp "$tmp/in" "$tmp/out" && genuine_ceph config-key get blob -o "$tmp/out2" && cmp "$tmp/in" "$tmp/out2" &&
        printf 'from stdin' | our_ceph config-key set blob -i - && [ "$(our_ceph config-key get blob)" = 'from stdin' ]
}
check "input and output files, any bytes" in_and_out

check "ping by name" says 0 '"health"' our_ceph ping mon.a
check "ping all" says 0 '^mon.a$' our_ceph ping 'mon.*'
check "ping nobody" says 1 'monitor to ping' our_ceph ping osd.0
check "tell an unknown monitor" says 2 'no mon.zz in the monmap' our_ceph tell mon.zz version
check "a mistyped command" says 22 '^  status$' our_ceph stauts
check "a missing argument" says 22 '^<name> is missing' our_ceph config set mon
check "a bad choice" says 22 "'xx' is not one of" our_ceph osd set xx
check "too many words" says 22 "'more' is more than the command takes" our_ceph fsid more
check "an unknown option" says 22 "'--nonsense' is no option" our_ceph config set mon x --nonsense
check "no command" says 22 'no command' our_ceph
check "help" says 0 '^osd tree' our_ceph help osd
check "nobody listens" says 1 'no monitor could be reached' our_ceph -m "127.0.0.1:$(free_port)" --connect-timeout 1 -s
check "no such conf" says 1 'none.conf' our_ceph -c "$tmp/none.conf" -s
check "a dead daemon's socket" says 22 'mon.zz.asok' our_ceph daemon mon.zz version
check "-m with a bare address" says 0 "$fsid" our_ceph -m "127.0.0.1:$mon_port" fsid
check "another client's name" says 0 'client.someone .* by name$' \
    eval 'our_ceph -n client.someone log by name && our_ceph log last 1'

# start_watch FILE [OPTION...]: sets pid. Not SIGINT: a shell has its background processes ignore that.
start_watch() {
    "$build/src/tools/ceph" -c "$conf" -w "${@:2}" >"$1" 2>&1 &
    pid=$!
    on_exit stop "$pid"
}

# A line that came before the subscription did is not seen.
log_is_watched() {
    genuine_ceph log "watched by ours"
    wait_until 2 grep -q '^20.* client.admin \[INF\] watched by ours$' "$tmp/watch.out"
}
watch_log() {
    local pid status

    start_watch "$tmp/watch.out"

    wait_until 60 grep -q 'pgs:' "$tmp/watch.out"
    wait_until 60 log_is_watched
    kill "$pid"
    wait "$pid"
    status=$?
    cat "$tmp/watch.out"
    grep -q '^20.* client.admin \[INF\] watched by ours$' "$tmp/watch.out" && [ "$status" = 0 ]
}
check "-w shows the log as it grows and ends on SIGTERM" watch_log

# The monitor restarts below a running -w: the session comes back and with it the subscription.
watch_across_restart() {
    local pid

    start_watch "$tmp/watch2.out"

    wait_until 60 grep -q 'pgs:' "$tmp/watch2.out"
    stop "$mon_pid"
    run_genuine_mon a || return 1
    for i in $(seq 20); do
        genuine_ceph log "after the restart $i"
        wait_until 2 grep -q 'after the restart' "$tmp/watch2.out" && break
    done
    kill "$pid"
    wait "$pid"
    cat "$tmp/watch2.out"
    grep -q 'after the restart' "$tmp/watch2.out"
}
check "-w lives on when the monitor restarts" watch_across_restart
check "the same as genuine after the restart" same mon dump

# A monitor that stands still but keeps its connections: only its silence gives it away.
silent_monitor() {
    local pid

    start_watch "$tmp/watch3.out" --mon-client-ping-interval 0.5 --mon-client-ping-timeout 1 --debug-monc 1
    wait_until 60 grep -q 'pgs:' "$tmp/watch3.out"
    kill -STOP "$mon_pid"
    wait_until 60 grep -q 'mon.a does not answer' "$tmp/watch3.out"
    says 1 'no monitor could be reached' our_ceph --connect-timeout 1 fsid || return 1
    kill -CONT "$mon_pid"
    wait_until 60 eval '[ "$(grep -c "session with mon" "$tmp/watch3.out")" -ge 2 ]' || { cat "$tmp/watch3.out"; return 1; }
    genuine_ceph log "after the silence"
    wait_until 60 grep -q 'after the silence' "$tmp/watch3.out"
    kill "$pid"
    wait "$pid"
    cat "$tmp/watch3.out"
    grep -q 'after the silence' "$tmp/watch3.out"
}
check "a monitor that falls silent is left, and found again" silent_monitor
tap_end
