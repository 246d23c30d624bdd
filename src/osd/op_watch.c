/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that watch an object, notify its watchers and answer for one. */
#include <errno.h>

#include "common/slice_codec.h"
#include "include/ceph_features.h"
#include "osd/op_context.h"
#include "osd/osd.h"
#include "osd/watch_notify.h"

static struct watcher_info watcher_of(const struct op_context *c, const struct osd_op_watch *x)
{
    const struct entity_addr *addr = entity_addrvec_canonical(connection_peer_addrs(c->req->con));
    struct watcher_info w = {.cookie = x->cookie, .who = c->req->reqid.name, .timeout = x->timeout};

    if (addr)
        w.addr = *addr;
    if (!w.timeout)
        w.timeout = (uint32_t)conf_i64(op_osd(c)->conf, OPT_osd_client_watch_timeout);
    return w;
}

static int begin(struct op_context *c, const struct osd_op_watch *x)
{
    struct watcher_info w = watcher_of(c, x);

    if (!object_info_find_watcher(&c->info, w.who, w.cookie)) {
        int r = object_info_add_watcher(&c->info, &w);
        if (r)
            return r;
        c->modified = true;
    }
    return watch_plan(c, x->op == OSD_WATCH_LEGACY ? WATCH_BEGINS_LEGACY : WATCH_BEGINS, &w);
}

static int reconnect(struct op_context *c, const struct osd_op_watch *x)
{
    struct watcher_info w = watcher_of(c, x);

    if (!object_info_find_watcher(&c->info, w.who, w.cookie))
        return -ENOTCONN; /* its time had run out */
    return watch_plan(c, WATCH_BEGINS, &w);
}

static int end(struct op_context *c, const struct osd_op_watch *x)
{
    struct watcher_info w = watcher_of(c, x);

    if (!object_info_find_watcher(&c->info, w.who, w.cookie))
        return 0;
    object_info_remove_watcher(&c->info, w.who, w.cookie);
    c->modified = true;
    return watch_plan(c, WATCH_ENDS, &w);
}

int step_watch(struct op_context *c, struct osd_op *op)
{
    struct osd_op_watch x = osd_op_watch(op);

    if (!c->exists)
        return -ENOENT;
    switch (x.op) {
    case OSD_WATCH:
    case OSD_WATCH_LEGACY:
        return begin(c, &x);
    case OSD_WATCH_RECONNECT:
        return reconnect(c, &x);
    case OSD_WATCH_PING:
        return watch_ping(c, x.cookie);
    case OSD_WATCH_UNWATCH:
        return end(c, &x);
    default:
        return -EINVAL;
    }
}

/* A client that sends nothing means nothing special. */
int step_notify(struct op_context *c, struct osd_op *op)
{
    struct slice payload = {0};
    uint32_t timeout;
    struct decode d;
    struct encode e;
    uint64_t id;
    int r;

    decode_init(&d, op->in.data, op->in.len);
    (void)decode_u32(&d); /* a version, 1 for ever */
    timeout = decode_u32(&d);
    slice_decode_blob(&payload, &d, &op->in);
    if (decode_error(&d) || !timeout)
        timeout = (uint32_t)conf_u64(op_osd(c)->conf, OPT_osd_default_notify_timeout);
    r = notify_plan(c, osd_op_u64(op, 0), timeout, payload, &id);
    if (r)
        return r;
    encode_init(&e);
    encode_u64(&e, id);
    return step_give(op, &e);
}

int step_notify_ack(struct op_context *c, struct osd_op *op)
{
    uint64_t id, cookie;
    struct slice reply = {0};
    struct decode d;

    decode_init(&d, op->in.data, op->in.len);
    id = decode_u64(&d);
    cookie = decode_u64(&d);
    if (decode_error(&d))
        return -EINVAL;
    if (decode_left(&d))
        slice_decode_blob(&reply, &d, &op->in);
    notify_ack(c, cookie, id, reply);
    return 0;
}

static void watch_item_encode(const struct watcher_info *w, struct encode *e)
{
    size_t at = encode_begin_struct(e, 2, 1);

    entity_name_encode(&w->who, e);
    encode_u64(e, w->cookie);
    encode_u32(e, w->timeout);
    entity_addr_encode(&w->addr, CEPH_FEATURES_ALL, e);
    encode_end_struct(e, at);
}

int step_list_watchers(struct op_context *c, struct osd_op *op)
{
    struct encode e;
    size_t at;

    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    encode_u32(&e, c->info.watcher_count);
    for (unsigned i = 0; i < c->info.watcher_count; i++)
        watch_item_encode(&c->info.watchers[i], &e);
    encode_end_struct(&e, at);
    return step_give(op, &e);
}
