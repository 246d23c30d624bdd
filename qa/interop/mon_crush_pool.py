# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same commands about crush and pools for a genuine monitor and ours: same results, same answers, same maps.

Usage: mon_crush_pool.py GENUINE_CONF OUR_CONF FOLDER. TAP. Genuine osdmaptool and crushtool read the maps of ours.
"""
import difflib
import json
import os
import subprocess
import sys

import rados

# What is answered with a result only; the crush maps are compared after each. A dict, or words of JSON in short.
CRUSH_CHANGES = [
    ("osd crush add-bucket", dict(name="r1", type="rack")),
    ("osd crush add-bucket", dict(name="r1", type="rack")),
    ("osd crush add-bucket", dict(name="r2", type="shelf")),
    ("osd crush add-bucket", dict(name="r 2", type="rack")),
    ("osd crush add-bucket", dict(name="r3", type="rack", args=["root=default"])),
    ("osd crush add-bucket", dict(name="r4", type="rack", args=["root=second"])),
    ("osd crush add", dict(id=0, weight=1.5, args=["host=a", "root=default"])),
    ("osd crush add", dict(id=0, weight=1.5, args=["host=a", "root=default"])),
    ("osd crush add", dict(id=77, weight=1.5, args=["host=a", "root=default"])),
    ("osd crush add", dict(id=1, weight=1.0, args=["host"])),
    ("osd crush add", dict(id=1, weight=1.0, args=["shelf=x"])),
    ("osd crush set", dict(id=1, weight=1.0, args=["host=a", "root=default"])),
    ("osd crush add", dict(id=1, weight=1.0, args=["host=b", "rack=r3", "root=default"])),
    ("osd crush set", dict(id=1, weight=2.25, args=["host=b", "root=default"])),
    ("osd crush create-or-move", dict(id=2, weight=0.5, args=["host=c", "root=default"])),
    ("osd crush create-or-move", dict(id=2, weight=0.7, args=["host=c", "root=default"])),
    ("osd crush create-or-move", dict(id=2, weight=0.7, args=["host=b", "rack=r3"])),
    # Before there are device classes: genuine Ceph does not let the shadow trees follow when an item is unlinked below
    # an ancestor, or a bucket renamed.
    ("osd crush rename-bucket", dict(srcname="r3", dstname="r9")),
    ("osd crush rename-bucket", dict(srcname="r3", dstname="r9")),
    ("osd crush rename-bucket", dict(srcname="r3", dstname="r8")),
    ("osd crush rename-bucket", dict(srcname="r9", dstname="r1")),
    ("osd crush rename-bucket", dict(srcname="osd.0", dstname="r7")),
    ("osd crush rename-bucket", dict(srcname="r9", dstname="r 7")),
    ("osd crush link", dict(name="c", args=["rack=r4"])),
    ("osd crush link", dict(name="c", args=["rack=r4"])),
    ("osd crush link", dict(name="nobody", args=["rack=r4"])),
    ("osd crush unlink", dict(name="c", ancestor="r4")),
    ("osd crush unlink", dict(name="c", ancestor="r4")),
    ("osd crush unlink", dict(name="nobody")),
    ("osd crush unlink", dict(name="c", ancestor="nobody")),
    ("osd crush set-device-class", {"class": "ssd", "ids": ["osd.0", "1"]}),
    ("osd crush set-device-class", {"class": "ssd", "ids": ["0"]}),
    ("osd crush set-device-class", {"class": "hdd", "ids": ["0"]}),
    ("osd crush set-device-class", {"class": "hdd", "ids": ["2", "77"]}),
    ("osd crush move", dict(name="a", args=["rack=r1"])),
    ("osd crush move", dict(name="a", args=["rack=r1"])),
    ("osd crush move", dict(name="r1", args=["root=default"])),
    ("osd crush move", dict(name="nobody", args=["root=default"])),
    ("osd crush move", dict(name="osd.2", args=["host=a"])),
    ("osd crush reweight", dict(name="osd.0", weight=3.0)),
    ("osd crush reweight", dict(name="a", weight=3.0)),
    ("osd crush reweight", dict(name="osd.77", weight=3.0)),
    ("osd crush reweight-subtree", dict(name="r1", weight=0.25)),
    ("osd crush reweight-subtree", dict(name="nobody", weight=0.25)),
    ("osd crush reweight-all", {}),
    ("osd crush swap-bucket", dict(source="r4", dest="r1")),
    ("osd crush swap-bucket", dict(source="r4", dest="r1", yes_i_really_mean_it=True)),
    ("osd crush class create", {"class": "nvme"}),
    ("osd crush class create", {"class": "nvme"}),
    ("osd crush class rm", {"class": "nvme"}),
    ("osd crush class rm", {"class": "nvme"}),
    ("osd crush class rename", dict(srcname="ssd", dstname="fast")),
    ("osd crush class rename", dict(srcname="ssd", dstname="fast")),
    ("osd crush class rename", dict(srcname="none", dstname="other")),
    ("osd crush class rename", dict(srcname="fast", dstname="hdd")),
    ("osd crush rule create-simple", dict(name="simple", root="default", type="host")),
    ("osd crush rule create-simple", dict(name="simple", root="default", type="host")),
    ("osd crush rule create-simple", dict(name="bad", root="nobody", type="host")),
    ("osd crush rule create-simple", dict(name="bad", root="default", type="shelf")),
    ("osd crush rule create-simple", dict(name="indep", root="default", type="osd", mode="indep")),
    ("osd crush rule create-replicated", {"name": "rep", "root": "default", "type": "host", "class": "fast"}),
    ("osd crush rule create-replicated", {"name": "rep", "root": "default", "type": "host", "class": "fast"}),
    ("osd crush rule create-replicated", {"name": "bad", "root": "default", "type": "host", "class": "slow"}),
    ("osd crush class rm", {"class": "fast"}),
    ("osd crush rule rename", dict(srcname="simple", dstname="simpler")),
    ("osd crush rule rename", dict(srcname="simple", dstname="simpler")),
    ("osd crush rule rename", dict(srcname="simple", dstname="none")),
    ("osd crush rule rename", dict(srcname="simpler", dstname="rep")),
    ("osd crush rule rm", dict(name="indep")),
    ("osd crush rule rm", dict(name="indep")),
    ("osd crush rule create-simple", dict(name="again", root="default", type="rack")),
    ("osd crush rm-device-class", dict(ids=["osd.1", "77"])),
    ("osd crush rm-device-class", dict(ids=["x"])),
    ("osd crush tunables", dict(profile="legacy")),
    ("osd crush tunables", dict(profile="firefly")),
    ("osd crush set-tunable", dict(tunable="straw_calc_version", value=1)),
    ("osd crush set-tunable", dict(tunable="straw_calc_version", value=5)),
    ("osd crush add-bucket", dict(name="old", type="host", args=["root=default"])),
    ("osd crush create-or-move", dict(id=3, weight=1.0, args=["host=old", "root=default"])),
    ("osd crush set-all-straw-buckets-to-straw2", {}),
    ("osd crush tunables", dict(profile="default")),
    ("osd crush rm", dict(name="c")),
    ("osd crush rm", dict(name="c")),
    ("osd crush rm", dict(name="a")),
    ("osd crush rm", dict(name="default")),
    ("osd crush rm", dict(name="osd.1", ancestor="b")),
    ("osd crush rm", dict(name="osd.2")),
    ("osd crush remove", dict(name="r4")),
]

# What is shown, in both formats.
CRUSH_ANSWERS = [
    ("osd crush tree", {}),
    ("osd crush tree", dict(shadow="--show-shadow")),
    ("osd crush dump", {}),
    ("osd crush ls", dict(node="default")),
    ("osd crush ls", dict(node="osd.0")),
    ("osd crush ls", dict(node="nobody")),
    ("osd crush class ls", {}),
    ("osd crush class ls-osd", {"class": "fast"}),
    ("osd crush class ls-osd", {"class": "none"}),
    ("osd crush get-device-class", dict(ids=["osd.0", "1"])),
    ("osd crush get-device-class", dict(ids=["x"])),
    ("osd crush rule ls", {}),
    ("osd crush rule list", {}),
    ("osd crush rule ls-by-class", {"class": "fast"}),
    ("osd crush rule ls-by-class", {"class": "none"}),
    ("osd crush rule dump", {}),
    ("osd crush rule dump", dict(name="replicated_rule")),
    ("osd crush rule dump", dict(name="none")),
    ("osd crush show-tunables", {}),
    ("osd crush get-tunable", dict(tunable="straw_calc_version")),
]

SET = "osd crush weight-set "

# Weight sets; the crush maps are compared after each.
WEIGHT_SET_CHANGES = [
    ("osd crush add", dict(id=0, weight=1.5, args=["host=s1", "root=default"])),
    ("osd crush add", dict(id=1, weight=1.0, args=["host=s1", "root=default"])),
    ("osd crush add", dict(id=2, weight=1.0, args=["host=s2", "root=default"])),
    (SET + "reweight-compat", dict(item="osd.0", weight=[2.0])),
    (SET + "rm-compat", {}),
    (SET + "rm", dict(pool="q1")),
    (SET + "rm", dict(pool="nobody")),
    (SET + "create", dict(pool="nobody", mode="flat")),
    (SET + "create", dict(pool="q1", mode="flat")),
    (SET + "create", dict(pool="q1", mode="flat")),
    (SET + "create", dict(pool="q1", mode="positional")),
    (SET + "create", dict(pool="p2", mode="positional")),
    (SET + "create", dict(pool="p2")),
    (SET + "create", dict(pool="p2", mode="other")),
    (SET + "create-compat", {}),
    (SET + "create-compat", {}),
    (SET + "reweight", dict(pool="q1", item="osd.0", weight=[2.0])),
    (SET + "reweight", dict(pool="q1", item="osd.0", weight=[2.0, 3.0])),
    (SET + "reweight", dict(pool="q1", item="osd.0", weight=[])),
    (SET + "reweight", dict(pool="q1", item="osd.0")),
    (SET + "reweight", dict(pool="q1", item="osd.1", weight=[0.0])),
    (SET + "reweight", dict(pool="q1", item="s2", weight=[7.0])),
    (SET + "reweight", dict(pool="q1", item="osd.2", weight=[6.0])),
    (SET + "reweight", dict(pool="q1", item="default", weight=[7.0])),
    (SET + "reweight", dict(pool="q1", item="osd.77", weight=[7.0])),
    (SET + "reweight", dict(pool="nobody", item="osd.0", weight=[7.0])),
    (SET + "reweight", dict(pool="p2", item="osd.1", weight=[0.5])),
    (SET + "reweight-compat", dict(item="osd.0", weight=[2.25])),
    (SET + "reweight-compat", dict(item="osd.77", weight=[2.0])),
    ("osd crush add", dict(id=3, weight=4.0, args=["host=s3", "root=default"])),
    ("osd crush reweight", dict(name="osd.1", weight=3.0)),
    ("osd crush set-device-class", {"class": "ssd", "ids": ["osd.3"]}),
    (SET + "reweight-compat", dict(item="osd.2", weight=[0.75])),
]

# Removed again.
WEIGHT_SET_ENDS = [
    ("osd crush rm", dict(name="osd.1")),
    (SET + "rm", dict(pool="q1")),
    (SET + "reweight", dict(pool="q1", item="osd.0", weight=[1.0])),
    ("osd pool rm", dict(pool="p2", pool2="p2", yes_i_really_really_mean_it=True)),
    (SET + "rm-compat", {}),
    (SET + "rm-compat", {}),
    *[("osd crush rm", dict(name=name)) for name in ("osd.0", "osd.2", "osd.3", "s1", "s2", "s3")],
]

WEIGHT_SET_ANSWERS = [(SET + "ls", {}), (SET + "dump", {}), ("osd crush tree", {})]


SURE = dict(yes_i_really_mean_it=True)
RM_SURE = dict(yes_i_really_really_mean_it=True)

# The pools are compared after each.
POOL_CHANGES = [
    ("osd pool create", dict(pool="p1", pg_num=8)),
    ("osd pool create", dict(pool="p1", pg_num=8)),
    ("osd pool create", dict(pool="p2")),
    ("osd pool create", dict(pool="p3", pg_num=7)),
    ("osd pool create", dict(pool="bad", pg_num=8, pgp_num=16)),
    ("osd pool create", dict(pool="bad", pg_num=100000)),
    ("osd pool create", dict(pool="bad", pg_num=4096)),
    ("osd pool create", dict(pool="bad", pg_num=8, rule="nobody")),
    ("osd pool create", dict(pool="", pg_num=8)),
    ("osd pool create", dict(pool=".p4", pg_num=8, pool_type="replicated", rule="replicated_rule")),
    ("osd pool create", dict(pool="p5", pg_num=8, expected_num_objects=100)),
    ("osd pool create", dict(pool="p6", pg_num=8, pool_type="replicated", erasure_code_profile="again")),
    ("osd pool create", dict(pool="p7", pg_num=8, size=1)),
    ("osd pool create", dict(pool="bad", pg_num=8, size=11)),
    ("osd crush rule rm", dict(name="again")),
    ("osd pool rename", dict(srcpool="p1", destpool="q1")),
    ("osd pool rename", dict(srcpool="p1", destpool="q1")),
    ("osd pool rename", dict(srcpool="p1", destpool="q2")),
    ("osd pool rename", dict(srcpool="p2", destpool="q1")),
    ("osd pool rm", dict(pool="p3")),
    ("osd pool rm", dict(pool="p3", pool2="p3")),
    ("osd pool rm", dict(pool="p3", pool2="p2", **RM_SURE)),
    ("osd pool rm", dict(pool="p3", pool2="p3", **RM_SURE)),
    ("osd pool rm", dict(pool="p3", pool2="p3", **RM_SURE)),
    ("osd pool delete", dict(pool="p7", pool2="p7", **RM_SURE)),
    ("osd pool set", dict(pool="nobody", var="size", val="1")),
    *[("osd pool set", dict(pool="q1", var=var, val=val)) for var, val in [
        ("size", "0"), ("size", "11"), ("size", "x"), ("min_size", "1"), ("min_size", "2"), ("min_size", "0"),
        ("pg_num", "70000"), ("pg_num", "8"), ("pg_num", "x"), ("pgp_num", "16"), ("pgp_num", "0"),
        ("crush_rule", "nobody"), ("crush_rule", "again"), ("crush_rule", "replicated_rule"),
        ("hashpspool", "1"), ("nodelete", "1"), ("nodelete", "x"), ("nopgchange", "1"), ("nosizechange", "true"),
        ("pg_num", "8"), ("size", "1"), ("write_fadvise_dontneed", "1"), ("noscrub", "1"), ("nodeep-scrub", "1")]],
    ("osd pool rm", dict(pool="q1", pool2="q1", **RM_SURE)),
    *[("osd pool set", dict(pool="q1", var=var, val=val)) for var, val in [
        ("nodelete", "false"), ("nopgchange", "0"), ("nosizechange", "0"), ("noscrub", "0"),
        ("hit_set_count", "3"), ("target_max_bytes", "5"), ("use_gmt_hitset", "1"), ("fast_read", "1"),
        ("allow_ec_overwrites", "true"), ("scrub_min_interval", "10.5"), ("scrub_min_interval", "x"),
        ("scrub_max_interval", "20"), ("scrub_max_interval", "0"), ("recovery_priority", "5"),
        ("recovery_priority", "11"), ("recovery_op_priority", "5"), ("scrub_priority", "3"),
        ("compression_mode", "aggressive"), ("compression_mode", "x"), ("compression_mode", "unset"),
        ("compression_algorithm", "snappy"), ("compression_algorithm", "x"), ("compression_required_ratio", "0.5"),
        ("compression_required_ratio", "2"), ("compression_max_blob_size", "4096"), ("csum_type", "crc32c"),
        ("csum_type", "x"), ("csum_min_block", "4096"), ("pg_autoscale_mode", "x"), ("pg_autoscale_mode", "off"),
        ("pg_autoscale_bias", "2"), ("pg_autoscale_bias", "5000"), ("pg_num_min", "4"), ("pg_num_min", "100"),
        ("pg_num_max", "64"), ("pg_num_max", "2"), ("target_size_bytes", "1K"), ("target_size_ratio", "0.2"),
        ("target_size_ratio", "-1"), ("fingerprint_algorithm", "sha1"), ("bulk", "true"), ("bulk", "x")]],
    ("osd pool set", dict(pool="q1", var="hashpspool", val="0", **SURE)),
    ("osd pool set", dict(pool="q1", var="hashpspool", val="1", **SURE)),
    *[("osd pool set-quota", dict(pool="q1", field=field, val=val)) for field, val in [
        ("max_objects", "100"), ("max_bytes", "10K"), ("max_bytes", "x"), ("max_bytes", "-1"), ("max_objects", "1M"),
        ("max_bytes", "0")]],
    ("osd pool set-quota", dict(pool="nobody", field="max_bytes", val="1")),
    ("osd pool application enable", dict(pool="q1", app="rbd")),
    ("osd pool application enable", dict(pool="q1", app="rbd")),
    ("osd pool application enable", dict(pool="q1", app="rgw")),
    ("osd pool application enable", dict(pool="q1", app="rgw", **SURE)),
    ("osd pool application enable", dict(pool="nobody", app="rgw")),
    ("osd pool application enable", dict(pool="q1", app="")),
    ("osd pool application set", dict(pool="q1", app="rbd", key="k", value="v")),
    ("osd pool application set", dict(pool="q1", app="cephfs", key="k", value="v")),
    ("osd pool application set", dict(pool="q1", app="rbd", key="", value="v")),
    ("osd pool application set", dict(pool="q1", app="rbd", key="l", value="w")),
    ("osd pool application rm", dict(pool="q1", app="rbd", key="l")),
    ("osd pool application rm", dict(pool="q1", app="rbd", key="l")),
    ("osd pool application rm", dict(pool="q1", app="cephfs", key="l")),
    ("osd pool application disable", dict(pool="q1", app="rgw")),
    ("osd pool application disable", dict(pool="q1", app="rgw", **SURE)),
    ("osd pool application disable", dict(pool="q1", app="rgw", **SURE)),
    ("osd pool application disable", dict(pool="nobody", app="rgw", **SURE)),
]

POOL_ANSWERS = [
    ("osd pool ls", {}),
    ("osd lspools", {}),
    *[("osd pool get", dict(pool="q1", var=var)) for var in [
        "all", "size", "crush_rule", "hit_set_count", "erasure_code_profile", "recovery_priority", "csum_type",
        "compression_mode", "pg_autoscale_mode", "nodelete", "target_size_ratio", "scrub_max_interval"]],
    ("osd pool get", dict(pool="nobody", var="size")),
    ("osd pool application get", {}),
    *[("osd pool application get", args) for args in [
        dict(pool="q1"), dict(pool="q1", app="rbd"), dict(pool="q1", app="rbd", key="k"),
        dict(pool="q1", app="rbd", key="z"), dict(pool="q1", app="z"), dict(pool="nobody")]],
]

# What our monitor does not do, with what it answers: EINVAL for sizes, else EOPNOTSUPP.
REFUSED = [
    (-22, "osd pool create", dict(pool="bad", pg_num=8, size=3)),
    (-22, "osd pool set", dict(pool="q1", var="size", val="2")),
    (-95, "osd pool create", dict(pool="bad", pg_num=8, pool_type="erasure")),
    (-95, "osd pool create", dict(pool="bad", pg_num=8, autoscale_mode="on")),
    (-95, "osd pool set", dict(pool="q1", var="pg_num", val="16")),
    (-95, "osd pool set", dict(pool="q1", var="pg_autoscale_mode", val="on")),
    (-95, "osd pool mksnap", dict(pool="q1", snap="s")),
    (-95, "osd tier add", dict(pool="q1", tierpool="p2")),
    (-22, "osd crush weight-set reweight", dict(pool="q1", item="osd.0", weight=[-1.0])),
    (-95, "osd crush rule create-erasure", dict(name="ec")),
]


class Tap:
    """Counts and prints."""

    def __init__(self):
        self.n = 0
        self.failed = 0

    def check(self, good, name, seen=""):
        self.n += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {name.replace('#', ' ')}")
        if not good:
            for line in str(seen).splitlines()[:40]:
                print("#", line[:600])

    def end(self):
        print(f"1..{self.n}")
        return 1 if self.failed else 0


def parsed(out):
    """JSON, or text."""
    try:
        return json.loads(out)
    except ValueError:
        return out.rstrip()


class Both:
    """Two monitors that are told the same."""

    def __init__(self, genuine_conf, our_conf, tap):
        self.tap = tap
        self.clusters = []
        for conf in (genuine_conf, our_conf):
            cluster = rados.Rados(conffile=conf)
            cluster.connect()
            self.clusters.append(cluster)

    def ask(self, prefix, args, fmt=None, data=b""):
        """[(result, output, status) of the genuine one, of ours]"""
        cmd = dict(prefix=prefix, **args)
        if fmt:
            cmd["format"] = fmt
        return [c.mon_command(json.dumps(cmd), data) for c in self.clusters]

    def change(self, prefix, args, state):
        """Same result; and state() shows the same afterwards."""
        (result, _, status), (our_result, _, our_status) = self.ask(prefix, args)
        name = f"{prefix} {json.dumps(args)}: {result}"
        if result != our_result:
            self.tap.check(False, name, f"genuine: {result} {status}\nours: {our_result} {our_status}")
            return
        genuine, ours = state()
        difference = difflib.unified_diff(genuine, ours, "genuine", "ours", n=0, lineterm="")
        self.tap.check(genuine == ours, name, "\n".join([status, our_status, *difference]))

    def answer(self, prefix, args):
        """Same result; same JSON, or text but for blanks at its end."""
        for fmt in (None, "json"):
            (result, out, status), (our_result, our_out, our_status) = self.ask(prefix, args, fmt)
            seen = f"genuine: {result} {status} {out}\nours:    {our_result} {our_status} {our_out}"
            good = result == our_result and parsed(out) == parsed(our_out)
            self.tap.check(good, f"{prefix} {json.dumps(args)}{' as JSON' if fmt else ''}", seen)

    def crush_maps(self):
        """Both, as lines; equal when the bytes are."""
        maps = [out for _, out, _ in self.ask("osd getcrushmap", {})]
        if maps[0] == maps[1]:
            return [], []
        dumps = self.ask("osd crush dump", {})
        return [[*out.decode().splitlines(), repr(m)] for (_, out, _), m in zip(dumps, maps)]


    def pools(self):
        """Both, as lines, without what depends on time and epoch."""
        lists = []
        for _, out, _ in self.ask("osd pool ls", dict(detail="detail"), "json"):
            pools = json.loads(out)
            for pool in pools:
                for key in ("create_time", "last_change"):
                    del pool[key]
            lists.append(json.dumps(pools, indent=1, sort_keys=True).splitlines())
        return lists

    def refused(self, result, prefix, args):
        """By ours, with a line that says so."""
        (_, _, _), (our_result, _, status) = self.ask(prefix, args)
        self.tap.check(our_result == result and status != "", f"{prefix} {json.dumps(args)} is refused: {status}",
                       our_result)


def run_tool(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


# What is made of the text of the crush map before it is set again, for monitors with a pool of size 1 on rule 0.
CRUSH_EDITS = [
    ("as it is", lambda text: text),
    ("without rules", lambda text: text[:text.index("# rules")]),
    ("with rules for erasure coded pools", lambda text: text.replace("type replicated", "type erasure")),
    ("with rules for two copies or more", lambda text: text.replace("min_size 1", "min_size 2")),
    ("with a renamed rule", lambda text: text.replace("rule replicated_rule", "rule other")),
    ("without osd.2", lambda text: "\n".join(l for l in text.splitlines() if "osd.2" not in l) + "\n"),
    ("with one device more", lambda text: text.replace("# types", "device 9 osd.9\n# types")),
]


def set_crush_maps(both, tap, folder):
    """Whole maps, set by file: what is refused, and what getcrushmap gives back."""
    crushtool = os.path.join(os.environ.get("GENUINE_BIN", "/usr/bin"), "crushtool")
    first, text, edited = [os.path.join(folder, name) for name in ("first", "text", "edited")]
    before = both.ask("osd getcrushmap", {})
    with open(first, "wb") as f:
        f.write(before[1][1])
    plain = run_tool(crushtool, "-d", first)[1]

    versions = [int(status) for _, _, status in before]

    def send(name, data, prior=None):
        """prior: the version that the sender says it has edited, counted from where both began."""
        answers, counted = [], []
        for cluster, version in zip(both.clusters, versions):
            cmd = {"prefix": "osd setcrushmap"}
            if prior is not None:
                cmd["prior_version"] = version + prior
            answers.append(cluster.mon_command(json.dumps(cmd), data))
            counted.append(int(answers[-1][2]) - version if answers[-1][0] == 0 else None)
        tap.check(answers[0][0] == answers[1][0] and counted[0] == counted[1],
                  f"osd setcrushmap {name}: {answers[0][0]}", answers)
        maps = [out for _, out, _ in both.ask("osd getcrushmap", {})]
        tap.check(maps[0] == maps[1], f"osd getcrushmap after osd setcrushmap {name}", maps)

    send("of nothing", b"")
    send("of something else", b"hello, this is no crush map at all")
    send("of an old version", before[0][1], -1)
    send("of a version to come", before[0][1], 5)
    send("of this version", before[0][1], 0)
    send("of this version, sent again", before[0][1], 0)
    for name, edit in CRUSH_EDITS:
        with open(text, "w") as f:
            f.write(edit(plain))
        run_tool(crushtool, "-c", text, "-o", edited)
        with open(edited, "rb") as f:
            data = f.read()
        send(name, data)
    send("of an old version, with something else", data, len(CRUSH_EDITS))
    answers = both.ask("osd crush set", {}, data=before[0][1])
    tap.check([a[0] for a in answers] == [0, 0], "osd crush set with a map", answers)
    half = both.clusters[1].mon_command(json.dumps({"prefix": "osd setcrushmap"}), data[:len(data) // 2])
    tap.check(half[0] == -22, "half a map is refused by ours; genuine monitors die of it", half)


def librados_pools(both, tap):
    """Pools made and removed by messages of librados, not by commands."""
    for name, cluster in zip(("genuine", "ours"), both.clusters):
        cluster.create_pool("by-librados")
        exists = cluster.pool_exists("by-librados")
        try:
            cluster.create_pool("by-librados")
            again = False
        except rados.ObjectExists:
            again = True
        cluster.delete_pool("by-librados")
        tap.check(exists and again and not cluster.pool_exists("by-librados"),
                  f"librados creates and deletes a pool: {name}", (exists, again))


def judge_maps(both, tap, folder):
    """Genuine tools read what ours gives out."""
    bins = os.environ.get("GENUINE_BIN", "/usr/bin")
    texts = []
    for i, name in enumerate(("genuine", "ours")):
        osdmap, crush = os.path.join(folder, name + ".osdmap"), os.path.join(folder, name + ".crush")
        for path, prefix in ((osdmap, "osd getmap"), (crush, "osd getcrushmap")):
            with open(path, "wb") as f:
                f.write(both.clusters[i].mon_command(json.dumps({"prefix": prefix}), b"")[1])
        texts.append((run_tool(bins + "/crushtool", "-d", crush), run_tool(bins + "/osdmaptool", osdmap, "--tree"),
                      run_tool(bins + "/osdmaptool", osdmap, "--print")))
    (crush, tree, _), (our_crush, our_tree, our_print) = texts
    tap.check(crush == our_crush and crush[0] == 0, "genuine crushtool decompiles both crush maps to the same text",
              our_crush[1])
    # The first line has the file's name; the last columns are the OSDs' state, and no matter of crush.
    shown = [[line[:40] for line in text.splitlines()[2:]] for _, text in (tree, our_tree)]
    tap.check(shown[0] == shown[1] and our_tree[0] == 0, "genuine osdmaptool shows the same tree in both", shown)
    tap.check(our_print[0] == 0, "genuine osdmaptool prints our map", our_print[1])


def make_osds(both, tap, count):
    for i in range(count):
        uuid = f"11111111-1111-1111-1111-11111111111{i}"
        results = both.ask("osd new", dict(uuid=uuid))
        tap.check([r for r, _, _ in results] == [0, 0], f"osd new {i}", results)


def main():
    tap = Tap()
    both = Both(sys.argv[1], sys.argv[2], tap)
    make_osds(both, tap, 4)
    for i, (prefix, args) in enumerate(CRUSH_CHANGES):
        both.change(prefix, args, both.crush_maps)
        if i in (len(CRUSH_CHANGES) // 2, len(CRUSH_CHANGES) - 1):
            for question in CRUSH_ANSWERS:
                both.answer(*question)
    for prefix, args in POOL_CHANGES:
        both.change(prefix, args, both.pools)
    for question in POOL_ANSWERS:
        both.answer(*question)
    for changes in (WEIGHT_SET_CHANGES, WEIGHT_SET_ENDS):
        for prefix, args in changes:
            both.change(prefix, args, both.crush_maps)
        for question in WEIGHT_SET_ANSWERS:
            both.answer(*question)
    librados_pools(both, tap)
    set_crush_maps(both, tap, sys.argv[3])
    judge_maps(both, tap, sys.argv[3])
    for refusal in REFUSED:
        both.refused(*refusal)
    for cluster in both.clusters:
        cluster.shutdown()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
