/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * priority_queue: messages that wait, in the order in which they are to be dispatched.
 *
 * From MESSAGE_PRIO_LOW on the highest priority goes first, always. Those below share what is left in
 * proportion to their priorities: a message costs its bytes, at least ms_pq_min_cost, and whoever waits is
 * given tokens for what others spend, at most ms_pq_max_tokens_per_priority. Messages of one priority go in
 * order.
 *
 * Threads: none of its own; the user's lock guards it. Ownership: a message's reference is the queue's while
 * it waits. See: src/test/unit/msg/test_priority_queue.c.
 */
#ifndef CEPH_MSG_PRIORITY_QUEUE_H
#define CEPH_MSG_PRIORITY_QUEUE_H

#include <stdint.h>

#include "common/list.h"
#include "msg/message.h"

#define PRIORITY_QUEUE_PRIORITIES (MESSAGE_PRIO_HIGHEST + 1)
#define PRIORITY_QUEUE_WORDS      (PRIORITY_QUEUE_PRIORITIES / 64)

struct priority_queue {
    uint64_t max_tokens, min_cost;                   /* fixed */
    struct list messages[PRIORITY_QUEUE_PRIORITIES]; /* of struct message */
    uint64_t nonempty[PRIORITY_QUEUE_WORDS];         /* one bit for each list */
    uint64_t tokens[MESSAGE_PRIO_LOW];
    unsigned length;
};

void priority_queue_init(struct priority_queue *q, uint64_t max_tokens, uint64_t min_cost);
void priority_queue_push(struct priority_queue *q, struct message *m);
/* The next one; NULL: empty. */
struct message *priority_queue_pop(struct priority_queue *q);
/* Moves what came by con to the tail of out. */
void priority_queue_take(struct priority_queue *q, const struct connection *con, struct list *out);

#endif
