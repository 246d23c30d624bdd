#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# OSDs of ours under our monitor, with cephx, as genuine ceph sees and commands them: made, booted, marked, weighed, found
# dead by their peers, replaced, removed.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool osdmaptool rados

rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}

check "a cluster without OSDs starts" start_our_mon a "mon_osd_min_down_reporters = 1" "osd_heartbeat_interval = 1" \
    "osd_heartbeat_grace = 4" "mon_tick_interval = 1" \
    "mon_osd_down_out_interval = 5" "mon_osd_min_in_ratio = 0" "osd_mon_report_interval = 1" \
    "${osd_section[@]}" "osd_objectstore = memstore"
for id in 0 1 2; do
    check "osd.$id is registered and its data made" new_osd "$id"
    check "osd.$id boots" run_osd "$id"
done
check "a new OSD is in" osd_is 0 in
check "osd stat" prints '^3 osds: 3 up (since .*), 3 in (since .*); epoch: e' genuine_ceph osd stat
check "health" prints HEALTH_OK genuine_ceph health
check "auth get" prints 'caps mon = "allow profile osd"' genuine_ceph auth get osd.1
check "osd find" prints '"addr": "127.0.0.1:' genuine_ceph osd find 1
check "osd metadata" prints '"osd_objectstore": "memstore"' genuine_ceph osd metadata 1
check "osd versions" prints 'rsockets.*": 3$' genuine_ceph osd versions
check "space is told by the OSDs" wait_until 60 prints 'usage: .* / 3 GiB avail' genuine_ceph -s
check "df" prints '^TOTAL  *3 GiB  *3.0 GiB' genuine_ceph df
check "osd df" prints '^ 2 .* up$' genuine_ceph osd df
check "pg dump" prints '^sum .*3 GiB' genuine_ceph pg dump
check "each has its place" prints '^-3 .* host ' genuine_ceph osd tree

check "a pool is made" genuine_ceph osd pool create p 16
check "its placement groups are served" wait_until 60 prints '16 active+clean' genuine_ceph -s
head -c 3000000 /dev/urandom >"$tmp/in"
check "genuine rados puts and gets" eval 'rados put object "$tmp/in" && rados get object "$tmp/out" && cmp "$tmp/in" "$tmp/out"'
check "rados bench" rados bench 2 write -b 4096 -t 8 --no-cleanup
check "ceph -s shows what there is" wait_until 60 prints 'objects: [0-9.]*k* objects, ' genuine_ceph -s
check "ceph df too" wait_until 60 prints '^p  *1  *16  *[0-9.]* MiB ' genuine_ceph df
unnamed="application not enabled on pool 'p'"
check "health names a pool without an application" wait_until 60 prints "$unnamed" genuine_ceph health detail
without_warning() {
    ! genuine_ceph health detail | grep POOL_APP_NOT_ENABLED
}
check "health mute" genuine_ceph health mute POOL_APP_NOT_ENABLED
check "it is muted" prints '^HEALTH_WARN 1 pool(s) have no replicas configured (muted: POOL_APP_NOT_ENABLED)' \
    genuine_ceph health
check "health unmute" eval 'genuine_ceph health unmute POOL_APP_NOT_ENABLED &&
    prints "^HEALTH_WARN 1 pool(s) do not have an application enabled;" genuine_ceph health'
check "mon_warn_on_pool_no_app" eval 'genuine_ceph config set mon mon_warn_on_pool_no_app false &&
    wait_until 60 without_warning && genuine_ceph config rm mon mon_warn_on_pool_no_app &&
    wait_until 60 prints "$unnamed" genuine_ceph health detail'
check "osd pool application enable" eval 'genuine_ceph osd pool application enable p rados && wait_until 60 without_warning'
check "a pool of two copies is refused" fails genuine_ceph osd pool set p size 2 --yes-i-really-mean-it

same() { # COMMAND...: our ceph and the genuine one print the same
    our_ceph "$@" >"$tmp/ours" && genuine_ceph "$@" >"$tmp/theirs" && [ -s "$tmp/ours" ] && diff "$tmp/theirs" "$tmp/ours"
}
check "both tell an OSD" same tell osd.1 version
check "in JSON, too" same tell osd.0 config get osd_max_object_size -f json
check "both tell all OSDs" same tell 'osd.*' git_version
check "both ask a placement group" same pg 1.3 query
check "in the newer way, too" same tell 1.3 query
check "what it is" prints '"state": "active+clean"' our_ceph tell 1.3 query
check "there is no such OSD" fails_with 'ENOENT.*osd\.7' our_ceph tell osd.7 version
check "there is no such placement group" fails_with 'ENOENT.*1\.99' our_ceph pg 1.99 query
check "nobody has such a name" fails_with 'osd.one cannot be told' our_ceph tell osd.one version
check "an OSD that is told many things answers all" eval '
    for _ in $(seq 20); do our_ceph tell osd.0 status >/dev/null || break; done; our_ceph tell osd.0 status'

check "osd out" genuine_ceph osd out 1
check "it is out" osd_is 1 out
check "osd out of an OSD that is out" prints 'osd.1 is already out' genuine_ceph osd out 1
check "osd in" genuine_ceph osd in osd.1
check "it is in" osd_is 1 in
check "osd reweight" prints 'reweighted osd.1 to 0.5 (8000)' genuine_ceph osd reweight 1 0.5
check "osd down, and it comes back" eval 'genuine_ceph osd down 2 && wait_until 60 osd_is 2 up'
check "osd set noup and down: it stays down" eval 'genuine_ceph osd set noup && genuine_ceph osd down 2 && osd_is 2 down'
check "unset noup: it comes back" eval 'genuine_ceph osd unset noup && wait_until 60 osd_is 2 up'
check "genuine osdmaptool reads the map" eval \
    'genuine_ceph osd getmap -o "$tmp/map" && "$genuine_bin/osdmaptool" --print "$tmp/map" | grep -q "^osd.2 up"'

stop_osd 0
stop_osd 1
check "an OSD that requires signatures of daemons" run_osd 0 --cephx-cluster-require-signatures=true
check "an OSD that does not sign" run_osd 1 --cephx-sign-messages=false
check "ends at the first, which logs it" \
    wait_until 60 grep -q 'osd (accepted): message type 70 .* has no signature: the connection ends' "$tmp/osd.0.log"
stop_osd 0
stop_osd 1
check "both start as before" eval 'run_osd 0 && run_osd 1'

check "an OSD that is killed is found dead by the others" eval 'kill_osd 1 && wait_until 60 osd_is 1 down'
check "and comes back" run_osd 1

check "an OSD that goes prints so" eval 'stop_osd 2 && osd_is 2 down'
check "health names it" prints 'osd.2 .* is down' genuine_ceph health detail
check "it is marked out after a while" wait_until 60 osd_is 2 out
check "an OSD that comes back is in again" eval 'run_osd 2 && osd_is 2 in'

check "purge of an OSD that is up is refused" fails genuine_ceph osd purge 2 --yes-i-really-mean-it
check "purge without being sure is refused" fails genuine_ceph osd purge 2
stop_osd 2
check "osd purge" prints 'purged osd.2' genuine_ceph osd purge 2 --yes-i-really-mean-it
check "it is gone" eval '[ "$(genuine_ceph osd ls | paste -sd,)" = 0,1 ] && fails genuine_ceph auth get osd.2'
rm -r "$tmp/osd.2"
check "its number is given again" new_osd 2
check "the new one boots" run_osd 2
looks_for_a_monitor() { # and is told to end
    local pid

    stop_osd 0
    "$build/src/osd/ceph-osd" -c "$conf" -i 0 -f --mon-host=v1:127.0.0.1:1 --log-file "$tmp/looks.log" --debug-monc 10 &
    pid=$!
    on_exit stop "$pid"
    wait_until 60 grep -q 'trying mon' "$tmp/looks.log" && kill "$pid" && ! wait "$pid" &&
        grep -q 'told to end before a monitor was reached' "$tmp/looks.log"
}
check "an OSD that finds no monitor ends when it is told to" looks_for_a_monitor
check "and finds it another time" run_osd 0
check "a monitor that starts again knows them" eval 'stop "$mon_pid" && run_our_mon a && osd_is 0 up && osd_is 2 up'
tap_end
