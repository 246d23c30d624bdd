/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op_queue: gives what is to be done in a placement group to one thread at a time, in order, and different
 * groups to different threads.
 *
 * A lane is one group's place: its lock is held while its items run. An item whose lane is idle may run at
 * once on the thread that brings it (no hop); else it queues, and a thread of the lane's shard takes it.
 * Locks: the lane's (rank of the user's), then the shard's. Threads: any may submit.
 */
#ifndef CEPH_OSD_OP_QUEUE_H
#define CEPH_OSD_OP_QUEUE_H

#include <stdbool.h>

#include "common/compiler.h"
#include "common/list.h"
#include "common/mutex.h"

struct op_queue;
struct op_shard;

/* An entry; embedded in what is queued. Not moved while queued. */
struct op_lane {
    struct mutex *lock; /* the user's */
    struct op_shard *shard;
    struct list items; /* the shard's lock */
    struct list ready; /* the shard's lock: place among lanes with items */
};

struct op_queue_ops {
    /* Runs an item with the lane's lock held. */
    void (*run)(void *arg, struct op_lane *lane, struct list *item);
    /* After a few items, or the last: unlocks the lane (and may do first what has to wait for that). */
    void (*unlock)(void *arg, struct op_lane *lane);
    /* Keeps the lane alive while a thread works on it. */
    void (*get)(void *arg, struct op_lane *lane);
    void (*put)(void *arg, struct op_lane *lane);
};

struct op_queue *op_queue_create(unsigned shards, unsigned threads_per_shard, const struct op_queue_ops *ops,
                                 void *arg);
/* Runs what is queued and ends the threads; nothing may be submitted any more. */
void op_queue_free(struct op_queue *q);

void op_lane_init(struct op_queue *q, struct op_lane *lane, struct mutex *lock, unsigned hash);

/* at_once: whether it may run here when nobody is before it. The caller holds no lock of a lane. */
void op_queue_submit(struct op_queue *q, struct op_lane *lane, struct list *item, bool at_once);
/* With the lane's lock held: puts it behind what is queued. */
void op_queue_requeue(struct op_queue *q, struct op_lane *lane, struct list *item);
/* Takes everything that is queued in the lane, whose lock is held. */
void op_queue_take_all(struct op_queue *q, struct op_lane *lane, struct list *out);

#endif
