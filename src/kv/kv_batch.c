/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kv/kv_batch.h"

#include <errno.h>

void kv_batch_init(struct kv_batch *b)
{
    encode_init(&b->ops);
    b->count = 0;
}

void kv_batch_destroy(struct kv_batch *b)
{
    encode_destroy(&b->ops);
}

void kv_batch_clear(struct kv_batch *b)
{
    kv_batch_destroy(b);
    kv_batch_init(b);
}

static void add(struct kv_batch *b, enum kv_op_kind kind, const char *prefix, const void *key, size_t key_len,
                const void *value, size_t value_len)
{
    encode_u8(&b->ops, (uint8_t)kind);
    encode_string(&b->ops, prefix);
    encode_blob(&b->ops, key, key_len);
    encode_blob(&b->ops, value, value_len);
    b->count++;
}

void kv_batch_put(struct kv_batch *b, const char *prefix, const void *key, size_t key_len, const void *value,
                  size_t value_len)
{
    add(b, KV_PUT, prefix, key, key_len, value, value_len);
}

void kv_batch_delete(struct kv_batch *b, const char *prefix, const void *key, size_t key_len)
{
    add(b, KV_DELETE, prefix, key, key_len, NULL, 0);
}

void kv_batch_delete_range(struct kv_batch *b, const char *prefix, const void *key, size_t key_len,
                           const void *end, size_t end_len)
{
    add(b, KV_DELETE_RANGE, prefix, key, key_len, end, end_len);
}

void kv_batch_append(struct kv_batch *b, const struct kv_batch *other)
{
    encode_bytes(&b->ops, other->ops.data, other->ops.len);
    if (other->ops.error)
        b->ops.error = other->ops.error;
    b->count += other->count;
}

bool kv_op_next(struct decode *d, struct kv_op *op)
{
    uint8_t kind;

    if (decode_error(d) || decode_left(d) == 0)
        return false;
    kind = decode_u8(d);
    op->prefix = decode_blob(d, &op->prefix_len);
    op->key = decode_blob(d, &op->key_len);
    op->value = decode_blob(d, &op->value_len);
    if (kind < KV_PUT || kind > KV_DELETE_RANGE)
        decode_fail(d, -EBADMSG);
    op->kind = (enum kv_op_kind)kind;
    return decode_error(d) == 0;
}
