#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cephx over rdma: our ceph and our ceph-mon, with signatures required and without insecure reclaim of global ids; and
# who must be refused there, too. Runs in qa/rdma-vm. TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
ls /sys/class/infiniband/*/ports >/dev/null 2>&1 || skip_all "there is no RDMA device"
addr=${RDMA_VM_ADDR0:-10.77.0.1}
conf=$tmp/ceph.conf
log=$tmp/mon.a.log

start_mon() {
    local port

    port=$(free_port)
    cat >"$conf" <<EOF
[global]
fsid = $fsid
mon_host = rdma:$addr:$port
ms_type = rsockets
keyring = $tmp/\$name.keyring
cephx_require_signatures = true
auth_allow_insecure_global_id_reclaim = false
run_dir = $tmp
admin_socket = $tmp/\$name.asok
log_file = $tmp/\$name.log
mon_cluster_log_file = $tmp/cluster.log
mon_data = $tmp/mon.\$id
[mon]
debug_auth = 5
EOF
    make_keyrings "$authtool" &&
        "$build/src/tools/monmaptool" --create --fsid "$fsid" --addv a "[rdma:$addr:$port]" "$tmp/monmap" &&
        "$build/src/mon/ceph-mon" -c "$conf" --mkfs -i a --monmap "$tmp/monmap" --keyring "$tmp/mkfs.keyring" || return
    "$build/src/mon/ceph-mon" -c "$conf" -i a -f >>"$tmp/mon.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 60 ceph daemon mon.a version
}
ceph() {
    timeout -k 5 120 "$build/src/tools/ceph" -c "$conf" --connect-timeout 90 "$@"
}
# refused PATTERN COMMAND...: it fails, and the monitor's log says why.
refused() {
    local pattern=$1

    shift
    ! "$@" >"$tmp/out" 2>&1 && wait_until 30 grep -q -e "$pattern" "$log" && return
    cat "$tmp/out"
    return 1
}
packets() {
    cat /sys/class/infiniband/*/ports/1/hw_counters/sent_pkts | awk '{ n += $1 } END { print n }'
}
entities() {
    ceph auth ls 2>/dev/null >"$1"
}
reader() {
    ceph auth get-or-create client.reader mon 'allow r' >"$tmp/client.reader.keyring"
}
# The monitor's dump, while a client stays: it is known by its name, and reached by rsockets.
stays() {
    local pid status

    timeout 120 "$build/src/tools/ceph" -c "$conf" --connect-timeout 90 -w >"$tmp/watch.out" 2>&1 &
    pid=$!
    wait_until 90 grep -q 'services:' "$tmp/watch.out"
    ceph daemon mon.a sessions >"$tmp/sessions"
    ceph daemon mon.a messenger dump >"$tmp/dump"
    kill "$pid"
    wait "$pid"
    cat "$tmp/sessions"
    grep -q 'client.admin' "$tmp/sessions" && grep -q '"transport": "rsockets"' "$tmp/dump"
    status=$?
    return "$status"
}

before=$(packets)
check "a monitor on rdma with cephx" start_mon
check "ceph -s" prints HEALTH_ ceph -s
check "ceph auth get client.admin" prints 'caps mon = "allow \*"' ceph auth get client.admin
check "that went by RDMA" [ "$(packets)" -gt "$((before + 20))" ]
check "a client that stays is known by its name" stays
check "a new user" reader
check "that user reads" prints "$fsid" ceph -n client.reader fsid
entities "$tmp/before"
check "and may not write" refused 'client.reader at .* may not: .*auth add.*: access denied' \
    ceph -n client.reader auth add client.x
"$authtool" -C "$tmp/wrong.keyring" -n client.admin -g >/dev/null
"$authtool" "$tmp/wrong.keyring" -n client.nobody -g >/dev/null
check "a wrong key" refused 'client.admin at .* is refused: it does not have the right key' \
    ceph -k "$tmp/wrong.keyring" fsid
check "an unknown entity" refused 'client.nobody at .* is refused: there is no such entity' \
    ceph -k "$tmp/wrong.keyring" -n client.nobody fsid
check "a downgrade to none" refused 'client.admin at .* is refused: it offers no authentication' \
    ceph --auth_client_required=none fsid
entities "$tmp/after"
check "nothing has changed" cmp "$tmp/before" "$tmp/after"
costs() {
    "$build/src/tools/ceph-msgr-bench" self "rdma:$addr" --ms-type rsockets --no-config-file \
        --auth none,cephx,cephx-signed -b 4096 --time 0.5
}
check "ceph-msgr-bench compares what protection costs" prints 'cephx-signed *4096' costs
tap_end
