/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transport: the one table of socket calls. TCP and rsockets each fill it in; nobody else touches a socket.
 *
 * What the two have in common is what this table offers: connections are made and accepted in the background
 * and handed over ready and non-blocking; one thread waits for many sockets in a poller; receiving and
 * sending are tried and say -EAGAIN; closing is given away and never blocks the caller. What rsockets need
 * beyond that (primed tables, ticked accepting, closers that may hang, no positive timeout in rpoll) stays
 * inside transport_rsockets.c and its neighbours.
 *
 * Addresses are sockaddrs in network form; times are monotonic nanoseconds; errors are negative errno.
 * See: doc/architecture.md "Transports", src/test/unit/transport.
 */
#ifndef CEPH_TRANSPORT_TRANSPORT_H
#define CEPH_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "common/compiler.h"

struct conf;
struct transport;
struct transport_listener; /* opaque, the transport's */
struct transport_dial;     /* opaque: a connection being made */
struct transport_poller;   /* opaque */

/* A connected socket. Transports embed it in their own. */
struct transport_socket {
    const struct transport *transport;
    int fd; /* for logs and dumps only */
};

/* Set before connect or listen; 0 means the system's (or library's) own. */
struct transport_socket_options {
    bool nodelay;
    int rcvbuf, sndbuf; /* bytes */
    int priority;       /* SO_PRIORITY / IP_TOS class; ignored where the transport has none */
    int backlog;        /* listening sockets */
};

/* Called on a thread of the transport's, with no lock held; must not block. The socket is the callee's. */
typedef void (*transport_accepted_fn)(void *arg, struct transport_socket *s, const struct sockaddr *peer);

/* Called once for each dial that started, on a thread of the transport's, with no lock held; must not block:
 * error 0 and a socket, which is the callee's, or a negative errno and NULL (-ETIMEDOUT at the deadline). */
typedef void (*transport_dialled_fn)(void *arg, int error, struct transport_socket *s);

enum transport_interest {
    TRANSPORT_READ = 1,
    TRANSPORT_WRITE = 2,
    TRANSPORT_HANGUP = 4, /* only reported: the peer is gone or the socket failed; recv tells more. Input that
                             came before may still wait. With interest 0 it is reported once and not again. */
};

struct transport_event {
    void *arg;       /* NULL: the socket was removed while this batch was being handled; skip it */
    unsigned events; /* of enum transport_interest */
};

/* What operators see of a transport: admin socket, health, logs. */
struct transport_status {
    unsigned sockets;  /* open now, closing ones included */
    unsigned capacity; /* 0: no limit of its own */
    unsigned listeners, dialling;
    unsigned closing;           /* waiting for or inside a close */
    unsigned stuck_closes;      /* closes that have taken longer than ms_rsockets_close_timeout */
    uint64_t accept_blocked_ns; /* how long accepting has been held up by one peer; 0: it is not */
    uint64_t accepted, dialled, refused_at_capacity;
    uint64_t accept_errors; /* accepting failed for want of descriptors or memory, or the library failed */
    uint64_t bytes_received, bytes_sent;
    char library[192];        /* which library file serves it; empty for the kernel's */
    char library_faults[512]; /* known faults of that one */
};

struct transport {
    const char *name; /* "simple" or "rsockets": what ms_type calls it */

    /*
     * Process-wide and counted: reads its options from conf (NULL: the defaults), starts its threads on the
     * first call. -ENODEV and the like where this machine has no such transport; err gets one line that says
     * what to do. stop undoes one start and, at the last, waits for closers at most as long as configured;
     * by then listeners, dials and pollers must have been given back. Neither may be called from a callback.
     */
    int (*start)(const struct conf *conf, char *err, size_t err_size);
    void (*stop)(void);

    /* bound gets the address with the real port. No callback after unlisten has returned: hold no lock there
     * that the callback takes. unlisten may be called from the callback itself. */
    int (*listen)(const struct sockaddr *sa, socklen_t len, const struct transport_socket_options *options,
                  transport_accepted_fn accepted, void *arg, struct sockaddr_storage *bound,
                  struct transport_listener **out);
    void (*unlisten)(struct transport_listener *l);

    /*
     * local may be NULL; its port, when not 0, is used too. A negative errno from dial itself: nothing was
     * started and the callback never runs; otherwise *out is set before the callback can run, and is given
     * back by exactly one cancel, after the callback, inside of it, or in place of it. After cancel has
     * returned, the callback has run (true) or never will (false). Locks: as with unlisten.
     */
    int (*dial)(const struct sockaddr *sa, socklen_t len, const struct sockaddr *local, socklen_t local_len,
                const struct transport_socket_options *options, uint64_t deadline_ns,
                transport_dialled_fn dialled, void *arg, struct transport_dial **out);
    bool (*cancel)(struct transport_dial *d);

    /* recv: bytes, 0 at the end of the stream (clean or not), -EAGAIN, or an error. One thread at a time.
     * sendv: bytes taken (may be fewer), -EAGAIN, or an error; success does not mean that the peer lives. One
     * thread at a time, which may be another than the receiver's. */
    ssize_t (*recv)(struct transport_socket *s, void *buf, size_t len);
    ssize_t (*sendv)(struct transport_socket *s, const struct iovec *iov, int iovcnt);
    int (*names)(struct transport_socket *s, struct sockaddr_storage *local, struct sockaddr_storage *peer);

    /* Gives the socket away: it must be in no poller and nobody may use it again. Queued bytes are still
     * sent. */
    void (*close)(struct transport_socket *s);

    /*
     * A poller belongs to one thread; only wake may be called from others. Readiness is level-triggered.
     * Several pollers may be asked for; where max_pollers is 1 the second one is refused with -EBUSY.
     */
    unsigned max_pollers;
    int (*poller_create)(struct transport_poller **out);
    void (*poller_destroy)(struct transport_poller *p);
    int (*poller_add)(struct transport_poller *p, struct transport_socket *s, unsigned interest, void *arg);
    void (*poller_set)(struct transport_poller *p, struct transport_socket *s, unsigned interest);
    /* After this no event of the socket is seen any more, also not of the batch in hand. */
    void (*poller_remove)(struct transport_poller *p, struct transport_socket *s);
    /* Waits until something is ready, wake was called, or deadline_ns (UINT64_MAX: none; 0: do not wait) has
     * passed. spin_ns: how long to look again before going to sleep. Returns the number of events (0: woken
     * or timed out); *events is valid until the next call. */
    int (*poller_wait)(struct transport_poller *p, uint64_t deadline_ns, uint64_t spin_ns,
                       struct transport_event **events);
    void (*poller_wake)(struct transport_poller *p);

    void (*status)(struct transport_status *st);
};

extern const struct transport transport_tcp;

/* The rsockets table, or NULL in a build without it. */
const struct transport *transport_rsockets(void);

#endif
