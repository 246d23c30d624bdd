#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs every command of doc/rsockets-howto.md, in order, as TAP, one case for each block. Blocks marked "sh build" run
# here, in a copy of the sources, all others in a virtual machine, where the result of the build is.

set -u
export srcdir=${srcdir:-.}

# Writes the blocks of the document to DIR/N.sh and DIR/N.build.sh.
extract() {
    awk -v dir="$1" '
        /^```sh$/ || /^```sh build$/ {
            file = sprintf("%s/%02d%s.sh", dir, ++n, $2 == "build" ? ".build" : "")
            inside = 1
            printf "" >file
            next
        }
        /^```/ { inside = 0 }
        inside { print >file }' "$srcdir/doc/rsockets-howto.md"
}

# The machine has the second device already, for what is sent to its first; that one the document makes.
prepare_machine() {
    local modules
    export netdev=$RDMA_VM_NETDEV0 ip=$RDMA_VM_ADDR0
    rdma link delete "$RDMA_VM_DEV0"
    modules=$(uname -r)
    [ -d "/lib/modules/$modules" ] ||
        ln -s "${XDG_CACHE_HOME:-$HOME/.cache}"/rdma-vm/*/lib/modules/"$modules" "/lib/modules/$modules"
    rm -rf /etc/ceph /var/lib/ceph/mon
}

# One shell for all blocks, since they share variables and background jobs. What fails in a block is noted, and the next
# command runs, as it would for a reader who types them.
inside() {
    local block number failed
    prepare_machine
    set -E
    for block in "$1"/??.sh; do
        number=$(basename "$block" .sh)
        failed=0
        trap 'failed=1; echo "failed: $BASH_COMMAND" >&2' ERR
        # shellcheck source=/dev/null
        [ "$number" = 01 ] || { . "$block"; } >"$1/$number.out" 2>&1 # the values of 01 are those of prepare_machine
        trap - ERR
        [ $failed = 1 ] || touch "$1/$number.ok"
    done
}

# In a copy of the sources, so that they are as a reader has them.
build() {
    local block name
    make -s distdir distdir="$work/tree" >/dev/null 2>"$work/distdir.err" || { cat "$work/distdir.err" && return 1; }
    for block in "$blocks"/??.build.sh; do
        name=${block%.sh}
        (cd "$work/tree" && export MAKEFLAGS=-j2 && bash -e "$block") >"$name.out" 2>&1 && touch "$name.ok"
    done
}

report() {
    local block name number=0
    echo "1..$(find "$blocks" -name '*.sh' | wc -l)"
    for block in "$blocks"/*.sh; do
        name=${block%.sh}
        number=$((number + 1))
        if [ -e "$name.ok" ]; then
            echo "ok $number - $(head -n 1 "$block")"
        else
            echo "not ok $number - $(head -n 1 "$block")"
            tail -n 30 "$name.out" 2>/dev/null | sed 's/^/# /'
        fi
    done
}

if [ "${1:-}" = inside ]; then
    inside "$2"
    exit
fi
work=$(mktemp -d -t test-howto.XXXXXX)
trap 'rm -rf "$work"' EXIT
blocks=$work/blocks
script=$(realpath "$0")
vm=$(realpath "$srcdir/qa/rdma-vm")
mkdir "$blocks"
extract "$blocks"
build || echo "# the sources could not be copied"
cd "$work/tree" && "$vm" --timeout 600 --rw "$blocks" -- "$script" inside "$blocks" | sed 's/^/# /'
report
