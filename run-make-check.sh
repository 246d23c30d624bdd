#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what the tests need, builds, and runs every test there is. See --help.

set -u
cd "$(dirname "$0")" || exit

# The steps of each lane run one after another, the lanes at the same time.
readonly lane1=(check style interop asan) lane2=(rdma fuzz tsan without-rsockets distcheck)
readonly total_fuzz_seconds=${FUZZ_SECONDS:-300}

usage() {
    cat <<END
Usage: run-make-check.sh [STEP...]
Install what the tests need (Debian 12, as root), build, and run every test, or only the steps named:

  check             unit tests, wire vectors, replayed fuzz corpora, layering
  style             layout of the sources, the shell scripts' checker
  interop           genuine Ceph's programs against ours, over TCP
  asan, tsan        the tests again, under the address, undefined behaviour and thread sanitizers
  without-rsockets  the tests again, in a build without RDMA
  distcheck         the release archive builds, passes its tests, installs and uninstalls
  rdma              RDMA, in virtual machines with soft-RoCE
  fuzz              the fuzzers, for FUZZ_SECONDS (default 300) in all

It builds in place if the tree is configured in place, otherwise in build/. Logs are left in make-check/ there.
The last line is the number of test cases that passed, failed and, if any, were skipped; the exit status is 0 if none
failed. With CI=true in the environment a test of RDMA or interop that is skipped counts as failed.
END
}

say() {
    printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"
}

# The test results of a step are automake's .trs files below these directories.
results_of() {
    case $1 in
    check) find "$build/src" "$build/qa" -name '*.trs' ;;
    style | interop | rdma) find "$build/results/$1" -name '*.trs' ;;
    fuzz) find "$build/build-fuzz/results" -name '*.trs' ;;
    *) find "$build/build-$1" -name '*.trs' ;;
    esac 2>/dev/null
}

run_step() {
    local target=check-$1
    [[ $1 != check && $1 != distcheck ]] || target=$1
    results_of "$1" | xargs -r rm -f
    make -j"$jobs" -C "$build" "$target" FUZZ_SECONDS="$total_fuzz_seconds" >"$logs/$1.log" 2>&1
}

# A step without a single result has failed, and so has one that says so itself without a failed case.
count_step() {
    local step=$1 status=$2 trs passed failed skipped
    mapfile -t trs < <(results_of "$step")
    counted() {
        [ ${#trs[@]} -gt 0 ] || set -- 'none'
        sed -n 's/^:test-result: //p' /dev/null "${trs[@]}" | grep -cE "^($1)"
    }
    passed=$(counted 'PASS|XFAIL')
    failed=$(counted 'FAIL|ERROR|XPASS')
    skipped=$(counted SKIP)
    [ "$step" != distcheck ] || { [ "$status" -ne 0 ] || passed=1; }
    [ $((passed + failed + skipped)) -gt 0 ] || status=1
    [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || {
        echo "step $step failed: $logs/$step.log ends with"
        tail -n 40 "$logs/$step.log" | sed 's/^/    /'
        failed=1
    }
    if [ "${CI:-}" = true ] && [[ $step = check || $step = rdma || $step = interop ]] && [ "$skipped" -gt 0 ]; then
        failed=$((failed + skipped))
        skipped=0
        echo "nothing of step $step may be skipped in continuous integration"
    fi
    echo "$passed $failed $skipped" >"$logs/$step.count"
    say "$step: $passed passed, $failed failed, $skipped skipped in $3 s"
}

# The failed tests' logs, and the reasons of what was skipped.
explain_step() {
    local trs log
    results_of "$1" | sort | while read -r trs; do
        log=${trs%.trs}.log
        sed -n "s|^SKIP: |$1: skipped: |p" "$log"
        if grep -qE '^:test-result: (FAIL|ERROR|XPASS)' "$trs"; then
            echo "$1: failed: $log ends with"
            tail -n 40 "$log" | sed 's/^/    /'
        fi
    done
}

run_lane() {
    local step start status
    for step; do
        start=$SECONDS
        run_step "$step"
        status=$?
        {
            count_step "$step" $status $((SECONDS - start))
            explain_step "$step"
        } >"$logs/$step.summary"
        cat "$logs/$step.summary"
    done
}

# picked LANE_STEP...: those of them that were asked for.
picked() {
    local step
    for step; do
        [[ " ${wanted[*]} " != *" $step "* ]] || echo "$step"
    done
}

prepare() {
    say "installing what is missing of the packages that the tests need"
    ./install-deps.sh test || return
    [ -x configure ] || ./autogen.sh >"$logs/autogen.log" 2>&1 || {
        cat "$logs/autogen.log"
        return 1
    }
    if [ ! -f "$build/Makefile" ]; then
        say "configuring in $build"
        (cd "$build" && "$OLDPWD/configure" --enable-werror) >"$logs/configure.log" 2>&1 || {
            tail -n 40 "$logs/configure.log"
            return 1
        }
    fi
    say "building in $build, $jobs jobs"
    { make -j"$jobs" -C "$build" && make -j"$jobs" -C "$build" check TESTS=; } >"$logs/build.log" 2>&1 || {
        grep -E 'error|warning|\*\*\*' "$logs/build.log" | head -n 40
        return 1
    }
}

# shellcheck disable=SC2317 # it is called, by a trap
end_lanes() {
    local pid
    for pid in $(jobs -p); do
        kill -TERM -- "-$pid" 2>/dev/null
    done
}

main() {
    local counts
    [[ ${1:-} != --help && ${1:-} != -h ]] || {
        usage
        exit 0
    }
    wanted=("$@")
    [ $# -gt 0 ] || wanted=("${lane1[@]}" "${lane2[@]}")
    local step
    for step in "${wanted[@]}"; do
        [[ " ${lane1[*]} ${lane2[*]} " = *" $step "* ]] || {
            echo "run-make-check.sh: no step '$step' (see --help)" >&2
            exit 2
        }
    done
    build=build jobs=$(nproc)
    [ ! -f config.status ] || build=.
    logs=$build/make-check
    mkdir -p "$logs" && rm -f "$logs"/*.count "$logs"/*.summary || exit

    if ! prepare; then
        echo "0 passed, 1 failed"
        exit 1
    fi
    set -m # a process group for each lane, so that they can be ended whole
    trap end_lanes EXIT
    trap 'exit 130' INT TERM HUP
    mapfile -t lane < <(picked "${lane1[@]}")
    run_lane "${lane[@]}" &
    mapfile -t lane < <(picked "${lane2[@]}")
    run_lane "${lane[@]}" &
    wait
    trap - EXIT

    for step in "${wanted[@]}"; do
        [ -f "$logs/$step.count" ] || echo "0 1 0" >"$logs/$step.count"
    done
    counts=$(cat "$logs"/*.count | awk '{ p += $1; f += $2; s += $3 } END { print p, f, s }')
    read -r passed failed skipped <<<"$counts"
    echo
    say "all of it took $((SECONDS / 60)) minutes and $((SECONDS % 60)) seconds"
    echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

main "$@"
