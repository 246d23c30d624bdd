/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_thread.h"
/* What this thread is, when it is a helper. */
static _Thread_local const struct rsockets_thread *me;
static _Thread_local unsigned my_generation;

struct beginning {
    struct rsockets_thread *t;
    void (*run)(struct rsockets_thread *);
    unsigned generation;
    bool taken; /* the lock of t */
};

static void *begin(void *arg)
{
    struct beginning *b = arg;
    struct rsockets_thread *t = b->t;
    void (*run)(struct rsockets_thread *) = b->run;

    me = t;
    my_generation = b->generation;
    mutex_lock(&t->lock);
    b->taken = true; /* b is gone after that */
    cond_broadcast(&t->cond);
    mutex_unlock(&t->lock);
    run(t);
    mutex_lock(&t->lock);
    if (t->generation == my_generation)
        t->ended = true;
    cond_broadcast(&t->cond);
    mutex_unlock(&t->lock);
    return NULL;
}

int rsockets_thread_start(struct rsockets_thread *t, const char *name, void (*run)(struct rsockets_thread *))
{
    struct beginning b = {.t = t, .run = run};
    int r;

    if (!t->initialized) {
        mutex_init(&t->lock, name, LOCK_RANK_TRANSPORT);
        cond_init(&t->cond);
        t->initialized = true;
    }
    mutex_lock(&t->lock);
    t->stopping = t->ended = false;
    b.generation = ++t->generation;
    r = thread_start(&t->thread, name, begin, &b);
    while (!r && !b.taken)
        cond_wait(&t->cond, &t->lock);
    mutex_unlock(&t->lock);
    return r;
}

void rsockets_thread_begin_stop(struct rsockets_thread *t)
{
    mutex_lock(&t->lock);
    t->stopping = true;
    cond_broadcast(&t->cond);
    mutex_unlock(&t->lock);
}

bool rsockets_thread_end_stop(struct rsockets_thread *t, uint64_t deadline_ns)
{
    bool ended;

    mutex_lock(&t->lock);
    while (!t->ended && cond_wait_until(&t->cond, &t->lock, deadline_ns))
        ;
    ended = t->ended;
    if (!ended)
        t->generation++;
    mutex_unlock(&t->lock);
    if (ended)
        thread_join(&t->thread);
    else
        pthread_detach(t->thread.id);
    return ended;
}

void rsockets_thread_lock(struct rsockets_thread *t)
{
    mutex_lock(&t->lock);
}

void rsockets_thread_unlock(struct rsockets_thread *t)
{
    mutex_unlock(&t->lock);
}

void rsockets_thread_wake(struct rsockets_thread *t)
{
    cond_broadcast(&t->cond);
}

bool rsockets_thread_wait_locked(struct rsockets_thread *t, uint64_t deadline_ns)
{
    if (deadline_ns != UINT64_MAX)
        return cond_wait_until(&t->cond, &t->lock, deadline_ns);
    cond_wait(&t->cond, &t->lock);
    return true;
}

bool rsockets_thread_ends_locked(const struct rsockets_thread *t)
{
    return t->stopping || t->generation != my_generation;
}

bool rsockets_thread_is_me(const struct rsockets_thread *t)
{
    return me == t;
}
