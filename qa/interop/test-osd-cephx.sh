#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our ceph-osd under a genuine ceph-mon with cephx: who may do what with objects, and what a refusal looks like. Clients
# are genuine and our own rados.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-mon ceph-authtool monmaptool rados
start_mon_for_osds kvstore "debug_osd = 1"

# as ENTITY COMMAND...: genuine rados.
as() {
    local name=$1
    shift
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -n "$name" -p p "$@"
}
# ours ENTITY COMMAND...: our rados.
ours() {
    local name=$1
    shift
    timeout -k 5 60 "$build/src/tools/rados" -c "$conf" -n "$name" -p p "$@"
}
user() { # NAME OSD-CAPS
    genuine_ceph auth get-or-create "client.$1" mon 'allow r' osd "$2" -o "$tmp/client.$1.keyring"
}
logged() {
    grep -q "$1" "$tmp/osd.0.log" "$tmp/osd.0.out" 2>/dev/null
}

check "an OSD is registered, with a key, and made" new_osd 0
check "it boots" run_osd 0
check "a pool is made" genuine_ceph osd pool create p 8 8
for one in 'reader:allow r' 'writer:allow rw pool=p' 'other:allow rw pool=q' 'spaced:allow rw pool=p namespace=ns'; do
    check "client.${one%%:*} may '${one#*:}'" user "${one%%:*}" "${one#*:}"
done
head -c 100000 /dev/urandom >"$tmp/in"

check "admin writes" as client.admin put object "$tmp/in"
check "a reader reads" eval 'as client.reader get object "$tmp/out" && cmp "$tmp/in" "$tmp/out"'
check "a reader may not write" fails as client.reader put object /dev/null
check "nor remove" fails as client.reader rm object
check "the log says who was refused" logged 'client.reader may not write object in pool p'
check "the object is as it was" eval 'as client.admin get object "$tmp/out" && cmp "$tmp/in" "$tmp/out"'
check "a writer writes" as client.writer put second "$tmp/in"
check "and reads" as client.writer get second "$tmp/out"
check "a writer of another pool does neither" eval '! as client.other put second "$tmp/in" && ! as client.other get second "$tmp/out"'
check "a writer of a namespace writes there" as client.spaced -N ns put third "$tmp/in"
check "and not elsewhere" fails as client.spaced put third "$tmp/in"
check "an OSD's commands are for those who may do all" fails timeout 30 "$genuine_bin/ceph" -c "$conf" -n client.writer tell osd.0 status
check "admin may" eval 'genuine_ceph tell osd.0 status | grep -q active'
check "our rados writes and reads, with signed messages" eval \
    'ours client.admin put ours "$tmp/in" && ours client.admin get ours "$tmp/out" && cmp "$tmp/in" "$tmp/out"'
check "and is refused as the genuine one is" fails ours client.reader put ours /dev/null
check "SIGTERM ends the OSD" stop_osd 0
tap_end
