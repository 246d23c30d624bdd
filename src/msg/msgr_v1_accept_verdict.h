/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_v1_accept_verdict: what an acceptor answers to a peer that may have a session with us already.
 *
 * One pure function from facts to a verdict: the caller takes the facts of the existing session under its
 * lock, asks, and carries the verdict out before it lets go. Every row of the decision, and where
 * SimpleMessenger and Ceph 16.2 differ: doc/msgr-v1-accept.md.
 */
#ifndef CEPH_MSG_MSGR_V1_ACCEPT_VERDICT_H
#define CEPH_MSG_MSGR_V1_ACCEPT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "msg/msgr_v1_wire.h"
#include "types/entity_addr.h"

/* The session that our table holds for the peer's canonical address. */
enum msgr_v1_existing {
    MSGR_V1_EXISTING_NONE,      /* none, or only one that was marked down */
    MSGR_V1_EXISTING_OPEN,      /* has a socket past the handshake, or just told its peer READY or SEQ */
    MSGR_V1_EXISTING_STANDBY,   /* no socket, and none wanted until somebody sends */
    MSGR_V1_EXISTING_DIALLING,  /* connecting, or in the middle of a connector's handshake */
    MSGR_V1_EXISTING_BACKOFF,   /* the last dial failed, the next has not begun */
    MSGR_V1_EXISTING_WAIT,      /* was told WAIT: the peer's own dial is to win */
    MSGR_V1_EXISTING_REPLACING, /* an earlier replacement has not been carried out yet */
};

struct msgr_v1_accept_facts {
    /* what the peer's connect said */
    uint32_t connect_seq, global_seq;
    const struct entity_addr *peer_addr; /* canonical: as claimed in the handshake */
    const struct entity_addr *self_addr; /* our canonical address */

    /* our policy toward that type of peer */
    bool policy_resetcheck;
    /* The messenger keeps no table of these peers (lossy clients of a monitor): no lookup, always a new one.
     */
    bool anonymous;

    /* the existing session; the rest is unused when there is none */
    enum msgr_v1_existing existing;
    uint32_t existing_connect_seq; /* of a dialling one: what its handshake says, RETRY_SESSION raises it */
    uint32_t existing_peer_global_seq;
    bool existing_lossy;
    bool existing_server; /* its policy never dials */
};

enum msgr_v1_verdict_action {
    /* opening ones: the caller makes the session and the handshake goes on to READY or SEQ */
    MSGR_V1_OPEN_NEW,
    MSGR_V1_REPLACE,       /* the existing session takes the new socket: sent is requeued, seqs go on */
    MSGR_V1_REPLACE_LOSSY, /* the existing session ends with its reset event; then as OPEN_NEW */
    MSGR_V1_REPLACE_RESET, /* the peer restarted: the existing session takes the new socket, in_seq becomes 0
                            */
    /* the others: the peer is told and may send another connect on the same socket */
    MSGR_V1_RETRY_GLOBAL,
    MSGR_V1_RETRY_SESSION,
    MSGR_V1_RESETSESSION,
    MSGR_V1_WAIT, /* our dial goes on: the existing session must follow it through, at once if it can */
};

struct msgr_v1_verdict {
    enum msgr_v1_verdict_action action;
    /* REPLACE_RESET with resetcheck: session_reset(), and the remote reset event if that says so. Without:
     * session_peer_restarted(). */
    bool drop_queues;
    /* What the reply says. Opening: connect_seq of the session from now on (peer_global_seq becomes what the
     * connect said). RETRY_GLOBAL: global_seq; RETRY_SESSION: connect_seq. Else 0. */
    uint32_t connect_seq, global_seq;
    const char *why; /* a few words for the log, static */
};

struct msgr_v1_verdict msgr_v1_accept_verdict(const struct msgr_v1_accept_facts *facts);

static inline bool msgr_v1_verdict_opens(enum msgr_v1_verdict_action a)
{
    return a <= MSGR_V1_REPLACE_RESET;
}

const char *msgr_v1_verdict_action_name(enum msgr_v1_verdict_action a); /* "open_new", ... */

#endif
