/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_accepter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <rdma/rsocket.h>
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

#define DEFAULT_BACKLOG 512
/* How long listen waits for the library, and unlisten for the port to be free. */
#define LISTEN_WAIT_NS   (10 * NSEC_PER_SEC)
#define UNLISTEN_WAIT_NS (2 * NSEC_PER_SEC)

/* OPENING -> OPEN or FAILED; OPENING, OPEN or FAILED -> GONE (by its owner) -> CLOSED (by the closers). */
enum listener_state { OPENING, OPEN, FAILED, GONE, CLOSED };

struct rsockets_listener {
    struct rsockets_closing closing;
    /* fixed */
    struct sockaddr_storage address;
    struct transport_socket_options options;
    transport_accepted_fn accepted;
    void *arg;
    /* the accepter's thread, until it is closed */
    int fd; /* -1: none */
    bool complained;
    bool waiting; /* connections wait in the kernel that the library does not take */
    char name[SOCKADDR_TEXT_MAX];
    /* accepter.thread.lock */
    struct list link;
    enum listener_state state;
    unsigned refs; /* its owner's, the accepter's */
    int error;
    struct sockaddr_storage bound;
};

static struct {
    struct rsockets_thread thread;
    struct rsockets_watch opening, accepting, queue;
    /* thread.lock */
    struct list listeners;
    struct rsockets_listener *running; /* its callback may be under way */
} accepter = {.listeners = {&accepter.listeners, &accepter.listeners}};

static void put_locked(struct rsockets_listener *l)
{
    if (!--l->refs)
        free(l);
}

static void listener_closed(struct rsockets_closing *c)
{
    struct rsockets_listener *l = CONTAINER_OF(c, struct rsockets_listener, closing);

    atomic_fetch_sub(&rsockets_counters.listeners, 1);
    rsockets_thread_lock(&accepter.thread);
    l->state = CLOSED;
    rsockets_thread_wake(&accepter.thread);
    put_locked(l);
    rsockets_thread_unlock(&accepter.thread);
}

static int open_listener(struct rsockets_listener *l)
{
    const int on = 1;
    socklen_t len = sizeof(l->bound);

    rsockets_watch_begin(&accepter.opening);
    l->fd = rsockets_socket_open(l->address.ss_family, &l->options);
    if (l->fd >= 0 &&
        (rsetsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
         rbind(l->fd, (struct sockaddr *)&l->address, sockaddr_len((struct sockaddr *)&l->address)) ||
         rlisten(l->fd, l->options.backlog > 0 ? l->options.backlog : DEFAULT_BACKLOG) ||
         rgetsockname(l->fd, (struct sockaddr *)&l->bound, &len)))
        l->error = -errno;
    else if (l->fd < 0)
        l->error = l->fd;
    rsockets_watch_end(&accepter.opening);
    sockaddr_print((struct sockaddr *)&l->bound, l->name);
    return l->error;
}

static void complain(struct rsockets_listener *l, int error)
{
    atomic_fetch_add(&rsockets_counters.accept_errors, 1);
    if (!l->complained)
        derr(rdma, "%s: cannot accept connections over rdma: %s%s; trying again until it works", l->name,
             strerror(-error), rsockets_limits_hint(error));
    l->complained = true;
}

/* Takes a connection only to close it: its peer learns at once that there is no room here. */
static void turn_away(struct rsockets_listener *l, struct transport_socket *s)
{
    atomic_fetch_add(&rsockets_counters.refused_at_capacity, 1);
    if (!l->complained)
        derr(rdma, "%s: turning connections away: all of ms_rsockets_max_connections = %u are in use",
             l->name, rsockets_options.max_connections);
    l->complained = true;
    rsockets_socket_close(s);
}

/* True when a connection was taken. */
static bool accept_one(struct rsockets_listener *l, bool drain)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof(peer);
    struct transport_socket *s;
    enum rsockets_slot slot = RSOCKETS_SLOT;
    int fd;

    if (!rsockets_slots_take(slot)) {
        slot = RSOCKETS_RESERVE_SLOT;
        if (!rsockets_slots_take(slot))
            return false;
    }
    rsockets_watch_begin(&accepter.accepting);
    fd = raccept(l->fd, (struct sockaddr *)&peer, &len);
    rsockets_watch_end(&accepter.accepting);
    if (fd <= 0) { /* 0: the library's queue has ended */
        rsockets_slots_give(slot);
        if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            complain(l, -errno);
        return false;
    }
    rfcntl(fd, F_SETFL, O_NONBLOCK);
    s = rsockets_socket_create(fd, slot);
    if (!s) {
        complain(l, -ENOMEM);
        rclose(fd);
        rsockets_slots_give(slot);
        return false;
    }
    if (drain) {
        rsockets_socket_close(s);
        return true;
    }
    if (slot == RSOCKETS_RESERVE_SLOT) {
        turn_away(l, s);
        return true;
    }
    if (l->complained)
        dout(rdma, 0, "%s: accepting connections over rdma again", l->name);
    l->complained = false;
    atomic_fetch_add(&rsockets_counters.accepted, 1);
    sockaddr_unmap(&peer);
    l->accepted(l->arg, s, (struct sockaddr *)&peer);
    return true;
}

/*
 * Whether requests wait in the kernel although the library had time to take them. The number of an rsocket is
 * its connection manager's descriptor, which is readable then; nothing but poll is done with it.
 */
static bool requests_wait(const struct rsockets_listener *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

static bool gone(struct rsockets_listener *l)
{
    bool is;

    rsockets_thread_lock(&accepter.thread);
    is = l->state != OPEN;
    rsockets_thread_unlock(&accepter.thread);
    return is;
}

static void serve_locked(struct rsockets_listener *l)
{
    bool any = false;

    accepter.running = l;
    rsockets_thread_unlock(&accepter.thread);
    while (!gone(l) && accept_one(l, false))
        any = true;
    l->waiting = !any && requests_wait(l);
    rsockets_thread_lock(&accepter.thread);
    accepter.running = NULL;
    rsockets_thread_wake(&accepter.thread);
}

static void open_locked(struct rsockets_listener *l)
{
    int r;

    rsockets_thread_unlock(&accepter.thread);
    r = open_listener(l);
    rsockets_thread_lock(&accepter.thread);
    if (l->state == OPENING)
        l->state = r ? FAILED : OPEN;
    rsockets_thread_wake(&accepter.thread);
}

/* Connections that wait in the library's queue would be lost with their memory. */
static void close_locked(struct rsockets_listener *l)
{
    list_remove(&l->link);
    rsockets_thread_unlock(&accepter.thread);
    if (l->fd >= 0) {
        if (!l->error)
            while (accept_one(l, true))
                ;
        l->closing.fd = l->fd;
        l->closing.slot = RSOCKETS_NO_SLOT;
        l->closing.closed = listener_closed;
        rsockets_closers_give(&l->closing);
    } else {
        listener_closed(&l->closing);
    }
    rsockets_thread_lock(&accepter.thread);
}

static void look_at_all_locked(void)
{
    bool waiting = false;

    list_for_each_safe(l, &accepter.listeners, struct rsockets_listener, link) {
        if (l->state == OPENING)
            open_locked(l);
        if (l->state == OPEN)
            serve_locked(l);
        waiting |= l->waiting;
        if (l->state == GONE)
            close_locked(l);
    }
    if (!waiting)
        rsockets_watch_end(&accepter.queue);
    else if (!atomic_load(&accepter.queue.since))
        rsockets_watch_begin(&accepter.queue);
}

static void accepter_run(struct rsockets_thread *self)
{
    rsockets_thread_lock(self);
    while (!rsockets_thread_ends_locked(self)) {
        look_at_all_locked();
        if (list_empty(&accepter.listeners))
            rsockets_thread_wait_locked(self, UINT64_MAX);
        else
            rsockets_thread_wait_locked(self, clock_monotonic_ns() + rsockets_options.accept_tick_ns);
    }
    list_for_each_safe(l, &accepter.listeners, struct rsockets_listener, link)
        if (l->state == GONE)
            close_locked(l);
    rsockets_thread_unlock(self);
}

int rsockets_accepter_start(void)
{
    rsockets_watch_init(&accepter.opening, "listening");
    rsockets_watch_init(&accepter.accepting, "accepting a connection");
    rsockets_watch_init(&accepter.queue, "accepting connections");
    return rsockets_thread_start(&accepter.thread, "ms_rs_accepter", accepter_run);
}

void rsockets_accepter_begin_stop(void)
{
    rsockets_thread_begin_stop(&accepter.thread);
}

void rsockets_accepter_end_stop(uint64_t deadline_ns)
{
    if (!rsockets_thread_end_stop(&accepter.thread, deadline_ns))
        derr(rdma, "stopping while librdmacm holds up the accepting thread: it is left behind");
}

static void retire_locked(struct rsockets_listener *l)
{
    l->state = GONE;
    rsockets_thread_wake(&accepter.thread);
}

int rsockets_accepter_listen(const struct sockaddr *sa, socklen_t len,
                             const struct transport_socket_options *options, transport_accepted_fn accepted,
                             void *arg, struct sockaddr_storage *bound, struct transport_listener **out)
{
    const uint64_t deadline = clock_monotonic_ns() + LISTEN_WAIT_NS;
    struct rsockets_listener *l;
    bool in_time = true;
    int r;

    if (len > sizeof(l->address) || len < sockaddr_len(sa))
        return -EINVAL;
    l = calloc(1, sizeof(*l));
    if (!l)
        return -ENOMEM;
    if (atomic_fetch_add(&rsockets_counters.listeners, 1) >= RSOCKETS_MAX_LISTENERS) {
        atomic_fetch_sub(&rsockets_counters.listeners, 1);
        free(l);
        return -ENOBUFS;
    }
    memcpy(&l->address, sa, len);
    if (options)
        l->options = *options;
    l->accepted = accepted;
    l->arg = arg;
    l->fd = -1;
    l->refs = 2;
    *out = (struct transport_listener *)l;

    rsockets_thread_lock(&accepter.thread);
    list_add_tail(&accepter.listeners, &l->link);
    rsockets_thread_wake(&accepter.thread);
    while (l->state == OPENING && in_time)
        in_time = rsockets_thread_wait_locked(&accepter.thread, deadline);
    r = l->state == OPENING ? -ETIMEDOUT : l->error;
    if (!r && bound)
        *bound = l->bound;
    if (r) {
        retire_locked(l);
        put_locked(l);
    }
    rsockets_thread_unlock(&accepter.thread);
    return r;
}

void rsockets_accepter_unlisten(struct transport_listener *tl)
{
    struct rsockets_listener *l = (struct rsockets_listener *)tl;
    const uint64_t deadline = clock_monotonic_ns() + UNLISTEN_WAIT_NS;
    const bool own_thread = rsockets_thread_is_me(&accepter.thread);

    rsockets_thread_lock(&accepter.thread);
    retire_locked(l);
    if (!own_thread) {
        while (accepter.running == l)
            rsockets_thread_wait_locked(&accepter.thread, UINT64_MAX);
        while (l->state != CLOSED && rsockets_thread_wait_locked(&accepter.thread, deadline))
            ;
    }
    put_locked(l);
    rsockets_thread_unlock(&accepter.thread);
}
