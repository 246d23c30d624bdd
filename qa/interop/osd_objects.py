#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects by genuine python3-rados: osd_objects.py CEPH_CONF CASE. A case that fails ends with a traceback."""
import struct
import sys
import time

import rados

ENOENT, EIO, EBUSY, EEXIST, EINVAL, EOPNOTSUPP, ENOTCONN, ETIMEDOUT, ECANCELED = (
    2, 5, 16, 17, 22, 95, 107, 110, 125)
EFBIG, ENOSPC, ENAMETOOLONG = 27, 28, 36
FULL_TRY = 64  # LIBRADOS_OPERATION_FULL_TRY, which the module has no name for


def connect():
    cluster = rados.Rados(conffile=sys.argv[1], name="client.admin")
    cluster.connect()
    return cluster.open_ioctx("p")


def fails(errno, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except rados.Error as error:
        assert abs(error.errno) == errno, f"errno {error.errno} instead of {errno}"
        return
    raise AssertionError(f"no error; errno {errno} was expected")


def wait_until(condition):
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def versioned(body):
    return struct.pack("<BBI", 1, 1, len(body)) + body


def string(text):
    return struct.pack("<I", len(text)) + text


class Watcher:
    """A watch that notes what it hears."""

    def __init__(self, io, name, timeout=None):
        self.heard, self.errors = [], []
        self.watch = io.watch(name, self.notified, self.failed, timeout)

    def notified(self, _notify_id, _notifier, _cookie, data):
        self.heard.append(bytes(data))

    def failed(self, _cookie, error):
        self.errors.append(error)


def case_watch():
    one, two = connect(), connect()
    one.write_full("watched", b"x")
    fails(ENOENT, Watcher, one, "missing")
    fails(ENOENT, one.notify, "missing", "x")
    assert one.notify("watched", "nobody is there")
    first, second = Watcher(one, "watched"), Watcher(two, "watched")
    assert one.notify("watched", "both")
    assert first.heard == second.heard == [b"both"]
    second.watch.close()
    assert two.notify("watched", "one")
    assert first.heard == [b"both", b"one"] and second.heard == [b"both"]
    version = one.get_last_version()
    one.read("watched")
    assert one.get_last_version() <= version, "a watch made a new version"
    one.remove_object("watched")
    wait_until(lambda: first.errors == [-ENOTCONN])


def case_hold():
    """Watches until it is killed."""
    io = connect()
    io.write_full("held", b"x")
    watcher = Watcher(io, "held", int(sys.argv[3]))
    print("watching", flush=True)
    while True:
        time.sleep(0.1)
        while watcher.heard:
            print(watcher.heard.pop(0).decode(), flush=True)


def case_notify_late():
    """A watcher does not answer."""
    fails(ETIMEDOUT, connect().notify, "held", "late", timeout_ms=2000)


def case_notify():
    assert connect().notify("held", sys.argv[3], timeout_ms=10000)


def case_locks():
    one, two = connect(), connect()
    one.lock_exclusive("locked", "lock", "cookie", "description")
    fails(EEXIST, one.lock_exclusive, "locked", "lock", "cookie")
    fails(EBUSY, two.lock_exclusive, "locked", "lock", "cookie")
    fails(EBUSY, two.lock_shared, "locked", "lock", "cookie", "tag")
    fails(ENOENT, two.unlock, "locked", "lock", "cookie")
    one.unlock("locked", "lock", "cookie")
    fails(ENOENT, one.unlock, "locked", "lock", "cookie")
    one.lock_shared("locked", "lock", "cookie", "tag")
    two.lock_shared("locked", "lock", "cookie", "tag")
    fails(EBUSY, two.lock_shared, "locked", "lock", "another", "other tag")
    fails(EBUSY, one.lock_exclusive, "locked", "lock", "another")


def case_hello():
    io = connect()
    fails(ENOENT, io.execute, "missing", "hello", "say_hello", b"")
    assert io.execute("hello", "hello", "record_hello", b"") == (0, b"")
    assert io.execute("hello", "hello", "say_hello", b"you")[1] == b"Hello, you!"
    fails(EEXIST, io.execute, "hello", "hello", "record_hello", b"")
    assert io.execute("hello", "hello", "replay", b"")[1] == b"Hello, world!"
    io.execute("hello", "hello", "turn_it_to_11", b"")
    assert io.read("hello") == b"HELLO, WORLD!"
    assert [key for key, _ in io.get_xattrs("hello")] == ["amplified_by", "said_by"]
    fails(EINVAL, io.execute, "hello", "hello", "say_hello", b"x" * 101)
    fails(EINVAL, io.execute, "hello", "hello", "write_return_data", b"x")
    assert io.execute("hello", "hello", "write_return_data", b"") == (0, b"")
    assert io.get_xattr("hello", "foo") == b"bar"
    fails(EIO, io.execute, "hello", "hello", "bad_reader", b"")
    fails(EIO, io.execute, "hello", "hello", "bad_writer", b"")
    assert io.read("hello") == b"HELLO, WORLD!"


def case_refcount():
    io = connect()
    io.write_full("counted", b"x")
    for tag in (b"a", b"b", b"a"):
        io.execute("counted", "refcount", "get", versioned(string(tag) + b"\0"))
    held = io.execute("counted", "refcount", "read", versioned(b"\0"))[1]
    assert held == versioned(struct.pack("<I", 2) + string(b"a") + string(b"b"))
    io.execute("counted", "refcount", "put", versioned(string(b"a") + b"\0"))
    io.execute("counted", "refcount", "put", versioned(string(b"a") + b"\0"))
    assert io.stat("counted")[0] == 1
    io.execute("counted", "refcount", "put", versioned(string(b"b") + b"\0"))
    fails(ENOENT, io.stat, "counted")


def case_version():
    io = connect()
    nothing = versioned(struct.pack("<Q", 0) + string(b""))
    is_five = versioned(versioned(struct.pack("<Q", 5) + string(b"tag")) + struct.pack("<I", 1))
    io.execute("versioned", "version", "set", versioned(versioned(struct.pack("<Q", 4) + string(b"tag"))))
    fails(ECANCELED, io.execute, "versioned", "version", "check_conds",
          versioned(nothing + struct.pack("<I", 1) + is_five))
    io.execute("versioned", "version", "inc", versioned(nothing + struct.pack("<I", 0)))
    io.execute("versioned", "version", "check_conds", versioned(nothing + struct.pack("<I", 1) + is_five))
    io.execute("versioned", "version", "inc_conds", versioned(nothing + struct.pack("<I", 1) + is_five))
    fails(ECANCELED, io.execute, "versioned", "version", "inc_conds",
          versioned(nothing + struct.pack("<I", 1) + is_five))
    have = io.execute("versioned", "version", "read", b"")[1]
    assert have == versioned(versioned(struct.pack("<Q", 6) + string(b"tag")))
    fails(EINVAL, io.execute, "versioned", "version", "set", b"short")


def case_unknown_classes():
    io = connect()
    fails(EOPNOTSUPP, io.execute, "missing", "nonesuch", "method", b"")
    fails(EOPNOTSUPP, io.execute, "missing", "hello", "nonesuch", b"")


def case_limits():
    io = connect()
    io.write_full("n" * 2048, b"x")
    fails(ENAMETOOLONG, io.write_full, "n" * 2049, b"x")
    fails(EFBIG, io.write, "object", b"x", 128 << 20)
    io.write_full("object", b"x")
    fails(EFBIG, io.trunc, "object", (128 << 20) + 1)
    fails(ENAMETOOLONG, io.set_xattr, "object", "n" * 101, b"x")
    io.rm_xattr("object", "missing")
    fails(ENOENT, io.rm_xattr, "missing", "missing")
    io.set_namespace("n" * 257)
    fails(ENAMETOOLONG, io.write_full, "object", b"x")


def case_full():
    """The cluster is full: nothing grows, but what is there can go."""
    io = connect()
    with rados.WriteOpCtx() as op:
        op.append(b"x")
        fails(ENOSPC, io.operate_write_op, op, "large", flags=FULL_TRY)
    assert io.stat("large")[0] == 16 << 20
    with rados.WriteOpCtx() as op:
        op.remove()
        io.operate_write_op(op, "large", flags=FULL_TRY)


globals()["case_" + sys.argv[2]]()
