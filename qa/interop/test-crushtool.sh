#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our crushtool against genuine Ceph's: text and bytes of maps, changes, mappings of a million numbers by random maps.
# TAP. CRUSH_MAPPINGS: how many instead.

# shellcheck source=qa/interop/genuine.sh
. "${srcdir:-.}/qa/interop/genuine.sh"
need_genuine crushtool
# shellcheck disable=SC2034 # for tool-lib.sh
tool=crushtool
# shellcheck source=qa/interop/tool-lib.sh
. "${srcdir:-.}/qa/interop/tool-lib.sh"

# ---- vectors ----

text_both_ways() {
    give "$1" map && agree -d map && give "$tmp/want" map.txt && agree -d map -o text && same_file text &&
        both -c map.txt -o again && [ "$status" = 0 ] && same_file again
}

shown() {
    give "$1" map && agree -i map --tree && agree -i map --dump && agree -i map --dump -f json &&
        agree -i map --show-location 3 && agree -i map --check && agree -i map --check 5
}

tested() {
    give "$1" map &&
        agree -i map --test --show-mappings --max-x 99 --min-x 0 &&
        agree -i map --test --show-statistics --show-bad-mappings --show-choose-tries --num-rep 4 &&
        agree -i map --test --show-utilization --rule 0 --num-rep 2 --weight 1 0.5 --weight 2 0 &&
        agree -i map --test --show-utilization-all --ruleset 1 --max-x 5 &&
        agree -i map --test --show-mappings --x 77 --pool-id 3 --min-rule 0 --max-rule 1
}

maps=0
for map in "${srcdir:-.}"/src/test/vectors/crush/*.bin; do
    name=$(basename "$map" .bin)
    maps=$((maps + 1))
    check "$name: the same text, and the same bytes from it" text_both_ways "$map"
    check "$name: shown the same" shown "$map"
    check "$name: tested the same" tested "$map"
done
check "there were maps to try" [ "$maps" -gt 10 ]

compared() {
    give "${srcdir:-.}/src/test/vectors/crush/straw2_jewel.bin" map &&
        give "${srcdir:-.}/src/test/vectors/crush/straw1_jewel.bin" other &&
        agree -i map --compare other --max-x 300 && agree -i map --compare map --rule 1 --num-rep 3
}
check "maps are compared the same" compared

# ---- what is wrong with a text ----

# bad LINE TEXT...: the lines of a text, of which that one is wrong.
bad() {
    local line=$1

    shift
    printf '%s\n' "$@" >"$tmp/bad.txt"
    give "$tmp/bad.txt" bad.txt && refuse "bad.txt:$line: " -c bad.txt -o none && [ ! -e "$tmp/ours/none" ]
}
head=("device 0 osd.0" "type 0 osd" "type 1 host")
check "an unknown kind of bucket is refused" bad 5 "${head[@]}" "host a {" "  alg straw3" "}"
check "an undefined item is refused" bad 6 "${head[@]}" "host a {" "  alg straw2" "  item osd.1" "}"
check "an undefined type is refused" bad 4 "${head[@]}" "rack a {" "  alg straw2" "  item osd.0" "}"
check "a weight that is too large is refused" bad 6 "${head[@]}" "host a {" "  alg straw2" \
    "  item osd.0 weight 100.1" "}"
check "a place twice is refused" bad 7 "${head[@]}" "host a {" "  alg list" "  item osd.0 pos 0" "  item osd.0 pos 0" "}"
check "a name twice is refused" bad 7 "${head[@]}" "host a {" "  alg list" "}" "host a {" "  alg list" "}"
check "an id twice is refused" bad 8 "${head[@]}" "host a {" "  id -2" "  alg list" "}" "host b {" "  id -2" "  alg list" \
    "}"
check "a text that ends too early is refused" bad 7 "${head[@]}" "host a {" "  alg straw2" ""
check "a rule without a root is refused" bad 12 "${head[@]}" "host a {" "  alg straw2" "}" "rule r {" "  id 0" \
    "  type replicated" "  min_size 1" "  max_size 2" "  step take nothing" "  step emit" "}"
check "buckets in each other are refused" bad 4 "${head[@]}" "host a {" "  alg straw2" "  item b" "}" "host b {" \
    "  alg straw2" "  item a" "}"
check "a tunable that nobody knows is refused" bad 1 "tunable speed 7" "${head[@]}"
check "a number twice in rules is refused" bad 14 "${head[@]}" "host a {" "  alg straw2" "}" "rule r {" "  id 0" \
    "  type replicated" "  min_size 1" "  max_size 2" "  step emit" "}" "rule s {" "  id 0" "  type replicated" \
    "  min_size 1" "  max_size 2" "  step emit" "}"

# Buckets without ids, out of order.
odd_text() {
    cat >"$tmp/odd.txt" <<'END'
type 0 osd # a comment
device 0 osd.0
device 1 osd.1
device 7 osd.7 class ssd
device 11 spare
type 1 host
type 5 root
host h2
{
	id -3
	id -9 class ssd
	alg straw
	item osd.7 weight 1e1 pos 1
	item osd.1 weight .5
}
root r { alg straw2 hash rjenkins1 item h2 item h1 weight 3 }
host h1 { alg list hash 0 item osd.0 item osd.1 weight 2.5 }
rule { ruleset 3 type erasure min_size 2 max_size 9 step take r class ssd step choose indep 0 type osd step emit }
rule two { id 1 type replicated min_size 1 max_size 3 step set_choose_tries 7 step take r
	step chooseleaf firstn -1 type host step emit }
choose_args 18446744073709551615 { { bucket_id -1 weight_set [ [ 1.0 2.25 ] [ 3 4 ] ] ids [ 7 -5 ] } { bucket_id -3 } }
choose_args 4 { }
END
    give "$tmp/odd.txt" odd.txt && both -c odd.txt -o odd && [ "$status$wanted" = 00 ] && same_file odd && agree -d odd &&
        agree -i odd --test --rule 1 --show-mappings
}
check "a text with all that one may leave out" odd_text

# ---- changes ----

# change NAME ARGUMENTS...: done to a map of both, with the same output and the same map.
change() {
    local name=$1

    shift
    check "$name" changed "$@"
}

changed() {
    agree "$@" -o next && same_file next && agree -i next --tree && cp "$tmp/genuine/next" "$tmp/genuine/map" &&
        cp "$tmp/ours/next" "$tmp/ours/map"
}

change "a map is built of layers" --build --num_osds 21 host straw2 2 rack list 3 root straw 0
change "a map is built of uneven uniform layers" --build --num_osds 17 host uniform 3 root uniform 0
change "a map is built with several roots" --build --num_osds 9 host straw2 2 rack straw2 2
change "a map is built for what follows" --build --num_osds 12 host straw2 2 rack straw2 3 root straw2 0
change "tunables" -i map --set-choose-local-tries 1 --set-choose-local-fallback-tries 2 --set-choose-total-tries 30 \
    --set-chooseleaf-descend-once 0 --set-chooseleaf-vary-r 2 --set-chooseleaf-stable 0 --set-straw-calc-version 0 \
    --set-allowed-bucket-algs 62
change "an item is added" -i map --add-item 12 1.5 osd.12 --loc host host9 --loc root root
change "an item is added where there is something" -i map --add-item 13 0.25 osd.13 --loc host host1
change "an item is moved and weighed" -i map --update-item 13 2 osd.13 --loc host host2 --loc rack rack0
change "an item is reweighted" -i map --reweight-item osd.3 3.25
change "a bucket is added" -i map --add-bucket rack7 rack --loc root root
change "a bucket is moved" -i map --move host9 --loc rack rack7
change "a device is moved" -i map --move osd.0 --loc host host9
change "an item is removed" -i map --remove-item osd.5
change "all is reweighted" -i map --reweight
change "a simple rule" -i map --create-simple-rule indep7 root host indep
change "a replicated rule" -i map --create-replicated-rule rep7 root rack
change "a rule is removed" -i map --remove-rule replicated_rule
change "shadow trees are made anew" -i map --rebuild-class-roots
change "devices get classes" -i map --tree --set-subtree-class root hdd --set-subtree-class host2 ssd
change "and shadow trees of them" -i map --rebuild-class-roots
check "the devices of a bucket" agree -i map --bucket-tree --bucket-name rack0 --tree
check "the changed map says the same" agree -d map
check "and maps the same" agree -i map --test --show-mappings --num-rep 3

# ---- a hierarchy for each kind of device becomes one with classes ----

# Rules place data on the same devices as before.
reclassified() {
    agree "$@" -o classes && agree -d classes && agree -i classes --test --show-mappings &&
        agree -i kinds --compare classes && grep -qx 'maps appear equivalent' "$tmp/got"
}
cat >"$tmp/kinds.txt" <<'END'
tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
tunable chooseleaf_descend_once 1
tunable chooseleaf_vary_r 1
tunable chooseleaf_stable 1
device 0 osd.0
device 1 osd.1
device 2 osd.2
device 3 osd.3
device 4 osd.4
device 5 osd.5
type 0 osd
type 1 host
type 2 root
host node1 { id -2 alg straw2 item osd.0 weight 1 item osd.1 weight 2 }
host node2 { id -3 alg straw2 item osd.2 weight 1 }
root default { id -1 alg straw2 item node1 weight 3 item node2 weight 1 }
host node1-ssd { id -5 alg straw2 item osd.3 weight 1 }
host node3-ssd { id -6 alg straw2 item osd.4 weight 1 item osd.5 weight .5 }
root ssd { id -7 alg straw2 item node1-ssd weight 1 item node3-ssd weight 1.5 }
rule slow { id 0 type replicated min_size 1 max_size 3 step take default step chooseleaf firstn 0 type host step emit }
rule fast { id 1 type replicated min_size 1 max_size 3 step take ssd step chooseleaf firstn 0 type host step emit }
END
give "$tmp/kinds.txt" kinds.txt
check "a map with a hierarchy of each kind" agree -c kinds.txt -o kinds
slow=(--set-subtree-class default hdd --reclassify --reclassify-root default hdd)
fast=(--reclassify-bucket %-ssd ssd default --reclassify-bucket ssd ssd default)
check "one hierarchy gets a class" reclassified -i kinds "${slow[@]}"
check "the other becomes part of it" reclassified -i kinds "${slow[@]}" "${fast[@]}"
check "both get classes" reclassified -i kinds "${slow[@]}" --set-subtree-class ssd ssd --reclassify-root ssd ssd
check "classes that a rule takes already" refuse 'class of root default already' -i classes "${slow[@]}" -o next

with_weight_sets() {
    {
        cat "$tmp/kinds.txt"
        echo "choose_args $1 { { bucket_id -1 weight_set [ [ 1.5 .25 ] ] } { bucket_id -2 weight_set [ [ .5 1 ] ] }"
        echo "{ bucket_id -3 weight_set [ [ .25 ] ] } }"
    } >"$tmp/weights.txt"
    give "$tmp/weights.txt" weights.txt && agree -c weights.txt -o kinds && reclassified -i kinds "${slow[@]}"
}
check "weight sets go with their buckets" with_weight_sets 18446744073709551615
check "those of a pool, too" with_weight_sets 3
check "a root to classify that is not there" refuse nothing -i kinds --reclassify --reclassify-root nothing hdd -o next
check "a parent that is not there" refuse nothing -i kinds --reclassify --reclassify-bucket %-ssd ssd nothing -o next
check "what is in a bucket but no shadow" refuse 'node1-ssd is in ssd' -i kinds --reclassify "${fast[@]:4}" -o next
check "classes without --reclassify" refuse 'nothing to do' -i kinds --reclassify-root default hdd -o next
check "a missing class" refuse reclassify-root -i kinds --reclassify --reclassify-root default

check "an item that is not there" refuse nothing -i map --reweight-item nothing 1 -o next
check "a bucket that is not there" refuse nothing -i map --set-subtree-class nothing ssd -o next
# Genuine crushtool says nothing of it, and ends with status 0.
refuse_alone() {
    both -i map "${@:2}"
    [ "$status" = 1 ] && grep -q -- "$1" "$tmp/got.err"
}
check "the devices of nothing" refuse_alone nothing --bucket-tree --bucket-name nothing
check "the devices of no bucket" refuse_alone bucket-name --bucket-tree --tree
check "a rule that is there" refuse rep7 -i map --create-replicated-rule rep7 root rack -o next
check "a root that is not there" refuse nothing -i map --create-simple-rule new nothing host firstn -o next
check "a map that is not there" refuse 'nothing.*No such file' -i nothing --tree
check "a text that is not there" refuse nothing -c nothing
check "what is no map" refuse 'unable to decode' -i odd.txt --tree
check "an unknown flag" refuse bogus -i map --tree --bogus
check "nothing to do" refuse 'nothing to do' -i map
check "two things at once" refuse 'only one' -c odd.txt -d map
check "no output: the map is not written" agree -i map --reweight

# ---- many ----

mkdir "$tmp/random"
check "${CRUSH_MAPPINGS:-1000000} mappings of random maps" python3 "${srcdir:-.}/qa/interop/crush_random.py" \
    "$genuine_bin/crushtool" "$build/src/tools/crushtool" "$tmp/random" "${CRUSH_MAPPINGS:-1000000}"
tap_end
