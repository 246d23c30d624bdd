#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The messenger against bare sockets: rstream, the bench's own raw loop and the messenger take turns in one run on one
# machine; printed are the medians and how they relate. Run it from the build tree, on a machine that is otherwise idle.
#
#   qa/bench/msgr-bench.sh [--rounds N] [--seconds S] [--realtime] [CASE...]
#
# --realtime puts everything measured before other programs (SCHED_FIFO): for a machine that is not idle. All three have
# the same spinning (rstream knows for ever and not at all) and the same socket buffers (rstream's: 512 KiB over TCP).
# rstream says how long a transfer took on average, so its runs are short and the median is taken of many.
#
# CASE: host (TCP on loopback), connections (10,000 of them), vm (rsockets and TCP in qa/rdma-vm), vm-connections
# (1,000 rsockets). Default: all. What starts with "inside" is for the part that runs in the machine.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=qa/bench/rstream.sh
. "$here/bench/rstream.sh"
bench=${CEPH_MSGR_BENCH:-src/tools/ceph-msgr-bench}
rounds=9 seconds=0.5
tmp=$(mktemp -d) || exit 1
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT

die() { echo "msgr-bench.sh: $*" >&2; exit 1; }
usage() { sed -n '/^#   qa/,/^set/s/^# *//p' "$0"; exit 1; }

# field NAME: the number of that name in the JSON on standard input, the first one
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" | head -1; }
# end NAME: of the bench's JSON on standard input, what it says of the client or of the server
end() { sed -n "s/.*\"$1\":{\([^}]*\)}.*/\1/p"; }
# ours TYPE SPIN SIZE options...: the bench's JSON. Both ends get the options in both_ends, the client the others.
both_ends=(--ms-tcp-sndbuf 512K --ms-tcp-rcvbuf 512K)
ours() {
    local type=$1 spin=$2 size=$3 prefix=v1 addr
    shift 3
    [ "$type" = rsockets ] && prefix=rdma
    # One worker: each of several would spin so long after its last event, and the connection that the bench steers the
    # other end by would take a processor from the one that is measured.
    local common=(--ms-type "$type" --ms-worker-threads 1 --ms-tcp-spin-us "$spin" --ms-rsockets-spin-us "$spin"
        --ms-crc-data=false "${both_ends[@]}")
    local raw=()
    [ "${1:-}" = --raw ] && raw=(--raw)
    rm -f "$tmp/addr"; : >"$tmp/addr"
    "${realtime[@]}" "$bench" server "$prefix:$peer" "${common[@]}" "${raw[@]}" >>"$tmp/addr" &
    server=$!
    for _ in $(seq 100); do
        addr=$(head -1 "$tmp/addr")
        [ -n "$addr" ] && break
        sleep 0.1
    done
    "${realtime[@]}" "$bench" client "$addr" "${common[@]}" -b "$size" --time "$seconds" --warmup 0.2 -f json "$@" || echo "failed: $*" >&2
    kill $server
    wait $server 2>/dev/null
    server=
}

row() { printf '%-9s %-10s %8s %5s %12s %12s %12s %8s %8s\n' "$@"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {if (b + 0 > 0) printf "%.2f", a / b; else print "-"}'; }

# medians_row TYPE CASE SIZE SPIN: of r, w and o, the runs of rstream, of the raw transport and of the messenger
medians_row() {
    local rs ra ou
    rs=$(printf '%s\n' "${r[@]}" | median) ra=$(printf '%s\n' "${w[@]}" | median) ou=$(printf '%s\n' "${o[@]}" | median)
    row "$@" "$rs" "$ra" "$ou" "$(ratio "$ou" "$rs")" "$(ratio "$ra" "$rs")"
}

# ping_pong TYPE SPIN SIZE ITERATIONS: round trips in microseconds
ping_pong() {
    local r=() w=() o=() i
    for ((i = 0; i < rounds; i++)); do
        r+=("$(rstream_run "$1" "$2" "$3" "$4" 1 | awk '{print $1 * 2}')")
        w+=("$(ours "$1" "$2" "$3" --raw | field p50)")
        o+=("$(ours "$1" "$2" "$3" | field p50)")
    done
    medians_row "$1" "ping-pong" "$3" "$2"
}

# stream TYPE SPIN SIZE ITERATIONS COUNT: megabytes for each second
stream() {
    local r=() w=() o=() i
    for ((i = 0; i < rounds; i++)); do
        r+=("$(rstream_run "$1" "$2" "$3" "$4" "$5" | awk -v s="$3" '{print s / $1}')")
        w+=("$(ours "$1" "$2" "$3" --raw --pattern send | field megabytes_per_second)")
        o+=("$(ours "$1" "$2" "$3" --pattern send -t 16 | field megabytes_per_second)")
    done
    medians_row "$1" "MB/s" "$3" "$2"
}

head_lines() {
    echo
    echo "$1${realtime[0]:+, before all other programs}: $(uname -r), $(nproc) CPUs ($(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)), medians of $rounds runs"
    echo "ping-pong: microseconds for a round trip, one under way; spin: microseconds of looking before sleeping"
    row transport case size spin rstream raw messenger ratio raw/rs
}

case_host() {
    head_lines "TCP on loopback"
    local size spin
    for spin in 1000 0; do
        for size in 64 512 4096; do ping_pong simple $spin $size 10000; done
    done
    for spin in 1000 0; do stream simple $spin 1048576 5 200; done
}

# bare TYPE COUNT: the memory of each idle connection of the transport alone, in bytes
bare() {
    local prefix=v1
    [ "$1" = rsockets ] && prefix=rdma
    src/test/bench/bare_connections "$prefix:$peer" "$2" --ms-rsockets-max-connections $((2 * $2 + 32)) "${both_ends[@]}"
}

# many TYPE COUNT options...: threads and memory with COUNT connections against ten
many() {
    local type=$1 count=$2 few all both_ends=("${@:3}")
    few=$(ours "$type" 0 64 --connections 10)
    all=$(ours "$type" 0 64 --connections "$count")
    [ -n "$all" ] || { echo "$type: $count connections: failed"; return 1; }
    echo "$type: $(echo "$all" | field connections) of $count connections had a message answered, in" \
        "$(echo "$all" | field connect_seconds) s; then $(echo "$all" | field messages) messages, bad: $(echo "$all" | field bad)"
    local name
    for name in client server; do
        echo "  $name: threads $(echo "$all" | end $name | field threads)" \
            "(with ten connections: $(echo "$few" | end $name | field threads))," \
            "memory of each idle connection: $(echo "$all" | end $name | field memory_per_connection) bytes"
    done
    echo "  without a messenger a connection takes: $(bare "$type" "$count") bytes"
}

case_connections() {
    echo
    echo "10,000 connections: $(uname -r), $(nproc) CPUs"
    many simple 10000
}

case_inside_vm() {
    peer=$RDMA_VM_ADDR1
    head_lines "In the machine, over the link between two RDMA devices"
    local size type
    for type in rsockets simple; do
        for size in 64 512 4096; do ping_pong "$type" 1000000 $size 300; done
    done
    for type in rsockets simple; do stream "$type" 1000000 1048576 1 20; done
}

case_inside_vm_connections() {
    peer=$RDMA_VM_ADDR1
    ulimit -l unlimited
    echo
    echo "1,000 rsockets: $(uname -r), $(nproc) CPUs"
    many rsockets 1000
    many rsockets 1000 --ms-rsockets-sqsize 32 --ms-rsockets-rqsize 32 --ms-rsockets-sndbuf 8K --ms-rsockets-rcvbuf 8K
}

in_vm() {
    "$here/rdma-vm" --kernel 6.1 --cpus 2 --mem "$1" --timeout 3000 -- "$0" --rounds "$rounds" --seconds "$seconds" "$2"
}

cases=()
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --realtime) realtime=(chrt -f 10); shift ;;
        -*) usage ;;
        *) cases+=("$1"); shift ;;
    esac
done
[ -x "$bench" ] || die "no $bench here: run this from the build tree, after make"
command -v rstream >/dev/null || die "rstream is missing: install rdmacm-utils"
[ ${#cases[@]} -gt 0 ] || cases=(host connections vm vm-connections)
for c in "${cases[@]}"; do
    case $c in
        host) case_host ;;
        connections) case_connections ;;
        vm) in_vm 1500M inside-vm ;;
        vm-connections) in_vm 3000M inside-vm-connections ;;
        inside-vm) case_inside_vm ;;
        inside-vm-connections) case_inside_vm_connections ;;
        *) usage ;;
    esac
done
