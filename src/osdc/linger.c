/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osdc/linger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/timer.h"
#include "messages/m_watch_notify.h"

#define PING_NS        (5 * NSEC_PER_SEC)
#define NOTIFY_VERSION 1

enum linger_state {
    LINGER_STARTING, /* -> STANDING, GONE */
    LINGER_STANDING, /* -> MOVING, GONE */
    LINGER_MOVING,   /* to be told again: -> STANDING, GONE */
    LINGER_GONE,     /* failed or ended; a watch stays in the table until it is unwatched */
};

struct linger_op {
    struct list entry; /* lingers.all */
    atomic_uint refs;
    struct lingers *table;
    uint64_t cookie;
    bool is_watch;
    struct linger_object object; /* own copies */

    /* table->lock */
    enum linger_state state;
    int error; /* of one that is gone */
    uint32_t generation;
    bool was_standing;
    uint64_t confirmed_ns;
    struct objecter_target target;
    struct cluster_map *map; /* that target was found in; NULL: never registered */
    struct osd_session *session;
    uint64_t incarnation;

    /* a watch */
    uint32_t timeout_s;
    struct linger_callbacks callbacks;
    void *arg;
    linger_done done; /* of the watch's beginning; then NULL */
    void *done_arg;

    /* a notification */
    struct slice request;
    uint64_t notify_id;
    linger_notified notified;
};

struct lingers {
    struct objecter *objecter;
    struct mutex lock;
    struct list all;
    uint64_t last_cookie;
    bool stopping;
    unsigned out; /* operations under way */
    struct cond changed;
    struct timer_event tick;
};

/* One operation of a linger's. */
struct linger_call {
    struct linger_op *linger;
    uint32_t generation;
    uint64_t sent_ns;
    linger_done done;
    void *done_arg;
};

/* ---- counting ---- */

static struct linger_op *linger_get(struct linger_op *g)
{
    atomic_fetch_add(&g->refs, 1);
    return g;
}

static void linger_put(struct linger_op *g)
{
    if (atomic_fetch_sub(&g->refs, 1) != 1)
        return;
    if (g->callbacks.forget)
        g->callbacks.forget(g->arg);
    cluster_map_put(g->map);
    slice_put(&g->request);
    free((char *)g->object.name);
    free((char *)g->object.key);
    free((char *)g->object.nspace);
    free(g);
}

static struct linger_op *linger_create(struct lingers *l, const struct linger_object *object)
{
    struct linger_op *g = calloc(1, sizeof(*g));

    if (!g)
        return NULL;
    g->refs = 1;
    g->table = l;
    g->object = (struct linger_object){.pool = object->pool,
                                       .nspace = strdup(object->nspace),
                                       .key = strdup(object->key),
                                       .name = strdup(object->name)};
    list_init(&g->entry);
    if (!g->object.nspace || !g->object.key || !g->object.name) {
        linger_put(g);
        return NULL;
    }
    return g;
}

static void linger_add(struct lingers *l, struct linger_op *g)
{
    mutex_lock(&l->lock);
    g->cookie = ++l->last_cookie;
    list_add_tail(&l->all, &linger_get(g)->entry);
    mutex_unlock(&l->lock);
}

static struct linger_op *find(struct lingers *l, uint64_t cookie, bool is_watch)
{
    list_for_each(g, &l->all, struct linger_op, entry)
        if (g->cookie == cookie && g->is_watch == is_watch)
            return linger_get(g);
    return NULL;
}

/* Out of the table. */
static void linger_drop(struct linger_op *g)
{
    struct lingers *l = g->table;
    bool listed;

    mutex_lock(&l->lock);
    g->state = LINGER_GONE;
    listed = !list_empty(&g->entry);
    if (listed)
        list_remove(&g->entry);
    mutex_unlock(&l->lock);
    if (listed)
        linger_put(g);
}

/* ---- operations ---- */

static void call_end(struct linger_call *c)
{
    struct lingers *l = c->linger->table;

    linger_put(c->linger);
    free(c);
    mutex_lock(&l->lock);
    l->out--;
    cond_broadcast(&l->changed);
    mutex_unlock(&l->lock);
}

static struct objecter_op *call_begin(struct linger_op *g, objecter_done done, struct linger_call **out)
{
    struct lingers *l = g->table;
    struct linger_call *c = calloc(1, sizeof(*c));
    struct objecter_op *op;

    if (!c)
        return NULL;
    c->linger = linger_get(g);
    c->sent_ns = clock_monotonic_ns();
    mutex_lock(&l->lock);
    l->out++;
    c->generation = g->generation;
    mutex_unlock(&l->lock);
    op = objecter_op_create(g->object.pool, g->object.nspace, g->object.key, g->object.name, done, c);
    if (!op) {
        call_end(c);
        return NULL;
    }
    *out = c;
    return op;
}

/* The watch ends here, unless it has ended already. */
static void watch_fail(struct linger_op *g, int error)
{
    bool tell;

    mutex_lock(&g->table->lock);
    tell = g->state != LINGER_GONE;
    g->state = LINGER_GONE;
    g->error = error;
    mutex_unlock(&g->table->lock);
    if (tell)
        g->callbacks.failed(g->arg, g->cookie, error);
}

static void notify_end(struct linger_op *g, int result, struct bufferlist *answers)
{
    linger_notified tell;
    struct bufferlist nothing;

    bufferlist_init(&nothing);
    mutex_lock(&g->table->lock);
    tell = g->notified;
    g->notified = NULL;
    mutex_unlock(&g->table->lock);
    linger_drop(g);
    if (tell)
        tell(g->arg, result, answers ? answers : &nothing);
    bufferlist_destroy(&nothing);
}

static void registered(void *arg, const struct objecter_answer *a)
{
    struct linger_call *c = arg;
    struct linger_op *g = c->linger;
    struct lingers *l = g->table;
    linger_done done = NULL;
    bool current;

    mutex_lock(&l->lock);
    current = c->generation == g->generation && g->state != LINGER_GONE;
    if (current) {
        done = g->done;
        g->done = NULL;
    }
    if (current && a->result >= 0) {
        g->state = LINGER_STANDING;
        g->was_standing = true;
        g->confirmed_ns = c->sent_ns;
        g->target = *a->target;
        g->session = a->session;
        g->incarnation = a->incarnation;
        cluster_map_put(g->map);
        g->map = objecter_map(l->objecter);
    }
    mutex_unlock(&l->lock);
    if (current && a->result < 0 && !g->is_watch)
        notify_end(g, a->result, NULL);
    else if (current && a->result < 0 && done)
        linger_drop(g); /* it never stood */
    else if (current && a->result < 0)
        watch_fail(g, a->result);
    if (done)
        done(g->done_arg, a->result < 0 ? a->result : 0);
    call_end(c);
}

static void take_notify_id(struct object_step *s, int result, struct bufferlist *out)
{
    struct linger_op *g = s->to;
    uint8_t bytes[8];
    struct decode d;

    if (result < 0 || out->len < sizeof(bytes))
        return;
    bufferlist_copy_out(out, 0, bytes, sizeof(bytes));
    decode_init(&d, bytes, sizeof(bytes));
    mutex_lock(&g->table->lock);
    g->notify_id = decode_u64(&d);
    mutex_unlock(&g->table->lock);
}

/* Tells the OSD, for the first time or again. */
static int linger_register(struct linger_op *g)
{
    struct linger_call *c;
    struct objecter_op *op;
    struct osd_op *step;
    bool again;

    mutex_lock(&g->table->lock);
    g->generation++;
    again = g->was_standing;
    mutex_unlock(&g->table->lock);
    op = call_begin(g, registered, &c);
    if (!op)
        return -ENOMEM;
    if (g->is_watch) {
        object_operation_watch(&op->operation,
                               (struct osd_op_watch){.cookie = g->cookie,
                                                     .op = again ? OSD_WATCH_RECONNECT : OSD_WATCH,
                                                     .generation = c->generation,
                                                     .timeout = g->timeout_s});
    } else {
        step = object_operation_add(&op->operation, OSD_OP_NOTIFY);
        if (step) {
            osd_op_set_u64(step, 0, g->cookie);
            step->in = slice_get(&g->request);
            *object_operation_last_step(&op->operation) =
                (struct object_step){.finish = take_notify_id, .to = g};
        }
    }
    objecter_submit(g->table->objecter, op);
    return 0;
}

static void pinged(void *arg, const struct objecter_answer *a)
{
    struct linger_call *c = arg;
    struct linger_op *g = c->linger;
    bool current;

    mutex_lock(&g->table->lock);
    current = c->generation == g->generation && g->state == LINGER_STANDING;
    if (current && a->result >= 0)
        g->confirmed_ns = c->sent_ns;
    mutex_unlock(&g->table->lock);
    if (current && a->result < 0 && a->result != -ESHUTDOWN)
        watch_fail(g, a->result);
    call_end(c);
}

static void linger_ping(struct linger_op *g)
{
    struct linger_call *c;
    struct objecter_op *op = call_begin(g, pinged, &c);

    if (!op)
        return;
    object_operation_watch(
        &op->operation,
        (struct osd_op_watch){.cookie = g->cookie, .op = OSD_WATCH_PING, .generation = c->generation});
    op->flags |= OSD_FLAG_READ;
    objecter_submit(g->table->objecter, op);
}

/* ---- what happens around them ---- */

/* References to all, so that they can be looked at without the lock. */
static struct linger_op **snapshot(struct lingers *l, size_t *count)
{
    struct linger_op **all;
    size_t n = 0;

    mutex_lock(&l->lock);
    list_for_each(g, &l->all, struct linger_op, entry)
        n++;
    all = calloc(n + 1, sizeof(struct linger_op *));
    n = 0;
    if (all && !l->stopping)
        list_for_each(g, &l->all, struct linger_op, entry)
            all[n++] = linger_get(g);
    mutex_unlock(&l->lock);
    *count = n;
    return all;
}

/* map lock and table lock are never held together: whether it moved is asked with a copy. */
static bool has_moved(struct linger_op *g)
{
    struct lingers *l = g->table;
    struct objecter_target target;
    struct cluster_map *map = NULL;
    struct osd_session *session = NULL;
    uint64_t incarnation = 0;
    bool moved;

    mutex_lock(&l->lock);
    if (g->state == LINGER_STANDING && g->map) {
        map = cluster_map_get(g->map);
        target = g->target;
        session = g->session;
        incarnation = g->incarnation;
    }
    mutex_unlock(&l->lock);
    if (!map)
        return false;
    moved = !objecter_still_there(l->objecter, &target, &map, session, incarnation);
    mutex_lock(&l->lock);
    if (g->state != LINGER_STANDING || g->session != session || g->incarnation != incarnation) {
        moved = false; /* it has been told again already */
    } else if (moved) {
        g->state = LINGER_MOVING;
    } else {
        struct cluster_map *old = g->map;

        g->map = map;
        map = old;
    }
    mutex_unlock(&l->lock);
    cluster_map_put(map);
    return moved;
}

static void lingers_changed(void *arg)
{
    struct lingers *l = arg;
    size_t n;
    struct linger_op **all = snapshot(l, &n);

    for (size_t i = 0; i < n; i++) {
        if (has_moved(all[i]) && linger_register(all[i]))
            derr(objecter, "no memory to tell of a watch again");
        linger_put(all[i]);
    }
    free(all);
}

static void arm_tick(struct lingers *l)
{
    if (timer_thread_arm(objecter_timer(l->objecter), &l->tick, clock_monotonic_ns() + PING_NS))
        derr(objecter, "no memory for a timer: watches are not confirmed");
}

static void tick(void *arg)
{
    struct lingers *l = arg;
    size_t n;
    struct linger_op **all = snapshot(l, &n);

    for (size_t i = 0; i < n; i++) {
        bool ping;

        mutex_lock(&l->lock);
        ping = all[i]->is_watch && all[i]->state == LINGER_STANDING;
        mutex_unlock(&l->lock);
        if (ping)
            linger_ping(all[i]);
        linger_put(all[i]);
    }
    free(all);
    mutex_lock(&l->lock);
    if (!l->stopping)
        arm_tick(l);
    mutex_unlock(&l->lock);
}

static void handle_event(struct lingers *l, struct m_watch_notify *m, struct message *msg)
{
    struct linger_op *g;
    bool live;

    mutex_lock(&l->lock);
    g = find(l, m->cookie, m->event != WATCH_NOTIFY_COMPLETE);
    live = g && g->state != LINGER_GONE && !l->stopping &&
           (m->event != WATCH_NOTIFY_COMPLETE || g->notify_id == 0 || g->notify_id == m->notify_id);
    mutex_unlock(&l->lock);
    if (live && m->event == WATCH_NOTIFY)
        g->callbacks.notified(g->arg, g->cookie, m->notify_id, m->notifier, &m->payload);
    else if (live && m->event == WATCH_NOTIFY_COMPLETE)
        notify_end(g, m->result, &msg->data);
    else if (live && m->event == WATCH_DISCONNECT)
        watch_fail(g, -ENOTCONN);
    if (g)
        linger_put(g);
}

static bool dispatch(void *arg, struct message *msg)
{
    struct m_watch_notify m;

    if (msg->type != MSG_WATCH_NOTIFY || connection_peer_type(msg->con) != ENTITY_TYPE_OSD)
        return false;
    if (m_watch_notify_decode(&m, msg)) {
        connection_bad_message(msg->con, msg, "watch-notify");
    } else {
        handle_event(arg, &m, msg);
        m_watch_notify_destroy(&m);
    }
    message_put(msg);
    return true;
}

static const struct dispatcher_ops dispatcher = {.dispatch = dispatch};

/* ---- life ---- */

struct lingers *lingers_create(struct objecter *o, struct messenger *m)
{
    struct lingers *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->objecter = o;
    mutex_init(&l->lock, "lingers", LOCK_RANK_LIBRADOS);
    cond_init(&l->changed);
    list_init(&l->all);
    timer_event_init(&l->tick, tick, l);
    objecter_set_changed(o, lingers_changed, l);
    messenger_add_dispatcher(m, &dispatcher, l);
    return l;
}

void lingers_stop(struct lingers *l)
{
    struct list all;

    list_init(&all);
    mutex_lock(&l->lock);
    l->stopping = true;
    list_splice_tail(&all, &l->all);
    mutex_unlock(&l->lock);
    timer_thread_disarm_sync(objecter_timer(l->objecter), &l->tick);
    list_for_each_safe(g, &all, struct linger_op, entry) {
        mutex_lock(&l->lock);
        list_remove(&g->entry);
        g->state = LINGER_GONE;
        mutex_unlock(&l->lock);
        if (!g->is_watch)
            notify_end(g, -ESHUTDOWN, NULL);
        linger_put(g);
    }
}

void lingers_free(struct lingers *l)
{
    if (!l)
        return;
    mutex_lock(&l->lock);
    while (l->out > 0)
        cond_wait(&l->changed, &l->lock);
    mutex_unlock(&l->lock);
    cond_destroy(&l->changed);
    mutex_destroy(&l->lock);
    free(l);
}

/* ---- for users ---- */

uint64_t linger_watch(struct lingers *l, const struct linger_object *object, uint32_t timeout_s,
                      const struct linger_callbacks *callbacks, void *arg, linger_done done, void *done_arg)
{
    struct linger_op *g = linger_create(l, object);
    uint64_t cookie;

    if (!g)
        return 0;
    g->is_watch = true;
    g->timeout_s = timeout_s;
    g->callbacks = *callbacks;
    g->arg = arg;
    g->done = done;
    g->done_arg = done_arg;
    linger_add(l, g);
    cookie = g->cookie;
    if (linger_register(g)) {
        g->callbacks.forget = NULL; /* it is the caller's still */
        linger_drop(g);
        cookie = 0;
    } else {
        mutex_lock(&l->lock);
        if (!l->stopping)
            arm_tick(l);
        mutex_unlock(&l->lock);
    }
    linger_put(g);
    return cookie;
}

static void unwatched(void *arg, const struct objecter_answer *a)
{
    struct linger_call *c = arg;

    linger_drop(c->linger);
    c->done(c->done_arg, a->result < 0 ? a->result : 0);
    call_end(c);
}

int linger_unwatch(struct lingers *l, uint64_t cookie, linger_done done, void *done_arg)
{
    struct linger_op *g;
    struct linger_call *c;
    struct objecter_op *op;

    mutex_lock(&l->lock);
    g = find(l, cookie, true);
    if (g)
        g->state = LINGER_GONE;
    mutex_unlock(&l->lock);
    if (!g)
        return -ENOTCONN;
    op = call_begin(g, unwatched, &c);
    if (!op) {
        linger_put(g);
        return -ENOMEM;
    }
    c->done = done;
    c->done_arg = done_arg;
    object_operation_watch(&op->operation, (struct osd_op_watch){.cookie = cookie, .op = OSD_WATCH_UNWATCH});
    objecter_submit(l->objecter, op);
    linger_put(g);
    return 0;
}

int linger_check(struct lingers *l, uint64_t cookie)
{
    struct linger_op *g;
    int r = -ENOTCONN;

    mutex_lock(&l->lock);
    g = find(l, cookie, true);
    if (g)
        r = g->state == LINGER_GONE ? (g->error ? g->error : -ENOTCONN)
                                    : (int)((clock_monotonic_ns() - g->confirmed_ns) / NSEC_PER_MSEC);
    mutex_unlock(&l->lock);
    if (g)
        linger_put(g);
    return r;
}

int linger_notify(struct lingers *l, const struct linger_object *object, const void *data, size_t len,
                  uint32_t timeout_s, linger_notified done, void *arg)
{
    struct linger_op *g = linger_create(l, object);
    struct encode e;
    size_t size;
    uint8_t *bytes;

    if (!g)
        return -ENOMEM;
    encode_init(&e);
    encode_u32(&e, NOTIFY_VERSION);
    encode_u32(&e, timeout_s);
    encode_blob(&e, data, len);
    bytes = encode_steal(&e, &size);
    g->request = slice_of(bytes ? buffer_wrap_malloc(bytes, size) : NULL);
    if (!g->request.buf) {
        linger_put(g);
        return -ENOMEM;
    }
    g->notified = done;
    g->arg = arg;
    linger_add(l, g);
    if (linger_register(g)) {
        linger_drop(g);
        linger_put(g);
        return -ENOMEM;
    }
    linger_put(g);
    return 0;
}
