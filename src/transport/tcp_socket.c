/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/tcp_socket.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "transport/sockaddr.h"

struct tcp_counters tcp_counters;

struct transport_socket *tcp_socket_create(int fd)
{
    struct tcp_socket *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->base.transport = &transport_tcp;
    s->base.fd = fd;
    atomic_fetch_add(&tcp_counters.sockets, 1);
    return &s->base;
}

void tcp_socket_free(struct tcp_socket *s)
{
    atomic_fetch_sub(&tcp_counters.sockets, 1);
    free(s);
}

static void set_option(int fd, int level, int option, int value, const char *name)
{
    if (setsockopt(fd, level, option, &value, sizeof(value)))
        dout(ms, 0, "socket option %s = %d: %s; going on without", name, value, strerror(errno));
}

void tcp_socket_set_nodelay(int fd)
{
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
}

void tcp_socket_set_options(int fd, const struct transport_socket_options *o, int family)
{
    if (!o)
        return;
    if (o->nodelay)
        tcp_socket_set_nodelay(fd);
    if (o->rcvbuf)
        set_option(fd, SOL_SOCKET, SO_RCVBUF, o->rcvbuf, "SO_RCVBUF");
    if (o->sndbuf)
        set_option(fd, SOL_SOCKET, SO_SNDBUF, o->sndbuf, "SO_SNDBUF");
    if (o->priority > 0) {
        /* The class selector first: setting the type of service resets the priority. */
        if (family == AF_INET6)
            set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, IPTOS_CLASS_CS6, "IPV6_TCLASS");
        else
            set_option(fd, IPPROTO_IP, IP_TOS, IPTOS_CLASS_CS6, "IP_TOS");
        set_option(fd, SOL_SOCKET, SO_PRIORITY, o->priority, "SO_PRIORITY");
    }
}

ssize_t tcp_socket_recv(struct transport_socket *s, void *buf, size_t len)
{
    ssize_t n;

    do
        n = recv(s->fd, buf, len, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    atomic_fetch_add_explicit(&tcp_counters.bytes_received, (uint64_t)n, memory_order_relaxed);
    return n;
}

static size_t iov_bytes(const struct iovec *iov, int iovcnt)
{
    size_t bytes = 0;

    for (int i = 0; i < iovcnt; i++)
        bytes += iov[i].iov_len;
    return bytes;
}

ssize_t tcp_socket_sendv(struct transport_socket *s, const struct iovec *iov, int iovcnt)
{
    ssize_t sent = 0;

    while (iovcnt > 0) {
        const int some = iovcnt < IOV_MAX ? iovcnt : IOV_MAX;
        struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)some};
        ssize_t n;

        do
            n = sendmsg(s->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL | (some < iovcnt ? MSG_MORE : 0));
        while (n < 0 && errno == EINTR);
        if (n < 0 && !sent)
            return -errno;
        if (n > 0)
            sent += n;
        if (n < 0 || (size_t)n < iov_bytes(iov, some))
            break;
        iov += some;
        iovcnt -= some;
    }
    atomic_fetch_add_explicit(&tcp_counters.bytes_sent, (uint64_t)sent, memory_order_relaxed);
    return sent;
}

int tcp_socket_names(struct transport_socket *s, struct sockaddr_storage *local,
                     struct sockaddr_storage *peer)
{
    socklen_t len = sizeof(*local);

    if (local) {
        if (getsockname(s->fd, (struct sockaddr *)local, &len))
            return -errno;
        sockaddr_unmap(local);
    }
    len = sizeof(*peer);
    if (peer) {
        if (getpeername(s->fd, (struct sockaddr *)peer, &len))
            return -errno;
        sockaddr_unmap(peer);
    }
    return 0;
}
