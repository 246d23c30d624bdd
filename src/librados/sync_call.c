/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations that are waited for. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "librados/librados_internal.h"

int to_int(uint64_t n)
{
    return n > INT_MAX ? INT_MAX : (int)n;
}

/* ---- where bytes that are read go ---- */

static void take_bytes(struct object_step *s, int result, struct bufferlist *out)
{
    struct read_target *t = s->to;

    if (result < 0)
        return;
    if (out->len > t->len) {
        t->error = -ERANGE;
        return;
    }
    bufferlist_copy_out(out, 0, t->buf, out->len);
    t->got = out->len;
}

void read_target_attach(struct read_target *t, struct object_operation *o, char *buf, size_t len)
{
    struct object_step *s = object_operation_last_step(o);

    *t = (struct read_target){.buf = buf, .len = len};
    s->finish = take_bytes;
    s->to = t;
}

/* ---- calls ---- */

void sync_call_init(struct sync_call *s, struct rados_ioctx *io)
{
    s->io = io;
    s->done = false;
    s->borrowed = 0;
    s->result = 0;
    s->version = 0;
    s->flags = 0;
    s->mtime = (struct utime){0};
    s->copies = conf_u64(io->cluster->config->conf, OPT_rados_osd_op_timeout) != 0;
    object_operation_init(&s->steps);
    mutex_init(&s->lock, "sync_call", LOCK_RANK_SYNC_CALL);
    cond_init(&s->changed);
}

static void sync_call_destroy(struct sync_call *s)
{
    object_operation_destroy(&s->steps);
    cond_destroy(&s->changed);
    mutex_destroy(&s->lock);
}

static void give_back(void *arg, void *data UNUSED)
{
    struct sync_call *s = arg;

    mutex_lock(&s->lock);
    s->borrowed--;
    cond_signal(&s->changed);
    mutex_unlock(&s->lock);
}

struct slice sync_call_data(struct sync_call *s, const void *buf, size_t len)
{
    struct buffer *b;

    if (len == 0)
        return (struct slice){0};
    b = s->copies ? buffer_create_copy(buf, len) : buffer_wrap((void *)buf, len, give_back, s);
    if (!b)
        s->steps.error = -ENOMEM;
    else if (!s->copies)
        s->borrowed++;
    return slice_of(b);
}

void sync_call_end(void *sync_call, int result)
{
    struct sync_call *s = sync_call;

    mutex_lock(&s->lock);
    s->done = true;
    s->result = result;
    cond_signal(&s->changed);
    mutex_unlock(&s->lock);
}

static void answered(void *arg, const struct objecter_answer *a)
{
    struct sync_call *s = arg;

    s->version = a->user_version;
    sync_call_end(s, a->result);
}

int sync_call_wait(struct sync_call *s)
{
    mutex_lock(&s->lock);
    while (!s->done || s->borrowed > 0)
        cond_wait(&s->changed, &s->lock);
    mutex_unlock(&s->lock);
    sync_call_destroy(s);
    return s->result;
}

static int run(struct sync_call *s, const char *oid)
{
    struct rados_ioctx *io = s->io;
    int r = s->steps.error ? s->steps.error : cluster_check(io->cluster);
    struct objecter_op *op = NULL;

    if (r == 0) {
        op = ioctx_op(io, oid, &s->steps, answered, s);
        r = op ? 0 : -ENOMEM;
    }
    if (r) {
        sync_call_destroy(s);
        return r;
    }
    op->flags |= s->flags;
    op->mtime = s->mtime;
    objecter_submit_limited(io->cluster->objecter, op);
    r = sync_call_wait(s);
    if (s->version)
        atomic_store_explicit(&io->last_version, s->version, memory_order_relaxed);
    return r;
}

int sync_call_run(struct sync_call *s, const char *oid)
{
    return run(s, oid);
}

int sync_call_read(struct sync_call *s, const char *oid, char *buf, size_t len)
{
    struct read_target target;
    int r;

    read_target_attach(&target, &s->steps, buf, len);
    r = run(s, oid);
    if (r < 0)
        return r;
    return target.error ? target.error : to_int(target.got);
}
