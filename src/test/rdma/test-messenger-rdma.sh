#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The messenger's own tests once more, over rsockets at both ends, and with one end that dials by RDMA and one that
# dials by TCP: in one process and in two. Needs an RDMA device: runs in qa/rdma-vm.
set -u
n=0

if [ -z "${RDMA_VM_ADDR0:-}" ]; then
    echo '1..0 # SKIP needs an RDMA device: run it by make check-rdma'
    exit 0
fi

# Passes the cases of a TAP program on, with numbers of our own and a word that tells the run.
pass_on() { # RUN COMMAND...
    local run=$1 line status
    shift
    while IFS= read -r line; do
        case $line in
        *'# SKIP'*) ;; # strangers come by TCP: they are in the run that has it
        'ok '*)
            n=$((n + 1))
            echo "ok $n - $run: ${line#*- }"
            ;;
        'not ok '*)
            n=$((n + 1))
            echo "not ok $n - $run: ${line#*- }"
            ;;
        1..*) ;;
        *) echo "# $line" ;;
        esac
    done < <(
        TEST_IP=$RDMA_VM_ADDR0 timeout 300 "$@" 2>&1
        status=$?
        [ $status = 0 ] || echo "not ok 0 - $1 left with status $status"
    )
}

for types in 'rsockets rsockets' 'rsockets,simple simple,rsockets'; do
    export TEST_MS_TYPES=$types
    pass_on "${types/ / to }" src/test/unit/msg/test_messenger
    pass_on "${types/ / to }" "${srcdir:-.}/src/test/msgr/test-two-processes.sh"
done
echo "1..$n"
