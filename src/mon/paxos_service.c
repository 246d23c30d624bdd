/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/paxos_service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "mon/monitor.h"

void paxos_service_init(struct paxos_service *s, const struct paxos_service_ops *ops, struct monitor *mon)
{
    memset(s, 0, sizeof(*s));
    s->ops = ops;
    s->mon = mon;
    list_init(&s->waiting_commit);
    list_init(&s->in_commit);
    list_init(&s->waiting_writable);
}

static void drop_ops(struct list *ops)
{
    list_for_each_safe(op, ops, struct mon_op, entry)
        mon_op_free(op);
}

void paxos_service_destroy(struct paxos_service *s)
{
    drop_ops(&s->waiting_commit);
    drop_ops(&s->in_commit);
    drop_ops(&s->waiting_writable);
}

static void read_range(struct paxos_service *s)
{
    s->first_committed = mon_store_get_u64(&s->mon->store, s->ops->name, "first_committed");
    s->last_committed = mon_store_get_u64(&s->mon->store, s->ops->name, "last_committed");
}

int paxos_service_load(struct paxos_service *s)
{
    int r;

    read_range(s);
    if (s->last_committed)
        return s->ops->update_from_store(s);
    r = s->ops->create_initial(s);
    if (r == 0) {
        paxos_service_commit(s, NULL);
        paxos_service_maybe_propose(s, UINT64_MAX);
    }
    return r;
}

int paxos_service_wait_writable(struct paxos_service *s, struct mon_op *op)
{
    list_add_tail(&s->waiting_writable, &op->entry);
    return MON_OP_WAITS;
}

int paxos_service_commit(struct paxos_service *s, struct mon_op *op)
{
    return paxos_service_commit_within(s, op, 0);
}

int paxos_service_commit_within(struct paxos_service *s, struct mon_op *op, uint64_t delay_ns)
{
    uint64_t at = clock_monotonic_ns() + delay_ns;

    if (op)
        list_add_tail(&s->waiting_commit, &op->entry);
    s->pending_changed = true;
    if (!s->propose_at_ns || at < s->propose_at_ns)
        s->propose_at_ns = at;
    return MON_OP_WAITS;
}

static void proposal_done(void *arg, int r UNUSED)
{
    struct paxos_service *s = arg;

    s->proposing = false;
}

static void propose(struct paxos_service *s)
{
    struct kv_batch tx;
    uint64_t keep_from = s->ops->trim_to ? s->ops->trim_to(s) : 0;

    kv_batch_init(&tx);
    s->ops->encode_pending(s, &tx);
    if (!s->first_committed)
        mon_tx_put_u64(&tx, s->ops->name, "first_committed", s->last_committed + 1);
    if (s->first_committed && keep_from > s->first_committed) {
        mon_tx_trim(&tx, s->ops->name, s->first_committed, keep_from);
        if (s->ops->trim)
            s->ops->trim(s, &tx, s->first_committed, keep_from);
    }
    s->proposing = true;
    s->pending_changed = false;
    s->propose_at_ns = 0;
    list_splice_tail(&s->in_commit, &s->waiting_commit);
    if (mon_propose(&s->mon->committer, &tx, proposal_done, s))
        monitor_fatal(s->mon, -ENOMEM, "no memory for a proposal");
    kv_batch_destroy(&tx);
}

uint64_t paxos_service_maybe_propose(struct paxos_service *s, uint64_t now_ns)
{
    if (s->proposing || !s->pending_changed)
        return 0;
    if (s->propose_at_ns > now_ns)
        return s->propose_at_ns;
    propose(s);
    return 0;
}

void paxos_service_refresh(struct paxos_service *s)
{
    uint64_t had = s->last_committed;
    int r;

    read_range(s);
    if (s->last_committed == had)
        return;
    r = s->ops->update_from_store(s);
    if (r) {
        char line[128];
        snprintf(line, sizeof(line), "%s: version %llu of the store cannot be read: %s", s->ops->name,
                 (unsigned long long)s->last_committed, strerror(-r));
        monitor_fatal(s->mon, r, line);
    } else if (s->ops->updated) {
        s->ops->updated(s);
    }
}

void paxos_service_finish(struct paxos_service *s, struct list *woken)
{
    struct list done;

    if (s->proposing)
        return;
    list_init(&done);
    list_splice_tail(&done, &s->in_commit);
    list_splice_tail(woken, &s->waiting_writable);
    list_for_each_safe(op, &done, struct mon_op, entry) {
        list_remove(&op->entry);
        op->version = s->last_committed;
        if (op->committed)
            op->committed(op);
        else
            mon_op_reply(op, op->result);
    }
}
