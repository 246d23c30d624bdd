# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# free-port.sh: to be sourced.

# free_port: a TCP port on loopback where nobody listens now.
free_port() {
    local port

    while :; do
        port=$((20000 + RANDOM % 12000))
        grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
    done
    echo "$port"
}
