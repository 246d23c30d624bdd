/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of genuine crushtool come out of genuine maps, and the maps out of the texts, byte for byte. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "crush/crush_class.h"
#include "crush/crush_compile.h"
#include "crush/crush_decompile.h"
#include "crush/crush_tree.h"

static const struct {
    const char *name;
    bool exact; /* the text has all digits of the weights */
} vectors[] = {
    {"straw2_jewel", true},  {"straw1_jewel", true},    {"list_jewel", true},      {"tree_jewel", true},
    {"uniform_hosts", true}, {"device-classes", false}, {"edit-sets-after", true},
};

static char *load(const char *format, const char *name, size_t *len)
{
    char file[64];

    snprintf(file, sizeof(file), format, name);
    return (char *)vector_load(file, len);
}

static void test_vectors(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        size_t len, text_len;
        char *bytes = load("crush/%s.bin", vectors[i].name, &len),
             *text = load("crush/%s.txt", vectors[i].name, &text_len);
        char *err = NULL;
        struct strbuf got = STRBUF_INIT;
        struct crush_map m;
        struct encode e;
        struct decode d;

        decode_init(&d, bytes, len);
        assert_int_equal(crush_map_decode(&m, &d), 0);
        assert_int_equal(crush_decompile(&m, &got, &err), 0);
        assert_string_equal(strbuf_text(&got), text);
        crush_map_destroy(&m);

        assert_int_equal(crush_compile(&m, text, text_len, "text", &err), 0);
        encode_init(&e);
        crush_map_encode(&m, &e);
        assert_int_equal(e.len, len);
        if (vectors[i].exact)
            assert_memory_equal(e.data, bytes, len);
        encode_destroy(&e);
        crush_map_destroy(&m);
        strbuf_destroy(&got);
        free(bytes);
        free(text);
    }
}

#define HEAD       "device 0 osd.0\ntype 0 osd\ntype 1 host\n"
#define HOST       "host a {\n alg straw2\n item osd.0\n}\n"
#define RULE(step) "rule r {\n id 0\n type replicated\n min_size 1\n max_size 2\n step " step "\n}\n"

/* Every error names the line and what stands there. */
static void test_errors(void **state UNUSED)
{
    static const struct {
        const char *text, *err;
    } cases[] = {
        {"tunable speed 1\n", "t:1: there is no tunable 'speed'"},
        {"\n# a\n\ntunable choose_local_tries x",
         "t:4: its value, a number from 0 to 2147483647, is expected, not 'x'"},
        {"device -1 osd.0",
         "t:1: the number of a device, a number from 0 to 2147483646, is expected, not '-1'"},
        {"device 0 osd~0", "t:1: the device's name is expected, not 'osd~0'"},
        {HEAD "device 1 osd.0", "t:4: device 'osd.0' is defined twice"},
        {HEAD "host a", "t:4: the text ends where '{' is expected"},
        {HEAD "host a {\n id 1\n}",
         "t:5: the id of a bucket, a number from -1048576 to -1, is expected, not '1'"},
        {HEAD "host a { item osd.0 }", "t:4: 'alg' is expected, not 'item'"},
        {HEAD "host a { alg straw2\n item osd.0 weight -1 }",
         "t:5: a weight (a number below 65536) is expected, not '-1'"},
        {HEAD "host a { alg straw2\n item osd.0 weight 101 }", "t:5: item 'osd.0' may weigh 100 at most"},
        {HEAD "host a { alg list\n item osd.0 pos 1 }", "t:5: item 'osd.0' is at place 1 of a bucket of 1"},
        {HEAD "rack a { alg list }", "t:4: bucket type 'rack' is not defined"},
        {HEAD "device 1 osd.1\nhost a { alg uniform item osd.0 weight 1 item osd.1 weight 2 }",
         "t:5: items of bucket 'a', which is uniform, weigh not all the same"},
        {HEAD HOST RULE("take b"), "t:13: 'b' is not defined"},
        {HEAD HOST RULE("take a class ssd"), "t:13: no device is of class 'ssd'"},
        {HEAD HOST RULE("choose firstn 0 type rack"), "t:13: type 'rack' is not defined"},
        {HEAD HOST RULE("noop"), "t:13: take, choose, chooseleaf, emit or set_... is expected, not 'noop'"},
        {HEAD HOST RULE("emit") HOST, "t:15: a rule, choose_args or the end is expected, not 'host'"},
        {HEAD HOST "choose_args 0 { { bucket_id -1 weight_set [ [ 1 2 ] ] } }",
         "t:8: bucket -1 has 1 items, here are 2"},
        {HEAD HOST "choose_args 0 { { bucket_id -7 } }", "t:8: there is no bucket -7"},
        {HEAD HOST "choose_args 0 { } choose_args 0 { }", "t:8: choose_args of this pool are there twice"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *err = NULL;
        struct crush_map m;

        assert_int_equal(crush_compile(&m, cases[i].text, strlen(cases[i].text), "t", &err), -EINVAL);
        assert_non_null(err);
        assert_string_equal(err, cases[i].err);
        free(err);
    }
}

static void test_shadows(void **state UNUSED)
{
    static const char text[] =
        "device 0 osd.0 class ssd\ndevice 1 osd.1 class hdd\ntype 0 osd\ntype 1 host\n"
        "host a {\n id -5\n id -7 class hdd\n alg straw2\n item osd.0\n item osd.1 weight 2\n}\n"
        "rule r {\n id 0\n type replicated\n min_size 1\n max_size 2\n step take a class hdd\n"
        " step emit\n}\n";
    const struct crush_bucket *b;
    struct crush_tree_node *nodes;
    struct crush_map m;
    char *err = NULL;
    unsigned count;

    assert_int_equal(crush_compile(&m, text, strlen(text), "t", &err), 0);
    assert_int_equal(m.rules[0].steps[0].arg1, -7);
    b = crush_map_bucket(&m, -7);
    assert_non_null(b);
    assert_int_equal(b->size, 1);
    assert_int_equal(b->weight, 0x20000);
    assert_int_equal(crush_class_shadow(&m, -5, crush_class_id(&m, "ssd")), -1);
    assert_int_equal(m.max_devices, 2);

    assert_int_equal(crush_tree_list(&m, false, &nodes, &count), 0);
    assert_int_equal(count, 3);
    assert_int_equal(nodes[0].id, -5);
    assert_int_equal(nodes[1].id, 1); /* hdd before ssd */
    assert_int_equal(nodes[1].place, 1);
    assert_int_equal(nodes[2].id, 0);
    free(nodes);
    crush_map_destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_shadows),
    };
    return unit_run("crush_text", tests);
}
