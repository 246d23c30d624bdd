# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tool-lib.sh: one command run by genuine Ceph's tool and by ours. To be sourced, behind genuine.sh; $tool is the
# program's name, by which both go. Each runs in a directory of its own, $tmp/genuine and $tmp/ours, where a file that it
# names has the same name for both.

mkdir "$tmp/genuine" "$tmp/ours" "$tmp/bin-genuine" "$tmp/bin-ours"
ln -s "$genuine_bin/$tool" "$tmp/bin-genuine/$tool"
ln -s "$build/src/tools/$tool" "$tmp/bin-ours/$tool"
unset CEPH_CONF CEPH_ARGS

# both ARGUMENTS...: runs both; what they said is in want, want.err, got and got.err, how they ended in wanted and status.
both() {
    (cd "$tmp/genuine" && PATH=$tmp/bin-genuine && "$tool" "$@" >"$tmp/want" 2>"$tmp/want.err")
    wanted=$?
    (cd "$tmp/ours" && PATH=$tmp/bin-ours && "$tool" "$@" >"$tmp/got" 2>"$tmp/got.err")
    status=$?
}

show_both() {
    echo "status $status, genuine $wanted"
    sed 's/^/genuine: /' "$tmp/want" "$tmp/want.err" | head -n 15
    sed 's/^/ours:    /' "$tmp/got" "$tmp/got.err" | head -n 15
}

# agree ARGUMENTS...: the same output and status; on an error both say something.
agree() {
    both "$@"
    if [ "$status" = "$wanted" ] && cmp "$tmp/want" "$tmp/got"; then
        [ "$status" = 0 ] || [ -s "$tmp/got.err" ] || [ -s "$tmp/got" ] && return
    fi
    show_both
    return 1
}

# refuse PATTERN ARGUMENTS...: both refuse it, and ours says what the pattern has.
refuse() {
    local pattern=$1

    shift
    both "$@"
    [ "$wanted" != 0 ] && [ "$status" = "$wanted" ] && grep -qE -- "$pattern" "$tmp/got.err" && return
    show_both
    return 1
}

# give FILE NAME: both get a copy.
give() {
    cp "$1" "$tmp/genuine/$2" && cp "$1" "$tmp/ours/$2"
}

# same_file NAME: both have made the same.
same_file() {
    cmp "$tmp/genuine/$1" "$tmp/ours/$1"
}
