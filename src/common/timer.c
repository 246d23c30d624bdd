/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/timer.h"

#include <errno.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/mutex.h"
#include "common/thread.h"

struct timer_thread {
    struct thread thread; /* fixed after start */

    struct mutex lock;
    struct cond changed;         /* heap, stopping */
    struct cond idle;            /* running */
    struct timer_event **heap;   /* lock; [1] is the earliest, [0] is unused */
    unsigned count, room;        /* lock */
    uint64_t next_order;         /* lock */
    struct timer_event *running; /* lock; its callback is under way; may be freed memory: only compared */
    bool stopping;               /* lock */
};

static bool earlier(const struct timer_event *a, const struct timer_event *b)
{
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->order < b->order;
}

static void place(struct timer_thread *t, unsigned slot, struct timer_event *e)
{
    t->heap[slot] = e;
    e->slot = slot;
}

static void sift_up(struct timer_thread *t, unsigned slot)
{
    struct timer_event *e = t->heap[slot];

    for (; slot > 1 && earlier(e, t->heap[slot / 2]); slot /= 2)
        place(t, slot, t->heap[slot / 2]);
    place(t, slot, e);
}

static void sift_down(struct timer_thread *t, unsigned slot)
{
    struct timer_event *e = t->heap[slot];

    for (unsigned child; (child = 2 * slot) <= t->count; slot = child) {
        if (child < t->count && earlier(t->heap[child + 1], t->heap[child]))
            child++;
        if (!earlier(t->heap[child], e))
            break;
        place(t, slot, t->heap[child]);
    }
    place(t, slot, e);
}

static void heap_remove(struct timer_thread *t, struct timer_event *e)
{
    unsigned slot = e->slot;
    struct timer_event *last = t->heap[t->count--];

    e->slot = 0;
    if (last == e)
        return;
    place(t, slot, last);
    sift_up(t, slot);
    sift_down(t, last->slot);
}

static int heap_add(struct timer_thread *t, struct timer_event *e)
{
    if (t->count + 1 >= t->room) {
        unsigned room = t->room ? 2 * t->room : 16;
        struct timer_event **grown = realloc(t->heap, room * sizeof(struct timer_event *));

        if (!grown)
            return -ENOMEM;
        t->heap = grown;
        t->room = room;
    }
    place(t, ++t->count, e);
    sift_up(t, e->slot);
    return 0;
}

static void fire_first(struct timer_thread *t)
{
    struct timer_event *e = t->heap[1];
    void (*fire)(void *arg) = e->fire;
    void *arg = e->arg;

    heap_remove(t, e);
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
        if (t->count == 0)
            cond_wait(&t->changed, &t->lock);
        else if (t->heap[1]->deadline_ns > clock_monotonic_ns())
            cond_wait_until(&t->changed, &t->lock, t->heap[1]->deadline_ns);
        else
            fire_first(t);
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
    for (unsigned i = 1; i <= t->count; i++)
        t->heap[i]->slot = 0;
    cond_destroy(&t->idle);
    cond_destroy(&t->changed);
    mutex_destroy(&t->lock);
    free(t->heap);
    free(t);
}

int timer_thread_arm(struct timer_thread *t, struct timer_event *e, uint64_t deadline_ns)
{
    int r;

    mutex_lock(&t->lock);
    if (e->slot)
        heap_remove(t, e);
    e->deadline_ns = deadline_ns;
    e->order = t->next_order++;
    r = heap_add(t, e);
    if (r == 0 && e->slot == 1)
        cond_signal(&t->changed);
    mutex_unlock(&t->lock);
    return r;
}

static bool disarm_locked(struct timer_thread *t, struct timer_event *e)
{
    bool armed = e->slot != 0;

    if (armed)
        heap_remove(t, e);
    return armed;
}

bool timer_thread_disarm(struct timer_thread *t, struct timer_event *e)
{
    bool armed;

    mutex_lock(&t->lock);
    armed = disarm_locked(t, e);
    mutex_unlock(&t->lock);
    return armed;
}

bool timer_thread_disarm_sync(struct timer_thread *t, struct timer_event *e)
{
    bool armed;

    mutex_lock(&t->lock);
    armed = disarm_locked(t, e);
    if (!pthread_equal(pthread_self(), t->thread.id)) {
        while (t->running == e)
            cond_wait(&t->idle, &t->lock);
        /* The callback may have armed it again. */
        armed = disarm_locked(t, e) || armed;
    }
    mutex_unlock(&t->lock);
    return armed;
}
