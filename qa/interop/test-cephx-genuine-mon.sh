#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our ceph with cephx against a genuine ceph-mon: its defaults, but with signatures required and without insecure
# reclaim of global ids. TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/cephx.sh
. "$srcdir/qa/interop/cephx.sh"
need_genuine ceph ceph-mon monmaptool ceph-authtool
start_genuine_mon a 'auth_allow_insecure_global_id_reclaim = false' 'cephx_require_signatures = true' ||
    { echo "Bail out! genuine ceph-mon does not start"; exit 1; }

same_key() {
    [ "$(our_ceph auth get-key client.admin)" = "$("$authtool" "$tmp/client.admin.keyring" -p)" ]
}

make_user() {
    our_ceph auth get-or-create client.reader mon 'allow r' >"$tmp/client.reader.keyring"
}

check "ceph -s" prints HEALTH_ our_ceph -s
check "ceph auth get client.admin" prints 'caps mon = "allow \*"' our_ceph auth get client.admin
check "the key is the one in our keyring" same_key
check "ceph tell, by a session of its own" prints '"version": "16' our_ceph tell mon.a version
check "a new user" make_user
check "that user reads" prints "$fsid" our_ceph -n client.reader fsid
check "and may not write" fails_with 'EACCES' our_ceph -n client.reader config set global debug_ms 1
"$authtool" -C "$tmp/wrong.keyring" -n client.admin -g >/dev/null
check "a wrong key is refused" fails_with 'Permission denied\|EACCES\|error calling' our_ceph -k "$tmp/wrong.keyring" -s
check "no keyring: one line that says where was looked" fails_with "unable to find a keyring on $tmp/nothing" \
    our_ceph -k "$tmp/nothing" -s
check "an entity that the keyring lacks" fails_with 'the keyring has no key of client.nobody' \
    our_ceph -n client.nobody -k "$tmp/client.admin.keyring" -s
check "none is not what this monitor takes" fails_with 'not supported\|EOPNOTSUPP' our_ceph --auth_client_required=none -s
no_key_in_logs() {
    ! grep -F -r "$("$authtool" "$tmp/client.admin.keyring" -p)" --include='client.*.log' "$tmp"
}
check "no key in any log of ours" no_key_in_logs
tap_end
