#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Commands about crush and pools, the same for a genuine monitor and for ours, and the maps that come of it. TAP. Run it
# from the top of the build tree.
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mon-lib.sh
. "$srcdir/qa/interop/mon-lib.sh"
need_genuine
on_exit stop_mon "$dir/genuine"
on_exit stop_mon "$dir/ours"
start_both "mon_allow_pool_delete = true" "osd_pool_default_size = 1" "mon_allow_pool_size_one = true" \
    "osd_pool_default_pg_autoscale_mode = off"
tap_ended=1 # the program says it all
timeout 600 "$python" "$srcdir/qa/interop/mon_crush_pool.py" "$dir/genuine/ceph.conf" "$dir/ours/ceph.conf" "$dir"
