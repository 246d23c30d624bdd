#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A byte of one object is damaged on the disk of our ceph-osd: that object's data cannot be read, its log says whose it is,
# and everything else goes on.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-mon ceph-authtool monmaptool rados
start_mon_for_osds kvstore

rados() { timeout -k 5 60 "$genuine_bin/rados" -c "$conf" --admin_socket= -p p "$@"; }
same() { cmp <("$@") "$tmp/in"; }

damage_an_object
check "the OSD starts on that" run_osd 0
check "the object cannot be read" eval '! rados get damaged - >"$tmp/out" 2>"$tmp/err" && grep -q "(5) Input/output error" "$tmp/err"'
check "the log says which one" grep -q "READ of damaged: Input/output error: what is stored of the object is damaged" \
    "$tmp/osd.0.log"
check "others can" eval 'rados get whole - | cmp - "$conf"'
check "its attributes, too" eval '[ "$(rados getxattr damaged name)" = value ]'
check "objects are written" eval 'rados put new "$conf" && rados get new - | cmp - "$conf"'
check "it is replaced by a whole one" eval 'rados rm damaged && rados put damaged "$tmp/in" && same rados get damaged -'
check "the OSD still runs" osd_is 0 up
tap_end
