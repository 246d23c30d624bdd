/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON to the letter as genuine Ceph writes it, and readable by a parser of somebody else's. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/formatter.h"

static void write_sample(struct formatter *f)
{
    formatter_open_object(f, NULL);
    formatter_string(f, "s", "text");
    formatter_open_array(f, "a");
    formatter_int(f, NULL, -1);
    formatter_open_object(f, NULL);
    formatter_bool(f, "b", true);
    formatter_close(f);
    formatter_close(f);
    formatter_open_object(f, "empty");
    formatter_close(f);
    formatter_open_array(f, "none");
    formatter_close(f);
    formatter_null(f, "n");
    formatter_close(f);
}

static void test_layouts(void **state UNUSED)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    write_sample(&f);
    assert_string_equal(formatter_text(&f),
                        "{\"s\":\"text\",\"a\":[-1,{\"b\":true}],\"empty\":{},\"none\":[],\"n\":null}");
    formatter_destroy(&f);
    formatter_init(&f, FORMATTER_JSON_PRETTY);
    write_sample(&f);
    assert_string_equal(formatter_text(&f), "{\n"
                                            "    \"s\": \"text\",\n"
                                            "    \"a\": [\n"
                                            "        -1,\n"
                                            "        {\n"
                                            "            \"b\": true\n"
                                            "        }\n"
                                            "    ],\n"
                                            "    \"empty\": {},\n"
                                            "    \"none\": [],\n"
                                            "    \"n\": null\n"
                                            "}\n");
    formatter_destroy(&f);
}

static void test_numbers(void **state UNUSED)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_array(&f, NULL);
    formatter_uint(&f, NULL, UINT64_MAX);
    formatter_int(&f, NULL, INT64_MIN);
    formatter_double(&f, NULL, 0.2);
    formatter_double(&f, NULL, 15);
    formatter_double(&f, NULL, NAN);
    formatter_double(&f, NULL, -INFINITY);
    formatter_raw(&f, NULL, "%d.%03d", 1, 5);
    formatter_close(&f);
    assert_string_equal(formatter_text(&f),
                        "[18446744073709551615,-9223372036854775808,0.20000000000000001,15,null,"
                        "null,1.005]");
    formatter_destroy(&f);
}

static void test_any_bytes_come_back(void **state UNUSED)
{
    char bytes[256];
    struct formatter f;
    json_error_t error;
    json_t *v;

    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    formatter_init(&f, FORMATTER_JSON_PRETTY);
    formatter_open_object(&f, NULL);
    formatter_stringn(&f, "all", bytes, 256);
    formatter_printf(&f, "a \"name\"\n", "%s", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    formatter_string(&f, "cut", "\xe2\x82");
    formatter_string(&f, "quoted", "a\"b\\c/d\te");
    formatter_close(&f);
    assert_non_null(strstr(formatter_text(&f), "\"a\\\"b\\\\c/d\\te\""));
    v = json_loads(formatter_text(&f), JSON_ALLOW_NUL, &error);
    assert_non_null(v);
    /* 128 as they are, the others each as the three bytes of U+FFFD */
    assert_int_equal(json_string_length(json_object_get(v, "all")), 128 + 3 * 128);
    assert_memory_equal(json_string_value(json_object_get(v, "all")), bytes, 128);
    assert_string_equal(json_string_value(json_object_get(v, "a \"name\"\n")),
                        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_string_equal(json_string_value(json_object_get(v, "cut")), "\xef\xbf\xbd\xef\xbf\xbd");
    json_decref(v);
    formatter_destroy(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_any_bytes_come_back),
    };
    return unit_run("formatter", tests);
}
