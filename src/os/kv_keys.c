/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/kv_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

void kv_coll_key(struct coll_id id, uint8_t out[static KV_COLL_KEY_LEN])
{
    uint64_t pool = (uint64_t)id.pool ^ (UINT64_C(1) << 63);

    put_be32(out, (uint32_t)(pool >> 32));
    put_be32(out + 4, (uint32_t)pool);
    put_be32(out + 8, id.seed);
}

static void add_bytes(struct kv_key *k, const void *p, size_t n)
{
    memcpy(k->bytes + k->len, p, n);
    k->len += n;
}

static void add_be64(struct kv_key *k, uint64_t v)
{
    uint8_t b[8];

    put_be32(b, (uint32_t)(v >> 32));
    put_be32(b + 4, (uint32_t)v);
    add_bytes(k, b, sizeof(b));
}

int kv_object_key(const struct hobject *o, struct kv_key *k)
{
    const char *first = o->key && o->key[0] ? o->key : o->name;
    uint8_t hash[4];

    if (strlen(o->nspace) > HOBJECT_NAMESPACE_MAX || strlen(first) > HOBJECT_NAME_MAX ||
        strlen(o->name) > HOBJECT_NAME_MAX)
        return -ENAMETOOLONG;
    k->len = 0;
    add_be64(k, (uint64_t)o->pool ^ (UINT64_C(1) << 63));
    put_be32(hash, hobject_reverse_bits(o->hash));
    add_bytes(k, hash, sizeof(hash));
    add_bytes(k, o->nspace, strlen(o->nspace) + 1);
    add_bytes(k, first, strlen(first) + 1);
    add_bytes(k, o->name, strlen(o->name) + 1);
    add_be64(k, o->snap);
    return 0;
}

void kv_number_key(struct kv_key *k, uint64_t number)
{
    k->len = 0;
    add_be64(k, number);
}

void kv_block_key(struct kv_key *k, uint64_t number, uint64_t block)
{
    kv_number_key(k, number);
    add_be64(k, block);
}

struct kv_row_key kv_row_key(const uint8_t *prefix, size_t prefix_len, int kind, const void *name, size_t len)
{
    struct kv_row_key k = {.bytes = malloc(prefix_len + 1 + len)};

    if (!k.bytes)
        return k;
    memcpy(k.bytes, prefix, prefix_len);
    k.len = prefix_len;
    if (kind >= 0)
        k.bytes[k.len++] = (uint8_t)kind;
    if (len)
        memcpy(k.bytes + k.len, name, len);
    k.len += len;
    return k;
}

struct kv_row_key kv_object_row(uint64_t number, int kind, const void *name, size_t len)
{
    struct kv_key k;

    kv_number_key(&k, number);
    return kv_row_key(k.bytes, k.len, kind, name, len);
}
