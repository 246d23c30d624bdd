/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem_object: an object in memory. Rules as of mem_pairs.h.
 */
#ifndef CEPH_OS_MEM_OBJECT_H
#define CEPH_OS_MEM_OBJECT_H

#include "common/hash_table.h"
#include "os/extents.h"
#include "os/mem_pairs.h"

/* Those of a collection. */
struct mem_objects {
    struct treap ordered;
    struct hash_table by_hash; /* finding one there looks at one or two, in a tree of thousands at a dozen */
};

struct mem_object {
    struct hash_node hash_node;
    struct treap_node node;
    struct hobject name;
    uint64_t size;
    struct extents data;
    struct treap attrs, omap;
    struct slice omap_header;
};

void mem_objects_init(struct mem_objects *objects);
void mem_objects_destroy(struct mem_usage *u, struct mem_objects *objects);
/* One that is in no collection gets into this one, or leaves it. */
void mem_objects_insert(struct mem_objects *objects, struct mem_object *m);
void mem_objects_take(struct mem_objects *objects, struct mem_object *m);

/* NULL: not there. */
struct mem_object *mem_object_find(const struct mem_objects *objects, const struct hobject *o);
/* Made if it is not there. */
struct mem_object *mem_object_make(struct mem_usage *u, struct mem_objects *objects, const struct hobject *o);
/* With all that it has, if it is there. */
void mem_object_remove(struct mem_usage *u, struct mem_objects *objects, const struct hobject *o);
void mem_object_write(struct mem_usage *u, struct mem_object *m, uint64_t offset, const struct slice *data);
void mem_object_zero(struct mem_usage *u, struct mem_object *m, uint64_t offset, uint64_t length);
void mem_object_truncate(struct mem_usage *u, struct mem_object *m, uint64_t size);
/* `to` is replaced. */
void mem_object_clone(struct mem_usage *u, struct mem_objects *objects, const struct mem_object *from,
                      const struct hobject *to);
/* The range that op says, into `to`. */
void mem_object_clone_range(struct mem_usage *u, struct mem_objects *objects, const struct mem_object *from,
                            const struct hobject *to, const struct os_op *op);

#endif
