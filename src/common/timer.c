/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/timer.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/mutex.h"
#include "common/thread.h"

struct timer_thread {
    struct thread thread; /* fixed after start */

    struct mutex lock;
    struct cond changed;         /* heap, stopping */
    struct cond idle;            /* running */
    struct timer_heap heap;      /* lock; nodes of struct timer_event */
    struct timer_event *running; /* lock; its callback is under way; may be freed memory: only compared */
    bool stopping;               /* lock */
};

static void fire_now(struct timer_thread *t, struct timer_event *e)
{
    void (*fire)(void *arg) = e->fire;
    void *arg = e->arg;

    timer_heap_unset(&t->heap, &e->node);
    t->running = e;
    mutex_unlock(&t->lock);
    fire(arg);
    mutex_lock(&t->lock);
    t->running = NULL;
    cond_broadcast(&t->idle);
}

static void *timer_run(void *arg)
{
    struct timer_thread *t = arg;

    mutex_lock(&t->lock);
    while (!t->stopping) {
        struct timer_node *first = timer_heap_first(&t->heap);
        if (!first)
            cond_wait(&t->changed, &t->lock);
        else if (first->deadline_ns > clock_monotonic_ns())
            cond_wait_until(&t->changed, &t->lock, first->deadline_ns);
        else
            fire_now(t, CONTAINER_OF(first, struct timer_event, node));
    }
    mutex_unlock(&t->lock);
    return NULL;
}

struct timer_thread *timer_thread_create(const char *name)
{
    struct timer_thread *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    mutex_init(&t->lock, "timer", LOCK_RANK_TIMER);
    cond_init(&t->changed);
    cond_init(&t->idle);
    if (thread_start(&t->thread, name, timer_run, t)) {
        cond_destroy(&t->idle);
        cond_destroy(&t->changed);
        mutex_destroy(&t->lock);
        free(t);
        return NULL;
    }
    return t;
}

void timer_thread_free(struct timer_thread *t)
{
    if (!t)
        return;
    mutex_lock(&t->lock);
    t->stopping = true;
    cond_signal(&t->changed);
    mutex_unlock(&t->lock);
    thread_join(&t->thread);
    timer_heap_destroy(&t->heap);
    cond_destroy(&t->idle);
    cond_destroy(&t->changed);
    mutex_destroy(&t->lock);
    free(t);
}

int timer_thread_arm(struct timer_thread *t, struct timer_event *e, uint64_t deadline_ns)
{
    int r;

    mutex_lock(&t->lock);
    r = timer_heap_set(&t->heap, &e->node, deadline_ns);
    if (r == 0 && timer_heap_first(&t->heap) == &e->node)
        cond_signal(&t->changed);
    mutex_unlock(&t->lock);
    return r;
}

bool timer_thread_disarm(struct timer_thread *t, struct timer_event *e)
{
    bool armed;

    mutex_lock(&t->lock);
    armed = timer_heap_unset(&t->heap, &e->node);
    mutex_unlock(&t->lock);
    return armed;
}

bool timer_thread_disarm_sync(struct timer_thread *t, struct timer_event *e)
{
    bool armed;

    mutex_lock(&t->lock);
    armed = timer_heap_unset(&t->heap, &e->node);
    if (!pthread_equal(pthread_self(), t->thread.id)) {
        while (t->running == e)
            cond_wait(&t->idle, &t->lock);
        /* The callback may have armed it again. */
        armed = timer_heap_unset(&t->heap, &e->node) || armed;
    }
    mutex_unlock(&t->lock);
    return armed;
}

struct timer_thread *timer_share_get(struct timer_share *s, const char *name)
{
    struct timer_thread *t;

    mutex_lock(&s->lock);
    if (!s->timer)
        s->timer = timer_thread_create(name);
    t = s->timer;
    s->users += t != NULL;
    mutex_unlock(&s->lock);
    return t;
}

void timer_share_put(struct timer_share *s, struct timer_thread *t)
{
    if (!t)
        return;
    mutex_lock(&s->lock);
    if (--s->users == 0)
        s->timer = NULL;
    else
        t = NULL;
    mutex_unlock(&s->lock);
    if (t)
        timer_thread_free(t);
}
