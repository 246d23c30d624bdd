/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/pipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/simple_messenger.h"

/* What one pass may read of one socket before the others get their turn. */
#define PASS_BYTES (256 * 1024)
#define IOVECS     64

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
    p->last_rx_ns = clock_monotonic_ns();
    list_init(&p->accepting_link);
    worker_task_init(&p->task, pipe_run);
    worker_timer_init(&p->timer, pipe_timer);
    pipe_throttle_init(p);
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
    const struct auth_upcalls *auth = p->messenger->auth;

    pipe_handshake_free(p);
    if (p->rx_ready) {
        msgr_v1_rx_destroy(&p->rx);
        msgr_v1_tx_destroy(&p->tx);
    }
    for (unsigned i = 0; i < p->slots_count; i++)
        message_put(p->in_slots[(p->slots_first + i) % MSGR_V1_TX_SLOTS]);
    for (unsigned i = 0; i < p->done_count; i++)
        message_put(p->done[i]);
    if (auth) {
        auth->release_dial(auth->arg, &p->authorizer);
        auth->release_accept(auth->arg, &p->auth_accept);
    }
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
        pipe_handshake_run(p);
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

void pipe_fault(struct pipe *p, int error, const char *reason)
{
    bool was_held = p->state == PIPE_HELD;
    bool was_open = p->state == PIPE_OPEN || p->acceptor;
    char text[PIPE_TEXT_MAX];

    if (p->state == PIPE_CLOSED)
        return;
    dout(ms, p->state == PIPE_OPEN ? 2 : 1, "%s: %s while %s: %s", pipe_describe(p, text), reason,
         pipe_state_name(p->state), strerror(-error));
    pipe_get(p);
    take_down(p);
    /* A held pipe has no say in the session yet: it tells when its turn comes. */
    if (p->con && !was_held)
        connection_faulted(p->con, p, was_open, error);
    pipe_put(p);
}

/* ---- sending ---- */

ssize_t pipe_sendv(struct pipe *p, const struct iovec *iov, int n)
{
    unsigned every = p->messenger->options.inject_socket_failures;

    if (UNLIKELY(every) && messenger_random() % every == 0)
        return -ECONNRESET;
    return p->socket->transport->sendv(p->socket, iov, n);
}

struct outgoing {
    struct message *m;
    uint64_t seq;
};

static void note_slot(struct pipe *p, struct message *m)
{
    p->in_slots[(p->slots_first + p->slots_count++) % MSGR_V1_TX_SLOTS] = m;
}

static int tx_message(struct pipe *p, const struct outgoing *o)
{
    struct messenger *m = p->messenger;
    const struct message_encoding *e = message_encoding_for(o->m, p->features);
    struct msgr_v1_tx_message tm = {
        .header =
            {
                .seq = o->seq,
                .tid = o->m->tid,
                .type = o->m->type,
                .priority = o->m->priority,
                .data_off = o->m->data_off,
                .src = {.type = m->my_type, .num = atomic_load_explicit(&m->my_num, memory_order_relaxed)},
            },
        .data = &o->m->data,
    };

    if (!e)
        return -ENOMEM;
    tm.header.version = e->version;
    tm.header.compat_version = e->compat_version;
    tm.front_crc = e->front_crc;
    tm.middle_crc = e->middle_crc;
    tm.front = &e->front;
    tm.middle = &e->middle;
    if (m->options.crc_data)
        tm.data_crc = message_data_crc(o->m);
    return msgr_v1_tx_message(&p->tx, &tm);
}

/* What must go before messages. Returns how many slots it took, or an error. */
static int tx_controls(struct pipe *p, bool keepalive, bool keepalive_ack, struct utime ack_stamp, bool ack,
                       uint64_t ack_seq)
{
    int r = 0;

    if (keepalive_ack && r == 0 && (r = msgr_v1_tx_keepalive2_ack(&p->tx, ack_stamp)) == 0)
        note_slot(p, NULL);
    if (ack && r == 0 && (r = msgr_v1_tx_ack(&p->tx, ack_seq)) == 0)
        note_slot(p, NULL);
    if (keepalive && r == 0) {
        if (ceph_has_feature(p->features, CEPH_FEATURE_MSGR_KEEPALIVE2))
            r = msgr_v1_tx_keepalive2(&p->tx, utime_from_ns(clock_realtime_ns()));
        else
            r = msgr_v1_tx_keepalive(&p->tx);
        if (r == 0)
            note_slot(p, NULL);
    }
    return r;
}

#define CONTROLS_MAX 3

/* Moves what the session has into free slots. */
static int fill_tx(struct pipe *p)
{
    struct connection *c = p->con;
    struct outgoing batch[MSGR_V1_TX_SLOTS];
    unsigned n = 0, room = msgr_v1_tx_room(&p->tx);
    bool keepalive, keepalive_ack, ack;
    struct utime stamp;
    uint64_t ack_seq = 0;
    int r;

    if (room <= CONTROLS_MAX)
        return 0;
    room -= CONTROLS_MAX;
    connection_lock(c);
    if (c->pipe != p || c->state != CONNECTION_OPEN) {
        connection_unlock(c);
        return 0;
    }
    keepalive = c->want_keepalive;
    keepalive_ack = c->want_keepalive_ack;
    stamp = c->keepalive_stamp;
    c->want_keepalive = c->want_keepalive_ack = false;
    ack = session_take_ack(&c->session, &ack_seq);
    while (n < room && (batch[n].m = connection_take_locked(c, &batch[n].seq)))
        n++;
    connection_unlock(c);

    r = tx_controls(p, keepalive, keepalive_ack, stamp, ack, ack_seq);
    for (unsigned i = 0; i < n; i++) {
        if (r == 0)
            r = tx_message(p, &batch[i]);
        if (r == 0)
            note_slot(p, batch[i].m);
        else
            p->done[p->done_count++] =
                batch[i].m; /* the connection faults; a lossless session still has it */
    }
    atomic_fetch_add_explicit(&c->messages_out, n, memory_order_relaxed);
    return r;
}

static void note_sent(struct pipe *p, size_t n)
{
    unsigned before = p->tx.count;

    msgr_v1_tx_sent(&p->tx, n);
    for (unsigned k = before - p->tx.count; k; k--) {
        struct message *m = p->in_slots[p->slots_first];
        p->slots_first = (p->slots_first + 1) % MSGR_V1_TX_SLOTS;
        p->slots_count--;
        if (m)
            p->done[p->done_count++] = m;
    }
    atomic_fetch_add_explicit(&p->con->bytes_out, n, memory_order_relaxed);
}

static void tx_failed(struct pipe *p, int error)
{
    atomic_store(&p->tx_error, error);
    pipe_ask(p, PIPE_TODO_TX);
}

/* Under tx_lock: sends until there is nothing, or the socket takes no more. */
static void run_tx(struct pipe *p)
{
    struct iovec iov[IOVECS];

    if (atomic_load(&p->closing)) {
        if (!p->close_posted) {
            p->close_posted = true;
            pipe_ask(p, PIPE_TODO_CLOSE);
        }
        return;
    }
    while (!atomic_load(&p->blocked) && !atomic_load(&p->tx_error)) {
        ssize_t sent;
        int n, r;
        if (p->done_count > PIPE_DONE_MAX - MSGR_V1_TX_SLOTS) {
            atomic_store(&p->pending, true); /* let go of those first */
            return;
        }
        r = fill_tx(p);
        if (r < 0) {
            tx_failed(p, r);
            return;
        }
        n = msgr_v1_tx_pull(&p->tx, iov, IOVECS, NULL);
        if (n == 0)
            return;
        sent = pipe_sendv(p, iov, n);
        if (sent == -EAGAIN) {
            atomic_store(&p->blocked, true);
            pipe_ask(p, PIPE_TODO_TX);
        } else if (sent < 0) {
            tx_failed(p, (int)sent);
        } else {
            note_sent(p, (size_t)sent);
        }
    }
}

void pipe_kick(struct pipe *p)
{
    struct message *done[PIPE_DONE_MAX];
    unsigned n;

    atomic_store(&p->pending, true);
    /* Whoever fails to get the lock has left `pending` before: the holder looks at it after letting go. */
    while (atomic_load(&p->pending) && mutex_trylock(&p->tx_lock)) {
        atomic_store(&p->pending, false);
        run_tx(p);
        n = p->done_count;
        memcpy(done, p->done, n * sizeof(done[0]));
        p->done_count = 0;
        mutex_unlock(&p->tx_lock);
        for (unsigned i = 0; i < n; i++)
            message_put(done[i]);
    }
}

/* ---- receiving ---- */

/* One recv, with injected faults; ends and errors become the pipe's fault. Bytes, or 0. */
static size_t receive(struct pipe *p, void *to, size_t len)
{
    unsigned every = p->messenger->options.inject_socket_failures;
    ssize_t n = -ECONNRESET;

    if (LIKELY(!every) || messenger_random() % every != 0)
        n = p->socket->transport->recv(p->socket, to, len);
    if (n > 0) {
        p->last_rx_ns = worker_now_ns(p->worker);
        if (p->con)
            atomic_fetch_add_explicit(&p->con->bytes_in, (uint64_t)n, memory_order_relaxed);
        return (size_t)n;
    }
    if (n == 0)
        pipe_fault(p, -ECONNRESET, "closed by the peer");
    else if (n != -EAGAIN)
        pipe_fault(p, (int)n, "cannot be read");
    return 0;
}

size_t pipe_read_ahead(struct pipe *p)
{
    if (p->ahead_len == 0 && p->state != PIPE_CLOSED) {
        p->ahead = worker_scratch(p->worker);
        p->ahead_len = receive(p, worker_scratch(p->worker), WORKER_SCRATCH_LEN);
    }
    return p->ahead_len;
}

/* The worker's scratch is about to serve another pipe: what is left moves to memory of our own. */
static void keep_ahead(struct pipe *p)
{
    uint8_t *kept = NULL;

    if (p->kept && p->ahead_len && p->ahead >= p->kept)
        return;
    if (p->ahead_len && p->state != PIPE_CLOSED) {
        kept = malloc(p->ahead_len);
        if (kept)
            memcpy(kept, p->ahead, p->ahead_len);
        else
            pipe_fault(p, -ENOMEM, "no memory for bytes read ahead");
    }
    free(p->kept);
    p->kept = kept;
    p->ahead = kept;
    if (!kept)
        p->ahead_len = 0;
}

static bool is_ours_locked(const struct pipe *p)
{
    return p->con->pipe == p && p->con->state == CONNECTION_OPEN;
}

static struct message *make_message(struct pipe *p, struct msgr_v1_rx_message *rm)
{
    const struct msgr_v1_header *h = &rm->header;
    struct message *m = message_create(h->type, h->version, h->compat_version);

    if (!m)
        return NULL;
    m->priority = h->priority;
    m->data_off = h->data_off;
    m->tid = h->tid;
    m->seq = h->seq;
    m->src = h->src;
    m->front = rm->front;
    m->middle = rm->middle;
    m->data = rm->data;
    memset(&rm->front, 0, sizeof(rm->front));
    memset(&rm->middle, 0, sizeof(rm->middle));
    bufferlist_init(&rm->data);
    m->con = connection_get(p->con);
    m->recv_ns = worker_now_ns(p->worker);
    pipe_throttle_hand_over(p, m);
    return m;
}

/* A complete message: notes its seq, then tells the dispatchers. False: the session is no longer this pipe's.
 */
static bool message_received(struct pipe *p, struct msgr_v1_rx_message *rm)
{
    struct connection *c = p->con;
    struct message *m = make_message(p, rm);
    enum session_receipt receipt = SESSION_OLD;
    uint64_t in_seq = 0;
    char text[PIPE_TEXT_MAX];
    bool ours;

    msgr_v1_rx_message_destroy(rm);
    if (!m) {
        pipe_fault(p, -ENOMEM, "no memory for a message");
        return false;
    }
    connection_lock(c);
    ours = is_ours_locked(p);
    if (ours) {
        in_seq = c->session.in_seq;
        receipt = session_received(&c->session, m->seq);
        if (receipt != SESSION_OLD && c->peer_name.num == ENTITY_NUM_NEW && m->src.num >= 0)
            c->peer_name.num = m->src.num;
    }
    connection_unlock(c);
    if (receipt == SESSION_GAP)
        dout(ms, 1, "%s: message %llu after %llu: the peer skipped some", pipe_describe(p, text),
             (unsigned long long)m->seq, (unsigned long long)in_seq);
    if (!ours || receipt == SESSION_OLD) {
        message_put(m);
        return ours;
    }
    atomic_fetch_add_explicit(&c->messages_in, 1, memory_order_relaxed);
    messenger_deliver(p->messenger, m);
    return true;
}

static void keepalive_received(struct pipe *p, bool wants_ack, struct utime stamp)
{
    struct connection *c = p->con;

    atomic_store(&c->last_keepalive_ns, clock_realtime_ns());
    if (!wants_ack)
        return;
    connection_lock(c);
    c->want_keepalive_ack = true;
    c->keepalive_stamp = stamp;
    connection_unlock(c);
}

static void ack_received(struct pipe *p, uint64_t seq)
{
    connection_lock(p->con);
    if (is_ours_locked(p))
        session_acked(&p->con->session, seq);
    connection_unlock(p->con);
}

/* More bytes for rx: from those ahead, or from the socket, straight into a large section where rx wants that.
 * False: there are none now. */
static bool feed_rx(struct pipe *p, size_t *budget)
{
    void *to;
    size_t want, n;

    if (p->ahead_len) {
        pipe_used(p, msgr_v1_rx_feed(&p->rx, p->ahead, p->ahead_len));
        return true;
    }
    if (*budget == 0)
        return false;
    if (msgr_v1_rx_want(&p->rx, &to, &want)) {
        n = receive(p, to, want);
        if (n)
            msgr_v1_rx_got(&p->rx, n);
    } else {
        want = WORKER_SCRATCH_LEN;
        n = pipe_read_ahead(p);
    }
    /* Fewer than asked for: the socket is empty now, and says so when it is not. */
    *budget = n < want || *budget < n ? 0 : *budget - n;
    return n != 0;
}

/* Reads and handles what there is, within the budget of a pass. */
static void receive_open(struct pipe *p)
{
    size_t budget = PASS_BYTES;

    while (p->state == PIPE_OPEN) {
        struct msgr_v1_rx_event ev;
        switch (msgr_v1_rx_next(&p->rx, &ev)) {
        case MSGR_V1_RX_NEED_BYTES:
            if (!feed_rx(p, &budget))
                return;
            break;
        case MSGR_V1_RX_HEADER:
            if (!pipe_throttle_take(p, &ev.header)) {
                pipe_set_interest(p, p->interest & ~(unsigned)TRANSPORT_READ);
                return;
            }
            msgr_v1_rx_proceed(&p->rx);
            break;
        case MSGR_V1_RX_MESSAGE:
            if (!message_received(p, &ev.message))
                return;
            break;
        case MSGR_V1_RX_ACK:
            ack_received(p, ev.seq);
            break;
        case MSGR_V1_RX_KEEPALIVE:
            keepalive_received(p, false, (struct utime){0});
            break;
        case MSGR_V1_RX_KEEPALIVE2:
            keepalive_received(p, true, ev.stamp);
            break;
        case MSGR_V1_RX_KEEPALIVE2_ACK:
            atomic_store(&p->con->last_keepalive_ack_ns, utime_to_ns(ev.stamp));
            break;
        case MSGR_V1_RX_CLOSE:
            connection_kill(p->con, true);
            return;
        case MSGR_V1_RX_FAILED:
            pipe_fault(p, ev.error, ev.reason);
            return;
        }
    }
}

static bool owes_answer(struct pipe *p)
{
    struct connection *c = p->con;
    bool owes;

    connection_lock(c);
    owes = c->want_keepalive_ack || (!c->session.lossy && c->session.in_seq != c->session.in_seq_acked);
    connection_unlock(c);
    return owes;
}

/* Receives while nothing is held, then answers. */
static void pump(struct pipe *p)
{
    if (p->state == PIPE_HANDSHAKE)
        pipe_handshake_run(p);
    if (p->state == PIPE_OPEN && !p->throttle.waiting) {
        receive_open(p);
        if (p->state == PIPE_OPEN && owes_answer(p))
            pipe_kick(p);
    }
    keep_ahead(p);
}

/* ---- open ---- */

static int sign(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f, uint64_t *sig)
{
    struct session_security *s = arg;
    struct signature_input in = {
        .header_crc = h->crc,
        .front_crc = f->front_crc,
        .middle_crc = f->middle_crc,
        .data_crc = f->data_crc,
        .front_len = h->front_len,
        .middle_len = h->middle_len,
        .data_len = h->data_len,
        .seq = h->seq,
    };

    *sig = s->sign(s, &in);
    return 0;
}

static int check_signature(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f)
{
    struct session_security *s = arg;
    struct signature_input in = {
        .header_crc = h->crc,
        .front_crc = f->front_crc,
        .middle_crc = f->middle_crc,
        .data_crc = f->data_crc,
        .front_len = h->front_len,
        .middle_len = h->middle_len,
        .data_len = h->data_len,
        .seq = h->seq,
    };

    return s->check(s, &in, f->sig, f->flags & MSGR_V1_FOOTER_SIGNED) ? 0 : -EACCES;
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
        .check_arg = p->security,
    };
    struct msgr_v1_tx_options tx = {
        .features = p->features,
        .crc_header = o->crc_header,
        .crc_data = o->crc_data,
        .sign = p->security ? sign : NULL,
        .sign_arg = p->security,
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
            pump(p);
        }
    }
    if (events & (TRANSPORT_READ | TRANSPORT_HANGUP)) {
        if (p->state == PIPE_HELD || p->throttle.waiting) {
            /* Not reading now; a peer that is gone would be reported for ever. */
            if (events & TRANSPORT_HANGUP)
                pipe_fault(p, -ECONNRESET, "closed by the peer");
        } else {
            pump(p);
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
    if (p->throttle.waiting)
        p->last_rx_ns = now; /* we are the ones who do not read */
    if (now - p->last_rx_ns > p->mt->keepalive_timeout_ns && p->mt->keepalive_timeout_ns) {
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
        p->last_rx_ns = worker_now_ns(p->worker);
        pipe_set_interest(p, p->interest | TRANSPORT_READ);
        pump(p);
    }
    if (todo & PIPE_TODO_CLOSE)
        close_socket(p);
    else if (p->state != PIPE_CLOSED)
        keep_ahead(p);
    pipe_put(p);
}
