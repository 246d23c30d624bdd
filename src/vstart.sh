#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes and starts a cluster of this tree's daemons on this machine, in the current directory. See --help.

set -u
here=$(dirname "$(realpath "$0")")

usage() {
    cat <<END
Usage: [MON=1] [OSD=0] [BUILD_DIR=DIR] vstart.sh [OPTION]...
Start a development cluster from the build tree. In the current directory it leaves ceph.conf and keyring, the
daemons' data in dev/, and their logs, pid files and admin sockets in out/; "ceph -c ceph.conf -s" works next, with our
ceph or a genuine one. stop.sh ends it.

  -n, --new      make a new cluster; the one in the current directory, if any, is stopped and removed
  -N, --not-new  start the cluster that is there again (default)
  -i, --ip IP    address of the daemons (default 127.0.0.1, or that of the first RDMA device)
  --rdma         rdma: addresses only
  --dual         both kinds, on the same address and port
  -x, -X         with cephx (the default), without it: authentication none
  -o 'OPTION = VALUE'
                 add a line to the [global] section of ceph.conf; can be repeated
  -d, --debug    debug_ms = 1 and debug_mon = 20
  --help         print this help, and exit

In the environment: MON and OSD are how many daemons of each there shall be (one monitor and no OSD is what can be had
yet), CEPH_PORT is the first port (default: a free one), BUILD_DIR the build tree (default: that of the source tree, or
build/ in it), CEPH_BIN a directory of programs to be used instead, such as /usr/bin for genuine ones.
END
}

fail() {
    echo "vstart.sh: $*" >&2
    exit 1
}

parse_options() {
    new=no transport=tcp ip='' debug=no auth=cephx extra=()
    while [ $# -gt 0 ]; do
        case $1 in
        -n | --new) new=yes ;;
        -N | --not-new) new=no ;;
        -i | --ip | -o)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
            -o) extra+=("$2") ;;
            *) ip=$2 ;;
            esac
            shift
            ;;
        --rdma) transport=rdma ;;
        --dual) transport=dual ;;
        -X) auth=none ;;
        -x) auth=cephx ;;
        -d | --debug) debug=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "unknown option $1 (see --help)" ;;
        esac
        shift
    done
    [ "${MON:-1}" = 1 ] || fail "MON=$MON: there can be one monitor"
    [ "${OSD:-0}" = 0 ] || fail "OSD=$OSD: there can be no OSD yet"
}

# The build tree's own, wherever in it: src/mon/ceph-mon and so on.
program() {
    local found
    if [ -n "${CEPH_BIN:-}" ]; then
        found=$CEPH_BIN/$1
    else
        for found in "${build:?}"/src/*/"$1"; do
            [ ! -x "$found" ] || break
        done
    fi
    [ -x "$found" ] || fail "there is no $1 in ${CEPH_BIN:-$build}: run make first, or set BUILD_DIR"
    echo "$found"
}

find_build() {
    local candidate
    [ -z "${CEPH_BIN:-}" ] || return 0
    for candidate in "${BUILD_DIR:-}" "$here/.." "$here/../build" .; do
        build=$candidate
        [ -z "$candidate" ] || [ ! -f "$candidate/config.status" ] || break
    done
    build=$(realpath "$build")
    [ -f "$build/config.status" ] || fail "no build tree found: set BUILD_DIR to the directory that make ran in"
}

# The first IPv4 address of the first RDMA device that is up.
rdma_ip() {
    local netdev
    netdev=$(rdma link 2>/dev/null | sed -n 's/.*state ACTIVE.* netdev \([^ ]*\).*/\1/p' | head -n 1)
    [ -n "$netdev" ] || return
    ip -4 -o address show dev "$netdev" | awk '{ sub(/\/.*/, "", $4); print $4; exit }'
}

# A port at which nobody listens on TCP.
free_port() {
    local port
    for _ in $(seq 100); do
        port=$((40000 + RANDOM % 20000))
        grep -qi ":$(printf %04x $port) [0-9a-f:]* 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
    done
    echo "$port"
}

write_keyring() {
    local authtool
    authtool=$(program ceph-authtool) || exit
    {
        "$authtool" -C keyring -n mon. -g --cap mon 'allow *' &&
            "$authtool" keyring -n client.admin -g --cap mon 'allow *' --cap osd 'allow *' --cap mds 'allow *' \
                --cap mgr 'allow *'
    } >out/authtool.log 2>&1 || fail "ceph-authtool failed: $(tail -n 1 out/authtool.log)"
}

# Genuine programs refuse rdma: in mon_host and do not survive a ms_type they do not know. So where they shall read this
# file too, mon_host has the v1 address only and ms_type is in the daemons' section: our clients learn the monitor's
# other address from the monmap.
write_conf() {
    local mon_host=v1:$ip:$port global_type='' mon_type=''
    case $transport in
    rdma) mon_host=rdma:$ip:$port global_type='ms_type = rsockets' ;;
    dual) mon_type='ms_type = rsockets,simple' ;;
    esac
    cat >ceph.conf <<END
; made by vstart.sh
[global]
fsid = $fsid
mon_initial_members = a
mon_host = $mon_host
auth_cluster_required = $auth
auth_service_required = $auth
auth_client_required = $auth
keyring = $PWD/keyring
log_file = $PWD/out/\$name.log
admin_socket = $PWD/out/\$name.asok
run_dir = $PWD/out
crash_dir = $PWD/out
END
    {
        [ -z "$global_type" ] || echo "$global_type"
        [ ${#extra[@]} -eq 0 ] || printf '%s\n' "${extra[@]}"
        echo '[client]'
        echo "log_file = $PWD/out/\$name.\$pid.log"
        echo "admin_socket = $PWD/out/\$name.\$pid.asok"
        echo '[mon]'
        echo "mon_data = $PWD/dev/mon.\$id"
        echo "mon_cluster_log_file = $PWD/out/cluster.mon.\$id.log"
        echo "pid_file = $PWD/out/\$name.pid"
        [ -z "$mon_type" ] || echo "$mon_type"
        [ $debug = no ] || printf 'debug_ms = 1\ndebug_mon = 20\n'
    } >>ceph.conf
}

make_cluster() {
    local address
    if [ -z "$ip" ]; then
        case $transport in
        tcp) ip=127.0.0.1 ;;
        *) ip=$(rdma_ip) ;;
        esac
        [ -n "$ip" ] || fail "--$transport: there is no RDMA device that is up (see rdma link)"
    fi
    port=${CEPH_PORT:-$(free_port)}
    fsid=$(cat /proc/sys/kernel/random/uuid)
    case $transport in
    tcp) address="[v1:$ip:$port]" ;;
    rdma) address="[rdma:$ip:$port]" ;;
    dual) address="[rdma:$ip:$port,v1:$ip:$port]" ;;
    esac

    rm -rf dev out ceph.conf keyring
    mkdir -p dev out || fail "$PWD: cannot write here"
    write_conf
    write_keyring
    "$(program monmaptool)" --create --clobber --fsid "$fsid" --addv a "$address" dev/monmap >out/monmaptool.log ||
        fail "monmaptool failed: $(tail -n 1 out/monmaptool.log)"
    "$(program ceph-mon)" --mkfs -c "$PWD/ceph.conf" -i a --monmap dev/monmap --keyring keyring || fail "ceph-mon --mkfs failed"
    echo "made a new cluster $fsid, mon.a at $address"
}

start_monitor() {
    "$(program ceph-mon)" -i a -c "$PWD/ceph.conf" || fail "ceph-mon failed to start, see $PWD/out/mon.a.log"
    for _ in $(seq 100); do
        if [ -s out/mon.a.pid ] && [ -S out/mon.a.asok ] && kill -0 "$(<out/mon.a.pid)" 2>/dev/null; then
            echo "started mon.a, process $(<out/mon.a.pid)"
            return
        fi
        sleep 0.1
    done
    fail "mon.a did not come up, see $PWD/out/mon.a.log"
}

parse_options "$@"
find_build
if [ "$new" = yes ]; then
    "$here/stop.sh" || exit
    make_cluster
else
    [ -f ceph.conf ] || fail "no cluster in $PWD: make one with -n"
    [ ! -s out/mon.a.pid ] || ! kill -0 "$(<out/mon.a.pid)" 2>/dev/null || fail "mon.a runs already"
fi
start_monitor
echo "next: ${build:+$build/src/tools/}ceph -c ceph.conf -s"
