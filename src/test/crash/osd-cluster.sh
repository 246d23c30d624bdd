#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# osd-cluster.sh STEP DIR LD_PRELOAD=LIBRARY: for test_crash_points, in the build tree: a monitor in DIR.cluster and an
# OSD whose data is DIR. Steps: make both; join: what the running monitor has to be told; remove all but DIR.
set -eu
dir=$2
bin=$PWD/src
# shellcheck source=qa/free-port.sh
. "${srcdir:-.}/qa/free-port.sh"

make() {
    local port

    mkdir "$dir.cluster"
    cd "$dir.cluster"
    port=$(free_port)
    cat >ceph.conf <<END
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_host = v1:127.0.0.1:$port
keyring = $PWD/keyring
run_dir = $PWD
log_file = $PWD/\$name.log
log_to_stderr = false
admin_socket =
mon_cluster_log_file =
[mon]
mon_data = $PWD/mon
[osd]
osd_data = $dir
osd_objectstore = kvstore
keyring = $dir/keyring
public_addr = 127.0.0.1
END
    "$bin/tools/ceph-authtool" -C keyring -n mon. -g --cap mon 'allow *'
    "$bin/tools/ceph-authtool" keyring -n client.admin -g --cap mon 'allow *' --cap osd 'allow *'
    "$bin/mon/ceph-mon" -c ceph.conf -i a --mkfs --keyring keyring
    env "$1" "$bin/osd/ceph-osd" -c ceph.conf -i 0 --mkfs --mkkey
}

join() {
    cd "$dir.cluster"
    printf '{"cephx_secret": "%s"}' "$("$bin/tools/ceph-authtool" -p -n osd.0 "$dir/keyring")" >secrets
    "$bin/tools/ceph" -c ceph.conf osd new "$(cat "$dir/fsid")" 0 -i secrets
    "$bin/tools/ceph" -c ceph.conf osd pool create p 4
}

case $1 in
make) make "$3" >"$dir.make" 2>&1 || { cat "$dir.make"; exit 1; } ;;
join) join >"$dir.make" 2>&1 || { cat "$dir.make"; exit 1; } ;;
remove) rm -rf "$dir.cluster" "$dir.make" ;;
esac
