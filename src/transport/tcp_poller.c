/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/tcp_poller.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/clock.h"
#include "transport/spin.h"
#include "transport/tcp_socket.h"
#include "transport/wakeup.h"

#define BATCH 128
/* A look is a system call, however many sockets there are: it counts as much as so many. */
#define LOOK_COSTS 8

struct tcp_poller {
    int epoll;
    struct wakeup wakeup;
    uint64_t batch; /* counts waits, so that a removal knows whether the events in hand concern it */
    struct transport_event events[BATCH];
};

static struct tcp_poller *to_tcp(struct transport_poller *p)
{
    return (struct tcp_poller *)p;
}

static struct tcp_socket *to_tcp_socket(struct transport_socket *s)
{
    return CONTAINER_OF(s, struct tcp_socket, base);
}

int tcp_poller_create(struct transport_poller **out)
{
    struct epoll_event ev = {.events = EPOLLIN};
    struct tcp_poller *p = calloc(1, sizeof(*p));
    int r;

    if (!p)
        return -ENOMEM;
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (p->epoll < 0) {
        r = -errno;
        free(p);
        return r;
    }
    r = wakeup_init(&p->wakeup);
    if (!r && epoll_ctl(p->epoll, EPOLL_CTL_ADD, p->wakeup.fd, &ev))
        r = -errno;
    if (r) {
        tcp_poller_destroy((struct transport_poller *)p);
        return r;
    }
    *out = (struct transport_poller *)p;
    return 0;
}

void tcp_poller_destroy(struct transport_poller *tp)
{
    struct tcp_poller *p = to_tcp(tp);

    wakeup_destroy(&p->wakeup);
    close(p->epoll);
    free(p);
}

static unsigned epoll_events(unsigned interest)
{
    return (interest & TRANSPORT_READ ? EPOLLIN : 0u) | (interest & TRANSPORT_WRITE ? EPOLLOUT : 0u);
}

static int control(struct tcp_poller *p, int op, struct tcp_socket *s)
{
    struct epoll_event ev = {.events = epoll_events(s->interest), .data.ptr = s};

    return epoll_ctl(p->epoll, op, s->base.fd, &ev) ? -errno : 0;
}

int tcp_poller_add(struct transport_poller *tp, struct transport_socket *ts, unsigned interest, void *arg)
{
    struct tcp_socket *s = to_tcp_socket(ts);
    int r;

    assert(!s->poller && arg);
    s->interest = interest;
    r = control(to_tcp(tp), EPOLL_CTL_ADD, s);
    if (r)
        return r;
    s->poller = to_tcp(tp);
    s->arg = arg;
    s->parked = false;
    s->batch = 0;
    return 0;
}

void tcp_poller_set(struct transport_poller *tp, struct transport_socket *ts, unsigned interest)
{
    struct tcp_socket *s = to_tcp_socket(ts);
    int r;

    assert(s->poller == to_tcp(tp));
    if (interest == s->interest)
        return;
    s->interest = interest;
    r = control(s->poller, s->parked ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, s);
    assert(!r); /* it needs no more memory than it had */
    s->parked = false;
}

void tcp_poller_remove(struct transport_poller *tp, struct transport_socket *ts)
{
    struct tcp_socket *s = to_tcp_socket(ts);
    struct tcp_poller *p = to_tcp(tp);

    assert(s->poller == p);
    if (!s->parked)
        epoll_ctl(p->epoll, EPOLL_CTL_DEL, s->base.fd, NULL);
    if (s->batch == p->batch)
        p->events[s->index_in_batch].arg = NULL;
    s->poller = NULL;
}

/* Rounded up: a deadline that is waited for has passed when the wait returns. */
static int timeout_ms(uint64_t deadline_ns)
{
    uint64_t now, ms;

    if (deadline_ns == UINT64_MAX)
        return -1;
    now = deadline_ns ? clock_monotonic_ns() : 0;
    if (deadline_ns <= now)
        return 0;
    ms = (deadline_ns - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

static int collect(struct tcp_poller *p, struct epoll_event *ready, int n, bool *woken)
{
    int events = 0;

    *woken = false;
    p->batch++;
    for (int i = 0; i < n; i++) {
        struct tcp_socket *s = ready[i].data.ptr;
        struct transport_event *e = &p->events[events];

        if (!s) {
            *woken = true;
            continue;
        }
        e->arg = s->arg;
        e->events = (ready[i].events & EPOLLIN ? TRANSPORT_READ : 0u) |
                    (ready[i].events & EPOLLOUT ? TRANSPORT_WRITE : 0u) |
                    (ready[i].events & (EPOLLHUP | EPOLLERR) ? TRANSPORT_HANGUP : 0u);
        s->batch = p->batch;
        s->index_in_batch = (unsigned)events++;
        if (!s->interest && e->events & TRANSPORT_HANGUP) {
            epoll_ctl(p->epoll, EPOLL_CTL_DEL, s->base.fd, NULL);
            s->parked = true;
        }
    }
    return events;
}

int tcp_poller_wait(struct transport_poller *tp, uint64_t deadline_ns, uint64_t spin_ns,
                    struct transport_event **events)
{
    struct tcp_poller *p = to_tcp(tp);
    struct epoll_event ready[BATCH];
    bool may_sleep, woken, drain;
    int n;

    *events = p->events;
    woken = wakeup_consume(&p->wakeup);
    if (!woken && spin_ns && deadline_ns) {
        struct spin spin = {.span_ns = spin_ns, .deadline_ns = deadline_ns};

        do {
            n = epoll_wait(p->epoll, ready, BATCH, 0);
            if (n)
                goto out;
            woken = wakeup_consume(&p->wakeup);
        } while (!woken && spin_goes_on(&spin, LOOK_COSTS));
    }
    may_sleep = !woken && deadline_ns && wakeup_may_sleep(&p->wakeup);
    n = epoll_wait(p->epoll, ready, BATCH, may_sleep ? timeout_ms(deadline_ns) : 0);
    if (may_sleep)
        wakeup_awake(&p->wakeup, false);
out:
    n = collect(p, ready, n, &drain);
    if (drain)
        wakeup_awake(&p->wakeup, true);
    return n;
}

void tcp_poller_wake(struct transport_poller *p)
{
    wakeup_wake(&to_tcp(p)->wakeup);
}
