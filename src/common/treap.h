/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * treap: an intrusive ordered map: a search tree kept in balance by random priorities.
 *
 * Nodes are embedded in what they index and belong to the user. Keys are whatever compare() takes: it gives
 * <0, 0, >0 for key against the node's own key, which must not change while the node is in. Threads: none of
 * its own.
 */
#ifndef CEPH_COMMON_TREAP_H
#define CEPH_COMMON_TREAP_H

#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct treap_node {
    struct treap_node *left, *right;
    uint32_t priority;
};

typedef int (*treap_compare)(const void *key, const struct treap_node *node);

struct treap {
    struct treap_node *root;
    treap_compare compare;
    uint32_t seed; /* of the priorities */
    size_t count;
};

static inline void treap_init(struct treap *t, treap_compare compare)
{
    *t = (struct treap){.compare = compare, .seed = 0x9e3779b9};
}

struct treap_node *treap_find(const struct treap *t, const void *key);
/* The first node that is not below key; the first above it. NULL: none. */
struct treap_node *treap_lower_bound(const struct treap *t, const void *key);
struct treap_node *treap_upper_bound(const struct treap *t, const void *key);
struct treap_node *treap_first(const struct treap *t);
/* key: the node's own, which must not be in yet. */
void treap_insert(struct treap *t, const void *key, struct treap_node *node);
/* Takes the node of that key out; NULL: there is none. */
struct treap_node *treap_remove(struct treap *t, const void *key);

/* node is evaluated once: it may be a call that removes. */
#define treap_entry(node, type, memb)                                         \
    ({                                                                        \
        struct treap_node *treap_entry_node = (node);                         \
        treap_entry_node ? CONTAINER_OF(treap_entry_node, type, memb) : NULL; \
    })

#endif
