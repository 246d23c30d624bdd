/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * session: what two messengers keep for each other across sockets: sequence numbers and queued messages.
 *
 * On lossless policies nothing is lost, repeated or reordered whatever happens to the sockets: a message
 * stays in `sent` until it is acknowledged; after a fault everything in `sent` goes back in front of the
 * queue under its old seq, and what the peer says it has is dropped. No I/O, locks or clock; random numbers
 * are arguments.
 *
 * Owner: the session owns its items from session_queue() until release(item). Threads: the caller's session
 * lock. Errors: none: nothing here allocates. See: src/test/unit/msg/test_session.c.
 */
#ifndef CEPH_MSG_SESSION_H
#define CEPH_MSG_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/list.h"

struct message;

/* A peer that claims to have received more than this is not believed. */
#define SESSION_SEQ_MAX (UINT64_MAX >> 1)

/* One message in one session. The caller allocates it (a message may be in several sessions). */
struct session_item {
    struct list link;  /* in queued, requeued or sent */
    struct list level; /* in levels, when it is the last of its priority in queued */
    struct message *msg;
    uint64_t seq; /* 0: never sent in this session */
    size_t cost;  /* bytes, for session.queued_bytes; the caller's choice */
    uint16_t priority;
};

struct session {
    /* fixed after init */
    void (*release)(struct session_item *item);

    /* the rest under the caller's lock */
    bool lossy;
    uint32_t connect_seq;     /* connections of this session so far; 0: none yet */
    uint32_t peer_global_seq; /* of the last connection */
    /* Both sides know of a connection of this session: messages may have gone. Until then nothing is lost by
     * starting over. */
    bool established;
    uint64_t out_seq;      /* of the last message taken for sending */
    uint64_t in_seq;       /* of the last message received */
    uint64_t in_seq_acked; /* what the peer was told */

    struct list requeued;              /* sent before a fault, oldest first: go before everything else */
    struct list queued;                /* highest priority first, FIFO within one */
    struct list levels;                /* the last item of each priority in queued, highest first */
    struct list sent;                  /* lossless: taken and not acknowledged, oldest first */
    size_t queued_count, queued_bytes; /* requeued and queued */
    size_t sent_count, sent_bytes;
};

void session_init(struct session *s, bool lossy, void (*release)(struct session_item *item));
/* Releases everything. */
void session_destroy(struct session *s);

/* ---- sending ---- */

void session_queue(struct session *s, struct session_item *item);

static inline bool session_has_queued(const struct session *s)
{
    return s->queued_count != 0;
}

/*
 * The next message to send, with its seq set; NULL: none. Lossless: it is in `sent` from now on and borrowed
 * until an ack, so a sender takes its own reference to msg while bytes are on the way. Lossy: it is the
 * caller's, who releases it.
 */
struct session_item *session_take(struct session *s);

/* The peer has everything up to seq: releases that part of `sent`. Returns how many. */
unsigned session_acked(struct session *s, uint64_t seq);

/* ---- receiving ---- */

enum session_receipt {
    SESSION_OLD,  /* had it before: drop it. in_seq stays */
    SESSION_NEXT, /* in order */
    SESSION_GAP,  /* above the next one: take it, and say so in the log */
};
/* Judges and notes the seq of a checked message. */
enum session_receipt session_received(struct session *s, uint64_t seq);

/* An ACK is due (lossless only): true and its seq, which then counts as told. */
bool session_take_ack(struct session *s, uint64_t *seq);

/* ---- faults and new sockets ---- */

/* The socket is gone: `sent` goes back to the front in order, out_seq to before its first. Lossless only; a
 * lossy session is destroyed instead. Returns how many. */
unsigned session_requeue_sent(struct session *s);

/*
 * A new socket is open. The peer told that it has everything up to peer_in_seq: requeued messages up to there
 * are released and out_seq goes on from there. Call after session_requeue_sent().
 */
unsigned session_peer_has(struct session *s, uint64_t peer_in_seq);

/*
 * The session is open under these numbers: for a connector at READY, for an acceptor when it has given its
 * opening verdict. in_seq_told: the dialogue ends in SEQ, which tells the peer our in_seq; else an ACK is due
 * at once, for the last one may never have arrived.
 */
void session_opened(struct session *s, uint32_t connect_seq, uint32_t peer_global_seq, bool in_seq_told);

/* The peer knows that the session is open: for a connector at READY, for an acceptor at READY by SEQ (else
 * with the first message, which session_received() notes by itself). */
static inline void session_confirmed(struct session *s)
{
    s->established = true;
}

/*
 * The peer has no such session (RESETSESSION), or lost it (a hard reset seen with resetcheck): seqs start
 * over. True: all queues were released; raise the remote reset event. False: the session was never
 * established, so what is queued is still good. out_seq: a random 31-bit number with MSG_AUTH, else 0.
 */
bool session_reset(struct session *s, uint64_t out_seq);

/* A hard reset without resetcheck: only what we received is forgotten; what we sent goes out again. */
void session_peer_restarted(struct session *s);

/* Releases everything that is queued or sent; the numbers stay. */
void session_drop_all(struct session *s);

/* What out_seq of a reset starts from, of any random number. */
static inline uint64_t session_random_start(uint64_t random)
{
    return random & 0x7fffffff;
}

#endif
