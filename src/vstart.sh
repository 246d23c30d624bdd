#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes and starts a cluster of this tree's daemons on this machine, in the current directory. See --help.

set -u
here=$(dirname "$(realpath "$0")")

usage() {
    cat <<END
Usage: [MON=1] [OSD=0] [BUILD_DIR=DIR] vstart.sh [OPTION]... [DAEMON]...
Start a development cluster from the build tree. In the current directory it leaves ceph.conf and keyring, the
daemons' data in dev/, and their logs, pid files and admin sockets in out/; "ceph -c ceph.conf -s" works next, with our
ceph or a genuine one. stop.sh ends it.

  -n, --new      make a new cluster; the one in the current directory, if any, is stopped and removed
  -N, --not-new  start the cluster that is there again (default), or of it only the DAEMONs named, such as osd.1
  -i, --ip IP    address of the daemons (default 127.0.0.1, or that of the first RDMA device)
  --rdma         rdma: addresses only
  --dual         both kinds, on the same address and port
  --kvstore, --memstore
                 the OSDs keep objects on disk (the default), or in memory for as long as they run
  --genuine-mon  the monitor is Debian's ceph-mon, which has no rdma: address; the OSDs may
  -x, -X         with cephx (the default), without it: authentication none
  -o 'OPTION = VALUE'
                 add a line to the [global] section of ceph.conf; can be repeated
  -d, --debug    debug_ms = 1 and debug_mon = 20
  --help         print this help, and exit

In the environment: MON and OSD are how many daemons of each a new cluster shall have (there can be one monitor),
CEPH_PORT is the monitor's port (default: a free one), BUILD_DIR the build tree (default: that of the source tree, or
build/ in it), CEPH_BIN a directory of programs to be used instead, such as /usr/bin for genuine ones.
END
}

fail() {
    echo "vstart.sh: $*" >&2
    exit 1
}

parse_options() {
    new=no transport=tcp ip='' debug=no auth=cephx objectstore=kvstore genuine_mon=no extra=() daemons=()
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
        --kvstore | --memstore) objectstore=${1#--} ;;
        --genuine-mon) genuine_mon=yes ;;
        -X) auth=none ;;
        -x) auth=cephx ;;
        -d | --debug) debug=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        -*) fail "unknown option $1 (see --help)" ;;
        *) daemons+=("$1") ;;
        esac
        shift
    done
    [ "${MON:-1}" = 1 ] || fail "MON=$MON: there can be one monitor"
    osds=${OSD:-0}
    [[ $osds =~ ^[0-9]+$ ]] || fail "OSD=$osds: not a number"
    [ $new = no ] || [ ${#daemons[@]} -eq 0 ] || fail "${daemons[0]}: a new cluster is started whole (see --help)"
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

monitor_program() {
    local genuine=${GENUINE_BIN:-/usr/bin}/ceph-mon
    [ -e dev/genuine-mon ] || { program ceph-mon; return; }
    [ -x "$genuine" ] || fail "--genuine-mon: there is no $genuine"
    echo "$genuine"
}

ceph() {
    "$(program ceph)" -c "$PWD/ceph.conf" --connect-timeout 30 "$@"
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

# A port that no TCP socket has, below those that the kernel gives to clients.
free_port() {
    local port
    for _ in $(seq 100); do
        port=$((12000 + RANDOM % 20000))
        grep -qiE "^ *[0-9]+: [0-9a-f]+:$(printf %04x $port) " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
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
    local mon_host=v1:$ip:$port global_type='' mon_type='' osd_type=''
    case $transport-$genuine_mon in
    rdma-no) mon_host=rdma:$ip:$port global_type='ms_type = rsockets' ;;
    rdma-yes) osd_type='ms_type = rsockets' ;;
    dual-no) mon_type='ms_type = rsockets,simple' osd_type=$mon_type ;;
    dual-yes) osd_type='ms_type = rsockets,simple' ;;
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
        [ $genuine_mon = no ] || genuine_mon_options
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
        echo '[osd]'
        echo "osd_data = $PWD/dev/osd.\$id"
        echo "osd_objectstore = $objectstore"
        echo "keyring = $PWD/dev/osd.\$id/keyring"
        echo "pid_file = $PWD/out/\$name.pid"
        echo "public_addr = $ip"
        [ -z "$osd_type" ] || echo "$osd_type"
        [ $debug = no ] || printf 'debug_ms = 1\ndebug_osd = 20\n'
    } >>ceph.conf
}

# What a genuine monitor has to be told: messenger v1, and pools without replicas.
genuine_mon_options() {
    cat <<END
ms_bind_msgr2 = false
auth_allow_insecure_global_id_reclaim = false
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_autoscale_mode = off
END
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
    case $transport-$genuine_mon in
    tcp-* | *-yes) address="[v1:$ip:$port]" ;;
    rdma-no) address="[rdma:$ip:$port]" ;;
    dual-no) address="[rdma:$ip:$port,v1:$ip:$port]" ;;
    esac

    rm -rf dev out ceph.conf keyring
    mkdir -p dev out || fail "$PWD: cannot write here"
    [ $genuine_mon = no ] || touch dev/genuine-mon
    write_conf
    write_keyring
    "$(program monmaptool)" --create --clobber --fsid "$fsid" --addv a "$address" dev/monmap >out/monmaptool.log ||
        fail "monmaptool failed: $(tail -n 1 out/monmaptool.log)"
    "$(monitor_program)" --mkfs -c "$PWD/ceph.conf" -i a --monmap dev/monmap --keyring keyring >out/mon.mkfs.log 2>&1 ||
        fail "ceph-mon --mkfs failed: $(tail -n 1 out/mon.mkfs.log)"
    echo "made a new cluster $fsid, mon.a at $address"
}

# make_osd ID: its data and its key, and the monitor's word that it may join.
make_osd() {
    local uuid secrets=()
    uuid=$(cat /proc/sys/kernel/random/uuid)
    "$(program ceph-osd)" -c "$PWD/ceph.conf" -i "$1" --mkfs --mkkey --osd-uuid "$uuid" >"out/osd.$1.mkfs.log" 2>&1 ||
        fail "ceph-osd --mkfs failed: $(tail -n 1 "out/osd.$1.mkfs.log")"
    if [ $auth = cephx ]; then
        printf '{"cephx_secret": "%s"}' "$("$(program ceph-authtool)" -p -n "osd.$1" "dev/osd.$1/keyring")" >dev/secrets
        secrets=(-i dev/secrets)
    fi
    ceph osd new "$uuid" "$1" "${secrets[@]}" >out/osd.new.log 2>&1 ||
        fail "the monitor takes no osd.$1: $(tail -n 1 out/osd.new.log)"
    rm -f dev/secrets
}

is_running() {
    [ -s "out/$1.pid" ] && kill -0 "$(<"out/$1.pid")" 2>/dev/null
}

# start NAME PROGRAM: a daemon that puts itself into the background.
start() {
    "$2" -i "${1#*.}" -c "$PWD/ceph.conf" >>"out/$1.start.log" 2>&1 ||
        fail "$1 failed to start, see $PWD/out/$1.log: $(tail -n 1 "out/$1.start.log")"
    for _ in $(seq 300); do
        if is_running "$1" && [ -S "out/$1.asok" ]; then
            echo "started $1, process $(<"out/$1.pid")"
            return
        fi
        sleep 0.1
    done
    fail "$1 did not come up, see $PWD/out/$1.log"
}

start_daemon() {
    [ -d "dev/$1" ] || fail "$1: there is no such daemon in $PWD/dev"
    ! is_running "$1" || fail "$1 runs already"
    case $1 in
    mon.*) start "$1" "$(monitor_program)" ;;
    osd.*) start "$1" "$(program ceph-osd)" ;;
    esac
}

# Until the monitor has these OSDs up.
wait_for_osds() {
    local id
    for id; do
        for _ in $(seq 600); do
            ! ceph osd dump 2>/dev/null | grep -q "^osd\.$id up" || continue 2
            sleep 0.1
        done
        fail "osd.$id did not come up in the monitor's map, see $PWD/out/osd.$id.log"
    done
}

start_all() {
    local name started=()
    for name; do
        start_daemon "$name"
        [[ $name != osd.* ]] || started+=("${name#osd.}")
    done
    wait_for_osds "${started[@]}"
}

parse_options "$@"
find_build
if [ "$new" = yes ]; then
    "$here/stop.sh" || exit
    make_cluster
    start_all mon.a
    for ((id = 0; id < osds; id++)); do
        make_osd $id
        daemons+=("osd.$id")
    done
else
    [ -f ceph.conf ] || fail "no cluster in $PWD: make one with -n"
    [ ${#daemons[@]} -gt 0 ] || mapfile -t daemons < <(cd dev && ls -d mon.* osd.* 2>/dev/null)
fi
[ ${#daemons[@]} -eq 0 ] || start_all "${daemons[@]}"
echo "next: ${build:+$build/src/tools/}ceph -c ceph.conf -s"
