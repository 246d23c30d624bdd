/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hierarchy for each kind of device becomes one with classes, and rules take the devices that they took.
 * What genuine crushtool makes of such maps: qa/interop/test-crushtool.sh. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "crush/crush_class.h"
#include "crush/crush_compile.h"
#include "crush/crush_edit.h"
#include "crush/crush_mapper.h"
#include "crush/crush_reclassify.h"

static const char kinds[] =
    "device 0 osd.0\ndevice 1 osd.1\ndevice 2 osd.2\ndevice 3 osd.3\n"
    "type 0 osd\ntype 1 host\ntype 2 root\n"
    "host a { id -2 alg straw2 item osd.0 weight 1 item osd.1 weight 2 }\n"
    "root default { id -1 alg straw2 item a weight 3 }\n"
    "host a-ssd { id -5 alg straw2 item osd.2 weight 1 }\n"
    "host b-ssd { id -6 alg straw2 item osd.3 weight 1 }\n"
    "root ssd { id -7 alg straw2 item a-ssd weight 1 item b-ssd weight 1 }\n"
    "rule slow { id 0 type replicated min_size 1 max_size 3 step take default step choose firstn 0 type osd\n"
    "step emit }\n"
    "rule fast { id 1 type replicated min_size 1 max_size 3 step take ssd step choose firstn 0 type osd\n"
    "step emit }\n"
    "choose_args 3 { { bucket_id -2 weight_set [ [ 3 1 ] ] } }\n";

enum { DEVICES = 4, TRIES = 200 };

static void load(struct crush_map *m)
{
    char *err = NULL;

    assert_int_equal(crush_compile(m, kinds, strlen(kinds), "kinds", &err), 0);
}

static void assert_same_places(const struct crush_map *a, const struct crush_map *b)
{
    static const uint32_t in[DEVICES] = {0x10000, 0x10000, 0x10000, 0x10000};

    for (uint32_t rule = 0; rule < 2; rule++)
        for (uint32_t x = 0; x < TRIES; x++) {
            const struct crush_choose_args *args = crush_map_choose_args(a, 3);
            int32_t was[2], is[2];
            int n = crush_map_do_rule(a, rule, x, was, 2, in, DEVICES, args);
            assert_int_equal(crush_map_do_rule(b, rule, x, is, 2, in, DEVICES, crush_map_choose_args(b, 3)),
                             n);
            assert_memory_equal(is, was, (size_t)n * sizeof(*is));
        }
}

static int32_t id_of(const struct crush_map *m, const char *name)
{
    int32_t id;

    assert_true(crush_names_find_id(&m->items, name, &id));
    return id;
}

static void match(struct crush_reclassify *how, const char *name, const char *class, const char *parent)
{
    assert_int_equal(string_map_set(&how->match_classes, name, class), 0);
    assert_int_equal(string_map_set(&how->match_parents, name, parent), 0);
}

static void test_one_hierarchy(void **state UNUSED)
{
    struct crush_reclassify how = {0};
    struct strbuf told = STRBUF_INIT;
    struct crush_map before, after;
    char *err = NULL;

    load(&before);
    load(&after);
    for (int32_t osd = 0; osd < 2; osd++)
        assert_int_equal(crush_class_set(&after, osd, "hdd"), 0);
    assert_int_equal(string_map_set(&how.roots, "default", "hdd"), 0);
    match(&how, "%-ssd", "ssd", "default");
    match(&how, "ssd", "ssd", "default");
    assert_int_equal(crush_reclassify(&after, &how, &told, &err), 0);
    assert_non_null(strstr(strbuf_text(&told), "match %-ssd to b-ssd basename b\n  created base "));

    assert_int_equal(id_of(&after, "default~hdd"), -1);
    assert_int_equal(id_of(&after, "default~ssd"), -7);
    assert_int_equal(id_of(&after, "b~ssd"), -6);
    assert_false(crush_names_find_id(&after.items, "ssd", &(int32_t){0}));
    for (int32_t osd = 0; osd < DEVICES; osd++) {
        assert_true(crush_edit_contains(&after, id_of(&after, "default"), osd));
        assert_string_equal(crush_class_of(&after, osd), osd < 2 ? "hdd" : "ssd");
    }
    assert_int_equal(crush_map_bucket(&after, id_of(&after, "default"))->weight, 5 * CRUSH_WEIGHT_ONE);
    assert_same_places(&before, &after);
    crush_map_destroy(&before);
    crush_map_destroy(&after);
    crush_reclassify_destroy(&how);
    strbuf_destroy(&told);
}

static void refused(const char *root, const char *name, const char *parent)
{
    struct crush_reclassify how = {0};
    struct strbuf told = STRBUF_INIT;
    struct crush_map m;
    char *err = NULL;

    load(&m);
    if (root)
        assert_int_equal(string_map_set(&how.roots, root, "hdd"), 0);
    if (name)
        match(&how, name, "ssd", parent);
    assert_int_equal(crush_reclassify(&m, &how, &told, &err), -EINVAL);
    assert_non_null(err);
    free(err);
    crush_map_destroy(&m);
    crush_reclassify_destroy(&how);
    strbuf_destroy(&told);
}

static void test_refusals(void **state UNUSED)
{
    refused("nothing", NULL, NULL);
    refused("osd.1", NULL, NULL);
    refused(NULL, "%-ssd", "nothing");
    refused(NULL, "%-ssd", "osd.1");
    refused(NULL, "%-ssd", "default"); /* but not the root that they are in */
    refused(NULL, "ssd", "default");   /* but not the hosts in it */
    refused(NULL, "%", "default");     /* of itself */
    refused(NULL, "ssd", "a");         /* a root into a host */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_hierarchy),
        cmocka_unit_test(test_refusals),
    };

    return unit_run("crush_reclassify", tests);
}
