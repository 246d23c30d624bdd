/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_store: ordered keys and values with atomic batches; what monitor and object stores stand on.
 *
 * A key is a prefix (a short text without NUL, which names a table) and bytes of any value; keys of one
 * prefix sort as bytes. Kinds: "rocksdb" (on disk, survives a crash at any point) and "memory" (gone when
 * closed; for tests and measurements).
 *
 * Threads: every call may be made from any thread at once; an iterator belongs to one thread at a time.
 * Errors: negative errno: -ENOENT no such key or store, -EEXIST the store is there already, -EBUSY another
 * process has it open, -ENOSPC, -EACCES, -EUCLEAN what is on disk is damaged beyond opening, -EIO what was
 * read is. err, where there is one, gets a line for people.
 */
#ifndef CEPH_KV_KV_STORE_H
#define CEPH_KV_KV_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/compiler.h"
#include "kv/kv_batch.h"

struct kv_store;
struct kv_iter;

enum kv_open_flags {
    KV_CREATE = 1 << 0,    /* make it; -EEXIST when there is one */
    KV_READ_ONLY = 1 << 1, /* without taking the lock; rocksdb only */
    KV_AT_REST =
        1 << 2, /* no tables are merged in the background: a damaged one would end that, and all writing */
};

struct kv_stats {
    uint64_t gets;          /* single reads */
    uint64_t commits;       /* batches applied */
    uint64_t commit_bytes;  /* sizes of these batches */
    uint64_t commit_ns;     /* time in them */
    uint64_t keys;          /* an estimate */
    uint64_t bytes_on_disk; /* data files, without the log; 0 in memory */
};

/* path: a directory, made by KV_CREATE if need be; ignored by "memory". */
int kv_store_open(const char *kind, const char *path, unsigned flags, struct kv_store **out, char *err,
                  size_t err_size) MUST_CHECK;
void kv_store_close(struct kv_store *s); /* NULL is fine; iterators must be gone */

/* The caller puts the slice. */
int kv_store_get(struct kv_store *s, const char *prefix, const void *key, size_t key_len,
                 struct slice *value) MUST_CHECK;
/* All of the batch or nothing; on return it is on disk if sync. Without sync a failure of the power may lose
 * it, but never a batch and not those applied after it. */
int kv_store_apply(struct kv_store *s, const struct kv_batch *b, bool sync, char *err,
                   size_t err_size) MUST_CHECK;
/* What was applied before the call is on disk on return. */
int kv_store_sync(struct kv_store *s, char *err, size_t err_size) MUST_CHECK;

/* The keys of one prefix as they are at this moment, whatever is written later. Stands before the first: seek
 * or next. NULL: no memory. */
struct kv_iter *kv_store_iterate(struct kv_store *s, const char *prefix);
/* To the first key that is not below key (key_len 0: the first of all). True while there is one. */
bool kv_iter_seek(struct kv_iter *it, const void *key, size_t key_len);
bool kv_iter_next(struct kv_iter *it);
/* Borrowed until the iterator moves. */
const uint8_t *kv_iter_key(const struct kv_iter *it, size_t *len);
const uint8_t *kv_iter_value(const struct kv_iter *it, size_t *len);
/* 0, or why the walk ended early. */
int kv_iter_error(const struct kv_iter *it);
void kv_iter_close(struct kv_iter *it); /* NULL is fine */

void kv_store_stats(struct kv_store *s, struct kv_stats *out);
void kv_store_compact(struct kv_store *s);
const char *kv_store_kind(const struct kv_store *s);

/* ---- for kinds ---- */

struct kv_store_ops {
    const char *kind;
    int (*open)(const char *path, unsigned flags, struct kv_store **out, char *err, size_t err_size);
    void (*close)(struct kv_store *s);
    int (*get)(struct kv_store *s, const char *prefix, const void *key, size_t key_len, struct slice *value);
    int (*apply)(struct kv_store *s, const struct kv_batch *b, bool sync, char *err, size_t err_size);
    int (*sync)(struct kv_store *s, char *err, size_t err_size);
    struct kv_iter *(*iterate)(struct kv_store *s, const char *prefix);
    void (*stats)(struct kv_store *s, struct kv_stats *out); /* keys and bytes_on_disk */
    void (*compact)(struct kv_store *s);
};

struct kv_iter_ops {
    bool (*seek)(struct kv_iter *it, const void *key, size_t key_len);
    bool (*next)(struct kv_iter *it);
    const uint8_t *(*key)(const struct kv_iter *it, size_t *len);
    const uint8_t *(*value)(const struct kv_iter *it, size_t *len);
    int (*error)(const struct kv_iter *it);
    void (*close)(struct kv_iter *it);
};

struct kv_store {
    const struct kv_store_ops *ops; /* fixed */
    atomic_ullong gets, commits, commit_bytes, commit_ns;
};

struct kv_iter {
    const struct kv_iter_ops *ops; /* fixed */
};

extern const struct kv_store_ops kv_rocksdb_ops, kv_memory_ops;

#endif
