/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timer_heap: deadlines in order, the earliest first; among equal ones the one that was set first. A binary
 * heap that knows where each of them is.
 *
 * Owner: the heap's user, who also keeps the nodes, embedded in what is to happen, alive while they are set.
 * Threads: none of its own; the user's lock or the user's one thread guards it. Times: nanoseconds of any
 * clock. See: src/test/unit/common/test_timer_heap.c.
 */
#ifndef CEPH_COMMON_TIMER_HEAP_H
#define CEPH_COMMON_TIMER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/* All zero: not set. */
struct timer_node {
    uint64_t deadline_ns;
    uint64_t order; /* of setting */
    size_t place;   /* in the heap, from 1; 0: not set */
};

/* All zero: empty. */
struct timer_heap {
    struct timer_node **nodes; /* [1] is the earliest, [0] is unused */
    size_t count, room;
    uint64_t next_order;
};

static inline bool timer_node_is_set(const struct timer_node *n)
{
    return n->place != 0;
}

/* NULL: empty. */
static inline struct timer_node *timer_heap_first(const struct timer_heap *h)
{
    return h->count ? h->nodes[1] : NULL;
}

/* Sets n, or moves it, which cannot fail. -ENOMEM: it is not set. */
int timer_heap_set(struct timer_heap *h, struct timer_node *n, uint64_t deadline_ns) MUST_CHECK;
/* True when it was set. */
bool timer_heap_unset(struct timer_heap *h, struct timer_node *n);
/* Unsets all and frees the heap's memory. */
void timer_heap_destroy(struct timer_heap *h);

#endif
