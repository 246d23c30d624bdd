/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_object_store: an object store on disk, in one key-value store: a transaction is one batch of it.
 *
 * Tables: C collections; R their records, by collection; O objects, by place (in hobject order) with an onode
 * as the value; D data, A attributes, M omap, each by the object's number, which no other object ever has, so
 * that what is left of a removed one can never be seen; S what the store itself needs: `numbers`, below which
 * all objects' numbers are; `closed`, while the store is closed as it should be.
 *
 * A batch is visible at once and is not synced by its caller: one thread syncs the log for all that came
 * meanwhile, and tells them. Locks: one for the queue of those. Clones and splits are not done yet.
 *
 * This header is for the files of the store only: kv_object_store.c has its life and the commits, kv_apply.c
 * transactions, kv_change.c what they make of an object's data, kv_read.c the reads, kv_verify.c what is
 * looked at when it was not closed.
 */
#ifndef CEPH_OS_KV_OBJECT_STORE_H
#define CEPH_OS_KV_OBJECT_STORE_H

#include <stdatomic.h>

#include "common/list.h"
#include "common/mutex.h"
#include "common/strbuf.h"
#include "common/thread.h"
#include "kv/kv_store.h"
#include "os/kv_keys.h"
#include "os/object_store.h"

enum { KV_ERR_MAX = 256 };

struct os_collection {
    struct coll_id id;
    unsigned bits;
    uint8_t key[KV_COLL_KEY_LEN];
};

struct kv_object_store {
    struct object_store base;
    struct kv_store *kv;
    char *path;
    atomic_ullong next_number;

    struct mutex lock;
    struct cond work, idle;
    struct list queue;         /* lock: struct committing */
    bool stopping, busy;       /* lock */
    int failed;                /* lock: nothing is taken any more */
    uint64_t numbers_reserved; /* lock: on disk */
    struct thread committer;
    bool started;
};

static inline struct kv_object_store *kv_of(struct object_store *s)
{
    return CONTAINER_OF(s, struct kv_object_store, base);
}

/* Nothing is taken any more; why is told when it is the first failure. */
void kv_failed(struct kv_object_store *s, int error, const char *why);

/* All of the transaction in one batch, which is visible then and not on disk. */
int kv_apply(struct kv_object_store *s, const struct os_transaction *t) MUST_CHECK;

/* Puts in order what belongs to nothing, for a store that was not closed, before anything else is done with
 * it; a line of report for each kind. */
int kv_verify(struct kv_object_store *s, struct strbuf *report, char *err, size_t err_size) MUST_CHECK;

/* ---- the reads of object_store_ops ---- */

struct os_collection *kv_collection(struct object_store *base, struct coll_id id);
void kv_put(struct object_store *s, struct os_collection *c);
int kv_collections(struct object_store *base, os_visit_collection visit, void *arg);
int kv_stat(struct object_store *base, struct os_collection *c, const struct hobject *o, uint64_t *size);
int kv_read(struct object_store *base, struct os_collection *c, const struct hobject *o, uint64_t offset,
            uint64_t length, struct bufferlist *out);
int kv_extents(struct object_store *base, struct os_collection *c, const struct hobject *o, uint64_t offset,
               uint64_t length, os_visit_extent visit, void *arg);
int kv_getattr(struct object_store *base, struct os_collection *c, const struct hobject *o, const char *name,
               struct slice *value);
int kv_getattrs(struct object_store *base, struct os_collection *c, const struct hobject *o,
                os_visit_pair visit, void *arg);
int kv_omap_header(struct object_store *base, struct os_collection *c, const struct hobject *o,
                   struct slice *header);
int kv_omap_get(struct object_store *base, struct os_collection *c, const struct hobject *o,
                const struct slice *key, struct slice *value);
int kv_omap_scan(struct object_store *base, struct os_collection *c, const struct hobject *o,
                 const struct slice *from, bool after, os_visit_pair visit, void *arg);
int kv_list(struct object_store *base, struct os_collection *c, const struct hobject *from,
            os_visit_object visit, void *arg);
int kv_coll_getkey(struct object_store *base, struct os_collection *c, const char *key, struct slice *value);
int kv_coll_scan(struct object_store *base, struct os_collection *c, const char *from, os_visit_pair visit,
                 void *arg);

#endif
