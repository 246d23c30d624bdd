#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our librados and our rados with a genuine monitor and a genuine OSD: Debian's python3-rados and fio run on our library,
# and what one side writes the other reads.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon ceph-osd monmaptool rados
command -v fio >/dev/null || skip_all "fio is not installed"
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
osd_program=$genuine_bin/ceph-osd
start_osd_cluster memstore p

genuine() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}
ours() {
    timeout -k 5 60 "$build/src/tools/rados" -c "$conf" -p p "$@"
}
# Programs of Debian's on our library.
on_ours() {
    LD_LIBRARY_PATH=$build/src/librados/.libs timeout -k 5 120 "$@"
}
python_objects() {
    on_ours /usr/bin/python3 - "$conf" <<'END'
import sys, threading
import rados
c = rados.Rados(conffile=sys.argv[1], name='client.admin')
c.connect(timeout=30)
assert 'p' in c.list_pools()
io = c.open_ioctx('p')
data = bytes(range(256)) * 400
io.write_full('py', data)
assert io.read('py', length=len(data)) == data
assert io.stat('py')[0] == len(data)
io.append('py', b'tail')
assert io.read('py', offset=len(data)) == b'tail'
io.trunc('py', 10)
assert io.read('py') == data[:10]
io.set_xattr('py', 'name', b'value')
assert io.get_xattr('py', 'name') == b'value'
assert dict(io.get_xattrs('py')) == {'name': b'value'}
io.rm_xattr('py', 'name')
with rados.WriteOpCtx() as op:
    io.set_omap(op, ('a', 'b'), (b'1', b'2'))
    io.operate_write_op(op, 'py')
with rados.ReadOpCtx() as op:
    it, r = io.get_omap_vals(op, '', '', 10)
    io.operate_read_op(op, 'py')
    assert dict(it) == {'a': b'1', 'b': b'2'}
done = [io.aio_write_full('aio%d' % i, b'x' * 5000) for i in range(20)]
for d in done:
    d.wait_for_complete()
    assert d.get_return_value() == 0
names = sorted(o.key for o in io.list_objects())
assert len([n for n in names if n.startswith('aio')]) == 20, names
io.set_namespace('pyns')
io.write_full('inside', b'ns')
assert [o.key for o in io.list_objects()] == ['inside']
io.set_namespace('')
try:
    io.read('nothing')
    raise SystemExit('a missing object was read')
except rados.ObjectNotFound:
    pass
io.lock_exclusive('py', 'l', 'cookie')
try:
    io.lock_exclusive('py', 'l', 'other')
    raise SystemExit('locked twice')
except rados.ObjectBusy:
    pass
io.unlock('py', 'l', 'cookie')
heard = threading.Event()
def on_notify(notify_id, notifier_id, watch_id, payload):
    assert payload == b'hello'
    heard.set()
w = io.watch('py', on_notify, lambda e: None)
io.notify('py', 'hello')
assert heard.wait(20)
w.close()
for i in range(20):
    io.remove_object('aio%d' % i)
io.close()
c.shutdown()
END
}
fio_verify() {
    on_ours fio --name=verify --ioengine=rados --clientname=admin --pool=p --conf="$conf" --busy_poll=0 --rw=randwrite \
        --bs=16k --size=4m --iodepth=8 --verify=crc32c --do_verify=1 --touch_objects=0 >"$tmp/fio.out" 2>&1 ||
        { sed 's/^/# /' "$tmp/fio.out" | tail -n 5; return 1; }
    grep -q 'err= 0' "$tmp/fio.out"
}

check "our rados sees the pool that genuine ceph made" eval 'ours lspools | grep -qx p'
head -c 9000000 /dev/urandom >"$tmp/in"
check "ours puts, genuine gets" eval 'ours put one "$tmp/in" && genuine get one "$tmp/out" && cmp "$tmp/in" "$tmp/out"'
check "genuine puts, ours gets" eval 'genuine put two "$tmp/in" && ours get two "$tmp/out" && cmp "$tmp/in" "$tmp/out"'
check "ls" gives "one two" eval 'ours ls | sort | paste -sd " "'
check "stat says the size" eval 'ours stat one | grep -q "size 9000000"'
check "append and truncate" eval 'ours append one "$tmp/in" && ours truncate one 5 && ours get one - | cmp - <(head -c 5 "$tmp/in")'
check "xattrs: ours sets, genuine gets" eval 'ours setxattr one a v && [ "$(genuine getxattr one a)" = v ]'
check "listxattr" gives a ours listxattr one
check "rmxattr" eval 'ours rmxattr one a && [ -z "$(genuine listxattr one)" ]'
check "omap: ours sets, genuine lists" eval 'ours setomapval one k v && [ "$(genuine listomapkeys one)" = k ]'
check "listomapvals as genuine" eval '[ "$(ours listomapvals one)" = "$(genuine listomapvals one)" ]'
check "rmomapkey" eval 'ours rmomapkey one k && [ -z "$(genuine listomapkeys one)" ]'
check "cp" eval 'ours cp one copied && ours get copied - | cmp - <(head -c 5 "$tmp/in")'
check "a namespace of its own" eval 'ours -N ns put three "$tmp/in" && [ "$(genuine -N ns ls)" = three ]'
check "what is not there is said with status 1" eval 'ours stat nothing; [ $? = 1 ]'
check "lock and its info" eval 'ours lock get one l && ours lock list one | grep -q l'
check "rm" eval 'ours rm two && ! genuine stat two'
check "bench writes, reads and cleans up" eval \
    'ours bench 2 write -b 4096 -t 8 --no-cleanup && ours bench 1 seq -t 8 && ours bench 1 rand -t 8 && ours cleanup'
check "nothing of the bench is left" eval '! ours ls | grep -q benchmark'
check "python3-rados on our library" python_objects
check "fio on our library, with its data verified" fio_verify
tap_end
