/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem_object: an object in memory. Rules as of mem_pairs.h.
 */
#ifndef CEPH_OS_MEM_OBJECT_H
#define CEPH_OS_MEM_OBJECT_H

#include "os/extents.h"
#include "os/mem_pairs.h"

struct mem_object {
    struct treap_node node;
    struct hobject name;
    uint64_t size;
    struct extents data;
    struct treap attrs, omap;
    struct slice omap_header;
};

/* For treap_init(). */
int mem_object_compare(const void *key, const struct treap_node *n);
/* In a collection's objects; NULL: not there. */
struct mem_object *mem_object_find(const struct treap *objects, const struct hobject *o);
/* Made if it is not there. */
struct mem_object *mem_object_make(struct mem_usage *u, struct treap *objects, const struct hobject *o);
/* With all that it has, if it is there. */
void mem_object_remove(struct mem_usage *u, struct treap *objects, const struct hobject *o);
void mem_object_write(struct mem_usage *u, struct mem_object *m, uint64_t offset, const struct slice *data);
void mem_object_zero(struct mem_usage *u, struct mem_object *m, uint64_t offset, uint64_t length);
void mem_object_truncate(struct mem_usage *u, struct mem_object *m, uint64_t size);
/* `to` is replaced. */
void mem_object_clone(struct mem_usage *u, struct treap *objects, const struct mem_object *from,
                      const struct hobject *to);
/* The range that op says, into `to`. */
void mem_object_clone_range(struct mem_usage *u, struct treap *objects, const struct mem_object *from,
                            const struct hobject *to, const struct os_op *op);

#endif
