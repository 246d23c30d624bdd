# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: the same entities with the same capabilities ask a genuine daemon and ours for the same.

    cephx_caps.py mon|osd GENUINE_CONF OUR_CONF

"osd" has a genuine monitor in both clusters, with a genuine OSD in the first and ours in the second. What is compared is whether they are let in and whether they are denied, not the answers. Prints TAP.
"""
import json
import sys
import time

import rados

COMMANDS = [
    ("status",), ("mon dump",), ("mon getmap",), ("osd dump",), ("osd ls",), ("osd set", "key=noout"),
    ("osd setmaxosd", "newmax=7"), ("mgr dump",), ("log", "logtext=[hello]"), ("log last", "num=1"),
    ("config dump",), ("config get", "who=client.x"), ("config set", "who=client.x", "name=debug_ms", "value=1"),
    ("config-key get", "key=a/b"), ("config-key get", "key=b"), ("config-key exists", "key=a/b"),
    ("config-key set", "key=a/c", "val=v"), ("config-key ls",),
    ("config-key get", "key=daemon-private/osd.3/x"), ("config-key set", "key=daemon-private/osd.3/x", "val=v"),
    ("config-key get", "key=daemon-private/osd.4/x"), ("config-key get", "key=daemon-private/mon./x"),
    ("auth ls",), ("auth get", "entity=client.admin"), ("auth get-or-create", "entity=client.made"),
    ("auth caps", "entity=client.made", "caps=[mon,allow r]"), ("auth rm", "entity=client.none"),
    ("health mute", "code=X"), ("health unmute", "code=X"),
]

# (entity, capabilities for monitors)
CASES = [("client", text) for text in (
    "allow r", "allow w", "allow x", "allow rw", "allow rx", "allow rwx", "allow *", "allow all", "allow",
    "allow r, allow w", "allow r; allow x",
    "allow service osd r", "allow service osd rw", "allow service config-key rw", "allow service auth rx",
    "allow service mon *", "allow r, allow service config-key r",
    "allow command status", "allow command \"osd dump\"", "allow command 'mon dump', allow command \"osd dump\"",
    "allow command \"config-key get\" with key=a/b", "allow command \"config-key get\" with key prefix a/",
    "allow command \"config-key get\" with key regex \"^a/.*$\"",
    "allow command \"config-key get\" with key regex \"a\"", "allow command \"config-key get\" with key regex \"[ab]\"",
    "allow command \"config-key get\"",
    "allow command \"config set\" with who=client.x name=debug_ms", "allow command \"config set\" with who=client.y",
    "allow command \"osd setmaxosd\" with newmax=7", "allow command \"auth get\" with entity prefix client.",
    "allow command \"status\" network 127.0.0.0/8", "allow command \"status\" network 192.0.2.0/24",
    "allow r network 127.0.0.0/8", "allow r network 192.0.2.0/24", "allow * network 127.0.0.1/32",
    "allow * network 192.0.2.0/24", "allow r network 0.0.0.0/0", "allow rw network 127.0.0.0/8, allow x",
    "allow profile mon", "profile osd", "profile bootstrap-osd", "allow profile bootstrap-osd", "profile rbd",
    "profile rbd-read-only", "profile simple-rados-client", "profile crash", "profile osd network 192.0.2.0/24",
    "profile osd, allow x", "profile rbd network 127.0.0.0/8", "profile=osd",
)] + [("osd.3", "profile osd"), ("osd.3", "allow profile osd"), ("osd.3", "allow r")]

# Capabilities for OSDs.
OSD_CASES = (
    "allow r", "allow w", "allow x", "allow rw", "allow rx", "allow rwx", "allow *", "allow class-read",
    "allow class-write", "allow r class-read", "allow w class-write", "allow rw pool=p", "allow rw pool=q",
    "allow pool p rw", "allow r namespace=ns", "allow rw pool=p namespace=ns", "allow r namespace=n*",
    "allow r namespace=", "allow rwx object_prefix rbd_", "allow rwx pool=p object_prefix o",
    "allow r, allow w pool=q", "allow r network 127.0.0.0/8", "allow rw network 192.0.2.0/24",
    "allow r, allow w network 192.0.2.0/24", "profile osd", "profile rbd", "profile rbd pool=p", "profile rbd pool=q",
    "profile rbd pool=p namespace=ns", "profile rbd-read-only", "profile rbd-read-only pool=q", "allow profile rbd",
    "profile rbd network 192.0.2.0/24", "profile rbd-read-only, allow w pool=q",
)
POOLS, NAMESPACES, OBJECTS = ("p", "q"), ("", "ns", "nt"), ("o", "rbd_children", "rbd_info", "rbd_x")


def omap(io, name):
    with rados.WriteOpCtx() as op:
        io.set_omap(op, ("k",), (b"v",))
        io.operate_write_op(op, name)


OPERATIONS = {
    "read": lambda io, name: io.read(name),
    "write": lambda io, name: io.write(name, b"x"),
    "stat": lambda io, name: io.stat(name),
    "setxattr": lambda io, name: io.set_xattr(name, "a", b"v"),
    "getxattr": lambda io, name: io.get_xattr(name, "a"),
    "omap": omap,
    "class that reads": lambda io, name: io.execute(name, "hello", "say_hello", b""),
    "class that writes": lambda io, name: io.execute(name, "hello", "record_hello", b""),
    "list": lambda io, name: list(io.list_objects()),
}

number = 0


def result(good, name, detail=()):
    global number
    number += 1
    for line in detail:
        print("# " + line)
    print("%sok %d - %s" % ("" if good else "not ", number, name), flush=True)


def request(command):
    words = {"prefix": command[0], "format": "json"}
    for argument in command[1:]:
        key, value = argument.split("=", 1)
        if value.startswith("["):
            value = value[1:-1].split(",")
        words[key] = int(value) if key in ("num", "newmax") else value
    return json.dumps(words)


class Monitor:
    def __init__(self, conf):
        self.conf = conf
        self.admin = self.connect("client.admin")
        for key in ("a/b", "b", "daemon-private/osd.3/x", "daemon-private/osd.4/x", "daemon-private/mon./x"):
            self.admin.mon_command(request(("config-key set", "key=" + key, "val=v")), b"")
        self.admin.mon_command(request(("auth get-or-create", "entity=client.made")), b"")

    def connect(self, name, key=None):
        cluster = rados.Rados(conffile=self.conf, name=name)
        if key:
            cluster.conf_set("key", key)
        cluster.connect(timeout=20)
        cluster.get_fsid()
        time.sleep(0.2)  # genuine monitors refuse commands that were sent before the monmap had come
        return cluster

    def answers(self, entity, caps):
        """What each command gives: "denied" or not."""
        words = ("auth get-or-create", "entity=" + entity)
        made = json.loads(request(words))
        made["caps"] = ["mon", caps]
        r, out, _ = self.admin.mon_command(json.dumps(made), b"")
        if r:
            return "not made"
        try:
            cluster = self.connect(entity, json.loads(out)[0]["key"])
        except rados.PermissionDeniedError:
            return "not let in"
        denied = [" ".join(c) for c in COMMANDS if cluster.mon_command(request(c), b"")[0] == -13]
        cluster.shutdown()
        self.admin.mon_command(request(("auth rm", "entity=" + entity)), b"")
        return denied


class Objects(Monitor):
    def __init__(self, conf):
        self.conf = conf
        self.admin = self.connect("client.admin")
        for pool in POOLS:
            self.each(self.admin, pool, lambda io, name: (io.write_full(name, b"x"), io.set_xattr(name, "a", b"v")))

    @staticmethod
    def each(cluster, pool, what):
        with cluster.open_ioctx(pool) as io:
            for nspace in NAMESPACES:
                io.set_namespace(nspace)
                for name in OBJECTS:
                    what(io, name)

    def answers(self, entity, caps):
        made = {"prefix": "auth get-or-create", "entity": entity, "format": "json", "caps": ["mon", "allow r", "osd", caps]}
        r, out, _ = self.admin.mon_command(json.dumps(made), b"")
        if r:
            return "not made"
        cluster = self.connect(entity, json.loads(out)[0]["key"])
        denied = []

        def attempt(io, name):
            for title, operation in OPERATIONS.items():
                try:
                    operation(io, name)
                except rados.PermissionError:
                    denied.append("%s %s in namespace '%s' of %s" % (title, name, io.nspace, pool))
                except rados.Error:
                    pass

        for pool in POOLS:
            self.each(cluster, pool, attempt)
        cluster.shutdown()
        return denied


def main():
    daemon, cases = (Monitor, CASES) if sys.argv[1] == "mon" else (Objects, [("client", text) for text in OSD_CASES])
    genuine, ours = daemon(sys.argv[2]), daemon(sys.argv[3])
    for i, (entity, caps) in enumerate(cases):
        name = "client.c%d" % i if entity == "client" else entity
        want, got = genuine.answers(name, caps), ours.answers(name, caps)
        bad = []
        if want != got and isinstance(want, list) and isinstance(got, list):
            bad += ["denied, which it should not be: " + c for c in got if c not in want]
            bad += ["not denied, which it should be: " + c for c in want if c not in got]
        elif want != got:
            bad = ["%s, should be: %s" % (got, want)]
        result(not bad, "%s: %s" % (entity, caps), bad)
    print("1..%d" % number)


main()
