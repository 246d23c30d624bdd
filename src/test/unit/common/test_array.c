/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that get and lose elements, and where the keys of those in order are found. */
#include "test/unit/unit.h"
#include "common/array.h"

struct pair {
    int32_t key;
    char letter;
};

static const struct pair pairs[] = {{-7, 'a'}, {0, 'b'}, {0, 'c'}, {5, 'd'}, {INT32_MAX, 'e'}};
static const char *const words[] = {"apple", "fig", "pear"};

static size_t place_of(size_t count, int32_t key)
{
    return array_lower_bound(count ? pairs : NULL, count, sizeof(*pairs), &key, array_compare_i32);
}

static char letter_of(size_t count, int32_t key)
{
    const struct pair *p = array_find(count ? pairs : NULL, count, sizeof(*pairs), &key, array_compare_i32);

    return p ? p->letter : '-';
}

static void test_lower_bound(void **state UNUSED)
{
    const size_t all = ARRAY_SIZE(pairs);

    assert_int_equal(place_of(0, 0), 0);
    assert_int_equal(place_of(1, -8), 0);
    assert_int_equal(place_of(1, -6), 1);
    assert_int_equal(place_of(all, INT32_MIN), 0);
    assert_int_equal(place_of(all, -7), 0);
    assert_int_equal(place_of(all, 0), 1); /* the first of equal ones */
    assert_int_equal(place_of(all, 1), 3);
    assert_int_equal(place_of(all, INT32_MAX), all - 1);
    assert_int_equal(place_of(all - 1, INT32_MAX), all - 1); /* behind the last one */
}

static void test_find(void **state UNUSED)
{
    const size_t all = ARRAY_SIZE(pairs);

    assert_int_equal(letter_of(0, 0), '-');
    for (size_t i = 0; i < all; i++)
        assert_int_equal(letter_of(all, pairs[i].key), pairs[i].key ? pairs[i].letter : 'b');
    assert_int_equal(letter_of(all, INT32_MIN), '-');
    assert_int_equal(letter_of(all, 4), '-');
    assert_int_equal(letter_of(all - 1, INT32_MAX), '-');
}

static void test_strings(void **state UNUSED)
{
    const size_t all = ARRAY_SIZE(words);

    assert_ptr_equal(array_find(words, all, sizeof(*words), "fig", array_compare_string), &words[1]);
    assert_null(array_find(words, all, sizeof(*words), "figs", array_compare_string));
    assert_int_equal(array_lower_bound(words, all, sizeof(*words), "figs", array_compare_string), 2);
    assert_int_equal(array_lower_bound(words, all, sizeof(*words), "", array_compare_string), 0);
}

static void test_insert_and_remove(void **state UNUSED)
{
    static const int32_t keys[] = {5, -3, 9, 0};
    int32_t *array = NULL;
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        size_t at = array_lower_bound(array, count, sizeof(*array), &keys[i], array_compare_i32);
        array = array_insert(array, count++, sizeof(*array), at);
        assert_non_null(array);
        assert_int_equal(array[at], 0);
        array[at] = keys[i];
    }
    assert_memory_equal(array, ((const int32_t[]){-3, 0, 5, 9}), 4 * sizeof(*array));
    array_remove(array, count--, sizeof(*array), 0);
    array_remove(array, count--, sizeof(*array), 2);
    assert_memory_equal(array, ((const int32_t[]){0, 5}), 2 * sizeof(*array));
    free(array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lower_bound),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_insert_and_remove),
    };

    return unit_run("array", tests);
}
