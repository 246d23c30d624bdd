#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzzes each of FUZZ_TARGETS, built with libFuzzer, for an equal share of FUZZ_SECONDS, starting from its corpus in
# the source tree; TAP. What is found new is kept in fuzz-corpus/ for the next run, what crashes in fuzz-crashes/.
set -u
srcdir=${srcdir:-.}
# shellcheck disable=SC2086 # one word each
set -- $FUZZ_TARGETS
share=$((FUZZ_SECONDS / $# + 1))
n=0
echo "1..$#"
for target; do
    n=$((n + 1))
    name=$(basename "$target" | sed 's/^fuzz_//')
    mkdir -p "fuzz-corpus/$name" "fuzz-crashes/$name"
    if "$target" -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="fuzz-crashes/$name/" "fuzz-corpus/$name" "$srcdir/src/test/fuzz/corpus/$name" \
        >"fuzz-$name.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$name.log")
        echo "ok $n - fuzz_$name: $runs inputs in $share s"
    else
        tail -n 60 "fuzz-$name.log" | sed 's/^/# /'
        echo "# see fuzz-$name.log and fuzz-crashes/$name in $(pwd)"
        echo "not ok $n - fuzz_$name"
    fi
done
