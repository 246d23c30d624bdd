/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read from a kv_object_store. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "os/extents.h"
#include "os/kv_blocks.h"

struct os_collection *kv_collection(struct object_store *base, struct coll_id id)
{
    struct os_collection *c = calloc(1, sizeof(*c));
    struct slice bits;

    if (!c)
        return NULL;
    c->id = id;
    kv_coll_key(id, c->key);
    if (kv_store_get(kv_of(base)->kv, "C", c->key, sizeof(c->key), &bits)) {
        free(c);
        return NULL;
    }
    c->bits = bits.len >= 4 ? get_le32(bits.data) : 0;
    slice_put(&bits);
    return c;
}

void kv_put(struct object_store *s UNUSED, struct os_collection *c)
{
    free(c);
}

int kv_collections(struct object_store *base, os_visit_collection visit, void *arg)
{
    struct kv_iter *it = kv_store_iterate(kv_of(base)->kv, "C");
    size_t key_len, len;
    int r;

    if (!it)
        return -ENOMEM;
    for (bool more = kv_iter_seek(it, NULL, 0); more; more = kv_iter_next(it)) {
        const uint8_t *key = kv_iter_key(it, &key_len), *value = kv_iter_value(it, &len);
        uint64_t pool;
        if (key_len != KV_COLL_KEY_LEN || len < 4)
            continue;
        pool = ((uint64_t)get_be32(key) << 32 | get_be32(key + 4)) ^ (UINT64_C(1) << 63);
        visit(arg, (struct coll_id){(int64_t)pool, get_be32(key + 8)}, get_le32(value));
    }
    r = kv_iter_error(it);
    kv_iter_close(it);
    return r;
}

int kv_stat(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
            uint64_t *size)
{
    struct kv_onode n;
    int r = kv_onode_find(kv_of(base), o, &n);

    if (r == 0)
        *size = n.size;
    return r;
}

int kv_read(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
            uint64_t offset, uint64_t length, struct bufferlist *out)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_onode n;
    int r = kv_onode_find(s, o, &n);

    if (r)
        return r;
    if (offset >= n.size)
        return 0;
    if (length > n.size - offset)
        length = n.size - offset;
    while (length && r == 0) {
        uint64_t at = offset % KV_BLOCK, want = KV_BLOCK - at < length ? KV_BLOCK - at : length, have = 0;
        struct slice b;
        r = kv_block_get(s, n.number, offset / KV_BLOCK, &b);
        if (r == 0) {
            have = b.len > at ? b.len - at : 0;
            have = have < want ? have : want;
            r = bufferlist_append(out, slice_part(&b, at, have));
            slice_put(&b);
        } else if (r == -ENOENT) {
            r = 0;
        }
        if (r == 0 && have < want)
            r = bufferlist_append_zeroes(out, want - have);
        offset += want;
        length -= want;
    }
    return r;
}

int kv_extents(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
               uint64_t offset, uint64_t length, os_visit_extent visit, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    uint64_t end, start = 0, stop = 0;
    struct kv_onode n;
    struct slice b;
    int r = kv_onode_find(s, o, &n);

    if (r || offset >= n.size)
        return r;
    end = length > n.size - offset ? n.size : offset + length;
    for (uint64_t k = offset / KV_BLOCK; k * KV_BLOCK < end; k++) {
        uint64_t from = k * KV_BLOCK > offset ? k * KV_BLOCK : offset;
        r = kv_block_get(s, n.number, k, &b);
        if (r && r != -ENOENT)
            return r;
        if (r)
            continue;
        if (stop != from) {
            if (stop > start)
                visit(arg, start, stop - start);
            start = from;
        }
        stop = k * KV_BLOCK + b.len < end ? k * KV_BLOCK + b.len : end;
        if (stop < start)
            stop = start;
        slice_put(&b);
    }
    if (stop > start)
        visit(arg, start, stop - start);
    return 0;
}

static int get_row(struct kv_object_store *s, const char *table, struct kv_row_key k, struct slice *value)
{
    int r = k.bytes ? kv_store_get(s->kv, table, k.bytes, k.len, value) : -ENOMEM;

    free(k.bytes);
    return r;
}

/* Rows with this beginning, from `from` on; keys are shown without the beginning. */
static int scan_rows(struct kv_object_store *s, const char *table, struct kv_row_key prefix,
                     struct kv_row_key from, bool after, os_visit_pair visit, void *arg)
{
    struct kv_iter *it = prefix.bytes && from.bytes ? kv_store_iterate(s->kv, table) : NULL;
    int r = it ? 0 : -ENOMEM;

    for (bool more = it && kv_iter_seek(it, from.bytes, from.len); more; more = kv_iter_next(it)) {
        struct slice key = {0}, value = {0};
        key.data = kv_iter_key(it, &key.len);
        value.data = kv_iter_value(it, &value.len);
        if (key.len < prefix.len || memcmp(key.data, prefix.bytes, prefix.len) != 0)
            break;
        if (after && key.len == from.len && memcmp(key.data, from.bytes, from.len) == 0)
            continue;
        key.data += prefix.len;
        key.len -= prefix.len;
        if (!visit(arg, &key, &value))
            break;
    }
    if (it)
        r = kv_iter_error(it);
    kv_iter_close(it);
    free(prefix.bytes);
    free(from.bytes);
    return r;
}

int kv_getattr(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
               const char *name, struct slice *value)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_onode n;
    int r = kv_onode_find(s, o, &n);

    if (r)
        return r;
    r = get_row(s, "A", kv_object_row(n.number, -1, name, strlen(name)), value);
    return r == -ENOENT ? -ENODATA : r;
}

int kv_getattrs(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                os_visit_pair visit, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_onode n;
    int r = kv_onode_find(s, o, &n);

    return r ? r
             : scan_rows(s, "A", kv_object_row(n.number, -1, NULL, 0), kv_object_row(n.number, -1, NULL, 0),
                         false, visit, arg);
}

int kv_omap_header(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                   struct slice *header)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_onode n;
    int r = kv_onode_find(s, o, &n);

    if (r)
        return r;
    *header = (struct slice){0};
    r = get_row(s, "M", kv_object_row(n.number, OMAP_HEADER, NULL, 0), header);
    return r == -ENOENT ? 0 : r;
}

int kv_omap_get(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                const struct slice *key, struct slice *value)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_onode n;
    int r = kv_onode_find(s, o, &n);

    if (r)
        return r;
    r = get_row(s, "M", kv_object_row(n.number, OMAP_KEY, key->data, key->len), value);
    return r == -ENOENT ? -ENODATA : r;
}

int kv_omap_scan(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                 const struct slice *from, bool after, os_visit_pair visit, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_onode n;
    int r = kv_onode_find(s, o, &n);

    return r ? r
             : scan_rows(s, "M", kv_object_row(n.number, OMAP_KEY, NULL, 0),
                         kv_object_row(n.number, OMAP_KEY, from->data, from->len), after, visit, arg);
}

static bool in_collection(const struct os_collection *c, const struct hobject *o)
{
    uint32_t mask = c->bits >= 32 ? UINT32_MAX : (1u << c->bits) - 1;

    return o->pool == c->id.pool && (o->hash & mask) == c->id.seed;
}

/* A collection's objects lie together: they share the first bits of the reversed hash. */
static int list_start(const struct os_collection *c, const struct hobject *from, struct kv_key *k)
{
    struct hobject first = {.key = "", .name = "", .nspace = "", .pool = c->id.pool, .hash = c->id.seed};

    if (from->max)
        return -ENOENT;
    if (hobject_compare(from, &first) < 0)
        from = &first;
    return kv_object_key(from, k);
}

int kv_list(struct object_store *base, struct os_collection *c, const struct hobject *from,
            os_visit_object visit, void *arg)
{
    struct kv_iter *it;
    struct kv_key k;
    int r = list_start(c, from, &k);

    if (r)
        return r == -ENOENT ? 0 : r;
    it = kv_store_iterate(kv_of(base)->kv, "O");
    if (!it)
        return -ENOMEM;
    for (bool more = kv_iter_seek(it, k.bytes, k.len); more && r == 0; more = kv_iter_next(it)) {
        struct hobject o;
        struct decode d;
        size_t len;
        bool go_on = true;
        const uint8_t *value = kv_iter_value(it, &len);
        decode_init(&d, value, len);
        (void)decode_take(&d, 16);
        hobject_decode(&o, &d);
        if (decode_error(&d))
            r = -EIO;
        else
            go_on = in_collection(c, &o) && visit(arg, &o);
        hobject_destroy(&o);
        if (!go_on)
            break;
    }
    if (r == 0)
        r = kv_iter_error(it);
    kv_iter_close(it);
    return r;
}

int kv_coll_getkey(struct object_store *base, struct os_collection *c, const char *key, struct slice *value)
{
    return get_row(kv_of(base), "R", kv_row_key(c->key, sizeof(c->key), 0, key, strlen(key)), value);
}

int kv_coll_scan(struct object_store *base, struct os_collection *c, const char *from, os_visit_pair visit,
                 void *arg)
{
    return scan_rows(kv_of(base), "R", kv_row_key(c->key, sizeof(c->key), 0, NULL, 0),
                     kv_row_key(c->key, sizeof(c->key), 0, from, strlen(from)), false, visit, arg);
}
