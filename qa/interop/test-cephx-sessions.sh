#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sessions with our ceph-mon under cephx as time goes by: keys roll and tickets are renewed, who reconnects keeps its
# global id and nobody else gets it, what is demanded is had, monitors know each other; and nothing secret is written or
# shown anywhere, all logs being as long as they can be. TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/cephx.sh
. "$srcdir/qa/interop/cephx.sh"
need_genuine ceph ceph-mon monmaptool
readonly ttl=12
start_our_mon a 'debug_auth = 20' 'debug_ms = 20' 'debug_monc = 20' 'mon_client_ping_interval = 2' '[mon]' \
    'debug_mon = 20' 'auth_mon_ticket_ttl = 30' "auth_service_ticket_ttl = $ttl"
log=$tmp/mon.a.log
admin_key=$("$authtool" "$tmp/client.admin.keyring" -p)

# ---- clients that stay ----

# watch NAME PROGRAM: a client that stays connected through the attacker. Sets watch_pid.
watch() {
    through timeout 300 "$2" -c "$conf" --log-file "$tmp/$1.watch.log" -w >"$tmp/$1.watch.out" 2>&1 &
    watch_pid=$!
    on_exit stop "$watch_pid"
    wait_until 60 grep -q 'services:' "$tmp/$1.watch.out"
}

# The global ids that client.admin was let in with since line $1 of the log.
ids_since() {
    tail -n +"$(($1 + 1))" "$log" | sed -n 's/.*client\.admin is in as global id \([0-9]*\).*/\1/p'
}
# Genuine clients have a short session first, to ask for options.
again_and_again() {
    [ "$(ids_since "$1" | tail -n 3 | uniq -c | awk '{ print $1 }')" = 3 ]
}

# reconnects NAME PROGRAM: it is cut off again and again and comes back as who it was.
reconnects() {
    local before status

    before=$(lines "$log")
    attack "$mon_port" cut=3 && watch "$@"
    wait_until 60 again_and_again "$before"
    status=$?
    ids_since "$before"
    stop "$watch_pid"
    return "$status"
}

# Tickets for a service were got again by one that stayed.
renewed() {
    [ "$(grep -c "a ticket for $1, valid for" "$tmp/stays.watch.log")" -ge "$2" ]
}

renews() {
    attack "$mon_port" && watch stays "$build/src/tools/ceph" && wait_until 120 renewed osd 3 && wait_until 120 renewed auth 2
}

for which in genuine ours; do
    [ $which = ours ] && program=$build/src/tools/ceph || program=$genuine_bin/ceph
    check "$which: cut off, it comes back with its global id" reconnects $which "$program"
done
attack "$mon_port" global-id=4097
check "nobody else gets a global id that is taken" refused "$log" \
    'client.admin at .* is refused: it wants global_id 4097 again without a ticket for it' \
    through our_ceph --connect-timeout 5 fsid
check "and nobody did" attacked 'global id'
attack "$mon_port" spoil=50
check "a command that was changed on the way is not run" refused "$log" 'crc' \
    eval 'patience=8 through our_ceph auth get-or-create client.spoilt'
check "it was changed" attacked 'spoilt: type 50'

# ---- time ----

check "tickets are renewed before they expire" renews
check "by a session that lasts" [ "$(grep -c 'session with mon' "$tmp/stays.watch.log")" = 1 ]
stop "$watch_pid"
for one in auth mon osd; do
    check "the keys of $one roll" wait_until 120 grep -q "new rotating key [4-9] for $one" "$log"
done

# ---- keyrings ----

cp "$tmp/client.admin.keyring" "$tmp/open.keyring"
chmod 644 "$tmp/open.keyring"
check "a keyring that others can read is used" prints "$fsid" our_ceph -k "$tmp/open.keyring" fsid
check "and warned of" prints 'open.keyring has mode 0644' our_ceph -k "$tmp/open.keyring" fsid
if [ "$(id -u)" = 0 ]; then
    chmod 755 "$tmp"
    cp "$conf" "$tmp/open.conf" && chmod 644 "$tmp/open.conf"
    check "one that may not be read is named" fails_with "can't open the keyring $tmp/client.admin.keyring: Permission denied" \
        setpriv --reuid=65534 --regid=65534 --clear-groups "$build/src/tools/ceph" -c "$tmp/open.conf" \
        -k "$tmp/client.admin.keyring" fsid
    chmod 700 "$tmp"
else
    skip "one that may not be read is named" "not root"
fi

# ---- what is demanded ----

# demands OPTION...: the monitor is started again with these.
demands() {
    stop "$mon_pid"
    "$build/src/mon/ceph-mon" -c "$conf" -i a -f "$@" >>"$tmp/mon.a.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 60 our_ceph daemon mon.a version
}

for one in cephx_require_signatures cephx_service_require_signatures; do
    check "$one" demands --$one=true
    check "$one: ours" prints "$fsid" our_ceph fsid
    check "$one: genuine" prints "$fsid" genuine_ceph fsid
    attack "$mon_port" features=800000
    check "$one: who cannot sign is refused" refused "$log" \
        'client.admin at .* is refused: it offers no authentication that is allowed here' \
        through our_ceph --connect-timeout 5 fsid
done
check "cephx_cluster_require_signatures" demands --cephx_cluster_require_signatures=true
check "cephx_cluster_require_signatures does not mean clients" prints "$fsid" through our_ceph fsid
check "cephx_sign_messages" demands --cephx_sign_messages=false
check "cephx_sign_messages: without it clients are let in" prints "$fsid" genuine_ceph fsid
check "auth_service_required = none" demands --auth_service_required=none
check "clients need cephx no more" prints "$fsid" our_ceph --auth_client_required=none fsid
check "daemons do" fails_with 'not supported\|not offered' \
    our_ceph -n osd.7 --auth_cluster_required=none --auth_client_required=none fsid
check "auth_supported = none is in the place of all three" demands --auth_supported=none
check "who offers none is let in" prints "$fsid" our_ceph --auth_supported=none fsid
check "genuine, too" prints "$fsid" genuine_ceph --auth_supported=none fsid
check "who insists on cephx is not" fails_with . our_ceph --connect-timeout 5 --auth_client_required=cephx fsid
check "cephx again" demands

# ---- monitors among themselves ----

# peer NAME KEYRING: a genuine monitor that believes it shares a cluster with ours; it dials ours.
peer() {
    local port

    port=$(free_port)
    "$genuine_bin/monmaptool" --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$mon_port]" \
        --addv "$1" "[v1:127.0.0.1:$port]" "$tmp/both" >/dev/null &&
        "$genuine_bin/ceph-mon" -c "$conf" --mkfs -i "$1" --monmap "$tmp/both" --keyring "$2" || return
    "$genuine_bin/ceph-mon" -c "$conf" -i "$1" --public-addr "127.0.0.1:$port" -f >>"$tmp/mon.$1.out" 2>&1 &
    peer_pid=$!
    on_exit stop "$peer_pid"
}
peer_is_in() {
    local before

    before=$(lines "$log")
    peer "$@" && logged "$log" "$before" 'cephx: mon\. is let in'
}
peer_is_refused() {
    refused "$log" "cephx: a mon is refused: its ticket cannot be opened .*: it was changed or is another cluster's" \
        peer_comes_to_nothing "$@"
}
peer_comes_to_nothing() {
    peer "$@"
    sleep 1
    false
}

check "a monitor with the mon. key is let in" peer_is_in b "$tmp/mkfs.keyring"
stop "$peer_pid"
"$authtool" -C "$tmp/other.keyring" -n mon. -g --cap mon 'allow *' >/dev/null
check "one with another key is not" peer_is_refused c "$tmp/other.keyring"
stop "$peer_pid"

# ---- secrets ----

# Every key that there is, one on a line.
list_keys() {
    our_ceph auth ls 2>/dev/null | sed -n 's/.*key: //p'
    sed -n 's/.*key = //p' "$tmp"/*.keyring
    echo SECRETVALUE
}
ask_everything() {
    local command

    our_ceph config-key set some/key SECRETVALUE && our_ceph auth get-or-create client.late mon 'allow r' &&
        our_ceph auth import -i "$tmp/client.admin.keyring" && our_ceph auth get client.admin >"$tmp/got" || return
    for command in 'config show' 'config diff' 'config get key' 'config get keyfile' sessions 'messenger dump' mon_status \
        'perf dump' 'log dump' status; do
        # shellcheck disable=SC2086 # they are words
        our_ceph daemon mon.a $command || echo "no $command"
    done >"$tmp/answers"
    grep -q '"key"' "$tmp/answers"
}
crashes() {
    kill -ABRT "$mon_pid"
    wait "$mon_pid" 2>/dev/null
    grep -q 'begin dump of recent events' "$log"
}
nothing_secret() {
    [ "$(wc -l <"$tmp/keys")" -ge 8 ] || return
    ! grep -F -f "$tmp/keys" "$@"
}

check "with a key as an option" demands --key="$admin_key"
check "commands with secrets, and all that the admin socket tells" ask_everything
list_keys >"$tmp/keys"
check "a crash, with the recent log" crashes
check "no secret in a log, or in what was printed" nothing_secret "$tmp"/*.log "$tmp"/mon.a.out "$tmp"/*.watch.out
check "nor in the admin socket's answers" nothing_secret "$tmp/answers"
tap_end
