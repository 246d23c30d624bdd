# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# facts.sh: whether a daemon is reached by RDMA, by four facts that have nothing to do with what our programs say about
# themselves, and by one that compares the two. Each must be missing when the same is done over TCP. To be sourced inside
# qa/rdma-vm, with $srcdir set; sources tap.sh. The cluster is one of vstart.sh's, in the current directory.

# shellcheck source=qa/interop/tap.sh
. "${srcdir:-.}/qa/interop/tap.sh"
[ -n "${RDMA_VM:-}" ] || skip_all "runs in qa/rdma-vm"

# Packets that a device has sent and received.
device_packets() {
    cat "/sys/class/infiniband/$1/ports/1/hw_counters/sent_pkts" "/sys/class/infiniband/$1/ports/1/hw_counters/rcvd_pkts"
}

note_counters() {
    device_packets rxe0 >counters.0
    device_packets rxe1 >counters.1
}

# counters_cover BYTES: each direction moved at least as much since note_counters. A packet of a path whose MTU is 1024
# carries no more.
counters_cover() {
    local end before now i
    for end in 0 1; do
        mapfile -t before <"counters.$end"
        mapfile -t now < <(device_packets "rxe$end")
        for i in 0 1; do
            echo "rxe$end: $((now[i] - before[i])) packets"
            [ $((now[i] - before[i])) -ge $(($1 / 1024)) ] || return
        done
    done
}

# queue_pairs NAME: those of a daemon that are ready to send. The kernel names the thread that made them.
queue_pairs() {
    local thread count=0
    for thread in $(rdma resource show qp | sed -n 's/.* type RC state RTS .* pid \([0-9]*\) .*/\1/p'); do
        [ ! -d "/proc/$(<"out/$1.pid")/task/$thread" ] || count=$((count + 1))
    done
    echo $count
}

# tcp_connections NAME: a daemon's.
tcp_connections() {
    ss -Htnp state established | grep -c "pid=$(<"out/$1.pid"),"
}

# dumped_connections NAME TRANSPORT: a daemon's open ones, as it says itself.
dumped_connections() {
    "$build/src/tools/ceph" -c ceph.conf daemon "$PWD/out/$1.asok" messenger dump | python3 -c '
import json, sys
def connections(node):
    if isinstance(node, dict):
        if "connections" in node:
            yield from node["connections"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            if not (isinstance(item, dict) and "peer" in item):
                yield from connections(item)
print(sum(c["transport"] == sys.argv[1] and c["state"] == "OPEN" and bool(c["socket_addr"])
          for c in connections(json.load(sys.stdin))))' "$2"
}

equal() {
    echo "$1, expected $2"
    [ "$1" = "$2" ]
}

not() {
    ! "$@"
}
