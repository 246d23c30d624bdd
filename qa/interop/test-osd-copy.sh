#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Objects copied by OSDs: `rados cp`, genuine and ours, within a pool, between pools, and between a genuine OSD and ours,
# each of which asks the other for the pieces. What arrives is the object with everything, as of one moment.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/mixed-cluster.sh
. "$srcdir/qa/interop/mixed-cluster.sh"
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
start_mixed_cluster 2 "osd_copyfrom_max_chunk = 65536"
genuine_ceph osd pool create other 8 8 replicated ours >/dev/null 2>&1

genuine() { # ARGUMENT...
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" --admin_socket= "$@"
}
ours() {
    timeout -k 5 60 "$build/src/tools/rados" -c "$conf" "$@"
}
# An object with much of everything, larger than a piece.
head -c 1000000 /dev/urandom >"$tmp/data"
fill() { # POOL OBJECT
    timeout -k 5 60 /usr/bin/python3 - "$conf" "$1" "$2" "$tmp/data" <<'END'
import rados, sys
c = rados.Rados(conffile=sys.argv[1])
c.connect(timeout=20)
io = c.open_ioctx(sys.argv[2])
for i in range(3):
    io.write_full(sys.argv[3], b"version %d" % i)
io.write_full(sys.argv[3], open(sys.argv[4], "rb").read())
for i in range(50):
    io.set_xattr(sys.argv[3], "name%d" % i, b"value" * i + b"\0")
with rados.WriteOpCtx() as op:
    keys = tuple("key%05d" % i for i in range(3000))
    io.set_omap(op, keys, tuple(b"x" * (i % 100) for i in range(3000)))
    io.operate_write_op(op, sys.argv[3])
END
}
# Everything that a client sees of an object.
all_of() { # POOL OBJECT
    local attr

    genuine -p "$1" get "$2" - || return
    genuine -p "$1" listomapvals "$2" || return
    genuine -p "$1" getomapheader "$2" || return
    genuine -p "$1" stat2 "$2" | sed 's/^[^ ]*//' || return
    for attr in $(genuine -p "$1" listxattr "$2"); do
        echo "$attr" && genuine -p "$1" getxattr "$2" "$attr" || return
    done
}
same_object() { # POOL OBJECT POOL OBJECT
    all_of "$1" "$2" >"$tmp/one" && all_of "$3" "$4" >"$tmp/other" && cmp "$tmp/one" "$tmp/other"
}
copies() { # CLIENT POOL POOL
    "$1" -p "$3" put "copy-$1" "$conf" && "$1" -p "$3" setxattr "copy-$1" old value || return
    "$1" -p "$2" cp source "copy-$1" --target-pool "$3" && same_object "$2" source "$3" "copy-$1"
}
fails() { # CLIENT MESSAGE ARGUMENT...
    local client=$1 message=$2

    shift 2
    ! "$client" "$@" >"$tmp/out" 2>&1 && grep -q "$message" "$tmp/out"
}
# Two objects, each copied from the other again and again at the same time: nobody waits for ever.
crosswise() {
    local pids=() pid

    genuine -p po put left "$tmp/data" && genuine -p po put right "$tmp/data" || return
    for _ in 1 2 3 4 5; do
        ours -p po cp left right & pids+=($!)
        ours -p po cp right left & pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || return
    done
    genuine -p po get left - | cmp - "$tmp/data"
}

for pool in pg po; do
    check "an object in $pool" fill "$pool" source
    check "its omap has a header" genuine -p "$pool" setomapheader source header
done
for client in genuine ours; do
    check "$client rados: within our OSDs, to another object" copies "$client" po po
    check "$client rados: within our OSDs, to another pool" copies "$client" po other
    check "$client rados: from ours to a genuine OSD" copies "$client" po pg
    check "$client rados: from a genuine OSD to ours" copies "$client" pg po
    check "$client rados: what is not there" fails "$client" 'error copying po/nothing => po/new: (2)' -p po cp nothing new
    check "$client rados: no object came of that" fails "$client" 'No such file' -p po stat new
    check "$client rados: to itself" fails "$client" 'error copying po/source => po/source: (22)' -p po cp source source
done
check "an object without anything" eval 'genuine -p po create empty && ours -p po cp empty copied && same_object po empty po copied'
check "objects copied crosswise" crosswise
check "a pool that is not there" fails ours 'error opening target pool nopool' -p po cp source new --target-pool nopool
tap_end
