/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * worker: a thread that drives many connections of one transport: it waits for sockets, runs tasks that
 * others post to it, and fires timers. A pool is all workers of one transport; the process has one pool for
 * each.
 *
 * Threads: post and wake may be called from any thread; everything else about a worker is for its own thread
 * only, which is what makes a connection single-threaded without a lock.
 * Ownership: handlers, tasks and timers are embedded in objects of the caller's, which keeps them alive while
 * they are registered.
 */
#ifndef CEPH_MSG_WORKER_H
#define CEPH_MSG_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/list.h"
#include "common/timer_heap.h"
#include "transport/transport.h"

struct conf;
struct worker;
struct worker_pool;

struct worker_handler {
    void (*ready)(struct worker_handler *h, unsigned events); /* of enum transport_interest */
};

struct worker_task {
    struct list link;
    void (*run)(struct worker_task *t);
    atomic_bool queued;
};

struct worker_timer {
    void (*fire)(struct worker_timer *t);
    struct timer_node node;
};

/* A reference to the process's pool of this transport; starts it the first time. err as transport->start. */
int worker_pool_get(const struct transport *t, const struct conf *conf, struct worker_pool **out, char *err,
                    size_t err_size) MUST_CHECK;
/* The last put ends the threads: nothing may be registered any more. Not from a worker. */
void worker_pool_put(struct worker_pool *p);
/* The one with the fewest sockets. */
struct worker *worker_pool_pick(struct worker_pool *p);
bool worker_is_current(const struct worker *w);
const struct transport *worker_transport(const struct worker *w);

static inline void worker_task_init(struct worker_task *t, void (*run)(struct worker_task *t))
{
    list_init(&t->link);
    t->run = run;
    atomic_init(&t->queued, false);
}
/* Runs t on the worker soon, once. False: it was waiting to run already, on this worker or another. */
bool worker_post(struct worker *w, struct worker_task *t);

/* ---- on the worker's own thread ---- */

int worker_add_socket(struct worker *w, struct transport_socket *s, unsigned interest,
                      struct worker_handler *h) MUST_CHECK;
void worker_set_interest(struct worker *w, struct transport_socket *s, unsigned interest);
void worker_remove_socket(struct worker *w, struct transport_socket *s);

static inline void worker_timer_init(struct worker_timer *t, void (*fire)(struct worker_timer *t))
{
    *t = (struct worker_timer){.fire = fire};
}
static inline bool worker_timer_is_set(const struct worker_timer *t)
{
    return timer_node_is_set(&t->node);
}
/* Sets or moves it. -ENOMEM leaves it unset. */
int worker_set_timer(struct worker *w, struct worker_timer *t, uint64_t deadline_ns);
void worker_cancel_timer(struct worker *w, struct worker_timer *t);

/* Bytes for reading ahead, the worker's: valid until the handler returns. */
#define WORKER_SCRATCH_LEN (64 * 1024)
uint8_t *worker_scratch(struct worker *w);
/* The time of this pass: when it was asked for first. */
uint64_t worker_now_ns(struct worker *w);

#endif
