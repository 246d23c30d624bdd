# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cephx.sh: what the tests of cephx have in common: a ceph-mon of ours, our ceph, and cases of what must be given, must
# fail, or must be refused. To be sourced, with $srcdir set; sources genuine.sh.

# shellcheck disable=SC2034 # genuine.sh reads it
auth=${auth:-cephx}
umask 077
# shellcheck source=qa/interop/genuine.sh
. "${srcdir:-.}/qa/interop/genuine.sh"
authtool=$build/src/tools/ceph-authtool

# start_our_mon NAME [LINE...]: makes and starts a monitor of ours; further lines go to its ceph.conf. Keyrings are made
# if there are none. Sets mon_port, mon_pid and conf. Ends the test if it does not start.
start_our_mon() {
    local name=$1

    shift
    mon_port=$(free_port)
    conf=$tmp/ceph-$name.conf
    write_conf "$conf" "v1:127.0.0.1:$mon_port" 'auth_allow_insecure_global_id_reclaim = false' \
        'public_addr = 127.0.0.1' "$@"
    make_our_mon "$name" >"$tmp/setup.out" 2>&1 && run_our_mon "$name" && return
    tail -n 20 "$tmp/setup.out" "$tmp/mon.$name.out" "$tmp/mon.$name.log" | sed 's/^/# /'
    echo "Bail out! our ceph-mon does not start"
    exit 1
}

make_our_mon() {
    [ -e "$tmp/mkfs.keyring" ] || make_keyrings "$authtool" || return
    "$build/src/tools/monmaptool" --create --clobber --fsid "$fsid" --addv "$1" "[v1:127.0.0.1:$mon_port]" \
        "$tmp/monmap" &&
        "$build/src/mon/ceph-mon" -c "$conf" --mkfs -i "$1" --monmap "$tmp/monmap" --keyring "$tmp/mkfs.keyring"
}

# run_our_mon NAME: starts one that was made (again), and waits until it answers.
run_our_mon() {
    "$build/src/mon/ceph-mon" -c "$conf" -i "$1" -f >>"$tmp/mon.$1.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 60 our_ceph fsid
}

# Our ceph with the conf of the monitor; patience: how many seconds it may take.
our_ceph() {
    timeout -k 5 "${patience:-60}" "$build/src/tools/ceph" -c "$conf" "$@"
}

# gives PATTERN COMMAND...: it succeeds and prints that.
gives() {
    local pattern=$1

    shift
    "$@" >"$tmp/gives.out" 2>&1 && grep -q -e "$pattern" "$tmp/gives.out" && return
    cat "$tmp/gives.out"
    return 1
}

# fails PATTERN COMMAND...: it fails and prints that.
fails() {
    local pattern=$1

    shift
    ! "$@" >"$tmp/fails.out" 2>&1 && grep -q -e "$pattern" "$tmp/fails.out" && return
    cat "$tmp/fails.out"
    return 1
}

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

# start_cluster NAME OSD STORE SERVICE-TTL: a genuine monitor and one OSD, of that program, in a folder of their own; with
# a pool, p. Sets tmp (the folder), conf, mon_pid, osd_pid, osd_port and log.
start_cluster() {
    local uuid

    tmp=$top/$1
    mkdir -p "$tmp/osd.0"
    fsid=$(cat /proc/sys/kernel/random/uuid)
    uuid=$(cat /proc/sys/kernel/random/uuid)
    log=$tmp/osd.0.log
    start_genuine_mon a "mon_allow_pool_size_one = true" "osd_pool_default_size = 1" "osd_pool_default_min_size = 1" \
        "auth_service_ticket_ttl = $4" "osd_pool_default_pg_autoscale_mode = off" "[osd]" "public_addr = 127.0.0.1" \
        "osd_data = $tmp/osd.\$id" "osd_objectstore = $3" "debug_auth = 5" >/dev/null &&
        genuine_ceph osd new "$uuid" 0 &&
        genuine_ceph auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' -o "$tmp/osd.0.keyring" &&
        "$2" -c "$conf" -i 0 --mkfs --osd-uuid "$uuid" && run_osd "$2" && genuine_ceph osd pool create p 8 8
}

# run_osd OSD [OPTION...]: starts it (again), and waits until it is up.
run_osd() {
    "$1" -c "$conf" -i 0 -f "${@:2}" >>"$tmp/osd.out" 2>&1 &
    osd_pid=$!
    on_exit stop "$osd_pid"
    wait_until 60 osd_is_up
    osd_port=$(genuine_ceph osd dump | grep '^osd\.0 up' | grep -o '127\.0\.0\.1:[0-9]*' | head -n 1)
    osd_port=${osd_port#*:}
}
osd_is_up() {
    genuine_ceph osd dump | grep -q '^osd\.0 up'
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
