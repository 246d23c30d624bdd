#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Operations of one placement group that wait, some for their object, some for a map: none overtakes an earlier one on the
# same object. Without authentication, so that a client of the test's own is let in.
set -u
# shellcheck disable=SC2034 # genuine.sh reads it
auth=none
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon monmaptool rados
start_osd_cluster kvstore p
objects=60

contents() {
    local i

    for i in $(seq $objects); do
        timeout 60 "$genuine_bin/rados" -c "$conf" -p one get "o$i" - 2>/dev/null
        echo
    done | sort | uniq -c
}
under_way() { # COUNT
    timeout 60 "$build/src/tools/ceph" -c "$conf" tell osd.0 ops | grep -q "\"num_ops\": $1\$"
}

check "a pool with one group" genuine_ceph osd pool create one 1 1
check "it serves" timeout 60 "$genuine_bin/rados" -c "$conf" -p one create served
address=$(genuine_ceph osd dump | grep "^osd\.0 up" | grep -o '127\.0\.0\.1:[0-9]*/[0-9]*' | head -n 1)
pool=$(genuine_ceph osd pool ls detail | sed -n "s/^pool \([0-9]*\) 'one'.*/\1/p")
epoch=$(genuine_ceph osd dump | sed -n 's/^epoch //p')
"$build/src/test/interop/osd_overtaking" "$address" "$pool" "$epoch" $((epoch + 5)) $objects >"$tmp/sent" &
sender=$!
on_exit stop $sender
check "operations are sent" wait_until 60 grep -q sent "$tmp/sent"
# Including those before would be more.
check "those behind the one for a later map wait, and no others" wait_until 60 under_way $((objects + 1))
check "more maps come" eval 'for _ in 1 2 3; do genuine_ceph osd set noout && genuine_ceph osd unset noout || break; done'
check "all is done" wait_until 60 under_way 0
check "in the order of the sender" gives " $objects 123" eval 'contents | sed "s/^ */ /"'
tap_end
