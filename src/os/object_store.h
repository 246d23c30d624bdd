/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_store: where an OSD keeps collections of objects (data, attributes, omap) and records of its own.
 *
 * Kinds: "memstore" (gone when closed) and "kvstore" (on disk). Everything is changed by transactions, each
 * of one collection: they happen whole or not at all, are visible to reads when object_store_queue() has
 * returned, and are told to be durable by their callback, in the order of queueing for each collection. A
 * crash leaves a state in which every transaction that was told durable is there, and of the others, for each
 * collection, the first few.
 *
 * Threads: any thread at once, but the calls that concern one collection are made by one thread at a time
 * (reads by several), as an OSD does under the lock of a placement group. Callbacks of reads run under
 * locks of the store and may not call it. Commit callbacks run without one, on a thread of the store's or on
 * the caller's before object_store_queue() returns. Errors: negative errno: -ENOENT no such collection,
 * object, attribute or record; -EIO what was read does not match its checksum; -ENOSPC.
 */
#ifndef CEPH_OS_OBJECT_STORE_H
#define CEPH_OS_OBJECT_STORE_H

#include <stdbool.h>

#include "common/buffer.h"
#include "common/compiler.h"
#include "os/os_transaction.h"

struct object_store;
struct os_collection; /* an open collection, counted */

struct object_store_statfs {
    uint64_t total, available; /* bytes of the medium */
    uint64_t allocated;        /* taken by objects */
    uint64_t stored;           /* what their data amounts to */
};

enum object_store_flags {
    OS_AT_REST = 1 << 0, /* for tools: nothing is put in order in the background, which damage could end */
};

/* Makes an empty store at path (a directory, made if need be). -EEXIST: there is one. */
int object_store_mkfs(const char *kind, const char *path, char *err, size_t err_size) MUST_CHECK;
/* Opens and checks it. size_limit: what a memory store calls its size; it is for the OSD to stay below.
 * -EUCLEAN: damaged beyond repair; err has a line. repaired gets what was put in order, a line each,
 * malloc'ed, or NULL when there was nothing. */
int object_store_open(const char *kind, const char *path, unsigned flags, uint64_t size_limit,
                      struct object_store **out, char **repaired, char *err, size_t err_size) MUST_CHECK;
/* Commits what is queued. NULL is fine. */
void object_store_close(struct object_store *s);
const char *object_store_kind(const struct object_store *s);
/* True when no call ever waits for a medium. */
bool object_store_is_fast(const struct object_store *s);

/* Told once, with 0, or with -EIO or -ENOSPC after which the store takes no more. */
typedef void (*os_committed)(void *arg, int error);
/* The transaction is borrowed until it was told committed. An error: nothing was changed, nothing will be
 * told. */
int object_store_queue(struct object_store *s, struct os_transaction *t, os_committed committed,
                       void *arg) MUST_CHECK;
/* The same, and waits. Not from a commit callback. */
int object_store_apply(struct object_store *s, struct os_transaction *t) MUST_CHECK;

/* Waits until everything that is queued has been told committed. */
void object_store_drain(struct object_store *s);

/* NULL: there is none. */
struct os_collection *object_store_collection(struct object_store *s, struct coll_id id);
void os_collection_put(struct object_store *s, struct os_collection *c);
typedef void (*os_visit_collection)(void *arg, struct coll_id id, unsigned bits);
int object_store_collections(struct object_store *s, os_visit_collection visit, void *arg) MUST_CHECK;

/* The collection with all its objects and records, in several transactions. -ENOENT. Waits. */
int object_store_remove_collection(struct object_store *s, struct coll_id id) MUST_CHECK;

int object_store_stat(struct object_store *s, struct os_collection *c, const struct hobject *o,
                      uint64_t *size) MUST_CHECK;
/* Appends what there is of the range to out: less at the object's end; holes as zeroes. */
int object_store_read(struct object_store *s, struct os_collection *c, const struct hobject *o,
                      uint64_t offset, uint64_t length, struct bufferlist *out) MUST_CHECK;
/* The parts of the range that were written, ascending, not touching each other. */
typedef void (*os_visit_extent)(void *arg, uint64_t offset, uint64_t length);
int object_store_extents(struct object_store *s, struct os_collection *c, const struct hobject *o,
                         uint64_t offset, uint64_t length, os_visit_extent visit, void *arg) MUST_CHECK;

/* The caller puts value. */
int object_store_getattr(struct object_store *s, struct os_collection *c, const struct hobject *o,
                         const char *name, struct slice *value) MUST_CHECK;
/* Keys and values are borrowed for the call; false ends the walk. */
typedef bool (*os_visit_pair)(void *arg, const struct slice *key, const struct slice *value);
int object_store_getattrs(struct object_store *s, struct os_collection *c, const struct hobject *o,
                          os_visit_pair visit, void *arg) MUST_CHECK;
int object_store_omap_header(struct object_store *s, struct os_collection *c, const struct hobject *o,
                             struct slice *header) MUST_CHECK; /* empty where none was set */
int object_store_omap_get(struct object_store *s, struct os_collection *c, const struct hobject *o,
                          const struct slice *key, struct slice *value) MUST_CHECK;
/* Keys in ascending order from `from` on (after: behind it). */
int object_store_omap_scan(struct object_store *s, struct os_collection *c, const struct hobject *o,
                           const struct slice *from, bool after, os_visit_pair visit, void *arg) MUST_CHECK;

/* Objects in their order, from `from` on; the object is borrowed for the call. */
typedef bool (*os_visit_object)(void *arg, const struct hobject *o);
int object_store_list(struct object_store *s, struct os_collection *c, const struct hobject *from,
                      os_visit_object visit, void *arg) MUST_CHECK;

int object_store_coll_getkey(struct object_store *s, struct os_collection *c, const char *key,
                             struct slice *value) MUST_CHECK;
int object_store_coll_scan(struct object_store *s, struct os_collection *c, const char *from,
                           os_visit_pair visit, void *arg) MUST_CHECK;

void object_store_statfs(struct object_store *s, struct object_store_statfs *out);

/* ---- for kinds: one slot for each call above, all mandatory ---- */

struct object_store_ops {
    const char *kind;
    bool is_fast;
    int (*mkfs)(const char *path, char *err, size_t err_size);
    int (*open)(const char *path, unsigned flags, uint64_t size_limit, struct object_store **out,
                char **repaired, char *err, size_t err_size);
    void (*close)(struct object_store *s);
    int (*queue)(struct object_store *s, struct os_transaction *t, os_committed committed, void *arg);
    void (*drain)(struct object_store *s);
    struct os_collection *(*collection)(struct object_store *s, struct coll_id id);
    void (*put)(struct object_store *s, struct os_collection *c);
    int (*collections)(struct object_store *s, os_visit_collection visit, void *arg);
    int (*stat)(struct object_store *s, struct os_collection *c, const struct hobject *o, uint64_t *size);
    int (*read)(struct object_store *s, struct os_collection *c, const struct hobject *o, uint64_t offset,
                uint64_t length, struct bufferlist *out);
    int (*extents)(struct object_store *s, struct os_collection *c, const struct hobject *o, uint64_t offset,
                   uint64_t length, os_visit_extent visit, void *arg);
    int (*getattr)(struct object_store *s, struct os_collection *c, const struct hobject *o, const char *name,
                   struct slice *value);
    int (*getattrs)(struct object_store *s, struct os_collection *c, const struct hobject *o,
                    os_visit_pair visit, void *arg);
    int (*omap_header)(struct object_store *s, struct os_collection *c, const struct hobject *o,
                       struct slice *header);
    int (*omap_get)(struct object_store *s, struct os_collection *c, const struct hobject *o,
                    const struct slice *key, struct slice *value);
    int (*omap_scan)(struct object_store *s, struct os_collection *c, const struct hobject *o,
                     const struct slice *from, bool after, os_visit_pair visit, void *arg);
    int (*list)(struct object_store *s, struct os_collection *c, const struct hobject *from,
                os_visit_object visit, void *arg);
    int (*coll_getkey)(struct object_store *s, struct os_collection *c, const char *key, struct slice *value);
    int (*coll_scan)(struct object_store *s, struct os_collection *c, const char *from, os_visit_pair visit,
                     void *arg);
    void (*statfs)(struct object_store *s, struct object_store_statfs *out);
};

struct object_store {
    const struct object_store_ops *ops; /* fixed */
};

extern const struct object_store_ops mem_store_ops, kv_object_store_ops;

#endif
