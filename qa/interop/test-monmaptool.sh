#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our monmaptool against genuine Ceph's: the same commands give the same output, status and file, and each reads what
# the other has written. TAP. Run it from the top of the build tree. GENUINE_MONMAPTOOL names the other one.
genuine=${GENUINE_MONMAPTOOL:-/usr/bin/monmaptool}
ours=$(pwd)/src/tools/monmaptool
if [ ! -x "$genuine" ] || "$genuine" --version 2>/dev/null | grep -q rsockets; then
    echo "1..0 # SKIP genuine monmaptool is not installed"
    exit 0
fi
if [ ! -x "$ours" ]; then
    echo "Bail out! $ours is not built"
    exit 1
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/genuine" "$dir/ours" && cd "$dir" || exit 1
unset CEPH_CONF CEPH_ARGS
# Both go by the same name, which genuine monmaptool puts in front of its lines.
mkdir bin-genuine bin-ours && ln -s "$genuine" bin-genuine/monmaptool && ln -s "$ours" bin-ours/monmaptool || exit 1
n=0

# result STATUS DESCRIPTION
result() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $(echo "$2" | tr '#' ' ')"
    else
        echo "not ok $n - $(echo "$2" | tr '#' ' ')"
    fi
}

# What differs between two runs of one command: the time, and an id that was made up.
settle() {
    sed -E 's/^(last_changed|created) .*/\1 TIME/; s/^(monmaptool: generated fsid|fsid) .*/\1 FSID/' "$1"
}

# The bytes of two maps are the same but for the id (7 to 22) and the times (27 to 42).
same_map() {
    [ ! -e "$1" ] && [ ! -e "$2" ] && return
    cmp -l "$1" "$2" 2>&1 | awk '!($1 >= 7 && $1 <= 22 || $1 >= 27 && $1 <= 42) { bad = 1 } END { exit bad }'
}

# same ARGUMENTS...: output, status and map must be the same.
same() {
    (cd genuine && PATH=$dir/bin-genuine && monmaptool "$@" >../want 2>../want.err)
    wanted=$?
    (cd ours && PATH=$dir/bin-ours && monmaptool "$@" >../got 2>../got.err)
    status=$?
    settle want >want.settled
    settle got >got.settled
    bad=0
    [ $status = $wanted ] && cmp -s want.settled got.settled || bad=1
    # An error: both say something, and first of all where.
    [ -s want.err ] && [ ! -s got.err ] && bad=1
    if ! same_map genuine/map ours/map; then
        echo "# the maps differ: $(cmp genuine/map ours/map)"
        bad=1
    fi
    if [ $bad != 0 ]; then
        sed 's/^/# genuine: /' want want.err | head -n 12
        sed 's/^/# ours:    /' got got.err | head -n 12
        echo "# status $status, genuine $wanted"
    fi
    result $bad "monmaptool $*"
}

# refused ARGUMENTS...: both refuse it with the same status, each in its own words, and change nothing.
refused() {
    (cd genuine && PATH=$dir/bin-genuine && monmaptool "$@" >../want 2>../want.err)
    wanted=$?
    (cd ours && PATH=$dir/bin-ours && monmaptool "$@" >../got 2>../got.err)
    status=$?
    [ $status != 0 ] && [ $status = $wanted ] && [ -s got.err ] && same_map genuine/map ours/map
    result $? "monmaptool $* is refused: $(grep -v 'for usage' got.err | head -n 1)"
}

# same_error ARGUMENTS...: also the text of the error.
same_error() {
    same "$@"
    cmp -s want.err got.err
    result $? "  and says the same of it: $(tail -n 2 got.err | head -n 1)"
}

fsid=11111111-2222-3333-4444-555555555555
all() {
    same --feature-list map
    same --print map
    same --feature-list parseable --print map
}

same --create map
same --print map
same_error --create map
same --create --clobber map
same --create --clobber --add a 192.0.2.3 --fsid $fsid map
same --add b 192.0.2.1:6789 --print map
same --add c '[2001:db8::1]:6789' map
same --addv d '[v2:192.0.2.9:3300,v1:192.0.2.9:6789]' map
same --addv e 'v1:192.0.2.8:7000/5' --addv f 'v2:[2001:db8::2]:3300/0' map
same --add g 192.0.2.4:3300 map
all
same_error --add a 192.0.2.77 map
same_error --add x 192.0.2.3 map
same_error --addv x v1:192.0.2.3:6789 map
same_error --rm x map
same --rm c map
same --rm a --rm d map
same_error --rm e --rm e map
same --print map
same --add h 192.0.2.30:6789 --rm g map
same --rm h --add h 192.0.2.31:6789 map
all
same --feature-set mimic map
same --feature-set luminous --persistent map
same --feature-set kraken --optional map
same --feature-set 256 map
all
same --feature-unset mimic map
same --feature-unset kraken map
same --feature-unset kraken --optional --feature-list --feature-set nautilus --feature-list parseable map
same --feature-set nothing map
same --feature-set 9223372036854775808 --optional map
same --optional map
same_error --feature-set
same --add i 192.0.2.2:6789 --addv j v1:192.0.2.5:6789 map
all
same --enable-all-features map
same --rm i map
same --addv k v1:192.0.2.1:6790 --rm b --feature-list plain map
same --set-min-mon-release pacific map
same --set-min-mon-release=octopus --print map
refused --set-min-mon-release nothing map
same --fsid 11111111-2222-3333-4444-555555555556 map
all
same --create --clobber --enable-all-features --set-min-mon-release pacific --addv a v1:192.0.2.1:6789 map
all
same --clobber --print map
same_error map
same_error --clobber map
same_error
same_error map map
same_error --print map map
same --bogus map
same --add x 192.0.2.300 map
same --add x 192.0.2.1:70000 map
same --add x nothing map
same --addv x '[v1:192.0.2.1:6789' map
same --addv x nothing map
same_error --rm
same_error --print nothing
same_error --rm a nothing
same --print .
same --create nothing/map
echo nothing >genuine/map && cp genuine/map ours/map
same --print map
same --rm a map
: >genuine/map && : >ours/map
same --print map

cat >conf <<END
[global]
fsid = $fsid
mon_host = [v2:192.0.2.1:3300,v1:192.0.2.1:6789],v1:192.0.2.3:6789 v1:192.0.2.2;v1:[2001:db8::1]:7000
mon_initial_members = a,noname-b, c
END
same -c ../conf --create --clobber --generate map
same -c ../conf --print map
same -c ../conf --set-initial-members --print map
same -c ../conf --create --clobber --generate --set-initial-members --enable-all-features map
same -c ../conf --set-initial-members --add zz 192.0.2.40:6789 --rm a map
all
same --create --clobber --generate -m v1:192.0.2.9 map
refused --create --clobber --generate -m nothing.invalid map
refused --no-such-flag map
refused --fsid nothing map
printf '[mon.b]\nmon addr = v1:192.0.2.2\n[mon.a]\nmon_addr = 192.0.2.1:6789\n' >sections.conf
same -c ../sections.conf --create --clobber --generate map
same --print map
cp /dev/null genuine/map && cp /dev/null ours/map

# What only we know: genuine Ceph prints its type as unknown, keeps it, and hands it back.
rm -f ours/map genuine/map
"$ours" --create --fsid $fsid --addv a '[rdma:192.0.2.1:6789,v1:192.0.2.1:6789]' --add b 'rdma:[2001:db8::1]:6789/7' \
    --enable-all-features rdma >/dev/null
result $? "a map with rdma addresses is made"
"$genuine" --print rdma >want
grep -qxF '0: [???:192.0.2.1:6789/0,v1:192.0.2.1:6789/0] mon.a' want &&
    grep -qxF '1: ???:[2001:db8::1]:6789/7 mon.b' want
result $? "genuine monmaptool reads it"
"$genuine" --add c 192.0.2.3:6789 rdma >/dev/null && "$genuine" --rm c rdma >/dev/null && "$ours" --print rdma >got
grep -qxF '0: [rdma:192.0.2.1:6789/0,v1:192.0.2.1:6789/0] mon.a' got &&
    grep -qxF '1: rdma:[2001:db8::1]:6789/7 mon.b' got
result $? "what genuine monmaptool has changed still has them"

# --add without a type follows ms_type
"$ours" --ms-type rsockets,simple --create --add a 192.0.2.1 --add b v1:192.0.2.2 --print dual >got
grep -qxF '1: [rdma:192.0.2.1:6789/0,v1:192.0.2.1:6789/0] mon.a' got ||
    grep -qxF '0: [rdma:192.0.2.1:6789/0,v1:192.0.2.1:6789/0] mon.a' got
result $? "a monitor gets an address of each type that ms_type names"
"$ours" --contains b dual >got && grep -qxF 'monmaptool: map contains mon.b' got
result $? "--contains finds a monitor"
"$ours" --contains x dual >got
[ $? = 1 ] && grep -qxF 'monmaptool: map does not contain mon.x' got
result $? "and does not find another"
"$ours" --add x 'rdma:192.0.2.1:67x' dual 2>got
[ $? = 255 ] && grep -qF "character 18 ('x')" got
result $? "a misspelt address is pointed at"
cp dual before && "$ours" --add a 192.0.2.9 dual >/dev/null 2>&1
cmp -s before dual
result $? "what fails leaves the file alone"
if [ -e /dev/full ]; then
    "$ours" --create --clobber /dev/full >/dev/null 2>got
    [ $? = 1 ] && grep -qF 'No space left' got
    result $? "a full disk is reported"
fi
echo "1..$n"
