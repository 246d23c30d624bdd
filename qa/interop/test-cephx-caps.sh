#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Capabilities for monitors mean with our ceph-mon what they mean with a genuine one: each denies what the other denies.
# TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/cephx.sh
. "$srcdir/qa/interop/cephx.sh"
need_genuine ceph ceph-mon ceph-authtool monmaptool
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
start_genuine_mon g 'auth_allow_insecure_global_id_reclaim = false' ||
    { echo "Bail out! genuine ceph-mon does not start"; exit 1; }
genuine_conf=$conf
start_our_mon a
/usr/bin/python3 "$srcdir/qa/interop/cephx_caps.py" mon "$genuine_conf" "$conf"
tap_ended=1
