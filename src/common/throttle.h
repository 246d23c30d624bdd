/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * throttle: a limit on something counted (messages, bytes) that holds takers back, without blocking a thread
 * or with.
 *
 * A request larger than the limit passes when nothing is out, so that no request waits for ever. Requests are
 * served in the order they came: who has to wait is called back, and nobody passes before it. A limit of 0 is
 * none. Owner: throttle_init() and throttle_destroy() on the caller's storage; no waiter may be left then.
 * Threads: any. Callbacks come from the thread that gave back (or raised the limit), without a lock held.
 */
#ifndef CEPH_COMMON_THROTTLE_H
#define CEPH_COMMON_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/list.h"
#include "common/mutex.h"

struct throttle {
    struct mutex lock;
    char name[48]; /* fixed */
    /* lock */
    uint64_t max, taken;
    struct list waiters;
    /* lock; for people: see throttle_get_stats() */
    uint64_t takes, taken_sum, gives, given_sum, waits, wait_ns;
};

/* A place in the queue; embedded in what waits. */
struct throttle_waiter {
    struct list link; /* private */
    uint64_t amount, since_ns;
    _Atomic(struct throttle *) queued_in;
    /* The amount has been taken for you. Must not block; may take and give. */
    void (*ready)(struct throttle_waiter *w);
};

void throttle_init(struct throttle *t, const char *name, uint64_t max);
void throttle_destroy(struct throttle *t);

void throttle_waiter_init(struct throttle_waiter *w, void (*ready)(struct throttle_waiter *w));

/* Takes the amount now, or not at all. */
bool throttle_try_take(struct throttle *t, uint64_t amount) MUST_CHECK;

/* Takes the amount now (true), or queues w, whose ready() is called once it has been taken (false). */
bool throttle_take_or_wait(struct throttle *t, uint64_t amount, struct throttle_waiter *w) MUST_CHECK;

/* Takes the amount, and waits for it if need be; not for threads that give back. */
void throttle_take(struct throttle *t, uint64_t amount);

/* Takes it whatever the limit says, for what is there already. */
void throttle_take_anyway(struct throttle *t, uint64_t amount);

/* Leaves the queue. True: ready() was not and will not be called. False: it was called, is being called, or w
 * was never queued. */
bool throttle_cancel(struct throttle_waiter *w);

void throttle_give(struct throttle *t, uint64_t amount);

void throttle_set_max(struct throttle *t, uint64_t max);

struct throttle_stats {
    uint64_t max, taken, waiting;                                /* now */
    uint64_t takes, taken_sum, gives, given_sum, waits, wait_ns; /* since the start */
};
void throttle_get_stats(struct throttle *t, struct throttle_stats *out);

#endif
