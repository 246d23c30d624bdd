/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_service: the one thread that waits for everything on TCP that is not a served connection: listeners,
 * connections being made, closed sockets that still have bytes to send.
 *
 * Owner: a task is embedded in its user's object; tcp_service_give gives it away, and its free is called on
 * the service's thread once nothing refers to it. Threads: all calls from any thread; ready and free run on
 * the service's thread with no lock held.
 */
#ifndef CEPH_TRANSPORT_TCP_SERVICE_H
#define CEPH_TRANSPORT_TCP_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/list.h"

struct tcp_task {
    /* fixed */
    void (*ready)(struct tcp_task *t, unsigned events); /* of epoll; 0: the deadline has passed */
    void (*free)(struct tcp_task *t);                   /* closes fd if it is not -1 */
    /* the service's thread; others before it is added and after it is quiesced */
    int fd; /* -1: waits for its deadline only */
    /* atomic: ready may look whether it was quiesced from its own callee */
    atomic_bool gone;
    /* the service's lock */
    unsigned events;
    uint64_t deadline_ns; /* UINT64_MAX: none */
    struct list all, timer;
};

int tcp_service_start(void) MUST_CHECK;
/* Ends the thread and frees what tasks are left. */
void tcp_service_stop(void);

/* Sets fd, events and deadline, and starts waiting. */
int tcp_service_add(struct tcp_task *t, int fd, unsigned events, uint64_t deadline_ns) MUST_CHECK;
/* For ready: wait for something else from now on; a deadline that has passed must be set anew. */
void tcp_service_change(struct tcp_task *t, unsigned events, uint64_t deadline_ns);
/* For ready: stops waiting and returns the descriptor, which is the caller's. */
int tcp_service_take_fd(struct tcp_task *t);
/* After this ready is not running (callable from ready itself) and will not run. Returns the descriptor,
 * which is the caller's; -1 when there is none. */
int tcp_service_quiesce(struct tcp_task *t) MUST_CHECK;
/* After quiesce: gives the task away to be freed. */
void tcp_service_give(struct tcp_task *t);

#endif
