#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Watches, notifies and object classes of our ceph-osd, used by genuine python3-rados and rados: what watchers hear, what
# becomes of those that are silent, and of all of them when the OSD is killed.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mon monmaptool rados
/usr/bin/python3 -c 'import rados' 2>/dev/null || skip_all "python3-rados is not installed"
start_mon_for_osds kvstore

objects() {
    timeout -k 5 120 /usr/bin/python3 "$srcdir/qa/interop/osd_objects.py" "$conf" "$@"
}
rados() {
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" -p p "$@"
}
# hold SECONDS: a watcher in a process of its own; what it hears goes to $tmp/heard.
hold() {
    : >"$tmp/heard"
    timeout -k 5 300 /usr/bin/python3 "$srcdir/qa/interop/osd_objects.py" "$conf" hold "$1" >"$tmp/heard" 2>&1 &
    # shellcheck disable=SC2034 # eval uses it
    holder=$!
    disown
    wait_until 60 grep -q watching "$tmp/heard"
}
watchers() {
    rados listwatchers held | grep -c "^watcher="
}
has_watchers() {
    [ "$(watchers)" = "$1" ]
}

check "an OSD is registered and made" new_osd 0
check "it boots" run_osd 0
check "a pool is made" genuine_ceph osd pool create p 8 8

check "watch, notify, unwatch, and the end of what is watched" objects watch
check "a process watches" hold 60
on_exit eval 'kill -9 "$holder" 2>/dev/null'
check "it is listed" has_watchers 1
check "it hears" eval 'objects notify first && wait_until 60 grep -q first "$tmp/heard"'
check "a watcher that does not answer is not waited for" eval \
    'kill -STOP $(pgrep -P "$holder") && objects notify_late; r=$?; kill -CONT $(pgrep -P "$holder"); [ $r = 0 ]'
check "the OSD is killed and starts again" eval 'kill_osd 0; run_osd 0'
check "whoever watches hears again" eval 'wait_until 60 objects notify again && wait_until 60 grep -q again "$tmp/heard"'
check "one that ends is still a watcher for its time" eval 'kill -9 $(pgrep -P "$holder"); has_watchers 1'
check "another comes, with little time" hold 3
check "it is dropped when it ends" eval \
    'has_watchers 2 && kill -9 $(pgrep -P "$holder") && wait_until 30 has_watchers 1'

check "locks" objects locks
check "who has a lock" eval 'rados lock info locked lock | grep -q "\"type\":\"shared\",\"tag\":\"tag\""'
check "which locks there are" eval 'rados lock list locked | grep -q "\"name\":\"lock\""'
check "a lock of a second" rados lock get brief lock --lock-cookie one --lock-duration 1
check "it ends by itself" wait_until 60 rados lock get brief lock --lock-cookie two
check "a lock is broken" eval \
    'rados lock break brief lock "$(rados lock info brief lock | grep -o "client\.[0-9]*")" --lock-cookie two'
check "it is nobody's then" eval 'rados lock info brief lock | grep -q "\"lockers\":\[\]"'
for class in hello refcount version; do
    check "class $class" objects $class
done
check "classes and methods that are not there" objects unknown_classes
check "the log names them" eval 'grep -q "called nonesuch.method on missing" "$tmp/osd.0.log"'
tap_end
