/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_change: an object in a transaction of a kv_object_store: as the steps so far leave it, its data above
 * all.
 *
 * Threads: of the transaction's caller. Errors stick in the transaction.
 */
#ifndef CEPH_OS_KV_CHANGE_H
#define CEPH_OS_KV_CHANGE_H

#include "os/kv_blocks.h"

struct kv_dirty_block;

struct kv_change {
    struct kv_key key;
    struct kv_onode onode;
    bool exists, touched;
    uint64_t cut; /* from this block on nothing of what is stored counts */
    struct kv_dirty_block **blocks;
    unsigned block_count;
};

struct kv_applying {
    struct kv_object_store *s;
    const struct os_transaction *t;
    struct kv_batch batch;
    struct kv_change *changes; /* one for each object of the transaction */
    uint8_t coll[KV_COLL_KEY_LEN];
    int error;
};

/* Makes it if it is not there. */
void kv_change_create(struct kv_applying *a, struct kv_change *c);
/* data NULL: zeroes. */
void kv_change_write(struct kv_applying *a, struct kv_change *c, uint64_t offset, const uint8_t *data,
                     uint64_t len);
/* Everything from this byte on is gone. */
void kv_change_cut(struct kv_applying *a, struct kv_change *c, uint64_t size);
void kv_change_remove(struct kv_applying *a, struct kv_change *c);
/* What the steps have made of the object, into the batch; frees what c holds. */
void kv_change_finish(struct kv_applying *a, struct kv_change *c);

#endif
