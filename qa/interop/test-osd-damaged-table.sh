#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A table of an OSD's RocksDB is damaged, and RocksDB has to merge it: it writes nothing any more then. The OSD ends and says
# why, once, and so it does when it is started again; its objects can still be looked at and exported.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-mon ceph-authtool monmaptool rados
start_mon_for_osds kvstore

limit=60
rados() { timeout -k 5 "$limit" "$genuine_bin/rados" -c "$conf" --admin_socket= -p p "$@"; }
tool() { "$build/src/tools/ceph-objectstore-tool" --data-path "$tmp/osd.0" "$@"; }
runs() { ! is_gone "${osd_pids[0]}"; }

# Four tables, at the latest, are merged.
write_until_it_ends() {
    local i limit=20

    head -c 40000000 /dev/urandom >"$tmp/large"
    for ((i = 0; i < 8; i++)); do
        runs || return 0
        rados put "large$i" "$tmp/large" 2>>"$tmp/err"
    done
    ! runs
}

# ended_with STATUS
ended_with() {
    local status

    wait "${osd_pids[0]}"
    status=$?
    [ $status -eq "$1" ]
}

says() { grep -q "$1" "$tmp/osd.0.log"; }

says_why() {
    [ "$(grep -c "the store is damaged: .* in $tmp/osd.0/store/.*\.sst" "$tmp/osd.0.log")" = 1 ] &&
        says "the object store has failed: .*; osd.0 ends" && says "ceph-objectstore-tool --op fsck"
}

damage_an_object
: >"$tmp/osd.0.log"
check "the OSD starts on that" run_osd 0
check "it ends when the damaged table is merged" write_until_it_ends
check "as one that failed" ended_with 1
check "it says, once, which file is damaged, that it ends, and what can be done" says_why
: >"$tmp/osd.0.log"
"$osd_program" -c "$conf" -i 0 -f >>"$tmp/osd.0.out" 2>&1 &
osd_pids[0]=$!
on_exit stop "${osd_pids[0]}"
check "started again, it ends again" wait_until 120 is_gone "${osd_pids[0]}"
check "and says why again" says_why
check "the tool says which object is damaged" eval \
    '! tool --op fsck >"$tmp/out" 2>&1 && grep "object .damaged. cannot be read" "$tmp/out"'
check "and shows the others" eval 'tool --op list | grep "\"oid\":\"whole\""'
tap_end
