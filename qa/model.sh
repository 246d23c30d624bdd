# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# model.sh: rados_model at work on pool p of a cluster, and what is done to the cluster meanwhile. To be sourced after
# tap.sh; $conf is the path of a ceph.conf. $model_seconds: for how long at least; make check-soak has more of them.

model_seconds=${model_seconds:-25}
model_clients=4
model_runner=() # the command that rados_model is started by

# model_holds_through STEP...: rados_model finds everything right while the steps are taken, one after the other, again and
# again, but each at least once.
model_holds_through() {
    local pid step taken=0 seed=$RANDOM end=$((SECONDS + model_seconds))

    "${model_runner[@]}" "$build/src/test/librados/rados_model" "$conf" p "$model_clients" 1000000 "$seed" &
    pid=$!
    on_exit stop "$pid"
    while [ "$taken" = 0 ] || [ "$SECONDS" -lt "$end" ]; do
        for step; do
            sleep 1
            is_gone "$pid" && break 2
            echo "$(date +%T) $step"
            eval "$step" || return
            taken=$((taken + 1))
        done
    done
    echo "seed $seed, $taken steps"
    kill "$pid" && wait_until 120 is_gone "$pid" && wait "$pid"
}
