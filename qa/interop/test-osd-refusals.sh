#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a genuine OSD and ours refuse, and how: the same steps on a pool of each, by the same client, give the same line.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mixed-cluster.sh
. "$srcdir/qa/interop/mixed-cluster.sh"
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
start_mixed_cluster 1

refused() { # CASE: in both pools
    local pool

    for pool in pg po; do
        timeout -k 5 120 /usr/bin/python3 "$srcdir/qa/interop/osd_refusals.py" "$conf" "$pool" "$1" >"$tmp/$pool" 2>&1 ||
            { cat "$tmp/$pool"; return 1; }
        [ -s "$tmp/$pool" ] || return
    done
    diff "$tmp/pg" "$tmp/po"
}
for case in names sizes objects blocklisted; do
    check "$case" refused "$case"
done
check "the log says whose watch was dropped" grep -q 'client\.[0-9]* watched watched and is blocklisted: dropped' "$tmp/osd.1.log"
tap_end
