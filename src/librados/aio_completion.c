/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completions: operations that are not waited for, and flushing. */
#include <errno.h>
#include <stdlib.h>

#include "librados/librados_internal.h"

/* ---- life ---- */

int rados_aio_create_completion(void *arg, rados_callback_t complete, rados_callback_t safe,
                                rados_completion_t *pc)
{
    struct rados_completion *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->refs = 1;
    c->arg = arg;
    c->complete_cb = complete;
    c->safe_cb = safe;
    c->fork_generation = fork_generation();
    mutex_init(&c->lock, "rados_completion", LOCK_RANK_LIBRADOS);
    cond_init(&c->changed);
    list_init(&c->write_entry);
    list_init(&c->flush_entry);
    *pc = c;
    return 0;
}

int rados_aio_create_completion2(void *arg, rados_callback_t complete, rados_completion_t *pc)
{
    return rados_aio_create_completion(arg, complete, NULL, pc);
}

struct rados_completion *completion_get(struct rados_completion *c)
{
    atomic_fetch_add(&c->refs, 1);
    return c;
}

void completion_put(struct rados_completion *c)
{
    if (atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    cond_destroy(&c->changed);
    mutex_destroy(&c->lock);
    free(c);
}

void rados_aio_release(rados_completion_t completion)
{
    completion_put(completion);
}

/* ---- the end ---- */

static void call_back(void *arg)
{
    struct rados_completion *c = arg;

    if (c->complete_cb)
        c->complete_cb(c, c->arg);
    if (c->safe_cb)
        c->safe_cb(c, c->arg);
    mutex_lock(&c->lock);
    c->called_back = true;
    cond_broadcast(&c->changed);
    mutex_unlock(&c->lock);
    completion_put(c);
}

/* Complete, and the reference of its beginning goes on to the callback. */
static void complete(struct rados_completion *c, int result)
{
    bool has_callback = c->complete_cb || c->safe_cb;

    mutex_lock(&c->lock);
    c->result = result;
    c->complete = true;
    c->called_back = !has_callback;
    cond_broadcast(&c->changed);
    mutex_unlock(&c->lock);
    if (has_callback)
        finisher_queue(call_back, c);
    else
        completion_put(c);
}

/* Flushes that wait for nothing any more. */
static void end_flushes(struct list *ended)
{
    list_for_each_safe(c, ended, struct rados_completion, flush_entry) {
        struct rados_ioctx *io = c->io;

        list_remove(&c->flush_entry);
        c->io = NULL;
        complete(c, 0);
        ioctx_put(io);
    }
}

void ioctx_write_done(struct rados_ioctx *io, struct rados_completion *c)
{
    struct list ended;
    uint64_t oldest;

    list_init(&ended);
    mutex_lock(&io->lock);
    list_remove(&c->write_entry);
    oldest = list_empty(&io->writes)
                 ? UINT64_MAX
                 : list_first(&io->writes, struct rados_completion, write_entry)->write_seq;
    list_for_each_safe(f, &io->flushes, struct rados_completion, flush_entry) {
        if (f->write_seq >= oldest)
            break;
        list_remove(&f->flush_entry);
        list_add_tail(&ended, &f->flush_entry);
    }
    cond_broadcast(&io->flushed);
    mutex_unlock(&io->lock);
    end_flushes(&ended);
}

void completion_end(struct rados_completion *c, int result, uint64_t version)
{
    struct rados_ioctx *io = c->io;
    bool writes = io && !list_empty(&c->write_entry);

    if (version && io)
        atomic_store_explicit(&io->last_version, version, memory_order_relaxed);
    c->version = version;
    if (result >= 0 && c->has_target)
        result = c->target.error ? c->target.error : to_int(c->target.got);
    if (c->finish)
        c->finish(c, &result);
    c->io = NULL;
    completion_get(c); /* for what follows: the program may release its own at once */
    complete(c, result);
    if (writes)
        ioctx_write_done(io, c);
    completion_put(c);
    if (io)
        ioctx_put(io);
}

/* ---- the beginning ---- */

void completion_begin(struct rados_completion *c, struct rados_ioctx *io)
{
    completion_get(c);
    c->io = io ? ioctx_get(io) : NULL;
}

static void answered(void *arg, const struct objecter_answer *a)
{
    completion_end(arg, a->result, a->user_version);
}

void completion_read_into(struct rados_completion *c, struct object_operation *steps, char *buf, size_t len)
{
    read_target_attach(&c->target, steps, buf, len);
    c->has_target = true;
}

int completion_run(struct rados_completion *c, struct rados_ioctx *io, const char *oid,
                   struct object_operation *steps, uint32_t flags, struct utime mtime)
{
    bool writes = steps->writes;
    int r = steps->error ? steps->error : cluster_check(io->cluster);
    struct objecter_op *op = r ? NULL : ioctx_op(io, oid, steps, answered, c);

    object_operation_destroy(steps);
    if (!op)
        return r ? r : -ENOMEM;
    op->flags |= flags;
    op->mtime = mtime;
    completion_begin(c, io);
    if (writes) {
        mutex_lock(&io->lock);
        c->write_seq = ++io->write_seq;
        list_add_tail(&io->writes, &c->write_entry);
        mutex_unlock(&io->lock);
    }
    completion_get(c);
    c->tid = 0;
    {
        uint64_t tid = objecter_submit_limited(io->cluster->objecter, op);

        mutex_lock(&c->lock);
        c->tid = tid;
        mutex_unlock(&c->lock);
    }
    completion_put(c);
    return 0;
}

/* ---- for programs ---- */

/* Whether what is waited for may still come: not in a process that was forked since. */
static bool is_ours(const struct rados_completion *c)
{
    return c->fork_generation == fork_generation();
}

int rados_aio_wait_for_complete(rados_completion_t completion)
{
    struct rados_completion *c = completion;

    if (!is_ours(c))
        return c->complete ? 0 : -ENOTCONN;
    mutex_lock(&c->lock);
    while (!c->complete)
        cond_wait(&c->changed, &c->lock);
    mutex_unlock(&c->lock);
    return 0;
}

int rados_aio_wait_for_safe(rados_completion_t completion)
{
    return rados_aio_wait_for_complete(completion);
}

int rados_aio_wait_for_complete_and_cb(rados_completion_t completion)
{
    struct rados_completion *c = completion;

    if (!is_ours(c))
        return c->called_back ? 0 : -ENOTCONN;
    mutex_lock(&c->lock);
    while (!c->complete || !c->called_back)
        cond_wait(&c->changed, &c->lock);
    mutex_unlock(&c->lock);
    return 0;
}

int rados_aio_wait_for_safe_and_cb(rados_completion_t completion)
{
    return rados_aio_wait_for_complete_and_cb(completion);
}

static int read_flag(struct rados_completion *c, const bool *flag)
{
    int r;

    if (!is_ours(c))
        return *flag;
    mutex_lock(&c->lock);
    r = *flag;
    mutex_unlock(&c->lock);
    return r;
}

int rados_aio_is_complete(rados_completion_t completion)
{
    struct rados_completion *c = completion;

    return read_flag(c, &c->complete);
}

int rados_aio_is_safe(rados_completion_t completion)
{
    return rados_aio_is_complete(completion);
}

int rados_aio_is_complete_and_cb(rados_completion_t completion)
{
    struct rados_completion *c = completion;

    return read_flag(c, &c->complete) && read_flag(c, &c->called_back);
}

int rados_aio_is_safe_and_cb(rados_completion_t completion)
{
    return rados_aio_is_complete_and_cb(completion);
}

int rados_aio_get_return_value(rados_completion_t completion)
{
    struct rados_completion *c = completion;
    int r;

    if (!is_ours(c))
        return c->complete ? c->result : -ENOTCONN;
    mutex_lock(&c->lock);
    r = c->result;
    mutex_unlock(&c->lock);
    return r;
}

uint64_t rados_aio_get_version(rados_completion_t completion)
{
    struct rados_completion *c = completion;

    return c->version;
}

int rados_aio_cancel(rados_ioctx_t io, rados_completion_t completion)
{
    struct rados_ioctx *ctx = io;
    struct rados_completion *c = completion;
    int r = cluster_check(ctx->cluster);
    uint64_t tid;

    if (r)
        return r;
    mutex_lock(&c->lock);
    tid = c->complete ? 0 : c->tid;
    mutex_unlock(&c->lock);
    return tid && objecter_cancel(ctx->cluster->objecter, tid, -ECANCELED) ? 0 : -ENOENT;
}

int rados_aio_flush(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;
    int r = cluster_check(ctx->cluster);
    uint64_t until;

    if (r)
        return r;
    mutex_lock(&ctx->lock);
    until = ctx->write_seq;
    while (!list_empty(&ctx->writes) &&
           list_first(&ctx->writes, struct rados_completion, write_entry)->write_seq <= until)
        cond_wait(&ctx->flushed, &ctx->lock);
    mutex_unlock(&ctx->lock);
    return 0;
}

int rados_aio_flush_async(rados_ioctx_t io, rados_completion_t completion)
{
    struct rados_ioctx *ctx = io;
    struct rados_completion *c = completion;
    int r = cluster_check(ctx->cluster);
    bool now;

    if (r)
        return r;
    completion_begin(c, ctx);
    mutex_lock(&ctx->lock);
    c->write_seq = ctx->write_seq;
    now = list_empty(&ctx->writes);
    if (!now)
        list_add_tail(&ctx->flushes, &c->flush_entry);
    mutex_unlock(&ctx->lock);
    if (now)
        completion_end(c, 0, 0);
    return 0;
}
