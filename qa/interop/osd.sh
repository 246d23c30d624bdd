# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# osd.sh: OSDs on loopback, ours unless $osd_program is another, under a monitor of either kind. To be sourced, with
# $srcdir set; sources genuine.sh. For OSDs elsewhere: osd_ip is their address (it may have $id in it), osd_runner the
# command, with its arguments, that run_osd starts them by.

# shellcheck source=qa/interop/genuine.sh
. "${srcdir:-.}/qa/interop/genuine.sh"
osd_program=$build/src/osd/ceph-osd
osd_ip=${osd_ip:-127.0.0.1}
osd_runner=()
declare -A osd_pids
declare -A osd_programs # by id, where not all are of one kind

# Lines of ceph.conf for pools without replicas, and those of OSDs, which go behind all that is for everybody.
size_one=("mon_allow_pool_size_one = true" "osd_pool_default_size = 1" "osd_pool_default_min_size = 1"
    "osd_pool_default_pg_autoscale_mode = off" "mon_allow_pool_delete = true")
osd_section=("[osd]" "public_addr = $osd_ip" 'osd_data = $run_dir/osd.$id')

# start_mon_for_osds STORE [LINE...]: a genuine monitor, for OSDs with a store of that kind; further lines of ceph.conf are
# for OSDs. Ends the test if it does not start.
start_mon_for_osds() {
    start_genuine_mon a "${size_one[@]}" "${osd_section[@]}" "osd_objectstore = $1" "${@:2}" && return
    echo "Bail out! genuine ceph-mon does not start"
    exit 1
}

# start_osd_cluster STORE POOL: a genuine monitor and an OSD with a store of that kind, and a pool. Ends the test if they
# do not start.
start_osd_cluster() {
    start_mon_for_osds "$1" "bluestore_block_size = 2147483648" "osd_class_update_on_start = false" \
        "osd_crush_update_on_start = false"
    new_osd 0 >"$tmp/setup.out" 2>&1 && genuine_ceph osd crush add osd.0 1 host=h root=default >>"$tmp/setup.out" 2>&1 &&
        run_osd 0 && genuine_ceph osd pool create "$2" 8 8 >>"$tmp/setup.out" 2>&1 && return
    tail -n 20 "$tmp/setup.out" "$tmp/osd.0.out" | sed 's/^/# /'
    echo "Bail out! the OSD does not start"
    exit 1
}

program_of() {
    echo "${osd_programs[$1]:-$osd_program}"
}

# new_osd ID: registers an OSD with a key of its own and makes its data.
new_osd() {
    local id=$1 uuid key

    uuid=$(cat /proc/sys/kernel/random/uuid)
    key=$("$genuine_bin/ceph-authtool" --gen-print-key)
    echo "{\"cephx_secret\": \"$key\"}" >"$tmp/secrets"
    [ "$(genuine_ceph osd new "$uuid" "$id" -i "$tmp/secrets")" = "$id" ] || return 1
    rm "$tmp/secrets"
    printf '[osd.%d]\n\tkey = %s\n' "$id" "$key" >"$tmp/osd.$id.keyring"
    mkdir -p "$tmp/osd.$id"
    "$(program_of "$id")" -c "$conf" -i "$id" --mkfs --osd-uuid "$uuid"
}

# run_osd ID [OPTION...]: starts one and waits until it is up.
run_osd() {
    "${osd_runner[@]}" "$(program_of "$1")" -c "$conf" -i "$1" -f "${@:2}" >>"$tmp/osd.$1.out" 2>&1 &
    osd_pids[$1]=$!
    on_exit stop "${osd_pids[$1]}"
    wait_until 60 osd_is "$1" up
}

# osd_is ID WORD: as the map has it: up, down, in or out.
osd_is() {
    genuine_ceph osd dump | grep -q "^osd\.$1 .*\b$2\b"
}

# kill_osd ID: without a word.
kill_osd() {
    kill -9 "${osd_pids[$1]}" && wait "${osd_pids[$1]}" 2>/dev/null
    return 0
}

# stop_osd ID: as an administrator does.
stop_osd() {
    kill "${osd_pids[$1]}" && wait "${osd_pids[$1]}"
}

# When OSDs are full.
ratios() { # NEARFULL BACKFILLFULL FULL
    genuine_ceph osd set-nearfull-ratio "$1" && genuine_ceph osd set-backfillfull-ratio "$2" &&
        genuine_ceph osd set-full-ratio "$3"
}

# damage_tables ID FILE OFFSET: as a bad disk does, a bit of what FILE has there changes in every table of that OSD's store
# that has those bytes: which ones do depends on when RocksDB merged them.
damage_tables() {
    python3 - "$2" "$3" "$tmp/osd.$1"/store/*.sst <<'PY'
import sys
at = int(sys.argv[2])
mark = open(sys.argv[1], "rb").read()[at:at + 32]
found = 0
for name in sys.argv[3:]:
    table = bytearray(open(name, "rb").read())
    at = table.find(mark)
    if at >= 0:
        table[at] ^= 1
        open(name, "wb").write(table)
        found += 1
sys.exit(found == 0)
PY
}

# damage_an_object: an OSD with the objects damaged and whole in pool p, ended; a byte of the first one is damaged in its
# table. $tmp/in is what was put. Cases of the test, which has a function rados for that pool.
damage_an_object() {
    check "an OSD is made and boots" eval "new_osd 0 && run_osd 0"
    check "a pool is made" genuine_ceph osd pool create p 4 4
    head -c 300000 /dev/urandom >"$tmp/in"
    check "objects are put" eval 'rados put damaged "$tmp/in" && rados setxattr damaged name value && rados put whole "$conf"'
    check "the OSD ends" stop_osd 0
    check "it starts, and its log becomes a table" run_osd 0
    check "it ends again" stop_osd 0
    check "a byte of one object is damaged" damage_tables 0 "$tmp/in" 200000
}
