/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe_throttle: holds a reader back before memory grows: the policy's message count, the policy's bytes,
 * then the messenger's dispatch bytes. What was taken goes with the message and is given back when that is
 * freed.
 */
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

#define STAGES 3

static struct throttle *throttle_of(const struct connection *c, unsigned stage)
{
    struct throttle *const all[STAGES] = {c->policy.throttle_messages, c->policy.throttle_bytes,
                                          c->messenger->dispatch_throttle};
    return all[stage];
}

static uint64_t amount_of(uint32_t bytes, unsigned stage)
{
    return stage == 0 ? 1 : bytes;
}

static void give_back(const struct connection *c, unsigned stages, uint32_t bytes)
{
    for (unsigned i = 0; i < stages; i++)
        if (throttle_of(c, i))
            throttle_give(throttle_of(c, i), amount_of(bytes, i));
}

/* Any thread: the amount that we waited for has been taken for us. */
static void room(struct throttle_waiter *w)
{
    struct pipe *p = CONTAINER_OF(w, struct pipe, throttle.waiter);

    pipe_ask(p, PIPE_TODO_RESUME);
    pipe_put(p);
}

void pipe_throttle_init(struct pipe *p)
{
    throttle_waiter_init(&p->throttle.waiter, room);
}

bool pipe_throttle_take(struct pipe *p, const struct msgr_v1_header *h)
{
    struct pipe_throttle *pt = &p->throttle;

    pt->bytes = h->front_len + h->middle_len + h->data_len;
    for (; pt->stage < STAGES; pt->stage++) {
        struct throttle *t = throttle_of(p->con, pt->stage);
        if (!t)
            continue;
        pipe_get(p);
        if (!throttle_take_or_wait(t, amount_of(pt->bytes, pt->stage), &pt->waiter)) {
            pt->waiting = true;
            return false;
        }
        pipe_put(p);
    }
    return true;
}

static void give_back_taken(struct pipe *p)
{
    give_back(p->con, p->throttle.stage, p->throttle.bytes);
    p->throttle.stage = 0;
}

void pipe_throttle_resumed(struct pipe *p)
{
    if (!p->throttle.waiting)
        return;
    p->throttle.waiting = false;
    p->throttle.stage++;
    if (p->state == PIPE_CLOSED)
        give_back_taken(p);
}

void pipe_throttle_close(struct pipe *p)
{
    if (p->throttle.waiting) {
        if (!throttle_cancel(&p->throttle.waiter))
            return; /* it was given, and pipe_throttle_resumed() is about to be told */
        p->throttle.waiting = false;
        pipe_put(p);
    }
    if (p->throttle.stage)
        give_back_taken(p);
}

static void unthrottle(struct message *m)
{
    give_back(m->con, STAGES, m->throttled_bytes);
}

void pipe_throttle_hand_over(struct pipe *p, struct message *msg)
{
    msg->throttled_bytes = p->throttle.bytes;
    msg->unthrottle = unthrottle;
    p->throttle.stage = 0;
}
