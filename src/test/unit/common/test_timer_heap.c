/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* timer_heap: against a search through all of them, with deadlines set, moved and unset at random. */
#include <stdlib.h>

#include "common/timer_heap.h"
#include "test/unit/unit.h"

enum { NODES = 200, STEPS = 20000 };

/* The earliest, or the one set first among equals. */
static struct timer_node *search(struct timer_node *nodes)
{
    struct timer_node *first = NULL;

    for (int i = 0; i < NODES; i++) {
        struct timer_node *n = &nodes[i];
        if (timer_node_is_set(n) && (!first || n->deadline_ns < first->deadline_ns ||
                                     (n->deadline_ns == first->deadline_ns && n->order < first->order)))
            first = n;
    }
    return first;
}

static void test_first_is_earliest(void **state UNUSED)
{
    struct timer_node nodes[NODES] = {0};
    struct timer_heap h = {0};
    size_t set = 0;

    srand(1);
    for (int i = 0; i < STEPS; i++) {
        struct timer_node *n = &nodes[rand() % NODES];
        const bool was_set = timer_node_is_set(n);
        if (rand() % 3) {
            assert_int_equal(timer_heap_set(&h, n, (uint64_t)(rand() % 50)), 0);
            assert_true(timer_node_is_set(n));
            set += !was_set;
        } else {
            assert_int_equal(timer_heap_unset(&h, n), was_set);
            assert_false(timer_node_is_set(n));
            set -= was_set;
        }
        assert_int_equal(h.count, set);
        assert_ptr_equal(timer_heap_first(&h), search(nodes));
    }
    timer_heap_destroy(&h);
    for (int i = 0; i < NODES; i++)
        assert_false(timer_node_is_set(&nodes[i]));
}

/* One that is set again for the same time waits behind those that were there. */
static void test_equal_deadlines_in_order(void **state UNUSED)
{
    struct timer_node nodes[NODES] = {0}, *n;
    struct timer_heap h = {0};

    for (int i = 0; i < NODES; i++)
        assert_int_equal(timer_heap_set(&h, &nodes[i], 7), 0);
    assert_int_equal(timer_heap_set(&h, &nodes[0], 7), 0);
    for (int i = 1; i <= NODES; i++) {
        n = timer_heap_first(&h);
        assert_ptr_equal(n, &nodes[i % NODES]);
        assert_true(timer_heap_unset(&h, n));
    }
    assert_null(timer_heap_first(&h));
    timer_heap_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_is_earliest),
        cmocka_unit_test(test_equal_deadlines_in_order),
    };

    return unit_run("timer_heap", tests);
}
