#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Capabilities for OSDs mean with our ceph-osd what they mean with a genuine one: each denies what the other denies. TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/cephx.sh
. "$srcdir/qa/interop/cephx.sh"
need_genuine ceph ceph-mon ceph-osd ceph-authtool monmaptool
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"

# cluster NAME OSD STORE
cluster() {
    start_cluster "$@" 3600 >"$top/start.out" 2>&1 && genuine_ceph osd pool create q 8 8 >/dev/null 2>&1 && return
    sed 's/^/# /' "$top/start.out"
    echo "Bail out! the cluster $1 does not start"
    exit 1
}
cluster genuine "$genuine_bin/ceph-osd" memstore
genuine_conf=$conf
cluster ours "$build/src/osd/ceph-osd" kvstore
/usr/bin/python3 "$srcdir/qa/interop/cephx_caps.py" osd "$genuine_conf" "$conf"
tap_ended=1
