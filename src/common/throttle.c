/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/throttle.h"

#include <assert.h>
#include <stdio.h>

#include "common/clock.h"

void throttle_init(struct throttle *t, const char *name, uint64_t max)
{
    *t = (struct throttle){.max = max};
    snprintf(t->name, sizeof(t->name), "%s", name);
    mutex_init(&t->lock, t->name, LOCK_RANK_THROTTLE);
    list_init(&t->waiters);
}

void throttle_destroy(struct throttle *t)
{
    assert(list_empty(&t->waiters));
    mutex_destroy(&t->lock);
}

void throttle_waiter_init(struct throttle_waiter *w, void (*ready)(struct throttle_waiter *w))
{
    *w = (struct throttle_waiter){.ready = ready};
    list_init(&w->link);
}

static bool fits_locked(const struct throttle *t, uint64_t amount)
{
    return !t->max || !t->taken || (amount <= t->max && t->taken <= t->max - amount);
}

static void take_locked(struct throttle *t, uint64_t amount)
{
    t->taken += amount;
    t->takes++;
    t->taken_sum += amount;
}

bool throttle_try_take(struct throttle *t, uint64_t amount)
{
    bool taken;

    mutex_lock(&t->lock);
    taken = list_empty(&t->waiters) && fits_locked(t, amount);
    if (taken)
        take_locked(t, amount);
    mutex_unlock(&t->lock);
    return taken;
}

bool throttle_take_or_wait(struct throttle *t, uint64_t amount, struct throttle_waiter *w)
{
    bool taken;

    mutex_lock(&t->lock);
    assert(!w->queued_in);
    taken = list_empty(&t->waiters) && fits_locked(t, amount);
    if (taken) {
        take_locked(t, amount);
    } else {
        w->amount = amount;
        w->since_ns = clock_monotonic_ns();
        w->queued_in = t;
        list_add_tail(&t->waiters, &w->link);
        t->waits++;
    }
    mutex_unlock(&t->lock);
    return taken;
}

struct sleeper {
    struct throttle_waiter w;
    struct throttle *throttle;
    struct cond woken;
    bool taken; /* throttle.lock */
};

static void wake(struct throttle_waiter *w)
{
    struct sleeper *s = CONTAINER_OF(w, struct sleeper, w);
    struct throttle *t = s->throttle;

    mutex_lock(&t->lock);
    s->taken = true;
    cond_signal(&s->woken); /* under the lock: s ends with it */
    mutex_unlock(&t->lock);
}

void throttle_take(struct throttle *t, uint64_t amount)
{
    struct sleeper s = {.throttle = t};

    if (throttle_try_take(t, amount))
        return;
    throttle_waiter_init(&s.w, wake);
    cond_init(&s.woken);
    if (!throttle_take_or_wait(t, amount, &s.w)) {
        mutex_lock(&t->lock);
        while (!s.taken)
            cond_wait(&s.woken, &t->lock);
        mutex_unlock(&t->lock);
    }
    cond_destroy(&s.woken);
}

void throttle_take_anyway(struct throttle *t, uint64_t amount)
{
    mutex_lock(&t->lock);
    take_locked(t, amount);
    mutex_unlock(&t->lock);
}

/* Calls those at the head of the queue for whom there is room now. A waiter is gone from our sight once it
 * has been called: it may be queued again or freed. */
static void serve(struct throttle *t)
{
    mutex_lock(&t->lock);
    while (!list_empty(&t->waiters)) {
        struct throttle_waiter *w = list_first(&t->waiters, struct throttle_waiter, link);
        if (!fits_locked(t, w->amount))
            break;
        list_remove(&w->link);
        w->queued_in = NULL;
        take_locked(t, w->amount);
        t->wait_ns += clock_monotonic_ns() - w->since_ns;
        mutex_unlock(&t->lock);
        w->ready(w);
        mutex_lock(&t->lock);
    }
    mutex_unlock(&t->lock);
}

bool throttle_cancel(struct throttle_waiter *w)
{
    struct throttle *t = w->queued_in;
    bool queued;

    if (!t)
        return false;
    mutex_lock(&t->lock);
    queued = w->queued_in == t;
    if (queued) {
        list_remove(&w->link);
        w->queued_in = NULL;
    }
    mutex_unlock(&t->lock);
    /* It may have stood before smaller ones that fit. */
    if (queued)
        serve(t);
    return queued;
}

void throttle_give(struct throttle *t, uint64_t amount)
{
    bool waiters;

    mutex_lock(&t->lock);
    assert(amount <= t->taken);
    t->taken -= amount;
    t->gives++;
    t->given_sum += amount;
    waiters = !list_empty(&t->waiters);
    mutex_unlock(&t->lock);
    if (waiters)
        serve(t);
}

void throttle_set_max(struct throttle *t, uint64_t max)
{
    mutex_lock(&t->lock);
    t->max = max;
    mutex_unlock(&t->lock);
    serve(t);
}

void throttle_get_stats(struct throttle *t, struct throttle_stats *out)
{
    uint64_t waiting = 0;

    mutex_lock(&t->lock);
    list_for_each(w, &t->waiters, struct throttle_waiter, link)
        waiting += w->amount;
    *out = (struct throttle_stats){t->max,   t->taken,     waiting,  t->takes,  t->taken_sum,
                                   t->gives, t->given_sum, t->waits, t->wait_ns};
    mutex_unlock(&t->lock);
}
