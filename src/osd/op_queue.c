/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/op_queue.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/thread.h"

enum { BATCH = 16 }; /* items of one lane before others have their turn */

struct op_shard {
    struct mutex lock;
    struct cond work;
    struct list ready; /* lock: lanes with items that no thread has */
    bool stopping;     /* lock */
    struct op_queue *queue;
};

struct op_queue {
    const struct op_queue_ops *ops;
    void *arg;
    struct op_shard *shards;
    struct thread *threads;
    unsigned shard_count, thread_count;
};

static struct list *take_item(struct op_lane *lane)
{
    struct list *item = NULL;

    mutex_lock(&lane->shard->lock);
    if (!list_empty(&lane->items)) {
        item = lane->items.next;
        list_remove(item);
    }
    mutex_unlock(&lane->shard->lock);
    return item;
}

/* Some items of a lane that was taken off the list. */
static void work_on(struct op_queue *q, struct op_lane *lane)
{
    struct list *item;

    mutex_lock(lane->lock);
    for (unsigned i = 0; i < BATCH && (item = take_item(lane)); i++)
        q->ops->run(q->arg, lane, item);
    q->ops->unlock(q->arg, lane);

    mutex_lock(&lane->shard->lock);
    if (!list_empty(&lane->items) && list_empty(&lane->ready)) {
        q->ops->get(q->arg, lane);
        list_add_tail(&lane->shard->ready, &lane->ready);
        cond_signal(&lane->shard->work);
    }
    mutex_unlock(&lane->shard->lock);
    q->ops->put(q->arg, lane);
}

static void *shard_run(void *arg)
{
    struct op_shard *s = arg;

    mutex_lock(&s->lock);
    for (;;) {
        while (list_empty(&s->ready) && !s->stopping)
            cond_wait(&s->work, &s->lock);
        if (list_empty(&s->ready))
            break;
        struct op_lane *lane = list_first(&s->ready, struct op_lane, ready);
        list_remove(&lane->ready);
        mutex_unlock(&s->lock);
        work_on(s->queue, lane);
        mutex_lock(&s->lock);
    }
    mutex_unlock(&s->lock);
    return NULL;
}

void op_queue_free(struct op_queue *q)
{
    if (!q)
        return;
    for (unsigned i = 0; i < q->shard_count; i++) {
        mutex_lock(&q->shards[i].lock);
        q->shards[i].stopping = true;
        cond_broadcast(&q->shards[i].work);
        mutex_unlock(&q->shards[i].lock);
    }
    for (unsigned i = 0; i < q->thread_count; i++)
        thread_join(&q->threads[i]);
    for (unsigned i = 0; i < q->shard_count; i++) {
        cond_destroy(&q->shards[i].work);
        mutex_destroy(&q->shards[i].lock);
    }
    free(q->shards);
    free(q->threads);
    free(q);
}

struct op_queue *op_queue_create(unsigned shards, unsigned threads_per_shard, const struct op_queue_ops *ops,
                                 void *arg)
{
    struct op_queue *q = calloc(1, sizeof(*q));
    char name[32];

    if (!q)
        return NULL;
    q->ops = ops;
    q->arg = arg;
    q->shards = calloc(shards, sizeof(*q->shards));
    q->threads = calloc((size_t)shards * threads_per_shard, sizeof(*q->threads));
    if (!q->shards || !q->threads) {
        op_queue_free(q);
        return NULL;
    }
    for (unsigned i = 0; i < shards; i++) {
        mutex_init(&q->shards[i].lock, "op_shard", LOCK_RANK_OP_SHARD);
        cond_init(&q->shards[i].work);
        list_init(&q->shards[i].ready);
        q->shards[i].queue = q;
        q->shard_count++;
    }
    for (unsigned i = 0; i < shards * threads_per_shard; i++) {
        snprintf(name, sizeof(name), "osd_op_%u", i);
        if (thread_start(&q->threads[i], name, shard_run, &q->shards[i % shards])) {
            op_queue_free(q);
            return NULL;
        }
        q->thread_count++;
    }
    return q;
}

void op_lane_init(struct op_queue *q, struct op_lane *lane, struct mutex *lock, unsigned hash)
{
    lane->lock = lock;
    lane->shard = &q->shards[hash % q->shard_count];
    list_init(&lane->items);
    list_init(&lane->ready);
}

static bool is_idle(struct op_lane *lane)
{
    bool idle;

    mutex_lock(&lane->shard->lock);
    idle = list_empty(&lane->items);
    mutex_unlock(&lane->shard->lock);
    return idle;
}

void op_queue_requeue(struct op_queue *q, struct op_lane *lane, struct list *item)
{
    struct op_shard *s = lane->shard;

    mutex_lock(&s->lock);
    list_add_tail(&lane->items, item);
    if (list_empty(&lane->ready)) {
        q->ops->get(q->arg, lane);
        list_add_tail(&s->ready, &lane->ready);
        cond_signal(&s->work);
    }
    mutex_unlock(&s->lock);
}

void op_queue_submit(struct op_queue *q, struct op_lane *lane, struct list *item, bool at_once)
{
    if (at_once && mutex_trylock(lane->lock)) {
        if (is_idle(lane)) {
            q->ops->run(q->arg, lane, item);
            q->ops->unlock(q->arg, lane);
            return;
        }
        mutex_unlock(lane->lock);
    }
    op_queue_requeue(q, lane, item);
}

void op_queue_take_all(struct op_queue *q, struct op_lane *lane, struct list *out)
{
    (void)q;
    mutex_lock(&lane->shard->lock);
    list_splice_tail(out, &lane->items);
    mutex_unlock(&lane->shard->lock);
}
