/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement must agree with genuine crushtool in every single mapping, for every kind of bucket and set of
 * tunables. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_hash.h"
#include "crush/crush_mapper.h"
#include "crush/crush_straw.h"
#include "test/unit/unit.h"
#include "test/unit/vector.h"

#define DEVICES 12
#define IN      0x10000u

static void load_map(const char *name, struct crush_map *m)
{
    char file[64];
    struct decode d;
    size_t len;
    uint8_t *bytes;

    snprintf(file, sizeof(file), "crush/%s.bin", name);
    bytes = vector_load(file, &len);
    decode_init(&d, bytes, len);
    assert_int_equal(crush_map_decode(m, &d), 0);
    free(bytes);
}

/* The two sets of weights that the tables were made with. */
static void set_weights(uint32_t weights[DEVICES], const char *set)
{
    for (int i = 0; i < DEVICES; i++)
        weights[i] = IN;
    if (strcmp(set, "all1") == 0)
        return;
    assert_string_equal(set, "4=0.5,7=0,10=0.25");
    weights[4] = IN / 2;
    weights[7] = 0;
    weights[10] = IN / 4;
}

static void print_mapping(const int32_t *result, int n, char *buf, size_t size)
{
    size_t at = (size_t)snprintf(buf, size, "[");

    for (int i = 0; i < n; i++)
        at += (size_t)snprintf(buf + at, size - at, "%s%d", i ? "," : "", result[i]);
    snprintf(buf + at, size - at, "]");
}

static void check_line(const struct crush_map *m, const char *name, const char *line)
{
    char set[32], expected[128], got[128];
    int32_t result[CRUSH_RESULT_MAX];
    uint32_t weights[DEVICES];
    unsigned rule, replicas, x;
    int n;

    assert_int_equal(sscanf(line, "%u %u %31s %u %127s", &rule, &replicas, set, &x, expected), 5);
    set_weights(weights, set);
    n = crush_map_do_rule(m, rule, x, result, replicas, weights, DEVICES, NULL);
    assert_true(n >= 0);
    print_mapping(result, n, got, sizeof(got));
    if (strcmp(got, expected) != 0)
        fail_msg("%s rule %u replicas %u weights %s x %u: %s, crushtool has %s", name, rule, replicas, set, x,
                 got, expected);
}

static void check_table(const char *name)
{
    struct crush_map m;
    char file[64], *text, *rest, *line;
    unsigned lines = 0;
    size_t len;

    load_map(name, &m);
    snprintf(file, sizeof(file), "crush/%s.mappings.tsv", name);
    rest = text = (char *)vector_load(file, &len);
    while ((line = strsep(&rest, "\n"))) {
        if (*line == '#' || !*line)
            continue;
        check_line(&m, name, line);
        lines++;
    }
    assert_true(lines > 1000);
    free(text);
    crush_map_destroy(&m);
}

#define TABLE(name)                              \
    static void test_##name(void **state UNUSED) \
    {                                            \
        check_table(#name);                      \
    }
TABLE(straw2_jewel)
TABLE(straw2_firefly)
TABLE(straw2_bobtail)
TABLE(straw2_argonaut)
TABLE(straw1_jewel)
TABLE(list_jewel)
TABLE(tree_jewel)
TABLE(uniform_hosts)

static void test_bad_maps(void **state UNUSED)
{
    struct crush_map m;
    int32_t result[4];
    uint32_t weights[DEVICES];

    set_weights(weights, "all1");
    load_map("straw2_jewel", &m);
    assert_int_equal(crush_map_do_rule(&m, 99, 1, result, 3, weights, DEVICES, NULL), -ENOENT);
    /* buckets that lead to themselves must not be followed for ever */
    for (uint32_t i = 0; i < m.max_buckets; i++)
        for (uint32_t k = 0; k < m.buckets[i].size; k++)
            m.buckets[i].items[k] = m.buckets[i].id;
    assert_int_equal(crush_map_do_rule(&m, 0, 1, result, 3, weights, DEVICES, NULL), 0);
    assert_int_equal(crush_map_do_rule(&m, 4, 1, result, 3, weights, DEVICES, NULL), 3);
    assert_int_equal(result[0], CRUSH_ITEM_NONE);
    /* nor buckets that are not there, whatever type is asked for */
    for (uint32_t i = 0; i < m.max_buckets; i++)
        for (uint32_t k = 0; k < m.buckets[i].size; k++)
            m.buckets[i].items[k] = -99;
    for (uint32_t i = 0; i < m.rules[0].len; i++)
        m.rules[0].steps[i].arg2 = -1;
    assert_int_equal(crush_map_do_rule(&m, 0, 1, result, 3, weights, DEVICES, NULL), 0);
    crush_map_destroy(&m);
}

/* The straw of the heavy one would be 65537 long: what is beyond 32 bits is lost. */
static void test_straw_that_is_too_long(void **state UNUSED)
{
    const uint32_t weights[] = {1, 0x20001};
    uint32_t lengths[2];

    assert_int_equal(crush_straw_lengths(weights, lengths, 2, 1), 0);
    assert_int_equal(lengths[0], 0x10000);
    assert_int_equal(lengths[1], 0x10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_straw2_jewel),   cmocka_unit_test(test_straw2_firefly),
        cmocka_unit_test(test_straw2_bobtail), cmocka_unit_test(test_straw2_argonaut),
        cmocka_unit_test(test_straw1_jewel),   cmocka_unit_test(test_list_jewel),
        cmocka_unit_test(test_tree_jewel),     cmocka_unit_test(test_uniform_hosts),
        cmocka_unit_test(test_bad_maps),       cmocka_unit_test(test_straw_that_is_too_long),
    };
    return unit_run("crush_mapper", tests);
}
