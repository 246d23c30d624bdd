#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our osdmaptool against genuine Ceph's: OSDMaps made by either are shown, changed and tried by both with the same
# output. TAP.

# shellcheck source=qa/interop/genuine.sh
. "${srcdir:-.}/qa/interop/genuine.sh"
need_genuine osdmaptool crushtool
# shellcheck disable=SC2034 # for tool-lib.sh
tool=osdmaptool
# shellcheck source=qa/interop/tool-lib.sh
. "${srcdir:-.}/qa/interop/tool-lib.sh"

# ---- maps of genuine monitors and of ours ----

shown() {
    agree map --print && agree map --dump plain && agree map --dump json && agree map --dump json-pretty &&
        agree map --tree && agree map --tree=plain && agree --print map && agree map --health
}

# Numbers may be written in two ways there.
tree_json() {
    both map --tree=json
    python3 - "$tmp/want" "$tmp/got" <<'END'
import json
import sys
want, got = (json.load(open(name)) for name in sys.argv[1:])
if want != got or not want["nodes"]:
    sys.exit(f"genuine: {want}\nours:    {got}")
END
}

tried() {
    agree map --test-map-pgs && agree map --test-map-pgs-dump && agree map --test-map-pgs-dump-all --pool 1 &&
        agree map --test-map-pgs --pool 1 --pg_num 77 && agree map --test-map-pg 1.3 && agree map --test-map-pg 1.fff &&
        agree map --test-map-pg 99.1 && agree map --test-map-object foo && agree map --test-map-object a/b --pool 1
}

# --tree alone is text in genuine osdmaptool unless some other flag has a value.
marked() {
    agree map --mark-up-in --test-map-pgs-dump && agree map --mark-out 0 --test-map-pgs &&
        agree map --mark-up 0 --mark-out 1 --tree=plain && agree map --clear-temp --test-map-pgs-dump
}

exported() {
    rm -f "$tmp/genuine/crush" "$tmp/ours/crush"
    agree map --export-crush crush && same_file crush
}

weighed() {
    agree map --adjust-crush-weight 0:3.5 --tree=plain && agree map --adjust-crush-weight 0:0.25 --test-map-pgs
}

for map in osdmap12 osdmap3-live osdmap-minimal; do
    give "${srcdir:-.}/src/test/vectors/maps/$map.bin" map
    check "$map: shown the same" shown
    check "$map: the same tree in JSON" tree_json
    check "$map: the same places" tried
    check "$map: marks have the same effect" marked
    check "$map: the crush map is the same" exported
    check "$map: weights have the same effect" weighed
done

# ---- maps that the tools make ----

# Seconds and nanoseconds of what was made or changed just now, and the checksum, which they change.
settle() {
    python3 - "$1" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
start = 6 + 6 + 16 + 4  # two heads, the fsid, the epoch
data[start:start + 16] = bytes(16)
data[-4:] = bytes(4)
open(sys.argv[1] + ".settled", "wb").write(data)
END
}

same_map() {
    settle "$tmp/genuine/$1" && settle "$tmp/ours/$1" && same_file "$1.settled"
}

made() {
    rm -f "$tmp/genuine/new" "$tmp/ours/new"
    agree "$@" new && same_map new
}

check "a map is made" made --createsimple 5
check "a map with a pool is made" made --createsimple 40 --with-default-pool
check "a map with few placement groups is made" made --createsimple 7 --with-default-pool --pg-bits 3 --pgp_bits 2
check "a map with a pool of one copy is made" made --createsimple 3 --with-default-pool --osd_pool_default_size 1
check "a map is made in the place of another" agree --createsimple 4 --clobber --with-default-pool new

read_other() {
    mv "$tmp/genuine/new" "$tmp/swap" && mv "$tmp/ours/new" "$tmp/genuine/new" && mv "$tmp/swap" "$tmp/ours/new" &&
        agree new --test-map-pgs-dump --mark-up-in && agree new --tree
}
check "each reads what the other has made" read_other

imported() {
    "$genuine_bin/crushtool" --build --num_osds 4 host straw2 2 root straw2 0 -o "$tmp/other" >/dev/null 2>&1
    give "$tmp/other" other && agree new --import-crush other && same_map new && agree new --mark-up-in --tree &&
        agree new --mark-up-in --test-map-pgs-dump
}
check "a crush map is taken" imported
check "weights are kept" agree new --adjust-crush-weight 0:2,1:0.5 --save
check "and the map is the same" same_map new
check "with the same crush map in it" agree new --mark-up-in --tree

# ---- health ----

# states NAME STATES WEIGHTS: the map of six OSDs, as NAME, with other states and weights of each, in hexadecimal.
states() {
    python3 - "$tmp/ours/six" "$tmp/$1" "$2" "$3" <<'END'
import struct
import sys
source, target, states, weights = sys.argv[1:]
data = bytearray(open(source, "rb").read())
for was, now in (0x10000, weights), (3, states):
    was = struct.pack("<6I", *[was] * 6)
    assert data.count(was) == 1
    data = data.replace(was, struct.pack("<6I", *[int(word, 16) for word in now.split()]))
crc = 0xffffffff
for byte in data[:-4]:
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
data[-4:] = struct.pack("<I", crc)
open(target, "wb").write(data)
END
    give "$tmp/$1" "$1"
}

# The six are up and in, in three hosts of two racks.
six() {
    "$genuine_bin/crushtool" --build --num_osds 6 host straw2 2 rack straw2 2 root straw2 0 -o "$tmp/racks" >/dev/null 2>&1
    give "$tmp/racks" racks && agree --createsimple 6 --with-default-pool --pg-bits 3 --osd_pool_default_size 1 six &&
        agree six --health && agree six --import-crush racks && agree six --mark-up-in --adjust-crush-weight 0:1 --save &&
        agree six --health
}
check "the health of a new map" six

in=10000
# sick STATES WEIGHTS CODE...: genuine osdmaptool and ours tell these, among others.
sick() {
    states sick "$1" "$2" && agree sick --health || return
    for code in "${@:3}"; do
        grep -q "\"$code\"" "$tmp/got" || return
    done
}
check "OSDs that are down, and all of a rack" sick "1 1 1 1 3 3" "$in $in $in $in $in $in" OSD_DOWN OSD_HOST_DOWN OSD_RACK_DOWN
check "all OSDs are down" sick "1 1 1 1 1 1" "$in $in $in $in $in $in" OSD_ROOT_DOWN
check "a host with OSDs that are out or do not exist" sick "1 1 1 0 3 3" "0 $in $in $in $in 0" OSD_HOST_DOWN OSD_ORPHAN
check "only OSDs that are out are down" sick "1 1 3 3 3 3" "0 0 $in $in $in $in"
check "OSDs that are full" sick "13 23 43 73 63 11" "$in $in $in $in $in 0" OSD_FULL OSD_BACKFILLFULL OSD_NEARFULL
check "flags of OSDs" sick "103 203 403 803 f03 8003" "$in $in $in 0 $in $in" OSD_FLAGS

old_crush() {
    "$genuine_bin/crushtool" --build --num_osds 6 host list 2 root straw 0 -o "$tmp/old" >/dev/null 2>&1 &&
        "$genuine_bin/crushtool" -i "$tmp/old" --set-chooseleaf-stable 0 --set-chooseleaf-vary-r "$1" \
            --set-straw-calc-version 0 -o "$tmp/old" >/dev/null && give "$tmp/old" old && agree six --import-crush old &&
        agree six --health && grep -q OLD_CRUSH_TUNABLES "$tmp/got" && grep -q OLD_CRUSH_STRAW "$tmp/got" &&
        agree six --health --mon_warn_on_legacy_crush_tunables false
}
check "an old crush map" old_crush 1
check "an older one" old_crush 0

# ---- exceptions to what crush says ----

# Genuine osdmaptool balances by chance, so not the commands are compared but what they lead to: there is nothing left for
# it to do, and it finds nothing to clean.
perfect() {
    (cd "$tmp/ours" && "$genuine_bin/osdmaptool" "$1" --upmap - --upmap-deviation "$2" --upmap-max 100 >"$tmp/want" 2>&1)
    grep -q 'already perfect' "$tmp/want" && ! grep -q '^ceph osd' "$tmp/want" && return
    cat "$tmp/want"
    return 1
}

# Both clean a map in which OSDs go out the same way, and there is something to clean.
cleaned() {
    cp "$tmp/ours/$1" "$tmp/genuine/$1" && agree "$1" --upmap-cleanup - || return
    : >"$tmp/cleaned"
    for osd in 0 1 2 3 4 5; do
        agree "$1" --mark-out "$osd" --upmap-cleanup - && both "$1" --mark-out "$osd" --upmap-cleanup commands &&
            same_file commands && cat "$tmp/ours/commands" >>"$tmp/cleaned" || return
    done
    grep -q '^ceph osd rm-pg-upmap-items ' "$tmp/cleaned"
}

# balanced MAP DEVIATION
balanced() {
    both "$1" --mark-up-in --upmap commands --upmap-deviation "$2" --upmap-max 1000 --save && [ "$status$wanted" = 00 ] &&
        grep -q '^prepared [1-9]' "$tmp/got" && grep -q '^ceph osd pg-upmap-items' "$tmp/ours/commands" && perfect "$1" "$2" &&
        cp "$tmp/genuine/$1" "$tmp/ours/theirs" && cleaned "$1" && cleaned theirs
}

# layered OSDS SIZE DEVIATION LAYER...
layered() {
    "$genuine_bin/crushtool" --build --num_osds "$1" "${@:4}" -o "$tmp/layers" >/dev/null 2>&1 && give "$tmp/layers" layers &&
        both --createsimple "$1" --clobber --with-default-pool --pg-bits 5 --osd_pool_default_size "$2" uneven &&
        both uneven --import-crush layers && balanced uneven "$3"
}
check "groups of one copy are spread" layered 14 1 1 host straw2 4 root straw2 0
check "groups of two copies are spread over hosts" layered 12 2 1 host straw2 3 root straw2 0
check "groups of three copies in racks of hosts" layered 23 3 2 host straw2 2 rack straw2 3 root straw2 0
check "many OSDs are left a little uneven" layered 60 3 5 host straw2 6 root straw2 0
give "${srcdir:-.}/src/test/vectors/maps/osdmap12.bin" map
check "pools with several rules, and OSDs with several weights" balanced map 1

little_by_little() {
    give "${srcdir:-.}/src/test/vectors/maps/osdmap12.bin" map
    for _ in $(seq 40); do
        both map --upmap commands --upmap-deviation 1 --upmap-max 2 --upmap-pool hp --upmap-pool rp --save
        grep -qx ' limiting to pools hp,rp (\[2,1\])' "$tmp/got" || return
        grep -q '^prepared [012]/2 changes' "$tmp/got" || return
        grep -q 'already perfect' "$tmp/got" && return
    done
    return 1
}
check "a few changes at a time, to two pools" little_by_little

# OSDs may have one group more or less of what remains, but all have as many together.
groups_of() {
    awk '/^osd\.[0-9]+ pgs / { sum += $3 } END { print sum }' "$1"
}
until_balanced() {
    give "${srcdir:-.}/src/test/vectors/maps/osdmap12.bin" map
    both map --mark-up-in --upmap commands --upmap-active --upmap-deviation 1 --save && [ "$status$wanted" = 00 ] || return
    for said in "$tmp/want" "$tmp/got"; do
        [ "$(grep -c '^osd\.[0-9]* pgs [0-9]' "$said")" = 12 ] && grep -qx 'Total time elapsed .* secs, [1-9][0-9]* rounds' "$said" &&
            grep -qx 'Time elapsed .* secs' "$said" && [ "$(grep -c '^prepared [1-9]' "$said")" -ge 2 ] || return
    done
    [ "$(groups_of "$tmp/want")" = "$(groups_of "$tmp/got")" ] && perfect map 1
}
check "round by round, until all is even" until_balanced

# ---- refusals ----

give "${srcdir:-.}/src/test/vectors/maps/osdmap12.bin" map
head -c 300 "$tmp/ours/map" >"$tmp/cut"
give "$tmp/cut" cut
check "what is cut off" refuse 'error decoding' cut --print
check "what is not there" refuse 'nothing.*No such file' nothing --print
check "a map that exists" refuse exists --createsimple 3 map
check "no OSDs" refuse '' --createsimple 0 none
check "a pool that is not there" refuse 'no pool 9' map --test-map-object foo --pool 9
check "what is no placement group" refuse 'zz' map --test-map-pg zz
check "a crush map that is not there" refuse 'No such file' map --import-crush nothing
check "what is no number" refuse "'x'" map --pool x --test-map-pgs
check "a crush map with more devices" refuse 'max_devices 4 > osdmap max_osd 2' --createsimple 2 small --import-crush other
check "nothing to do" refuse 'nothing to do' map
check "a deviation that cannot be reached" refuse 'deviation' map --upmap - --upmap-deviation 0
check "a pool to balance that is not there" refuse 'nothere' map --upmap - --upmap-pool nothere
check "two files" refuse 'map' map map
check "no file" refuse '.' --print

not_here() {
    both map --test-random
    [ "$status" = 1 ] && grep -q -- '--test-random is not supported' "$tmp/got.err"
}
check "what only genuine osdmaptool does is refused by name" not_here
tap_end
