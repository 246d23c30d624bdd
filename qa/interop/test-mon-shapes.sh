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
if [ ! -x "$genuine_mon" ]; then
    echo "1..0 # SKIP genuine ceph-mon is not installed"
    exit 0
fi
write_conf "$dir/genuine" "$(free_port)" "auth_allow_insecure_global_id_reclaim = false"
write_conf "$dir/ours" "$(free_port)"
genuine_map=$dir/genuine/monmap
/usr/bin/monmaptool --create --fsid "$fsid" --addv a "[v1:$(sed -n 's/^mon_host = v1://p' "$dir/genuine/ceph.conf")]" \
    "$genuine_map" >/dev/null || exit 1
"$genuine_mon" -c "$dir/genuine/ceph.conf" -i a --mkfs --monmap "$genuine_map" >"$dir/genuine/mkfs.out" 2>&1
for which in genuine ours; do
    [ $which = ours ] && mon=$our_mon || mon=$genuine_mon
    if ! start_mon "$mon" "$dir/$which"; then
        sed 's/^/# /' "$dir/$which"/*.out
        echo "Bail out! the $which monitor did not start"
        exit 1
    fi
done
timeout 300 "$python" "$srcdir/qa/interop/mon_shapes.py" "$dir/genuine/ceph.conf" "$dir/ours/ceph.conf"
