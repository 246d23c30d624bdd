/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op_context: one operation while its steps run: the object as it was, what it will be, and the transaction
 * that makes it so. A step reads the object as it was before the operation, except for existence, size and
 * version, which are those that the steps before it left.
 *
 * Steps return 0, a positive result, or negative errno, which ends the operation (unless the step's flags say
 * otherwise) and drops the transaction. Threads: under the group's lock.
 */
#ifndef CEPH_OSD_OP_CONTEXT_H
#define CEPH_OSD_OP_CONTEXT_H

#include "osd/pg.h"
#include "osd/repop.h"

struct notify;
struct watch_change;

struct op_context {
    struct pg *pg;
    struct op_request *req;
    struct object_context *obc;
    struct repop *repop; /* NULL while nothing is written and the operation does not write */
    struct os_transaction *txn;
    bool exists;
    struct object_info info; /* what it will be; info.size is its size */
    bool modified;           /* a new version is due */
    bool user_modified;      /* which users see */
    bool replaced;           /* removed in this operation: attributes as stored do not count any more */
    struct watch_change *watch_changes; /* see watch_effects_apply() */
    struct notify *notifies;
};

/* The data of the step. */
static inline const struct slice *step_in(const struct osd_op *op)
{
    return &op->in;
}
struct osd *op_osd(const struct op_context *c);
/* Appends e's bytes (which it takes) to what the step gives out. */
int step_give(struct osd_op *op, struct encode *e) MUST_CHECK;
/* Entries with their count before them, as steps give them out. */
struct step_list {
    struct encode e; /* the count, filled in at last, and the entries */
    uint32_t count;
};
void step_list_init(struct step_list *l);
/* A key and a value as blobs; value NULL: the key alone. */
void step_list_add(struct step_list *l, const struct slice *key, const struct slice *value);
/* Fills the count in; encode_error() says whether all of it is there. */
void step_list_finish(struct step_list *l);
/* Gives the list and what was encoded behind it, or, where error is one, frees it and returns error. */
int step_give_list(struct osd_op *op, struct step_list *l, int error) MUST_CHECK;
/* The object is there from now on. */
void op_create_object(struct op_context *c);
/* A name of the user's as it is stored; the caller frees it. -EINVAL, -ENAMETOOLONG. */
int op_attr_name(const struct op_context *c, const uint8_t *name, size_t len, char **out) MUST_CHECK;

/* ---- steps, by file ---- */

/* op_read.c */
int step_read(struct op_context *c, struct osd_op *op);
int step_sparse_read(struct op_context *c, struct osd_op *op);
int step_mapext(struct op_context *c, struct osd_op *op);
int step_stat(struct op_context *c, struct osd_op *op);
int step_checksum(struct op_context *c, struct osd_op *op);
int step_cmpext(struct op_context *c, struct osd_op *op);
int step_assert_ver(struct op_context *c, struct osd_op *op);
int step_list_snaps(struct op_context *c, struct osd_op *op);

/* What of the range is there. */
int op_read_bytes(struct op_context *c, uint64_t offset, uint64_t length, struct bufferlist *out);

/* op_write.c */
int step_write(struct op_context *c, struct osd_op *op);
int step_writefull(struct op_context *c, struct osd_op *op);
int step_append(struct op_context *c, struct osd_op *op);
int step_writesame(struct op_context *c, struct osd_op *op);
int step_zero(struct op_context *c, struct osd_op *op);
int step_truncate(struct op_context *c, struct osd_op *op);
int step_create(struct op_context *c, struct osd_op *op);
int step_delete(struct op_context *c, struct osd_op *op);
int step_setallochint(struct op_context *c, struct osd_op *op);
/* The same for callers within the OSD: classes. */
int op_write_bytes(struct op_context *c, uint64_t offset, const struct slice *data);
int op_write_full(struct op_context *c, const struct slice *data);
int op_delete(struct op_context *c);

/* op_attr.c */
int step_getxattr(struct op_context *c, struct osd_op *op);
int step_getxattrs(struct op_context *c, struct osd_op *op);
int step_cmpxattr(struct op_context *c, struct osd_op *op);
int step_setxattr(struct op_context *c, struct osd_op *op);
int step_rmxattr(struct op_context *c, struct osd_op *op);
int op_getattr(struct op_context *c, const char *name, struct slice *value);
int op_setattr(struct op_context *c, const char *name, const struct slice *value);
int op_rmattr(struct op_context *c, const char *name);
/* Users' attributes, by the names that they have for users. */
int op_each_attr(struct op_context *c, os_visit_pair visit, void *arg);

/* op_omap.c */
int step_omap_get_keys(struct op_context *c, struct osd_op *op);
int step_omap_get_vals(struct op_context *c, struct osd_op *op);
int step_omap_get_header(struct op_context *c, struct osd_op *op);
int step_omap_get_vals_by_keys(struct op_context *c, struct osd_op *op);
int step_omap_cmp(struct op_context *c, struct osd_op *op);
int step_omap_set_vals(struct op_context *c, struct osd_op *op);
int step_omap_set_header(struct op_context *c, struct osd_op *op);
int step_omap_clear(struct op_context *c, struct osd_op *op);
int step_omap_rm_keys(struct op_context *c, struct osd_op *op);
int step_omap_rm_key_range(struct op_context *c, struct osd_op *op);

/* op_list.c */
int step_pgnls(struct op_context *c, struct osd_op *op);

/* op_watch.c */
int step_watch(struct op_context *c, struct osd_op *op);
int step_notify(struct op_context *c, struct osd_op *op);
int step_notify_ack(struct op_context *c, struct osd_op *op);
int step_list_watchers(struct op_context *c, struct osd_op *op);

/* op_copy.c */
int step_copy_get(struct op_context *c, struct osd_op *op);
int step_copy_from(struct op_context *c, struct osd_op *op);

/* class_call.c */
int step_call(struct op_context *c, struct osd_op *op);

#endif
