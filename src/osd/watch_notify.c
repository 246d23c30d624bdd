/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/watch_notify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "messages/m_watch_notify.h"
#include "osd/op_exec.h"
#include "osd/osd.h"
#include "osd/osd_session.h"

struct watch {
    struct list link;           /* object_context.watches */
    struct list pg_link;        /* pg.watches */
    struct object_context *obc; /* reference */
    struct watcher_info info;
    struct connection *con; /* reference; NULL: its client is away */
    bool pings;
    uint64_t deadline_ns; /* when it is dropped; UINT64_MAX: never */
};

/* A watcher whose answer a notify waits for, or has. */
struct notify_waiter {
    struct entity_name who;
    uint64_t cookie;
    bool answered;
    struct slice reply;
};

struct notify {
    struct list link;    /* pg.notifies */
    struct notify *next; /* op_context.notifies, while it is planned */
    uint64_t id, cookie, version;
    uint64_t notifier;      /* global id */
    struct connection *con; /* reference: the notifier's */
    struct hobject object;
    struct slice payload;
    uint32_t timeout_s;
    uint64_t deadline_ns;
    struct notify_waiter *waiters; /* by client and cookie */
    unsigned count, unanswered;
};

struct watch_change {
    struct watch_change *next;
    enum watch_change_kind kind;
    struct watcher_info watcher;
};

static bool same_name(struct entity_name a, struct entity_name b)
{
    return a.type == b.type && a.num == b.num;
}

static struct watch *find_watch(const struct object_context *obc, struct entity_name who, uint64_t cookie)
{
    list_for_each(w, &obc->watches, struct watch, link) {
        if (w->info.cookie == cookie && same_name(w->info.who, who))
            return w;
    }
    return NULL;
}

/* ---- messages ---- */

static void tell(struct pg *pg, struct connection *con, struct m_watch_notify *m, struct bufferlist *data)
{
    struct message *msg = m_watch_notify_message(m);

    if (msg && data) {
        msg->data = *data;
        bufferlist_init(data);
    }
    if (msg)
        pg_send(pg, con, msg);
}

static void tell_watcher(struct pg *pg, const struct watch *w, const struct notify *n)
{
    struct m_watch_notify m = {
        .event = WATCH_NOTIFY,
        .cookie = w->info.cookie,
        .version = n->version,
        .notify_id = n->id,
        .payload = slice_get(&n->payload),
        .notifier = n->notifier,
    };

    tell(pg, w->con, &m, NULL);
}

/* ---- notifies ---- */

static void notify_free(struct notify *n)
{
    for (unsigned i = 0; i < n->count; i++)
        slice_put(&n->waiters[i].reply);
    free(n->waiters);
    slice_put(&n->payload);
    hobject_destroy(&n->object);
    connection_put(n->con);
    free(n);
}

/* What the notifier gets: answers by watcher, then the watchers that gave none. */
static int encode_answers(const struct notify *n, struct bufferlist *out)
{
    struct encode e;
    size_t len;
    uint8_t *bytes;
    struct buffer *b;

    encode_init(&e);
    encode_u32(&e, n->count - n->unanswered);
    for (unsigned i = 0; i < n->count; i++) {
        const struct notify_waiter *w = &n->waiters[i];
        if (!w->answered)
            continue;
        encode_u64(&e, (uint64_t)w->who.num);
        encode_u64(&e, w->cookie);
        encode_blob(&e, w->reply.data, w->reply.len);
    }
    encode_u32(&e, n->unanswered);
    for (unsigned i = 0; i < n->count; i++) {
        if (n->waiters[i].answered)
            continue;
        encode_u64(&e, (uint64_t)n->waiters[i].who.num);
        encode_u64(&e, n->waiters[i].cookie);
    }
    bytes = encode_steal(&e, &len);
    b = bytes ? buffer_wrap_malloc(bytes, len) : NULL;
    return b ? bufferlist_append(out, slice_of(b)) : -ENOMEM;
}

static void notify_end(struct pg *pg, struct notify *n, int result)
{
    struct m_watch_notify m = {
        .event = WATCH_NOTIFY_COMPLETE,
        .cookie = n->cookie,
        .version = n->version,
        .notify_id = n->id,
        .result = result,
        .notifier = n->notifier,
    };
    struct bufferlist data;

    bufferlist_init(&data);
    if (encode_answers(n, &data) == 0)
        tell(pg, n->con, &m, &data);
    bufferlist_destroy(&data);
    list_remove(&n->link);
    notify_free(n);
}

static struct notify_waiter *find_waiter(struct notify *n, struct entity_name who, uint64_t cookie)
{
    for (unsigned i = 0; i < n->count; i++) {
        struct notify_waiter *w = &n->waiters[i];
        if (w->cookie == cookie && same_name(w->who, who) && !w->answered)
            return w;
    }
    return NULL;
}

static bool is_about(const struct notify *n, const struct object_context *obc)
{
    return hobject_compare(&n->object, &obc->name) == 0;
}

/* The watcher is no more: nobody waits for it. */
static void forget_waiter(struct pg *pg, const struct watch *gone)
{
    list_for_each_safe(n, &pg->notifies, struct notify, link) {
        struct notify_waiter *w =
            is_about(n, gone->obc) ? find_waiter(n, gone->info.who, gone->info.cookie) : NULL;
        if (!w)
            continue;
        *w = n->waiters[--n->count]; /* it had no reply to be freed */
        if (--n->unanswered == 0)
            notify_end(pg, n, 0);
    }
}

static int compare_waiters(const void *a, const void *b)
{
    const struct notify_waiter *x = a, *y = b;

    if (x->who.num != y->who.num)
        return x->who.num < y->who.num ? -1 : 1;
    return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static int find_waiters(struct notify *n, const struct object_context *obc)
{
    unsigned count = 0;

    list_for_each(w, &obc->watches, struct watch, link)
        count++;
    n->waiters = calloc(count ? count : 1, sizeof(*n->waiters));
    if (!n->waiters)
        return -ENOMEM;
    list_for_each(w, &obc->watches, struct watch, link)
        n->waiters[n->count++] = (struct notify_waiter){.who = w->info.who, .cookie = w->info.cookie};
    n->unanswered = n->count;
    qsort(n->waiters, n->count, sizeof(*n->waiters), compare_waiters);
    return 0;
}

/* Takes n. Watchers that are away hear of it when they come back in time. */
static void notify_start(struct op_context *c, struct notify *n)
{
    struct pg *pg = c->pg;

    list_add_tail(&pg->notifies, &n->link);
    n->version = c->obc->info.user_version;
    n->deadline_ns = clock_monotonic_ns() + n->timeout_s * NSEC_PER_SEC;
    if (find_waiters(n, c->obc)) {
        notify_end(pg, n, -ENOMEM);
        return;
    }
    list_for_each(w, &c->obc->watches, struct watch, link) {
        if (w->con)
            tell_watcher(pg, w, n);
    }
    if (!n->count)
        notify_end(pg, n, 0);
}

int notify_plan(struct op_context *c, uint64_t cookie, uint32_t timeout_s, struct slice payload, uint64_t *id)
{
    struct notify *n = calloc(1, sizeof(*n));

    if (!n || hobject_copy(&n->object, &c->obc->name)) {
        free(n);
        slice_put(&payload);
        return -ENOMEM;
    }
    list_init(&n->link);
    *id = n->id = (uint64_t)c->pg->map->map.epoch << 32 | ++c->pg->notify_count;
    n->cookie = cookie;
    n->notifier = (uint64_t)c->req->reqid.name.num;
    n->con = connection_get(c->req->con);
    n->payload = payload;
    n->timeout_s = timeout_s;
    n->next = c->notifies;
    c->notifies = n;
    return 0;
}

void notify_ack(struct op_context *c, uint64_t cookie, uint64_t notify_id, struct slice reply)
{
    list_for_each(n, &c->pg->notifies, struct notify, link) {
        struct notify_waiter *w =
            n->id == notify_id && is_about(n, c->obc) ? find_waiter(n, c->req->reqid.name, cookie) : NULL;
        if (!w)
            continue;
        w->answered = true;
        w->reply = reply;
        if (--n->unanswered == 0)
            notify_end(c->pg, n, 0);
        return;
    }
    slice_put(&reply);
}

/* ---- watches ---- */

static void extend(struct watch *w)
{
    w->deadline_ns = w->con && !w->pings ? UINT64_MAX : clock_monotonic_ns() + w->info.timeout * NSEC_PER_SEC;
}

static struct watch *watch_add(struct pg *pg, struct object_context *obc, const struct watcher_info *info)
{
    struct watch *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    object_context_ref(obc);
    w->obc = obc;
    w->info = *info;
    list_add_tail(&obc->watches, &w->link);
    list_add_tail(&pg->watches, &w->pg_link);
    return w;
}

static void watch_free(struct pg *pg, struct watch *w)
{
    list_remove(&w->link);
    list_remove(&w->pg_link);
    connection_put(w->con);
    object_context_put(&pg->objects, w->obc);
    free(w);
}

static void watch_end(struct pg *pg, struct watch *w, bool tell_it)
{
    struct m_watch_notify m = {.event = WATCH_DISCONNECT, .cookie = w->info.cookie};

    if (tell_it && w->con)
        tell(pg, w->con, &m, NULL);
    forget_waiter(pg, w);
    watch_free(pg, w);
}

static void watch_connect(struct op_context *c, const struct watch_change *change)
{
    struct osd_session *session = osd_session_of(c->req->con);
    struct watch *w = find_watch(c->obc, change->watcher.who, change->watcher.cookie);

    if (!w)
        w = watch_add(c->pg, c->obc, &change->watcher);
    if (!w || !session) {
        derr(osd, "no memory for a watch on %s", c->req->m.oid);
        return;
    }
    atomic_store(&session->watches, true);
    connection_put(w->con);
    w->con = connection_get(c->req->con);
    w->info = change->watcher;
    w->pings = change->kind == WATCH_BEGINS;
    extend(w);
    list_for_each(n, &c->pg->notifies, struct notify, link) {
        if (is_about(n, c->obc) && find_waiter(n, w->info.who, w->info.cookie))
            tell_watcher(c->pg, w, n);
    }
}

void watch_load(struct pg *pg, struct object_context *obc)
{
    if (!list_empty(&obc->watches))
        return;
    for (unsigned i = 0; i < obc->info.watcher_count; i++) {
        struct watch *w = watch_add(pg, obc, &obc->info.watchers[i]);
        if (w)
            extend(w);
    }
}

int watch_ping(struct op_context *c, uint64_t cookie)
{
    struct watch *w = find_watch(c->obc, c->req->reqid.name, cookie);

    if (!object_info_find_watcher(&c->info, c->req->reqid.name, cookie))
        return -ENOTCONN;
    if (!w)
        return -ETIMEDOUT;
    if (w->con)
        extend(w);
    return 0;
}

/* ---- effects of an operation ---- */

int watch_plan(struct op_context *c, enum watch_change_kind kind, const struct watcher_info *w)
{
    struct watch_change **at = &c->watch_changes, *change = calloc(1, sizeof(*change));

    if (!change)
        return -ENOMEM;
    change->kind = kind;
    change->watcher = *w;
    while (*at)
        at = &(*at)->next;
    *at = change;
    return 0;
}

static void apply_change(struct op_context *c, const struct watch_change *change)
{
    struct watch *w;

    if (change->kind != WATCH_ENDS) {
        watch_connect(c, change);
        return;
    }
    w = find_watch(c->obc, change->watcher.who, change->watcher.cookie);
    if (w)
        watch_end(c->pg, w, false);
}

void watch_effects_apply(struct op_context *c)
{
    struct notify *n;

    if (c->replaced) { /* the object that they watched is removed */
        list_for_each_safe(w, &c->obc->watches, struct watch, link)
            watch_end(c->pg, w, true);
    }
    for (const struct watch_change *change = c->watch_changes; change; change = change->next)
        apply_change(c, change);
    while ((n = c->notifies)) {
        c->notifies = n->next;
        notify_start(c, n);
    }
}

void watch_effects_drop(struct op_context *c)
{
    struct watch_change *change;
    struct notify *n;

    while ((change = c->watch_changes)) {
        c->watch_changes = change->next;
        free(change);
    }
    while ((n = c->notifies)) {
        c->notifies = n->next;
        notify_free(n);
    }
}

/* ---- the group ---- */

static bool is_shut_out(const struct pg *pg, const struct watch *w)
{
    return osdmap_is_blocklisted(&pg->map->map, &w->info.addr);
}

/* The object does not know it any more. */
static void watch_expire(struct pg *pg, struct watch *w)
{
    struct object_context *obc = w->obc;
    struct object_info info;
    char who[ENTITY_NAME_MAX];

    dout(osd, 1, "%s watched %s and %s: dropped", entity_name_print(&w->info.who, who), obc->name.name,
         is_shut_out(pg, w) ? "is blocklisted" : "has not been heard of in time");
    object_context_ref(obc);
    if (object_info_copy(&info, &obc->info) == 0) {
        object_info_remove_watcher(&info, w->info.who, w->info.cookie);
        watch_end(pg, w, true);
        op_update_info(pg, obc, &info);
    }
    object_context_put(&pg->objects, obc);
}

void watch_tick(struct pg *pg, uint64_t now)
{
    list_for_each_safe(n, &pg->notifies, struct notify, link) {
        if (now >= n->deadline_ns)
            notify_end(pg, n, -ETIMEDOUT);
    }
    for (;;) { /* others may go with it: writes that waited for this one */
        struct watch *gone = NULL;
        list_for_each(w, &pg->watches, struct watch, pg_link) {
            if (now >= w->deadline_ns || is_shut_out(pg, w)) {
                gone = w;
                break;
            }
        }
        if (!gone)
            return;
        watch_expire(pg, gone);
    }
}

void watch_drop_all(struct pg *pg)
{
    list_for_each_safe(n, &pg->notifies, struct notify, link) {
        list_remove(&n->link);
        notify_free(n);
    }
    list_for_each_safe(w, &pg->watches, struct watch, pg_link)
        watch_free(pg, w);
}

void watch_connection_lost(struct pg *pg, const struct connection *con)
{
    list_for_each(w, &pg->watches, struct watch, pg_link) {
        if (w->con != con)
            continue;
        connection_put(w->con);
        w->con = NULL;
        extend(w);
    }
}
