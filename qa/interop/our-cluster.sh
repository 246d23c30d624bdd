# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# our-cluster.sh: our ceph-mon and our ceph-osds on loopback, with cephx, for genuine programs as clients. To be
# sourced, with $srcdir set; sources genuine.sh. For daemons elsewhere: mon_ip and osd_ip are their addresses (osd_ip may
# have $id in it), osd_runner is the command, with its arguments, that run_osd starts ceph-osd by.

# shellcheck source=qa/interop/genuine.sh
. "${srcdir:-.}/qa/interop/genuine.sh"
declare -A osd_pids
declare -A osd_programs # by id; ours, where there is none
mon_ip=${mon_ip:-127.0.0.1}
osd_ip=${osd_ip:-127.0.0.1}
osd_runner=()

# start_our_mon [LINE...]: makes and starts mon.a; further lines go to its ceph.conf. Sets mon_port, mon_pid and conf.
start_our_mon() {
    # shellcheck disable=SC2034 # write_conf of genuine.sh reads it
    auth=cephx
    mon_port=$(free_port)
    conf=$tmp/ceph.conf
    write_conf "$conf" "v1:$mon_ip:$mon_port" "$@" "[osd]" "public_addr = $osd_ip" \
        "osd_data = $tmp/osd.\$id"
    make_our_mon >"$tmp/setup.out" 2>&1 || {
        sed 's/^/# /' "$tmp/setup.out"
        return 1
    }
    run_our_mon
}

make_our_mon() {
    make_keyrings "$genuine_bin/ceph-authtool" &&
        "$build/src/mon/ceph-mon" -c "$conf" -i a --mkfs --keyring "$tmp/mkfs.keyring"
}

run_our_mon() {
    "$build/src/mon/ceph-mon" -c "$conf" -i a -f >>"$tmp/mon.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 60 genuine_ceph --connect-timeout 5 fsid
}

program_of() {
    echo "${osd_programs[$1]:-$build/src/osd/ceph-osd}"
}

# new_osd ID: registers an OSD with a key of its own and makes its data.
new_osd() {
    local id=$1 uuid key

    umask 077
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
