/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/tcp_accepter.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "transport/sockaddr.h"
#include "transport/tcp_service.h"
#include "transport/tcp_socket.h"

/* How long a listener rests when the process has no descriptor or memory for another connection. */
#define REST_NS (100 * NSEC_PER_MSEC)
/* Connections taken in a row before others have their turn. */
#define AT_ONCE         64
#define DEFAULT_BACKLOG 512

struct tcp_listener {
    struct tcp_task task;
    /* fixed */
    transport_accepted_fn accepted;
    void *arg;
    bool nodelay;
    char name[SOCKADDR_TEXT_MAX];
    /* the service's thread */
    bool resting;
    bool complained; /* since the last connection that was accepted well */
};

static struct tcp_listener *task_listener(struct tcp_task *t)
{
    return CONTAINER_OF(t, struct tcp_listener, task);
}

static void rest(struct tcp_listener *l, int error)
{
    atomic_fetch_add(&tcp_counters.accept_errors, 1);
    if (!l->complained)
        derr(ms, "%s: cannot accept connections: %s; trying again until it works", l->name, strerror(-error));
    l->complained = l->resting = true;
    tcp_service_change(&l->task, 0, clock_monotonic_ns() + REST_NS);
}

/* 0, -EAGAIN when nobody waits, or what stands in the way of accepting anybody. */
static int accept_one(struct tcp_listener *l)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);
    struct transport_socket *s;
    int fd = accept4(l->task.fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0) {
        switch (errno) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
        case EAGAIN:
            return -errno;
        default: /* that one connection was lost before it was taken */
            dout(ms, 1, "%s: accept: %s", l->name, strerror(errno));
            if (errno != EINTR)
                atomic_fetch_add(&tcp_counters.accept_errors, 1);
            return 0;
        }
    }
    s = tcp_socket_create(fd);
    if (!s) {
        close(fd);
        return -ENOMEM;
    }
    if (l->nodelay)
        tcp_socket_set_nodelay(fd);
    sockaddr_unmap(&peer);
    atomic_fetch_add(&tcp_counters.accepted, 1);
    if (l->complained)
        dout(ms, 0, "%s: accepting connections again", l->name);
    l->complained = false;
    l->accepted(l->arg, s, (const struct sockaddr *)&peer);
    return 0;
}

static void listener_ready(struct tcp_task *t, unsigned events UNUSED)
{
    struct tcp_listener *l = task_listener(t);
    int r = 0;

    if (l->resting) {
        l->resting = false;
        tcp_service_change(t, EPOLLIN, UINT64_MAX);
    }
    for (int i = 0; i < AT_ONCE && !r && !atomic_load(&t->gone); i++)
        r = accept_one(l);
    if (r && r != -EAGAIN)
        rest(l, r);
}

static void listener_free(struct tcp_task *t)
{
    if (t->fd >= 0)
        close(t->fd);
    free(task_listener(t));
}

static int bound_socket(const struct sockaddr *sa, socklen_t len,
                        const struct transport_socket_options *options, struct sockaddr_storage *bound)
{
    const int on = 1, fd = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t bound_len = sizeof(*bound);
    int r;

    if (fd < 0)
        return -errno;
    tcp_socket_set_options(fd, options, sa->sa_family);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) || bind(fd, sa, len) ||
        listen(fd, options && options->backlog > 0 ? options->backlog : DEFAULT_BACKLOG) ||
        getsockname(fd, (struct sockaddr *)bound, &bound_len)) {
        r = -errno;
        close(fd);
        return r;
    }
    return fd;
}

int tcp_accepter_listen(const struct sockaddr *sa, socklen_t len,
                        const struct transport_socket_options *options, transport_accepted_fn accepted,
                        void *arg, struct sockaddr_storage *bound, struct transport_listener **out)
{
    struct tcp_listener *l = calloc(1, sizeof(*l));
    struct sockaddr_storage real;
    int fd, r;

    if (!l)
        return -ENOMEM;
    l->task.ready = listener_ready;
    l->task.free = listener_free;
    l->accepted = accepted;
    l->arg = arg;
    l->nodelay = options && options->nodelay;
    fd = bound_socket(sa, len, options, &real);
    if (fd < 0) {
        free(l);
        return fd;
    }
    sockaddr_print((struct sockaddr *)&real, l->name);
    if (bound)
        *bound = real;
    *out = (struct transport_listener *)l;
    r = tcp_service_add(&l->task, fd, EPOLLIN, UINT64_MAX);
    if (r) {
        close(fd);
        free(l);
        return r;
    }
    atomic_fetch_add(&tcp_counters.listeners, 1);
    return 0;
}

void tcp_accepter_unlisten(struct transport_listener *tl)
{
    struct tcp_listener *l = (struct tcp_listener *)tl;
    const int fd = tcp_service_quiesce(&l->task);

    if (fd >= 0)
        close(fd);
    atomic_fetch_sub(&tcp_counters.listeners, 1);
    tcp_service_give(&l->task);
}
