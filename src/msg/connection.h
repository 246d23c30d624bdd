/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection: one peer as users hold it, and its session: what survives sockets. The inside, for this folder.
 *
 * A connection has a home worker: dialling, receiving, replacing and faulting happen on that thread only, so
 * that none of it needs a lock against the others. The home changes only there, when nothing of the
 * connection is left running on the old one. Locks: `lock` (rank session) covers the group marked so; it is a
 * leaf but for the worker's and is never held over a callback, a transport call or an allocation of payload.
 */
#ifndef CEPH_MSG_CONNECTION_H
#define CEPH_MSG_CONNECTION_H

#include <stdatomic.h>

#include "common/list.h"
#include "common/mutex.h"
#include "msg/messenger.h"
#include "msg/msgr_v1_accept_verdict.h"
#include "msg/session.h"
#include "msg/worker.h"

struct dial;
struct pipe;

/* state: legal successors */
#define CONNECTION_STATES(X)                                                                               \
    X(IDLE)      /* dialling */                                                                            \
    X(DIALLING)  /* handshake, backoff, quiet */                                                           \
    X(HANDSHAKE) /* we dialled and talk: open, backoff, wait, quiet */                                     \
    X(ACCEPTING) /* the peer dialled and was told that the session is open: open, standby, dialling, quiet \
                  */                                                                                       \
    X(OPEN)      /* standby, dialling, quiet */                                                            \
    X(STANDBY)   /* dialling, quiet */                                                                     \
    X(BACKOFF)   /* dialling, quiet */                                                                     \
    X(WAIT)      /* told to wait for the peer's dial: dialling, quiet */                                   \
    X(QUIET)     /* a new socket takes over; nothing of the old runs: accepting, dialling, standby */      \
    X(DEAD)      /* from any; none */

enum connection_state {
#define X(name) CONNECTION_##name,
    CONNECTION_STATES(X)
#undef X
};
const char *connection_state_name(enum connection_state s);

/* What others ask the home worker to do. */
enum connection_todo {
    CONNECTION_TODO_DIAL = 1,
    CONNECTION_TODO_STOP = 2,    /* it is dead: take down what is left */
    CONNECTION_TODO_QUIESCE = 4, /* make way for `successor` */
    CONNECTION_TODO_HURRY = 8,   /* do not wait for the end of a backoff */
};

struct connection {
    atomic_uint refs;

    /* Fixed. */
    struct messenger *messenger; /* a reference */
    uint32_t peer_type;
    struct entity_addrvec peer_addrs;
    struct entity_addr peer_canonical; /* blank: in no table */
    bool loopback;
    bool incoming; /* the peer dialled first */
    uint64_t created_ns;

    struct list all_link;   /* messenger lock */
    struct list table_link; /* messenger lock; linked while registered */

    struct mutex lock;
    enum connection_state
        state;              /* lock; changed on the home worker, but for DEAD and IDLE/STANDBY -> DIALLING */
    struct session session; /* lock */
    struct list released;   /* lock: items that the session let go, freed after unlocking */
    struct policy policy;   /* lock for lossy; the rest is fixed */
    struct worker *home;    /* lock; NULL until there is something to run */
    struct pipe *pipe;      /* lock: reference to the socket in use; changed on the home worker */
    struct pipe *successor; /* lock: reference to a pipe that waits to take over */
    struct msgr_v1_verdict verdict; /* lock: with successor */
    unsigned todo;                  /* lock: of enum connection_todo */
    bool want_keepalive;            /* lock */
    bool want_keepalive_ack;        /* lock */
    struct utime keepalive_stamp;   /* lock: to be sent back */
    struct entity_name peer_name;   /* lock */
    bool have_identity;             /* lock; identity is fixed once it is set */
    struct auth_identity identity;
    void *priv;                     /* lock */
    void (*priv_put)(void *priv);   /* lock */
    struct entity_addr socket_addr; /* lock: the peer's end of the last socket */
    const char *transport_name;     /* lock, static text */
    uint64_t open_ns;               /* lock: when the session was opened last */
    uint64_t faults;                /* lock */

    struct worker_task task; /* the worker's lock */

    /* Home worker only. */
    struct worker_timer timer; /* backoff, wait */
    struct dial *dial;
    uint64_t backoff_ns;
    unsigned candidate; /* which of the transports in common is dialled */

    atomic_uint_fast64_t features; /* of the open session; written under the lock */
    atomic_uint_fast64_t last_keepalive_ns, last_keepalive_ack_ns; /* realtime stamps, read by anybody */
    atomic_uint_fast64_t bytes_in, bytes_out, messages_in, messages_out;
};

/* A connection in the messenger's list. canonical may be NULL: in no table. Copies addrs. */
struct connection *connection_create(struct messenger *m, uint32_t peer_type,
                                     const struct entity_addrvec *addrs, const struct entity_addr *canonical,
                                     const struct policy *policy);

void connection_lock(struct connection *c);
/* Also frees the session's released items. */
void connection_unlock(struct connection *c);

/* The next message to send, with a reference for the caller, and its seq. Under the lock; NULL: none. */
struct message *connection_take_locked(struct connection *c, uint64_t *seq);

/* Asks the home worker (posts its task once). Under the lock. */
void connection_ask_locked(struct connection *c, unsigned todo);

/* The session is over: state DEAD, queues dropped, out of the tables, reset event if wanted. Any thread, no
 * lock of the messenger's held. Returns false when it was dead already. */
bool connection_kill(struct connection *c, bool tell_owner);

/* ---- connection_home.c, on the home worker ---- */

/* Part of connection_create(). */
void connection_home_init(struct connection *c);

/* The socket is gone: redial, stand by or die, as policy and state say. was_open: the handshake was over. */
void connection_faulted(struct connection *c, struct pipe *p, bool was_open, int error);
/* The connector's handshake was told to wait for the peer's dial. */
void connection_told_to_wait(struct connection *c, struct pipe *p);
/* The pipe that the session was made quiet for has failed meanwhile. */
void connection_successor_failed(struct connection *c, struct pipe *p);

#endif
