/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem_pairs: names or keys with values, in order, in memory: attributes, omap, records of a memory store.
 *
 * Owner: what is put in is referenced, or copied where it would hold much more alive. Threads: the caller
 * excludes others; the usage is shared. There are no errors: in the middle of a transaction there is no way
 * back, so a lack of memory ends the program.
 */
#ifndef CEPH_OS_MEM_PAIRS_H
#define CEPH_OS_MEM_PAIRS_H

#include <stdatomic.h>

#include "common/treap.h"
#include "os/object_store.h"

/* What a store holds. */
struct mem_usage {
    atomic_llong bytes, objects;
};

struct mem_pair {
    struct treap_node node;
    struct slice key, value;
};

_Noreturn void mem_no_memory(void);
/* Ends the program unless r is 0. */
void mem_must(int r);
/* A reference to s, or a copy. */
struct slice mem_keep(const struct slice *s);

/* For treap_init(). */
int mem_pair_compare(const void *key, const struct treap_node *n);
void mem_pair_set(struct mem_usage *u, struct treap *t, const struct slice *key, const struct slice *value);
void mem_pair_remove(struct mem_usage *u, struct treap *t, const struct slice *key);
void mem_pairs_clear(struct mem_usage *u, struct treap *t);
void mem_pairs_remove_range(struct mem_usage *u, struct treap *t, const struct slice *first,
                            const struct slice *end);
/* From `from` on, or behind it; until visit gives false. */
void mem_pairs_visit(const struct treap *t, const struct slice *from, bool after, os_visit_pair visit,
                     void *arg);

#endif
