# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rstream.sh: what the transports alone can do, by Debian's rstream. To be sourced. $peer is the address that is dialled,
# realtime a command that programs are started by, server the process that has to be ended on exit, if any.

# shellcheck disable=SC2034 # for those who source it
peer=127.0.0.1 realtime=() server=

median() { sort -g | awk '{v[NR] = $1} END {print NR ? (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) : "nan"}'; }

next_port() { port=$((${port:-17000} + 1)); }

# rstream_run TYPE SPIN SIZE ITERATIONS COUNT: microseconds for each transfer of SIZE
rstream_run() {
    local options=() us
    [ "$1" = simple ] && options+=(-T s)
    [ "$2" = 0 ] && options+=(-T b)
    next_port
    "${realtime[@]}" rstream "${options[@]}" -p $port -S "$3" -I "$4" -C "$5" >/dev/null 2>&1 &
    server=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.2
        us=$(timeout 120 "${realtime[@]}" rstream "${options[@]}" -s "$peer" -p $port -S "$3" -I "$4" -C "$5" 2>/dev/null |
            awk '$1 == "custom" {print $8}')
        [ -n "$us" ] && break
    done
    kill $server 2>/dev/null
    wait $server 2>/dev/null
    server=
    echo "${us:-nan}"
}
