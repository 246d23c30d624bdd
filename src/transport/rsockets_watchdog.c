/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_watchdog.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mutex.h"
#include "transport/rsockets_closers.h"
#include "transport/rsockets_thread.h"

#define TICK_NS (200 * NSEC_PER_MSEC)

static struct {
    struct rsockets_thread thread;
    /* thread.lock */
    struct list watches;
} dog = {.watches = {&dog.watches, &dog.watches}};

void rsockets_watch_init(struct rsockets_watch *w, const char *what)
{
    w->what = what;
    rsockets_thread_lock(&dog.thread);
    if (!w->link.next) { /* else from an earlier start */
        atomic_init(&w->since, 0);
        list_add_tail(&dog.watches, &w->link);
    }
    rsockets_thread_unlock(&dog.thread);
}

void rsockets_watch_begin(struct rsockets_watch *w)
{
    atomic_store(&w->since, clock_monotonic_ns());
}

void rsockets_watch_end(struct rsockets_watch *w)
{
    atomic_store(&w->since, 0);
}

static void look_at_locked(struct rsockets_watch *w, uint64_t now)
{
    const uint64_t since = atomic_load(&w->since);

    if (w->told && w->told != since) {
        derr(rdma, "%s over rdma goes on, after %.1f s", w->what, (double)(now - w->told) / 1e9);
        w->told = 0;
    }
    if (since && since != w->told && now > since && now - since > RSOCKETS_PATIENCE_NS) {
        derr(rdma,
             "%s over rdma is held up inside librdmacm, most likely by a client that does not finish its "
             "handshake; connections that exist are served",
             w->what);
        w->told = since;
    }
}

static void watch(struct rsockets_thread *self)
{
    rsockets_thread_lock(self);
    while (!rsockets_thread_ends_locked(self)) {
        const uint64_t now = clock_monotonic_ns();

        list_for_each(w, &dog.watches, struct rsockets_watch, link)
            look_at_locked(w, now);
        rsockets_thread_unlock(self);
        rsockets_closers_look(now);
        rsockets_thread_lock(self);
        rsockets_thread_wait_locked(self, now + TICK_NS);
    }
    rsockets_thread_unlock(self);
}

int rsockets_watchdog_start(void)
{
    return rsockets_thread_start(&dog.thread, "ms_rs_watchdog", watch);
}

void rsockets_watchdog_stop(void)
{
    rsockets_thread_begin_stop(&dog.thread);
    (void)rsockets_thread_end_stop(&dog.thread, UINT64_MAX);
}

uint64_t rsockets_watchdog_longest_ns(void)
{
    const uint64_t now = clock_monotonic_ns();
    uint64_t longest = 0;

    rsockets_thread_lock(&dog.thread);
    list_for_each(w, &dog.watches, struct rsockets_watch, link) {
        const uint64_t since = atomic_load(&w->since);

        if (since && since < now && now - since > longest)
            longest = now - since;
    }
    rsockets_thread_unlock(&dog.thread);
    return longest;
}
