#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our ceph with cephx against a genuine ceph-mon: its defaults, but with signatures required and without insecure
# reclaim of global ids. TAP.
set -u
umask 077
srcdir=${srcdir:-.}
auth=cephx
# shellcheck source=qa/interop/genuine.sh
. "$srcdir/qa/interop/genuine.sh"
need_genuine ceph ceph-mon monmaptool ceph-authtool
start_genuine_mon a 'auth_allow_insecure_global_id_reclaim = false' 'cephx_require_signatures = true' ||
    { echo "Bail out! genuine ceph-mon does not start"; exit 1; }

our_ceph() {
    timeout -k 5 60 "$build/src/tools/ceph" -c "$conf" "$@"
}

gives() { # PATTERN COMMAND...
    local pattern=$1

    shift
    "$@" >"$tmp/gives.out" 2>&1 || { cat "$tmp/gives.out"; return 1; }
    grep -q -e "$pattern" "$tmp/gives.out" || { cat "$tmp/gives.out"; return 1; }
}

fails() { # PATTERN COMMAND...
    local pattern=$1

    shift
    "$@" >"$tmp/fails.out" 2>&1 && { cat "$tmp/fails.out"; return 1; }
    grep -q -e "$pattern" "$tmp/fails.out" || { cat "$tmp/fails.out"; return 1; }
}

same_key() {
    [ "$(our_ceph auth get-key client.admin)" = "$("$build/src/tools/ceph-authtool" "$tmp/client.admin.keyring" -p)" ]
}

make_user() {
    our_ceph auth get-or-create client.reader mon 'allow r' >"$tmp/client.reader.keyring"
}

check "ceph -s" gives HEALTH_ our_ceph -s
check "ceph auth get client.admin" gives 'caps mon = "allow \*"' our_ceph auth get client.admin
check "the key is the one in our keyring" same_key
check "ceph tell, by a session of its own" gives '"version": "16' our_ceph tell mon.a version
check "a new user" make_user
check "that user reads" gives "$fsid" our_ceph -n client.reader fsid
check "and may not write" fails 'EACCES' our_ceph -n client.reader config set global debug_ms 1
"$build/src/tools/ceph-authtool" -C "$tmp/wrong.keyring" -n client.admin -g >/dev/null
check "a wrong key is refused" fails 'Permission denied\|EACCES\|error calling' our_ceph -k "$tmp/wrong.keyring" -s
check "no keyring: one line that says where was looked" fails "unable to find a keyring on $tmp/nothing" \
    our_ceph -k "$tmp/nothing" -s
check "an entity that the keyring lacks" fails 'the keyring has no key of client.nobody' \
    our_ceph -n client.nobody -k "$tmp/client.admin.keyring" -s
check "none is not what this monitor takes" fails 'not supported\|EOPNOTSUPP' our_ceph --auth_client_required=none -s
no_key_in_logs() {
    ! grep -F -r "$("$build/src/tools/ceph-authtool" "$tmp/client.admin.keyring" -p)" --include='client.*.log' "$tmp"
}
check "no key in any log of ours" no_key_in_logs
tap_end
