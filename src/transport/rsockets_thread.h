/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_thread: a helper thread that makes calls of librdmacm which may not return, with the lock and the
 * condition of its noun.
 *
 * Stopping waits for it for a while and then leaves it behind: it ends by itself when the library lets go of
 * it. So what it uses is never freed, and it may find itself beside a successor.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_THREAD_H
#define CEPH_TRANSPORT_RSOCKETS_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/mutex.h"
#include "common/thread.h"

struct rsockets_thread {
    struct mutex lock;
    struct cond cond;
    bool initialized;
    struct thread thread;
    /* lock */
    bool stopping, ended;
    unsigned generation; /* of the thread that is not left behind */
};

/* name: at most 15 characters. */
int rsockets_thread_start(struct rsockets_thread *t, const char *name,
                          void (*run)(struct rsockets_thread *)) MUST_CHECK;
/* After begin_stop the thread is ending; end_stop waits until the deadline at most. False: it was left
 * behind. */
void rsockets_thread_begin_stop(struct rsockets_thread *t);
bool rsockets_thread_end_stop(struct rsockets_thread *t, uint64_t deadline_ns);

void rsockets_thread_lock(struct rsockets_thread *t);
void rsockets_thread_unlock(struct rsockets_thread *t);
void rsockets_thread_wake(struct rsockets_thread *t); /* with or without the lock; wakes all waiters */
/* UINT64_MAX: for as long as it takes. False: the deadline has passed. */
bool rsockets_thread_wait_locked(struct rsockets_thread *t, uint64_t deadline_ns);
/* Called by the thread: it is to end. */
bool rsockets_thread_ends_locked(const struct rsockets_thread *t);
/* The caller is this thread, or one that was left behind. */
bool rsockets_thread_is_me(const struct rsockets_thread *t);

#endif
