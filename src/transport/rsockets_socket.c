/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <rdma/rsocket.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "transport/rsockets_options.h"
#include "transport/sockaddr.h"

struct rsockets_counters rsockets_counters;

static void socket_closed(struct rsockets_closing *c)
{
    free(CONTAINER_OF(c, struct rsockets_socket, closing));
}

struct transport_socket *rsockets_socket_create(int fd, enum rsockets_slot slot)
{
    struct rsockets_socket *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->base.transport = transport_rsockets();
    s->base.fd = fd;
    s->closing.fd = fd;
    s->closing.slot = slot;
    s->closing.closed = socket_closed;
    return &s->base;
}

void rsockets_socket_close(struct transport_socket *s)
{
    rsockets_closers_give(&CONTAINER_OF(s, struct rsockets_socket, base)->closing);
}

static void set_option(int fd, int level, int option, unsigned value, const char *name)
{
    if (rsetsockopt(fd, level, option, &value, sizeof(value)))
        dout(rdma, 0, "rsocket option %s = %u: %s; going on without", name, value, strerror(errno));
}

/* The library doubles buffer sizes as the kernel does. Its own default is 128 KiB after that. */
static void set_sizes(int fd, const struct transport_socket_options *o)
{
    const int sndbuf = rsockets_options.sndbuf ? rsockets_options.sndbuf : o ? o->sndbuf : 0;
    const int rcvbuf = rsockets_options.rcvbuf ? rsockets_options.rcvbuf : o ? o->rcvbuf : 0;

    if (sndbuf)
        set_option(fd, SOL_SOCKET, SO_SNDBUF, (unsigned)sndbuf, "SO_SNDBUF");
    if (rcvbuf)
        set_option(fd, SOL_SOCKET, SO_RCVBUF, (unsigned)rcvbuf, "SO_RCVBUF");
    if (rsockets_options.sqsize)
        set_option(fd, SOL_RDMA, RDMA_SQSIZE, rsockets_options.sqsize, "RDMA_SQSIZE");
    if (rsockets_options.rqsize)
        set_option(fd, SOL_RDMA, RDMA_RQSIZE, rsockets_options.rqsize, "RDMA_RQSIZE");
    if (rsockets_options.inline_size >= 0)
        set_option(fd, SOL_RDMA, RDMA_INLINE, (unsigned)rsockets_options.inline_size, "RDMA_INLINE");
}

int rsockets_socket_open(int family, const struct transport_socket_options *o)
{
    int fd, r;

    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    fd = rsocket(family, SOCK_STREAM, 0);
    if (fd < 0)
        return -errno;
    if (rfcntl(fd, F_SETFL, O_NONBLOCK)) {
        r = -errno;
        rclose(fd);
        return r;
    }
    set_sizes(fd, o);
    return fd;
}

ssize_t rsockets_socket_recv(struct transport_socket *s, void *buf, size_t len)
{
    ssize_t n;

    if (!len) /* the library would wait for data */
        return 0;
    do
        n = rrecv(s->fd, buf, len, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EWOULDBLOCK ? -EAGAIN : -errno;
    atomic_fetch_add_explicit(&rsockets_counters.bytes_received, (uint64_t)n, memory_order_relaxed);
    return n;
}

/* All pieces in one call: each call takes at least one of the peer's receive credits. */
ssize_t rsockets_socket_sendv(struct transport_socket *s, const struct iovec *iov, int iovcnt)
{
    struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)iovcnt};
    ssize_t n;

    while (msg.msg_iovlen && !msg.msg_iov->iov_len) {
        msg.msg_iov++;
        msg.msg_iovlen--;
    }
    if (!msg.msg_iovlen)
        return 0;
    do
        n = rsendmsg(s->fd, &msg, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EWOULDBLOCK ? -EAGAIN : -errno;
    atomic_fetch_add_explicit(&rsockets_counters.bytes_sent, (uint64_t)n, memory_order_relaxed);
    return n;
}

int rsockets_socket_names(struct transport_socket *s, struct sockaddr_storage *local,
                          struct sockaddr_storage *peer)
{
    socklen_t len = sizeof(*local);

    if (local) {
        memset(local, 0, sizeof(*local));
        if (rgetsockname(s->fd, (struct sockaddr *)local, &len))
            return -errno;
        sockaddr_unmap(local);
    }
    len = sizeof(*peer);
    if (peer) {
        memset(peer, 0, sizeof(*peer));
        if (rgetpeername(s->fd, (struct sockaddr *)peer, &len))
            return -errno;
        sockaddr_unmap(peer);
    }
    return 0;
}
