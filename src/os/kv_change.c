/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/kv_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"

enum { BLOCKS_ONE_BY_ONE = 256 }; /* an object of 4 MiB */

/* A block that this transaction has written. */
struct kv_dirty_block {
    uint64_t block;
    uint32_t len;
    uint8_t data[KV_CRC_LEN + KV_BLOCK];
};

void kv_change_create(struct kv_applying *a, struct kv_change *c)
{
    c->touched = true;
    if (c->exists)
        return;
    c->exists = true;
    c->onode = (struct kv_onode){.number = atomic_fetch_add(&a->s->next_number, 1)};
    c->cut = 0;
}

static struct kv_dirty_block *find_dirty(const struct kv_change *c, uint64_t block)
{
    for (unsigned i = c->block_count; i-- > 0;) {
        if (c->blocks[i]->block == block)
            return c->blocks[i];
    }
    return NULL;
}

/* The block, to be changed; with what it holds so far unless all of it is replaced. */
static struct kv_dirty_block *dirty(struct kv_applying *a, struct kv_change *c, uint64_t block, bool whole)
{
    struct kv_dirty_block *b = find_dirty(c, block), **more;
    struct slice old;
    int r;

    if (b)
        return b;
    b = calloc(1, sizeof(*b));
    more = realloc(c->blocks, (c->block_count + 1) * sizeof(struct kv_dirty_block *));
    if (more)
        c->blocks = more;
    if (!b || !more) {
        free(b);
        a->error = -ENOMEM;
        return NULL;
    }
    b->block = block;
    more[c->block_count++] = b;
    if (whole || block >= c->cut)
        return b;
    r = kv_block_get(a->s, c->onode.number, block, &old);
    if (r == 0) {
        b->len = (uint32_t)(old.len < KV_BLOCK ? old.len : KV_BLOCK);
        memcpy(b->data + KV_CRC_LEN, old.data, b->len);
        slice_put(&old);
    } else if (r != -ENOENT) {
        a->error = r;
    }
    return b;
}

void kv_change_write(struct kv_applying *a, struct kv_change *c, uint64_t offset, const uint8_t *data,
                     uint64_t len)
{
    while (len && !a->error) {
        uint32_t at = (uint32_t)(offset % KV_BLOCK), n = KV_BLOCK - at;
        struct kv_dirty_block *b;
        if (n > len)
            n = (uint32_t)len;
        b = dirty(a, c, offset / KV_BLOCK, n == KV_BLOCK);
        if (!b)
            return;
        if (data)
            memcpy(b->data + KV_CRC_LEN + at, data, n);
        else
            memset(b->data + KV_CRC_LEN + at, 0, n);
        if (b->len < at + n)
            b->len = at + n;
        offset += n;
        len -= n;
        if (data)
            data += n;
    }
}

/* All blocks of the object from this one on. What lies in them need not be read to delete them, unless they
 * are many. */
static void delete_blocks(struct kv_applying *a, const struct kv_change *c, uint64_t first)
{
    uint64_t end = (c->onode.size + KV_BLOCK - 1) / KV_BLOCK;
    struct kv_key from, to;

    if (end > first + BLOCKS_ONE_BY_ONE) {
        kv_block_key(&from, c->onode.number, first);
        kv_number_key(&to, c->onode.number + 1);
        kv_batch_delete_range(&a->batch, "D", from.bytes, from.len, to.bytes, to.len);
        return;
    }
    for (; first < end; first++) {
        kv_block_key(&from, c->onode.number, first);
        kv_batch_delete(&a->batch, "D", from.bytes, from.len);
    }
}

void kv_change_cut(struct kv_applying *a, struct kv_change *c, uint64_t size)
{
    uint64_t first_gone = (size + KV_BLOCK - 1) / KV_BLOCK;
    unsigned kept = 0;

    if (size % KV_BLOCK) {
        struct kv_dirty_block *b = dirty(a, c, size / KV_BLOCK, false);
        if (b && b->len > size % KV_BLOCK) {
            memset(b->data + KV_CRC_LEN + size % KV_BLOCK, 0, b->len - size % KV_BLOCK);
            b->len = (uint32_t)(size % KV_BLOCK);
        }
    }
    for (unsigned i = 0; i < c->block_count; i++) {
        if (c->blocks[i]->block < first_gone)
            c->blocks[kept++] = c->blocks[i];
        else
            free(c->blocks[i]);
    }
    c->block_count = kept;
    if (first_gone < c->cut)
        c->cut = first_gone;
    delete_blocks(a, c, first_gone);
}

void kv_change_remove(struct kv_applying *a, struct kv_change *c)
{
    static const char *const tables[] = {"A", "M"};
    struct kv_key from, to;

    if (!c->exists)
        return;
    delete_blocks(a, c, 0);
    kv_number_key(&from, c->onode.number);
    kv_number_key(&to, c->onode.number + 1);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        kv_batch_delete_range(&a->batch, tables[i], from.bytes, from.len, to.bytes, to.len);
    for (unsigned i = 0; i < c->block_count; i++)
        free(c->blocks[i]);
    c->block_count = 0;
    c->exists = false;
    c->touched = true;
}

void kv_change_finish(struct kv_applying *a, struct kv_change *c)
{
    struct encode e;
    struct kv_key k;

    for (unsigned i = 0; i < c->block_count; i++) {
        struct kv_dirty_block *b = c->blocks[i];
        put_le32(b->data, crc32c(UINT32_MAX, b->data + KV_CRC_LEN, b->len));
        kv_block_key(&k, c->onode.number, b->block);
        kv_batch_put(&a->batch, "D", k.bytes, k.len, b->data, KV_CRC_LEN + b->len);
        free(b);
    }
    free(c->blocks);
    if (!c->touched)
        return;
    if (!c->exists) {
        kv_batch_delete(&a->batch, "O", c->key.bytes, c->key.len);
        return;
    }
    encode_init(&e);
    encode_u64(&e, c->onode.number);
    encode_u64(&e, c->onode.size);
    hobject_encode(a->t->objects[c - a->changes], &e);
    if (encode_error(&e))
        a->error = encode_error(&e);
    kv_batch_put(&a->batch, "O", c->key.bytes, c->key.len, e.data, e.len);
    encode_destroy(&e);
}
