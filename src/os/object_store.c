/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/object_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/mutex.h"

static const struct object_store_ops *find_kind(const char *kind, char *err, size_t err_size)
{
    static const struct object_store_ops *const kinds[] = {&mem_store_ops, &kv_object_store_ops};

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (strcmp(kinds[i]->kind, kind) == 0)
            return kinds[i];
    }
    snprintf(err, err_size, "unknown kind of object store '%s'", kind);
    return NULL;
}

int object_store_mkfs(const char *kind, const char *path, char *err, size_t err_size)
{
    const struct object_store_ops *ops = find_kind(kind, err, err_size);

    return ops ? ops->mkfs(path, err, err_size) : -EINVAL;
}

int object_store_open(const char *kind, const char *path, unsigned flags, uint64_t size_limit,
                      struct object_store **out, char **repaired, char *err, size_t err_size)
{
    const struct object_store_ops *ops = find_kind(kind, err, err_size);

    *repaired = NULL;
    return ops ? ops->open(path, flags, size_limit, out, repaired, err, err_size) : -EINVAL;
}

void object_store_close(struct object_store *s)
{
    if (s)
        s->ops->close(s);
}

const char *object_store_kind(const struct object_store *s)
{
    return s->ops->kind;
}

bool object_store_is_fast(const struct object_store *s)
{
    return s->ops->is_fast;
}

int object_store_queue(struct object_store *s, struct os_transaction *t, os_committed committed, void *arg)
{
    return t->error ? t->error : s->ops->queue(s, t, committed, arg);
}

struct waiting {
    struct mutex lock;
    struct cond changed;
    bool done; /* lock */
    int error; /* lock */
};

static void wake(void *arg, int error)
{
    struct waiting *w = arg;

    mutex_lock(&w->lock);
    w->done = true;
    w->error = error;
    cond_signal(&w->changed);
    mutex_unlock(&w->lock);
}

int object_store_apply(struct object_store *s, struct os_transaction *t)
{
    struct waiting w = {.done = false};
    int r;

    mutex_init(&w.lock, "os_apply", LOCK_RANK_OS_WAIT);
    cond_init(&w.changed);
    r = object_store_queue(s, t, wake, &w);
    mutex_lock(&w.lock);
    while (r == 0 && !w.done)
        cond_wait(&w.changed, &w.lock);
    mutex_unlock(&w.lock);
    cond_destroy(&w.changed);
    mutex_destroy(&w.lock);
    return r ? r : w.error;
}

void object_store_drain(struct object_store *s)
{
    if (s)
        s->ops->drain(s);
}

struct os_collection *object_store_collection(struct object_store *s, struct coll_id id)
{
    return s->ops->collection(s, id);
}

void os_collection_put(struct object_store *s, struct os_collection *c)
{
    if (c)
        s->ops->put(s, c);
}

int object_store_collections(struct object_store *s, os_visit_collection visit, void *arg)
{
    return s->ops->collections(s, visit, arg);
}

enum { REMOVED_AT_ONCE = 64 };

struct doomed {
    struct hobject objects[REMOVED_AT_ONCE];
    unsigned count;
    int error;
};

static bool doom(void *arg, const struct hobject *o)
{
    struct doomed *d = arg;

    d->error = hobject_copy(&d->objects[d->count], o);
    return !d->error && ++d->count < REMOVED_AT_ONCE;
}

/* The first objects of the collection, or it itself if there is none. */
static int remove_some(struct object_store *s, struct coll_id id, struct os_collection *c,
                       const struct hobject *min, bool *all)
{
    struct doomed d = {.count = 0};
    struct os_transaction t;
    int r = object_store_list(s, c, min, doom, &d);

    if (r == 0)
        r = d.error;
    *all = d.count == 0;
    os_transaction_init(&t, id);
    for (unsigned i = 0; i < d.count; i++)
        os_remove(&t, &d.objects[i]);
    if (*all)
        os_rmcoll(&t);
    if (r == 0)
        r = object_store_apply(s, &t);
    os_transaction_destroy(&t);
    for (unsigned i = 0; i < d.count; i++)
        hobject_destroy(&d.objects[i]);
    return r;
}

int object_store_remove_collection(struct object_store *s, struct coll_id id)
{
    struct os_collection *c = object_store_collection(s, id);
    struct hobject min;
    bool all = false;
    int r = c ? hobject_init_min(&min) : -ENOENT;

    if (r) {
        os_collection_put(s, c);
        return r;
    }
    while (r == 0 && !all)
        r = remove_some(s, id, c, &min, &all);
    hobject_destroy(&min);
    os_collection_put(s, c);
    return r;
}

int object_store_stat(struct object_store *s, struct os_collection *c, const struct hobject *o,
                      uint64_t *size)
{
    return s->ops->stat(s, c, o, size);
}

int object_store_read(struct object_store *s, struct os_collection *c, const struct hobject *o,
                      uint64_t offset, uint64_t length, struct bufferlist *out)
{
    return s->ops->read(s, c, o, offset, length, out);
}

int object_store_extents(struct object_store *s, struct os_collection *c, const struct hobject *o,
                         uint64_t offset, uint64_t length, os_visit_extent visit, void *arg)
{
    return s->ops->extents(s, c, o, offset, length, visit, arg);
}

int object_store_getattr(struct object_store *s, struct os_collection *c, const struct hobject *o,
                         const char *name, struct slice *value)
{
    return s->ops->getattr(s, c, o, name, value);
}

int object_store_getattrs(struct object_store *s, struct os_collection *c, const struct hobject *o,
                          os_visit_pair visit, void *arg)
{
    return s->ops->getattrs(s, c, o, visit, arg);
}

int object_store_omap_header(struct object_store *s, struct os_collection *c, const struct hobject *o,
                             struct slice *header)
{
    return s->ops->omap_header(s, c, o, header);
}

int object_store_omap_get(struct object_store *s, struct os_collection *c, const struct hobject *o,
                          const struct slice *key, struct slice *value)
{
    return s->ops->omap_get(s, c, o, key, value);
}

int object_store_omap_scan(struct object_store *s, struct os_collection *c, const struct hobject *o,
                           const struct slice *from, bool after, os_visit_pair visit, void *arg)
{
    return s->ops->omap_scan(s, c, o, from, after, visit, arg);
}

int object_store_list(struct object_store *s, struct os_collection *c, const struct hobject *from,
                      os_visit_object visit, void *arg)
{
    return s->ops->list(s, c, from, visit, arg);
}

int object_store_coll_getkey(struct object_store *s, struct os_collection *c, const char *key,
                             struct slice *value)
{
    return s->ops->coll_getkey(s, c, key, value);
}

int object_store_coll_scan(struct object_store *s, struct os_collection *c, const char *from,
                           os_visit_pair visit, void *arg)
{
    return s->ops->coll_scan(s, c, from, visit, arg);
}

void object_store_statfs(struct object_store *s, struct object_store_statfs *out)
{
    s->ops->statfs(s, out);
}
