#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random crush maps, built by genuine crushtool, in both crushtools: crush_random.py GENUINE OURS DIR MAPPINGS [SEED]

Each map is built with other layers, kinds of buckets and tunables, taken as text, and given other weights, device
classes, rules and weight sets. Then both programs compile it, decompile it and map numbers by it. All that they write
must be the same, byte by byte. Ends when that many mappings were compared, or at the first difference with status 1.
"""
import os
import random
import re
import struct
import subprocess
import sys

genuine, ours, work, wanted = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(1 << 32)
dice = random.Random(seed)

# Genuine crushtool makes no shadow trees of uniform buckets, and fills those of trees with what the memory held.
ALGS_FOR_CLASSES = ["list", "straw", "straw2", "straw2"]
ALGS = ["uniform", "tree", *ALGS_FOR_CLASSES]
CLASSES = ["hdd", "ssd", "nvme"]
TUNABLES = {
    "choose-local-tries": [0, 2],
    "choose-local-fallback-tries": [0, 0, 5],
    "choose-total-tries": [19, 50, 50, 100],
    "chooseleaf-descend-once": [0, 1, 1],
    "chooseleaf-vary-r": [0, 1, 1, 2, 4],
    "chooseleaf-stable": [0, 1, 1],
    "straw-calc-version": [0, 1],
}


def path(name):
    return os.path.join(work, name)


def run(program, *args):
    with open(path("out"), "wb") as out:
        done = subprocess.run([program, *args], stdout=out, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        fail(f"{program} {' '.join(args)}: status {done.returncode}: {done.stderr.decode(errors='replace')[:500]}")
    with open(path("out"), "rb") as out:
        return out.read()


def fail(why):
    print(f"seed {seed}: {why}")
    print(f"the map is in {path('map.txt')}")
    sys.exit(1)


def same(what, *args):
    want, got = run(genuine, *args), run(ours, *args)
    if want != got:
        for a, b in zip(want.splitlines(), got.splitlines()):
            if a != b:
                fail(f"{what} {' '.join(args)}\ngenuine: {a.decode()}\nours:    {b.decode()}")
        fail(f"{what} {' '.join(args)}: one is longer")
    return want


def load(name):
    """The bytes of a map, but for the first node of trees: genuine crushtool leaves it as it finds the memory."""
    with open(path(name), "rb") as file:
        data = bytearray(file.read())
    buckets, at = struct.unpack_from("<I", data, 4)[0], 16
    for _ in range(buckets):
        alg = struct.unpack_from("<I", data, at)[0]
        if alg == 0:
            at += 4
            continue
        size = struct.unpack_from("<I", data, at + 16)[0]
        at += 20 + 4 * size
        if alg == 3:
            if data[at]:
                data[at + 1:at + 5] = bytes(4)
            at += 1 + 4 * data[at]
        else:
            at += 4 if alg == 1 else size * (4 if alg == 5 else 8)
    return data


def build(algs):
    """A map with two to four layers, and its number of devices."""
    layers, size = [], 1
    for name in ["host", "rack", "row"][: dice.randint(1, 3)]:
        step = dice.randint(1, 8)
        layers += [name, dice.choice(algs), str(step)]
        size *= step
    osds = dice.randint(2, min(400, size * dice.randint(1, 12)) + 2)
    # a tree has room for few
    layers += ["root", dice.choice([alg for alg in algs if alg != "tree"]), "0"]
    tunables = []
    for name, values in TUNABLES.items():
        tunables += [f"--set-{name}", str(dice.choice(values))]
    args = ["--build", "--num_osds", str(osds), *layers, *tunables]
    run(genuine, *args, "-o", path("built"))
    run(ours, *args, "-o", path("built.ours"))
    if load("built") != load("built.ours"):
        fail(f"{' '.join(args)}: the maps differ")
    return osds


def weigh(lines):
    """Other weights for devices, in buckets where they may differ, and for the buckets above them."""
    weights, alg, bucket, out = {}, "", "", []
    for line in lines:
        if found := re.match(r"(\w+) (\w+) {", line):
            bucket = found[2]
            weights[bucket] = 0.0
        elif found := re.match(r"\talg (\w+)", line):
            alg = found[1]
        elif found := re.match(r"\titem (\S+) weight (\S+)(.*)", line):
            weight = weights.get(found[1], float(found[2]))
            if alg == "uniform":
                weight = float(found[2])
            elif found[1].startswith("osd."):
                weight = dice.choice([0, 0.5, 1, 1, 1, 2, 3.638, dice.random() * 9])
            weights[bucket] += weight
            line = f"\titem {found[1]} weight {weight:.3f}{found[3]}"
        out.append(line)
    return out


def classify(lines):
    return [line + f" class {dice.choice(CLASSES)}" if re.match(r"device \d", line) and dice.random() < 0.9 else line
            for line in lines]


def steps(types, classes):
    """A rule's steps that make sense."""
    below = types[:-1]
    take = "root" + (f" class {dice.choice(classes)}" if classes and dice.random() < 0.4 else "")
    if dice.random() < 0.3:
        yield f"set_choose_tries {dice.choice([3, 10, 100])}"
    if dice.random() < 0.3:
        yield f"set_chooseleaf_tries {dice.choice([1, 5])}"
    if dice.random() < 0.1:
        yield f"set_choose_local_tries {dice.choice([0, 1])}"
    if dice.random() < 0.1:
        yield f"set_choose_local_fallback_tries {dice.choice([0, 2])}"
    if dice.random() < 0.15:
        yield f"set_chooseleaf_vary_r {dice.choice([0, 1, 3])}"
    if dice.random() < 0.15:
        yield f"set_chooseleaf_stable {dice.choice([0, 1])}"
    yield f"take {take}"
    mode = dice.choice(["firstn", "indep"])
    if len(below) > 2 and dice.random() < 0.4:
        yield f"choose {mode} {dice.choice([0, 2, 3])} type {below[-1]}"
        yield f"chooseleaf {mode} {dice.choice([0, 1, 2, -1])} type {dice.choice(below[1:-1])}"
    elif dice.random() < 0.3:
        yield f"choose {mode} {dice.choice([0, 0, 2])} type osd"
    else:
        yield f"chooseleaf {mode} {dice.choice([0, 0, 0, -1, 3])} type {dice.choice(below)}"
    yield "emit"


def rules(types, classes):
    out = []
    for number in sorted(dice.sample(range(10), dice.randint(1, 4))):
        out += [f"rule r{number} {{", f"\tid {number}", f"\ttype {dice.choice(['replicated', 'erasure'])}"]
        out += ["\tmin_size 1", "\tmax_size 10"]
        out += [f"\tstep {step}" for step in steps(types, classes)] + ["}"]
    return out


def weight_sets(lines):
    """Other weights for some straw2 buckets that are no shadows."""
    out, items, ident, alg = [], 0, 0, ""
    for line in lines:
        if re.match(r"\w+ \w+ {", line):
            items = 0
        elif found := re.match(r"\tid (-\d+)\t*#", line):
            ident = found[1]
        elif found := re.match(r"\talg (\w+)", line):
            alg = found[1]
        elif line.startswith("\titem "):
            items += 1
        elif line == "}" and items and alg == "straw2" and dice.random() < 0.5:
            out += ["  {", f"    bucket_id {ident}", "    weight_set ["]
            for _ in range(dice.randint(1, 3)):
                out.append("      [ " + "".join(f"{dice.random() * 5:.3f} " for _ in range(items)) + "]")
            out.append("    ]")
            if dice.random() < 0.3:
                out.append("    ids [ " + "".join(f"{dice.randint(-90, 900)} " for _ in range(items)) + "]")
            out.append("  }")
    return ["choose_args 0 {", *out, "}"] if out else []


def change(classes):
    text = run(genuine, "-d", path("built")).decode()
    lines = [line for line in text.splitlines() if not line.startswith("# end")]
    lines = lines[: lines.index("# rules")]
    types = re.findall(r"^type \d+ (\w+)", text, re.M)
    lines = weigh(lines)
    if classes:
        lines = classify(lines)
    sets = weight_sets(lines) if dice.random() < 0.3 else []
    used = re.findall(r"^device.* class (\w+)$", "\n".join(lines), re.M)
    with open(path("map.txt"), "w", encoding="ascii") as out:
        out.write("\n".join(lines + rules(types, used) + sets) + "\n")


def compile_both():
    run(genuine, "-c", path("map.txt"), "-o", path("map"))
    run(ours, "-c", path("map.txt"), "-o", path("map.ours"))
    if load("map") != load("map.ours"):
        fail("the compiled maps differ")
    same("text", "-d", path("map"))
    same("tree", "-i", path("map"), "--tree")


def test(osds, per_rule):
    args = ["-i", path("map"), "--test", "--num-rep", str(dice.choice([1, 2, 3, 3, 4, 6, 10]))]
    first = dice.choice([0, 0, dice.randrange(1 << 30)])
    args += ["--min-x", str(first), "--max-x", str(first + per_rule - 1)]
    if dice.random() < 0.3:
        args += ["--pool-id", str(dice.randint(1, 99))]
    for osd in dice.sample(range(osds), dice.randint(0, min(osds, 8))):
        args += ["--weight", str(osd), dice.choice(["0", "0.25", "0.5", "0.9"])]
    mappings = same("mappings", *args, "--show-mappings").count(b"CRUSH rule ")
    args[args.index("--max-x") + 1] = str(first + 99)
    same("statistics", *args, "--show-statistics", "--show-bad-mappings", "--show-choose-tries",
         dice.choice(["--show-utilization", "--show-utilization-all"]))
    return mappings


def main():
    done, maps = 0, 0
    while done < wanted:
        classes = dice.random() < 0.4
        osds = build(ALGS_FOR_CLASSES if classes else ALGS)
        change(classes)
        compile_both()
        done += test(osds, 4000)
        maps += 1
    print(f"seed {seed}: {done} mappings of {maps} maps are the same")


main()
