#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Three of our ceph-osd in a genuine cluster: three monitors, a manager, cephx. What the manager shows of them, OSDs and
# monitors that die, and a pool that our OSDs do not serve.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-mon ceph-mgr ceph-authtool monmaptool rados
start_genuine_mons "a b c" "${size_one[@]}" "mgr_initial_modules = status" \
    "mon_warn_on_pool_no_redundancy = false" "mon_osd_reporter_subtree_level = osd" "osd_heartbeat_interval = 1" \
    "osd_heartbeat_grace = 60" "mon_pg_stuck_threshold = 5" "${osd_section[@]}" "osd_objectstore = kvstore" ||
    { echo "Bail out! genuine ceph-mon does not start"; exit 1; }

# shows TEXT COMMAND...: the text is in what genuine ceph prints, before long.
shows() {
    local text=$1
    shift
    wait_until 90 eval "genuine_ceph $* 2>/dev/null | grep -qE '$text'" || { genuine_ceph "$@"; return 1; }
}
rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}
primary_of() {
    genuine_ceph osd map p "$1" -f json | sed -n 's/.*"acting_primary":\([0-9]*\).*/\1/p'
}

for id in 0 1 2; do
    check "osd.$id is made" new_osd $id
    check "it boots" run_osd $id
done
check "a manager" start_genuine_mgr x
check "a pool is made" genuine_ceph osd pool create p 16 16
check "and said to be for rados" genuine_ceph osd pool application enable p rados
head -c 100000 /dev/urandom >"$tmp/data"
check "objects are written" eval 'for i in 1 2 3 4 5 6; do rados put o$i "$tmp/data" || break; done; [ $i = 6 ]'
check "the manager has every group active and clean" shows ' 1[67] active\+clean;' pg stat
check "pg dump has objects and bytes" shows '"num_bytes":600000,"num_objects":6,' pg dump -f json
check "and who serves them" shows '^.\.0 .* active\+clean .*\[[012]\]' pg dump
check "df has what is stored" shows '^p .* 586 KiB +6 ' df
check "osd df has three OSDs" shows '^ *2 .* up *$' osd df
check "OSDs have peers" shows '^0 .*\[1,2\]' pg dump osds
check "the cluster is healthy" shows HEALTH_OK health

check "a monitor is killed" eval 'kill -9 ${mon_pids[a]}; wait_until 90 genuine_ceph quorum_status'
check "objects are still written" rados put o7 "$tmp/data"
check "and counted" shows '"num_objects":7,' pg dump -f json

victim=$(primary_of o1)
check "an OSD is killed" kill_osd "$victim"
check "the others report it, and it is marked down" wait_until 50 osd_is "$victim" down
check "health names it" shows OSD_DOWN health detail
check "it starts again" run_osd "$victim"
check "and serves its groups again" shows ' 1[67] active\+clean;' pg stat
check "with what was in them" eval 'rados get o1 "$tmp/got" && cmp "$tmp/got" "$tmp/data"'
stopped=$(((victim + 1) % 3))
check "an OSD is silent" kill -STOP "${osd_pids[$stopped]}"
check "that is tolerated for a while" genuine_ceph config set global osd_heartbeat_grace 5
check "the others report that, too" wait_until 90 osd_is "$stopped" down
check "it is heard of again" eval 'kill -CONT ${osd_pids[$stopped]}; wait_until 180 osd_is $stopped up'

check "an OSD is marked out" eval "genuine_ceph osd out 0 && shows '^ *0 .* 0 .*up' osd df"
check "and in" eval "genuine_ceph osd in 0 && shows '1\.00000 +1\.00000 *$' osd tree"
check "a pool of size 2 is made" genuine_ceph osd pool create two 1 1 replicated --size 2
check "its group stays inactive" shows 'PG_AVAILABILITY' health detail
check "an OSD's log says why" wait_until 60 eval \
    "grep -q \"stays inactive: pool 'two' has size 2\" $tmp/osd.*.log"
check "so does its status" eval 'for id in 0 1 2; do genuine_ceph tell osd.$id dump_pgs; done | grep -q "has size 2"'
check "the pool is removed" eval 'genuine_ceph config set mon mon_allow_pool_delete true &&
    genuine_ceph osd pool rm two two --yes-i-really-really-mean-it'
check "SIGTERM ends an OSD, and the monitors know" eval 'stop_osd 0; wait_until 60 osd_is 0 down'
tap_end
