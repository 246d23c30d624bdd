/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_socket: a connected TCP socket, and the counters that all of TCP keeps.
 *
 * Threads: receiving and sending as transport.h says; the poller's members belong to the poller's thread.
 */
#ifndef CEPH_TRANSPORT_TCP_SOCKET_H
#define CEPH_TRANSPORT_TCP_SOCKET_H

#include <stdatomic.h>
#include <stdint.h>

#include "transport/transport.h"

struct tcp_poller;

struct tcp_socket {
    struct transport_socket base;
    /* the poller's thread */
    struct tcp_poller *poller; /* NULL: in none */
    void *arg;
    unsigned interest;
    bool parked;    /* out of the epoll set, because it hung up and nobody wants to read or write */
    uint64_t batch; /* the poller's batch that the next member belongs to */
    unsigned index_in_batch;
};

struct tcp_counters {
    atomic_uint sockets, listeners, dialling, closing;
    atomic_uint_least64_t accepted, dialled, accept_errors;
    atomic_uint_least64_t bytes_received __attribute__((aligned(64)));
    atomic_uint_least64_t bytes_sent __attribute__((aligned(64)));
};

extern struct tcp_counters tcp_counters;

/* A connected, non-blocking descriptor becomes a socket; NULL: no memory, and fd is still the caller's. */
struct transport_socket *tcp_socket_create(int fd) MUST_CHECK;
void tcp_socket_free(struct tcp_socket *s); /* not fd */

/* Before connect, or on a listener: what fails is logged and goes unused. */
void tcp_socket_set_options(int fd, const struct transport_socket_options *o, int family);
/* On an accepted socket, which inherits the rest. */
void tcp_socket_set_nodelay(int fd);

ssize_t tcp_socket_recv(struct transport_socket *s, void *buf, size_t len);
ssize_t tcp_socket_sendv(struct transport_socket *s, const struct iovec *iov, int iovcnt);
int tcp_socket_names(struct transport_socket *s, struct sockaddr_storage *local,
                     struct sockaddr_storage *peer);

#endif
