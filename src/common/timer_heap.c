/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/timer_heap.h"

#include <errno.h>
#include <stdlib.h>

static bool earlier(const struct timer_node *a, const struct timer_node *b)
{
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->order < b->order;
}

static void put(struct timer_heap *h, struct timer_node *n, size_t place)
{
    h->nodes[place] = n;
    n->place = place;
}

static void sift_up(struct timer_heap *h, struct timer_node *n)
{
    size_t place = n->place;

    for (; place > 1 && earlier(n, h->nodes[place / 2]); place /= 2)
        put(h, h->nodes[place / 2], place);
    put(h, n, place);
}

static void sift_down(struct timer_heap *h, struct timer_node *n)
{
    size_t place = n->place;

    for (size_t child; (child = 2 * place) <= h->count; place = child) {
        if (child < h->count && earlier(h->nodes[child + 1], h->nodes[child]))
            child++;
        if (!earlier(h->nodes[child], n))
            break;
        put(h, h->nodes[child], place);
    }
    put(h, n, place);
}

/* n has another deadline, or another place, than before. */
static void reorder(struct timer_heap *h, struct timer_node *n)
{
    sift_up(h, n);
    sift_down(h, n);
}

static int make_room(struct timer_heap *h)
{
    size_t room = h->room ? 2 * h->room : 16;
    struct timer_node **grown;

    if (h->count + 1 < h->room)
        return 0;
    grown = realloc(h->nodes, room * sizeof(struct timer_node *));
    if (!grown)
        return -ENOMEM;
    h->nodes = grown;
    h->room = room;
    return 0;
}

int timer_heap_set(struct timer_heap *h, struct timer_node *n, uint64_t deadline_ns)
{
    if (!n->place) {
        if (make_room(h))
            return -ENOMEM;
        put(h, n, ++h->count);
    }
    n->deadline_ns = deadline_ns;
    n->order = h->next_order++;
    reorder(h, n);
    return 0;
}

bool timer_heap_unset(struct timer_heap *h, struct timer_node *n)
{
    size_t place = n->place;
    struct timer_node *last;

    if (!place)
        return false;
    last = h->nodes[h->count--];
    if (last != n) {
        put(h, last, place);
        reorder(h, last);
    }
    n->place = 0;
    return true;
}

void timer_heap_destroy(struct timer_heap *h)
{
    for (size_t i = 1; i <= h->count; i++)
        h->nodes[i]->place = 0;
    free(h->nodes);
    *h = (struct timer_heap){0};
}
