#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our rados and genuine rados, command by command, on a genuine cluster: both print the same, to the byte, and end with
# the same status. Each works on a pool of its own.
set -u
srcdir=${srcdir:-.}
# shellcheck source=qa/interop/osd.sh
. "$srcdir/qa/interop/osd.sh"
need_genuine ceph ceph-authtool ceph-mgr ceph-mon ceph-osd monmaptool rados
osd_program=$genuine_bin/ceph-osd
start_osd_cluster memstore pg

start_genuine_mgr x

genuine() { # ARGUMENT...
    timeout -k 5 60 "$genuine_bin/rados" -c "$conf" --admin_socket= -p pg "$@"
}
ours() {
    timeout -k 5 60 "$build/src/tools/rados" -c "$conf" -p po "$@"
}
# Without what differs from run to run: pools, times, clients, what genuine programs log now and then.
normal() {
    sed -E -e 's/\bpo\b/pg/g' -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+\+[0-9]{4}/TIME/g' \
        -e 's/[0-9]{4}\.[0-9]{2}\.[0-9]{2} [0-9:]+/TIME/' -e 's|127\.0\.0\.1:0/[0-9]+|ADDR|g' -e 's/client\.[0-9]{3,}/CLIENT/g' \
        -e 's/cookie[ =][0-9]+/COOKIE/' -e 's/notify_id [0-9]+ from [0-9]+/NOTIFY/' -e '/^TIME [0-9a-f]+ -1 /,/^$/d'
}
# run WHO ARGUMENT...: what it prints and its status, as in $tmp/WHO.
run() {
    local who=$1

    shift
    "$who" "$@" >"$tmp/$who.raw" 2>"$tmp/$who.err" </dev/null
    echo "status $?" >>"$tmp/$who.err"
    cat "$tmp/$who.raw" "$tmp/$who.err" | normal >"$tmp/$who"
}
both_same() {
    run genuine "$@"
    run ours "$@"
    diff "$tmp/genuine" "$tmp/ours"
}
same() {
    check "$*" both_same "$@"
}
# What is left of a table of numbers: its shape.
shape() {
    sed -E -e 's/-?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?/N/g' -e 's/ +/ /g' -e 's/ - / N /g' -e '/^ N N/d' -e 's/_[a-zA-Z0-9-]*_N/_ID/'
}
same_shape() {
    genuine "$@" 2>&1 | normal | shape >"$tmp/genuine"
    ours "$@" 2>&1 | normal | shape >"$tmp/ours"
    diff "$tmp/genuine" "$tmp/ours"
}

# A genuine watch and ours hear of notifications of both.
watched() { # WHO
    "$1" listwatchers small | grep -q watcher
}
watch_with() { # WATCHER NOTIFIER
    local pid

    mkfifo "$tmp/enter"
    "$1" watch small <"$tmp/enter" >"$tmp/$1.watch" 2>&1 &
    pid=$!
    exec 9>"$tmp/enter"
    wait_until 60 watched "$2" || { echo >&9; return 1; }
    "$2" listwatchers small | normal >"$tmp/$2.watchers"
    "$2" notify small hello | normal >"$tmp/$2.notify"
    echo >&9
    exec 9>&-
    wait "$pid"
    rm "$tmp/enter"
    normal <"$tmp/$1.watch" >"$tmp/$1.heard"
}
watches_alike() {
    watch_with genuine genuine && watch_with ours ours || return
    diff "$tmp/genuine.heard" "$tmp/ours.heard" && diff "$tmp/genuine.notify" "$tmp/ours.notify" &&
        diff "$tmp/genuine.watchers" "$tmp/ours.watchers" &&
        grep -q 'hello' "$tmp/ours.notify" && grep -q 'NOTIFY COOKIE' "$tmp/ours.heard"
}
# A progress bar on a terminal, nothing elsewhere.
bar() {
    command -v script >/dev/null || return 0
    script -qec "$build/src/tools/rados -c $conf -p po put large $tmp/large" /dev/null | grep -q '\[#* *\] *[0-9]*% of 8 MiB' &&
        ours put large "$tmp/large" 2>&1 | cmp -s - /dev/null
}

printf hello >"$tmp/small"
: >"$tmp/empty"
head -c 9000000 /dev/urandom >"$tmp/large"
{ head -c 100 /dev/zero; printf abc; head -c 60 /dev/zero; } >"$tmp/zeros"

check "ours makes a pool" eval 'timeout 60 "$build/src/tools/rados" -c "$conf" mkpool po && genuine lspools | grep -qx po'
check "lspools" wait_until 60 eval '[ "$(genuine lspools)" = "$(ours lspools)" ]'
for size in small empty large; do
    same put $size "$tmp/$size"
    same get $size -
    same stat $size
done
same stat2 small
same stat nothing
same get nothing "$tmp/out"
same get small "$tmp/no/such/folder"
same put wide "$tmp/large" -b 1000000
same get wide - -b 3000000
same put behind "$tmp/small" --offset 4
same get behind -
same append small "$tmp/small"
same append new "$tmp/small"
same get small -
same truncate small 7
same truncate small abc
same truncate small 12345678901234567
same get small -
same create made
same create made
same touch made
same touch touched 1000000
same stat touched
same touch touched abc
same cp small copied
same cp small
same cp small small
same cp nothing copied
same cp small --target-pool nopool
same cp small --target-nspace elsewhere
same cp small small --target-nspace elsewhere
same cp small other --target-nspace elsewhere --target-locator key
same ls
same ls -
same -N elsewhere ls
same ls --all
same ls --all --default
same -N inner put inside "$tmp/small"
same --object-locator key put located "$tmp/small"
same ls
same setxattr small name value
same setxattr small from
same setxattr other a v
same listxattr small
same getxattr small name
same getxattr small from
same getxattr small no
same getxattr nothing name
same rmxattr small name
same rmxattr nothing name
same listxattr nothing
same setomapval small k v
same setomapval small k2 abcdefghijklmnopqrstuvwxyz
same setomapval small zeros --input-file "$tmp/zeros"
same listomapkeys small
same listomapvals small
same listomapkeys nothing
same listomapvals nothing
same getomapval small k
same getomapval small zeros
same getomapval small no
same getomapval nothing k
same getomapval small k "$tmp/value"
same setomapheader small head
same getomapheader small
same getomapheader small "$tmp/value"
same getomapheader made
same getomapheader nothing
same cp small copied2
same listomapvals copied2
same getomapheader copied2
same listxattr copied2
same rmomapkey small k
same rmomapkey small no
same rmomapkey nothing k
same clearomap small
same listomapkeys small
same set-alloc-hint small 100 100
same lock list small
same lock info small l
same lock get small l
same lock get small l
same lock info small l
same lock get small shared --lock-type shared --lock-tag tag --lock-description words --lock-cookie c --lock-duration 1000
same lock list small
same -f json-pretty lock info small shared
same --pretty-format lock list small
same lock break small l client.1
same lock list nothing
same lock get small l3 --lock-type none
check "lock break" eval 'locker=$(ours lock info small l | grep -o "client\.[0-9]*") && ours lock break small l "$locker" &&
    ours lock info small l | grep -q "\"lockers\":\[\]"'
same listwatchers small
same listwatchers nothing
same notify small hello
same notify nothing hello
same watch nothing
check "watch, listwatchers and notify" watches_alike
same rm touched made
same rm nothing
same rm nothing --force-full
same lssnap
same mksnap s1
same mksnap s1
same -s s1 stat small
same -s none stat small
same lssnap
same rmsnap s1
same rmsnap s1
same cleanup
same cleanup --prefix abc
same cleanup --run-name none
same bench x write
same bench 1 write -t 0
same nocommand
same --no-such-option ls
check "a pool that is not there" eval '! timeout 60 "$build/src/tools/rados" -c "$conf" -p nopool ls 2>"$tmp/err" &&
    [ "$(cat "$tmp/err")" = "error opening pool nopool: (2) No such file or directory" ]'
# Once the OSD has reported what was done to the pools they stand still.
df_same() {
    local all

    all=$(genuine_ceph df) && [ -n "$all" ] && timeout 60 "$genuine_bin/rados" -c "$conf" "$@" >"$tmp/genuine" &&
        timeout 60 "$build/src/tools/rados" -c "$conf" "$@" | diff "$tmp/genuine" - && grep -q pg "$tmp/genuine"
}
check "df" wait_until 60 df_same df
check "df of a pool" wait_until 60 df_same -p pg df
check "df as JSON" wait_until 60 df_same -f json df
check "df as indented JSON" wait_until 60 df_same --format json-pretty df

check "bench write" same_shape bench 5 write -b 4096 -O 16384 -t 4 --max-objects 20 --no-cleanup
check "its counts" eval 'ours bench 5 write -b 4096 -O 16384 -t 4 --max-objects 20 --no-cleanup --run-name counted |
    grep -E "^(Total writes made|Write size|Object size): " | tr -s " " | cut -d: -f2 | paste -sd " " | grep -qx " 80  4096  16384" && ours rm counted'
check "ours reads what genuine bench wrote" eval 'timeout 60 "$build/src/tools/rados" -c "$conf" -p pg bench 5 seq -t 4 |
    grep -q "Total reads made: *80"'
check "genuine reads what our bench wrote" eval 'timeout 60 "$genuine_bin/rados" -c "$conf" --admin_socket= -p po bench 5 seq -t 4 |
    grep -q "Total reads made: *80"'
check "bench seq" same_shape bench 5 seq -t 4
check "bench rand" same_shape bench 1 rand -t 4
check "bench with the time" same_shape --show-time bench 2 seq -t 4
check "bench finds what was changed" eval 'ours ls | grep benchmark_data | while read -r o; do ours put "$o" "$tmp/large"; done;
    ! ours bench 2 seq -t 4 >/dev/null 2>"$tmp/err" && grep -q "is not correct" "$tmp/err"'
check "and does not where it was told so" eval 'ours bench 2 seq -t 4 --no-verify >/dev/null'
check "genuine cleans up after ours" eval 'timeout 60 "$genuine_bin/rados" -c "$conf" --admin_socket= -p po cleanup | grep -qx "Removed 20 objects"'
check "ours cleans up after genuine" eval 'timeout 60 "$build/src/tools/rados" -c "$conf" -p pg cleanup | grep -qx "Removed 20 objects"'
check "ours cleans up what is left, by its name" eval 'ours cleanup --prefix benchmark_data | tr "\n" " " |
    grep -qx "Warning: using slow linear search Removed 20 objects "; ! ours ls | grep benchmark_data'
for to in object omap xattr; do
    check "bench --write-$to" same_shape bench 1 write -b 4096 -t 2 --max-objects 8 "--write-$to"
done
check "bench into omaps" eval 'ours bench 1 write -b 4096 -O 8192 --max-objects 1 --write-omap --no-cleanup --run-name o &&
    ours listomapkeys "$(ours ls | grep benchmark_data)" | paste -sd " " | grep -qx "bench-omap-key-0 bench-omap-key-4096" &&
    ours cleanup --run-name o'
# shellcheck disable=SC2034 # eval uses it
load=(load-gen --run-length 2 --num-objects 3 --min-object-size 1000 --max-object-size 40000 --max-op-len 4000 --read-percent 50)
check "load-gen" eval 'genuine "${load[@]}" 2>&1 | shape | sed "s/^ *N: .*/LINE/" | cut -c-7 | sort -u >"$tmp/genuine";
    ours "${load[@]}" 2>&1 | shape | sed "s/^ *N: .*/LINE/" | cut -c-7 | sort -u >"$tmp/ours"; diff "$tmp/genuine" "$tmp/ours"'
check "load-gen leaves nothing" eval '! ours ls | grep obj-'
check "a progress bar where standard error is a terminal" bar

# What fills a pool takes a manager, which tells the monitor how much is in it.
has_flag() {
    genuine_ceph osd pool ls detail | grep "'po'" | grep -q "flags [a-z_,]*full"
}
put_when_full() {
    local pid

    ours put waits "$tmp/small" 2>"$tmp/err" &
    pid=$!
    sleep 1
    is_gone "$pid" && { echo "it was not held back"; cat "$tmp/err"; return 1; }
    ours get small "$tmp/out" && ours rm large --force-full && genuine_ceph osd pool set-quota po max_objects 0 && wait "$pid"
}
check "a pool is full at its quota" eval 'genuine_ceph osd pool set-quota po max_objects 1 && wait_until 60 has_flag'
check "what is put into a full pool waits; reading and removing by force do not" put_when_full
check "it is there when there is room again" eval 'ours get waits - | cmp - "$tmp/small"; ours rm waits; genuine rm large'
check "purge" eval 'timeout 60 "$genuine_bin/rados" -c "$conf" purge pg --yes-i-really-really-mean-it | normal >"$tmp/genuine"
    timeout 60 "$build/src/tools/rados" -c "$conf" purge po --yes-i-really-really-mean-it | normal | diff "$tmp/genuine" -'
check "purge removes everything" eval 'ours put one "$tmp/small" && ours purge po --yes-i-really-really-mean-it && [ -z "$(ours ls --all)" ]'
check "rmpool asks first" eval '! timeout 60 "$build/src/tools/rados" -c "$conf" rmpool po po && genuine lspools | grep -qx po'
check "rmpool" eval 'timeout 60 "$build/src/tools/rados" -c "$conf" rmpool po po --yes-i-really-really-mean-it && ! genuine lspools | grep -qx po'
tap_end
