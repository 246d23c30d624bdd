#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A monitor that is reached by RDMA, and by RDMA and TCP at once; TAP. Runs in qa/rdma-vm: monitor and clients are on
# one machine whose two RDMA devices are its two ends of a wire.
#
# That it is RDMA is shown by facts.sh; and each of the facts must be missing when the same is done over TCP.

set -u
export srcdir=${srcdir:-.}
# shellcheck source=qa/rdma/facts.sh
. "$srcdir/qa/rdma/facts.sh"

readonly clients=3 value_bytes=60000 values=5
readonly genuine=/usr/bin/ceph
client_options=()

ours() {
    timeout 120 "$build/src/tools/ceph" -c ceph.conf --connect-timeout 60 "${client_options[@]}" "$@"
}

start_cluster() {
    BUILD_DIR=$build MON=1 OSD=0 "$srcdir/src/vstart.sh" -n "$@"
}

stop_cluster() {
    "$srcdir/src/stop.sh"
}

# ---- traffic of which we know how much it is ----

# Writes values and reads them back: values * value_bytes bytes to the monitor and as many from it.
move_payload() {
    local i
    for i in $(seq $values); do
        head -c $value_bytes /dev/urandom | base64 -w 0 | head -c $value_bytes >"value.$i"
        ours config-key set "payload/$i" -i "value.$i" || return
        ours config-key get "payload/$i" >"got.$i" || return
        cmp "value.$i" "got.$i" || return
    done
}

# ---- the facts ----

counters_cover_payload() {
    counters_cover $((values * value_bytes))
}

# Between client and monitor: those that stay connected, while nothing else is.
a_queue_pair_for_each_client() {
    equal "$(queue_pairs mon.a)" $clients
}

no_tcp_connection() {
    equal "$(tcp_connections mon.a)" 0
}

dump_agrees() {
    equal "$(dumped_connections mon.a rsockets)" $clients
}

# ---- clients that stay ----

watches() {
    grep -q 'id: ' "watch.$1"
}

start_clients() {
    local i
    watchers=()
    for i in $(seq $clients); do
        # no function, whose process would be a shell
        timeout 600 "$build/src/tools/ceph" -c ceph.conf "${client_options[@]}" -w >"watch.$i" 2>&1 &
        watchers+=($!)
        on_exit stop_watcher $!
    done
    for i in $(seq $clients); do
        wait_until 90 watches "$i" || { cat "watch.$i" && return 1; }
    done
}

# The process is timeout, which passes the signal on.
stop_watcher() {
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

stop_clients() {
    local pid
    for pid in "${watchers[@]}"; do
        stop_watcher "$pid"
    done
    watchers=()
}

# ---- the tests ----

rdma_only() {
    check "rdma: the monitor starts" start_cluster --rdma
    note_counters
    check "rdma: ceph -s" ours -s
    check "rdma: the address is rdma" grep -q "rdma:$RDMA_VM_ADDR0:" <(ours mon dump 2>/dev/null)
    check "rdma: values are written and read back" move_payload
    check "rdma: the devices' counters cover them, each way" counters_cover_payload
    check "rdma: $clients clients stay connected" start_clients
    check "rdma: each has a queue pair" a_queue_pair_for_each_client
    check "rdma: none has a TCP connection" no_tcp_connection
    check "rdma: messenger dump agrees" dump_agrees
    stop_clients
    check "rdma: the monitor stops" stop_cluster
}

# The same checks, where RDMA is not used. Without this they could be checks that pass anyway.
negative_control() {
    check "tcp: the monitor starts" start_cluster --ip "$RDMA_VM_ADDR0"
    note_counters
    check "tcp: values are written and read back" move_payload
    check "tcp: no device's counters cover them" not counters_cover_payload
    check "tcp: $clients clients stay connected" start_clients
    check "tcp: not each has a queue pair" not a_queue_pair_for_each_client
    check "tcp: there are TCP connections" not no_tcp_connection
    check "tcp: messenger dump does not call them rsockets" not dump_agrees
    check "tcp: messenger dump calls them simple" equal "$(dumped_connections mon.a simple)" $clients
    stop_clients
    check "tcp: the monitor stops" stop_cluster
}

genuine_sees_what_ours_wrote() {
    timeout 300 $genuine -c ceph.conf --connect-timeout 200 config-key get payload/1 >got.genuine && cmp value.1 got.genuine
}

dual() {
    check "dual: the monitor starts" start_cluster --dual
    note_counters
    client_options=(--ms-client-type "rsockets,simple")
    check "dual: values are written and read back by RDMA" move_payload
    check "dual: the devices' counters cover them, each way" counters_cover_payload
    check "dual: $clients of our clients stay connected by RDMA" start_clients
    check "dual: each has a queue pair" a_queue_pair_for_each_client
    check "dual: none has a TCP connection" no_tcp_connection
    if [ -x $genuine ]; then
        check "dual: genuine ceph -s, meanwhile" timeout 300 $genuine -c ceph.conf --connect-timeout 200 -s
        check "dual: genuine ceph reads what ours wrote by RDMA" genuine_sees_what_ours_wrote
        check "dual: our clients are still there" dump_agrees
    else
        skip "dual: genuine ceph" "genuine ceph is not installed"
    fi
    stop_clients
    client_options=(--ms-client-type simple)
    check "dual: our ceph by TCP" ours -s
    check "dual: the monitor stops" stop_cluster
}

mkdir "$tmp/cluster" && cd "$tmp/cluster" || exit
on_exit stop_cluster
rdma_only
negative_control
dual
tap_end
