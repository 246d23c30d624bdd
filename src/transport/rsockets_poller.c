/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_poller.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <rdma/rsocket.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "transport/rsockets_socket.h"
#include "transport/spin.h"
#include "transport/wakeup.h"

/* Places in the set that are no sockets. */
enum { WAKEUP, TIMER, FIRST_SOCKET };

struct rsockets_poller {
    struct wakeup wakeup;
    int timer;
    uint64_t timer_ns; /* when it goes off; UINT64_MAX: not set */
    uint64_t batch;    /* counts waits, so that a removal knows whether the events in hand concern it */
    /* Two arrays of the same size, without holes: the library looks at every entry. */
    unsigned count, size;
    unsigned parked; /* sockets without a place, which may want one back */
    struct pollfd *set;
    struct rsockets_socket **sockets; /* by place; NULL below FIRST_SOCKET */
    struct transport_event
        *events; /* of the batch in hand: it may only move when the next one is asked for */
    unsigned events_size;
};

static atomic_bool exists;

static struct rsockets_poller *to_rs(struct transport_poller *p)
{
    return (struct rsockets_poller *)p;
}

static struct rsockets_socket *to_rs_socket(struct transport_socket *s)
{
    return CONTAINER_OF(s, struct rsockets_socket, base);
}

static int make_room(struct rsockets_poller *p, unsigned more)
{
    const unsigned size = p->size ? 2 * p->size : 64;
    void *set, *sockets;

    if (p->count + more <= p->size)
        return 0;
    set = realloc(p->set, size * sizeof(*p->set));
    if (set)
        p->set = set;
    sockets = realloc(p->sockets, size * sizeof(*p->sockets));
    if (sockets)
        p->sockets = sockets;
    if (!set || !sockets)
        return -ENOMEM;
    p->size = size;
    return 0;
}

/* Without memory for as many events as there are sockets, some are told later. */
static int make_room_for_events(struct rsockets_poller *p)
{
    struct transport_event *events;

    if (p->events_size >= p->size)
        return 0;
    events = realloc(p->events, p->size * sizeof(*events));
    if (!events)
        return p->events_size ? 0 : -ENOMEM;
    p->events = events;
    p->events_size = p->size;
    return 0;
}

int rsockets_poller_create(struct transport_poller **out)
{
    struct rsockets_poller *p;
    int r;

    if (atomic_exchange(&exists, true))
        return -EBUSY;
    p = calloc(1, sizeof(*p));
    if (!p) {
        atomic_store(&exists, false);
        return -ENOMEM;
    }
    p->timer_ns = UINT64_MAX;
    p->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    r = p->timer < 0 ? -errno : 0;
    p->wakeup.fd = -1;
    if (!r)
        r = wakeup_init(&p->wakeup);
    if (!r)
        r = make_room(p, FIRST_SOCKET);
    if (!r)
        r = make_room_for_events(p);
    if (r) {
        rsockets_poller_destroy((struct transport_poller *)p);
        return r;
    }
    p->set[WAKEUP] = (struct pollfd){.fd = p->wakeup.fd, .events = POLLIN};
    p->set[TIMER] = (struct pollfd){.fd = p->timer, .events = POLLIN};
    p->sockets[WAKEUP] = p->sockets[TIMER] = NULL;
    p->count = FIRST_SOCKET;
    *out = (struct transport_poller *)p;
    return 0;
}

void rsockets_poller_destroy(struct transport_poller *tp)
{
    struct rsockets_poller *p = to_rs(tp);

    wakeup_destroy(&p->wakeup);
    if (p->timer >= 0)
        close(p->timer);
    free(p->set);
    free(p->sockets);
    free(p->events);
    free(p);
    atomic_store(&exists, false);
}

static short poll_events(unsigned interest)
{
    return (short)((interest & TRANSPORT_READ ? POLLIN : 0) | (interest & TRANSPORT_WRITE ? POLLOUT : 0));
}

/* There is room: every socket of the poller has a place of its own, in use or not. */
static void poll_for(struct rsockets_poller *p, struct rsockets_socket *s)
{
    s->place = p->count++;
    s->polled = true;
    p->sockets[s->place] = s;
    p->set[s->place] = (struct pollfd){.fd = s->base.fd, .events = poll_events(s->interest)};
}

static void stop_polling_for(struct rsockets_poller *p, struct rsockets_socket *s)
{
    struct rsockets_socket *last = p->sockets[--p->count];

    p->set[s->place] = p->set[p->count];
    p->sockets[s->place] = last;
    last->place = s->place;
    s->polled = false;
}

int rsockets_poller_add(struct transport_poller *tp, struct transport_socket *ts, unsigned interest,
                        void *arg)
{
    struct rsockets_poller *p = to_rs(tp);
    struct rsockets_socket *s = to_rs_socket(ts);
    int r;

    assert(!s->poller && arg);
    r = make_room(p, 1 + p->parked);
    if (r)
        return r;
    s->poller = p;
    s->arg = arg;
    s->interest = interest;
    s->batch = 0;
    poll_for(p, s);
    return 0;
}

void rsockets_poller_set(struct transport_poller *tp, struct transport_socket *ts, unsigned interest)
{
    struct rsockets_poller *p = to_rs(tp);
    struct rsockets_socket *s = to_rs_socket(ts);

    assert(s->poller == p);
    if (interest == s->interest)
        return;
    s->interest = interest;
    if (s->polled) {
        p->set[s->place].events = poll_events(interest);
        return;
    }
    p->parked--;
    poll_for(p, s);
}

void rsockets_poller_remove(struct transport_poller *tp, struct transport_socket *ts)
{
    struct rsockets_poller *p = to_rs(tp);
    struct rsockets_socket *s = to_rs_socket(ts);

    assert(s->poller == p);
    if (s->polled)
        stop_polling_for(p, s);
    else
        p->parked--;
    if (s->batch == p->batch)
        p->events[s->index_in_batch].arg = NULL;
    s->poller = NULL;
}

static int collect(struct rsockets_poller *p)
{
    int events = 0;

    p->batch++;
    /* Downwards: a socket that is taken out leaves its place to one that has been looked at. */
    for (unsigned i = p->count; i-- > FIRST_SOCKET && (unsigned)events < p->events_size;) {
        struct rsockets_socket *s = p->sockets[i];
        const short got = p->set[i].revents;
        struct transport_event *e = &p->events[events];

        if (!got)
            continue;
        e->arg = s->arg;
        e->events = (got & POLLIN ? TRANSPORT_READ : 0u) | (got & POLLOUT ? TRANSPORT_WRITE : 0u) |
                    (got & (POLLHUP | POLLERR | POLLNVAL) ? TRANSPORT_HANGUP : 0u);
        s->batch = p->batch;
        s->index_in_batch = (unsigned)events++;
        if (!s->interest && e->events & TRANSPORT_HANGUP) {
            stop_polling_for(p, s);
            p->parked++;
        }
    }
    return events;
}

/* A timer that is set for earlier is left alone: one needless wake costs less than a system call each time.
 */
static void set_timer(struct rsockets_poller *p, uint64_t deadline_ns)
{
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(deadline_ns / NSEC_PER_SEC),
                                         .tv_nsec = (long)(deadline_ns % NSEC_PER_SEC)}};

    if (p->timer_ns <= deadline_ns)
        return;
    timerfd_settime(p->timer, TFD_TIMER_ABSTIME, &at, NULL);
    p->timer_ns = deadline_ns;
}

static void take_timer(struct rsockets_poller *p)
{
    uint64_t times;

    if (p->set[TIMER].revents && read(p->timer, &times, sizeof(times)) > 0)
        p->timer_ns = UINT64_MAX;
}

/* 1: there is something; 0: nothing; or negative errno. */
static int result_of(int n)
{
    if (n < 0)
        return errno == EINTR || errno == EAGAIN || errno == EBUSY ? 0 : -errno;
    return n > 0;
}

/* Looks at the sockets alone: for the other places the library would make a system call each time. */
static int glance(struct rsockets_poller *p)
{
    p->set[WAKEUP].revents = p->set[TIMER].revents = 0;
    return result_of(rpoll(p->set + FIRST_SOCKET, p->count - FIRST_SOCKET, 0));
}

/* Spins until something is there or it is time to sleep. */
static int spin(struct rsockets_poller *p, uint64_t deadline_ns, uint64_t spin_ns, bool *woken)
{
    struct spin s = {.span_ns = spin_ns, .deadline_ns = deadline_ns};
    int r;

    do {
        r = glance(p);
        *woken = wakeup_consume(&p->wakeup);
    } while (!r && !*woken && spin_goes_on(&s, p->count));
    return r;
}

/* Sleeps until the deadline, where there is time and nobody has asked for more already. */
static int look_once(struct rsockets_poller *p, uint64_t deadline_ns, bool *woken)
{
    int r;

    if (deadline_ns <= clock_monotonic_ns())
        return glance(p);
    if (!wakeup_may_sleep(&p->wakeup)) {
        *woken = true;
        return glance(p);
    }
    if (deadline_ns != UINT64_MAX)
        set_timer(p, deadline_ns);
    r = result_of(rpoll(p->set, p->count, -1));
    *woken = wakeup_awake(&p->wakeup, false);
    return r;
}

int rsockets_poller_wait(struct transport_poller *tp, uint64_t deadline_ns, uint64_t spin_ns,
                         struct transport_event **events)
{
    struct rsockets_poller *p = to_rs(tp);
    bool woken = wakeup_consume(&p->wakeup);
    int n, r = make_room_for_events(p);

    if (r)
        return r;
    *events = p->events;
    do {
        r = 0;
        if (!woken && spin_ns && deadline_ns)
            r = spin(p, deadline_ns, spin_ns, &woken);
        if (!r && !woken)
            r = look_once(p, deadline_ns, &woken);
        else if (!r)
            r = glance(p);
        if (r < 0)
            return r;
        n = 0;
        if (r > 0) {
            if (p->set[WAKEUP].revents)
                woken |= wakeup_awake(&p->wakeup, true);
            take_timer(p);
            n = collect(p);
        }
    } while (!n && !woken && clock_monotonic_ns() < deadline_ns);
    return n;
}

void rsockets_poller_wake(struct transport_poller *p)
{
    wakeup_wake(&to_rs(p)->wakeup);
}
