#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Genuine clients (ceph, python3-rados) and ours with cephx against our ceph-mon, and everybody who must be refused:
# each with its line in the monitor's log. TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/cephx.sh
. "$srcdir/qa/interop/cephx.sh"
need_genuine ceph
start_our_mon a '[mon]' 'debug_auth = 5'
log=$tmp/mon.a.log

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
# shown_and_forgotten ENTITY: each command shows its key, and then the monitor's memory does not have that text.
shown_and_forgotten() {
    local key

    key=$(genuine_ceph auth print-key "$1") || return
    genuine_ceph auth get "$1" && genuine_ceph auth get "$1" -f json && genuine_ceph auth ls && genuine_ceph auth ls -f json &&
        genuine_ceph auth export && genuine_ceph auth get-or-create-key "$1" mon 'allow r' || return
    genuine_ceph auth rm "$1"
    /usr/bin/python3 - "$mon_pid" "$key" <<'PY'
import re, sys
pid, key = sys.argv[1], sys.argv[2].encode()
found = read = 0
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
    for line in maps:
        start, end = (int(x, 16) for x in line.split()[0].split("-"))
        if line.split()[1].startswith("rw") and "[v" not in line:
            mem.seek(start)
            for at in range(start, end, 1 << 24):
                try:
                    piece = mem.read(min(1 << 24, end - at))
                except OSError:
                    break
                read += len(piece)
                for m in re.finditer(re.escape(key[:-2]), piece):
                    found += 1
                    print(line.strip(), hex(at + m.start()), piece[max(0, m.start() - 80):m.end() + 40])
assert read > 1 << 20, read
sys.exit(found > 0)
PY
}

check "genuine ceph -s" prints HEALTH_ genuine_ceph -s
check "genuine ceph auth get client.admin: what mkfs was given" same_keyring
check "python3-rados connects" prints "$fsid" connect_python
check "our ceph -s" prints HEALTH_ our_ceph -s
for one in mds mgr osd rbd rbd-mirror rgw; do
    check "a key to bootstrap $one" prints "caps mon = \"allow profile bootstrap-$one\"" \
        genuine_ceph auth get "client.bootstrap-$one"
done
check "a new user" make_user
check "that user reads, by genuine ceph" prints "$fsid" genuine_ceph -n client.reader fsid
check "that user reads, by ours" prints "$fsid" our_ceph -n client.reader fsid
check "auth add" prints 'added key for client.x' genuine_ceph auth add client.x mon 'allow r' osd 'allow rw pool=x'
check "auth caps" prints 'updated caps for client.x' genuine_ceph auth caps client.x mon 'allow rw'
check "auth get shows them" prints 'caps mon = "allow rw"' genuine_ceph auth get client.x
check "auth print-key" prints '==$' genuine_ceph auth print-key client.x
check "auth export" prints '' genuine_ceph auth export client.x -o "$tmp/exported"
check "auth rm" prints updated genuine_ceph auth rm client.x
check "auth import" prints 'imported keyring' genuine_ceph auth import -i "$tmp/exported"
check "what was imported is there" prints 'caps mon = "allow rw"' genuine_ceph auth get client.x
check "all that is exported can be imported" eval 'genuine_ceph auth export -o "$tmp/all" && genuine_ceph auth import -i "$tmp/all"'
check "another user" genuine_ceph auth add client.y mon 'allow r'
check "what is shown of it is not left in the monitor's memory" shown_and_forgotten client.y

"$authtool" -C "$tmp/wrong.keyring" -n client.admin -g >/dev/null
"$authtool" "$tmp/wrong.keyring" -n client.nobody -g >/dev/null
genuine_ceph auth add client.nomon osd 'allow *' 2>/dev/null
genuine_ceph auth get client.nomon -o "$tmp/client.nomon.keyring" 2>/dev/null
check "a wrong key" refused "$log" 'client.admin at .* is refused: it does not have the right key' \
    genuine_ceph -k "$tmp/wrong.keyring" --connect-timeout 10 -s
check "a wrong key, by ours" refused "$log" 'client.admin at .* is refused: it does not have the right key' \
    our_ceph -k "$tmp/wrong.keyring" -s
check "an unknown entity" refused "$log" 'client.nobody at .* is refused: there is no such entity' \
    our_ceph -k "$tmp/wrong.keyring" -n client.nobody -s
check "no capabilities for monitors" refused "$log" 'client.nomon at .* is refused: it has no capabilities for monitors' \
    our_ceph -n client.nomon -s
check "downgrade to none" refused "$log" 'client.admin at .* is refused: it offers no authentication' \
    our_ceph --auth_client_required=none -s
check "capabilities that are too small" refused "$log" 'client.reader at .* may not: .*auth ls.*: access denied' \
    genuine_ceph -n client.reader auth ls
check "the same by ours" refused "$log" 'client.reader at .* may not: .*config set.*: access denied' \
    our_ceph -n client.reader config set global debug_ms 1
check "a profile that nobody knows" refused "$log" '' genuine_ceph auth add client.p mon 'profile strange'

stop "$mon_pid"
check "it starts again" run_our_mon a
check "after a restart the entities are there" same_keyring
check "and no key is in any log" eval "! grep -F -f <(cat $tmp/*.keyring | sed -n 's/.*key = //p') $tmp/*.log"
tap_end
