/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe: one socket and the protocol machines on it: handshake, receive half, send half.
 *
 * A pipe belongs to one worker from its socket's first to its last byte. Its receive side runs there without
 * a lock. Its send side is used by whoever holds `tx`: a sender at once, or the worker; nobody waits for it:
 * who does not get it leaves `pending`, which the holder honours before and after letting go (pipe_kick()).
 * Closing is in two steps: the worker takes the socket out of its poller and sets `closing`; the next holder
 * of `tx` sees that and gives the socket back to the worker, which closes it. So nobody sends on a closed
 * socket.
 */
#ifndef CEPH_MSG_PIPE_H
#define CEPH_MSG_PIPE_H

#include <stdatomic.h>

#include "auth/authorizer.h"
#include "common/mutex.h"
#include "common/throttle.h"
#include "msg/connection.h"
#include "msg/msgr_v1_handshake.h"
#include "msg/msgr_v1_rx.h"
#include "msg/msgr_v1_tx.h"
#include "msg/worker.h"
#include "transport/transport.h"

enum pipe_state {
    PIPE_NEW,       /* not in the poller yet */
    PIPE_HANDSHAKE, /* in the dialogue */
    PIPE_HELD,      /* acceptor: waits until the session's old socket is quiet */
    PIPE_OPEN,
    PIPE_CLOSED, /* out of the poller */
};
const char *pipe_state_name(enum pipe_state s);

enum pipe_todo {
    PIPE_TODO_START = 1,
    PIPE_TODO_TAKE_OVER = 2, /* the session's old socket is quiet */
    PIPE_TODO_TX = 4,        /* blocked or failed: look at tx_error and blocked */
    PIPE_TODO_RESUME = 8,    /* a throttle has room again */
    PIPE_TODO_CLOSE = 16,    /* nobody sends any more: close the socket */
    PIPE_TODO_STOP = 32,     /* the messenger stops */
};

#define PIPE_DONE_MAX (2 * MSGR_V1_TX_SLOTS)

/* Room for the message whose header was read, taken from one throttle after the other. Worker only. */
struct pipe_throttle {
    struct throttle_waiter waiter;
    unsigned stage; /* how many throttles have given */
    uint32_t bytes;
    bool waiting; /* for the next; holds a reference to the pipe. Nothing is read meanwhile */
};

struct pipe {
    atomic_uint refs;

    /* Fixed. */
    struct messenger *messenger; /* a reference */
    struct worker *worker;
    const struct messenger_transport *mt;
    struct transport_socket *socket; /* NULL after the close, worker only from `closing` on */
    bool acceptor;
    struct sockaddr_storage peer_sockaddr;

    /* A reference; set once, on the worker, before anybody else sees the pipe. */
    struct connection *con;

    /* Worker only. */
    struct worker_handler handler;
    struct worker_timer timer; /* handshake deadline, then keepalive */
    enum pipe_state state;
    bool in_poller;
    unsigned interest;
    struct msgr_v1_handshake *handshake; /* until open */
    struct authorizer authorizer;        /* connector */
    struct auth_accept auth_accept;      /* acceptor */
    struct auth_identity identity;       /* acceptor: until the connection takes it */
    bool have_identity;
    struct msgr_v1_rx rx; /* from open on */
    bool rx_ready;        /* rx and tx are set up */
    const uint8_t *ahead; /* bytes read and not used yet, in the worker's scratch or in kept */
    size_t ahead_len;
    uint8_t *kept; /* malloc'ed: what was left when the handler returned */
    struct pipe_throttle throttle;
    struct message *held; /* delayed on purpose; nothing is read meanwhile */
    struct worker_timer held_timer;
    bool owes;                  /* an ack or a keepalive's answer may be due since the last look */
    bool gathers;               /* more has been received than is handled: answers may go out together, */
    bool kick_due;              /* and there is one */
    bool heard;                 /* bytes came since the timer looked, or reading was held back */
    uint64_t heard_ns;          /* when it saw that last */
    struct list accepting_link; /* messenger lock */

    /* Fixed once open. */
    uint64_t features;
    struct session_security *security; /* a reference */

    struct worker_task task; /* holds a reference while posted */
    atomic_uint todo;        /* of enum pipe_todo */

    struct mutex tx_lock;
    struct msgr_v1_tx tx; /* tx_lock, from open on */
    /* tx_lock: the messages in tx's slots, in order (NULL: a control item), and those that are sent; their
     * references are dropped outside of the lock, because that may free a user's payload. */
    struct message *in_slots[MSGR_V1_TX_SLOTS];
    unsigned slots_first, slots_count;
    struct message *done[PIPE_DONE_MAX];
    unsigned done_count;
    atomic_bool pending; /* there may be something to send, or to notice */
    atomic_bool blocked; /* the socket took no more: the worker waits for it */
    atomic_bool closing; /* nobody may send any more */
    bool close_posted;   /* tx_lock */
    atomic_int tx_error;
};

/* Takes the socket, also on error (NULL). */
struct pipe *pipe_create_acceptor(struct messenger *m, struct worker *w, struct transport_socket *s,
                                  const struct sockaddr *peer);
/* On the connection's home worker: starts the dialogue. Takes the socket. */
struct pipe *pipe_create_connector(struct connection *c, struct worker *w, struct transport_socket *s);
struct pipe *pipe_get(struct pipe *p);
void pipe_put(struct pipe *p);

/* Any thread: asks the worker. */
void pipe_ask(struct pipe *p, unsigned todo);
/* pipe_tx.c. Any thread, any lock below tx: sends what the session has, as far as the socket takes it. Never
 * blocks, calls back, faults or closes. */
void pipe_kick(struct pipe *p);
/* The same for a message of that size, or a moment later: small ones that the worker sends while it handles
 * small ones that came together go out together. Large ones do not wait: while they are on their way the peer
 * works. */
#define PIPE_GATHER_MAX (16u << 10)
void pipe_kick_with_others(struct pipe *p, size_t size);

/* ---- on the worker ---- */

/* Takes it down without telling its connection, which has let go of it already. */
void pipe_abandon(struct pipe *p);
/* Fails: takes it down and tells the connection, if it has one. reason: one line for the log. */
void pipe_fault(struct pipe *p, int error, const char *reason);
/* The handshake is over. */
void pipe_open(struct pipe *p);

/* ---- pipe_handshake.c ---- */

/* Moves the dialogue on as far as bytes and answers go. */
void pipe_handshake_run(struct pipe *p);
/* The session's old socket is quiet: this one takes it, as the verdict said. */
void pipe_take_over(struct pipe *p);
void pipe_handshake_free(struct pipe *p);

/* ---- pipe_throttle.c ---- */

/* Room for the message whose header was read: true, and msg will give it back; false: the worker is asked to
 * resume. */
bool pipe_throttle_take(struct pipe *p, const struct msgr_v1_header *h);
/* A throttle has given room. */
void pipe_throttle_resumed(struct pipe *p);
void pipe_throttle_hand_over(struct pipe *p, struct message *msg);
/* The pipe closes: stops waiting and gives back. */
void pipe_throttle_close(struct pipe *p);
void pipe_throttle_init(struct pipe *p);

/* ---- pipe_rx.c ---- */

/* Reads and handles what there is, within the budget of a pass, then answers. */
void pipe_pump(struct pipe *p);
/* The worker's scratch is about to serve another pipe: what is left ahead moves to memory of our own. */
void pipe_keep_ahead(struct pipe *p);

/* Delivers a message that is held, if there is one. */
void pipe_release_held(struct pipe *p);
void pipe_rx_init(struct pipe *p);

/* We are the ones who do not read: no room, or a delay on purpose. */
static inline bool pipe_holds_back(const struct pipe *p)
{
    return p->throttle.waiting || p->held;
}

/* Makes sure that some bytes are ahead, from the socket if need be: how many. 0: none now, or the pipe has
 * failed. */
size_t pipe_read_ahead(struct pipe *p);
static inline void pipe_used(struct pipe *p, size_t n)
{
    p->ahead += n;
    p->ahead_len -= n;
}
void pipe_set_interest(struct pipe *p, unsigned interest);
/* As the transport's, with injected faults. */
ssize_t pipe_sendv(struct pipe *p, const struct iovec *iov, int n);

#define PIPE_TEXT_MAX 160
/* "public rsockets rdma:192.0.2.1:6789/0 mon", for logs. Returns buf. */
const char *pipe_describe(const struct pipe *p, char buf[static PIPE_TEXT_MAX]);

#endif
