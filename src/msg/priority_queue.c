/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/priority_queue.h"

#include <string.h>

void priority_queue_init(struct priority_queue *q, uint64_t max_tokens, uint64_t min_cost)
{
    memset(q, 0, sizeof(*q));
    q->max_tokens = max_tokens;
    q->min_cost = min_cost;
    for (int i = 0; i < PRIORITY_QUEUE_PRIORITIES; i++)
        list_init(&q->messages[i]);
}

void priority_queue_push(struct priority_queue *q, struct message *m)
{
    const int prio = m->priority < PRIORITY_QUEUE_PRIORITIES ? m->priority : MESSAGE_PRIO_HIGHEST;

    list_add_tail(&q->messages[prio], &m->queue_link);
    q->nonempty[prio / 64] |= UINT64_C(1) << (prio % 64);
    q->length++;
}

static struct message *first_of(const struct priority_queue *q, int prio)
{
    return list_first(&q->messages[prio], struct message, queue_link);
}

static void unlink_message(struct priority_queue *q, struct message *m, int prio)
{
    list_remove(&m->queue_link);
    q->length--;
    if (!list_empty(&q->messages[prio]))
        return;
    q->nonempty[prio / 64] &= ~(UINT64_C(1) << (prio % 64));
    if (prio < MESSAGE_PRIO_LOW)
        q->tokens[prio] = 0;
}

static int highest_bit(uint64_t bits)
{
    return 63 - __builtin_clzll(bits);
}

/* ---- below MESSAGE_PRIO_LOW, which is the first word of bits ---- */

_Static_assert(MESSAGE_PRIO_LOW == 64, "those that share are one word");

static uint64_t cost_of(const struct priority_queue *q, const struct message *m)
{
    const uint64_t size = message_size(m), cost = size > q->min_cost ? size : q->min_cost;

    return cost < q->max_tokens ? cost : q->max_tokens;
}

/* The highest that can pay for its first message; the highest of all if none can. */
static int choose_sharer(const struct priority_queue *q)
{
    for (uint64_t bits = q->nonempty[0]; bits;) {
        const int prio = highest_bit(bits);
        if (q->tokens[prio] >= cost_of(q, first_of(q, prio)))
            return prio;
        bits &= ~(UINT64_C(1) << prio);
    }
    return highest_bit(q->nonempty[0]);
}

/* Priority 0 counts as 1: nobody waits for ever. */
static uint64_t weight(int prio)
{
    return (uint64_t)prio + 1;
}

static void hand_out(struct priority_queue *q, uint64_t cost)
{
    uint64_t sum = 0;

    for (uint64_t bits = q->nonempty[0]; bits; bits &= bits - 1)
        sum += weight(__builtin_ctzll(bits));
    for (uint64_t bits = q->nonempty[0]; bits; bits &= bits - 1) {
        const int prio = __builtin_ctzll(bits);
        const uint64_t tokens = q->tokens[prio] + cost * weight(prio) / sum;
        q->tokens[prio] = tokens < q->max_tokens ? tokens : q->max_tokens;
    }
}

static int pay_sharer(struct priority_queue *q)
{
    const int prio = choose_sharer(q);
    const uint64_t cost = cost_of(q, first_of(q, prio));

    q->tokens[prio] -= cost < q->tokens[prio] ? cost : q->tokens[prio];
    hand_out(q, cost);
    return prio;
}

/* ---- all ---- */

struct message *priority_queue_pop(struct priority_queue *q)
{
    struct message *m;
    int prio = -1;

    if (!q->length)
        return NULL;
    for (int w = PRIORITY_QUEUE_WORDS - 1; w > 0 && prio < 0; w--)
        if (q->nonempty[w])
            prio = w * 64 + highest_bit(q->nonempty[w]);
    if (prio < 0)
        prio = pay_sharer(q);
    m = first_of(q, prio);
    unlink_message(q, m, prio);
    return m;
}

void priority_queue_take(struct priority_queue *q, const struct connection *con, struct list *out)
{
    for (int prio = 0; q->length && prio < PRIORITY_QUEUE_PRIORITIES; prio++) {
        list_for_each_safe(m, &q->messages[prio], struct message, queue_link) {
            if (m->con == con) {
                unlink_message(q, m, prio);
                list_add_tail(out, &m->queue_link);
            }
        }
    }
}
