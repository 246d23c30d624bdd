#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Clusters without authentication: OSDs of ours under our monitor and under a genuine one, and clients of both kinds.
set -u
# shellcheck disable=SC2034 # genuine.sh reads it
auth=none
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/our-mon.sh
. "$srcdir/qa/interop/our-mon.sh"
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon monmaptool rados
top=$tmp

# uses RADOS: what it stores it finds again.
uses() {
    timeout -k 5 60 "$1" -c "$conf" -p p put object "$top/in" && timeout -k 5 60 "$1" -c "$conf" -p p get object - | cmp - "$top/in"
}
# used_by_both WHOSE
used_by_both() {
    check "$1 monitor: an OSD is registered and made" new_osd 0
    check "it boots" run_osd 0
    check "a pool is made" genuine_ceph osd pool create p 8 8
    check "genuine ceph -s" prints HEALTH_ genuine_ceph -s
    check "our ceph -s" prints HEALTH_ our_ceph -s
    check "genuine rados" uses "$genuine_bin/rados"
    check "our rados" uses "$build/src/tools/rados"
    check "ceph tell" prints '"state": "active"' genuine_ceph tell osd.0 status
    check "who insists on cephx is not let in" fails our_ceph --connect-timeout 5 --auth_client_required=cephx fsid
}

# A client says to osd.0 what only monitors say.
intrude() {
    "$build/src/test/interop/osd_intruder" "$(genuine_ceph osd dump | grep '^osd\.0 up' | grep -o '127\.0\.0\.1:[0-9]*/[0-9]*' | head -n 1)" &&
        wait_until 30 eval '[ "$(grep -c "from client.intruder is dropped: only monitors" "$tmp/osd.0.log")" = 4 ]' && osd_is 0 up
}

head -c 100000 /dev/urandom >"$top/in"
tmp=$top/ours
mkdir "$tmp"
start_our_mon a "${osd_section[@]}" "osd_objectstore = memstore"
used_by_both our
check "what is not for clients to say is dropped" intrude
check "nothing has come of it" uses "$genuine_bin/rados"
tmp=$top/genuine
mkdir "$tmp"
start_mon_for_osds memstore
used_by_both "a genuine"
tap_end
