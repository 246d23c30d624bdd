#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our ceph-osd against a genuine one, and our rados on ours against genuine rados on the genuine one: OSDs of both kinds
# are under one genuine monitor, with cephx, and take turns under `rados bench`, on pools of one copy. Printed are the
# medians of the rounds, how they relate, and the CPU time of the OSD for each operation. Run it from the build tree, on a
# machine that is otherwise idle.
#
#   qa/bench/osd-bench.sh [--rounds N] [--seconds S] [STORE...]
#
# STORE: memory (memstore on both sides), disk (kvstore here, bluestore there). Default: both.
set -u
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
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
[ $# -gt 0 ] || set -- memory disk
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

# median NAME OPERATION COLUMN
median() {
    awk -v n="$1" -v o="$2" -v c="$3" '$1 == n && $2 == o {print $c}' "$tmp/rounds" | sort -g |
        awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# compare TITLE OPERATION GENUINE OURS: a line of the table.
compare() {
    awk -v t="$1" -v o="$2" -v g="$(median "$3" "$2" 3)" -v u="$(median "$4" "$2" 3)" -v gc="$(median "$3" "$2" 4)" \
        -v uc="$(median "$4" "$2" 4)" 'BEGIN {printf "%-34s %-6s %9.0f %9.0f %7.2f %9.1f %9.1f %7.2f\n", t, o, g, u, u / g, gc, uc, uc / gc}'
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

top=$tmp
echo "kernel $(uname -r), $(nproc) CPUs, genuine $("$genuine_bin/ceph" --version | cut -d' ' -f3), medians of $rounds rounds of $seconds s"
printf '%-34s %-6s %9s %9s %7s %9s %9s %7s\n' "genuine rados on" "" "genuine/s" "ours/s" ratio "CPU us" "CPU us" ratio
for store; do
    case $store in
    memory) start memstore memstore ;;
    disk) start bluestore kvstore ;;
    *) usage ;;
    esac
    show_case "$store" 4096 1
    show_case "$store" 4096 16
    show_case "$store" 4194304 16
    stop_osd 0
    stop_osd 1
    stop "$mon_pid"
    rm -rf "$tmp"
done
