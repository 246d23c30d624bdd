/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* helper_thread: starts a named thread of the transport's own, with every signal blocked: librdmacm's
 * internal messages do not survive EINTR, and signals are the program's business anyway. */
#ifndef CEPH_TRANSPORT_HELPER_THREAD_H
#define CEPH_TRANSPORT_HELPER_THREAD_H

#include <pthread.h>

#include "common/compiler.h"

/* name: at most 15 characters, as ps -L and gdb show it. */
int helper_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg) MUST_CHECK;

#endif
