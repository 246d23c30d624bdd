#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Replays corpus/NAME through fuzz_NAME for every fuzz target, as TAP. A target without a corpus and a corpus
# without a target are failures.
srcdir=${srcdir:-.}
corpora=$srcdir/src/test/fuzz/corpus
names=$({ ls "$corpora"
          for t in src/test/fuzz/fuzz_*; do
              if [ -x "$t" ] && [ -f "$t" ]; then basename "$t" | sed 's/^fuzz_//'; fi
          done; } | sort -u)
n=0
for name in $names; do
    n=$((n + 1))
    target=src/test/fuzz/fuzz_$name
    if [ ! -d "$corpora/$name" ]; then
        echo "not ok $n - fuzz_$name has no corpus"
    elif [ ! -x "$target" ]; then
        echo "not ok $n - corpus $name has no target fuzz_$name"
    elif "$target" -runs=0 "$corpora/$name" >"$target.out" 2>&1; then
        echo "ok $n - fuzz_$name: $(ls "$corpora/$name" | wc -l) inputs"
    else
        tail -n 40 "$target.out" | sed 's/^/# /'
        echo "not ok $n - fuzz_$name"
    fi
done
echo "1..$n"
