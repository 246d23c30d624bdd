/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/worker.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/thread.h"

/* While there is always something to do, timers are looked at each so many passes: where the kernel has to be
 * asked for the time, that costs as much as half a message. */
#define PASSES_PER_TIMERS 16

struct worker {
    struct worker_pool *pool;        /* fixed */
    struct transport_poller *poller; /* fixed */
    uint64_t spin_ns;                /* fixed */
    struct thread thread;

    struct mutex lock;
    struct list tasks; /* lock */
    bool stopping;     /* lock */
    /* There are tasks, or it is to stop: set and cleared under the lock, looked at without. Whoever sets it
     * wakes the worker, so one that has just missed it does not sleep. */
    atomic_bool called;

    atomic_uint sockets; /* written by the worker, read by whoever picks one */

    /* The worker's own. */
    struct timer_heap timers; /* nodes of struct worker_timer */
    uint64_t now_ns;          /* 0: nobody has asked in this pass */
    unsigned passes;
    uint8_t scratch[WORKER_SCRATCH_LEN];
};

struct worker_pool {
    const struct transport *transport; /* fixed */
    unsigned refs;                     /* pools_lock */
    struct worker **workers;           /* fixed once the pool is handed out */
    unsigned count;
    atomic_uint next;
    struct worker_pool *other; /* pools_lock */
};

static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER; /* starting and stopping only */
static struct worker_pool *pools;
static _Thread_local struct worker *current;

/* ---- timers ---- */

int worker_set_timer(struct worker *w, struct worker_timer *t, uint64_t deadline_ns)
{
    return timer_heap_set(&w->timers, &t->node, deadline_ns);
}

void worker_cancel_timer(struct worker *w, struct worker_timer *t)
{
    timer_heap_unset(&w->timers, &t->node);
}

static void fire_timers(struct worker *w)
{
    struct timer_node *first;

    while ((first = timer_heap_first(&w->timers)) && first->deadline_ns <= worker_now_ns(w)) {
        struct worker_timer *t = CONTAINER_OF(first, struct worker_timer, node);
        worker_cancel_timer(w, t);
        t->fire(t);
    }
}

/* ---- tasks ---- */

bool worker_post(struct worker *w, struct worker_task *t)
{
    bool wake;

    if (atomic_exchange(&t->queued, true))
        return false;
    mutex_lock(&w->lock);
    wake = list_empty(&w->tasks);
    list_add_tail(&w->tasks, &t->link);
    atomic_store(&w->called, true);
    mutex_unlock(&w->lock);
    if (wake && w != current)
        w->pool->transport->poller_wake(w->poller);
    return true;
}

/* Runs what was posted so far; what these tasks post waits for the next pass. */
static void run_tasks(struct worker *w)
{
    struct list batch;

    if (!atomic_load(&w->called))
        return;
    list_init(&batch);
    mutex_lock(&w->lock);
    list_splice_tail(&batch, &w->tasks);
    atomic_store(&w->called, w->stopping);
    while (!list_empty(&batch)) {
        struct worker_task *t = list_first(&batch, struct worker_task, link);
        list_remove(&t->link);
        atomic_store(&t->queued, false);
        mutex_unlock(&w->lock);
        t->run(t);
        mutex_lock(&w->lock);
    }
    mutex_unlock(&w->lock);
}

/* ---- sockets ---- */

int worker_add_socket(struct worker *w, struct transport_socket *s, unsigned interest,
                      struct worker_handler *h)
{
    int r = w->pool->transport->poller_add(w->poller, s, interest, h);

    if (r == 0)
        atomic_fetch_add_explicit(&w->sockets, 1, memory_order_relaxed);
    return r;
}

void worker_set_interest(struct worker *w, struct transport_socket *s, unsigned interest)
{
    w->pool->transport->poller_set(w->poller, s, interest);
}

void worker_remove_socket(struct worker *w, struct transport_socket *s)
{
    w->pool->transport->poller_remove(w->poller, s);
    atomic_fetch_sub_explicit(&w->sockets, 1, memory_order_relaxed);
}

uint8_t *worker_scratch(struct worker *w)
{
    return w->scratch;
}

uint64_t worker_now_ns(struct worker *w)
{
    if (!w->now_ns)
        w->now_ns = clock_monotonic_ns();
    return w->now_ns;
}

bool worker_is_current(const struct worker *w)
{
    return w == current;
}

const struct transport *worker_transport(const struct worker *w)
{
    return w->pool->transport;
}

/* ---- the thread ---- */

/* When the next wait must end: now when tasks are waiting, else at the first timer. */
static bool next_deadline(struct worker *w, uint64_t *deadline_ns)
{
    const struct timer_node *first = timer_heap_first(&w->timers);
    bool go_on = true, tasks = false;

    if (atomic_load(&w->called)) {
        mutex_lock(&w->lock);
        go_on = !w->stopping;
        tasks = !list_empty(&w->tasks);
        mutex_unlock(&w->lock);
    }
    *deadline_ns = tasks ? 0 : first ? first->deadline_ns : UINT64_MAX;
    return go_on || tasks;
}

/* Nothing that a peer does leads here. Going on is all there is to do, but not as fast as the processor
 * allows. */
static void poller_failed(const struct transport *t, int error)
{
    struct timespec pause = {.tv_nsec = (long)(100 * NSEC_PER_MSEC)};

    derr(ms, "waiting for sockets over %s failed: %s", t->name, strerror(-error));
    nanosleep(&pause, NULL);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;
    const struct transport *t = w->pool->transport;
    uint64_t deadline_ns;

    current = w;
    while (next_deadline(w, &deadline_ns)) {
        struct transport_event *events;
        int n = t->poller_wait(w->poller, deadline_ns, w->spin_ns, &events);
        w->now_ns = 0;
        if (n < 0)
            poller_failed(t, n);
        for (int i = 0; i < n; i++) {
            struct worker_handler *h = events[i].arg;
            if (h)
                h->ready(h, events[i].events);
        }
        run_tasks(w);
        if (n <= 0 || ++w->passes % PASSES_PER_TIMERS == 0)
            fire_timers(w);
    }
    return NULL;
}

static void worker_free(struct worker *w)
{
    if (!w)
        return;
    if (w->poller)
        w->pool->transport->poller_destroy(w->poller);
    mutex_destroy(&w->lock);
    timer_heap_destroy(&w->timers);
    free(w);
}

static int worker_start(struct worker_pool *p, const struct conf *conf, unsigned index, struct worker **out)
{
    struct worker *w = calloc(1, sizeof(*w));
    bool tcp = p->transport == &transport_tcp;
    char name[16];
    int r;

    if (!w)
        return -ENOMEM;
    w->pool = p;
    w->spin_ns = (uint64_t)conf_i64(conf, tcp ? OPT_ms_tcp_spin_us : OPT_ms_rsockets_spin_us) * NSEC_PER_USEC;
    mutex_init(&w->lock, "worker", LOCK_RANK_WORKER);
    list_init(&w->tasks);
    r = p->transport->poller_create(&w->poller);
    if (r == 0) {
        snprintf(name, sizeof(name), tcp ? "ms_worker_%u" : "ms_rpoll_%u", index);
        r = thread_start(&w->thread, name, worker_main, w);
    }
    if (r < 0) {
        worker_free(w);
        return r;
    }
    *out = w;
    return 0;
}

static void worker_stop(struct worker *w)
{
    mutex_lock(&w->lock);
    w->stopping = true;
    atomic_store(&w->called, true);
    mutex_unlock(&w->lock);
    w->pool->transport->poller_wake(w->poller);
    thread_join(&w->thread);
    worker_free(w);
}

/* ---- pools ---- */

static void pool_free(struct worker_pool *p)
{
    for (unsigned i = 0; i < p->count; i++)
        worker_stop(p->workers[i]);
    p->transport->stop();
    free(p->workers);
    free(p);
}

static int pool_start(const struct transport *t, const struct conf *conf, struct worker_pool **out, char *err,
                      size_t err_size)
{
    struct worker_pool *p = calloc(1, sizeof(*p));
    unsigned wanted = (unsigned)conf_i64(conf, OPT_ms_worker_threads);
    int r;

    if (t->max_pollers && wanted > t->max_pollers)
        wanted = t->max_pollers;
    if (!p || !(p->workers = calloc(wanted, sizeof(struct worker *)))) {
        free(p);
        snprintf(err, err_size, "out of memory");
        return -ENOMEM;
    }
    p->transport = t;
    p->refs = 1;
    r = t->start(conf, err, err_size);
    if (r < 0) {
        free(p->workers);
        free(p);
        return r;
    }
    for (; p->count < wanted; p->count++) {
        r = worker_start(p, conf, p->count, &p->workers[p->count]);
        if (r < 0) {
            snprintf(err, err_size, "%s: cannot start worker %u: error %d", t->name, p->count, -r);
            pool_free(p);
            return r;
        }
    }
    *out = p;
    return 0;
}

int worker_pool_get(const struct transport *t, const struct conf *conf, struct worker_pool **out, char *err,
                    size_t err_size)
{
    struct worker_pool *p;
    int r = 0;

    pthread_mutex_lock(&pools_lock);
    for (p = pools; p && p->transport != t; p = p->other)
        ;
    if (p) {
        p->refs++;
    } else {
        r = pool_start(t, conf, &p, err, err_size);
        if (r == 0) {
            p->other = pools;
            pools = p;
        }
    }
    pthread_mutex_unlock(&pools_lock);
    *out = r == 0 ? p : NULL;
    return r;
}

void worker_pool_put(struct worker_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&pools_lock);
    if (--p->refs == 0) {
        struct worker_pool **at = &pools;
        while (*at != p)
            at = &(*at)->other;
        *at = p->other;
        pool_free(p);
    }
    pthread_mutex_unlock(&pools_lock);
}

struct worker *worker_pool_pick(struct worker_pool *p)
{
    unsigned start = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
    struct worker *best = p->workers[start % p->count];

    for (unsigned i = 1; i < p->count; i++) {
        struct worker *w = p->workers[(start + i) % p->count];
        if (atomic_load_explicit(&w->sockets, memory_order_relaxed) <
            atomic_load_explicit(&best->sockets, memory_order_relaxed))
            best = w;
    }
    return best;
}
