/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/tcp_closer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "transport/tcp_service.h"
#include "transport/tcp_socket.h"

/* How long a peer may take to receive what is left; after that the rest is dropped. */
#define LINGER_NS (60 * NSEC_PER_SEC)
/* Acknowledgements raise no event: they are looked for at this interval. */
#define LOOK_NS (20 * NSEC_PER_MSEC)

struct tcp_closing {
    struct tcp_task task;
    uint64_t give_up_ns;
};

static struct tcp_closing *task_closing(struct tcp_task *t)
{
    return CONTAINER_OF(t, struct tcp_closing, task);
}

static bool bytes_under_way(int fd)
{
    int bytes = 0;

    return !ioctl(fd, SIOCOUTQ, &bytes) && bytes > 0;
}

/* True when no more input can come: the kernel can be left alone with the output then. */
static bool drop_input(int fd)
{
    char junk[16384];
    ssize_t n;

    do
        n = recv(fd, junk, sizeof(junk), MSG_DONTWAIT);
    while (n > 0 || (n < 0 && errno == EINTR));
    return n == 0 || errno != EAGAIN;
}

static void closing_ready(struct tcp_task *t, unsigned events UNUSED)
{
    const uint64_t now = clock_monotonic_ns();

    if (!drop_input(t->fd) && bytes_under_way(t->fd) && now < task_closing(t)->give_up_ns) {
        tcp_service_change(t, EPOLLIN, now + LOOK_NS);
        return;
    }
    close(tcp_service_quiesce(t));
    tcp_service_give(t);
}

static void closing_free(struct tcp_task *t)
{
    if (t->fd >= 0)
        close(t->fd);
    atomic_fetch_sub(&tcp_counters.closing, 1);
    free(task_closing(t));
}

void tcp_closer_close(struct transport_socket *s)
{
    const uint64_t now = clock_monotonic_ns();
    const int fd = s->fd;
    struct tcp_closing *c;

    tcp_socket_free(CONTAINER_OF(s, struct tcp_socket, base));
    if (!bytes_under_way(fd)) {
        close(fd);
        return;
    }
    shutdown(fd, SHUT_WR);
    c = calloc(1, sizeof(*c));
    if (c) {
        c->task.ready = closing_ready;
        c->task.free = closing_free;
        c->give_up_ns = now + LINGER_NS;
        atomic_fetch_add(&tcp_counters.closing, 1);
        if (!tcp_service_add(&c->task, fd, EPOLLIN, now + LOOK_NS))
            return;
        atomic_fetch_sub(&tcp_counters.closing, 1);
        free(c);
    }
    close(fd);
}
