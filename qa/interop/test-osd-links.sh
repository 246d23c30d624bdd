#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# OSDs and clients on hosts of their own (namespaces), whose links are cut: both ways and one way, to the clients, to the
# monitor, to the other OSDs. No write that was acknowledged is lost, no byte is wrong, nothing is done twice.
set -u
export srcdir=${srcdir:-.}
if [ "${in_own_network:-}" != yes ] && unshare -n true 2>/dev/null; then
    in_own_network=yes exec unshare -n "$0"
fi
# The router between the hosts is here, and so is the monitor.
export mon_ip=10.99.255.1
# shellcheck disable=SC2016 # ceph-osd puts it there
export osd_ip='10.99.$id.2'
# shellcheck source=qa/interop/model-lib.sh
. "$srcdir/qa/interop/model-lib.sh"
[ "${in_own_network:-}" = yes ] || skip_all "no network namespaces can be made"
readonly client=9 # the number of its host

host() {
    echo "ceph-test-$$-$1"
}
# make_host NUMBER: 10.99.NUMBER.2, behind the router's link of that number.
make_host() {
    local name

    name=$(host "$1")
    ip netns add "$name" || return
    on_exit ip netns delete "$name"
    ip link add "link$1" type veth peer name eth0 netns "$name" &&
        ip address add "10.99.$1.1/24" dev "link$1" && ip link set "link$1" up &&
        ip -n "$name" link set lo up && ip -n "$name" address add "10.99.$1.2/24" dev eth0 &&
        ip -n "$name" link set eth0 up && ip -n "$name" route add default via "10.99.$1.1"
}
make_network() {
    ip link set lo up && ip address add "$mon_ip/32" dev lo && echo 1 >/proc/sys/net/ipv4/ip_forward &&
        each_osd make_host && make_host "$client"
}
run_on_host() {
    osd_runner=(ip netns exec "$(host "$1")")
    run_model_osd "$1"
}
start_on_host() {
    new_osd "$1" && run_on_host "$1"
}
# cut SECONDS HOST...: nothing passes, either way.
cut() {
    local number

    for number in "${@:2}"; do
        ip link set "link$number" down || return
    done
    sleep "$1"
    for number in "${@:2}"; do
        ip link set "link$number" up || return
    done
}
# What is sent to it vanishes, what it sends arrives.
deafen() {
    ip route add blackhole "10.99.$1.2/32" && sleep 2 && ip route delete blackhole "10.99.$1.2/32"
}
# What it sends vanishes.
silence() {
    ip -n "$(host "$1")" route replace blackhole default && sleep 2 &&
        ip -n "$(host "$1")" route delete blackhole default &&
        ip -n "$(host "$1")" route replace default via "10.99.$1.1"
}
cut_until_down() {
    ip link set "link$1" down && wait_until 60 osd_is "$1" down && ip link set "link$1" up && wait_until 60 osd_is "$1" up
}
# All but the clients lose it, who get from it what they ask for until they learn that it is down.
separate_until_down() {
    local name

    name=$(host "$1")
    ip -n "$name" route delete default && ip -n "$name" route add "10.99.$client.0/24" via "10.99.$1.1" &&
        wait_until 60 osd_is "$1" down && ip -n "$name" route delete "10.99.$client.0/24" &&
        ip -n "$name" route add default via "10.99.$1.1" && wait_until 60 osd_is "$1" up
}
kill_while_cut() {
    ip link set "link$1" down && kill_osd "$1" && sleep 1 && ip link set "link$1" up && run_on_host "$1"
}

check "hosts are joined" make_network
check "a monitor starts" start_model_mon
check "and three OSDs, each on a host of its own" each_osd start_on_host
check "a pool is made" make_pool
model_runner=(ip netns exec "$(host "$client")")
check "the model holds while links are cut" model_holds_through "cut 2 0" "deafen $client" "silence 1" "cut 1 $client" \
    "deafen 2" "cut_until_down 0" "silence $client" "separate_until_down 1" "cut 2 0 1 2" "kill_while_cut 2"
check "the stores are clean" each_osd store_is_clean
tap_end
