# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cephx.sh: what the tests of cephx have in common: a ceph-mon of ours, our ceph, and cases of what must be given, must
# fail, or must be refused. To be sourced, with $srcdir set; sources our-mon.sh and osd.sh.

# shellcheck source=qa/interop/our-mon.sh
. "${srcdir:-.}/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "${srcdir:-.}/qa/interop/osd.sh"

# lines FILE: how many it has, for logged.
lines() {
    wc -l <"$1"
}

# logged FILE LINES PATTERN: behind the first LINES of FILE is one like that, at some time.
logged() {
    wait_until 30 has_new "$@" && return
    tail -n +"$(($2 + 1))" "$1"
    return 1
}
has_new() {
    tail -n +"$(($2 + 1))" "$1" | grep -q -e "$3"
}

# Who is known to the monitor, with keys and capabilities.
entities() {
    our_ceph auth ls 2>/dev/null
}

# refused LOG PATTERN COMMAND...: it fails, LOG says why, and the entities are what they were.
refused() {
    local log=$1 pattern=$2 before

    shift 2
    entities >"$tmp/before"
    before=$(lines "$log")
    "$@" >"$tmp/refused.out" 2>&1 && {
        cat "$tmp/refused.out"
        return 1
    }
    cat "$tmp/refused.out"
    logged "$log" "$before" "$pattern" || return
    entities >"$tmp/after"
    diff "$tmp/before" "$tmp/after"
}

top=$tmp

# start_cluster NAME PROGRAM STORE SERVICE-TTL: a genuine monitor and one OSD, of that program, in a folder of their own;
# with a pool, p. Sets tmp (the folder), conf, mon_pid, osd_port and log.
start_cluster() {
    tmp=$top/$1
    osd_program=$2
    mkdir -p "$tmp/osd.0"
    fsid=$(cat /proc/sys/kernel/random/uuid)
    log=$tmp/osd.0.log
    start_genuine_mon a "${size_one[@]}" "auth_service_ticket_ttl = $4" "${osd_section[@]}" "osd_objectstore = $3" \
        "debug_auth = 5" >/dev/null && new_osd 0 && run_osd 0 && find_port && genuine_ceph osd pool create p 8 8
}

# Where osd.0 listens, in osd_port.
find_port() {
    osd_port=$(genuine_ceph osd dump | grep '^osd\.0 up' | grep -o '127\.0\.0\.1:[0-9]*' | head -n 1)
    osd_port=${osd_port#*:}
    [ -n "$osd_port" ]
}

# attack TARGET ACTION...: puts an attacker in front of a port, in the place of an earlier one; see wire_attack.py. What
# it does is in $attack_log. Sets attack_port, attack_pid and attack_log.
attack() {
    [ -z "${attack_pid:-}" ] || stop "$attack_pid"
    attack_target=$1
    attack_port=$(free_port)
    attack_log=$tmp/attack.$attack_port.log
    shift
    : >"$attack_log"
    /usr/bin/python3 "$srcdir/qa/interop/wire_attack.py" "$attack_port" "$attack_target" "$attack_log" "$@" \
        >>"$tmp/attack.out" 2>&1 &
    attack_pid=$!
    on_exit stop "$attack_pid"
    wait_until 30 grep -q listening "$attack_log"
}

# through COMMAND...: it dials the attacker instead and does not know.
through() {
    DIAL_ELSEWHERE=$attack_target:$attack_port ASAN_OPTIONS=verify_asan_link_order=0:${ASAN_OPTIONS:-} \
        LD_PRELOAD=$build/src/test/interop/.libs/dial_elsewhere.so "$@"
}

# attacked DONE: the attacker did that.
attacked() {
    grep -q -e "$1" "$attack_log" && return
    echo "there was no attack: $1"
    return 1
}
