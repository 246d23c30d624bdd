#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Placement groups of one copy whose OSD is marked out: whoever gets them serves no empty group in their place, the user is
# told why, and what helps does help.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool rados

rados() {
    timeout -k 5 "${patience:-60}" "$genuine_bin/rados" -c "$conf" --admin_socket= -p p "$@"
}
write_all() {
    local i

    for i in $(seq 20); do
        echo "object $i" | rados put "o$i" - || return
    done
}
read_all() {
    local i

    for i in $(seq 20); do
        [ "$(rados get "o$i" -)" = "object $i" ] || return
    done
}
# on_osd ID: the names of the objects that it serves, by the map.
on_osd() {
    local i

    for i in $(seq 20); do
        genuine_ceph osd map p "o$i" 2>/dev/null | grep -q "acting (\[$1\]" && echo "o$i"
    done
}
tells() { # PATTERN COMMAND...: the command's output has it
    local pattern=$1

    shift
    "$@" 2>/dev/null | grep -q "$pattern"
}
# A client waits; it is never told that there is nothing, and what it writes is not taken.
waits() {
    local status

    patience=3 rados "$@" </dev/null >"$tmp/waits" 2>&1
    status=$?
    [ "$status" = 124 ] || { echo "status $status"; cat "$tmp/waits"; return 1; }
}

start_our_mon a "mon_tick_interval = 1" "mon_osd_min_in_ratio = 0" "osd_mon_report_interval = 1" "${osd_section[@]}" \
    "osd_objectstore = kvstore" "osd_heartbeat_interval = 1"
for id in 0 1; do
    check "osd.$id" eval "new_osd $id && run_osd $id"
done
check "a pool" genuine_ceph osd pool create p 8
check "objects" write_all
moved=$(on_osd 0 | head -n 1)
check "some are on osd.0" [ -n "$moved" ]
check "osd.0 is marked out" genuine_ceph osd out 0
check "its groups are said to be incomplete" wait_until 60 tells 'PG_AVAILABILITY' genuine_ceph health detail
check "one by one" wait_until 60 tells '^ *pg 1\.[0-7] is incomplete' genuine_ceph health detail
check "pg dump has them as such" tells '^1\.[0-7] .*incomplete' genuine_ceph pg dump
check "the OSD that should serve them says where the objects are" \
    tells 'inactive_because.*osd.0.*ceph osd in 0' genuine_ceph tell osd.1 status
check "so does its log" grep -q 'pg 1\.[0-7] stays inactive: its objects are on osd.0 and are not moved' "$tmp/osd.1.log"
check "the one that has them says who should" tells 'inactive_because.*the map gives it to osd.1' genuine_ceph tell osd.0 status
check "its log, too" grep -q 'pg 1\.[0-7] becomes inactive: the map gives it to osd.1' "$tmp/osd.0.log"
check "nobody reads an empty group" waits get "$moved" -
check "nobody writes to one" waits put "$moved" "$conf"
check "the other OSD starts again" eval 'stop_osd 1; run_osd 1'
check "it says so again" wait_until 60 tells 'inactive_because.*not moved' genuine_ceph tell osd.1 status
check "nobody reads an empty group then, either" waits get "$moved" -
check "osd.0 is marked in" genuine_ceph osd in 0
check "everything is served again" wait_until 60 tells '8 active+clean' genuine_ceph -s
check "health says nothing more of that" eval '! tells PG_AVAILABILITY genuine_ceph health detail'
check "with all data" read_all
check "nothing is said to be in the way" eval '! tells inactive_because genuine_ceph tell osd.1 status'
check "objects are written" write_all
check "a new pool is made as always" eval 'genuine_ceph osd pool create q 8 && wait_until 60 tells "16 active+clean" genuine_ceph -s'
tap_end
