# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tap.sh: TAP for shell tests, a directory of their own, and an end that leaves nothing behind. To be sourced.
# Needs $srcdir; the current directory is the build tree. Variables: tmp (the directory), build (the build tree).

# shellcheck source=qa/free-port.sh
. "${srcdir:-.}/qa/free-port.sh"
# shellcheck disable=SC2034 # for the tests
build=$PWD
tap_count=0
tap_failed=0
tap_ended=0
tap_ends=()

# skip_all REASON: nothing of this test can be run here.
skip_all() {
    echo "1..0 # SKIP $*"
    tap_ended=1
    exit 0
}

# on_exit COMMAND...: run at the end, last one first.
on_exit() {
    tap_ends=("$(printf '%q ' "$@")" "${tap_ends[@]}")
}

tap_exit() {
    local status=$? end

    for end in "${tap_ends[@]}"; do
        eval "$end"
    done
    [ "$tap_ended" = 1 ] || echo "Bail out! the test ended early, with status $status"
    exit "$status"
}
trap tap_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

tmp=$(mktemp -d "${TMPDIR:-/tmp}/ceph-test.XXXXXX") || exit
on_exit rm -rf "$tmp"

# check NAME COMMAND...: one case; what the command prints is shown when it fails.
check() {
    local name=$1 status

    shift
    tap_count=$((tap_count + 1))
    "$@" >"$tmp/check.out" 2>&1
    status=$?
    if [ "$status" = 0 ]; then
        echo "ok $tap_count - $name"
    else
        echo "not ok $tap_count - $name"
        echo "# status $status of: $*"
        head -n 60 "$tmp/check.out" | sed 's/^/# /'
        tap_failed=1
    fi
}

# gives TEXT COMMAND...: it succeeds and prints that and nothing else.
gives() {
    local want=$1 got

    shift
    got=$("$@") || return
    [ "$got" = "$want" ] || { echo "'$got' instead of '$want'"; return 1; }
}

# prints PATTERN COMMAND...: it succeeds, and a line of what it prints is like that.
prints() {
    local pattern=$1

    shift
    "$@" >"$tmp/prints.out" 2>&1 && grep -q -e "$pattern" "$tmp/prints.out" && return
    cat "$tmp/prints.out"
    return 1
}

fails() {
    ! "$@"
}

# fails_with PATTERN COMMAND...: it fails, and a line of what it prints is like that.
fails_with() {
    local pattern=$1

    shift
    ! "$@" >"$tmp/fails.out" 2>&1 && grep -q -e "$pattern" "$tmp/fails.out" && return
    cat "$tmp/fails.out"
    return 1
}

# skip NAME REASON: one case that cannot be run here.
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# The last line of a test.
tap_end() {
    echo "1..$tap_count"
    tap_ended=1
    exit "$tap_failed"
}

# wait_until SECONDS COMMAND...: repeats the command until it succeeds.
wait_until() {
    local end=$((SECONDS + $1))

    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# stop PID: ends a process of ours and waits until it is gone, by force after 60 seconds.
stop() {
    kill "$1" 2>/dev/null || return 0
    wait_until 60 is_gone "$1" || kill -9 "$1" 2>/dev/null
}

is_gone() {
    ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null
}
