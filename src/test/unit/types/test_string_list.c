/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "types/string_list.h"

static void check(const struct string_list *l, const char *want)
{
    char *text = string_list_join(l, "|");

    assert_string_equal(text, want);
    free(text);
}

static void test_list(void **state UNUSED)
{
    struct string_list l, copy;

    string_list_init(&l);
    check(&l, "");
    assert_int_equal(string_list_split(&l, " b, a;;c ", ",; "), 0);
    check(&l, "b|a|c");
    assert_true(string_list_contains(&l, "a"));
    assert_false(string_list_contains(&l, ""));
    assert_int_equal(string_list_copy(&copy, &l), 0);
    assert_true(string_list_equal(&l, &copy));
    assert_int_equal(string_list_push(&copy, "a"), 0);
    assert_false(string_list_equal(&l, &copy));
    check(&copy, "b|a|c|a");
    string_list_destroy(&copy);
    string_list_destroy(&l);

    for (int i = 0; i < 100; i++) { /* a set, whatever the order of arrival */
        char text[8];
        snprintf(text, sizeof(text), "%02d", i * 37 % 50);
        assert_int_equal(string_list_insert(&l, text), 0);
    }
    assert_int_equal(l.count, 50);
    for (unsigned i = 1; i < l.count; i++)
        assert_true(strcmp(l.items[i - 1], l.items[i]) < 0);
    string_list_destroy(&l);
}

static void test_map(void **state UNUSED)
{
    struct string_map m, copy;

    string_map_init(&m);
    assert_int_equal(string_map_set(&m, "b", "1"), 0);
    assert_int_equal(string_map_set(&m, "a", "2"), 0);
    assert_int_equal(string_map_set(&m, "c", "3"), 0);
    assert_int_equal(string_map_set(&m, "b", "4"), 0);
    assert_int_equal(m.count, 3);
    assert_string_equal(m.pairs[0].key, "a");
    assert_string_equal(string_map_get(&m, "b"), "4");
    assert_null(string_map_get(&m, "d"));
    assert_int_equal(string_map_copy(&copy, &m), 0);
    assert_true(string_map_equal(&m, &copy));
    assert_int_equal(string_map_set(&copy, "c", "x"), 0);
    assert_false(string_map_equal(&m, &copy));
    string_map_destroy(&copy);
    string_map_destroy(&m);
}

static void test_wire(void **state UNUSED)
{
    static const uint8_t unsorted[] = {2, 0, 0, 0, 1, 0, 0, 0, 'b', 0, 0, 0, 0, 1, 0, 0, 0, 'a', 0, 0, 0, 0};
    struct string_list l, list_back;
    struct string_map m, map_back;
    struct encode e;
    struct decode d;

    string_list_init(&l);
    string_map_init(&m);
    assert_int_equal(string_list_split(&l, "x y z", " "), 0);
    assert_int_equal(string_map_set(&m, "key", "value"), 0);
    encode_init(&e);
    string_list_encode(&l, &e);
    string_map_encode(&m, &e);
    for (size_t cut = 0; cut <= e.len; cut++) {
        decode_init(&d, e.data, cut);
        string_list_decode(&list_back, &d);
        string_map_decode(&map_back, &d);
        assert_int_equal(decode_finish(&d), cut == e.len ? 0 : -EBADMSG);
        if (cut == e.len) {
            assert_true(string_list_equal(&l, &list_back));
            assert_true(string_map_equal(&m, &map_back));
        }
        string_list_destroy(&list_back);
        string_map_destroy(&map_back);
    }
    decode_init(&d, unsorted, sizeof(unsorted));
    string_map_decode(&map_back, &d);
    assert_int_equal(decode_error(&d), -EBADMSG);
    string_map_destroy(&map_back);
    encode_destroy(&e);
    string_list_destroy(&l);
    string_map_destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_wire),
    };
    return unit_run("string_list", tests);
}
