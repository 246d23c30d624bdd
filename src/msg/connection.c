/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

struct out_item {
    struct session_item item;
    struct connection *con; /* borrowed: the session is part of it */
};

/* One attempt to reach the peer. Its own object, because a transport may finish it after we lost interest. */
struct dial {
    struct worker_task task;
    struct connection *con; /* a reference */
    struct worker *worker;
    const struct messenger_transport *mt;
    struct transport_dial *attempt;
    int error;
    struct transport_socket *socket;
};

const char *connection_state_name(enum connection_state s)
{
    static const char *const names[] = {
#define X(name) [CONNECTION_##name] = #name,
        CONNECTION_STATES(X)
#undef X
    };
    return names[s];
}

static void connection_run(struct worker_task *t);
static void timer_fired(struct worker_timer *t);

/* ---- life ---- */

/* Session lock held: the message is dropped when it is released, because that may free a user's payload. */
static void release_item(struct session_item *item)
{
    struct out_item *o = CONTAINER_OF(item, struct out_item, item);
    list_add_tail(&o->con->released, &item->link);
}

struct connection *connection_create(struct messenger *m, uint32_t peer_type,
                                     const struct entity_addrvec *addrs, const struct entity_addr *canonical,
                                     const struct policy *policy)
{
    struct connection *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    if (entity_addrvec_copy(&c->peer_addrs, addrs) < 0) {
        free(c);
        return NULL;
    }
    atomic_init(&c->refs, 1);
    c->messenger = messenger_get(m);
    c->peer_type = peer_type;
    if (canonical)
        c->peer_canonical = *canonical;
    c->policy = *policy;
    c->created_ns = clock_monotonic_ns();
    c->peer_name = (struct entity_name){.type = (uint8_t)peer_type, .num = ENTITY_NUM_NEW};
    c->transport_name = "none";
    c->state = CONNECTION_IDLE;
    list_init(&c->all_link);
    list_init(&c->table_link);
    list_init(&c->released);
    mutex_init(&c->lock, "session", LOCK_RANK_SESSION);
    session_init(&c->session, policy->lossy, release_item);
    worker_task_init(&c->task, connection_run);
    worker_timer_init(&c->timer, timer_fired);
    return c;
}

struct connection *connection_get(struct connection *c)
{
    if (c)
        atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

static void free_released(struct list *released)
{
    while (!list_empty(released)) {
        struct out_item *o =
            CONTAINER_OF(list_first(released, struct session_item, link), struct out_item, item);
        list_remove(&o->item.link);
        message_put(o->item.msg);
        free(o);
    }
}

static void connection_free(struct connection *c)
{
    session_destroy(&c->session);
    free_released(&c->released);
    if (c->priv_put)
        c->priv_put(c->priv);
    if (c->have_identity)
        auth_identity_destroy(&c->identity);
    entity_addrvec_destroy(&c->peer_addrs);
    mutex_destroy(&c->lock);
    messenger_put(c->messenger);
    free(c);
}

void connection_put(struct connection *c)
{
    if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
        connection_free(c);
}

void connection_lock(struct connection *c)
{
    mutex_lock(&c->lock);
}

void connection_unlock(struct connection *c)
{
    struct list released;

    list_init(&released);
    list_splice_tail(&released, &c->released);
    mutex_unlock(&c->lock);
    free_released(&released);
}

void connection_ask_locked(struct connection *c, unsigned todo)
{
    c->todo |= todo;
    if (!c->home)
        return;
    connection_get(c);
    if (!worker_post(c->home, &c->task))
        connection_put(c); /* the post that waits has a reference; ours is never the last */
}

bool connection_kill(struct connection *c, bool tell_owner)
{
    struct messenger *m = c->messenger;
    struct list released;
    bool was_alive;

    list_init(&released);
    mutex_lock(&m->lock);
    mutex_lock(&c->lock);
    was_alive = c->state != CONNECTION_DEAD && !c->loopback;
    if (was_alive) {
        c->state = CONNECTION_DEAD;
        session_drop_all(&c->session);
        list_splice_tail(&released, &c->released);
        connection_ask_locked(c, CONNECTION_TODO_STOP);
        messenger_forget_locked(m, c);
    }
    mutex_unlock(&c->lock);
    mutex_unlock(&m->lock);
    free_released(&released);
    if (!was_alive)
        return false;
    dispatch_queue_discard(m->dispatch, c);
    if (tell_owner)
        dispatch_queue_push_event(m->dispatch, DISPATCH_RESET, connection_get(c));
    connection_put(c); /* the list's reference */
    return true;
}

/* ---- sending ---- */

struct message *connection_take_locked(struct connection *c, uint64_t *seq)
{
    struct session_item *item = session_take(&c->session);
    struct message *m;

    if (!item)
        return NULL;
    *seq = item->seq;
    m = message_get(item->msg);
    if (c->session.lossy)
        release_item(item);
    return m;
}

static bool may_dial(const struct connection *c)
{
    return !c->policy.server;
}

/* A connection that rests begins to dial. Under the lock. */
static void leave_standby_locked(struct connection *c)
{
    if (c->state != CONNECTION_STANDBY || !may_dial(c))
        return;
    if (c->session.connect_seq > 0) /* a session that was never open begins at 0 */
        c->session.connect_seq++;
    c->state = CONNECTION_DIALLING;
    connection_ask_locked(c, CONNECTION_TODO_DIAL);
}

static int send_to_ourselves(struct connection *c, struct message *msg)
{
    const struct message_encoding *e = message_encoding_for(msg, CEPH_FEATURES_ALL);
    struct message *copy = e ? message_create(msg->type, e->version, e->compat_version) : NULL;
    int r = copy ? bufferlist_append_list(&copy->data, &msg->data) : -ENOMEM;

    if (r == 0) {
        copy->front = slice_get(&e->front);
        copy->middle = slice_get(&e->middle);
        copy->priority = msg->priority;
        copy->tid = msg->tid;
        copy->data_off = msg->data_off;
        copy->src = messenger_name(c->messenger);
        copy->con = connection_get(c);
        copy->recv_ns = clock_monotonic_ns();
        dispatch_queue_push_message(c->messenger->dispatch, message_get(copy));
    }
    message_put(copy);
    message_put(msg);
    return r;
}

static void dump_bytes(const struct message *msg, int level)
{
    char line[16 * 3 + 1];

    for (size_t at = 0; log_wants(LOG_ms, level) && at < msg->front.len && at < 4096; at += 16) {
        size_t n = 0;
        for (size_t i = at; i < at + 16 && i < msg->front.len; i++)
            n += (size_t)snprintf(line + n, sizeof(line) - n, " %02x", msg->front.data[i]);
        dout(ms, level, "%06zx%s", at, line);
    }
}

int connection_send(struct connection *c, struct message *msg)
{
    uint64_t features = atomic_load_explicit(&c->features, memory_order_relaxed);
    struct out_item *o;
    struct pipe *p = NULL;
    int r = 0;

    if (c->loopback)
        return send_to_ourselves(c, msg);
    o = calloc(1, sizeof(*o));
    if (!o) {
        message_put(msg);
        return -ENOMEM;
    }
    /* What can be computed before any lock is: a reconnect with other features does it again. */
    if (features && message_encoding_for(msg, features) && c->messenger->options.crc_data)
        message_data_crc(msg);
    if (UNLIKELY(conf_bool(c->messenger->conf, OPT_ms_dump_on_send)))
        dump_bytes(msg, 0);
    o->con = c;
    o->item.msg = msg;
    o->item.priority = msg->priority;
    o->item.cost = message_size(msg);
    connection_lock(c);
    if (c->state == CONNECTION_DEAD) {
        list_init(&o->item.link);
        release_item(&o->item);
        r = -ENOTCONN;
    } else {
        session_queue(&c->session, &o->item);
        if (c->state == CONNECTION_OPEN)
            p = pipe_get(c->pipe);
        else
            leave_standby_locked(c);
    }
    connection_unlock(c);
    if (p) {
        pipe_kick(p);
        pipe_put(p);
    }
    return r;
}

int connection_send_keepalive(struct connection *c)
{
    struct pipe *p = NULL;
    int r = 0;

    if (c->loopback)
        return 0;
    connection_lock(c);
    if (c->state == CONNECTION_DEAD) {
        r = -ENOTCONN;
    } else {
        c->want_keepalive = true;
        if (c->state == CONNECTION_OPEN)
            p = pipe_get(c->pipe);
        else
            leave_standby_locked(c);
    }
    connection_unlock(c);
    if (p) {
        pipe_kick(p);
        pipe_put(p);
    }
    return r;
}

void connection_bad_message(struct connection *c, const struct message *msg, const char *what)
{
    const struct conf *conf = c->messenger->conf;
    char text[256], addr[ENTITY_ADDR_TEXT_MAX];

    derr(ms, "%s: %s from %s cannot be decoded: %s", c->messenger->lname,
         messenger_describe_message(msg, text, sizeof(text)),
         c->loopback ? "ourselves" : entity_addr_print(&c->peer_addrs.addrs[0], addr), what);
    dump_bytes(msg, (int)conf_i64(conf, OPT_ms_dump_corrupt_message_level));
    if (conf_bool(conf, OPT_ms_die_on_bad_msg))
        abort();
    connection_kill(c, true);
}

void connection_mark_down(struct connection *c)
{
    connection_kill(c, false);
}

void connection_mark_disposable(struct connection *c)
{
    connection_lock(c);
    c->policy.lossy = true;
    connection_unlock(c);
}

/* ---- the home worker: dialling ---- */

static void dial_free(struct dial *d)
{
    if (d->attempt)
        (void)worker_transport(d->worker)->cancel(d->attempt);
    messenger_pipe_ended(d->con->messenger);
    connection_put(d->con);
    free(d);
}

/* The transport's thread: the result goes to the worker. */
static void dialled(void *arg, int error, struct transport_socket *s)
{
    struct dial *d = arg;

    d->error = error;
    d->socket = s;
    worker_post(d->worker, &d->task);
}

static void dial_done(struct worker_task *t)
{
    struct dial *d = CONTAINER_OF(t, struct dial, task);
    struct connection *c = d->con;

    if (c->dial != d) { /* given up meanwhile */
        if (d->socket)
            d->socket->transport->close(d->socket);
    } else {
        c->dial = NULL;
        if (d->error == 0) {
            struct pipe *p = pipe_create_connector(c, d->worker, d->socket);
            if (!p)
                connection_faulted(c, NULL, false, -ENOMEM);
        } else {
            char text[ENTITY_ADDR_TEXT_MAX];
            dout(ms, 2, "%s: cannot reach %s over %s: %s", c->messenger->lname,
                 entity_addr_print(&c->peer_addrs.addrs[0], text), worker_transport(d->worker)->name,
                 strerror(-d->error));
            connection_faulted(c, NULL, false, d->error);
        }
    }
    dial_free(d);
}

static void stop_dialling(struct connection *c)
{
    struct dial *d = c->dial;
    struct transport_dial *attempt;

    if (!d)
        return;
    attempt = d->attempt;
    c->dial = NULL;
    d->attempt = NULL;
    if (!worker_transport(d->worker)->cancel(attempt))
        dial_free(d); /* else dial_done() is to come */
}

static void schedule_timer(struct connection *c, struct worker *w, uint64_t after_ns)
{
    if (worker_set_timer(w, &c->timer, clock_monotonic_ns() + after_ns) < 0)
        connection_kill(c, true); /* no memory for a timer: better an honest end than a hang */
}

static void begin_dial(struct connection *c, struct worker *w, const struct messenger_transport *mt,
                       const struct entity_addr *addr)
{
    const struct messenger_options *o = &c->messenger->options;
    struct transport_socket_options so = {
        .nodelay = o->tcp_nodelay, .rcvbuf = o->tcp_rcvbuf, .sndbuf = o->tcp_sndbuf};
    struct entity_addr own = messenger_canonical_addr(c->messenger);
    bool bind_first = o->bind_before_connect && !entity_addr_is_blank_ip(&own);
    struct dial *d = NULL;
    int r = -ESHUTDOWN;

    entity_addr_set_port(&own, 0);
    if (messenger_pipe_begins(c->messenger)) {
        d = calloc(1, sizeof(*d));
        if (!d)
            messenger_pipe_ended(c->messenger);
        r = -ENOMEM;
    }
    if (d) {
        d->con = connection_get(c);
        d->worker = w;
        d->mt = mt;
        worker_task_init(&d->task, dial_done);
        c->dial = d;
        r = worker_transport(w)->dial(&addr->sa, entity_addr_socklen(addr), bind_first ? &own.sa : NULL,
                                      bind_first ? entity_addr_socklen(&own) : 0, &so,
                                      clock_monotonic_ns() + o->dial_timeout_ns, dialled, d, &d->attempt);
        if (r < 0) {
            c->dial = NULL;
            dial_free(d);
        }
    }
    if (r < 0)
        connection_faulted(c, NULL, false, r);
}

/* DIALLING: starts the attempt, on a worker of the transport that is to be tried. */
static void connection_dial(struct connection *c)
{
    const struct entity_addr *addr;
    const struct messenger_transport *mt =
        messenger_choose(c->messenger, &c->peer_addrs, c->candidate, &addr);
    struct worker *w;

    if (!mt) {
        c->candidate = 0;
        mt = messenger_choose(c->messenger, &c->peer_addrs, 0, &addr);
    }
    connection_lock(c);
    w = c->home;
    if (c->state != CONNECTION_DIALLING || c->pipe || c->dial || !mt) {
        connection_unlock(c);
        return;
    }
    if (worker_transport(w) != mt->transport) {
        c->home = worker_pool_pick(mt->pool);
        connection_ask_locked(c, CONNECTION_TODO_DIAL);
        connection_unlock(c);
        return;
    }
    connection_unlock(c);
    begin_dial(c, w, mt, addr);
}

/* The end of a backoff, or of waiting for a peer that was to dial us. */
static void timer_fired(struct worker_timer *t)
{
    struct connection *c = CONTAINER_OF(t, struct connection, timer);
    bool dial;

    connection_lock(c);
    dial = c->state == CONNECTION_BACKOFF || c->state == CONNECTION_WAIT;
    if (dial)
        c->state = CONNECTION_DIALLING;
    connection_unlock(c);
    if (dial)
        connection_dial(c);
    connection_put(c); /* the timer's */
}

static void start_timer(struct connection *c, struct worker *w, uint64_t after_ns)
{
    connection_get(c);
    schedule_timer(c, w, after_ns);
    if (!c->timer.place)
        connection_put(c);
}

static void stop_timer(struct connection *c, struct worker *w)
{
    if (c->timer.place) {
        worker_cancel_timer(w, &c->timer);
        connection_put(c);
    }
}

/* ---- the home worker: faults ---- */

static uint64_t next_backoff(struct connection *c)
{
    const struct messenger_options *o = &c->messenger->options;

    c->backoff_ns = c->backoff_ns ? c->backoff_ns * 2 : o->initial_backoff_ns;
    if (c->backoff_ns > o->max_backoff_ns)
        c->backoff_ns = o->max_backoff_ns;
    return c->backoff_ns;
}

/* An open session lost its socket, or one that we had accepted did. Under the lock; true: dial now. */
static bool after_open_locked(struct connection *c)
{
    bool idle = !session_has_queued(&c->session) && !c->want_keepalive;

    c->backoff_ns = 0;
    if (c->policy.server || (c->policy.standby && idle)) {
        c->state = CONNECTION_STANDBY;
        return false;
    }
    c->session.connect_seq++;
    c->state = CONNECTION_DIALLING;
    return true;
}

void connection_faulted(struct connection *c, struct pipe *p, bool was_open, int error)
{
    struct messenger *m = c->messenger;
    bool dial = false, kill = false, wait = false;
    struct worker *home;

    connection_lock(c);
    home = c->home;
    if (p && c->pipe != p) { /* it had been replaced already */
        connection_unlock(c);
        return;
    }
    c->pipe = NULL;
    c->faults++;
    if (c->state == CONNECTION_DEAD) {
        ;
    } else if (c->policy.lossy && was_open) {
        kill = true;
    } else {
        if (!c->session.lossy)
            session_requeue_sent(&c->session);
        if (was_open) {
            dial = after_open_locked(c);
        } else {
            c->state = CONNECTION_BACKOFF;
            c->candidate++;
            wait = true;
        }
    }
    connection_unlock(c);
    if (p)
        pipe_put(p);
    if (kill)
        connection_kill(c, true);
    if (wait) {
        start_timer(c, home, next_backoff(c));
        if (error == -ECONNREFUSED)
            dispatch_queue_push_event(m->dispatch, DISPATCH_REFUSED, connection_get(c));
    }
    if (dial)
        connection_dial(c);
}

void connection_told_to_wait(struct connection *c, struct pipe *p)
{
    struct worker *home;
    bool wait;

    connection_lock(c);
    home = c->home;
    wait = c->pipe == p && c->state != CONNECTION_DEAD;
    if (c->pipe == p)
        c->pipe = NULL;
    else
        p = NULL;
    if (wait)
        c->state = CONNECTION_WAIT;
    connection_unlock(c);
    if (p)
        pipe_put(p);
    if (wait)
        start_timer(c, home, c->messenger->options.max_backoff_ns);
}

void connection_successor_failed(struct connection *c, struct pipe *p)
{
    bool dial = false;

    connection_lock(c);
    if (c->successor == p) {
        c->successor = NULL;
        if (c->state == CONNECTION_QUIET)
            dial = after_open_locked(c);
    } else {
        p = NULL;
    }
    connection_unlock(c);
    if (p)
        pipe_put(p);
    if (dial)
        connection_dial(c);
}

/* ---- the home worker: what others ask ---- */

/* Takes down whatever runs: socket, dial, timer. Returns the pipe that wants to take over, if there is one.
 */
static struct pipe *make_quiet(struct connection *c, struct worker *w)
{
    struct pipe *old, *successor;

    stop_timer(c, w);
    stop_dialling(c);
    connection_lock(c);
    old = c->pipe;
    c->pipe = NULL;
    successor = c->successor;
    if (c->state != CONNECTION_DEAD) {
        if (!c->session.lossy)
            session_requeue_sent(&c->session);
        c->state = CONNECTION_QUIET;
        c->home = successor->worker;
        c->backoff_ns = 0;
    }
    connection_unlock(c);
    if (old) {
        pipe_abandon(old);
        pipe_put(old);
    }
    return successor;
}

static void hurry(struct connection *c, struct worker *w)
{
    bool dial;

    connection_lock(c);
    dial = c->state == CONNECTION_BACKOFF || c->state == CONNECTION_WAIT;
    if (dial)
        c->state = CONNECTION_DIALLING;
    connection_unlock(c);
    if (dial) {
        stop_timer(c, w);
        connection_dial(c);
    }
}

static void connection_run(struct worker_task *t)
{
    struct connection *c = CONTAINER_OF(t, struct connection, task);
    struct worker *home;
    unsigned todo;

    connection_lock(c);
    home = c->home;
    if (!worker_is_current(home)) { /* it has moved since it was asked */
        bool posted = worker_post(home, t);
        connection_unlock(c);
        if (!posted)
            connection_put(c);
        return;
    }
    todo = c->todo;
    c->todo = 0;
    connection_unlock(c);
    if (todo & (CONNECTION_TODO_STOP | CONNECTION_TODO_QUIESCE)) {
        struct pipe *successor = make_quiet(c, home);
        if (successor)
            pipe_ask(successor, PIPE_TODO_TAKE_OVER);
    } else {
        if (todo & CONNECTION_TODO_DIAL)
            connection_dial(c);
        if (todo & CONNECTION_TODO_HURRY)
            hurry(c, home);
    }
    connection_put(c);
}

/* ---- what users ask ---- */

struct messenger *connection_messenger(const struct connection *c)
{
    return c->messenger;
}

uint32_t connection_peer_type(const struct connection *c)
{
    return c->peer_type;
}

struct entity_name connection_peer_name(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    struct entity_name n;

    mutex_lock(&mc->lock);
    n = c->peer_name;
    mutex_unlock(&mc->lock);
    return n;
}

void connection_set_peer_num(struct connection *c, int64_t num)
{
    mutex_lock(&c->lock);
    c->peer_name.num = num;
    mutex_unlock(&c->lock);
}

uint64_t connection_features(const struct connection *c)
{
    return c->loopback ? CEPH_FEATURES_ALL : atomic_load(&c->features);
}

static enum connection_state state_of(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    enum connection_state s;

    mutex_lock(&mc->lock);
    s = c->state;
    mutex_unlock(&mc->lock);
    return s;
}

bool connection_is_open(const struct connection *c)
{
    return c->loopback || state_of(c) == CONNECTION_OPEN;
}

bool connection_is_dead(const struct connection *c)
{
    return !c->loopback && state_of(c) == CONNECTION_DEAD;
}

const struct entity_addrvec *connection_peer_addrs(const struct connection *c)
{
    return &c->peer_addrs;
}

struct entity_addr connection_peer_socket_addr(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    struct entity_addr a;

    mutex_lock(&mc->lock);
    a = c->socket_addr;
    mutex_unlock(&mc->lock);
    return a;
}

const char *connection_transport_name(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    const char *name;

    mutex_lock(&mc->lock);
    name = c->transport_name;
    mutex_unlock(&mc->lock);
    return name;
}

const struct auth_identity *connection_identity(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    bool have;

    mutex_lock(&mc->lock);
    have = c->have_identity;
    mutex_unlock(&mc->lock);
    return have ? &c->identity : NULL;
}

uint64_t connection_last_keepalive_ns(const struct connection *c)
{
    return atomic_load(&c->last_keepalive_ns);
}

uint64_t connection_last_keepalive_ack_ns(const struct connection *c)
{
    return atomic_load(&c->last_keepalive_ack_ns);
}

void connection_set_private(struct connection *c, void *priv, void (*put)(void *priv))
{
    void *old;
    void (*old_put)(void *priv);

    mutex_lock(&c->lock);
    old = c->priv;
    old_put = c->priv_put;
    c->priv = priv;
    c->priv_put = put;
    mutex_unlock(&c->lock);
    if (old_put)
        old_put(old);
}

void *connection_private(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    void *priv;

    mutex_lock(&mc->lock);
    priv = c->priv;
    mutex_unlock(&mc->lock);
    return priv;
}
