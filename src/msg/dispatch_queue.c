/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/dispatch_queue.h"

#include <errno.h>
#include <stdlib.h>

#include "common/list.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "msg/message.h"
#include "msg/messenger.h"
#include "msg/priority_queue.h"

/* What one turn delivers before the thread looks for other queues. */
#define ITEMS_PER_TURN 32

struct event_item {
    struct list link;
    enum dispatch_event event;
    struct connection *con;
};

struct dispatch_queue {
    dispatch_fn deliver; /* fixed */
    void *arg;           /* fixed */

    struct mutex lock;
    struct cond idle;               /* not scheduled any more */
    struct list events;             /* lock: of struct event_item */
    struct priority_queue messages; /* lock */
    bool scheduled;                 /* lock: in the pool's list, or being served */
    bool stopping;                  /* lock */

    struct list run_link; /* the pool's lock */
};

/* The threads of the process. */
static struct {
    pthread_once_t once;
    struct mutex lock;
    struct cond work;
    struct list runnable; /* queues */
    unsigned queues, threads, idle;
    bool exiting;
    struct list exited;
} pool = {.once = PTHREAD_ONCE_INIT};

static void pool_init(void)
{
    mutex_init(&pool.lock, "dispatch pool", LOCK_RANK_DISPATCH_QUEUE);
    cond_init(&pool.work);
    list_init(&pool.runnable);
}

/* ---- one queue ---- */

struct item {
    enum dispatch_event event;
    struct connection *con;
    struct message *m;
};

static bool is_empty(const struct dispatch_queue *q)
{
    return list_empty(&q->events) && !q->messages.length;
}

static bool pop_locked(struct dispatch_queue *q, struct item *it)
{
    struct message *m;

    if (!list_empty(&q->events)) {
        struct event_item *e = list_first(&q->events, struct event_item, link);
        list_remove(&e->link);
        *it = (struct item){.event = e->event, .con = e->con};
        free(e);
        return true;
    }
    m = priority_queue_pop(&q->messages);
    if (!m)
        return false;
    *it = (struct item){.event = DISPATCH_MESSAGE, .con = connection_get(m->con), .m = m};
    return true;
}

/* Serves q for a while; true: there is more to do. */
static bool serve(struct dispatch_queue *q)
{
    bool more;

    for (int i = 0; i < ITEMS_PER_TURN; i++) {
        struct item it;
        bool got;
        mutex_lock(&q->lock);
        got = !q->stopping && pop_locked(q, &it);
        mutex_unlock(&q->lock);
        if (!got)
            break;
        q->deliver(q->arg, it.event, it.con, it.m);
    }
    mutex_lock(&q->lock);
    more = !q->stopping && !is_empty(q);
    if (!more) {
        q->scheduled = false;
        cond_broadcast(&q->idle);
    }
    mutex_unlock(&q->lock);
    return more;
}

/* ---- the threads ---- */

static void *pool_thread(void *arg UNUSED)
{
    mutex_lock(&pool.lock);
    for (;;) {
        struct dispatch_queue *q;
        bool more;
        while (list_empty(&pool.runnable) && pool.threads <= pool.queues) {
            pool.idle++;
            cond_wait(&pool.work, &pool.lock);
            pool.idle--;
        }
        if (list_empty(&pool.runnable))
            break; /* more threads than queues: a messenger has gone */
        q = list_first(&pool.runnable, struct dispatch_queue, run_link);
        list_remove(&q->run_link);
        mutex_unlock(&pool.lock);
        more = serve(q);
        mutex_lock(&pool.lock);
        if (more)
            list_add_tail(&pool.runnable, &q->run_link);
    }
    pool.threads--;
    cond_broadcast(&pool.work);
    mutex_unlock(&pool.lock);
    return NULL;
}

static void schedule(struct dispatch_queue *q)
{
    mutex_lock(&pool.lock);
    list_add_tail(&pool.runnable, &q->run_link);
    if (pool.idle) {
        cond_signal(&pool.work);
    } else if (pool.threads < pool.queues) {
        pool.threads++;
        if (thread_start_detached("ms_dispatch", pool_thread, NULL) < 0) {
            pool.threads--;
            if (pool.threads == 0)
                derr(ms, "no thread can be started for dispatching: messages wait");
        }
    }
    mutex_unlock(&pool.lock);
}

/* ---- interface ---- */

struct dispatch_queue *dispatch_queue_create(dispatch_fn deliver, void *arg, uint64_t max_tokens,
                                             uint64_t min_cost)
{
    struct dispatch_queue *q = calloc(1, sizeof(*q));

    if (!q)
        return NULL;
    pthread_once(&pool.once, pool_init);
    q->deliver = deliver;
    q->arg = arg;
    mutex_init(&q->lock, "dispatch queue", LOCK_RANK_DISPATCH_QUEUE);
    cond_init(&q->idle);
    list_init(&q->events);
    list_init(&q->run_link);
    priority_queue_init(&q->messages, max_tokens, min_cost);
    mutex_lock(&pool.lock);
    pool.queues++;
    mutex_unlock(&pool.lock);
    return q;
}

void dispatch_queue_stop(struct dispatch_queue *q)
{
    struct item it;

    mutex_lock(&q->lock);
    q->stopping = true;
    while (q->scheduled)
        cond_wait(&q->idle, &q->lock);
    while (pop_locked(q, &it)) {
        mutex_unlock(&q->lock);
        message_put(it.m);
        connection_put(it.con);
        mutex_lock(&q->lock);
    }
    mutex_unlock(&q->lock);
}

void dispatch_queue_free(struct dispatch_queue *q)
{
    mutex_lock(&pool.lock);
    pool.queues--;
    /* The last queue takes the threads with it, so that a program that ends leaves none behind. */
    cond_broadcast(&pool.work);
    while (pool.threads > pool.queues)
        cond_wait(&pool.work, &pool.lock);
    mutex_unlock(&pool.lock);
    mutex_destroy(&q->lock);
    cond_destroy(&q->idle);
    free(q);
}

void dispatch_queue_push_message(struct dispatch_queue *q, struct message *m)
{
    bool wake = false, dropped;

    mutex_lock(&q->lock);
    dropped = q->stopping;
    if (!dropped) {
        priority_queue_push(&q->messages, m);
        wake = !q->scheduled;
        q->scheduled = true;
    }
    mutex_unlock(&q->lock);
    if (wake)
        schedule(q);
    if (dropped)
        message_put(m);
}

void dispatch_queue_push_event(struct dispatch_queue *q, enum dispatch_event event, struct connection *con)
{
    struct event_item *e = malloc(sizeof(*e));
    bool wake = false, dropped;

    mutex_lock(&q->lock);
    dropped = !e || q->stopping;
    if (!dropped) {
        *e = (struct event_item){.event = event, .con = con};
        list_add_tail(&q->events, &e->link);
        wake = !q->scheduled;
        q->scheduled = true;
    }
    mutex_unlock(&q->lock);
    if (wake)
        schedule(q);
    if (dropped) {
        free(e);
        connection_put(con);
    }
}

unsigned dispatch_queue_length(struct dispatch_queue *q)
{
    unsigned n;

    mutex_lock(&q->lock);
    n = q->messages.length;
    mutex_unlock(&q->lock);
    return n;
}

void dispatch_queue_discard(struct dispatch_queue *q, const struct connection *con)
{
    struct list dropped;

    list_init(&dropped);
    mutex_lock(&q->lock);
    priority_queue_take(&q->messages, con, &dropped);
    mutex_unlock(&q->lock);
    list_for_each_safe(m, &dropped, struct message, queue_link) {
        list_remove(&m->queue_link);
        message_put(m);
    }
}
