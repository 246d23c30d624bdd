/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watching objects and notifying those who do. */
#include <errno.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "osdc/linger.h"

#define NOTIFY_TIMEOUT_S 10 /* when the program does not say */

/* A program's watch. Counted by the linger, and by the callbacks that are queued. */
struct watch {
    atomic_uint refs;
    struct rados_ioctx *io;
    uint64_t *cookie_to; /* until it stands */
    rados_watchcb2_t notified;
    rados_watcherrcb_t failed;
    rados_watchcb_t notified_of_old;
    void *arg;
    char *oid; /* of watches of old, which are acknowledged for the program */
};

static void watch_put(void *arg)
{
    struct watch *w = arg;

    if (atomic_fetch_sub(&w->refs, 1) != 1)
        return;
    ioctx_put(w->io);
    free(w->oid);
    free(w);
}

/* ---- callbacks, by way of the thread for them ---- */

struct event {
    struct watch *watch;
    uint64_t cookie, notify_id, notifier;
    int error;
    size_t len;
    char payload[];
};

static struct event *event_create(struct watch *w, uint64_t cookie, const void *payload, size_t len)
{
    struct event *e = malloc(sizeof(*e) + len + 1);

    if (!e)
        return NULL;
    *e = (struct event){.watch = w, .cookie = cookie, .len = len};
    if (len > 0)
        memcpy(e->payload, payload, len);
    e->payload[len] = '\0';
    atomic_fetch_add(&w->refs, 1);
    return e;
}

static void tell_notified(void *arg)
{
    struct event *e = arg;
    struct watch *w = e->watch;

    if (w->notified) {
        w->notified(w->arg, e->notify_id, e->cookie, e->notifier, e->payload, e->len);
    } else {
        w->notified_of_old(0, 0, w->arg);
        (void)rados_notify_ack(w->io, w->oid, e->notify_id, e->cookie, NULL, 0);
    }
    watch_put(w);
    free(e);
}

static void tell_failed(void *arg)
{
    struct event *e = arg;

    if (e->watch->failed)
        e->watch->failed(e->watch->arg, e->cookie, e->error);
    watch_put(e->watch);
    free(e);
}

static void on_notified(void *arg, uint64_t cookie, uint64_t notify_id, uint64_t notifier,
                        const struct slice *payload)
{
    struct event *e = event_create(arg, cookie, payload->data, payload->len);

    if (!e)
        return;
    e->notify_id = notify_id;
    e->notifier = notifier;
    finisher_queue(tell_notified, e);
}

static void on_failed(void *arg, uint64_t cookie, int error)
{
    struct event *e = event_create(arg, cookie, NULL, 0);

    if (!e)
        return;
    e->error = error;
    finisher_queue(tell_failed, e);
}

static const struct linger_callbacks callbacks = {
    .notified = on_notified, .failed = on_failed, .forget = watch_put};

/* ---- watching ---- */

static struct watch *watch_create(struct rados_ioctx *io, rados_watchcb2_t notified,
                                  rados_watcherrcb_t failed, void *arg)
{
    struct watch *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->refs = 1;
    w->io = ioctx_get(io);
    w->notified = notified;
    w->failed = failed;
    w->arg = arg;
    return w;
}

static int watch_and_wait(struct rados_ioctx *io, const char *oid, uint64_t *cookie, struct watch *w,
                          uint32_t timeout)
{
    struct linger_object object = ioctx_object(io, oid);
    struct sync_call s;
    int r = w ? cluster_check(io->cluster) : -ENOMEM;

    if (r) {
        if (w)
            watch_put(w);
        return r;
    }
    sync_call_init(&s, io);
    *cookie = linger_watch(io->cluster->lingers, &object, timeout, &callbacks, w, sync_call_end, &s);
    if (*cookie == 0) {
        watch_put(w);
        sync_call_end(&s, -ENOMEM);
    }
    return sync_call_wait(&s);
}

int rados_watch3(rados_ioctx_t io, const char *oid, uint64_t *cookie, rados_watchcb2_t notified,
                 rados_watcherrcb_t failed, uint32_t timeout, void *arg)
{
    if (!cookie || !notified)
        return -EINVAL;
    return watch_and_wait(io, oid, cookie, watch_create(io, notified, failed, arg), timeout);
}

int rados_watch2(rados_ioctx_t io, const char *oid, uint64_t *cookie, rados_watchcb2_t notified,
                 rados_watcherrcb_t failed, void *arg)
{
    return rados_watch3(io, oid, cookie, notified, failed, 0, arg);
}

int rados_watch(rados_ioctx_t io, const char *oid, uint64_t ver UNUSED, uint64_t *cookie,
                rados_watchcb_t notified, void *arg)
{
    struct watch *w = watch_create(io, NULL, NULL, arg);

    if (w) {
        w->notified_of_old = notified;
        w->oid = strdup(oid);
        if (!w->oid) {
            watch_put(w);
            w = NULL;
        }
    }
    return watch_and_wait(io, oid, cookie, w, 0);
}

static void end_completion(void *arg, int result)
{
    completion_end(arg, result, 0);
}

int rados_aio_watch2(rados_ioctx_t io, const char *oid, rados_completion_t c, uint64_t *handle,
                     rados_watchcb2_t notified, rados_watcherrcb_t failed, uint32_t timeout, void *arg)
{
    struct rados_ioctx *ctx = io;
    struct linger_object object = ioctx_object(ctx, oid);
    struct watch *w;
    int r = cluster_check(ctx->cluster);

    if (r)
        return r;
    w = watch_create(ctx, notified, failed, arg);
    if (!w)
        return -ENOMEM;
    completion_begin(c, ctx);
    *handle = linger_watch(ctx->cluster->lingers, &object, timeout, &callbacks, w, end_completion, c);
    if (*handle == 0) {
        watch_put(w);
        completion_end(c, -ENOMEM, 0);
    }
    return 0;
}

int rados_aio_watch(rados_ioctx_t io, const char *oid, rados_completion_t c, uint64_t *handle,
                    rados_watchcb2_t notified, rados_watcherrcb_t failed, void *arg)
{
    return rados_aio_watch2(io, oid, c, handle, notified, failed, 0, arg);
}

int rados_watch_check(rados_ioctx_t io, uint64_t cookie)
{
    struct rados_ioctx *ctx = io;
    int r = cluster_check(ctx->cluster);

    return r ? r : linger_check(ctx->cluster->lingers, cookie);
}

int rados_unwatch2(rados_ioctx_t io, uint64_t cookie)
{
    struct rados_ioctx *ctx = io;
    struct sync_call s;
    int r = cluster_check(ctx->cluster);

    if (r)
        return r;
    sync_call_init(&s, ctx);
    r = linger_unwatch(ctx->cluster->lingers, cookie, sync_call_end, &s);
    if (r)
        sync_call_end(&s, r);
    return sync_call_wait(&s);
}

int rados_unwatch(rados_ioctx_t io, const char *oid UNUSED, uint64_t cookie)
{
    return rados_unwatch2(io, cookie);
}

int rados_aio_unwatch(rados_ioctx_t io, uint64_t cookie, rados_completion_t c)
{
    struct rados_ioctx *ctx = io;
    int r = cluster_check(ctx->cluster);

    if (r)
        return r;
    completion_begin(c, ctx);
    r = linger_unwatch(ctx->cluster->lingers, cookie, end_completion, c);
    if (r)
        completion_end(c, r, 0);
    return 0;
}

int rados_watch_flush(rados_t cluster)
{
    int r = cluster_check(cluster);

    if (r == 0)
        finisher_drain();
    return r;
}

static void end_flush(void *c)
{
    completion_end(c, 0, 0);
}

int rados_aio_watch_flush(rados_t cluster, rados_completion_t c)
{
    int r = cluster_check(cluster);

    if (r)
        return r;
    completion_begin(c, NULL);
    finisher_queue(end_flush, c);
    return 0;
}

/* ---- notifying ---- */

static uint32_t timeout_seconds(uint64_t timeout_ms)
{
    return timeout_ms ? (uint32_t)((timeout_ms + 999) / 1000) : NOTIFY_TIMEOUT_S;
}

struct notification {
    struct sync_call call;
    struct rados_completion *completion; /* instead of the call */
    char **reply;
    size_t *reply_len;
};

static void notify_done(void *arg, int result, struct bufferlist *answers)
{
    struct notification *n = arg;

    if (n->reply && answers->len > 0) {
        *n->reply = bufferlist_dup(answers);
        if (n->reply_len)
            *n->reply_len = *n->reply ? answers->len : 0;
    }
    if (n->completion) {
        completion_end(n->completion, result, 0);
        free(n);
    } else {
        sync_call_end(&n->call, result);
    }
}

int rados_notify2(rados_ioctx_t io, const char *oid, const char *buf, int buf_len, uint64_t timeout_ms,
                  char **reply_buffer, size_t *reply_buffer_len)
{
    struct rados_ioctx *ctx = io;
    struct linger_object object = ioctx_object(ctx, oid);
    struct notification n = {.reply = reply_buffer, .reply_len = reply_buffer_len};
    int r = cluster_check(ctx->cluster);

    if (reply_buffer)
        *reply_buffer = NULL;
    if (reply_buffer_len)
        *reply_buffer_len = 0;
    if (r)
        return r;
    sync_call_init(&n.call, ctx);
    r = linger_notify(ctx->cluster->lingers, &object, buf, buf_len > 0 ? (size_t)buf_len : 0,
                      timeout_seconds(timeout_ms), notify_done, &n);
    if (r)
        sync_call_end(&n.call, r);
    return sync_call_wait(&n.call);
}

int rados_notify(rados_ioctx_t io, const char *oid, uint64_t ver UNUSED, const char *buf, int buf_len)
{
    return rados_notify2(io, oid, buf, buf_len, 0, NULL, NULL);
}

int rados_aio_notify(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf, int buf_len,
                     uint64_t timeout_ms, char **reply_buffer, size_t *reply_buffer_len)
{
    struct rados_ioctx *ctx = io;
    struct linger_object object = ioctx_object(ctx, oid);
    struct notification *n;
    int r = cluster_check(ctx->cluster);

    if (r)
        return r;
    n = calloc(1, sizeof(*n));
    if (!n)
        return -ENOMEM;
    if (reply_buffer)
        *reply_buffer = NULL;
    if (reply_buffer_len)
        *reply_buffer_len = 0;
    n->completion = c;
    n->reply = reply_buffer;
    n->reply_len = reply_buffer_len;
    completion_begin(c, ctx);
    r = linger_notify(ctx->cluster->lingers, &object, buf, buf_len > 0 ? (size_t)buf_len : 0,
                      timeout_seconds(timeout_ms), notify_done, n);
    if (r) {
        free(n);
        completion_end(c, r, 0);
    }
    return 0;
}

int rados_notify_ack(rados_ioctx_t io, const char *oid, uint64_t notify_id, uint64_t cookie, const char *buf,
                     int buf_len)
{
    struct sync_call s;
    struct encode e;

    encode_init(&e);
    encode_u64(&e, notify_id);
    encode_u64(&e, cookie);
    encode_blob(&e, buf, buf && buf_len > 0 ? (size_t)buf_len : 0);
    sync_call_init(&s, io);
    object_operation_encoded(&s.steps, OSD_OP_NOTIFY_ACK, &e);
    if (!s.steps.error)
        memset(s.steps.ops[0].args, 0, sizeof(s.steps.ops[0].args));
    return sync_call_run(&s, oid);
}

/* ---- answers ---- */

static int decode_acks(struct decode *d, struct notify_ack_t *acks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *payload;
        uint32_t len;

        acks[i].notifier_id = decode_u64(d);
        acks[i].cookie = decode_u64(d);
        payload = decode_blob(d, &len);
        if (!payload)
            return -EINVAL;
        if (len == 0)
            continue;
        acks[i].payload = malloc(len);
        if (!acks[i].payload)
            return -ENOMEM;
        memcpy(acks[i].payload, payload, len);
        acks[i].payload_len = len;
    }
    return 0;
}

int rados_decode_notify_response(char *reply_buffer, size_t reply_buffer_len, struct notify_ack_t **acks,
                                 size_t *nr_acks, struct notify_timeout_t **timeouts, size_t *nr_timeouts)
{
    struct decode d;
    uint32_t n;
    int r;

    if (!reply_buffer || !reply_buffer_len)
        return -EINVAL;
    decode_init(&d, reply_buffer, reply_buffer_len);
    n = decode_count(&d, 20);
    *timeouts = NULL;
    *nr_timeouts = 0;
    *nr_acks = n;
    *acks = calloc((size_t)n + 1, sizeof(**acks));
    r = *acks ? decode_acks(&d, *acks, n) : -ENOMEM;
    n = decode_count(&d, 16);
    if (r == 0)
        *timeouts = calloc((size_t)n + 1, sizeof(**timeouts));
    if (r == 0 && !*timeouts)
        r = -ENOMEM;
    for (; r == 0 && *nr_timeouts < n; ++*nr_timeouts) {
        (*timeouts)[*nr_timeouts].notifier_id = decode_u64(&d);
        (*timeouts)[*nr_timeouts].cookie = decode_u64(&d);
    }
    if (r == 0 && decode_error(&d))
        r = -EINVAL;
    if (r && *acks)
        rados_free_notify_response(*acks, *nr_acks, *timeouts);
    return r;
}

void rados_free_notify_response(struct notify_ack_t *acks, size_t nr_acks, struct notify_timeout_t *timeouts)
{
    for (size_t i = 0; acks && i < nr_acks; i++)
        free(acks[i].payload);
    free(acks);
    free(timeouts);
}
