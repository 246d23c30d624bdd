/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_closers.h"

#include <errno.h>
#include <rdma/rsocket.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "transport/rsockets_options.h"
#include "transport/rsockets_watchdog.h"
#include "transport/sockaddr.h"

/* One thread, on its own stack. */
struct closer {
    struct list link;
    unsigned generation;
    struct rsockets_closing *closing; /* NULL: idle */
    uint64_t since;
    bool stuck; /* for so long that it has been told and replaced */
    char peer[SOCKADDR_TEXT_MAX];
};

static struct {
    struct mutex lock;
    struct cond work, done;
    bool initialized;
    /* lock */
    bool stopping;
    unsigned generation; /* threads of an earlier one were left behind */
    unsigned threads, stuck;
    uint64_t closed_ns; /* when the last rclose returned */
    struct list queue;
    struct list closers; /* of any generation */
} all;

static void note_peer(struct closer *self, int fd)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof(peer);

    rgetpeername(fd, (struct sockaddr *)&peer, &len);
    sockaddr_print((struct sockaddr *)&peer, self->peer);
}

static void close_one_locked(struct closer *self)
{
    struct rsockets_closing *c = list_first(&all.queue, struct rsockets_closing, link);
    int r;

    list_remove(&c->link);
    note_peer(self, c->fd);
    self->closing = c;
    self->since = clock_monotonic_ns();
    mutex_unlock(&all.lock);
    r = rclose(c->fd);
    if (r)
        derr(rdma, "rclose of rsocket %d to %s: %s", c->fd, self->peer,
             strerror(r < 0 ? errno : r)); /* it returns some errors positive */
    mutex_lock(&all.lock);
    if (self->stuck) {
        dout(rdma, 0, "closing the rsocket (%s) went on after %.1f s", self->peer,
             (double)(clock_monotonic_ns() - self->since) / 1e9);
        if (self->generation == all.generation)
            all.stuck--;
    }
    self->stuck = false;
    self->closing = NULL;
    all.closed_ns = clock_monotonic_ns();
    mutex_unlock(&all.lock);
    if (c->slot != RSOCKETS_NO_SLOT)
        rsockets_slots_give(c->slot);
    c->closed(c);
    mutex_lock(&all.lock);
}

static void *closer_run(void *arg UNUSED)
{
    struct closer self = {0};

    mutex_lock(&all.lock);
    self.generation = all.generation;
    list_add_tail(&all.closers, &self.link);
    while (self.generation == all.generation) {
        if (!list_empty(&all.queue))
            close_one_locked(&self);
        else if (all.stopping || all.threads - all.stuck > rsockets_options.closers)
            break;
        else
            cond_wait(&all.work, &all.lock);
    }
    if (self.generation == all.generation)
        all.threads--;
    list_remove(&self.link);
    cond_broadcast(&all.done);
    mutex_unlock(&all.lock);
    return NULL;
}

static int add_thread_locked(void)
{
    int r = thread_start_detached("ms_rs_closer", closer_run, NULL);

    all.threads += !r;
    return r;
}

int rsockets_closers_start(void)
{
    int r = 0;

    if (!all.initialized) {
        mutex_init(&all.lock, "rsockets_closers", LOCK_RANK_TRANSPORT);
        cond_init(&all.work);
        cond_init(&all.done);
        list_init(&all.queue);
        list_init(&all.closers);
        all.initialized = true;
    }
    mutex_lock(&all.lock);
    all.stopping = false;
    for (unsigned i = 0; i < rsockets_options.closers && !r; i++)
        r = add_thread_locked();
    mutex_unlock(&all.lock);
    if (r)
        rsockets_closers_stop();
    return r;
}

/* When there is no more hope, unless another one is closed before. */
static uint64_t give_up_ns_locked(uint64_t start_ns)
{
    return (all.closed_ns > start_ns ? all.closed_ns : start_ns) + rsockets_options.close_timeout_ns;
}

void rsockets_closers_stop(void)
{
    const uint64_t start = clock_monotonic_ns();
    unsigned left;

    mutex_lock(&all.lock);
    all.stopping = true;
    cond_broadcast(&all.work);
    while (all.threads && clock_monotonic_ns() < give_up_ns_locked(start))
        cond_wait_until(&all.done, &all.lock, give_up_ns_locked(start));
    left = all.threads;
    list_for_each(c, &all.queue, struct rsockets_closing, link)
        left++;
    if (left)
        derr(rdma,
             "stopping with %u rsockets that do not close: their peers do not answer; they are left to the "
             "end of the process",
             left);
    all.generation++;
    all.threads = all.stuck = 0;
    mutex_unlock(&all.lock);
}

void rsockets_closers_give(struct rsockets_closing *c)
{
    c->given_ns = clock_monotonic_ns();
    list_init(&c->link);
    mutex_lock(&all.lock);
    list_add_tail(&all.queue, &c->link);
    cond_signal(&all.work);
    mutex_unlock(&all.lock);
}

static void tell_of(const struct closer *c)
{
    if (c->closing->slot == RSOCKETS_NO_SLOT)
        derr(rdma, "closing a listening rsocket is held up inside librdmacm");
    else
        derr(rdma,
             "closing the rsocket to %s is held up: the peer does not acknowledge; it keeps its place among "
             "ms_rsockets_max_connections = %u",
             c->peer, rsockets_options.max_connections);
}

void rsockets_closers_look(uint64_t now)
{
    mutex_lock(&all.lock);
    list_for_each(c, &all.closers, struct closer, link) {
        if (!c->closing || c->stuck || now < c->since + RSOCKETS_PATIENCE_NS)
            continue;
        tell_of(c);
        c->stuck = true;
        if (c->generation == all.generation)
            all.stuck++;
    }
    while ((!all.stopping || !list_empty(&all.queue)) && all.threads - all.stuck < rsockets_options.closers &&
           all.threads < rsockets_options.closers + rsockets_options.max_connections)
        if (add_thread_locked())
            break;
    mutex_unlock(&all.lock);
}

void rsockets_closers_count(unsigned *closing, unsigned *stuck)
{
    const uint64_t now = clock_monotonic_ns(), patience = rsockets_options.close_timeout_ns;

    *closing = *stuck = 0;
    mutex_lock(&all.lock);
    list_for_each(c, &all.queue, struct rsockets_closing, link) {
        ++*closing;
        *stuck += now > c->given_ns + patience;
    }
    list_for_each(c, &all.closers, struct closer, link)
        if (c->closing) {
            ++*closing;
            *stuck += now > c->closing->given_ns + patience;
        }
    mutex_unlock(&all.lock);
}
