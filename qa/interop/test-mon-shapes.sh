#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of our ceph-mon against those of a genuine one: same results, same plain text, same shape of JSON. TAP.
# Run it from the top of the build tree.
srcdir=${srcdir:-$(dirname "$0")/../..}
dir=$(mktemp -d) || exit 1
# shellcheck source=qa/interop/mon-lib.sh
. "$srcdir/qa/interop/mon-lib.sh"
trap 'stop_mon "$dir/genuine"; stop_mon "$dir/ours"; rm -rf "$dir"' EXIT
need_genuine
start_both
timeout 300 "$python" "$srcdir/qa/interop/mon_shapes.py" "$dir/genuine/ceph.conf" "$dir/ours/ceph.conf"
