#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an OSD answers to clients that it has to refuse: osd_refusals.py CEPH_CONF POOL CASE, a line for each step."""
import os
import subprocess
import sys
import time

import rados


def connect():
    cluster = rados.Rados(conffile=sys.argv[1], name="client.admin")
    cluster.connect()
    return cluster, cluster.open_ioctx(sys.argv[2])


def told(what, call, *args, **kwargs):
    """Prints what became of a call: its value, or its errno."""
    try:
        value = call(*args, **kwargs)
        print(what, "gives", repr(value) if isinstance(value, (bytes, int, type(None))) else "something")
    except rados.Error as error:
        print(what, "fails:", abs(error.errno or 0))


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def case_names():
    _, io = connect()
    for length in (2048, 2049):
        told(f"name of {length}", io.write_full, "n" * length, b"x")
    for length in (2048, 2049):
        io.set_locator_key("k" * length)
        told(f"locator key of {length}", io.write_full, "object", b"x")
    io.set_locator_key("")
    for length in (256, 257):
        io.set_namespace("s" * length)
        told(f"namespace of {length}", io.write_full, "object", b"x")
    io.set_namespace("")
    io.write_full("object", b"x")
    for length in (100, 101):
        told(f"attribute name of {length}", io.set_xattr, "object", "a" * length, b"x")


def case_sizes():
    _, io = connect()
    limit = 128 << 20
    io.write_full("object", b"x")
    told("write behind the limit", io.write, "object", b"x", limit)
    told("write over the limit", io.write, "object", b"xy", limit - 1)
    told("write far behind", io.write, "object", b"x", 1 << 62)
    told("truncate to more", io.trunc, "object", limit + 1)
    told("read far behind", io.read, "object", 10, 1 << 40)
    told("size", lambda: io.stat("object")[0])


def case_objects():
    _, io = connect()
    told("read what is not there", io.read, "nothing")
    told("remove what is not there", io.remove_object, "nothing")
    told("stat of what is not there", io.stat, "nothing")
    told("truncate what is not there", io.trunc, "nothing", 10)
    told("attribute of what is not there", io.get_xattr, "nothing", "a")
    io.write_full("object", b"x")
    told("attribute that is not there", io.get_xattr, "object", "none")
    told("method that is not there", io.execute, "object", "hello", "nonesuch", b"")
    with rados.WriteOpCtx() as op:
        op.new(rados.LIBRADOS_CREATE_EXCLUSIVE)
        told("create what is there", io.operate_write_op, op, "object")


def blocklist(word, addr):
    subprocess.run(["ceph", "-c", sys.argv[1], "osd", "blocklist", word, addr], check=True, capture_output=True, timeout=60)


def refused(io):
    try:
        io.read("object")
    except rados.Error as error:
        return abs(error.errno) == 108
    return False


def shut_out(addr_of):
    errors = []
    _, admin_io = connect()
    cluster, io = connect()
    io.write_full("object", b"x")
    io.write_full("watched", b"x")
    kept = io.watch("watched", lambda *args: None, lambda cookie, error: errors.append(error))
    addr = addr_of(cluster)
    blocklist("add", addr)
    try:
        wait_until(lambda: refused(io))
        told("read", io.read, "object")
        told("write", io.write_full, "object", b"y")
        told("stat", io.stat, "object")
        told("list", lambda: sum(1 for _ in io.list_objects()) > 0)
        told("class", io.execute, "object", "hello", "say_hello", b"")
        told("watch", io.watch, "object", lambda *args: None)
    finally:
        blocklist("rm", addr)
    # What others see: nothing was written, and nobody watches any more.
    told("object", admin_io.read, "object")
    wait_until(lambda: watchers("watched") == 0)
    print("no watcher is left of", bool(kept))


def watchers(name):
    out = subprocess.run(["rados", "-c", sys.argv[1], "--admin_socket=", "-p", sys.argv[2], "listwatchers", name],
                         check=True, capture_output=True, timeout=60, text=True)
    return out.stdout.count("watcher=")


def host_and_nonce(cluster):
    """Such as 127.0.0.1:0/1234, without a type."""
    return cluster.get_addrs().strip("[]").split(",")[0].rpartition("v1:")[2]


def case_blocklisted():
    shut_out(host_and_nonce)


globals()["case_" + sys.argv[3]]()
sys.stdout.flush()
os._exit(0)  # without taking back watches that are no more
