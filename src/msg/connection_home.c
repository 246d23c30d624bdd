/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connection_home: what of a connection happens on its home worker alone: dialling, faults, making way for a
 * new socket. See msg/connection.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "msg/connection.h"
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

/* One attempt to reach the peer. Its own object, because a transport may finish it after we lost interest. */
struct dial {
    struct worker_task task;
    struct connection *con; /* a reference */
    struct worker *worker;
    const struct messenger_transport *mt;
    struct transport_dial *attempt;
    bool given_up; /* the worker's: the connection has let go of it, and may have another home by now */
    int error;
    struct transport_socket *socket;
};

/* ---- dialling ---- */

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

    if (d->given_up) {
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
    d->given_up = true;
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

/* The end of a backoff, or of waiting for a peer that was to dial us. True: dial now. */
static bool end_pause(struct connection *c)
{
    bool paused;

    connection_lock(c);
    paused = c->state == CONNECTION_BACKOFF || c->state == CONNECTION_WAIT;
    if (paused)
        c->state = CONNECTION_DIALLING;
    connection_unlock(c);
    return paused;
}

static void timer_fired(struct worker_timer *t)
{
    struct connection *c = CONTAINER_OF(t, struct connection, timer);

    if (end_pause(c))
        connection_dial(c);
    connection_put(c); /* the timer's */
}

static void start_timer(struct connection *c, struct worker *w, uint64_t after_ns)
{
    connection_get(c);
    schedule_timer(c, w, after_ns);
    if (!worker_timer_is_set(&c->timer))
        connection_put(c);
}

static void stop_timer(struct connection *c, struct worker *w)
{
    if (worker_timer_is_set(&c->timer)) {
        worker_cancel_timer(w, &c->timer);
        connection_put(c);
    }
}

/* ---- faults ---- */

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

/* ---- what others ask ---- */

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
    if (end_pause(c)) {
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

void connection_home_init(struct connection *c)
{
    worker_task_init(&c->task, connection_run);
    worker_timer_init(&c->timer, timer_fired);
}
