/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kv/kv_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

int kv_store_open(const char *kind, const char *path, unsigned flags, struct kv_store **out, char *err,
                  size_t err_size)
{
    static const struct kv_store_ops *const kinds[] = {&kv_rocksdb_ops, &kv_memory_ops};

    *out = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kinds[i]->kind, kind) == 0) {
            int r = kinds[i]->open(path, flags, out, err, err_size);
            if (r == 0)
                (*out)->ops = kinds[i];
            return r;
        }
    snprintf(err, err_size, "'%s' is no kind of key-value store; there are: rocksdb, memory", kind);
    return -EINVAL;
}

void kv_store_close(struct kv_store *s)
{
    if (s)
        s->ops->close(s);
}

int kv_store_get(struct kv_store *s, const char *prefix, const void *key, size_t key_len, struct slice *value)
{
    atomic_fetch_add_explicit(&s->gets, 1, memory_order_relaxed);
    return s->ops->get(s, prefix, key, key_len, value);
}

int kv_store_apply(struct kv_store *s, const struct kv_batch *b, bool sync, char *err, size_t err_size)
{
    uint64_t start = clock_monotonic_ns();
    int r = kv_batch_error(b);

    if (r) {
        snprintf(err, err_size, "no memory for a batch");
        return r;
    }
    r = s->ops->apply(s, b, sync, err, err_size);
    if (r == 0) {
        atomic_fetch_add_explicit(&s->commits, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&s->commit_bytes, kv_batch_bytes(b), memory_order_relaxed);
        atomic_fetch_add_explicit(&s->commit_ns, clock_monotonic_ns() - start, memory_order_relaxed);
    }
    return r;
}

int kv_store_sync(struct kv_store *s, char *err, size_t err_size)
{
    return s->ops->sync(s, err, err_size);
}

struct kv_iter *kv_store_iterate(struct kv_store *s, const char *prefix)
{
    return s->ops->iterate(s, prefix);
}

bool kv_iter_seek(struct kv_iter *it, const void *key, size_t key_len)
{
    return it->ops->seek(it, key, key_len);
}

bool kv_iter_next(struct kv_iter *it)
{
    return it->ops->next(it);
}

const uint8_t *kv_iter_key(const struct kv_iter *it, size_t *len)
{
    return it->ops->key(it, len);
}

const uint8_t *kv_iter_value(const struct kv_iter *it, size_t *len)
{
    return it->ops->value(it, len);
}

int kv_iter_error(const struct kv_iter *it)
{
    return it->ops->error(it);
}

void kv_iter_close(struct kv_iter *it)
{
    if (it)
        it->ops->close(it);
}

void kv_store_stats(struct kv_store *s, struct kv_stats *out)
{
    memset(out, 0, sizeof(*out));
    out->gets = atomic_load(&s->gets);
    out->commits = atomic_load(&s->commits);
    out->commit_bytes = atomic_load(&s->commit_bytes);
    out->commit_ns = atomic_load(&s->commit_ns);
    s->ops->stats(s, out);
}

void kv_store_compact(struct kv_store *s)
{
    s->ops->compact(s);
}

const char *kv_store_kind(const struct kv_store *s)
{
    return s->ops->kind;
}
