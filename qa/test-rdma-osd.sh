#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Objects over RDMA: our OSD below a genuine monitor, which is reached over TCP and hands out the map; TAP. Runs in
# qa/rdma-vm. That it is RDMA is shown by facts.sh, and each of the facts must be missing over TCP.

set -u
export srcdir=${srcdir:-.}
# shellcheck source=qa/rdma/facts.sh
. "$srcdir/qa/rdma/facts.sh"
[ -x /usr/bin/ceph-mon ] || skip_all "genuine ceph-mon is not installed"

readonly payload=3000000
conf=ceph.conf

rados() {
    timeout -k 5 400 "$build/src/tools/rados" -c $conf -p p "$@"
}

start_cluster() {
    BUILD_DIR=$build OSD=1 "$srcdir/src/vstart.sh" -n --genuine-mon --memstore "$@" &&
        timeout 120 "$build/src/tools/ceph" -c ceph.conf osd pool create p 4 || return
    # What clients of ours are told that genuine ones would not understand.
    { cat ceph.conf && printf '[client]\nms_client_type = rsockets,simple\n'; } >rdma.conf
}

stop_cluster() {
    "$srcdir/src/stop.sh"
}

move_payload() {
    head -c $payload /dev/urandom >in && rados put object in && rados get object got && cmp in got
}

# A client that is at work until rest.
at_work() {
    rados bench 300 write -b 4096 -t 4 --no-cleanup >bench.out 2>&1 &
    bench=$!
    wait_until 60 bench_has_written
}

bench_has_written() {
    awk '$1 ~ /^[0-9]+$/ && $3 > 0 { found = 1 } END { exit !found }' bench.out
}

rest() {
    kill "$(pgrep -P "$bench")" 2>/dev/null
    wait "$bench"
}

# What is established to the port that the OSD has for clients.
tcp_clients() {
    local port
    port=$(timeout 60 "$build/src/tools/ceph" -c ceph.conf osd dump -f json |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["osds"][0]["public_addr"].split("/")[0].split(":")[-1])')
    ss -Htn state established "sport = :$port" | wc -l
}

# Python and fio, as Debian has them, on our library.
on_ours() {
    LD_LIBRARY_PATH=$build/src/librados/.libs timeout -k 5 200 "$@"
}

python_on_ours() {
    on_ours /usr/bin/python3 - "$conf" <<'END'
import rados, sys
c = rados.Rados(conffile=sys.argv[1], name='client.admin')
c.connect(timeout=60)
io = c.open_ioctx('p')
data = bytes(range(256)) * 2000
done = [io.aio_write_full('aio%d' % i, data) for i in range(8)]
for d in done:
    d.wait_for_complete()
    assert d.get_return_value() == 0
for i in range(8):
    assert io.read('aio%d' % i, length=len(data)) == data
with rados.WriteOpCtx() as op:
    io.set_omap(op, ('a', 'b'), (b'1', b'2'))
    io.operate_write_op(op, 'aio0')
assert sum(o.key.startswith('aio') for o in io.list_objects()) == 8
io.close()
c.shutdown()
END
}

fio_on_ours() {
    on_ours fio --name=verify --ioengine=rados --clientname=admin --pool=p --conf=$conf --busy_poll=0 --rw=randwrite \
        --bs=16k --size=1m --iodepth=8 --verify=crc32c --do_verify=1 --touch_objects=0 >fio.out 2>&1 || { cat fio.out; return 1; }
    grep -q 'err= 0' fio.out
}

mkdir "$tmp/cluster" && cd "$tmp/cluster" || exit
on_exit stop_cluster
check "dual OSD: a genuine monitor and our OSD start" start_cluster --dual
conf=rdma.conf
note_counters
check "dual OSD: an object is put and got" move_payload
check "dual OSD: the devices' counters cover it, each way" counters_cover $payload
check "dual OSD: a client is at work" at_work
check "dual OSD: it has a queue pair" equal "$(queue_pairs osd.0)" 1
check "dual OSD: it has no TCP connection" equal "$(tcp_clients)" 0
check "dual OSD: messenger dump agrees" equal "$(dumped_connections osd.0 rsockets)" 1
rest
check "dual OSD: Debian's python3-rados on our library" python_on_ours
note_counters
check "dual OSD: Debian's fio on our library, with its data verified" fio_on_ours
check "dual OSD: the counters cover what fio wrote and read" counters_cover 1000000

conf=ceph.conf
note_counters
check "by TCP: an object is put and got" move_payload
check "by TCP: the devices' counters do not cover it" not counters_cover $payload
check "by TCP: a client is at work" at_work
check "by TCP: it has no queue pair" equal "$(queue_pairs osd.0)" 0
check "by TCP: it has a TCP connection" equal "$(tcp_clients)" 1
check "by TCP: messenger dump does not call it rsockets" equal "$(dumped_connections osd.0 rsockets)" 0
rest
check "genuine rados gets what ours put" \
    eval 'timeout 120 /usr/bin/rados -c ceph.conf -p p get object genuine.got && cmp in genuine.got'
check "the cluster stops" stop_cluster
tap_end
