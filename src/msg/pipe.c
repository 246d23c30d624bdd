/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/pipe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/inject.h"
#include "msg/simple_messenger.h"

static void pipe_run(struct worker_task *t);
static void pipe_ready(struct worker_handler *h, unsigned events);
static void pipe_timer(struct worker_timer *t);

const char *pipe_state_name(enum pipe_state s)
{
    static const char *const names[] = {
        [PIPE_NEW] = "new",   [PIPE_HANDSHAKE] = "handshake", [PIPE_HELD] = "held",
        [PIPE_OPEN] = "open", [PIPE_CLOSED] = "closed",
    };
    return names[s];
}

/* ---- life ---- */

static struct pipe *pipe_create(struct messenger *m, struct worker *w, struct transport_socket *s)
{
    struct pipe *p = NULL;

    if (messenger_pipe_begins(m)) {
        p = calloc(1, sizeof(*p));
        if (!p)
            messenger_pipe_ended(m);
    }
    if (!p) {
        s->transport->close(s);
        return NULL;
    }
    atomic_init(&p->refs, 1);
    p->messenger = messenger_get(m);
    p->worker = w;
    p->socket = s;
    p->mt = messenger_transport_of(m, s->transport);
    p->handler.ready = pipe_ready;
    p->heard_ns = clock_monotonic_ns();
    list_init(&p->accepting_link);
    worker_task_init(&p->task, pipe_run);
    worker_timer_init(&p->timer, pipe_timer);
    pipe_throttle_init(p);
    pipe_rx_init(p);
    mutex_init(&p->tx_lock, "tx", LOCK_RANK_TX);
    return p;
}

struct pipe *pipe_get(struct pipe *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

static void pipe_free(struct pipe *p)
{
    const struct auth_upcalls *auth = &p->messenger->auth;

    pipe_handshake_free(p);
    if (p->rx_ready) {
        msgr_v1_rx_destroy(&p->rx);
        msgr_v1_tx_destroy(&p->tx);
    }
    for (unsigned i = 0; i < p->slots_count; i++)
        message_put(p->in_slots[(p->slots_first + i) % MSGR_V1_TX_SLOTS]);
    for (unsigned i = 0; i < p->done_count; i++)
        message_put(p->done[i]);
    if (auth->release_dial)
        auth->release_dial(auth->connector_arg, &p->authorizer);
    if (auth->release_accept)
        auth->release_accept(auth->acceptor_arg, &p->auth_accept);
    free(p->authorizer.bytes);
    if (p->have_identity)
        auth_identity_destroy(&p->identity);
    if (p->security)
        p->security->put(p->security);
    free(p->kept);
    mutex_destroy(&p->tx_lock);
    connection_put(p->con);
    messenger_put(p->messenger);
    free(p);
}

void pipe_put(struct pipe *p)
{
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        pipe_free(p);
}

const char *pipe_describe(const struct pipe *p, char buf[static PIPE_TEXT_MAX])
{
    struct entity_addr peer = {.type = p->mt->addr_type};
    char text[ENTITY_ADDR_TEXT_MAX];

    if (p->con)
        peer = p->con->peer_addrs.addrs[0];
    else
        entity_addr_set_sockaddr(&peer, (const struct sockaddr *)&p->peer_sockaddr);
    snprintf(buf, PIPE_TEXT_MAX, "%s %s fd %d %s %s%s", p->messenger->lname,
             worker_transport(p->worker)->name, p->socket ? p->socket->fd : -1,
             entity_addr_print(&peer, text), p->con ? entity_type_name(p->con->peer_type) : "peer",
             p->acceptor ? " (accepted)" : "");
    return buf;
}

void pipe_ask(struct pipe *p, unsigned todo)
{
    atomic_fetch_or(&p->todo, todo);
    pipe_get(p);
    if (!worker_post(p->worker, &p->task))
        pipe_put(p); /* the post that waits holds one */
}

void pipe_set_interest(struct pipe *p, unsigned interest)
{
    if (p->interest == interest || !p->in_poller)
        return;
    p->interest = interest;
    worker_set_interest(p->worker, p->socket, interest);
}

static void start(struct pipe *p)
{
    uint64_t deadline_ns = clock_monotonic_ns() + p->messenger->options.handshake_timeout_ns;
    int r;

    if (p->state != PIPE_NEW)
        return;
    inject_internal_delay(p->messenger->conf);
    p->interest = TRANSPORT_READ;
    r = worker_add_socket(p->worker, p->socket, p->interest, &p->handler);
    p->in_poller = r == 0;
    p->state = PIPE_HANDSHAKE;
    if (r < 0) {
        pipe_fault(p, r, "cannot be waited for");
        return;
    }
    r = worker_set_timer(p->worker, &p->timer, deadline_ns);
    if (r < 0)
        pipe_fault(p, r, "no memory for a timer");
    else
        pipe_pump(p); /* it may get as far as the first messages */
}

struct pipe *pipe_create_acceptor(struct messenger *m, struct worker *w, struct transport_socket *s,
                                  const struct sockaddr *peer)
{
    struct pipe *p = pipe_create(m, w, s);
    bool full;

    if (!p)
        return NULL;
    p->acceptor = true;
    memcpy(&p->peer_sockaddr, peer,
           peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    mutex_lock(&m->lock);
    full = m->accepting_count >= MESSENGER_ACCEPTING_MAX;
    if (!full) {
        list_add_tail(&m->accepting, &p->accepting_link);
        m->accepting_count++;
    }
    mutex_unlock(&m->lock);
    pipe_ask(p, full ? PIPE_TODO_STOP : PIPE_TODO_START);
    return p;
}

struct pipe *pipe_create_connector(struct connection *c, struct worker *w, struct transport_socket *s)
{
    struct pipe *p = pipe_create(c->messenger, w, s);
    bool wanted;

    if (!p)
        return NULL;
    p->con = connection_get(c);
    connection_lock(c);
    wanted = c->state == CONNECTION_DIALLING;
    if (wanted) {
        c->state = CONNECTION_HANDSHAKE;
        c->pipe = pipe_get(p);
    }
    connection_unlock(c);
    if (wanted)
        start(p);
    else
        pipe_abandon(p);
    return p;
}

/* Not accepting any more: a session has it, or nobody will. */
static void leave_accepting(struct pipe *p)
{
    struct messenger *m = p->messenger;

    mutex_lock(&m->lock);
    if (!list_empty(&p->accepting_link)) {
        list_remove(&p->accepting_link);
        m->accepting_count--;
    }
    mutex_unlock(&m->lock);
}

/* ---- the end ---- */

static void take_down(struct pipe *p)
{
    if (p->state == PIPE_CLOSED)
        return;
    if (p->in_poller)
        worker_remove_socket(p->worker, p->socket);
    p->in_poller = false;
    worker_cancel_timer(p->worker, &p->timer);
    p->state = PIPE_CLOSED;
    pipe_throttle_close(p);
    pipe_release_held(p); /* its seq is noted: it will not come again */
    if (p->acceptor)
        leave_accepting(p);
    atomic_store(&p->closing, true);
    pipe_kick(p);
}

/* Nobody sends any more. */
static void close_socket(struct pipe *p)
{
    struct messenger *m = messenger_get(p->messenger);

    p->socket->transport->close(p->socket);
    p->socket = NULL;
    pipe_put(p); /* the reference of its creation */
    messenger_pipe_ended(m);
    messenger_put(m);
}

void pipe_abandon(struct pipe *p)
{
    take_down(p);
}

/* A peer that breaks the protocol or does not answer is for operators to see; that sockets come and go is
 * not. */
static int fault_level(const struct pipe *p, int error)
{
    const bool open = p->state == PIPE_OPEN;

    switch (error) {
    case -EBADMSG:
    case -E2BIG:
    case -EPROTO:
    case -EPROTONOSUPPORT:
        return 0;
    case -EACCES:
        return open ? 0 : 1;
    case -ETIMEDOUT:
        return open || p->acceptor ? 0 : 1;
    default:
        return open ? 2 : 1;
    }
}

void pipe_fault(struct pipe *p, int error, const char *reason)
{
    bool was_held = p->state == PIPE_HELD;
    bool was_open = p->state == PIPE_OPEN || p->acceptor;
    char text[PIPE_TEXT_MAX];

    if (p->state == PIPE_CLOSED)
        return;
    dout(ms, fault_level(p, error), "%s: %s while %s: %s", pipe_describe(p, text), reason,
         pipe_state_name(p->state), strerror(-error));
    inject_internal_delay(p->messenger->conf);
    pipe_get(p);
    take_down(p);
    /* A held pipe has no say in the session yet: it tells when its turn comes. */
    if (p->con && !was_held)
        connection_faulted(p->con, p, was_open, error);
    pipe_put(p);
}

/* ---- open ---- */

static struct signature_input signature_input_of(const struct msgr_v1_header *h,
                                                 const struct msgr_v1_footer *f)
{
    return (struct signature_input){
        .header_crc = h->crc,
        .front_crc = f->front_crc,
        .middle_crc = f->middle_crc,
        .data_crc = f->data_crc,
        .front_len = h->front_len,
        .middle_len = h->middle_len,
        .data_len = h->data_len,
        .seq = h->seq,
    };
}

static int sign(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f, uint64_t *sig)
{
    struct session_security *s = ((struct pipe *)arg)->security;
    struct signature_input in = signature_input_of(h, f);

    *sig = s->sign(s, &in);
    return 0;
}

static int check_signature(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f)
{
    const struct pipe *p = arg;
    struct signature_input in = signature_input_of(h, f);
    bool is_signed = f->flags & MSGR_V1_FOOTER_SIGNED;
    char text[PIPE_TEXT_MAX];

    if (p->security->check(p->security, &in, f->sig, is_signed))
        return 0;
    dout(ms, 0, "%s: message type %u seq %" PRIu64 " has %s signature: the connection ends",
         pipe_describe(p, text), h->type, h->seq, is_signed ? "a wrong" : "no");
    return -EACCES;
}

static void init_machines(struct pipe *p)
{
    const struct messenger_options *o = &p->messenger->options;
    struct msgr_v1_rx_options rx = {
        .features = p->features,
        .crc_header = o->crc_header,
        .crc_data = o->crc_data,
        .data_max = (uint32_t)o->max_message_bytes,
        .check = p->security ? check_signature : NULL,
        .check_arg = p,
    };
    struct msgr_v1_tx_options tx = {
        .features = p->features,
        .crc_header = o->crc_header,
        .crc_data = o->crc_data,
        .sign = p->security ? sign : NULL,
        .sign_arg = p,
    };

    msgr_v1_rx_init(&p->rx, &rx);
    msgr_v1_tx_init(&p->tx, &tx);
    p->rx_ready = true;
}

static void give_identity_locked(struct pipe *p)
{
    struct connection *c = p->con;

    if (p->have_identity && !c->have_identity) {
        c->identity = p->identity;
        c->have_identity = true;
        p->have_identity = false;
    }
}

static void keepalive_later(struct pipe *p)
{
    if (p->mt->keepalive_interval_ns && ceph_has_feature(p->features, CEPH_FEATURE_MSGR_KEEPALIVE2) &&
        worker_set_timer(p->worker, &p->timer, worker_now_ns(p->worker) + p->mt->keepalive_interval_ns) < 0)
        pipe_fault(p, -ENOMEM, "no memory for a timer");
}

void pipe_open(struct pipe *p)
{
    struct msgr_v1_handshake *hs = p->handshake;
    struct connection *c = p->con;
    struct entity_addr socket_addr = {.type = p->mt->addr_type};
    struct sockaddr_storage local, peer;
    char text[PIPE_TEXT_MAX];
    bool ours;

    p->features = hs->features;
    init_machines(p);
    if (p->socket->transport->names(p->socket, &local, &peer) == 0)
        entity_addr_set_sockaddr(&socket_addr, (struct sockaddr *)&peer);
    connection_lock(c);
    ours = c->pipe == p && (c->state == CONNECTION_HANDSHAKE || c->state == CONNECTION_ACCEPTING);
    if (ours) {
        if (!p->acceptor) {
            session_opened(&c->session, hs->connect_seq, hs->peer_global_seq, hs->have_peer_in_seq);
            c->policy.lossy |= hs->lossy;
            c->session.lossy = c->policy.lossy;
        }
        if (!p->acceptor || hs->have_peer_in_seq)
            session_confirmed(&c->session);
        if (hs->have_peer_in_seq)
            session_peer_has(&c->session, hs->peer_in_seq);
        give_identity_locked(p);
        atomic_store(&c->features, p->features);
        c->transport_name = worker_transport(p->worker)->name;
        c->socket_addr = socket_addr;
        c->open_ns = worker_now_ns(p->worker);
        c->state = CONNECTION_OPEN;
        c->backoff_ns = 0;
        p->state = PIPE_OPEN;
    }
    connection_unlock(c);
    if (!ours) {
        pipe_abandon(p);
        return;
    }
    dout(ms, 10, "%s: open, features %#llx, connect_seq %u%s", pipe_describe(p, text),
         (unsigned long long)p->features, c->session.connect_seq, c->policy.lossy ? ", lossy" : "");
    pipe_handshake_free(p);
    if (p->acceptor)
        leave_accepting(p);
    worker_cancel_timer(p->worker, &p->timer);
    pipe_set_interest(p, TRANSPORT_READ);
    dispatch_queue_push_event(p->messenger->dispatch, p->acceptor ? DISPATCH_ACCEPT : DISPATCH_CONNECT,
                              connection_get(c));
    keepalive_later(p);
    pipe_kick(p);
}

/* ---- what the worker is told ---- */

static void pipe_ready(struct worker_handler *h, unsigned events)
{
    struct pipe *p = CONTAINER_OF(h, struct pipe, handler);

    pipe_get(p);
    if (events & TRANSPORT_WRITE) {
        if (p->state == PIPE_OPEN) {
            pipe_set_interest(p, p->interest & ~(unsigned)TRANSPORT_WRITE);
            atomic_store(&p->blocked, false);
            pipe_kick(p);
        } else {
            pipe_pump(p);
        }
    }
    if (events & (TRANSPORT_READ | TRANSPORT_HANGUP)) {
        if (p->state == PIPE_HELD || pipe_holds_back(p)) {
            /* Not reading now; a peer that is gone would be reported for ever. */
            if (events & TRANSPORT_HANGUP)
                pipe_fault(p, -ECONNRESET, "closed by the peer");
        } else {
            pipe_pump(p);
        }
    }
    pipe_put(p);
}

/* The handshake takes too long; or it is time to show that we live, and to ask whether the peer does. */
static void pipe_timer(struct worker_timer *t)
{
    struct pipe *p = CONTAINER_OF(t, struct pipe, timer);
    uint64_t now = worker_now_ns(p->worker);

    if (p->state != PIPE_OPEN) {
        pipe_fault(p, -ETIMEDOUT, "handshake not finished in time");
        return;
    }
    if (p->heard || pipe_holds_back(p)) /* or we are the ones who do not read */
        p->heard_ns = now;
    p->heard = false;
    if (now - p->heard_ns >= p->mt->keepalive_timeout_ns && p->mt->keepalive_timeout_ns) {
        pipe_fault(p, -ETIMEDOUT, "nothing heard from the peer within the keepalive timeout");
        return;
    }
    connection_lock(p->con);
    p->con->want_keepalive = true;
    connection_unlock(p->con);
    pipe_kick(p);
    keepalive_later(p);
}

static void pipe_run(struct worker_task *t)
{
    struct pipe *p = CONTAINER_OF(t, struct pipe, task);
    unsigned todo = atomic_exchange(&p->todo, 0);

    if (todo & PIPE_TODO_STOP)
        pipe_fault(p, -ESHUTDOWN, "stopped");
    if (todo & PIPE_TODO_START)
        start(p);
    if (todo & PIPE_TODO_TAKE_OVER)
        pipe_take_over(p);
    if ((todo & PIPE_TODO_TX) && p->state == PIPE_OPEN) {
        int error = atomic_load(&p->tx_error);
        if (error)
            pipe_fault(p, error, "cannot be written");
        else if (atomic_load(&p->blocked))
            pipe_set_interest(p, p->interest | TRANSPORT_WRITE);
    }
    if (todo & PIPE_TODO_RESUME)
        pipe_throttle_resumed(p);
    if ((todo & PIPE_TODO_RESUME) && p->state == PIPE_OPEN) {
        p->heard = true;
        pipe_set_interest(p, p->interest | TRANSPORT_READ);
        pipe_pump(p);
    }
    if (todo & PIPE_TODO_CLOSE)
        close_socket(p);
    else if (p->state != PIPE_CLOSED)
        pipe_keep_ahead(p);
    pipe_put(p);
}
