/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/tcp_service.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "transport/wakeup.h"

#define BATCH 64

static struct {
    struct thread thread;
    int epoll;
    struct wakeup wakeup;
    struct mutex lock;
    struct cond idle; /* running is no longer what it was */
    /* lock */
    bool stopping;
    struct tcp_task *running; /* its ready is being called */
    struct list all;
    struct list timers; /* soonest first */
    struct list dead;   /* freed once the batch of events in hand is done with */
} service;

static void timer_set_locked(struct tcp_task *t, uint64_t deadline_ns)
{
    struct list *at = service.timers.prev;

    list_remove(&t->timer);
    t->deadline_ns = deadline_ns;
    if (deadline_ns == UINT64_MAX)
        return;
    /* Most deadlines are one time-out after now: the place is near the end. */
    while (at != &service.timers && list_entry(at, struct tcp_task, timer)->deadline_ns > deadline_ns)
        at = at->prev;
    list_insert_before(at->next, &t->timer);
}

static void run_locked(struct tcp_task *t, unsigned events)
{
    service.running = t;
    mutex_unlock(&service.lock);
    t->ready(t, events);
    mutex_lock(&service.lock);
    service.running = NULL;
    cond_broadcast(&service.idle);
}

static void run_due_locked(void)
{
    const uint64_t now = clock_monotonic_ns();

    while (!list_empty(&service.timers)) {
        struct tcp_task *t = list_first(&service.timers, struct tcp_task, timer);

        if (t->deadline_ns > now)
            return;
        timer_set_locked(t, UINT64_MAX);
        run_locked(t, 0);
    }
}

static void bury_dead_locked(void)
{
    while (!list_empty(&service.dead)) {
        struct tcp_task *t = list_first(&service.dead, struct tcp_task, all);

        list_remove(&t->all);
        mutex_unlock(&service.lock);
        t->free(t);
        mutex_lock(&service.lock);
    }
}

static int timeout_ms_locked(void)
{
    uint64_t now, wait_ms;

    if (list_empty(&service.timers))
        return -1;
    now = clock_monotonic_ns();
    wait_ms = list_first(&service.timers, struct tcp_task, timer)->deadline_ns;
    wait_ms = wait_ms <= now ? 0 : (wait_ms - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
    return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

static void *serve(void *arg UNUSED)
{
    struct epoll_event events[BATCH];

    mutex_lock(&service.lock);
    while (!service.stopping) {
        int timeout, n;
        bool woken = false;

        bury_dead_locked();
        run_due_locked();
        timeout = timeout_ms_locked();
        mutex_unlock(&service.lock);
        if (!wakeup_may_sleep(&service.wakeup))
            timeout = 0;
        n = epoll_wait(service.epoll, events, BATCH, timeout);
        for (int i = 0; i < n; i++)
            woken |= !events[i].data.ptr;
        wakeup_awake(&service.wakeup, woken);
        mutex_lock(&service.lock);
        for (int i = 0; i < n; i++) {
            struct tcp_task *t = events[i].data.ptr;

            if (t && !t->gone && t->fd >= 0)
                run_locked(t, events[i].events);
        }
    }
    mutex_unlock(&service.lock);
    return NULL;
}

int tcp_service_start(void)
{
    struct epoll_event ev = {.events = EPOLLIN};
    int r;

    service.stopping = false;
    service.running = NULL;
    list_init(&service.all);
    list_init(&service.timers);
    list_init(&service.dead);
    service.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (service.epoll < 0)
        return -errno;
    r = wakeup_init(&service.wakeup);
    if (r)
        goto out_epoll;
    mutex_init(&service.lock, "tcp_service", LOCK_RANK_TRANSPORT);
    cond_init(&service.idle);
    if (epoll_ctl(service.epoll, EPOLL_CTL_ADD, service.wakeup.fd, &ev)) {
        r = -errno;
        goto out_wakeup;
    }
    r = thread_start(&service.thread, "ms_tcp_service", serve, NULL);
    if (!r)
        return 0;
out_wakeup:
    cond_destroy(&service.idle);
    mutex_destroy(&service.lock);
    wakeup_destroy(&service.wakeup);
out_epoll:
    close(service.epoll);
    return r;
}

void tcp_service_stop(void)
{
    mutex_lock(&service.lock);
    service.stopping = true;
    mutex_unlock(&service.lock);
    wakeup_wake(&service.wakeup);
    thread_join(&service.thread);

    list_splice_tail(&service.dead, &service.all);
    mutex_lock(&service.lock);
    bury_dead_locked();
    mutex_unlock(&service.lock);
    cond_destroy(&service.idle);
    mutex_destroy(&service.lock);
    wakeup_destroy(&service.wakeup);
    close(service.epoll);
}

int tcp_service_add(struct tcp_task *t, int fd, unsigned events, uint64_t deadline_ns)
{
    struct epoll_event ev = {.events = events, .data.ptr = t};
    int r = 0;

    t->fd = fd;
    t->events = events;
    atomic_init(&t->gone, false);
    list_init(&t->all);
    list_init(&t->timer);
    mutex_lock(&service.lock);
    if (fd >= 0 && epoll_ctl(service.epoll, EPOLL_CTL_ADD, fd, &ev)) {
        r = -errno;
    } else {
        list_add_tail(&service.all, &t->all);
        timer_set_locked(t, deadline_ns);
    }
    mutex_unlock(&service.lock);
    if (!r && deadline_ns != UINT64_MAX)
        wakeup_wake(&service.wakeup);
    return r;
}

void tcp_service_change(struct tcp_task *t, unsigned events, uint64_t deadline_ns)
{
    struct epoll_event ev = {.events = events, .data.ptr = t};

    mutex_lock(&service.lock);
    if (atomic_load(&t->gone)) {
        mutex_unlock(&service.lock);
        return;
    }
    if (t->fd >= 0 && events != t->events) {
        int r = epoll_ctl(service.epoll, EPOLL_CTL_MOD, t->fd, &ev);

        assert(!r);
        t->events = events;
    }
    timer_set_locked(t, deadline_ns);
    mutex_unlock(&service.lock);
}

static void forget_locked(struct tcp_task *t)
{
    if (t->fd >= 0)
        epoll_ctl(service.epoll, EPOLL_CTL_DEL, t->fd, NULL);
    timer_set_locked(t, UINT64_MAX);
}

int tcp_service_take_fd(struct tcp_task *t)
{
    const int fd = t->fd;

    mutex_lock(&service.lock);
    forget_locked(t);
    mutex_unlock(&service.lock);
    t->fd = -1;
    return fd;
}

int tcp_service_quiesce(struct tcp_task *t)
{
    const bool own_thread = pthread_equal(pthread_self(), service.thread.id);
    int fd;

    mutex_lock(&service.lock);
    atomic_store(&t->gone, true);
    while (service.running == t && !own_thread)
        cond_wait(&service.idle, &service.lock);
    forget_locked(t);
    fd = t->fd;
    t->fd = -1;
    mutex_unlock(&service.lock);
    return fd;
}

void tcp_service_give(struct tcp_task *t)
{
    mutex_lock(&service.lock);
    list_remove(&t->all);
    list_add_tail(&service.dead, &t->all);
    mutex_unlock(&service.lock);
    wakeup_wake(&service.wakeup);
}
