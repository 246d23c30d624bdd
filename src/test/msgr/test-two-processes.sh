#!/bin/bash
# Two processes talk without loss while their socket calls fail on purpose, while one of them is stopped for a while, and
# while others that talk to the same one are killed. Over TCP on loopback, or by the environment (for a machine with
# RDMA) over what TEST_MS_TYPES="LISTENER'S SENDER'S" says, on TEST_IP.
# shellcheck disable=SC2086 # $few is two words
set -u
cd "${top_builddir:-.}" || exit 99
peer=src/test/msgr/msgr_peer
few='--ms_rsockets_max_connections 32' # priming librdmacm for more takes time
read -r listener_type sender_type <<<"${TEST_MS_TYPES:-simple simple}"
ip=${TEST_IP:-127.0.0.1}
work=$(mktemp -d)
listener=
n=0
trap 'stop_listener; rm -rf "$work"' EXIT

report() { # STATUS TEXT
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

start_listener() { # [OPTIONS]
    local want=
    : >"$work/listener" # what the one before said is not read
    case $listener_type in *rsockets*) want=rdma:$ip:$port ;; esac
    case $listener_type in *simple*) want=$want${want:+,}v1:$ip:$port ;; esac
    $peer listen "[$want]" --ms_type "$listener_type" $few "$@" >"$work/listener" 2>"$work/listener.err" &
    listener=$!
    for _ in $(seq 300); do
        addrs=$(head -n 1 "$work/listener")
        [ -n "$addrs" ] && return
        sleep 0.05
    done
    echo "# the listener did not come up:"; sed 's/^/# /' "$work/listener.err"
}

stop_listener() {
    [ -n "$listener" ] || return 0
    kill "$listener" 2>/dev/null
    wait "$listener" 2>/dev/null
    status=$?
    listener=
    return $status
}

send() { # COUNT BYTES [OPTIONS]
    timeout 200 $peer send "$addrs" "$1" "$2" --ms_type "$sender_type" $few "${@:3}" >"$work/sender" 2>&1
    local status=$?
    sed 's/^/# /' "$work/sender"
    return $status
}

echo 1..5
port=0

start_listener
send 2000 100 && stop_listener
report $? "2000 small messages there and back"

start_listener
send 20 3000000 && stop_listener
report $? "20 messages of 3 MB there and back"

start_listener --ms_inject_socket_failures 200 --ms_initial_backoff 0.01 --ms_max_backoff 0.1
send 3000 1000 --ms_inject_socket_failures 200 --ms_initial_backoff 0.01 --ms_max_backoff 0.1
r=$?
stop_listener || r=1
[ "$(sed -n 's/.*connects \([0-9]*\).*/\1/p' "$work/sender")" -gt 3 ] || r=1
report $r "3000 messages through injected faults at both ends: once, in order"

start_listener
send 3000 2000 &
sender=$!
sleep 0.2
kill -STOP "$listener"
sleep 1
kill -CONT "$listener"
wait $sender && stop_listener
report $? "a listener that stood still for a second"

# Sends without end, and dies in the middle of it.
killed_sender() {
    local pid status=1
    : >"$work/victim"
    $peer send "$addrs" 1000000 5000 --ms_type "$sender_type" $few >"$work/victim" 2>&1 &
    pid=$!
    for _ in $(seq 600); do
        grep -q '^under way' "$work/victim" && status=0 && break
        sleep 0.05
    done
    kill -KILL $pid
    wait $pid 2>/dev/null
    return $status
}

many=20000
[ "${sender_type%%,*}" = simple ] || many=3000 # emulated
start_listener
send $many 2000 &
sender=$!
r=0
for _ in 1 2 3; do killed_sender || r=1; done
wait $sender || r=1
stop_listener || r=1
report $r "$many messages there and back while three other peers are killed"
exit 0
