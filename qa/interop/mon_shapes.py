# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks two monitors the same and compares what comes back: result, status line, and the keys and types of the JSON.

    mon_shapes.py GENUINE_CONF OUR_CONF [osds]

With "osds" it asks about an OSD, two pools and an object, which both have, and the genuine one has a manager.

What it compares is shape, not values. Prints TAP.
"""
import json
import re
import sys
import time

import rados

# Objects whose keys are data (names of versions, hosts, modules); only the types of their values are compared.
OPEN = {"always_on_modules", "services", "checks", "mon.hosts", "versions", "mutes"}

# Commands (prefix, then arguments), in an order in which earlier ones prepare later ones.
COMMANDS = [
    ("status",), ("health",), ("health", "detail=detail"), ("fsid",), ("version",), ("versions",), ("features",),
    ("df",), ("df", "detail=detail"), ("quorum_status",), ("time-sync-status",), ("node ls",),
    ("mon dump",), ("mon dump", "epoch=1"), ("mon dump", "epoch=99"), ("mon stat",), ("mon metadata",),
    ("mon metadata", "id=nobody"), ("mon versions",), ("mon feature ls",), ("mon getmap",),
    ("osd dump",), ("osd dump", "epoch=77"), ("osd tree",), ("osd stat",), ("osd ls",), ("osd getmap",),
    ("osd getcrushmap",), ("osd getmaxosd",), ("osd crush tree",), ("osd crush rule ls",), ("osd pool ls",),
    ("osd lspools",), ("osd blocklist ls",), ("osd erasure-code-profile ls",), ("osd metadata",), ("osd versions",),
    ("osd set", "key=noout"), ("osd stat",), ("status",), ("osd unset", "key=noout"), ("osd pause",), ("osd unpause",),
    ("osd setmaxosd", "newmax=3"), ("osd setmaxosd", "newmax=99999999"), ("osd getmaxosd",),
    ("mgr dump",), ("mgr stat",), ("mgr services",), ("mgr versions",), ("mgr metadata",),
    ("log", "logtext=[hello world]"), ("log last", "num=1"), ("log last", "num=1", "channel=audit", "level=debug"),
    ("config dump",), ("config get", "who=mon.a"), ("config set", "who=mon.a", "name=debug_ms", "value=0"),
    ("config set", "who=global", "name=debug_mon", "value=1/5"),
    ("config set", "who=osd/class:ssd", "name=debug_ms", "value=0/1"),
    ("config set", "who=client/host:nowhere", "name=debug_ms", "value=0/1"),
    ("config dump",), ("config get", "who=mon.a"), ("config get", "who=mon.a", "key=debug_ms"),
    ("config get", "who=client.x", "key=debug_mon"), ("config get", "who=mon.a", "key=mon_data"),
    ("config get", "who=mon.a", "key=nonesuch"), ("config log",), ("config log", "num=1"),
    ("config set", "who=nobody", "name=debug_ms", "value=1"), ("config set", "who=mon", "name=nonesuch", "value=1"),
    ("config set", "who=mon", "name=debug_ms", "value=x"), ("config set", "who=mon", "name=mon_host", "value=x"),
    ("config help", "key=debug_ms"), ("config help", "key=nonesuch"), ("config ls",),
    ("config rm", "who=mon.a", "name=debug_ms"), ("config rm", "who=mon.a", "name=nonesuch"),
    ("config generate-minimal-conf",),
    ("config-key set", "key=k/1", "val=v"), ("config-key get", "key=k/1"), ("config-key get", "key=none"),
    ("config-key exists", "key=k/1"), ("config-key exists", "key=none"), ("config-key ls",), ("config-key dump",),
    ("config-key dump", "key=k/"), ("config-key rm", "key=k/1"), ("config-key rm", "key=k/1"),
    ("health mute", "code=NONESUCH"), ("health mute", "code=NONESUCH", "sticky=true"), ("health unmute",),
    ("osd tree", "states=[bogus]"), ("nonesuch command",),
    ("osd setcrushmap",), ("osd pool get-quota", "pool=nobody"),
    ("osd set-nearfull-ratio", "ratio=0.8"), ("osd set-backfillfull-ratio", "ratio=0.85"),
]

# Those that show what OSDs tell.
OSD_COMMANDS = [
    ("osd df",), ("osd df", "output_method=tree"), ("df",), ("df", "detail=detail"), ("osd tree",), ("osd stat",),
    ("osd pool stats",), ("osd pool stats", "pool_name=p"), ("osd pool stats", "pool_name=nobody"),
    ("osd pool get-quota", "pool=p"), ("osd pool set-quota", "pool=p", "field=max_objects", "val=1000"),
    ("osd pool set-quota", "pool=p", "field=max_bytes", "val=10M"), ("osd pool get-quota", "pool=p"),
    ("pg stat",), ("pg ls",), ("pg ls-by-pool", "poolstr=p"), ("pg ls-by-osd", "osd=0"), ("pg map", "pgid=2.1"),
    ("pg dump", "dumpcontents=[pgs_brief]"), ("pg dump_stuck",), ("pg dump_stuck", "stuckops=[inactive stale]"),
    ("pg dump_stuck", "stuckops=[unclean]", "threshold=0"), ("health", "detail=detail"),
]

# (command, path): what genuine Ceph has and we do not tell, with the reason.
MISSING = {
    # what of the machine it tells depends on the machine
    ("mon metadata", "[].compression_algorithms"), ("mon metadata", "[].container_name"),
    ("mon metadata", "[].container_hostname"),
    ("mon metadata", "[].device_ids"), ("mon metadata", "[].device_paths"), ("mon metadata", "[].devices"),
}

number = 0


def result(good, name, detail=None):
    global number
    number += 1
    for line in (detail or [])[:20]:
        print("# " + line)
    print("%sok %d - %s" % ("" if good else "not ", number, name.replace("#", " ")), flush=True)


def connect(conf):
    cluster = rados.Rados(conffile=conf)
    cluster.connect(timeout=60)
    cluster.get_fsid()
    time.sleep(0.5)  # genuine monitors refuse commands that were sent before the monmap had come
    return cluster


def ask(cluster, command, form):
    request = {"prefix": command[0]}
    for argument in command[1:]:
        key, value = argument.split("=", 1)
        if value.startswith("["):
            value = value[1:-1].split()
        elif key in ("epoch", "num", "newmax", "threshold", "osd"):
            value = int(value)
        elif key == "ratio":
            value = float(value)
        elif value == "true":
            value = True
        request[key] = value
    if form:
        request["format"] = form
    answer = cluster.mon_command(json.dumps(request), b"", timeout=60)
    if answer[0] == -22 and has_manager(cluster):  # it may be a command of the manager's
        answer = cluster.mgr_command(json.dumps(request), b"", timeout=60)
    return answer


def has_manager(cluster):
    return json.loads(cluster.mon_command('{"prefix": "mgr stat", "format": "json"}', b"")[1])["available"]


def kind(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {dict: "object", list: "array", str: "string", type(None): "null"}[type(value)]


def compare(command, path, want, got, out):
    """Appends what differs to out."""
    if kind(want) != kind(got):
        out.append("%s: %s, should be %s" % (path or "top", kind(got), kind(want)))
    elif isinstance(want, dict):
        if path.split(".")[-1] in OPEN or command in ("versions", "mon versions", "config-key dump", "node ls"):
            for a, b in zip(want.values(), got.values()):
                compare(command, path + ".*", a, b, out)
            return
        # What clients do in a second is told while they do something.
        want = {k: v for k, v in want.items() if k in got or not k.endswith("_sec")}
        got = {k: v for k, v in got.items() if k in want or not k.endswith("_sec")}
        for key in want:
            below = path + "." + key if path else key
            if key in got:
                compare(command, below, want[key], got[key], out)
            elif (command, below) not in MISSING:
                out.append("%s is missing" % below)
        out.extend("%s is not in the genuine answer" % (path + "." + k if path else k) for k in got if k not in want)
        common = [k for k in want if k in got]
        if common != [k for k in got if k in want] and command != "mon metadata":
            out.append("%s: keys in another order" % (path or "top"))
    elif isinstance(want, list):
        if want and got:
            compare(command, path + "[]", want[0], got[0], out)


def settle(text):
    """Plain text without what differs between any two clusters and moments."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+[+\d]*", "TIME", text)
    text = re.sub(r"\(age [\d.]+\w\)", "(age T)", text)
    text = re.sub(r"127\.0\.0\.1:\d+(/\d+)?", "ADDR", text)
    text = re.sub(r"client\.\d+", "client.N", text)
    text = re.sub(r"election epoch \d+", "election epoch N", text)
    text = re.sub(r"\(mon\.0\) \d+", "(mon.0) N", text)
    text = re.sub(r"\be(poch )?\d+\b", r"e\1N", text)
    return text.rstrip("\n")


# Advice, in our own words.
ADVICE = ("* NOTE: ", "ceph osd pool application enable ")


def settle_numbers(text):
    """The same, also without numbers and the width of what they stand in."""
    text = re.sub(r"\d[\d.]*( [KMG]i)? ?B\b", "SIZE", settle(text))
    text = re.sub(r"\d[\d.']*", "N", text)
    lines = re.sub(r" +", " ", text).split("\n")
    return "\n".join(line.rstrip() for line in lines if not any(advice in line for advice in ADVICE))


# Plain output that is ours alone: what names our version or our options; and genuine `log last 1` gives two lines.
OWN_TEXT = {"log last", "version", "versions", "mon versions", "mon metadata", "config ls", "config help", "mgr dump", "mon getmap",
            "osd getmap", "features", "mon feature ls", "config-key dump", "config-key ls", "node ls"}


def main():
    genuine, ours = connect(sys.argv[1]), connect(sys.argv[2])
    osds = sys.argv[3:] == ["osds"]
    plain = settle_numbers if osds else settle
    for command in OSD_COMMANDS if osds else COMMANDS:
        name = " ".join(command)
        r1, plain1, status1 = ask(genuine, command, None)
        r2, plain2, status2 = ask(ours, command, None)
        bad = []
        if r1 != r2:
            bad.append("result %d, should be %d (%s; %s)" % (r2, r1, status2, status1))
        if bool(status1) != bool(status2) and not (r1 < 0 and status2):  # we may say more of an error
            bad.append("status '%s', should be '%s'" % (status2, status1))
        text1, text2 = plain(plain1.decode("latin1")), plain(plain2.decode("latin1"))
        if command[0] not in OWN_TEXT and r1 == 0 and text1 != text2:
            bad += ["plain output differs; genuine:"] + text1.split("\n") + ["ours:"] + text2.split("\n")
        result(not bad, name, bad)
        r1, json1, _ = ask(genuine, command, "json")
        r2, json2, _ = ask(ours, command, "json")
        bad = []
        try:
            want = json.loads(json1)
        except ValueError:
            if r1 == 0:
                result(r2 == 0 and bool(json1) == bool(json2), name + ", json: no JSON in either")
            continue
        try:
            compare(command[0], "", want, json.loads(json2), bad)
        except ValueError as e:
            bad = ["not JSON: %s" % e]
        result(not bad, name + ", json", bad)
    print("1..%d" % number)


main()
