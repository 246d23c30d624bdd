#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ceph-objectstore-tool on the store of an OSD that has served genuine clients: what it shows, placement groups out and
# in again, and what it says of stores in use, exports that are damaged and data that does not match its checksum.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-mon ceph-authtool monmaptool rados
start_mon_for_osds kvstore

tool=$build/src/tools/ceph-objectstore-tool
data=$tmp/osd.0

rados() { timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"; }
cot() { "$tool" --data-path "$data" "$@"; }
same() { cmp <("$@") "$tmp/in"; }

check "an OSD is registered and made" new_osd 0
check "it boots" run_osd 0
check "a pool is made" genuine_ceph osd pool create p 4 4
head -c 3000000 /dev/urandom >"$tmp/in"
check "objects are put" eval 'rados put large "$tmp/in" && rados -N ns put spaced "$conf" && rados create empty'
check "with attributes and keys" eval 'rados setxattr large name value && rados setomapval large key omapvalue'
check "the tool does not touch a store in use" fails_with "OSD has the store locked" cot --op list
check "the OSD ends" stop_osd 0

check "list has each object once, as JSON" eval 'cot --op list >"$tmp/list" && python3 -c "
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert sorted(r[1][\"oid\"] for r in rows) == [\"empty\", \"large\", \"spaced\"], rows
r = [r for r in rows if r[1][\"oid\"] == \"spaced\"][0]
assert r[1][\"namespace\"] == \"ns\" and r[1][\"snapid\"] == -2 and r[1][\"pool\"] == int(r[0].split(\".\")[0]), r
" "$tmp/list"'
check "list of a name, and of a namespace" eval '[ "$(cot --op list large | wc -l)" = 1 ] &&
    [ "$(cot --op list --namespace ns | wc -l)" = 1 ]'
check "list-pgs has the pool's groups" eval '[ "$(cot --op list-pgs | grep -c "^1\.[0-3]$")" = 4 ]'
pg=$(sed -n 's/^\["\([^"]*\)",{"oid":"large".*/\1/p' "$tmp/list")
check "info is JSON with genuine Ceph's names" eval 'cot --op info --pgid "$pg" --format json | python3 -c "
import json, sys
d = json.load(sys.stdin)
assert d[\"pgid\"] == sys.argv[1] and d[\"stats\"][\"stat_sum\"][\"num_objects\"] >= 1, d
assert d[\"last_update\"] == d[\"last_complete\"] and d[\"history\"][\"epoch_created\"] > 0, d
" "$pg"'
check "info of a group that is not there" fails_with "PG '1.9' not found" cot --op info --pgid 1.9
check "fsck" eval 'cot --op fsck | grep -qx "fsck success"'
check "the bytes of an object, by name and as list prints it" eval 'same cot large get-bytes &&
    same cot "$(grep large "$tmp/list")" get-bytes -'
check "its attributes" eval 'cot large list-attrs | grep -qx _name && [ "$(cot large get-attr _name)" = value ]'
check "its keys" eval '[ "$(cot large list-omap)" = key ] && [ "$(cot large get-omap key)" = omapvalue ]'
check "an object that is not there" fails_with "No object id 'none' found" cot none get-bytes

check "a group is exported" cot --op export --pgid "$pg" --file "$tmp/export"
check "no file is overwritten" fails_with "File exists" cot --op export --pgid "$pg" --file "$tmp/export"
check "an export goes to standard output" eval 'cot --op export --pgid "$pg" | cmp - "$tmp/export"'
check "a group that is there is not imported" fails_with "pgid $pg already exists" cot --op import --file "$tmp/export"
check "removing needs --force" fails_with "--force" cot --op remove --pgid "$pg"
check "a group is removed" eval 'cot --op remove --pgid "$pg" --force && ! cot --op list | grep -q large'
size=$(stat -c %s "$tmp/export")
head -c $((size - 10)) "$tmp/export" >"$tmp/cut"
check "a cut export is refused" fails_with "the export is cut off" cot --op import --file "$tmp/cut"
cp "$tmp/export" "$tmp/damaged"
printf 'X' | dd of="$tmp/damaged" bs=1 seek=$((size / 2)) conv=notrunc status=none
check "a damaged one is refused" fails_with "does not match its checksum" cot --op import --file "$tmp/damaged"
check "what is no export is refused" fails_with "this is no export" cot --op import --file "$tmp/in"
check "nothing of them is left" fails_with "PG '$pg' not found" cot --op info --pgid "$pg"
check "the whole one is imported, from standard input" eval 'cot --op import <"$tmp/export"'
check "fsck again" eval 'cot --op fsck | grep -qx "fsck success"'
check "the OSD starts on it" run_osd 0
check "and serves what was in it" eval 'rados get large - | cmp - "$tmp/in" && [ "$(rados getxattr large name)" = value ] &&
    rados getomapval large key | grep -q omapvalue'
check "it is ended again" stop_osd 0
check "a byte of the large object is damaged on disk" damage_tables 0 "$tmp/in" 2000000
check "fsck finds data that does not match its checksum" eval '! cot --op fsck >"$tmp/out" 2>"$tmp/err" &&
    grep -q "^fsck status: 1 remaining error" "$tmp/out" && grep -q "cannot be read: (5)" "$tmp/err"'
tap_end
