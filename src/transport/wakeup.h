/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wakeup: gets one thread out of its poller, from any other, with a system call only when it really sleeps.
 *
 * The sleeper brackets its wait with wakeup_may_sleep and wakeup_awake and has fd (an eventfd) in its set.
 * Whatever a waker wrote before wakeup_wake is seen by the sleeper after wakeup_consume said true.
 */
#ifndef CEPH_TRANSPORT_WAKEUP_H
#define CEPH_TRANSPORT_WAKEUP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/compiler.h"

struct wakeup {
    int fd;
    atomic_bool pending;  /* asked for since the last consume */
    atomic_bool sleeping; /* a waker has to write to fd */
};

int wakeup_init(struct wakeup *w) MUST_CHECK;
void wakeup_destroy(struct wakeup *w);
void wakeup_wake(struct wakeup *w);

/* True once after any number of wakes. Cheap enough for a spinning loop. */
bool wakeup_consume(struct wakeup *w);

/* Before sleeping: false when a wake is pending (it is consumed) and there is no sleep to be had. */
bool wakeup_may_sleep(struct wakeup *w);
/* After sleeping; drain: fd was readable. True when it was a wake that ended the sleep. */
bool wakeup_awake(struct wakeup *w, bool drain);

#endif
