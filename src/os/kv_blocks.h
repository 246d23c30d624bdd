/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_blocks: an object's data in a kv_object_store, in blocks, each with its crc32c in front, which is
 * checked when it is read; and the onode that says where it lies.
 *
 * Threads: any. Errors: negative errno; -EIO: damaged, with a line in the log.
 */
#ifndef CEPH_OS_KV_BLOCKS_H
#define CEPH_OS_KV_BLOCKS_H

#include "os/kv_object_store.h"

enum { KV_BLOCK = 16384, KV_CRC_LEN = 4 };

struct kv_onode {
    uint64_t number, size;
};

int kv_onode_get(struct kv_object_store *s, const struct kv_key *k, struct kv_onode *n) MUST_CHECK;
int kv_onode_find(struct kv_object_store *s, const struct hobject *o, struct kv_onode *n) MUST_CHECK;
/* A block's data, which the caller puts: -ENOENT: a hole. */
int kv_block_get(struct kv_object_store *s, uint64_t number, uint64_t block, struct slice *out) MUST_CHECK;

#endif
