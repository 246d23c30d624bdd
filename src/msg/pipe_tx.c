/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pipe_tx: the send side of a pipe: moves what the session has into the send half and that into the socket,
 * by whoever holds the tx lock. See msg/pipe.h. */
#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/inject.h"
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

#define IOVECS 64

ssize_t pipe_sendv(struct pipe *p, const struct iovec *iov, int n)
{
    if (UNLIKELY(inject_socket_failure(p->messenger->conf)))
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
    char text[256];
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
    dout(ms, 1, "%s --> %s.%lld %s seq %llu", m->lname, entity_type_name(p->con->peer_type),
         (long long)connection_peer_name(p->con).num, messenger_describe_message(o->m, text, sizeof(text)),
         (unsigned long long)o->seq);
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
            r = msgr_v1_tx_keepalive2(&p->tx, utime_now());
        else
            r = msgr_v1_tx_keepalive(&p->tx);
        if (r == 0)
            note_slot(p, NULL);
    }
    return r;
}

#define CONTROLS_MAX 3

/* Moves what the session has into free slots. 1: that was all of it; 0: there may be more. */
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
        return 1;
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
    return r < 0 ? r : n < room;
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
            if (r && p->tx.count == 0)
                return; /* whoever has queued more since has left `pending` */
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

void pipe_kick_with_others(struct pipe *p, size_t size)
{
    if (size <= PIPE_GATHER_MAX && worker_is_current(p->worker) && p->gathers)
        p->kick_due = true;
    else
        pipe_kick(p);
}
