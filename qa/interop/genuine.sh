# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# genuine.sh: genuine Ceph programs for interop tests: finding them, and a monitor of theirs on loopback, or at $mon_ip, v1,
# with cephx unless $auth is none. To be sourced, with $srcdir set; sources tap.sh.

# shellcheck source=qa/interop/tap.sh
. "${srcdir:-.}/qa/interop/tap.sh"

genuine_bin=${GENUINE_BIN:-/usr/bin}
auth=${auth:-cephx}
mon_ip=${mon_ip:-127.0.0.1}
fsid=$(cat /proc/sys/kernel/random/uuid)
umask 077

# need_genuine PROGRAM...: skips the whole test unless these are installed and not ours.
need_genuine() {
    local program

    for program; do
        [ -x "$genuine_bin/$program" ] || skip_all "genuine $program is not installed"
    done
    case $("$genuine_bin/ceph-mon" --version 2>/dev/null) in
    *rsockets*) skip_all "the programs in $genuine_bin are not genuine Ceph's" ;;
    esac
}

# write_conf FILE HOST [LINE...]: a ceph.conf for a cluster whose monitor is at HOST, everything below $tmp.
write_conf() {
    local file=$1 host=$2

    shift 2
    cat >"$file" <<EOF
[global]
fsid = $fsid
mon_host = $host
auth_cluster_required = $auth
auth_service_required = $auth
auth_client_required = $auth
keyring = $tmp/\$name.keyring
ms_bind_msgr2 = false
run_dir = $tmp
admin_socket = $tmp/\$cluster-\$name.asok
log_file = $tmp/\$name.log
mon_cluster_log_file = $tmp/cluster.log
mon_data = $tmp/mon.\$id
mon_data_avail_warn = 1
mon_data_avail_crit = 0
mon_warn_on_insecure_global_id_reclaim_allowed = false
EOF
    for line; do
        echo "$line"
    done >>"$file"
}

# start_genuine_mon NAME [LINE...]: makes and starts a genuine monitor; further lines go to its ceph.conf.
# Sets mon_port, mon_pid and conf (the path of its ceph.conf).
start_genuine_mon() {
    local name=$1

    shift
    mon_port=$(free_port)
    conf=$tmp/ceph.conf
    write_conf "$conf" "v1:$mon_ip:$mon_port" "$@"
    make_genuine_mon "$name" >"$tmp/setup.out" 2>&1 || {
        sed 's/^/# /' "$tmp/setup.out"
        return 1
    }
    run_genuine_mon "$name"
}

# start_genuine_mons "NAME..." [LINE...]: the same with a quorum of them; mon_pids is an array by name.
start_genuine_mons() {
    local names=$1 name hosts="" adds=() port keyring=()

    shift
    conf=$tmp/ceph.conf
    for name in $names; do
        port=$(free_port)
        hosts+=${hosts:+,}v1:127.0.0.1:$port
        adds+=(--addv "$name" "[v1:127.0.0.1:$port]")
    done
    write_conf "$conf" "$hosts" "$@" "[mon]" "keyring = $tmp/mon.\$id/keyring"
    if [ "$auth" = cephx ]; then
        make_keyrings "$genuine_bin/ceph-authtool" >"$tmp/setup.out" 2>&1 || return
        keyring=(--keyring "$tmp/mkfs.keyring")
    fi
    "$genuine_bin/monmaptool" --create --fsid "$fsid" "${adds[@]}" "$tmp/monmap" >"$tmp/setup.out" || return
    declare -gA mon_pids
    for name in $names; do
        "$genuine_bin/ceph-mon" -c "$conf" --mkfs -i "$name" --monmap "$tmp/monmap" "${keyring[@]}" || return
        "$genuine_bin/ceph-mon" -c "$conf" -i "$name" -f >>"$tmp/mon.$name.out" 2>&1 &
        mon_pids[$name]=$!
        on_exit stop "$!"
    done
    wait_until 90 genuine_ceph --connect-timeout 5 quorum_status
}

# start_genuine_mgr NAME
start_genuine_mgr() {
    mkdir -p "$tmp/mgr.$1"
    [ "$auth" != cephx ] || genuine_ceph auth get-or-create "mgr.$1" mon 'allow profile mgr' osd 'allow *' \
        -o "$tmp/mgr.$1.keyring" || return
    "$genuine_bin/ceph-mgr" -c "$conf" -i "$1" -f --mgr_data "$tmp/mgr.$1" >>"$tmp/mgr.$1.out" 2>&1 &
    on_exit stop "$!"
}

make_genuine_mon() {
    local keyring=()

    if [ "$auth" = cephx ]; then
        make_keyrings "$genuine_bin/ceph-authtool" || return
        keyring=(--keyring "$tmp/mkfs.keyring")
    fi
    "$genuine_bin/monmaptool" --create --clobber --fsid "$fsid" --addv "$1" "[v1:$mon_ip:$mon_port]" "$tmp/monmap" &&
        "$genuine_bin/ceph-mon" -c "$conf" --mkfs -i "$1" --monmap "$tmp/monmap" "${keyring[@]}"
}

# make_keyrings CEPH_AUTHTOOL: mkfs.keyring and client.admin.keyring in $tmp, for a new cluster.
make_keyrings() {
    "$1" -C "$tmp/mkfs.keyring" -n mon. -g --cap mon 'allow *' &&
        "$1" -C "$tmp/client.admin.keyring" -n client.admin -g --cap mon 'allow *' --cap osd 'allow *' \
            --cap mds 'allow *' --cap mgr 'allow *' &&
        "$1" "$tmp/mkfs.keyring" --import-keyring "$tmp/client.admin.keyring"
}

# run_genuine_mon NAME: starts one that was made (again), and waits until it answers.
run_genuine_mon() {
    "$genuine_bin/ceph-mon" -c "$conf" -i "$1" -f >>"$tmp/mon.$1.out" 2>&1 &
    mon_pid=$!
    on_exit stop "$mon_pid"
    wait_until 60 genuine_ceph --connect-timeout 5 quorum_status
}

# Genuine ceph with the conf of the monitor. Now and then it asks a genuine monitor which commands there are before it knows
# the cluster's id, and is refused: then again.
genuine_ceph() {
    local status errors=$tmp/genuine_ceph.$BASHPID

    for _ in 1 2 3 4 5; do
        timeout -k 5 60 "$genuine_bin/ceph" -c "$conf" "$@" 2>"$errors"
        status=$?
        grep -q 'EPERM: problem getting command descriptions' "$errors" || break
    done
    cat "$errors" >&2
    rm -f "$errors"
    return "$status"
}
