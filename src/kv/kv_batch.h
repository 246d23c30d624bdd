/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_batch: changes to a kv_store that happen all together or not at all, in order.
 *
 * Kept encoded: op after op {u8 op, string prefix, blob key, blob value or end of range}, so that a batch can
 * be stored or sent as it is. Threads: none of its own. Errors: -ENOMEM sticks and is told by
 * kv_batch_error().
 */
#ifndef CEPH_KV_KV_BATCH_H
#define CEPH_KV_KV_BATCH_H

#include <stdint.h>

#include "common/compiler.h"
#include "common/decode.h"
#include "common/encode.h"

enum kv_op_kind {
    KV_PUT = 1,
    KV_DELETE = 2,
    KV_DELETE_RANGE = 3, /* key up to, without, end */
};

struct kv_batch {
    struct encode ops;
    unsigned count;
};

struct kv_op {
    enum kv_op_kind kind;
    const uint8_t *prefix, *key, *value; /* borrowed; value is the end of a range */
    uint32_t prefix_len, key_len, value_len;
};

void kv_batch_init(struct kv_batch *b);
void kv_batch_destroy(struct kv_batch *b);
void kv_batch_clear(struct kv_batch *b);

void kv_batch_put(struct kv_batch *b, const char *prefix, const void *key, size_t key_len, const void *value,
                  size_t value_len);
void kv_batch_delete(struct kv_batch *b, const char *prefix, const void *key, size_t key_len);
/* An empty end (end_len 0) means: to the end of the prefix. Who applies such a batch sees to it that nobody
 * else puts keys of the range at the same time: they may be left. */
void kv_batch_delete_range(struct kv_batch *b, const char *prefix, const void *key, size_t key_len,
                           const void *end, size_t end_len);
/* Appends all of other. */
void kv_batch_append(struct kv_batch *b, const struct kv_batch *other);

static inline int kv_batch_error(const struct kv_batch *b)
{
    return encode_error(&b->ops);
}
static inline size_t kv_batch_bytes(const struct kv_batch *b)
{
    return b->ops.len;
}

/* Walks the ops: d was inited with the bytes. False at the end and on malformed bytes (decode_error()). */
bool kv_op_next(struct decode *d, struct kv_op *op);

#endif
