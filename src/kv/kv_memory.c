/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_memory: a kv_store in a sorted array. Lookups are binary searches; an insertion moves the entries behind
 * it, which is fine for the sizes of tests. An iterator holds references to the values it will show.
 */
#include "kv/kv_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/bytes.h"
#include "common/mutex.h"

struct entry {
    struct buffer *key; /* prefix, NUL, key */
    struct buffer *value;
};

struct kv_memory {
    struct kv_store base;
    struct mutex lock;
    struct entry *entries; /* lock; sorted by key */
    size_t count, room;    /* lock */
};

struct kv_memory_iter {
    struct kv_iter base;
    struct entry *entries; /* references of its own */
    size_t count, at;      /* at is one above the index of the present entry; 0: before the first */
    size_t prefix_len;     /* with the NUL */
};

/* prefix, NUL, key */
static struct buffer *full_key(const void *prefix, size_t prefix_len, const void *key, size_t key_len)
{
    struct buffer *b = buffer_create(prefix_len + 1 + key_len);

    if (!b)
        return NULL;
    memcpy(b->data, prefix, prefix_len);
    b->data[prefix_len] = 0;
    if (key_len)
        memcpy(b->data + prefix_len + 1, key, key_len);
    return b;
}

struct sought_key {
    const uint8_t *key;
    size_t len;
    size_t skip; /* bytes at the beginning of entries' keys that key has not */
};

static int compare_entry(const void *entry, const void *key)
{
    const struct buffer *k = ((const struct entry *)entry)->key;
    const struct sought_key *s = key;

    return bytes_compare(k->data + s->skip, k->size - s->skip, s->key, s->len);
}

/* The index of the first entry that is not below key. */
static size_t lower_bound(const struct entry *entries, size_t count, const uint8_t *key, size_t key_len)
{
    const struct sought_key sought = {key, key_len, 0};

    return array_lower_bound(entries, count, sizeof(*entries), &sought, compare_entry);
}

static bool is_at(const struct kv_memory *s, size_t i, const struct buffer *key)
{
    return i < s->count &&
           bytes_compare(s->entries[i].key->data, s->entries[i].key->size, key->data, key->size) == 0;
}

static void entries_free(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_put(entries[i].key);
        buffer_put(entries[i].value);
    }
    free(entries);
}

static int memory_open(const char *path UNUSED, unsigned flags UNUSED, struct kv_store **out, char *err,
                       size_t err_size)
{
    struct kv_memory *s = calloc(1, sizeof(*s));

    if (!s) {
        snprintf(err, err_size, "no memory for a store");
        return -ENOMEM;
    }
    mutex_init(&s->lock, "kv_memory", LOCK_RANK_KV);
    *out = &s->base;
    return 0;
}

static void memory_close(struct kv_store *base)
{
    struct kv_memory *s = CONTAINER_OF(base, struct kv_memory, base);

    entries_free(s->entries, s->count);
    mutex_destroy(&s->lock);
    free(s);
}

static int memory_get(struct kv_store *base, const char *prefix, const void *key, size_t key_len,
                      struct slice *value)
{
    struct kv_memory *s = CONTAINER_OF(base, struct kv_memory, base);
    struct buffer *k = full_key(prefix, strlen(prefix), key, key_len);
    int r = -ENOENT;

    if (!k)
        return -ENOMEM;
    mutex_lock(&s->lock);
    size_t i = lower_bound(s->entries, s->count, k->data, k->size);
    if (is_at(s, i, k)) {
        *value = slice_of(buffer_get(s->entries[i].value));
        r = 0;
    }
    mutex_unlock(&s->lock);
    buffer_put(k);
    return r;
}

static int put(struct kv_memory *s, const struct kv_op *op)
{
    struct buffer *k = full_key(op->prefix, op->prefix_len, op->key, op->key_len);
    struct buffer *v = buffer_create_copy(op->value, op->value_len);
    size_t i;

    if (!k || !v)
        goto fail;
    i = lower_bound(s->entries, s->count, k->data, k->size);
    if (is_at(s, i, k)) {
        buffer_put(s->entries[i].value);
        s->entries[i].value = v;
        buffer_put(k);
        return 0;
    }
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 64;
        struct entry *bigger = reallocarray(s->entries, room, sizeof(*bigger));
        if (!bigger)
            goto fail;
        s->entries = bigger;
        s->room = room;
    }
    memmove(&s->entries[i + 1], &s->entries[i], (s->count - i) * sizeof(*s->entries));
    s->entries[i] = (struct entry){k, v};
    s->count++;
    return 0;
fail:
    buffer_put(k);
    buffer_put(v);
    return -ENOMEM;
}

static int delete_range(struct kv_memory *s, const struct kv_op *op)
{
    struct buffer *from = full_key(op->prefix, op->prefix_len, op->key, op->key_len);
    struct buffer *to = full_key(op->prefix, op->prefix_len, op->value, op->value_len);
    size_t first, last;

    if (!from || !to) {
        buffer_put(from);
        buffer_put(to);
        return -ENOMEM;
    }
    first = lower_bound(s->entries, s->count, from->data, from->size);
    if (op->kind == KV_DELETE) {
        last = is_at(s, first, from) ? first + 1 : first;
    } else {
        if (op->value_len == 0)
            to->data[op->prefix_len] = 1; /* the first key behind the prefix */
        last = lower_bound(s->entries, s->count, to->data, to->size);
    }
    for (size_t i = first; i < last; i++) {
        buffer_put(s->entries[i].key);
        buffer_put(s->entries[i].value);
    }
    if (last > first) {
        memmove(&s->entries[first], &s->entries[last], (s->count - last) * sizeof(*s->entries));
        s->count -= last - first;
    }
    buffer_put(from);
    buffer_put(to);
    return 0;
}

static int memory_apply(struct kv_store *base, const struct kv_batch *b, bool sync UNUSED, char *err,
                        size_t err_size)
{
    struct kv_memory *s = CONTAINER_OF(base, struct kv_memory, base);
    struct decode d;
    struct kv_op op;
    int r = 0;

    decode_init(&d, b->ops.data, b->ops.len);
    mutex_lock(&s->lock);
    while (r == 0 && kv_op_next(&d, &op))
        r = op.kind == KV_PUT ? put(s, &op) : delete_range(s, &op);
    mutex_unlock(&s->lock);
    if (r == 0)
        r = decode_error(&d);
    if (r)
        snprintf(err, err_size, "memory store: %s", strerror(-r));
    return r;
}

static bool iter_seek(struct kv_iter *base, const void *key, size_t key_len)
{
    struct kv_memory_iter *it = CONTAINER_OF(base, struct kv_memory_iter, base);
    const struct sought_key sought = {key, key_len, it->prefix_len};
    size_t at = array_lower_bound(it->entries, it->count, sizeof(*it->entries), &sought, compare_entry);

    it->at = at + 1;
    return at < it->count;
}

static bool iter_next(struct kv_iter *base)
{
    struct kv_memory_iter *it = CONTAINER_OF(base, struct kv_memory_iter, base);

    if (it->at <= it->count)
        it->at++;
    return it->at <= it->count;
}

static const uint8_t *iter_key(const struct kv_iter *base, size_t *len)
{
    const struct kv_memory_iter *it = CONTAINER_OF(base, const struct kv_memory_iter, base);
    const struct buffer *k = it->entries[it->at - 1].key;

    *len = k->size - it->prefix_len;
    return k->data + it->prefix_len;
}

static const uint8_t *iter_value(const struct kv_iter *base, size_t *len)
{
    const struct kv_memory_iter *it = CONTAINER_OF(base, const struct kv_memory_iter, base);

    *len = it->entries[it->at - 1].value->size;
    return it->entries[it->at - 1].value->data;
}

static int iter_error(const struct kv_iter *base UNUSED)
{
    return 0;
}

static void iter_close(struct kv_iter *base)
{
    struct kv_memory_iter *it = CONTAINER_OF(base, struct kv_memory_iter, base);

    entries_free(it->entries, it->count);
    free(it);
}

static const struct kv_iter_ops iter_ops = {
    .seek = iter_seek,
    .next = iter_next,
    .key = iter_key,
    .value = iter_value,
    .error = iter_error,
    .close = iter_close,
};

static struct kv_iter *memory_iterate(struct kv_store *base, const char *prefix)
{
    struct kv_memory *s = CONTAINER_OF(base, struct kv_memory, base);
    struct kv_memory_iter *it = calloc(1, sizeof(*it));
    struct buffer *from = full_key(prefix, strlen(prefix), NULL, 0);
    struct buffer *to = full_key(prefix, strlen(prefix), NULL, 0);
    size_t first, count;

    if (!it || !from || !to)
        goto fail;
    it->base.ops = &iter_ops;
    it->prefix_len = from->size;
    to->data[to->size - 1] = 1;
    mutex_lock(&s->lock);
    first = lower_bound(s->entries, s->count, from->data, from->size);
    count = lower_bound(s->entries, s->count, to->data, to->size) - first;
    it->entries = count ? calloc(count, sizeof(*it->entries)) : NULL;
    if (it->entries || !count) {
        for (size_t i = 0; i < count; i++) {
            it->entries[i].key = buffer_get(s->entries[first + i].key);
            it->entries[i].value = buffer_get(s->entries[first + i].value);
        }
        it->count = count;
    }
    mutex_unlock(&s->lock);
    if (it->count != count)
        goto fail;
    buffer_put(from);
    buffer_put(to);
    return &it->base;
fail:
    buffer_put(from);
    buffer_put(to);
    free(it);
    return NULL;
}

static int memory_sync(struct kv_store *s UNUSED, char *err UNUSED, size_t err_size UNUSED)
{
    return 0;
}

static void memory_stats(struct kv_store *base, struct kv_stats *out)
{
    struct kv_memory *s = CONTAINER_OF(base, struct kv_memory, base);

    mutex_lock(&s->lock);
    out->keys = s->count;
    mutex_unlock(&s->lock);
}

static void memory_compact(struct kv_store *base UNUSED)
{
}

const struct kv_store_ops kv_memory_ops = {
    .kind = "memory",
    .open = memory_open,
    .close = memory_close,
    .get = memory_get,
    .apply = memory_apply,
    .sync = memory_sync,
    .iterate = memory_iterate,
    .stats = memory_stats,
    .compact = memory_compact,
};
