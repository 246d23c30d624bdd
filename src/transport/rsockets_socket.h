/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rsockets_socket: a connected rsocket, and the counters that all of them keep. */
#ifndef CEPH_TRANSPORT_RSOCKETS_SOCKET_H
#define CEPH_TRANSPORT_RSOCKETS_SOCKET_H

#include <stdatomic.h>
#include <stdint.h>

#include "transport/rsockets_closers.h"
#include "transport/rsockets_slots.h"
#include "transport/transport.h"

struct rsockets_poller;

struct rsockets_socket {
    struct transport_socket base;
    struct rsockets_closing closing;
    /* the poller's thread */
    struct rsockets_poller *poller; /* NULL: in none */
    void *arg;
    unsigned interest;
    unsigned place; /* in the poller's arrays; valid while it is polled for */
    bool polled;    /* false: it hung up and nobody wants to read or write */
    uint64_t batch; /* the poller's batch that the next member belongs to */
    unsigned index_in_batch;
};

struct rsockets_counters {
    atomic_uint listeners, dialling;
    atomic_uint_least64_t accepted, dialled, refused_at_capacity, accept_errors;
    atomic_uint_least64_t bytes_received __attribute__((aligned(64)));
    atomic_uint_least64_t bytes_sent __attribute__((aligned(64)));
};

extern struct rsockets_counters rsockets_counters;

/* The socket takes over fd and its slot. NULL: no memory, and they are still the caller's. */
struct transport_socket *rsockets_socket_create(int fd, enum rsockets_slot slot) MUST_CHECK;
void rsockets_socket_close(struct transport_socket *s);

/* A new non-blocking rsocket with the buffer and queue sizes of the options, or negative errno. */
int rsockets_socket_open(int family, const struct transport_socket_options *o) MUST_CHECK;

ssize_t rsockets_socket_recv(struct transport_socket *s, void *buf, size_t len);
ssize_t rsockets_socket_sendv(struct transport_socket *s, const struct iovec *iov, int iovcnt);
int rsockets_socket_names(struct transport_socket *s, struct sockaddr_storage *local,
                          struct sockaddr_storage *peer);

#endif
