#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of our ceph-mon against those of a genuine one: same results, same plain text, same shape of JSON. TAP.
# Run it from the top of the build tree.
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mon-lib.sh
. "$srcdir/qa/interop/mon-lib.sh"
need_genuine
on_exit stop_mon "$dir/genuine"
on_exit stop_mon "$dir/ours"
start_both
tap_ended=1 # the program says it all
timeout 300 "$python" "$srcdir/qa/interop/mon_shapes.py" "$dir/genuine/ceph.conf" "$dir/ours/ceph.conf"
