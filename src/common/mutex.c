/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mutex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The lock this thread took last; the others hang below it. */
static _Thread_local struct mutex *top;

static void die(const char *what, const struct mutex *m, const struct mutex *other)
{
    fprintf(stderr, "lock %s (rank %d): %s%s%s\n", m->name, m->rank, what, other ? " " : "",
            other ? other->name : "");
    abort();
}

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
    pthread_mutex_init(&m->m, NULL);
    m->name = name;
    m->rank = rank;
    m->held = false;
    m->below = NULL;
}

void mutex_destroy(struct mutex *m)
{
    pthread_mutex_destroy(&m->m);
}

static void push(struct mutex *m)
{
    m->held = true;
    m->below = top;
    top = m;
}

static void pop(struct mutex *m)
{
    struct mutex **at = &top;

    while (*at && *at != m)
        at = &(*at)->below;
    if (!*at)
        die("released by a thread that does not hold it", m, NULL);
    *at = m->below;
    m->below = NULL;
    m->held = false;
}

void mutex_lock(struct mutex *m)
{
    for (const struct mutex *h = top; h; h = h->below)
        if (h->rank >= m->rank)
            die("taken while holding", m, h);
    if (pthread_mutex_lock(&m->m))
        die("cannot be taken", m, NULL);
    push(m);
}

bool mutex_trylock(struct mutex *m)
{
    if (pthread_mutex_trylock(&m->m))
        return false;
    push(m);
    return true;
}

void mutex_unlock(struct mutex *m)
{
    pop(m);
    pthread_mutex_unlock(&m->m);
}

bool mutex_is_mine(const struct mutex *m)
{
    for (const struct mutex *h = top; h; h = h->below)
        if (h == m)
            return true;
    return false;
}

void mutex_assert_mine(const struct mutex *m)
{
    if (!mutex_is_mine(m))
        die("not held by the caller", m, NULL);
}

bool mutex_none_held(void)
{
    for (const struct mutex *h = top; h; h = h->below)
        if (h->rank > LOCK_RANK_USER)
            return false;
    return true;
}

void cond_init(struct cond *c)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->c, &attr);
    pthread_condattr_destroy(&attr);
}

void cond_destroy(struct cond *c)
{
    pthread_cond_destroy(&c->c);
}

void cond_wait(struct cond *c, struct mutex *m)
{
    pop(m);
    pthread_cond_wait(&c->c, &m->m);
    push(m);
}

bool cond_wait_until(struct cond *c, struct mutex *m, uint64_t deadline_ns)
{
    struct timespec ts = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                          .tv_nsec = (long)(deadline_ns % 1000000000u)};
    int r;

    pop(m);
    r = pthread_cond_timedwait(&c->c, &m->m, &ts);
    push(m);
    return r != ETIMEDOUT;
}

void cond_signal(struct cond *c)
{
    pthread_cond_signal(&c->c);
}

void cond_broadcast(struct cond *c)
{
    pthread_cond_broadcast(&c->c);
}
