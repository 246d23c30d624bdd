/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * os_transaction: changes to one collection of an object store that happen all together or not at all, in
 * order.
 *
 * Owner: the caller's storage; init before, destroy after. Data that is put in is referenced, not copied
 * (slices that borrow are copied); objects are borrowed and must stay as long as the transaction. A failed
 * allocation sticks and is told by `error`. It can be encoded, to be sent to another store; a decoded one
 * owns its objects. Threads: none of its own. Pure.
 */
#ifndef CEPH_OS_OS_TRANSACTION_H
#define CEPH_OS_OS_TRANSACTION_H

#include "common/buffer.h"
#include "types/hobject.h"

/* A collection: the objects of one placement group; or one without objects for a daemon's own records. */
struct coll_id {
    int64_t pool;
    uint32_t seed;
};
#define COLL_META ((struct coll_id){.pool = -1})

static inline bool coll_id_equal(struct coll_id a, struct coll_id b)
{
    return a.pool == b.pool && a.seed == b.seed;
}

enum os_op_code {
    OS_OP_TOUCH = 1,       /* object: exists from now on */
    OS_OP_WRITE,           /* object, offset, data */
    OS_OP_ZERO,            /* object, offset, length; grows the object if need be */
    OS_OP_TRUNCATE,        /* object, length: the new size, smaller or larger */
    OS_OP_REMOVE,          /* object with all that it has; fine when there is none */
    OS_OP_SETATTR,         /* object, name, data */
    OS_OP_RMATTR,          /* object, name */
    OS_OP_RMATTRS,         /* object: all of them */
    OS_OP_CLONE,           /* object, to target, which is replaced: data, attributes, omap */
    OS_OP_CLONE_RANGE,     /* object, to target: length bytes from offset to target_offset */
    OS_OP_OMAP_CLEAR,      /* object: keys and header */
    OS_OP_OMAP_SETKEYS,    /* object, data: {u32 count, {blob key, blob value}...} */
    OS_OP_OMAP_RMKEYS,     /* object, data: {u32 count, {blob key}...} */
    OS_OP_OMAP_RMKEYRANGE, /* object, name: first key, data: the key behind the last */
    OS_OP_OMAP_SETHEADER,  /* object, data */
    OS_OP_MKCOLL,          /* length: how many bits of hashes its objects share */
    OS_OP_RMCOLL,          /* with its records; -ENOTEMPTY while it has objects */
    OS_OP_COLL_SETKEY,     /* name, data: a record of the collection itself */
    OS_OP_COLL_RMKEY,      /* name */
    OS_OP_COLL_RMKEYRANGE, /* name: first key, data: the key behind the last */
    OS_OP_SPLIT,           /* target_seed: objects whose lowest `length` hash bits are that go to that new
                              collection; both have so many bits from then on */
    OS_OP_CODE_END
};

#define OS_NO_OBJECT UINT32_MAX

struct os_op {
    uint8_t code;
    uint32_t object, target; /* indexes; OS_NO_OBJECT */
    uint64_t offset, length, target_offset;
    struct slice name, data;
};

struct os_transaction {
    struct coll_id coll;
    const struct hobject **objects;
    unsigned object_count, object_room;
    struct os_op *ops;
    unsigned op_count, op_room;
    int error;
    bool owns_objects;
    struct os_op few_ops[6]; /* what ops points to as long as they suffice */
    const struct hobject *few_objects[2];
};

void os_transaction_init(struct os_transaction *t, struct coll_id coll);
void os_transaction_destroy(struct os_transaction *t);

void os_touch(struct os_transaction *t, const struct hobject *o);
void os_write(struct os_transaction *t, const struct hobject *o, uint64_t offset, const struct slice *data);
void os_zero(struct os_transaction *t, const struct hobject *o, uint64_t offset, uint64_t length);
void os_truncate(struct os_transaction *t, const struct hobject *o, uint64_t size);
void os_remove(struct os_transaction *t, const struct hobject *o);
void os_setattr(struct os_transaction *t, const struct hobject *o, const char *name,
                const struct slice *value);
void os_rmattr(struct os_transaction *t, const struct hobject *o, const char *name);
void os_rmattrs(struct os_transaction *t, const struct hobject *o);
void os_clone(struct os_transaction *t, const struct hobject *from, const struct hobject *to);
void os_clone_range(struct os_transaction *t, const struct hobject *from, const struct hobject *to,
                    uint64_t offset, uint64_t length, uint64_t to_offset);
void os_omap_clear(struct os_transaction *t, const struct hobject *o);
void os_omap_setkeys(struct os_transaction *t, const struct hobject *o, const struct slice *pairs);
void os_omap_rmkeys(struct os_transaction *t, const struct hobject *o, const struct slice *keys);
void os_omap_rmkeyrange(struct os_transaction *t, const struct hobject *o, const struct slice *first,
                        const struct slice *end);
void os_omap_setheader(struct os_transaction *t, const struct hobject *o, const struct slice *header);
void os_mkcoll(struct os_transaction *t, unsigned bits);
void os_rmcoll(struct os_transaction *t);
void os_coll_setkey(struct os_transaction *t, const char *key, const struct slice *value);
void os_coll_rmkey(struct os_transaction *t, const char *key);
void os_coll_rmkeyrange(struct os_transaction *t, const char *first, const char *end);
void os_split(struct os_transaction *t, uint32_t target_seed, unsigned bits);

/* {1,1}: the collection, the objects, the ops. */
void os_transaction_encode(const struct os_transaction *t, struct encode *e);
/* Inits t. parent: what d reads, so that data refers to its buffer. Checks what can be checked without a
 * store. */
void os_transaction_decode(struct os_transaction *t, struct decode *d, const struct slice *parent);

#endif
