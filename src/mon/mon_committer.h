/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_committer: the one way by which changes get into the monitor's store.
 *
 * mon_propose() takes a transaction; a thread of its own makes what has been proposed meanwhile durable in
 * one go, and then, with the monitor's lock held, lets the services take up their new versions and calls each
 * proposal's done(). A quorum protocol belongs between the two: nothing else knows how a proposal becomes a
 * commit.
 *
 * A commit that fails ends the monitor (monitor_fatal()): what was proposed must not be answered.
 *
 * Owner: the monitor. Locks: the monitor's for all calls but stop.
 */
#ifndef CEPH_MON_MON_COMMITTER_H
#define CEPH_MON_MON_COMMITTER_H

#include "common/list.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "kv/kv_batch.h"

struct monitor;

struct mon_committer {
    struct monitor *mon;    /* fixed */
    struct thread thread;   /* fixed while running */
    bool running, stopping; /* the monitor's lock */
    struct cond wake;       /* proposals, stopping */
    struct list proposals;  /* the monitor's lock */
};

void mon_committer_init(struct mon_committer *c, struct monitor *mon);
void mon_committer_destroy(struct mon_committer *c); /* stopped */
int mon_committer_start(struct mon_committer *c) MUST_CHECK;
/* Commits what was proposed, and ends. Without the monitor's lock. */
void mon_committer_stop(struct mon_committer *c);

/* Takes the batch's bytes and leaves it empty. done runs with the lock held; r: 0 when committed, else the
 * monitor is ending and nobody may be told that it was. -ENOMEM. */
int mon_propose(struct mon_committer *c, struct kv_batch *tx, void (*done)(void *arg, int r),
                void *arg) MUST_CHECK;

/* Commits everything here and now: for monitors that have no thread running (start-up, tests). */
void mon_committer_drain(struct mon_committer *c);

#endif
