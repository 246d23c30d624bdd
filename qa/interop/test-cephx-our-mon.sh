#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Genuine clients (ceph, python3-rados) and ours with cephx against our ceph-mon, and everybody who must be refused:
# each with its line in the monitor's log. TAP.
set -u
umask 077
srcdir=${srcdir:-.}
auth=cephx
# shellcheck source=qa/interop/genuine.sh
. "$srcdir/qa/interop/genuine.sh"
need_genuine ceph monmaptool
authtool=$build/src/tools/ceph-authtool
mon_port=$(free_port)
conf=$tmp/ceph.conf
write_conf "$conf" "v1:127.0.0.1:$mon_port" 'auth_allow_insecure_global_id_reclaim = false' 'public_addr = 127.0.0.1' \
    '[mon]' 'debug_auth = 5'

start_our_mon() {
    "$build/src/mon/ceph-mon" -c "$conf" -i a -f >>"$tmp/mon.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 60 our_ceph fsid
}

our_ceph() {
    timeout -k 5 60 "$build/src/tools/ceph" -c "$conf" "$@"
}

gives() { # PATTERN COMMAND...
    local pattern=$1

    shift
    "$@" >"$tmp/gives.out" 2>&1 || { cat "$tmp/gives.out"; return 1; }
    grep -q -e "$pattern" "$tmp/gives.out" || { cat "$tmp/gives.out"; return 1; }
}

# refused LOGGED COMMAND...: it fails, the monitor's log says why, and the entities are what they were.
refused() {
    local logged=$1 before after

    shift
    our_ceph auth ls >"$tmp/before" 2>&1
    before=$(wc -l <"$tmp/mon.a.log")
    timeout 20 "$@" >"$tmp/refused.out" 2>&1 && { cat "$tmp/refused.out"; return 1; }
    after=$(tail -n +"$((before + 1))" "$tmp/mon.a.log")
    grep -q -e "$logged" <<<"$after" || { echo "$after"; cat "$tmp/refused.out"; return 1; }
    our_ceph auth ls >"$tmp/after" 2>&1
    diff "$tmp/before" "$tmp/after"
}

make_keyrings "$authtool" >/dev/null || exit 1
"$genuine_bin/monmaptool" --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$mon_port]" "$tmp/monmap" >/dev/null
check "mkfs takes the keyring" "$build/src/mon/ceph-mon" -c "$conf" --mkfs -i a --monmap "$tmp/monmap" \
    --keyring "$tmp/mkfs.keyring"
start_our_mon || { tail -n 20 "$tmp/mon.out" "$tmp/mon.a.log" | sed 's/^/# /'; echo "Bail out! our ceph-mon does not start"; exit 1; }

connect_python() {
    /usr/bin/python3 - "$conf" <<'P'
import rados, sys
c = rados.Rados(conffile=sys.argv[1], name='client.admin')
c.connect(timeout=20)
print(c.get_fsid())
r, out, status = c.mon_command('{"prefix": "auth get", "entity": "client.admin", "format": "json"}', b'')
assert r == 0 and b'client.admin' in out, (r, out, status)
c.shutdown()
P
}
same_keyring() {
    genuine_ceph auth get client.admin 2>/dev/null >"$tmp/got" && diff "$tmp/client.admin.keyring" "$tmp/got"
}
make_user() {
    genuine_ceph auth get-or-create client.reader mon 'allow r' >"$tmp/client.reader.keyring"
}

check "genuine ceph -s" gives HEALTH_ genuine_ceph -s
check "genuine ceph auth get client.admin: what mkfs was given" same_keyring
check "python3-rados connects" gives "$fsid" connect_python
check "our ceph -s" gives HEALTH_ our_ceph -s
check "the bootstrap key" gives 'profile bootstrap-osd' genuine_ceph auth get client.bootstrap-osd
check "a new user" make_user
check "that user reads, by genuine ceph" gives "$fsid" genuine_ceph -n client.reader fsid
check "that user reads, by ours" gives "$fsid" our_ceph -n client.reader fsid
check "auth add" gives 'added key for client.x' genuine_ceph auth add client.x mon 'allow r' osd 'allow rw pool=x'
check "auth caps" gives 'updated caps for client.x' genuine_ceph auth caps client.x mon 'allow rw'
check "auth get shows them" gives 'caps mon = "allow rw"' genuine_ceph auth get client.x
check "auth print-key" gives '==$' genuine_ceph auth print-key client.x
check "auth export" gives '' genuine_ceph auth export client.x -o "$tmp/exported"
check "auth rm" gives updated genuine_ceph auth rm client.x
check "auth import" gives 'imported keyring' genuine_ceph auth import -i "$tmp/exported"
check "what was imported is there" gives 'caps mon = "allow rw"' genuine_ceph auth get client.x

"$authtool" -C "$tmp/wrong.keyring" -n client.admin -g >/dev/null
"$authtool" "$tmp/wrong.keyring" -n client.nobody -g >/dev/null
genuine_ceph auth add client.nomon osd 'allow *' 2>/dev/null
genuine_ceph auth get client.nomon -o "$tmp/client.nomon.keyring" 2>/dev/null
check "a wrong key" refused 'client.admin at .* is refused: it does not have the right key' \
    "$genuine_bin/ceph" -c "$conf" -k "$tmp/wrong.keyring" --connect-timeout 10 -s
check "a wrong key, by ours" refused 'client.admin at .* is refused: it does not have the right key' \
    "$build/src/tools/ceph" -c "$conf" -k "$tmp/wrong.keyring" -s
check "an unknown entity" refused 'client.nobody at .* is refused: there is no such entity' \
    "$build/src/tools/ceph" -c "$conf" -k "$tmp/wrong.keyring" -n client.nobody -s
check "no capabilities for monitors" refused 'client.nomon at .* is refused: it has no capabilities for monitors' \
    "$build/src/tools/ceph" -c "$conf" -n client.nomon -s
check "downgrade to none" refused 'client.admin at .* is refused: it offers no authentication' \
    "$build/src/tools/ceph" -c "$conf" --auth_client_required=none -s
check "capabilities that are too small" refused 'client.reader at .* may not: .*auth ls.*: access denied' \
    "$genuine_bin/ceph" -c "$conf" -n client.reader auth ls
check "the same by ours" refused 'client.reader at .* may not: .*config set.*: access denied' \
    "$build/src/tools/ceph" -c "$conf" -n client.reader config set global debug_ms 1
check "a profile that nobody knows" refused '' "$genuine_bin/ceph" -c "$conf" auth add client.p mon 'profile strange'

stop "$mon_pid"
start_our_mon
check "after a restart the entities are there" same_keyring
check "and no key is in any log" eval "! grep -F -f <(cat $tmp/*.keyring | sed -n 's/.*key = //p') $tmp/*.log"
tap_end
