# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mon-lib.sh: for tests with daemonised monitors on loopback, with cephx, each with its own folder below $dir. To be sourced,
# with $srcdir set; sources tap.sh.

# shellcheck source=qa/interop/tap.sh
. "${srcdir:-.}/qa/interop/tap.sh"
unset CEPH_CONF CEPH_ARGS CEPH_KEYRING
python=${PYTHON3_RADOS:-/usr/bin/python3}
ceph=${GENUINE_CEPH:-/usr/bin/ceph}
genuine_mon=${GENUINE_CEPH_MON:-/usr/bin/ceph-mon}
authtool=${GENUINE_AUTHTOOL:-/usr/bin/ceph-authtool}
our_mon=$build/src/mon/ceph-mon
fsid=${fsid:-5d6e7f80-1122-4344-8566-77889900aabb}
dir=$tmp

need_genuine() {
    if ! "$ceph" --version 2>/dev/null | grep -q 'ceph version 1[0-9]\.' || ! "$python" -c 'import rados' 2>/dev/null; then
        skip_all "genuine ceph and python3-rados are not installed"
    fi
    [ -x "$our_mon" ] || bail_out "$our_mon is not built"
}

# bail_out REASON: nothing more can be tested.
bail_out() {
    echo "Bail out! $*"
    tap_ended=1
    exit 1
}

ok() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $(echo "$1" | tr '#' ' ')"
}

# not_ok DESCRIPTION [FILE with what was seen]
not_ok() {
    tap_count=$((tap_count + 1))
    tap_failed=1
    [ -z "${2:-}" ] || head -n 20 "$2" | sed 's/^/# /'
    echo "not ok $tap_count - $(echo "$1" | tr '#' ' ')"
}

# write_conf FOLDER PORT [LINE...]: a folder with a ceph.conf for one monitor, a, and a keyring for it and for admin.
write_conf() {
    mkdir -p "$1"
    conf_folder=$1
    conf_port=$2
    shift 2
    cat >"$conf_folder/ceph.conf" <<END
[global]
fsid = $fsid
mon_host = v1:127.0.0.1:$conf_port
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $conf_folder/keyring
ms_bind_msgr2 = false
run_dir = $conf_folder
log_file = $conf_folder/\$name.log
admin_socket = $conf_folder/\$name.asok
pid_file = $conf_folder/\$name.pid
mon_data = $conf_folder/mon.a
mon_cluster_log_file = $conf_folder/cluster.log
mon_data_avail_warn = 0
mon_data_avail_crit = 0
END
    for line; do
        echo "$line" >>"$conf_folder/ceph.conf"
    done
    [ -e "$conf_folder/keyring" ] || make_keyring "$conf_folder/keyring"
}

make_keyring() {
    "$authtool" -C "$1" -n mon. -g --cap mon 'allow *' >/dev/null &&
        "$authtool" "$1" -n client.admin -g --cap mon 'allow *' --cap osd 'allow *' --cap mds 'allow *' \
            --cap mgr 'allow *' >/dev/null
}

# start_mon PROGRAM FOLDER
start_mon() {
    [ -d "$2/mon.a/store.db" ] || "$1" -c "$2/ceph.conf" -i a --mkfs >"$2/mkfs.out" 2>&1 || return 1
    "$1" -c "$2/ceph.conf" -i a >"$2/start.out" 2>&1
}

# stop_mon FOLDER [SIGNAL]: waits for its end.
stop_mon() {
    [ -s "$1/mon.a.pid" ] || return 0
    mon_pid=$(cat "$1/mon.a.pid")
    kill "${2:--TERM}" "$mon_pid" 2>/dev/null
    wait_until 60 is_gone "$mon_pid"
}

# start_both [LINE...]: a genuine monitor in $dir/genuine and ours in $dir/ours, LINE in the ceph.conf of both. Ends the
# test where that cannot be.
start_both() {
    [ -x "$genuine_mon" ] || skip_all "genuine ceph-mon is not installed"
    write_conf "$dir/genuine" "$(free_port)" "auth_allow_insecure_global_id_reclaim = false" "$@"
    write_conf "$dir/ours" "$(free_port)" "$@"
    genuine_map=$dir/genuine/monmap
    /usr/bin/monmaptool --create --fsid "$fsid" \
        --addv a "[v1:$(sed -n 's/^mon_host = v1://p' "$dir/genuine/ceph.conf")]" "$genuine_map" >/dev/null || exit 1
    "$genuine_mon" -c "$dir/genuine/ceph.conf" -i a --mkfs --monmap "$genuine_map" >"$dir/genuine/mkfs.out" 2>&1
    for which in genuine ours; do
        [ $which = ours ] && mon=$our_mon || mon=$genuine_mon
        if ! start_mon "$mon" "$dir/$which"; then
            sed 's/^/# /' "$dir/$which"/*.out
            bail_out "the $which monitor did not start"
        fi
    done
}
