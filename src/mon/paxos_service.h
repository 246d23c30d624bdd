/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paxos_service: base of the monitor's services: each owns a sequence of versions of its state.
 *
 * A service has its committed state, read from the store, and pending changes, which become the next version
 * when proposed. While a proposal is on its way the service is not writable: ops that want to change it wait
 * and are run again. All ops that changed the pending state before it is proposed share one commit.
 *
 * The handler of a change looks like this:
 *     if (!paxos_service_writable(s))
 *         return paxos_service_wait_writable(s, op);
 *     ... check, change the pending state ...
 *     return paxos_service_commit(s, op);          answered with op->result after the commit
 *
 * Locks: the monitor's, for everything.
 */
#ifndef CEPH_MON_PAXOS_SERVICE_H
#define CEPH_MON_PAXOS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/list.h"
#include "kv/kv_batch.h"
#include "mon/mon_op.h"

struct health_checks;
struct paxos_service;

/* All are called with the monitor's lock. Those marked ? may be NULL. */
struct paxos_service_ops {
    const char *name; /* the prefix in the store */
    /* Fills the pending state of the first version, in a store that has none. */
    int (*create_initial)(struct paxos_service *s);
    /* Reads the state of version s->last_committed; the pending state starts afresh from it. */
    int (*update_from_store)(struct paxos_service *s);
    /* Writes the pending state as version s->last_committed + 1. */
    void (*encode_pending)(struct paxos_service *s, struct kv_batch *tx);
    void (*updated)(struct paxos_service *s);     /* ? a new version is there: tell subscribers */
    void (*tick)(struct paxos_service *s);        /* ? every mon_tick_interval */
    uint64_t (*trim_to)(struct paxos_service *s); /* ? the oldest version to keep */
    /* ? the keys of its own that go with versions from..to-1 */
    void (*trim)(struct paxos_service *s, struct kv_batch *tx, uint64_t from, uint64_t to);
    void (*health)(struct paxos_service *s, struct health_checks *checks); /* ? what is wrong */
    void (*destroy)(struct paxos_service *s);
};

struct paxos_service {
    const struct paxos_service_ops *ops; /* fixed */
    struct monitor *mon;                 /* fixed */
    uint64_t first_committed, last_committed;
    bool proposing;
    bool pending_changed;         /* there is something to propose */
    uint64_t propose_at_ns;       /* monotonic; 0: nothing to propose */
    struct list waiting_commit;   /* ops whose change is pending */
    struct list in_commit;        /* ops whose change was proposed */
    struct list waiting_writable; /* ops */
};

void paxos_service_init(struct paxos_service *s, const struct paxos_service_ops *ops, struct monitor *mon);
/* Drops the waiting ops. */
void paxos_service_destroy(struct paxos_service *s);

/* At start: reads the newest version; where there is none proposes the first (drain the committer then). */
int paxos_service_load(struct paxos_service *s) MUST_CHECK;

static inline bool paxos_service_writable(const struct paxos_service *s)
{
    return !s->proposing;
}
/* Runs the op again as soon as the service is writable. Returns MON_OP_WAITS. */
int paxos_service_wait_writable(struct paxos_service *s, struct mon_op *op);
/* The pending state was changed for op: proposes soon, and ends op after the commit. MON_OP_WAITS. */
int paxos_service_commit(struct paxos_service *s, struct mon_op *op);
/* As commit, but the proposal may wait delay_ns for more to come. op may be NULL. */
int paxos_service_commit_within(struct paxos_service *s, struct mon_op *op, uint64_t delay_ns);

/* ---- for the monitor ---- */

/* Proposes if it is time; returns when it will be time (0: nothing to propose). */
uint64_t paxos_service_maybe_propose(struct paxos_service *s, uint64_t now_ns);
/* The store may have a newer version: takes it up. */
void paxos_service_refresh(struct paxos_service *s);
/* Ends what waited for the commit that is done, and moves what waited for writing into woken. */
void paxos_service_finish(struct paxos_service *s, struct list *woken);

#endif
