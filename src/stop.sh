#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Ends daemons that vstart.sh started in the current directory: those whose pid files are in out/. See --help.

set -u
readonly patience=20 # seconds, then they are killed

case ${1:-} in
--help | -h)
    echo "Usage: stop.sh [DAEMON]..."
    echo "End the daemons that vstart.sh started in the current directory, or of them only those named, such as osd.1."
    exit 0
    ;;
-*)
    echo "stop.sh: unknown option $1 (see --help)" >&2
    exit 1
    ;;
esac

# The number may be another process's by now: it has to be a daemon that was given this directory's ceph.conf.
is_ours() {
    kill -0 "$1" 2>/dev/null && tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxF "$PWD/ceph.conf"
}

stop() {
    local name=$1 pid=$2 deadline=$((SECONDS + patience))
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do
        if [ $SECONDS -ge $deadline ]; then
            kill -KILL "$pid"
            echo "stop.sh: $name (process $pid) did not end in $patience seconds and was killed" >&2
            return 1
        fi
        sleep 0.1
    done
}

status=0
if [ $# -eq 0 ]; then # OSDs first, so that they can tell the monitor
    for file in out/osd.*.pid out/mon.*.pid; do
        set -- "$@" "$(basename "$file" .pid)"
    done
fi
for name; do
    file=out/$name.pid
    [ -s "$file" ] || continue
    pid=$(<"$file")
    ! is_ours "$pid" || stop "$name" "$pid" || status=1
    rm -f "$file"
done
exit $status
