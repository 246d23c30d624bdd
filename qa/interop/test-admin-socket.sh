#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Genuine `ceph --admin-daemon` on the admin socket of a daemon of ours. TAP. Run it from the top of the build tree.
ceph=${GENUINE_CEPH:-/usr/bin/ceph}
daemon=$(pwd)/src/test/interop/admin_socket_daemon
if ! "$ceph" --version 2>/dev/null | grep -q 'ceph version 1[0-9]\.'; then
    echo "1..0 # SKIP genuine ceph is not installed"
    exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'kill $(cat "$dir/pid" 2>/dev/null) 2>/dev/null; sleep 0.2; rm -rf "$dir"' EXIT
unset CEPH_CONF CEPH_ARGS CEPH_KEYRING
printf '[global]\nrun_dir = %s\nlog_file = $run_dir/log\npid_file = $run_dir/pid\nkey = AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzg==\n' "$dir" >"$dir/ceph.conf"
n=0

# gives PATTERN COMMAND...: the command's output has a line that the pattern matches.
gives() {
    n=$((n + 1))
    pattern=$1
    shift
    "$ceph" --admin-daemon "$dir/ceph-mon.a.asok" "$@" >"$dir/out" 2>&1
    if grep -q -e "$pattern" "$dir/out"; then
        echo "ok $n - ceph daemon $*"
    else
        head -n 20 "$dir/out" | sed 's/^/# /'
        echo "not ok $n - ceph daemon $*: no line with $pattern"
    fi
}

if ! "$daemon" -i a -c "$dir/ceph.conf"; then
    echo "Bail out! the daemon did not start"
    exit 1
fi
gives '^    "version": "[0-9.]*",$' version
gives '"git_version"' git_version
gives '^    "config get": "' help
gives '^    "ms_type": "simple"$' config get ms_type
gives '^    "key": "(secret)"$' config get key
gives '"key": "(secret)"' config show
gives '"final": "(secret)"' config diff
gives "error getting 'nope': (2) No such file or directory" config get nope
gives '^    "success": ""$' config set debug_ms 5
gives '^    "debug_ms": "5/5"$' config get debug_ms
gives '^            "override": "5/5",$' config diff
gives '^            "final": "5/5"$' config diff get debug_ms
gives '^    "success": ""$' config unset debug_ms
gives "Invalid argument" config set debug_ms zz
gives 'Operation not permitted' config set ms_type rsockets
gives 'not observed, change may require restart' config set ms_tcp_rcvbuf 8K
gives '^    "ms_tcp_rcvbuf": "8192",$' config show
gives '"can_update_at_runtime": false' config help ms_type
gives '^{}$' injectargs -- --debug_ms=3
gives '^    "debug_ms": "3/3"$' config get debug_ms
gives '^        "sent_bytes": 4096,$' perf dump
gives '^            "avgtime": 0.001500000$' perf dump sample latency
gives '"value_type": "real-integer-pair"' perf schema
gives 'perf reset all' perf reset all
gives '^        "sent_bytes": 0,$' perf dump sample
gives '^{}$' log flush
gives '^{}$' log dump
mv "$dir/log" "$dir/log.1"
gives '^{}$' log reopen
gives 'no valid command found' nope
n=$((n + 1))
if grep -q -- '--- end dump of recent events ---' "$dir/log.1" && [ -f "$dir/log" ]; then
    echo "ok $n - the log was dumped and opened anew"
else
    echo "not ok $n - the log was dumped and opened anew"
fi
echo "1..$n"
