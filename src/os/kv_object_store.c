/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a kv_object_store, and the commits. */
#include "os/kv_object_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/bytes.h"
#include "common/log.h"

#define CLOSED_KEY "closed"

/* ---- commits ---- */

struct committing {
    struct list link;
    os_committed told;
    void *arg;
};

void kv_failed(struct kv_object_store *s, int error, const char *why)
{
    bool first;

    mutex_lock(&s->lock);
    first = !s->failed;
    s->failed = error;
    mutex_unlock(&s->lock);
    if (first)
        derr(filestore, "%s", why);
}

static int kv_queue(struct object_store *base, struct os_transaction *t, os_committed committed, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    struct committing *c = malloc(sizeof(*c));
    int r;

    mutex_lock(&s->lock);
    r = s->failed;
    mutex_unlock(&s->lock);
    if (r == 0)
        r = c ? kv_apply(s, t) : -ENOMEM;
    if (r) {
        free(c);
        return r;
    }
    *c = (struct committing){.told = committed, .arg = arg};
    mutex_lock(&s->lock);
    list_add_tail(&s->queue, &c->link);
    cond_signal(&s->work);
    mutex_unlock(&s->lock);
    return 0;
}

static void *commit_run(void *arg)
{
    struct kv_object_store *s = arg;
    char err[KV_ERR_MAX];
    struct list group;

    list_init(&group);
    mutex_lock(&s->lock);
    for (;;) {
        while (list_empty(&s->queue) && !s->stopping)
            cond_wait(&s->work, &s->lock);
        if (list_empty(&s->queue))
            break;
        list_splice_tail(&group, &s->queue);
        s->busy = true;
        mutex_unlock(&s->lock);
        int r = kv_store_sync(s->kv, err, sizeof(err)); /* one for all that came since the last */
        if (r)
            kv_failed(s, r, err);
        while (!list_empty(&group)) {
            struct committing *c = list_first(&group, struct committing, link);
            list_remove(&c->link);
            c->told(c->arg, r);
            free(c);
        }
        mutex_lock(&s->lock);
        s->busy = false;
        cond_broadcast(&s->idle);
    }
    mutex_unlock(&s->lock);
    return NULL;
}

static void kv_drain(struct object_store *base)
{
    struct kv_object_store *s = kv_of(base);

    mutex_lock(&s->lock);
    while (s->busy || !list_empty(&s->queue))
        cond_wait(&s->idle, &s->lock);
    mutex_unlock(&s->lock);
}

/* ---- life ---- */

static void kv_statfs(struct object_store *base, struct object_store_statfs *out)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_stats stats;
    struct statvfs v;

    *out = (struct object_store_statfs){0};
    kv_store_stats(s->kv, &stats);
    out->stored = out->allocated = stats.bytes_on_disk;
    if (statvfs(s->path, &v))
        return;
    out->total = (uint64_t)v.f_blocks * v.f_frsize;
    out->available = (uint64_t)v.f_bavail * v.f_frsize;
}

static int kv_mkfs(const char *path, char *err, size_t err_size)
{
    struct kv_store *kv;
    int r = kv_store_open("rocksdb", path, KV_CREATE, &kv, err, err_size);

    if (r == 0)
        kv_store_close(kv);
    return r;
}

/* Without waiting for the disk: if it gets lost, what was written before it may be lost, and so it counts for
 * what is left. */
static int set_closed(struct kv_object_store *s, bool closed, char *err, size_t err_size)
{
    struct kv_batch b;
    int r;

    kv_batch_init(&b);
    if (closed)
        kv_batch_put(&b, "S", CLOSED_KEY, strlen(CLOSED_KEY), NULL, 0);
    else
        kv_batch_delete(&b, "S", CLOSED_KEY, strlen(CLOSED_KEY));
    r = kv_store_apply(s->kv, &b, false, err, err_size);
    kv_batch_destroy(&b);
    return r;
}

static void kv_close(struct object_store *base)
{
    struct kv_object_store *s = kv_of(base);
    char err[KV_ERR_MAX];

    if (s->started) {
        mutex_lock(&s->lock);
        s->stopping = true;
        cond_signal(&s->work);
        mutex_unlock(&s->lock);
        thread_join(&s->committer);
        if (s->failed || set_closed(s, true, err, sizeof(err)) || kv_store_sync(s->kv, err, sizeof(err)))
            derr(filestore, "%s: not closed as it should be", s->path);
    }
    kv_store_close(s->kv);
    cond_destroy(&s->work);
    cond_destroy(&s->idle);
    mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

static int load_numbers(struct kv_object_store *s)
{
    struct slice v;
    int r = kv_store_get(s->kv, "S", "numbers", 7, &v);

    if (r == -ENOENT)
        return 0;
    if (r)
        return r;
    if (v.len == 8)
        s->numbers_reserved = get_le64(v.data);
    slice_put(&v);
    atomic_store(&s->next_number, s->numbers_reserved);
    return 0;
}

/* Whatever was not closed is looked at. */
static int make_ready(struct kv_object_store *s, char **repaired, char *err, size_t err_size)
{
    struct strbuf report = STRBUF_INIT;
    struct slice v;
    int r = load_numbers(s);

    if (r == 0)
        r = kv_store_get(s->kv, "S", CLOSED_KEY, strlen(CLOSED_KEY), &v);
    if (r == 0)
        slice_put(&v);
    else if (r == -ENOENT)
        r = kv_verify(s, &report, err, err_size);
    else
        snprintf(err, err_size, "%s: cannot be read: %s", s->path, strerror(-r));
    if (r == 0)
        r = set_closed(s, false, err, err_size);
    if (r == 0 && report.len)
        *repaired = strbuf_steal(&report);
    strbuf_destroy(&report);
    return r;
}

static int kv_open(const char *path, unsigned flags, uint64_t size_limit UNUSED, struct object_store **out,
                   char **repaired, char *err, size_t err_size)
{
    struct kv_object_store *s = calloc(1, sizeof(*s));
    int r;

    snprintf(err, err_size, "no memory for a store");
    if (!s)
        return -ENOMEM;
    s->base.ops = &kv_object_store_ops;
    mutex_init(&s->lock, "kv_object_store", LOCK_RANK_OS);
    cond_init(&s->work);
    cond_init(&s->idle);
    list_init(&s->queue);
    s->path = strdup(path);
    r = s->path ? kv_store_open("rocksdb", path, flags & OS_AT_REST ? KV_AT_REST : 0, &s->kv, err, err_size)
                : -ENOMEM;
    if (r == 0)
        r = make_ready(s, repaired, err, err_size);
    if (r == 0)
        r = thread_start(&s->committer, "os_commit", commit_run, s);
    s->started = r == 0;
    if (r) {
        kv_close(&s->base);
        return r;
    }
    *out = &s->base;
    return 0;
}

const struct object_store_ops kv_object_store_ops = {
    .kind = "kvstore",
    .mkfs = kv_mkfs,
    .open = kv_open,
    .close = kv_close,
    .queue = kv_queue,
    .drain = kv_drain,
    .collection = kv_collection,
    .put = kv_put,
    .collections = kv_collections,
    .stat = kv_stat,
    .read = kv_read,
    .extents = kv_extents,
    .getattr = kv_getattr,
    .getattrs = kv_getattrs,
    .omap_header = kv_omap_header,
    .omap_get = kv_omap_get,
    .omap_scan = kv_omap_scan,
    .list = kv_list,
    .coll_getkey = kv_coll_getkey,
    .coll_scan = kv_coll_scan,
    .statfs = kv_statfs,
};
