#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our ceph and our ceph-mon in every pairing of transports; runs in qa/rdma-vm. What is said to go by RDMA is seen to:
# by the device's counters, by the monitor's own dump, and by what goes over TCP not counting.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
ls /sys/class/infiniband/*/ports >/dev/null 2>&1 || skip_all "there is no RDMA device"
addr=${RDMA_VM_ADDR0:-10.77.0.1}
conf=$tmp/ceph.conf
port=0
make_keyrings "$authtool" >/dev/null || exit

# start_mon ADDRESSES MS_TYPE: a new monitor; ADDRESSES has PORT where its port goes. Sets port and mon_pid.
start_mon() {
    stop "${mon_pid:-none}"
    port=$(free_port)
    rm -rf "$tmp/mon.a"
    cat >"$conf" <<EOF
[global]
fsid = $fsid
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $tmp/\$name.keyring
run_dir = $tmp
log_file = $tmp/\$name.log
mon_cluster_log_file = $tmp/cluster.log
mon_data = $tmp/mon.\$id
[mon]
ms_type = $2
EOF
    "$build/src/tools/monmaptool" --create --clobber --fsid "$fsid" --addv a "${1//PORT/$port}" "$tmp/monmap" &&
        "$build/src/mon/ceph-mon" -c "$conf" --mkfs -i a --monmap "$tmp/monmap" --keyring "$tmp/mkfs.keyring" || return 1
    "$build/src/mon/ceph-mon" -c "$conf" -i a -f >>"$tmp/mon.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 30 ceph daemon mon.a version
}

ceph() {
    timeout -k 5 90 "$build/src/tools/ceph" -c "$conf" "$@"
}

# Packets that either RDMA device has sent.
rdma_packets() {
    cat /sys/class/infiniband/*/ports/1/hw_counters/sent_pkts | awk '{ n += $1 } END { print n }'
}

# Earlier connections may still be closing: waits until nothing is sent for a second.
until_quiet() {
    local before

    for _ in $(seq 60); do
        before=$(rdma_packets)
        sleep 1
        [ "$(rdma_packets)" != "$before" ] || return 0
    done
    return 1
}

# over TRANSPORT OPTION...: a command with 60000 bytes goes by this transport, as the client says, and as the packets
# (of 1024 bytes) show: over TCP there is not a single one.
over() {
    local transport=$1 before after

    shift
    until_quiet || return 1
    before=$(rdma_packets)
    head -c 60000 /dev/zero >"$tmp/in"
    ceph --connect-timeout 60 --debug-monc 1 "$@" config-key set "over $transport" -i "$tmp/in" 2>"$tmp/err"
    after=$(rdma_packets)
    cat "$tmp/err"
    echo "RDMA packets: $((after - before))"
    grep -q "session with mon.* over $transport," "$tmp/err" && grep -q '^set over' "$tmp/err" || return 1
    if [ "$transport" = rsockets ]; then
        [ $((after - before)) -ge 58 ]
    else
        [ "$after" = "$before" ]
    fi
}

# Established TCP connections to the monitor's port.
tcp_connections() {
    awk -v port="$(printf ':%04X$' "$port")" '$3 ~ port && $4 == "01" { n++ } END { print n + 0 }' /proc/net/tcp
}

# monitor_sees TRANSPORT OPTION...: what the monitor's dump says of a client that is connected all the while, and what
# the kernel says of TCP.
monitor_sees() {
    local transport=$1 pid status=0

    shift
    "$build/src/tools/ceph" -c "$conf" "$@" -w >"$tmp/watch.out" 2>&1 &
    pid=$!
    wait_until 60 grep -q 'pgs:' "$tmp/watch.out" || cat "$tmp/watch.out"
    ceph daemon mon.a messenger dump | tee "$tmp/dump"
    grep -q "\"transport\": \"$transport\"" "$tmp/dump" || status=1
    echo "TCP connections: $(tcp_connections)"
    [ "$(tcp_connections)" = "$([ "$transport" = simple ] && echo 1 || echo 0)" ] || status=1
    kill "$pid"
    wait "$pid"
    return "$status"
}

both="[rdma:$addr:PORT,v1:$addr:PORT]"
check "a monitor on rdma only" start_mon "[rdma:$addr:PORT]" rsockets
check "rdma: in mon_host" over rsockets -m "rdma:$addr:$port" --ms-type rsockets
check "a bare address is what ms_client_type says" over rsockets -m "$addr:$port" --ms-client-type rsockets
check "the monitor's dump says so" monitor_sees rsockets -m "rdma:$addr:$port" --ms-type rsockets
check "-s" ceph -m "rdma:$addr:$port" --ms-type rsockets -s
check "tell" ceph -m "rdma:$addr:$port" --ms-type rsockets tell mon.a version
check "ping" ceph -m "rdma:$addr:$port" --ms-type rsockets ping mon.a

check "a monitor on both" start_mon "$both" rsockets,simple
check "rdma first" over rsockets -m "$addr:$port" --ms-client-type rsockets,simple
check "TCP first" over simple -m "$addr:$port" --ms-client-type simple,rsockets
check "TCP only" over simple -m "$addr:$port" --ms-client-type simple
check "rdma only" over rsockets -m "$addr:$port" --ms-client-type rsockets
check "the monitor's dump tells them apart" monitor_sees simple -m "$addr:$port" --ms-client-type simple

check "a monitor on TCP only" start_mon "[v1:$addr:PORT]" simple
check "rdma preferred where there is none" ceph -m "$addr:$port" --ms-client-type rsockets,simple --connect-timeout 60 fsid
tap_end
