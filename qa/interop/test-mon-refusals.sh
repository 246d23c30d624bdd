#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What our ceph-mon refuses or cannot bear: one clear line, a status, nothing lost. TAP. Run it from the top of the build
# tree; some cases need root.
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mon-lib.sh
. "$srcdir/qa/interop/mon-lib.sh"
need_genuine
on_exit stop_mon "$dir/m"
on_exit eval 'stop_mon "$dir/full"; umount "$dir/full/mon.a" 2>/dev/null'
port=$(free_port)
write_conf "$dir/m" "$port"
if ! start_mon "$our_mon" "$dir/m"; then
    cat "$dir"/m/*.out | sed 's/^/# /'
    bail_out "our monitor did not start"
fi

# refuses PATTERN DESCRIPTION COMMAND...: it fails, by itself, with one line like that on standard error.
refuses() {
    pattern=$1
    description=$2
    shift 2
    timeout 60 "$@" >"$dir/out" 2>"$dir/err"
    status=$?
    lines=$(grep -c . "$dir/err")
    if [ $status != 0 ] && [ $status -lt 124 ] && [ "$lines" = 1 ] && grep -q -e "$pattern" "$dir/err"; then
        ok "$description"
    else
        echo "# status $status, $lines lines, none or not only one like: $pattern"
        not_ok "$description" "$dir/err"
    fi
}
works() {
    if timeout 60 "$ceph" -c "$dir/$1/ceph.conf" -s >"$dir/out" 2>&1; then ok "$2"; else not_ok "$2" "$dir/out"; fi
}
conf=$dir/m/ceph.conf

refuses 'there is a monitor store already' "mkfs over a store" "$our_mon" -c "$conf" -i a --mkfs
refuses "pid file .* is locked: process [0-9]* is running" "a second daemon" "$our_mon" -c "$conf" -i a
refuses "another daemon has this store open" "a second daemon with a pid file of its own" \
    "$our_mon" -c "$conf" -i a --pid_file="$dir/other.pid" --admin_socket="$dir/other.asok"
works m "the first one is not disturbed"
other=00000000-1111-4222-8333-444444444444
stop_mon "$dir/m"
refuses "belongs to cluster $fsid, not to $other" "a store of another cluster" "$our_mon" -c "$conf" -i a --fsid $other
refuses "no monitor store" "a monitor that was never made" "$our_mon" -c "$conf" -i a --mon-data "$dir/nowhere"
refuses "belongs to mon.a, not to mon.b" "a store of another monitor" \
    "$our_mon" -c "$conf" -i b --mon-data "$dir/m/mon.a"
refuses "unexpected argument '--mkfz'" "an argument that is none" "$our_mon" -c "$conf" -i a --mkfz
refuses "not a monmap" "a monmap that is none" "$our_mon" -c "$conf" -i a --mkfs --mon-data "$dir/new" --monmap "$conf"
refuses "No such file" "a monmap that is not there" \
    "$our_mon" -c "$conf" -i a --mkfs --mon-data "$dir/new" --monmap "$dir/none"
refuses "mon.z is not in the monmap" "a monitor that is not in the map" \
    "$our_mon" -c "$conf" -i z --mkfs --mon-data "$dir/new" --public_addr=192.0.2.77
refuses "cannot make the folder" "mkfs where the folder cannot be made" \
    "$our_mon" -c "$conf" -i a --mkfs --mon-data "$dir/no/such/folder"

# Somebody else listens at the address.
"$python" -c "
import socket, time
s = socket.socket()
s.bind(('127.0.0.1', $port))
s.listen()
print('taken', flush=True)
time.sleep(60)" >"$dir/taker" &
taker=$!
wait_until 60 grep -q taken "$dir/taker"
refuses "127.0.0.1:$port.*\(in use\|Address already\)" "a port in use" "$our_mon" -c "$conf" -i a --ms_bind_retry_count 1 --ms_bind_retry_delay 1
kill $taker
start_mon "$our_mon" "$dir/m"
works m "and once the port is free it starts"

# Damage.
stop_mon "$dir/m"
cp "$dir/m/mon.a/store.db/CURRENT" "$dir/CURRENT"
echo garbage >"$dir/m/mon.a/store.db/CURRENT"
refuses "the store is damaged" "a damaged store" "$our_mon" -c "$conf" -i a
cp "$dir/CURRENT" "$dir/m/mon.a/store.db/CURRENT"
start_mon "$our_mon" "$dir/m"
works m "and with the damage undone it starts"
stop_mon "$dir/m"

if [ "$(id -u)" = 0 ]; then
    chmod 755 "$dir"
    mkdir "$dir/mine" && chmod 700 "$dir/mine"
    refuses "ermission denied\|no permission" "a store that its user may not open" \
        "$our_mon" -c "$conf" -i a --setuser nobody --setgroup nogroup --pid_file= --admin_socket= --log_file=
    refuses "no such user\|nonesuch" "a user that there is not" "$our_mon" -c "$conf" -i a --setuser nonesuch

    # A small disk: commits go on until it is full; then the monitor says so and ends, and what it had said was done is.
    write_conf "$dir/full" "$(free_port)"
    mkdir -p "$dir/full/mon.a"
    if mount -t tmpfs -o size=12m none "$dir/full/mon.a" 2>/dev/null; then
        start_mon "$our_mon" "$dir/full"
        cat >"$dir/fill.py" <<'END'
import json, rados, sys
c = rados.Rados(conffile=sys.argv[1])
c.conf_set("rados_mon_op_timeout", "30")
c.connect(timeout=60)
done = 0
for i in range(2000):
    try:
        r, out, s = c.mon_command(json.dumps({"prefix": "config-key set", "key": "k%d" % i}), b"x" * 60000, timeout=30)
    except rados.Error:
        break
    if r:
        break
    done = i + 1
print(done, flush=True)
import os
os._exit(0)
END
        timeout 300 "$python" "$dir/fill.py" "$dir/full/ceph.conf" >"$dir/done" 2>"$dir/out"
        if wait_until 60 grep -q 'cannot go on: .*no space left' "$dir/full/mon.a.log" && [ "$(cat "$dir/done")" -gt 5 ]; then
            ok "a full disk ends the monitor with a line that says so"
        else
            tail -n 5 "$dir/full/mon.a.log" | sed 's/^/# /'
            not_ok "a full disk ends the monitor with a line that says so" "$dir/out"
        fi
        mount -o remount,size=64m "$dir/full/mon.a"
        start_mon "$our_mon" "$dir/full"
        timeout 60 "$ceph" -c "$dir/full/ceph.conf" config-key ls >"$dir/out" 2>&1
        if [ "$(grep -c '"k[0-9]*"' "$dir/out")" -ge "$(cat "$dir/done")" ]; then
            ok "with room again, all that it had confirmed is there"
        else
            not_ok "with room again, all that it had confirmed is there" "$dir/out"
        fi
        stop_mon "$dir/full"

        # Less than mon_data_avail_crit is free: it stops before the disk is full.
        head -c 20m /dev/zero >"$dir/full/mon.a/filler"
        timeout 60 "$our_mon" -c "$dir/full/ceph.conf" -i a -f --mon_data_avail_crit 90 >"$dir/out" 2>&1
        status=$?
        if [ $status = 1 ] && grep -q 'mon_data_avail_crit' "$dir/full/mon.a.log"; then
            ok "a disk that is nearly full stops the monitor"
        else
            echo "# status $status"
            not_ok "a disk that is nearly full stops the monitor" "$dir/out"
        fi
    else
        skip "a full disk" "tmpfs cannot be mounted"
    fi
else
    skip "permissions and a full disk" "not root"
fi
tap_end
