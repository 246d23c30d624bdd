#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our ceph-osd against a genuine one, and our rados on ours against genuine rados on the genuine one: OSDs of both kinds
# are under one genuine monitor, with cephx, and take turns under `rados bench`, on pools of one copy. Printed are the
# medians of the rounds, how they relate, and the CPU time of the OSD for each operation. Run it from the build tree, on a
# machine that is otherwise idle.
#
#   qa/bench/osd-bench.sh [--rounds N] [--seconds S] [CASE...]
#
# CASE: memory (memstore on both sides), disk (kvstore here, bluestore there), vm (RDMA and TCP in qa/rdma-vm, against the
# bare transports and against genuine Ceph on both). Default: all. inside-vm is for the part that runs in the machine.
set -u
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
export mon_ip=${RDMA_VM_ADDR0:-127.0.0.1} osd_ip=${RDMA_VM_ADDR0:-127.0.0.1}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
# shellcheck source=qa/bench/rstream.sh
. "$srcdir/qa/bench/rstream.sh"
tap_ended=1 # this is no test
rounds=5 seconds=3
usage() { sed -n '/^#   qa/,/^set/s/^# *//p' "$0"; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=${2:?} && shift 2 ;;
    --seconds) seconds=${2:?} && shift 2 ;;
    -*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || set -- memory disk vm
need_genuine ceph ceph-authtool ceph-mon ceph-osd monmaptool rados
die() { echo "osd-bench.sh: $*" >&2; exit 1; }

osd_programs[0]=$genuine_bin/ceph-osd
osd_programs[1]=$build/src/osd/ceph-osd
declare -A id_of=([genuine]=0 [ours]=1)

# add_osd WHOSE: in a hierarchy of its own, with a pool of that name on it.
add_osd() {
    local id=${id_of[$1]}

    new_osd "$id" && genuine_ceph osd crush add "osd.$id" 1 "root=$1" "host=$1-host" &&
        genuine_ceph osd crush rule create-simple "$1" "$1" osd && run_osd "$id" &&
        genuine_ceph osd pool create "$1" 32 32 replicated "$1"
}

# start STORE-THERE STORE-HERE: monitor and OSDs of a new cluster.
start() {
    tmp=$top/$1
    mkdir "$tmp"
    start_genuine_mon a "${size_one[@]}" "mon_warn_on_pool_no_redundancy = false" "${osd_section[@]}" \
        "osd_class_update_on_start = false" "osd_crush_update_on_start = false" "bluestore_block_size = 21474836480" \
        "memstore_device_bytes = 8G" "osd_memory_target = 4G" \
        "[osd.0]" "osd_objectstore = $1" "[osd.1]" "osd_objectstore = $2" >"$tmp/start.out" &&
        { add_osd genuine && add_osd ours; } >>"$tmp/start.out" 2>&1 || { tail "$tmp/start.out" >&2; die "no cluster"; }
}

# Clock ticks that an OSD has used.
ticks() { awk '{print $14 + $15}' "/proc/${osd_pids[${id_of[$1]}]}/stat"; }

# bench RADOS WHOSE ARGUMENT...: operations, seconds, and microseconds of the OSD for each operation.
bench() {
    local rados=$1 whose=$2 before after

    shift 2
    before=$(ticks "$whose")
    timeout -k 5 300 "$rados" -c "$conf" -p "$whose" bench "$@" >"$tmp/bench.out" 2>"$tmp/bench.err" ||
        { tail "$tmp/bench.out" "$tmp/bench.err" >&2; die "rados bench $* failed"; }
    after=$(ticks "$whose")
    awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" '
        /^Total time run:/ {time = $4}
        /^Total (reads|writes) made:/ {ops = $4}
        END {printf "%.1f %.2f\n", ops / time, ticks * 1e6 / hz / ops}' "$tmp/bench.out"
}

# One round of a case for one pair of client and OSD: writes, then reads of what was written.
round() { # NAME RADOS WHOSE SIZE IN-FLIGHT
    echo "$1 write $(bench "$2" "$3" "$seconds" write -b "$4" -t "$5" --no-cleanup --run-name r)"
    echo "$1 read $(bench "$2" "$3" "$seconds" rand -t "$5" --run-name r)"
    timeout 300 "$build/src/tools/rados" -c "$conf" -p "$3" cleanup --run-name r >/dev/null 2>&1
}

# median_of NAME OPERATION COLUMN
median_of() {
    awk -v n="$1" -v o="$2" -v c="$3" '$1 == n && $2 == o {print $c}' "$tmp/rounds" | median
}

# compare TITLE OPERATION GENUINE OURS: a line of the table.
compare() {
    awk -v t="$1" -v o="$2" -v g="$(median_of "$3" "$2" 3)" -v u="$(median_of "$4" "$2" 3)" -v gc="$(median_of "$3" "$2" 4)" \
        -v uc="$(median_of "$4" "$2" 4)" 'BEGIN {printf "%-34s %-6s %9.0f %9.0f %7.2f %9.1f %9.1f %7.2f\n", t, o, g, u, u / g, gc, uc, uc / gc}'
}

show_case() { # STORE SIZE IN-FLIGHT
    local i operation

    : >"$tmp/rounds"
    for ((i = 0; i < rounds; i++)); do
        round genuine "$genuine_bin/rados" genuine "$2" "$3"
        round ours "$genuine_bin/rados" ours "$2" "$3"
        round both "$build/src/tools/rados" ours "$2" "$3"
    done >>"$tmp/rounds"
    for operation in write read; do
        compare "$1, $2 bytes, $3 in flight" $operation genuine ours
        compare "    our rados, too" $operation genuine both
    done
}

compare_stores() { # CASE STORE-THERE STORE-HERE
    start "$2" "$3"
    echo
    printf '%-34s %-6s %9s %9s %7s %9s %9s %7s\n' "genuine rados on" "" "genuine/s" "ours/s" ratio "CPU us" "CPU us" ratio
    show_case "$1" 4096 1
    show_case "$1" 4096 16
    show_case "$1" 4194304 16
    stop_osd 0
    stop_osd 1
    stop "$mon_pid"
    rm -rf "$tmp"
}

# ---- in the virtual machine ----

# start_inside WHOSE [LINE...]: a genuine monitor and one OSD, on the address of an RDMA device.
start_inside() {
    local whose=$1 for_ours=()

    tmp=$top/$whose
    mkdir "$tmp"
    osd_programs[0]=$genuine_bin/ceph-osd
    id_of[$whose]=0
    if [ "$whose" = ours ]; then
        osd_programs[0]=$build/src/osd/ceph-osd
        for_ours=("ms_type = rsockets,simple" "ms_tcp_spin_us = $spin" "ms_rsockets_spin_us = $spin")
    fi
    start_genuine_mon a "${size_one[@]}" "${@:2}" "${osd_section[@]}" "osd_objectstore = memstore" \
        "osd_class_update_on_start = false" "osd_crush_update_on_start = false" "${for_ours[@]}" >"$tmp/start.out" && add_osd "$whose" >>"$tmp/start.out" 2>&1 ||
        { tail "$tmp/start.out" "$tmp/osd.0.out" >&2; die "no cluster"; }
}

end_inside() {
    stop_osd 0
    stop "$mon_pid"
}

# writes NAME IN-FLIGHT RADOS WHOSE [OPTION...]: of 4 KiB, what one took at a rate for each second.
writes() {
    echo "$1 $2 $(bench "$3" "$4" "${@:5}" "$seconds" write -b 4096 -t "$2" --no-cleanup --run-name r)"
}

ours_over() { # TRANSPORT IN-FLIGHT
    writes "$1" "$2" "$build/src/tools/rados" ours --ms_client_type "$1" --ms_tcp_spin_us $spin --ms_rsockets_spin_us $spin
}

case_inside_vm() {
    local i transport

    peer=$mon_ip
    : >"$top/rounds"
    start_inside ours
    for ((i = 0; i < rounds; i++)); do
        for transport in rsockets simple; do
            echo "bare-$transport 1 $(rstream_run $transport 1 4096 300 1 | awk '{printf "%.1f 0", 1e6 / $1 / 2}')"
            ours_over "${transport/rsockets/rsockets,simple}" 1
            ours_over "${transport/rsockets/rsockets,simple}" 16
        done
    done >>"$top/rounds"
    end_inside
    start_inside genuine-tcp
    for ((i = 0; i < rounds; i++)); do
        writes genuine-tcp 16 "$genuine_bin/rados" genuine-tcp
    done >>"$top/rounds"
    end_inside
    ulimit -l unlimited
    start_inside genuine-rdma "ms_type = async+rdma" "ms_async_rdma_device_name = rxe0" \
        "ms_async_rdma_buffer_size = 16384" "ms_async_rdma_receive_queue_len = 1024" \
        "ms_async_rdma_receive_buffers = 4096" "ms_async_rdma_send_buffers = 1024"
    for ((i = 0; i < rounds; i++)); do
        writes genuine-rdma 16 "$genuine_bin/rados" genuine-rdma
    done >>"$top/rounds"
    end_inside
    tmp=$top
    show_inside
}

show_inside() {
    local bare ours name

    echo
    echo "4 KiB writes in the machine: $(uname -r), $(nproc) CPUs; both transports and rstream spin"
    bare=$(ratio_of bare-rsockets bare-simple 1) ours=$(ratio_of rsockets,simple simple 1)
    echo "one in flight: $(median_of rsockets,simple 1 3) /s over rdma, $(median_of simple 1 3) /s over TCP, ratio $ours;" \
        "round trips of rstream: $(median_of bare-rsockets 1 3) and $(median_of bare-simple 1 3) /s, ratio $bare"
    for name in rsockets,simple simple genuine-tcp genuine-rdma; do
        echo "16 in flight, $name: $(median_of $name 16 3) /s"
    done
    for name in genuine-tcp genuine-rdma; do
        echo "ours over rdma against $name: $(ratio_of rsockets,simple $name 16), over TCP: $(ratio_of simple $name 16)"
    done
}

ratio_of() { # NAME NAME IN-FLIGHT
    awk -v a="$(median_of "$1" "$3" 3)" -v b="$(median_of "$2" "$3" 3)" 'BEGIN {printf "%.2f", a / b}'
}

in_vm() {
    "$srcdir/qa/rdma-vm" --kernel 6.1 --cpus 2 --mem 3000M --timeout 3000 -- "$0" --rounds "$rounds" --seconds "$seconds" inside-vm
}

top=$tmp
spin=20000
echo "kernel $(uname -r), $(nproc) CPUs, genuine $("$genuine_bin/ceph" --version | cut -d' ' -f3), medians of $rounds rounds of $seconds s"
for case; do
    case $case in
    memory) compare_stores memory memstore memstore ;;
    disk) compare_stores disk bluestore kvstore ;;
    vm) in_vm ;;
    inside-vm) case_inside_vm ;;
    *) usage ;;
    esac
done
