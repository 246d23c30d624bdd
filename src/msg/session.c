/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/session.h"

#include <assert.h>

void session_init(struct session *s, bool lossy, void (*release)(struct session_item *item))
{
    *s = (struct session){.release = release, .lossy = lossy};
    list_init(&s->requeued);
    list_init(&s->queued);
    list_init(&s->levels);
    list_init(&s->sent);
}

void session_destroy(struct session *s)
{
    session_drop_all(s);
}

static void unlink_queued(struct session *s, struct session_item *item)
{
    list_remove(&item->link);
    list_remove(&item->level);
    s->queued_count--;
    s->queued_bytes -= item->cost;
}

static void unlink_sent(struct session *s, struct session_item *item)
{
    list_remove(&item->link);
    s->sent_count--;
    s->sent_bytes -= item->cost;
}

void session_queue(struct session *s, struct session_item *item)
{
    struct list *level = s->levels.next; /* the first whose priority is not above ours */
    struct list *behind = &s->queued;    /* what item is queued behind */

    for (; level != &s->levels; level = level->next) {
        struct session_item *last = list_entry(level, struct session_item, level);
        if (last->priority < item->priority)
            break;
        behind = &last->link;
        if (last->priority == item->priority) {
            level = level->next;
            list_remove(&last->level);
            break;
        }
    }
    item->seq = 0;
    list_insert_before(level, &item->level);
    list_insert_before(behind->next, &item->link);
    s->queued_count++;
    s->queued_bytes += item->cost;
}

struct session_item *session_take(struct session *s)
{
    struct list *from = list_empty(&s->requeued) ? &s->queued : &s->requeued;
    struct session_item *item;

    if (list_empty(from))
        return NULL;
    item = list_first(from, struct session_item, link);
    unlink_queued(s, item);
    if (item->seq == 0)
        item->seq = s->out_seq + 1;
    assert(item->seq > s->out_seq);
    s->out_seq = item->seq;
    if (!s->lossy) {
        list_add_tail(&s->sent, &item->link);
        s->sent_count++;
        s->sent_bytes += item->cost;
    }
    return item;
}

unsigned session_acked(struct session *s, uint64_t seq)
{
    unsigned n = 0;

    while (!list_empty(&s->sent)) {
        struct session_item *item = list_first(&s->sent, struct session_item, link);
        if (item->seq > seq)
            break;
        unlink_sent(s, item);
        s->release(item);
        n++;
    }
    return n;
}

enum session_receipt session_received(struct session *s, uint64_t seq)
{
    uint64_t before = s->in_seq;

    if (seq <= before)
        return SESSION_OLD;
    s->in_seq = seq;
    s->established = true;
    return seq == before + 1 ? SESSION_NEXT : SESSION_GAP;
}

bool session_take_ack(struct session *s, uint64_t *seq)
{
    if (s->lossy || s->in_seq <= s->in_seq_acked)
        return false;
    *seq = s->in_seq_acked = s->in_seq;
    return true;
}

unsigned session_requeue_sent(struct session *s)
{
    unsigned n = (unsigned)s->sent_count;

    if (n == 0)
        return 0;
    s->out_seq = list_first(&s->sent, struct session_item, link)->seq - 1;
    s->queued_count += s->sent_count;
    s->queued_bytes += s->sent_bytes;
    s->sent_count = s->sent_bytes = 0;
    /* What was requeued before and not sent again since comes after what was: its seqs are higher. */
    list_splice_tail(&s->sent, &s->requeued);
    list_splice_tail(&s->requeued, &s->sent);
    return n;
}

unsigned session_peer_has(struct session *s, uint64_t peer_in_seq)
{
    unsigned n = 0;

    while (!list_empty(&s->requeued)) {
        struct session_item *item = list_first(&s->requeued, struct session_item, link);
        if (item->seq > peer_in_seq)
            break;
        s->out_seq = item->seq;
        unlink_queued(s, item);
        s->release(item);
        n++;
    }
    /* The peer would take anything up to its number for a repeat. */
    if (list_empty(&s->requeued) && s->out_seq < peer_in_seq && peer_in_seq <= SESSION_SEQ_MAX)
        s->out_seq = peer_in_seq;
    return n;
}

void session_opened(struct session *s, uint32_t connect_seq, uint32_t peer_global_seq, bool in_seq_told)
{
    s->connect_seq = connect_seq;
    s->peer_global_seq = peer_global_seq;
    s->in_seq_acked = in_seq_told ? s->in_seq : 0;
}

bool session_reset(struct session *s, uint64_t out_seq)
{
    bool lost = s->established;

    s->connect_seq = 0;
    s->in_seq = s->in_seq_acked = 0;
    s->established = false;
    if (lost) {
        session_drop_all(s);
        s->out_seq = out_seq;
    } else {
        session_requeue_sent(s);
    }
    return lost;
}

void session_peer_restarted(struct session *s)
{
    session_requeue_sent(s);
    s->in_seq = s->in_seq_acked = 0;
    s->established = false;
}

static void release_list(struct session *s, struct list *l)
{
    while (!list_empty(l)) {
        struct session_item *item = list_first(l, struct session_item, link);
        list_remove(&item->link);
        list_remove(&item->level);
        s->release(item);
    }
}

void session_drop_all(struct session *s)
{
    release_list(s, &s->sent);
    release_list(s, &s->requeued);
    release_list(s, &s->queued);
    s->queued_count = s->queued_bytes = 0;
    s->sent_count = s->sent_bytes = 0;
}
