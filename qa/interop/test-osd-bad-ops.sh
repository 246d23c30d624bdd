#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Operations that no library sends, to a genuine OSD and to ours: both give the same answers, or none. Without
# authentication, so that a client of the test's own is let in.
set -u
# shellcheck disable=SC2034 # genuine.sh reads it
auth=none
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mixed-cluster.sh
. "$srcdir/qa/interop/mixed-cluster.sh"
start_mixed_cluster 1

address_of() { # OSD
    genuine_ceph osd dump | grep "^osd\.$1 up" | grep -o '127\.0\.0\.1:[0-9]*/[0-9]*' | head -n 1
}
number_of() { # POOL
    genuine_ceph osd pool ls detail -f json | /usr/bin/python3 -c '
import json, sys
print([p["pool_id"] for p in json.load(sys.stdin) if p["pool_name"] == sys.argv[1]][0])' "$1"
}
epoch() {
    genuine_ceph osd dump | sed -n 's/^epoch //p'
}
# answers ID POOL: what the OSD of that number says of the pool's objects.
answers() {
    timeout 120 "$build/src/test/interop/osd_bad_ops" "$(address_of "$1")" "$(number_of "$2")" 8 "$(epoch)"
}
same_answers() {
    answers 0 pg >"$tmp/genuine" && answers 1 po >"$tmp/ours" || return
    cat "$tmp/genuine"
    diff "$tmp/genuine" "$tmp/ours"
}
creates() { # POOL
    timeout 60 "$genuine_bin/rados" -c "$conf" -p "$1" create object
}

check "the same answers" same_answers
check "one for each" eval '[ "$(wc -l <"$tmp/genuine")" = 9 ] && grep -qx "one that would write: -95" "$tmp/genuine"'
# The genuine one lets all wait who come behind the map that is not there.
check "ours goes on" eval 'creates po && osd_is 1 up'
tap_end
