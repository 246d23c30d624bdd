/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/unit.h"
#include "common/hash_table.h"

enum { ITEMS = 5000, SAME_LOW_BITS = 64 };

struct item {
    struct hash_node node;
    unsigned number;
};

/* Hashes as objects of one placement group have them: alike in the low bits, each twice. */
static uint32_t hash_of(unsigned number)
{
    return number / 2 * SAME_LOW_BITS + 5;
}

static struct item *find(const struct hash_table *t, unsigned number)
{
    struct hash_node *n = hash_table_find(t, hash_of(number));

    for (; n; n = hash_table_find_next(n)) {
        struct item *i = CONTAINER_OF(n, struct item, node);
        assert_int_equal(n->hash, hash_of(number));
        if (i->number == number)
            return i;
    }
    return NULL;
}

static void test_find_and_remove(void **state UNUSED)
{
    static struct item items[ITEMS];
    struct hash_table t;

    hash_table_init(&t);
    assert_null(find(&t, 1));
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].number = i;
        hash_table_insert(&t, hash_of(i), &items[i].node);
        assert_ptr_equal(find(&t, 0), &items[0]);
        assert_null(find(&t, i + 1));
    }
    assert_int_equal(t.count, ITEMS);
    for (unsigned i = 0; i < ITEMS; i += 3)
        hash_table_remove(&t, &items[i].node);
    for (unsigned i = 0; i < ITEMS; i++)
        assert_ptr_equal(find(&t, i), i % 3 ? &items[i] : NULL);
    hash_table_destroy(&t);
}

/* It grows with what it holds, and hashes alike in their low bits are spread. */
static void test_spread(void **state UNUSED)
{
    static struct item items[ITEMS];
    struct hash_table t;
    unsigned longest = 0;

    hash_table_init(&t);
    for (unsigned i = 0; i < ITEMS; i++)
        hash_table_insert(&t, i * SAME_LOW_BITS, &items[i].node);
    for (size_t b = 0; b < (size_t)1 << t.bits; b++) {
        unsigned n = 0;
        for (struct hash_node *p = t.buckets[b]; p; p = p->next)
            n++;
        longest = n > longest ? n : longest;
    }
    assert_true(longest <= 8);
    hash_table_destroy(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_find_and_remove), cmocka_unit_test(test_spread)};

    return unit_run("hash_table", tests);
}
