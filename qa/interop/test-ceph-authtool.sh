#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our ceph-authtool against genuine Ceph's: each reads what the other wrote, and both do the same. TAP.
# Run it from the top of the build tree. GENUINE_CEPH_AUTHTOOL names the other one.
genuine=${GENUINE_CEPH_AUTHTOOL:-/usr/bin/ceph-authtool}
ours=$(pwd)/src/tools/ceph-authtool
if [ ! -x "$genuine" ] || ! "$genuine" --help 2>&1 | grep -q 'where the options are'; then
    echo "1..0 # SKIP genuine ceph-authtool is not installed"
    exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CEPH_CONF CEPH_ARGS CEPH_KEYRING
umask 022
key=AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzg==
n=0

check() { # DESCRIPTION COMMAND...
    n=$((n + 1))
    what=$1
    shift
    if "$@" >out 2>&1; then
        echo "ok $n - $what"
    else
        head -n 10 out | sed 's/^/# /'
        echo "not ok $n - $what"
    fi
}

# same ARGUMENTS...: on copies of one keyring both give the same status, output (-l, -p) and file.
same() {
    rm -rf a b
    mkdir a b
    cp ring caps other a/ && cp ring caps other b/
    (cd a && "$genuine" "$@" >../want 2>/dev/null)
    wanted=$?
    (cd b && "$ours" "$@" >../got 2>/dev/null)
    got=$?
    sed -i 's/ auth(key=.*//' want # it prints the key that it was given
    check "ceph-authtool $*" test $got = $wanted
    [ $wanted != 0 ] || check "ceph-authtool $*: output and file" eval 'cmp want got && cmp a/ring b/ring'
}

mode() { # FILE MODE
    test "$(stat -c %a "$1")" = "$2"
}

cat >ring <<END
[mon.]
	key = $key
	caps mon = "allow *"
[osd.0]
	key = AQB+ugJrmfE/FRAAK1SIp+dEyU6q8WdB3gohkQ==
[client.admin]
	key = AQAouAJrozEiARAA+Q99+3OE//DHXTkyACLOPQ==
	caps mon = "allow r, allow command \"auth get\" with x=\"y\""
	caps osd = "allow rwx"
END
printf '[osd.1]\n key = AQB+ugJrh8IyNRAAsWgOGhMmsVtQNO3tx45ERg==\n auid = 7\n[client.admin]\n key = %s\n' $key >other
printf 'mon = "allow r"\n' >caps

same ring -l
same -l ring
same ring -p
same ring -p -n osd.0
same ring --print-key --name mon.
same ring -p -n osd.7
same ring -l -p
same ring -n client.new -a $key
same ring -n client.new --add-key $key --cap mon 'allow r' --cap osd 'allow rw pool=x'
same ring -n client.new -a nonsense
same ring -n client.new --cap mon 'allow r'
same ring -n osd.0 --cap osd 'allow *' --cap mon 'allow profile osd'
same ring -n osd.0 --caps caps
same ring -n client.admin --caps caps -l
same ring --caps nothing
same ring --import-keyring other
same ring --import-keyring nothing
same ring -C --import-keyring other
same ring -C
same nothing -l
same caps -l
same ring
same ring -g -a $key
same ring -n nonsense -g
same ring -l extra

check "we make a key" "$ours" -C made -n client.made -g --cap mon 'allow r' --cap osd 'allow rwx'
check "its file is for its owner only" mode made 600
"$ours" made -l >want
check "genuine reads it" eval '"$genuine" made -l >got && cmp want got'
check "genuine adds a key" "$genuine" made -n osd.3 -g
check "we read that" eval '"$ours" made -p -n osd.3 | grep -q "^AQ.*==$" && "$ours" made -l >got && cmp made got'
check "a printed key is taken by genuine" eval '"$genuine" made -n osd.4 -a "$("$ours" --gen-print-key)"'
"$ours" --gen-print-key >first
"$ours" --gen-print-key >second
check "two keys are two" eval '! cmp -s first second'
check "--mode" eval '"$ours" -C open -n client.x -g --mode 0640 && mode open 640'
check "a mode is kept" eval '"$ours" open -n client.y -g && mode open 640'
check "-C is private again" eval '"$ours" open -C && mode open 600'
chmod 644 made
check "a keyring that others can read is warned of" eval '"$ours" made -l 2>&1 >/dev/null | grep -q "made has mode 0644"'
check "and is read" eval '"$ours" made -p -n osd.3 2>/dev/null | grep -q ==$'
printf '[client.a]\nkey = %s\nwhat = 3\n' $key >bad
check "a bad line is named" eval '"$ours" bad -l 2>&1 | grep -q "bad:3: "'
printf '\001\001\0\0\0\010\0\0\0\001\0\0\0a\002\377\377\377\377\377\377\377\377' >binary
echo $key | base64 -d >>binary
printf '\001\0\0\0\003\0\0\0mon\013\0\0\0\007\0\0\0allow r' >>binary
check "the binary form" eval '"$genuine" binary -l >want && "$ours" binary -l >got 2>/dev/null && cmp want got'
echo "1..$n"
