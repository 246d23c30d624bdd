/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread: a thread with a name and with all signals blocked, so that signals reach the one that waits for
 * them. Owner: the caller's storage, from thread_start() to thread_join(). Errors: negative errno.
 */
#ifndef CEPH_COMMON_THREAD_H
#define CEPH_COMMON_THREAD_H

#include <pthread.h>

#include "common/compiler.h"

struct thread {
    pthread_t id;
};

/* name: at most 15 characters are kept, as the kernel does. */
int thread_start(struct thread *t, const char *name, void *(*run)(void *arg), void *arg) MUST_CHECK;

/* Waits for its end and returns what run returned. */
void *thread_join(struct thread *t);

/* Starts one that nobody joins. */
int thread_start_detached(const char *name, void *(*run)(void *arg), void *arg) MUST_CHECK;

/* How many threads of thread_start() and thread_start_detached() run now. */
unsigned thread_count(void);

#endif
