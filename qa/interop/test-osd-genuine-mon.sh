#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our ceph-osd under a genuine ceph-mon, used by genuine rados: every kind of operation on objects that it has, and
# what is left after the OSD was killed.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon monmaptool rados
start_mon_for_osds kvstore

rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}
same_object() {
    rados get "$1" "$tmp/got" && cmp "$tmp/got" "$2"
}

head -c 9000000 /dev/urandom >"$tmp/large"
printf hello >"$tmp/small"

check "a new OSD is registered, and its data made" new_osd 0
uuid=$(cat "$tmp/osd.0/fsid")
check "its data is left alone when it is there" "$osd_program" -c "$conf" -i 0 --mkfs --osd-uuid "$uuid"
check "the OSD knows who it is" gives "$uuid" "$osd_program" -c "$conf" -i 0 --get-osd-fsid
check "it boots" run_osd 0
check "a pool is made" genuine_ceph osd pool create p 8 8

check "put" rados put large "$tmp/large"
check "get" same_object large "$tmp/large"
check "put of a small object" rados put small "$tmp/small"
check "append" rados append small "$tmp/small"
check "what was appended" gives hellohello rados get small -
check "truncate" rados truncate small 7
check "what is left of it" gives hellohe rados get small -
check "create" rados create empty
check "stat of what is not there" fails rados stat nothing
check "rm of what is not there" fails rados rm nothing
check "setxattr" rados setxattr small name value
check "getxattr" gives value rados getxattr small name
check "listxattr" gives name rados listxattr small
check "rmxattr" rados rmxattr small name
check "getxattr of what is not there" fails rados getxattr small name
check "setomapval" rados setomapval small key value
check "listomapkeys" gives key rados listomapkeys small
check "rmomapkey" rados rmomapkey small key
check "listomapkeys of none" gives "" rados listomapkeys small
check "setomapheader" rados setomapheader small head
check "put into a namespace" rados -N ns put other "$tmp/small"
check "ls" gives "empty large small" eval 'rados ls | sort | paste -sd " "'
check "ls of a namespace" gives other rados -N ns ls
check "bench" rados bench 2 write -b 4096 -t 8 --no-cleanup
check "bench reads it back" rados bench 1 seq -t 8
check "tell" gives "\"state\": \"active\"," eval 'genuine_ceph tell osd.0 status | grep -o "\"state\".*"'
check "messenger dump" gives '"entity": "osd.0"' \
    eval 'genuine_ceph daemon "$tmp/ceph-osd.0.asok" messenger dump | grep -o "\"entity\".*[a-z0-9]\"" | sort -u'

count=$(rados ls | wc -l)
check "the OSD is killed and starts again" eval 'kill_osd 0; run_osd 0'
check "nothing is lost" gives "$count" eval 'rados ls | wc -l'
check "data is as it was" same_object large "$tmp/large"
check "rm" rados rm large
check "it is gone" fails rados stat large
check "SIGTERM ends it, and the monitor knows" eval 'stop_osd 0 && osd_is 0 down'
tap_end
