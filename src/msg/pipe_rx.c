/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pipe_rx: the receive side of a pipe, on its worker: from the socket through the receive half to the
 * dispatchers. See msg/pipe.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/inject.h"
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

/* What one pass may read of one socket before the others get their turn. */
#define PASS_BYTES (256 * 1024)

/* One recv, with injected faults; ends and errors become the pipe's fault. Bytes, or 0. */
static size_t receive(struct pipe *p, void *to, size_t len)
{
    ssize_t n = -ECONNRESET;

    if (LIKELY(!inject_socket_failure(p->messenger->conf)))
        n = p->socket->transport->recv(p->socket, to, len);
    if (n > 0) {
        p->heard = true;
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

void pipe_keep_ahead(struct pipe *p)
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
    pipe_throttle_hand_over(p, m);
    return m;
}

/* ms_inject_delay_*: this message, and with it all that follow, comes later. */
static bool hold_message(struct pipe *p, struct message *m, uint64_t delay_ns)
{
    if (worker_set_timer(p->worker, &p->held_timer, worker_now_ns(p->worker) + delay_ns) < 0)
        return false;
    p->held = m;
    pipe_set_interest(p, p->interest & ~(unsigned)TRANSPORT_READ);
    return true;
}

void pipe_release_held(struct pipe *p)
{
    struct message *m = p->held;

    if (!m)
        return;
    p->held = NULL;
    worker_cancel_timer(p->worker, &p->held_timer);
    messenger_deliver(p->messenger, m);
}

static void held_long_enough(struct worker_timer *t)
{
    struct pipe *p = CONTAINER_OF(t, struct pipe, held_timer);

    pipe_get(p);
    p->heard = true;
    pipe_release_held(p);
    pipe_set_interest(p, p->interest | TRANSPORT_READ);
    pipe_pump(p);
    pipe_put(p);
}

void pipe_rx_init(struct pipe *p)
{
    worker_timer_init(&p->held_timer, held_long_enough);
}

/* Faults that operators want to see at once, as cores. */
static void die_if_told(const struct pipe *p, enum session_receipt receipt)
{
    const struct conf *conf = p->messenger->conf;

    if (receipt == SESSION_OLD && conf_bool(conf, OPT_ms_die_on_old_message) &&
        ceph_has_feature(p->features, CEPH_FEATURE_RECONNECT_SEQ))
        abort();
    if (receipt == SESSION_GAP && conf_bool(conf, OPT_ms_die_on_skipped_message))
        abort();
}

/* A complete message: notes its seq, then tells the dispatchers. False: the session is no longer this pipe's.
 */
static bool message_received(struct pipe *p, struct msgr_v1_rx_message *rm)
{
    struct connection *c = p->con;
    struct message *m = make_message(p, rm);
    enum session_receipt receipt = SESSION_OLD;
    uint64_t in_seq = 0;
    char text[PIPE_TEXT_MAX], what[256];
    uint64_t delay_ns;
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
        p->owes |= !c->session.lossy;
        if (receipt != SESSION_OLD && c->peer_name.num == ENTITY_NUM_NEW && m->src.num >= 0)
            c->peer_name.num = m->src.num;
    }
    connection_unlock(c);
    if (ours && receipt != SESSION_NEXT) {
        dout(ms, 1, "%s: message %llu after %llu: %s", pipe_describe(p, text), (unsigned long long)m->seq,
             (unsigned long long)in_seq,
             receipt == SESSION_OLD ? "had it, dropped" : "the peer skipped some");
        die_if_told(p, receipt);
    }
    if (!ours || receipt == SESSION_OLD || inject_blackhole(p->messenger->conf, c->peer_type)) {
        message_put(m);
        return ours;
    }
    dout(ms, 1, "%s <== %s.%lld %llu %s", p->messenger->lname, entity_type_name(m->src.type),
         (long long)m->src.num, (unsigned long long)m->seq,
         messenger_describe_message(m, what, sizeof(what)));
    atomic_fetch_add_explicit(&c->messages_in, 1, memory_order_relaxed);
    delay_ns = inject_message_delay(p->messenger->conf, c->peer_type, m->type);
    if (delay_ns && hold_message(p, m, delay_ns))
        return false;
    p->gathers = p->ahead_len > 0 && message_size(m) <= PIPE_GATHER_MAX;
    messenger_deliver(p->messenger, m);
    p->gathers = false;
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
    p->owes = true;
}

static void ack_received(struct pipe *p, uint64_t seq)
{
    connection_lock(p->con);
    if (is_ours_locked(p))
        session_acked(&p->con->session, seq);
    connection_unlock(p->con);
}

/* What was sent while there was more to handle. */
static void send_gathered(struct pipe *p)
{
    if (!p->kick_due)
        return;
    p->kick_due = false;
    pipe_kick(p);
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
    send_gathered(p);
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

    if (!p->owes)
        return false;
    p->owes = false;
    connection_lock(c);
    owes = c->want_keepalive_ack || (!c->session.lossy && c->session.in_seq != c->session.in_seq_acked);
    connection_unlock(c);
    return owes;
}

/* Receives while nothing is held, then answers. */
void pipe_pump(struct pipe *p)
{
    if (p->state == PIPE_HANDSHAKE)
        pipe_handshake_run(p);
    if (p->state == PIPE_OPEN && !pipe_holds_back(p)) {
        receive_open(p);
        if (p->state == PIPE_OPEN && owes_answer(p))
            p->kick_due = true;
        send_gathered(p);
    }
    pipe_keep_ahead(p);
}
