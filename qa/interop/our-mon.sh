# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# our-mon.sh: a ceph-mon of ours on loopback, or at $mon_ip, and our ceph. To be sourced, with $srcdir set; sources
# genuine.sh.

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
    write_conf "$conf" "v1:$mon_ip:$mon_port" 'auth_allow_insecure_global_id_reclaim = false' \
        "public_addr = $mon_ip" "$@"
    make_our_mon "$name" >"$tmp/setup.out" 2>&1 && run_our_mon "$name" && return
    tail -n 20 "$tmp/setup.out" "$tmp/mon.$name.out" "$tmp/mon.$name.log" | sed 's/^/# /'
    echo "Bail out! our ceph-mon does not start"
    exit 1
}

make_our_mon() {
    [ -e "$tmp/mkfs.keyring" ] || make_keyrings "$authtool" || return
    "$build/src/tools/monmaptool" --create --clobber --fsid "$fsid" --addv "$1" "[v1:$mon_ip:$mon_port]" \
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
