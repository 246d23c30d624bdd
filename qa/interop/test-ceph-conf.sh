#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our ceph-conf against genuine Ceph's: the same questions about the same files, the same answers and statuses. TAP.
# Run it from the top of the build tree. GENUINE_CEPH_CONF names the other one.
genuine=${GENUINE_CEPH_CONF:-/usr/bin/ceph-conf}
ours=$(pwd)/src/tools/ceph-conf
if [ ! -x "$genuine" ] || "$genuine" --version 2>/dev/null | grep -q rsockets; then
    echo "1..0 # SKIP genuine ceph-conf is not installed"
    exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CEPH_CONF CEPH_ARGS CEPH_KEYRING
n=0

# same ARGUMENTS...: standard output and status of both must be the same.
same() {
    n=$((n + 1))
    "$genuine" "$@" >want 2>want.err
    wanted=$?
    "$ours" "$@" >got 2>got.err
    status=$?
    if [ $status = $wanted ] && cmp -s want got; then
        echo "ok $n - ceph-conf $(echo "$*" | tr '#' ' ')"
    else
        sed 's/^/# genuine: /' want want.err | head -n 5
        sed 's/^/# ours:    /' got got.err | head -n 5
        echo "not ok $n - ceph-conf $* (status $status, genuine $wanted)"
    fi
}

cat >site.conf <<'END'
[global]
   log file = /tmp/$name-$type-$id-$cluster.log   ; comment
   mon_host = "192.0.2.1 192.0.2.2" # hi
   keyring = 'x y'
   public network = 192.0.2.0/24, \
       198.51.100.0/24
   chdir = $run_dir/$nope/${name}x/$$/$host
   ms_tcp_rcvbuf = 4K
   ms_initial_backoff = 0.5
   rados_osd_op_timeout = 1h30m
   key = a#b
   keyfile = a\#b\;c "d"
   own key = 5
   ms_tcp_nodelay = yes
[mon]
   chdir = mon
[mon.a]
   chdir = mon.a $mon_data
   weird key = 77
[client.admin]
   mon_data = "/q w"
[client.admin]
   admin_socket_mode = $admin_socket_mode
[osd.0]
   foo=1
[client]
END
for key in 'log file' log_file mon_host keyring public_network chdir key keyfile mon_data own_key "own key" admin_socket_mode \
    ms_tcp_rcvbuf ms_tcp_nodelay fsid nonexistent; do
    same -c site.conf --lookup "$key"
    same -c site.conf "$key"
done
for key in 'log file' log_file mon_host keyring public_network chdir key keyfile mon_data admin_socket_mode ms_tcp_rcvbuf \
    ms_tcp_nodelay ms_initial_backoff rados_osd_op_timeout ms_bind_port_min ms_dispatch_throttle_bytes fsid \
    debug_mon auth_client_required mon_client_hunt_interval run_dir nonexistent; do
    same -c site.conf --show-config-value "$key"
done
for name in mon.a mon.b osd.0 osd.3 client.x mgr.y; do
    same -c site.conf -n $name chdir
    same -c site.conf --name $name --lookup log_file
    same -c site.conf --name=$name --show-config-value mon_data
    same -c site.conf -n $name --lookup weird_key
    same -c site.conf --lookup foo -n $name
done
same -c site.conf -n foo --lookup chdir
same -c site.conf -n foo.bar --lookup chdir
same -c site.conf --cluster other --lookup log_file
same -c site.conf --pid 77 --lookup 'log file'
same -c site.conf -L
same -c site.conf --list-all-sections
same -c site.conf -l mon
same -c site.conf --list-sections os
same -c site.conf --list-sections nothing
same -c site.conf -L --filter-key chdir
same -c site.conf -L --filter-key chdir --filter-key 'weird_key'
same -c site.conf -l mon --filter-key-value chdir=mon
same -c site.conf -L --filter-key-value chdir
same -c site.conf -s mon.a chdir
same -c site.conf -s mon.a -s osd.0 --lookup chdir
same -c site.conf -s osd.0 -s mon.a --lookup chdir
same -c site.conf -s osd.0 --lookup log_file
same -c site.conf -s nothing --lookup ms_type
same -c site.conf
same -c site.conf -l
same -c site.conf --lookup
same -c site.conf one two
same -c nothing.conf --lookup chdir
same -c nothing.conf,site.conf --lookup mon_host
same --no-config-file --show-config-value ms_bind_port_max

printf '[global]\nkeyring = /nonexistent,/etc/passwd,/etc/hosts\nmon_host = a\n' >search.conf
same -c search.conf --lookup keyring
same -c search.conf --lookup keyring --resolve-search
same -c search.conf --lookup mon_host --resolve-search

# options from the command line and from CEPH_ARGS
same -c site.conf --ms-bind-port-min 7 --show-config-value ms_bind_port_min
same -c site.conf --ms_bind_port_min=8 --show-config-value ms_bind_port_min
same -c site.conf --ms_tcp_nodelay false --show-config-value ms_tcp_nodelay
same -c site.conf --no-ms-crc-data --show-config-value ms_crc_data
same -c site.conf --ms-bind-ipv6 --show-config-value ms_bind_ipv6
same -c site.conf --debug-ms 5 --show-config-value debug_ms
same -c site.conf --debug-ms 5/6 --show-config-value debug_ms
same -c site.conf -m 192.0.2.9 --show-config-value mon_host
same -c site.conf -k kk --show-config-value keyring
same -c site.conf --id bob --show-config-value log_file
same -c site.conf --ms_tcp_rcvbuf=1.5M --show-config-value ms_tcp_rcvbuf
same -c site.conf --ms_tcp_rcvbuf=-1 --show-config-value ms_tcp_rcvbuf
same -c site.conf --ms_bind_port_min=x --show-config-value ms_bind_port_min
CEPH_ARGS='--ms_bind_port_min 5 -n mon.a'
export CEPH_ARGS
same -c site.conf --show-config-value ms_bind_port_min
same -c site.conf --lookup chdir
same -c site.conf --ms_bind_port_min 6 -n mon.b --lookup chdir
unset CEPH_ARGS
CEPH_CONF=site.conf
export CEPH_CONF
same --lookup chdir
same -c search.conf --lookup chdir
unset CEPH_CONF
mkdir home home/.ceph && cp site.conf home/.ceph/ceph.conf && cp search.conf ceph.conf
(cd / && [ ! -e /etc/ceph/ceph.conf ]) && {
    HOME=$dir/home
    export HOME
    same --lookup log_file
    HOME=$dir
    same --lookup keyring
}

# text TEXT KEY...: KEYs of a file of its own
text() {
    printf "$1" >text.conf
    shift
    for key; do same -c text.conf --lookup "$key"; done
}
text '[global]\nkey = a\\\\b c\\ d\n' key
text '[global]\nkey = "a\\"b\\\\c"\n' key
text '[global]\nkey =\nchdir=x\n' key chdir
text '[global]\nkey\n' key
text '= 5\n' key
text 'chdir=x\n[global]\nkey=1\n' key chdir
text 'chdir=x\n' chdir
text '[global] # foo\n  chdir   =   x  y   \n' chdir
text '[global]\nchdir=x\nchdir=y\n' chdir
text '[global]\nchdir=x\n[client]\nchdir=c\n[global]\nchdir=y\n' chdir
text '[global]\nCHDIR=x\n' chdir CHDIR
text '[global]\r\nchdir=x\r\nkey=1\r\n' chdir key
text '[global]\nchdir="x" ; hi\n' chdir
text '[global]\nchdir="x\n' chdir
text '[global]\nchdir="x" y\n' chdir
text "[global]\nchdir=it's\n" chdir
text '[global]\nchdir=a=b\n' chdir
text '[global\nchdir=a\n' chdir
text '[global]x\nchdir=a\n' chdir
text '[]\nchdir=a\n' chdir
text '[global]\nchdir = a \\\n  # no\n key = 3\n' chdir key
text '[global]\n# c \\\nkey = 2\n' key
text '[global]\nchdir = $foo\nfoo = $bar\nrun_dir=$log_file\nlog_file=$run_dir\n' chdir foo log_file
text '[global]\nchdir = ${key}x$key_file ${nope} $ x$\nkey = k$id\n' chdir
text '[global]\nkey = h\377\n' key
text '[global]\nkey = a\tb\n' key
text '' key
echo "1..$n"
