#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ceph-msgr-bench end to end, two processes over TCP on loopback: what it prints can be read, and nothing gets lost or
# changed. How fast it was is not asked. TAP on standard output.
bench=${CEPH_MSGR_BENCH:-src/tools/ceph-msgr-bench}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; sed 's/^/# /' "$tmp"/out "$tmp"/err; }
# check NAME COMMAND...: by its exit status
check() {
    local name=$1
    shift
    if "$@"; then ok "$name"; else not_ok "$name"; fi
}
run() { timeout 120 "$bench" "$@" --no-config-file >"$tmp/out" 2>"$tmp/err"; }
# json EXPRESSION: true of the JSON document d that was printed
json() { python3 -c "import json,sys; d = json.load(open('$tmp/out')); r = d['results'][0]; sys.exit(not ($1))"; }

table_is_whole() {
    run self --time 0.2 --warmup 0.1 -b 64,4K || return 1
    awk '/SIZE/ {fields = NF; next} fields && NF {rows++; if ($3 <= 0 || $NF != 0) bad = 1} END {exit bad || rows != 2}' "$tmp/out"
}
check "the table has a row with figures for each size" table_is_whole

for pattern in ping-pong send receive both; do
    data_is_intact() {
        run self --time 0.2 --warmup 0 -b 0,1,5000,1M -t 7 --pattern "$pattern" --check -f json &&
            json 'len(d["results"]) == 4 and all(r["messages"] > 0 and r["bad"] == 0 for r in d["results"])' &&
            json "d['pattern'] == '$pattern' and d['check'] and d['crc_data'] and d['transport'] == 'simple'"
    }
    check "$pattern: every message arrives as it was sent" data_is_intact
done

quantiles_are_in_order() {
    run self --time 0.2 --warmup 0 -b 100 -f json-pretty --ms-crc-data=false --ms-tcp-spin-us 50 &&
        json 'not d["crc_data"] and d["spin_us"] == 50 and r["size"] == 100' &&
        json '(lambda l: 0 < l["min"] <= l["p50"] <= l["p99"] <= l["p999"] <= l["max"])(r["latency_us"])' &&
        json 'r["cpu_us_per_message"]["client"] > 0 and r["cpu_us_per_message"]["server"] > 0'
}
check "json-pretty: latencies are in order, both ends report their processor time" quantiles_are_in_order

all_connections_answer() {
    run self --time 0.3 --warmup 0 --connections 200 -b 64 -t 2 --check -f json &&
        json 'd["connections"] == 200 and r["messages"] >= 200 and r["bad"] == 0' &&
        json 'd["server"]["threads"] < 40 and d["server"]["memory_per_connection"] < 65536'
}
check "200 connections: each gets a message through" all_connections_answer

authentication_is_compared() {
    run self --time 0.2 --warmup 0 -b 64,4K --auth none,cephx,cephx-signed --check -f json &&
        json '[(r["auth"], r["size"]) for r in d["results"]] == [(a, s) for a in ("none", "cephx", "cephx-signed") for s in (64, 4096)]' &&
        json 'all(r["messages"] > 0 and r["bad"] == 0 for r in d["results"])'
}
check "the cost of cephx and of signatures, in one run" authentication_is_compared

# let_in HOW COUNT: how many connections the server has authenticated, as it says in its log
let_in() {
    local server
    : >"$tmp/address"
    "$bench" server 127.0.0.1 --no-config-file --debug-auth 5 --log-file "$tmp/log" >"$tmp/address" 2>"$tmp/err" &
    server=$!
    for _ in $(seq 100); do [ -s "$tmp/address" ] && break; sleep 0.1; done
    run client "$(head -1 "$tmp/address")" --time 0.2 --warmup 0 --connections 3 --auth "$1"
    kill $server && wait $server
    [ "$(grep -c 'client.bench is let in' "$tmp/log")" = "$2" ]
}
check "none: nobody is authenticated" let_in none 0
check "cephx: every connection is, and that of the control" let_in cephx 4

raw_measures() {
    run self --raw --time 0.2 --warmup 0 -b 64,100K -f json &&
        json 'd["raw"] and all(r["messages"] > 0 and r["latency_us"]["p50"] > 0 for r in d["results"])' &&
        run self --raw --pattern send --time 0.2 --warmup 0 -b 4096 -f json && json 'r["megabytes_per_second"] > 0'
}
check "the raw loop measures ping-pong and send" raw_measures

two_processes() {
    local server address
    : >"$tmp/address"
    "$bench" server 127.0.0.1 --no-config-file >"$tmp/address" 2>"$tmp/err" &
    server=$!
    for _ in $(seq 100); do [ -s "$tmp/address" ] && break; sleep 0.1; done
    address=$(head -1 "$tmp/address")
    for _ in 1 2; do
        run client "$address" --time 0.2 --warmup 0 -f json && json 'r["messages"] > 0' && continue
        kill $server
        return 1
    done
    kill $server && wait $server
}
check "a server serves one client after the other and ends cleanly" two_processes

# complains TEXT ARGUMENTS...: one line that says so, and status 1
complains() {
    local text=$1
    shift
    run "$@"
    [ $? = 1 ] && [ "$(wc -l <"$tmp/err")" = 1 ] && grep -qF -- "$text" "$tmp/err"
}
check "nobody there" complains "nobody listens" client 127.0.0.1:9
check "no address" complains "needs the address" client
check "bad address" complains "character 6" client 1.2.3:4
check "bad size" complains "'12x'" self -b 12x
check "size too large" complains "'65M'" self -b 65M
check "bad authentication" complains "'none,cephy'" self --auth none,cephy
check "raw with authentication" complains "--raw" self --raw --auth cephx
check "unknown option" complains "--bogus" self --bogus
check "unknown role" complains "first argument" play
check "raw with many connections" complains "--raw" self --raw --connections 2

echo "1..$n"
