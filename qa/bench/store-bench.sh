#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The store on disk against plain files on the same disk, in turns in one run: objects of one size are written, each
# durable, overwritten in part and read; files are written with fdatasync. Printed are the medians and what part of the
# files' rate the store reaches. Run it from the build tree, on a machine that is otherwise idle.
#
#   qa/bench/store-bench.sh [--rounds N] [--dir DIR] [CASE...]
#
# CASE is SIZE:COUNT:IN-FLIGHT. Default: 4096:3000:1 4096:3000:16 4194304:64:4.
set -u
bench=src/test/bench/store_bench
rounds=5 dir=.
usage() { sed -n '/^#   qa/,/^set/s/^# *//p' "$0"; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=${2:?} && shift 2 ;;
    --dir) dir=${2:?} && shift 2 ;;
    -*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || set -- 4096:3000:1 4096:3000:16 4194304:64:4
[ -x $bench ] || { echo "store-bench.sh: there is no $bench; run make $bench" >&2; exit 1; }
tmp=$(mktemp -d "$dir/store-bench.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT

# median NAME: of the rates that the rounds gave
median() {
    sed -n "s/^$1 *\([0-9]*\) .*/\1/p" "$tmp/out" | sort -g |
        awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

for case in "$@"; do
    IFS=: read -r size count flight <<<"$case"
    : >"$tmp/out"
    for ((i = 0; i < rounds; i++)); do
        mkdir "$tmp/data"
        $bench kvstore "$tmp/data" "$size" "$count" "$flight" >>"$tmp/out" || exit 1
        rm -r "$tmp/data"
    done
    echo "objects of $size bytes, $flight at a time, each durable; medians of $rounds rounds"
    for what in write 'overwrite 4 KiB'; do
        store=$(median "store: $what") files=$(median "files: $what")
        awk -v w="$what" -v s="$store" -v f="$files" \
            'BEGIN {printf "  %-16s %8d /s, files %8d /s, ratio %.2f\n", w, s, f, f ? s / f : 0}'
    done
    printf '  %-16s %8d /s\n' read "$(median 'store: read')"
done
