/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mutex: a pthread mutex that knows its rank, and a condition for it.
 *
 * Taking a lock whose rank is not above every rank the thread holds aborts with both names: an order that
 * could deadlock is found the first time it is walked, not the first time it deadlocks. mutex_trylock() is
 * exempt from the check, because it cannot wait.
 */
#ifndef CEPH_COMMON_MUTEX_H
#define CEPH_COMMON_MUTEX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/lock_ranks.h"

struct mutex {
    pthread_mutex_t m;
    const char *name; /* fixed */
    int rank;         /* fixed */
    bool held;
    struct mutex *below; /* the lock this thread took before this one, while held */
};

struct cond {
    pthread_cond_t c;
};

/* For locks that live as long as the program. Not for cond_wait_until(). */
#define MUTEX_INIT(lock_name, lock_rank)                                         \
    {                                                                            \
        .m = PTHREAD_MUTEX_INITIALIZER, .name = (lock_name), .rank = (lock_rank) \
    }
#define COND_INIT                \
    {                            \
        PTHREAD_COND_INITIALIZER \
    }

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank);
void mutex_destroy(struct mutex *m);
void mutex_lock(struct mutex *m);
bool mutex_trylock(struct mutex *m) MUST_CHECK;
void mutex_unlock(struct mutex *m);
bool mutex_is_mine(const struct mutex *m);
void mutex_assert_mine(const struct mutex *m);

/* True when this thread holds no ranked lock at all: asserted before callbacks. */
bool mutex_none_held(void);

void cond_init(struct cond *c);
void cond_destroy(struct cond *c);
void cond_wait(struct cond *c, struct mutex *m);
/* Waits until the monotonic time deadline_ns at most; false when that passed. */
bool cond_wait_until(struct cond *c, struct mutex *m, uint64_t deadline_ns);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

#endif
