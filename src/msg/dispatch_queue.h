/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dispatch_queue: what waits to be told to a messenger's dispatchers: messages by priority, and connection
 * events.
 *
 * Each queue is served by one thread at a time, so its callbacks never overlap. The threads belong to the
 * process: one is started when a queue has work and none is idle, and there are never more than queues, so a
 * callback that blocks holds up its own queue only. Threads: any may push; stop waits for the running
 * callback.
 */
#ifndef CEPH_MSG_DISPATCH_QUEUE_H
#define CEPH_MSG_DISPATCH_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"

struct connection;
struct message;
struct dispatch_queue;

enum dispatch_event {
    DISPATCH_MESSAGE,
    DISPATCH_CONNECT,
    DISPATCH_ACCEPT,
    DISPATCH_RESET,
    DISPATCH_REMOTE_RESET,
    DISPATCH_REFUSED,
};

/* Tells one event; takes the references of con and m (m only for DISPATCH_MESSAGE). Called with no lock held.
 */
typedef void (*dispatch_fn)(void *arg, enum dispatch_event event, struct connection *con, struct message *m);

/* max_tokens, min_cost: see msg/priority_queue.h. NULL: no memory. */
struct dispatch_queue *dispatch_queue_create(dispatch_fn deliver, void *arg, uint64_t max_tokens,
                                             uint64_t min_cost);
/* Drops what waits and waits until nothing is delivered any more. Later pushes are dropped. Not from a
 * callback. */
void dispatch_queue_stop(struct dispatch_queue *q);
void dispatch_queue_free(struct dispatch_queue *q); /* after stop */

/* Takes the reference of m. */
void dispatch_queue_push_message(struct dispatch_queue *q, struct message *m);
/* Takes the reference of con. Events are told before messages, in order. */
void dispatch_queue_push_event(struct dispatch_queue *q, enum dispatch_event event, struct connection *con);
unsigned dispatch_queue_length(struct dispatch_queue *q);
/* Drops the queued messages that came by con. */
void dispatch_queue_discard(struct dispatch_queue *q, const struct connection *con);

#endif
