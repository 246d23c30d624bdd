#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Genuine Ceph clients (ceph, python3-rados) against our ceph-mon over TCP. TAP. Run it from the top of the build tree.
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mon-lib.sh
. "$srcdir/qa/interop/mon-lib.sh"
need_genuine
on_exit stop_mon "$dir/m"
write_conf "$dir/m" "$(free_port)" "mon_session_timeout = 3" "mon_tick_interval = 1"
if ! start_mon "$our_mon" "$dir/m"; then
    cat "$dir"/m/*.out | sed 's/^/# /'
    bail_out "our monitor did not start"
fi

# asks STATUS PATTERN COMMAND...: the genuine ceph leaves with the status, and its output has such a line.
asks() {
    wanted=$1
    pattern=$2
    shift 2
    timeout 90 "$ceph" -c "$dir/m/ceph.conf" "$@" >"$dir/out" 2>&1
    status=$?
    if [ $status = "$wanted" ] && { [ -z "$pattern" ] || grep -q -e "$pattern" "$dir/out"; }; then
        ok "ceph $*"
    else
        echo "# status $status, should be $wanted with a line like $pattern"
        not_ok "ceph $*" "$dir/out"
    fi
}

asks 0 'mon: 1 daemons, quorum a (age ' -s
asks 0 '"num_mons":1' status -f json
asks 0 '^    "quorum_names": \[$' -s -f json-pretty
asks 0 '^HEALTH_OK$' health
asks 0 "^$fsid\$" fsid
asks 0 '"public_addrs":{"addrvec":\[{"type":"v1"' mon dump -f json
asks 0 '^0: v1:127.0.0.1:[0-9]*/0 mon.a$' mon dump
asks 0 '^-1              0  root default' osd tree
asks 0 '^TOTAL   0 B    0 B   0 B       0 B          0' df
asks 0 'rsockets' versions
asks 0 '"num": 1' features
asks 0 '' config set mon.a debug_mon 5/5
asks 0 '^5/5$' config get mon.a debug_mon
asks 0 'mon.a.*advanced  debug_mon  5/5' config dump
asks 0 '"debug_mon": "5/5"' tell mon.a config get debug_mon
asks 0 '' config rm mon.a debug_mon
asks 0 '"debug_mon": "1/5"' tell mon.a config get debug_mon
asks 22 "unrecognized config option 'nope'" config set mon.a nope 1
asks 22 'error parsing value' config set mon debug_ms many
asks 0 '^set some/key$' config-key set some/key some-value
asks 0 '^some-value$' config-key get some/key
head -c 5000 /dev/urandom >"$dir/blob"
asks 0 '^set blob$' config-key set blob -i "$dir/blob"
timeout 30 "$ceph" -c "$dir/m/ceph.conf" config-key get blob -o "$dir/blob.2" 2>/dev/null
if cmp -s "$dir/blob" "$dir/blob.2"; then ok "bytes come back as they went"; else not_ok "bytes come back as they went"; fi
asks 2 'ENOENT' config-key get nothing/there
asks 0 '' log a line for the log
asks 0 'client.admin (client.[0-9]*) 0 : cluster \[INF\] a line for the log$' log last
asks 0 '"state": "leader"' tell mon.a mon_status
asks 0 '"release": "pacific"' tell mon.a version
asks 0 'perf_dump\|perf dump' tell mon.a help
asks 0 '"health": {' ping mon.a
asks 22 'invalid command' no such command

asok() {
    pattern=$1
    shift
    timeout 90 "$ceph" --admin-daemon "$dir/m/mon.a.asok" "$@" >"$dir/out" 2>&1
    if grep -q -e "$pattern" "$dir/out"; then ok "ceph daemon mon.a $*"; else not_ok "ceph daemon mon.a $*" "$dir/out"; fi
}
asok '"state": "leader"' mon_status
asok '"release": "pacific"' version
asok '"messenger dump"' help
asok '"mon_data": "'"$dir/m/mon.a"'"' config show
asok '"name": "simple"' messenger dump
asok '"commits"' store stats
asok '"commit_latency": {' perf dump mon
asok '^{' perf schema
asok '^{}$' log flush

# ceph -w: the state at first, then what is logged while it watches.
log_is_watched() {
    timeout 60 "$ceph" -c "$dir/m/ceph.conf" log seen while watching
    wait_until 3 grep -q 'client.admin \[INF\] seen while watching$' "$dir/w"
}
timeout 120 stdbuf -oL "$ceph" -c "$dir/m/ceph.conf" -w >"$dir/w" 2>&1 &
watcher=$!
if wait_until 60 grep -q 'quorum a' "$dir/w" && wait_until 60 log_is_watched; then
    ok "ceph -w shows what is logged"
else
    not_ok "ceph -w shows what is logged" "$dir/w"
fi
kill $watcher
wait $watcher 2>/dev/null

# python3-rados: connect, commands, a client that stays while options for it change and the monitor restarts.
cat >"$dir/client.py" <<'END'
import json, rados, subprocess, sys, time
conf, restart = sys.argv[1], ["bash", "-c", sys.argv[2]]
c = rados.Rados(conffile=conf)
c.connect(timeout=60)
def ask(**cmd):
    r, out, status = c.mon_command(json.dumps(cmd), b"", timeout=60)
    assert r == 0, (cmd, r, status)
    return out
fsid = json.loads(ask(prefix="fsid", format="json"))["fsid"]
assert c.get_fsid() == fsid, (c.get_fsid(), fsid)
assert c.get_instance_id() > 4096
assert c.list_pools() == []
stats = c.get_cluster_stats()
assert stats["kb"] == 0 and stats["num_objects"] == 0, stats
ask(prefix="config set", who="client.admin", name="debug_ms", value="0/1")
for i in range(300):
    if c.conf_get("debug_ms") == "0/1":
        break
    time.sleep(0.1)
assert c.conf_get("debug_ms") == "0/1", c.conf_get("debug_ms")
first = c.get_instance_id()
subprocess.run(restart, check=True)
assert json.loads(ask(prefix="config dump", format="json"))[0]["value"] == "0/1"
dump = json.loads(subprocess.check_output(["ceph", "--admin-daemon", sys.argv[3], "sessions"]))
assert any(s["name"] == "client.%d" % c.get_instance_id() and s["entity_name"] == "client.admin" and s["open"]
           and s["remote_host"] for s in dump), dump
others = [rados.Rados(conffile=conf) for i in range(5)]
for o in others:
    o.connect(timeout=60)
ids = [o.get_instance_id() for o in others]
assert len(set(ids)) == 5 and first not in ids, (first, ids)
c.create_pool("p")
assert c.list_pools() == ["p"]
try:
    c.delete_pool("p")
except rados.Error as e:
    assert e.errno == 1, e # unless mon_allow_pool_delete says otherwise
else:
    raise AssertionError("a pool was removed")
for o in others:
    o.shutdown()
c.shutdown()
print("done")
END
# shellcheck disable=SC2317 # the client calls it
restart() {
    stop_mon "$dir/m" -KILL
    start_mon "$our_mon" "$dir/m" || { cat "$dir/m/start.out"; return 1; }
}
export dir our_mon
export -f restart stop_mon start_mon wait_until is_gone
timeout -s ABRT 300 "$python" -X faulthandler "$dir/client.py" "$dir/m/ceph.conf" restart "$dir/m/mon.a.asok" \
    >"$dir/out" 2>&1
if grep -q '^done$' "$dir/out"; then
    ok "python3-rados: commands, options that reach a running client, a monitor killed and started again"
else
    not_ok "python3-rados: commands, options that reach a running client, a monitor killed and started again" "$dir/out"
fi
asks 0 '^some-value$' config-key get some/key

# A client that goes silent loses its session; one that sends keepalives stays.
"$python" - "$dir/m/ceph.conf" >"$dir/out" 2>&1 <<'END'
import rados, sys, time
c = rados.Rados(conffile=sys.argv[1])
c.conf_set("mon_client_ping_interval", "1")
c.connect(timeout=60)
time.sleep(6)
c.shutdown()
END
if "$ceph" --admin-daemon "$dir/m/mon.a.asok" sessions >"$dir/sessions" 2>&1 && grep -q 'said nothing for' "$dir/m/mon.a.log"; then
    not_ok "a client with keepalives keeps its session" "$dir/m/mon.a.log"
else
    ok "a client with keepalives keeps its session"
fi
stop_mon "$dir/m" && ok "SIGTERM ends the monitor" || not_ok "SIGTERM ends the monitor"
if [ -e "$dir/m/mon.a.pid" ] || [ -e "$dir/m/mon.a.asok" ]; then
    not_ok "its pid file and socket are gone"
else
    ok "its pid file and socket are gone"
fi
tap_end
