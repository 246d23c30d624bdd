/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_context: what an OSD holds in memory about an object in use: its info, the writes that are not
 * committed yet, who waits for those, who watches it.
 *
 * Reads wait until the object's writes are committed, so that nobody sees what a crash could take back;
 * writes that read nothing do not wait. Owner: counted, by the placement group's lock, under which everything
 * here is; a few that nobody uses are kept. Errors: negative errno.
 */
#ifndef CEPH_OSD_OBJECT_CONTEXT_H
#define CEPH_OSD_OBJECT_CONTEXT_H

#include "common/hash_table.h"
#include "common/list.h"
#include "os/object_store.h"
#include "osd/object_info.h"
#include "types/hobject.h"

struct object_context {
    struct hash_node node;
    struct list unused_link; /* linked while refs is 0 */
    unsigned refs;
    struct hobject name;
    bool exists;
    struct object_info info;
    unsigned writes;     /* not committed */
    bool copying;        /* what a write copies here is on its way: see copy_from */
    struct list waiting; /* struct pg_work */
    struct list watches; /* struct watch */
};

struct object_contexts {
    struct hash_table all;
    struct list unused; /* the longest unused first */
    unsigned unused_count, keep;
};

void object_contexts_init(struct object_contexts *c, unsigned keep);
/* When the group ends and nobody uses any. */
void object_contexts_destroy(struct object_contexts *c);

/* With a reference. -EIO: the stored info is damaged. */
int object_context_get(struct object_contexts *c, struct object_store *s, struct os_collection *coll,
                       const struct hobject *name, struct object_context **out) MUST_CHECK;
/* The one that is in memory, without a reference; NULL: none. */
struct object_context *object_context_peek(struct object_contexts *c, const struct hobject *name);
static inline void object_context_ref(struct object_context *o)
{
    o->refs++;
}
void object_context_put(struct object_contexts *c, struct object_context *o);

#endif
