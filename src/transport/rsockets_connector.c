/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_connector.h"

#include <errno.h>
#include <poll.h>
#include <rdma/rsocket.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/list.h"
#include "common/log.h"
#include "transport/rsockets_closers.h"
#include "transport/rsockets_limits.h"
#include "transport/rsockets_options.h"
#include "transport/rsockets_socket.h"
#include "transport/rsockets_thread.h"
#include "transport/rsockets_watchdog.h"
#include "transport/sockaddr.h"

/* How often connections under way are looked at, and how many at once. */
#define TICK_NS      (2 * NSEC_PER_MSEC)
#define SLOW_TICK_NS (50 * NSEC_PER_MSEC) /* when nobody waits for them */
#define AT_ONCE      256

/*
 * How long a connection that nobody waits for any more is left to finish. One that is broken off in the
 * middle of its handshake can hold up all accepting on the other side until the kernel there gives up on it,
 * after 128 s: seen with soft-RoCE, where the word that it is over gets lost.
 */
#define SETTLE_NS (150 * NSEC_PER_SEC)

/*
 * WAITING -> CALLING -> CONNECTING or FAILED, and any of these -> DONE (its user is told) or CANCELLED. In
 * the last two it may still be connecting: it is closed once that has come to an end.
 */
enum dial_state { WAITING, CALLING, CONNECTING, FAILED, DONE, CANCELLED };

struct rsockets_dial {
    struct rsockets_closing closing;
    /* fixed */
    struct sockaddr_storage address, local;
    socklen_t local_len;
    struct transport_socket_options options;
    transport_dialled_fn dialled;
    void *arg;
    /* caller.lock */
    struct list to_call;
    /* ticker.lock */
    struct list link;
    enum dial_state state;
    uint64_t deadline_ns; /* of its user, then of its settling */
    bool handed_on;       /* by the caller, which has no more to do with it */
    bool connecting;      /* handed on, and the library is at it */
    bool telling;         /* the callback is under way */
    unsigned refs;        /* the user's, the caller's, the ticker's, the closers' */
    int fd;               /* -1: none */
    int error;
};

/* Locks: the state of a dial is under the ticker's; the caller's only guards its queue. Never both. */
static struct {
    struct rsockets_thread caller, ticker;
    struct rsockets_watch connecting;
    struct list to_call; /* caller.lock */
    struct list dials;   /* ticker.lock */
    bool changed;        /* ticker.lock; something for the ticker to see */
    uint64_t give_up_ns; /* ticker.lock; when stopping, on connections that nobody waits for */
    atomic_bool full;    /* it was said that there is no slot */
} connector = {.to_call = {&connector.to_call, &connector.to_call},
               .dials = {&connector.dials, &connector.dials}};

static void put_locked(struct rsockets_dial *d)
{
    if (!--d->refs)
        free(d);
}

static void dial_closed(struct rsockets_closing *c)
{
    rsockets_thread_lock(&connector.ticker);
    put_locked(CONTAINER_OF(c, struct rsockets_dial, closing));
    rsockets_thread_unlock(&connector.ticker);
}

static void wake_ticker_locked(void)
{
    connector.changed = true;
    rsockets_thread_wake(&connector.ticker);
}

/* Gives its rsocket and slot back: not when they went to the user. */
static void dispose_locked(struct rsockets_dial *d)
{
    if (d->fd < 0) {
        rsockets_slots_give(RSOCKETS_SLOT);
        return;
    }
    d->refs++;
    d->closing.fd = d->fd;
    d->closing.slot = RSOCKETS_SLOT;
    d->closing.closed = dial_closed;
    d->fd = -1;
    rsockets_thread_unlock(&connector.ticker);
    rsockets_closers_give(&d->closing);
    rsockets_thread_lock(&connector.ticker);
}

/* What may block. 0: connected or connecting. *fd is to be closed also after an error, unless it is -1. */
static int call_connect(const struct rsockets_dial *d, int *fd)
{
    const struct sockaddr *to = (const struct sockaddr *)&d->address;
    int r;

    *fd = rsockets_socket_open(to->sa_family, &d->options);
    if (*fd < 0) {
        r = *fd;
        *fd = -1;
        return r;
    }
    if (d->local_len && rbind(*fd, (const struct sockaddr *)&d->local, d->local_len))
        return -errno;
    if (rconnect(*fd, to, sockaddr_len(to)) && errno != EINPROGRESS)
        return -errno;
    return 0;
}

static void call_one(struct rsockets_dial *d)
{
    bool wanted;
    int r = -ECANCELED, fd = -1;

    rsockets_thread_lock(&connector.ticker);
    wanted = d->state == WAITING;
    if (wanted)
        d->state = CALLING;
    rsockets_thread_unlock(&connector.ticker);
    if (wanted) {
        rsockets_watch_begin(&connector.connecting);
        r = call_connect(d, &fd);
        rsockets_watch_end(&connector.connecting);
    }
    rsockets_thread_lock(&connector.ticker);
    d->fd = fd;
    d->error = r;
    d->handed_on = true;
    d->connecting = !r;
    if (d->state == CALLING)
        d->state = r ? FAILED : CONNECTING;
    wake_ticker_locked();
    put_locked(d);
    rsockets_thread_unlock(&connector.ticker);
}

static void caller_run(struct rsockets_thread *self)
{
    rsockets_thread_lock(self);
    /* What is queued is looked at even when stopping: its slots and memory are to come back. */
    while (!list_empty(&connector.to_call) || !rsockets_thread_ends_locked(self)) {
        struct rsockets_dial *d;

        if (list_empty(&connector.to_call)) {
            rsockets_thread_wait_locked(self, UINT64_MAX);
            continue;
        }
        d = list_first(&connector.to_call, struct rsockets_dial, to_call);
        list_remove(&d->to_call);
        rsockets_thread_unlock(self);
        call_one(d);
        rsockets_thread_lock(self);
    }
    rsockets_thread_unlock(self);
}

static void forget_locked(struct rsockets_dial *d)
{
    list_remove(&d->link);
    put_locked(d);
}

static void close_locked(struct rsockets_dial *d)
{
    dispose_locked(d);
    forget_locked(d);
}

static void log_failure(const struct rsockets_dial *d, int error)
{
    static atomic_bool memory_told;
    char to[SOCKADDR_TEXT_MAX];
    const int level = error == -ENOMEM && !atomic_exchange(&memory_told, true) ? -1 : 1;

    dout(rdma, level, "connecting to %s over rdma: %s%s", sockaddr_print((struct sockaddr *)&d->address, to),
         strerror(-error), rsockets_limits_hint(error));
}

/* After that nobody waits for it: sort_out_locked sees to the rest. */
static void tell_locked(struct rsockets_dial *d, int error)
{
    struct transport_socket *s = NULL;

    if (!error) {
        s = rsockets_socket_create(d->fd, RSOCKETS_SLOT);
        if (!s)
            error = -ENOMEM;
    }
    d->state = DONE;
    d->telling = true;
    atomic_fetch_sub(&rsockets_counters.dialling, 1);
    rsockets_thread_unlock(&connector.ticker);
    if (s)
        atomic_fetch_add(&rsockets_counters.dialled, 1);
    else
        log_failure(d, error);
    d->dialled(d->arg, error, s);
    rsockets_thread_lock(&connector.ticker);
    d->telling = false;
    rsockets_thread_wake(&connector.ticker);
    d->deadline_ns = clock_monotonic_ns() + SETTLE_NS;
    if (s)
        forget_locked(d);
}

static int outcome(int fd, short revents)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (rgetsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
        return -errno;
    if (!error && !(revents & POLLOUT))
        return -ECONNREFUSED; /* it failed and does not say why */
    return -error;
}

/* Looks at connections under way, the longest unseen first; returns when to look again. */
static uint64_t poll_locked(void)
{
    uint64_t pause = UINT64_MAX;
    static struct pollfd set[AT_ONCE]; /* the ticker's only */
    static struct rsockets_dial *dials[AT_ONCE];
    struct list seen;
    nfds_t n = 0;

    list_init(&seen);
    list_for_each_safe(d, &connector.dials, struct rsockets_dial, link)
        if (d->connecting && n < AT_ONCE) {
            dials[n] = d;
            pause = d->state == CONNECTING ? TICK_NS : pause < SLOW_TICK_NS ? pause : SLOW_TICK_NS;
            set[n++] = (struct pollfd){.fd = d->fd, .events = POLLOUT};
            list_remove(&d->link);
            list_add_tail(&seen, &d->link);
        }
    list_splice_tail(&connector.dials, &seen);
    if (!n)
        return UINT64_MAX;
    rsockets_thread_unlock(&connector.ticker);
    if (rpoll(set, n, 0) < 0)
        memset(set, 0, sizeof(set));
    rsockets_thread_lock(&connector.ticker);
    for (nfds_t i = 0; i < n; i++) {
        if (!set[i].revents)
            continue;
        dials[i]->connecting = false;
        if (dials[i]->state == CONNECTING)
            tell_locked(dials[i], outcome(set[i].fd, set[i].revents));
    }
    return clock_monotonic_ns() + pause;
}

/* Tells what is over and closes what nobody waits for; returns the earliest deadline of the rest. */
static uint64_t sort_out_locked(void)
{
    const uint64_t now = clock_monotonic_ns();
    uint64_t next = UINT64_MAX;

    list_for_each_safe(d, &connector.dials, struct rsockets_dial, link) {
        if (d->state == FAILED)
            tell_locked(d, d->error);
        else if (now >= d->deadline_ns && d->state != DONE && d->state != CANCELLED)
            tell_locked(d, -ETIMEDOUT);
        if (d->state == DONE || d->state == CANCELLED) {
            if (d->handed_on && (!d->connecting || now >= d->deadline_ns))
                close_locked(d);
        } else if (d->deadline_ns < next) {
            next = d->deadline_ns;
        }
    }
    return next;
}

static bool goes_on_locked(const struct rsockets_thread *self)
{
    if (!rsockets_thread_ends_locked(self))
        return true;
    return !list_empty(&connector.dials) && clock_monotonic_ns() < connector.give_up_ns;
}

static void ticker_run(struct rsockets_thread *self)
{
    rsockets_thread_lock(self);
    while (goes_on_locked(self)) {
        uint64_t until, again;

        connector.changed = false;
        until = sort_out_locked();
        again = poll_locked();
        if (again < until)
            until = again;
        if (!connector.changed && goes_on_locked(self))
            rsockets_thread_wait_locked(self, until);
    }
    list_for_each_safe(d, &connector.dials, struct rsockets_dial, link)
        if (d->handed_on)
            close_locked(d);
    rsockets_thread_unlock(self);
}

int rsockets_connector_start(void)
{
    int r;

    rsockets_watch_init(&connector.connecting, "connecting");
    r = rsockets_thread_start(&connector.ticker, "ms_rs_dial_tick", ticker_run);
    if (r)
        return r;
    r = rsockets_thread_start(&connector.caller, "ms_rs_dial_call", caller_run);
    if (r) {
        rsockets_thread_begin_stop(&connector.ticker);
        (void)rsockets_thread_end_stop(&connector.ticker, UINT64_MAX);
    }
    return r;
}

void rsockets_connector_begin_stop(void)
{
    rsockets_thread_begin_stop(&connector.caller);
}

/* The ticker last: it closes what the caller hands on. */
void rsockets_connector_end_stop(uint64_t deadline_ns)
{
    if (!rsockets_thread_end_stop(&connector.caller, deadline_ns))
        derr(rdma, "stopping while librdmacm holds up the connecting thread: it is left behind");
    rsockets_thread_lock(&connector.ticker);
    connector.give_up_ns = deadline_ns;
    rsockets_thread_unlock(&connector.ticker);
    rsockets_thread_begin_stop(&connector.ticker);
    (void)rsockets_thread_end_stop(&connector.ticker, UINT64_MAX);
}

void rsockets_connector_count(unsigned *left_alone)
{
    *left_alone = 0;
    rsockets_thread_lock(&connector.ticker);
    list_for_each(d, &connector.dials, struct rsockets_dial, link)
        *left_alone += d->state == DONE || d->state == CANCELLED;
    rsockets_thread_unlock(&connector.ticker);
}

static int take_slot(void)
{
    if (rsockets_slots_take(RSOCKETS_SLOT)) {
        atomic_store(&connector.full, false);
        return 0;
    }
    atomic_fetch_add(&rsockets_counters.refused_at_capacity, 1);
    if (!atomic_exchange(&connector.full, true))
        derr(rdma, "cannot connect over rdma: all of ms_rsockets_max_connections = %u are in use",
             rsockets_options.max_connections);
    return -ENOBUFS;
}

int rsockets_connector_dial(const struct sockaddr *sa, socklen_t len, const struct sockaddr *local,
                            socklen_t local_len, const struct transport_socket_options *options,
                            uint64_t deadline_ns, transport_dialled_fn dialled, void *arg,
                            struct transport_dial **out)
{
    const uint64_t longest = clock_monotonic_ns() + rsockets_options.connect_timeout_ns;
    struct rsockets_dial *d;
    int r;

    if (len > sizeof(d->address) || len < sockaddr_len(sa) || (local && local_len > sizeof(d->local)))
        return -EINVAL;
    r = take_slot();
    if (r)
        return r;
    d = calloc(1, sizeof(*d));
    if (!d) {
        rsockets_slots_give(RSOCKETS_SLOT);
        return -ENOMEM;
    }
    memcpy(&d->address, sa, len);
    if (local) {
        memcpy(&d->local, local, local_len);
        d->local_len = local_len;
    }
    if (options)
        d->options = *options;
    d->deadline_ns = deadline_ns < longest ? deadline_ns : longest;
    d->dialled = dialled;
    d->arg = arg;
    d->fd = -1;
    d->refs = 3;
    *out = (struct transport_dial *)d;
    atomic_fetch_add(&rsockets_counters.dialling, 1);

    rsockets_thread_lock(&connector.ticker);
    list_add_tail(&connector.dials, &d->link);
    wake_ticker_locked();
    rsockets_thread_unlock(&connector.ticker);
    rsockets_thread_lock(&connector.caller);
    list_add_tail(&connector.to_call, &d->to_call);
    rsockets_thread_wake(&connector.caller);
    rsockets_thread_unlock(&connector.caller);
    return 0;
}

bool rsockets_connector_cancel(struct transport_dial *td)
{
    struct rsockets_dial *d = (struct rsockets_dial *)td;
    const bool own_thread = rsockets_thread_is_me(&connector.ticker);
    bool done;

    rsockets_thread_lock(&connector.ticker);
    while (d->telling && !own_thread)
        rsockets_thread_wait_locked(&connector.ticker, UINT64_MAX);
    done = d->state == DONE;
    if (!done) {
        d->state = CANCELLED;
        d->deadline_ns = clock_monotonic_ns() + SETTLE_NS;
        atomic_fetch_sub(&rsockets_counters.dialling, 1);
        wake_ticker_locked();
    }
    put_locked(d);
    rsockets_thread_unlock(&connector.ticker);
    return done;
}
