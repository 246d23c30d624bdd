#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Somebody on the wire between a client and our ceph-osd, and clients with tickets that are of no use: each is refused,
# with its line in the log, and the objects are what they were. The monitor is genuine, clients are genuine and ours.
# Rotating keys live for seconds, so all this happens while they roll. TAP.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/cephx.sh
. "$srcdir/qa/interop/cephx.sh"
need_genuine ceph ceph-mon ceph-authtool monmaptool rados
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
readonly ttl=15
our_osd=$build/src/osd/ceph-osd

restart_osd() {
    stop "${osd_pids[0]}"
    run_osd 0 "$@" && find_port
}

genuine_rados() {
    timeout -k 5 "${patience:-60}" "$genuine_bin/rados" -c "$conf" -p p "$@"
}
our_rados() {
    timeout -k 5 "${patience:-60}" "$build/src/tools/rados" -c "$conf" -p p "$@"
}

# The object, read past the attacker, is as it was written first.
unchanged() {
    rm -f "$tmp/got"
    genuine_rados get object "$tmp/got" && cmp "$top/in" "$tmp/got"
}

# stopped DONE PATTERN COMMAND...: the attacker does DONE to it, it gets nowhere, the OSD says why, no object is changed.
stopped() {
    local done=$1 pattern=$2 before

    shift 2
    before=$(lines "$log")
    patience=5 through "$@" && return 1
    attacked "$done" && logged "$log" "$before" "$pattern" && unchanged
}

# deceived DONE COMMAND...: what a client reads is changed on the way, and it does not take that for the object.
deceived() {
    rm -f "$tmp/false"
    patience=5 through "$@" get object "$tmp/false" && return 1
    attacked 'flipped: type 43' && [ ! -s "$tmp/false" ]
}

# replayed PATTERN: the recorded handshake is refused, and the OSD says why.
replayed() {
    local before

    before=$(lines "$log")
    ! /usr/bin/python3 "$srcdir/qa/interop/wire_attack.py" --replay "$top/recorded" "$osd_port" &&
        logged "$log" "$before" "$1" && unchanged
}

rolled() {
    [ "$(grep -c 'rotating keys up to' "$log")" -ge $((keys + $1)) ]
}

busy_went_on() {
    wait "$busy_pid"
    cat "$top/busy.out"
    tail -n 1 "$top/busy.out" | grep -qx 'status 0' && [ "$(grep -cx cut "$cut_log")" -ge 5 ]
}

head -c 5000 /dev/urandom >"$top/in"
head -c 5000 /dev/urandom >"$top/other"
start_cluster one "$our_osd" kvstore $ttl >"$top/start.out" 2>&1 ||
    { sed 's/^/# /' "$top/start.out"; echo "Bail out! no cluster"; exit 1; }
keys=$(grep -c 'rotating keys up to' "$log")
attack "$osd_port" "record=$top/recorded"
check "by a wire that nobody touches a genuine client writes" through genuine_rados put object "$top/in"
check "it is there" unchanged
check "a handshake that was overheard" replayed 'does not answer the challenge: it may be a replay'

# While all that follows goes on, connections of this client are cut and dialled again, each with a ticket of its time.
attack_pid=
attack "$osd_port" cut=4
cut_log=$attack_log attack_pid=
{
    LD_LIBRARY_PATH=$build/src/librados/.libs through timeout -k 5 200 /usr/bin/python3 - "$conf" <<'P'
import rados, sys, time
c = rados.Rados(conffile=sys.argv[1])
c.connect(timeout=20)
io = c.open_ioctx("p")
for i in range(120):
    io.write_full("busy", b"%d" % i)
    assert io.read("busy") == b"%d" % i
    time.sleep(0.5)
c.shutdown()
P
    echo "status $?"
} >"$top/busy.out" 2>&1 &
busy_pid=$!
on_exit stop "$busy_pid"

wrong='type 42 .* has a wrong signature: the connection ends'
for which in genuine our; do
    attack "$osd_port" flip=42
    check "a changed bit in what $which rados writes" stopped 'flipped: type 42' "$wrong" \
        "${which}_rados" put object "$top/other"
    attack "$osd_port" unsign=42
    check "its signature taken away" stopped 'unsigned: type 42' 'type 42 .* has no signature: the connection ends' \
        "${which}_rados" put object "$top/other"
    attack "$osd_port" flip-reply=43
    check "a changed bit in what it reads" deceived "${which}_rados"
    attack "$osd_port" protocol=1
    check "a downgrade to none" stopped 'another protocol' 'comes with authentication none, which is not allowed' \
        "${which}_rados" put object "$top/other"
done
attack "$osd_port" spoil=42
check "a changed bit that the checksum shows" stopped 'spoilt: type 42' '' our_rados put object "$top/other"

check "connections were cut and made again all the while" busy_went_on
check "keys rolled meanwhile, and the OSD got each" wait_until 120 rolled 4
check "the ticket in what was overheard has expired" replayed 'which is not in use: it expired'
check "nobody else was refused" eval '! grep -v "may be a replay\|it expired\|which is not allowed" "$log" | grep "is refused"'

check "the OSD demands signatures" restart_osd --cephx_require_signatures=true
attack "$osd_port" features=800000
check "who is made to do without is refused" stopped 'features taken away' 'refused: it lacks features 0x800000' \
    our_rados put object "$top/other"
attack "$osd_port" "record=$top/recorded"
check "others are served" through genuine_rados put object "$top/in"

check "the OSD signs nothing" restart_osd --cephx_sign_messages=false
check "who signs nothing either is served" our_rados --cephx_sign_messages=false put object "$top/in"
check "so is a genuine one" genuine_rados --cephx_sign_messages=false put object "$top/in"

stop "$mon_pid"
stop "${osd_pids[0]}"
start_cluster two "$our_osd" kvstore 3600 >"$top/start.out" 2>&1 ||
    { sed 's/^/# /' "$top/start.out"; echo "Bail out! no second cluster"; exit 1; }
check "an object in another cluster" genuine_rados put object "$top/in"
check "a ticket of the first cluster is of no use there" replayed \
    "another cluster's"
tap_end
