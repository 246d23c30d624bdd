#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The demonstration's part on this machine, and the table that it ends with.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/tap.sh
. "$srcdir/qa/interop/tap.sh"

mkdir "$tmp/results"
check "a cluster is made and used over TCP" env BUILD_DIR="$build" "$srcdir/qa/demo-session" tcp "$tmp/results"
check "what was measured is shown" prints '^ *TCP, here  *[0-9.]*  *[0-9.]*  *[0-9.]*  *[0-9.]*$' \
    "$srcdir/qa/demo-session" table "TCP, here" "$tmp/results/tcp"
: >"$tmp/results/tcp.bench"
check "nothing measured is an error" fails_with 'TCP, here: no figures' \
    "$srcdir/qa/demo-session" table "TCP, here" "$tmp/results/tcp"
tap_end
