/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/tcp_connector.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "transport/sockaddr.h"
#include "transport/tcp_service.h"
#include "transport/tcp_socket.h"

struct tcp_dial {
    struct tcp_task task;
    /* fixed */
    transport_dialled_fn dialled;
    void *arg;
    int error; /* connect failed on the spot */
    /* the service's thread; others after tcp_service_quiesce */
    bool done;
};

static struct tcp_dial *task_dial(struct tcp_task *t)
{
    return CONTAINER_OF(t, struct tcp_dial, task);
}

/* A connect to a port of this host that nobody listens on can be given that same port and meet itself. */
static bool met_itself(int fd)
{
    struct sockaddr_storage local, peer;
    socklen_t local_len = sizeof(local), peer_len = sizeof(peer);

    return !getsockname(fd, (struct sockaddr *)&local, &local_len) &&
           !getpeername(fd, (struct sockaddr *)&peer, &peer_len) &&
           sockaddr_equal((struct sockaddr *)&local, (struct sockaddr *)&peer);
}

static int outcome(int fd)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
        return -errno;
    if (!error && met_itself(fd))
        return -ECONNREFUSED;
    return -error;
}

static void dial_ready(struct tcp_task *t, unsigned events)
{
    struct tcp_dial *d = task_dial(t);
    const int fd = tcp_service_take_fd(t);
    struct transport_socket *s = NULL;
    int r = d->error;

    if (!r)
        r = events ? outcome(fd) : -ETIMEDOUT;
    if (!r) {
        s = tcp_socket_create(fd);
        if (!s)
            r = -ENOMEM;
    }
    if (r)
        close(fd);
    else
        atomic_fetch_add(&tcp_counters.dialled, 1);
    atomic_fetch_sub(&tcp_counters.dialling, 1);
    d->done = true;
    d->dialled(d->arg, r, s);
}

static void dial_free(struct tcp_task *t)
{
    if (t->fd >= 0)
        close(t->fd);
    free(task_dial(t));
}

static int bind_local(int fd, const struct sockaddr *local, socklen_t len)
{
    const int on = 1;

    /* Without a port of its own, the choice is put off until the peer is known: far more connections fit. */
    if (!sockaddr_port(local))
        (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    else if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
        return -errno;
    return bind(fd, local, len) ? -errno : 0;
}

int tcp_connector_dial(const struct sockaddr *sa, socklen_t len, const struct sockaddr *local,
                       socklen_t local_len, const struct transport_socket_options *options,
                       uint64_t deadline_ns, transport_dialled_fn dialled, void *arg,
                       struct transport_dial **out)
{
    struct tcp_dial *d = calloc(1, sizeof(*d));
    int fd, r = 0;

    if (!d)
        return -ENOMEM;
    d->task.ready = dial_ready;
    d->task.free = dial_free;
    d->dialled = dialled;
    d->arg = arg;
    fd = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        r = -errno;
        free(d);
        return r;
    }
    tcp_socket_set_options(fd, options, sa->sa_family);
    if (local)
        r = bind_local(fd, local, local_len);
    if (!r && connect(fd, sa, len) && errno != EINPROGRESS) {
        d->error = -errno;
        deadline_ns = 0; /* the callback has the news, at once */
    }
    *out = (struct transport_dial *)d;
    atomic_fetch_add(&tcp_counters.dialling, 1);
    if (!r)
        r = tcp_service_add(&d->task, fd, d->error ? 0 : EPOLLOUT, deadline_ns);
    if (r) {
        atomic_fetch_sub(&tcp_counters.dialling, 1);
        close(fd);
        free(d);
    }
    return r;
}

bool tcp_connector_cancel(struct transport_dial *td)
{
    struct tcp_dial *d = (struct tcp_dial *)td;
    const int fd = tcp_service_quiesce(&d->task);
    const bool done = d->done;

    if (fd >= 0)
        close(fd);
    if (!done)
        atomic_fetch_sub(&tcp_counters.dialling, 1);
    tcp_service_give(&d->task);
    return done;
}
