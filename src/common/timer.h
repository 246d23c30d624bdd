/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timer: one thread that calls functions at deadlines.
 *
 * Owner: timer_thread_create() and timer_thread_free(); an event is embedded in its user's struct and must
 * outlive its being armed. Threads: everything from any thread, with any lock below LOCK_RANK_TIMER held;
 * callbacks run one after the other on the timer's thread, without a lock. Times: nanoseconds of the
 * monotonic clock. See: src/test/unit/common/test_timer.c.
 */
#ifndef CEPH_COMMON_TIMER_H
#define CEPH_COMMON_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/mutex.h"
#include "common/timer_heap.h"

struct timer_thread;

struct timer_event {
    void (*fire)(void *arg);
    void *arg;
    struct timer_node node; /* private */
};

/* name: of the thread, at most 15 characters. NULL: no memory or no thread. */
struct timer_thread *timer_thread_create(const char *name);
/* Waits for a callback under way; what is still armed is not called. Not from a callback. */
void timer_thread_free(struct timer_thread *t);

static inline void timer_event_init(struct timer_event *e, void (*fire)(void *arg), void *arg)
{
    *e = (struct timer_event){.fire = fire, .arg = arg};
}

/* Arms the event, or moves it to another deadline; among equal ones the first armed is called first. It is
 * disarmed when it fires and may be armed again from the callback. -ENOMEM. */
int timer_thread_arm(struct timer_thread *t, struct timer_event *e, uint64_t deadline_ns) MUST_CHECK;
/* Disarms it; true when it was armed. A callback under way goes on. */
bool timer_thread_disarm(struct timer_thread *t, struct timer_event *e);
/* The same, and waits for its callback under way, unless called from that. The caller holds no lock that the
 * callback takes. */
bool timer_thread_disarm_sync(struct timer_thread *t, struct timer_event *e);

/* One timer for all users of a kind in the process: started for the first, ended with the last. */
struct timer_share {
    struct mutex lock;
    struct timer_thread *timer;
    unsigned users;
};

#define TIMER_SHARE_INIT(name, rank)       \
    {                                      \
        .lock = MUTEX_INIT((name), (rank)) \
    }

/* NULL as timer_thread_create(). */
struct timer_thread *timer_share_get(struct timer_share *s, const char *name);
/* Disarm your events first. t: what get gave; NULL is fine. */
void timer_share_put(struct timer_share *s, struct timer_thread *t);

#endif
