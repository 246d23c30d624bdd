#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run-fuzzers.sh SRCDIR SECONDS TARGET...: fuzzes each target, built with libFuzzer, for SECONDS, starting from its
# corpus in SRCDIR. What is found new is kept in fuzz-corpus/ for the next run, what crashes in fuzz-crashes/.
set -u
srcdir=$1
seconds=$2
shift 2
failed=0
for target; do
    name=$(basename "$target" | sed 's/^fuzz_//')
    mkdir -p "fuzz-corpus/$name" "fuzz-crashes/$name"
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="fuzz-crashes/$name/" "fuzz-corpus/$name" "$srcdir/src/test/fuzz/corpus/$name" \
        >"fuzz-$name.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$name.log")
        echo "fuzz_$name: $runs inputs in $seconds s, nothing found"
    else
        tail -n 60 "fuzz-$name.log"
        echo "fuzz_$name: FAILED, see fuzz-$name.log and fuzz-crashes/$name in $(pwd)"
        failed=1
    fi
done
exit $failed
