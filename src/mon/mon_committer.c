/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_committer.h"

#include <errno.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "mon/mon_perf.h"
#include "mon/monitor.h"

struct proposal {
    struct list entry;
    struct kv_batch tx;
    void (*done)(void *arg, int r);
    void *arg;
};

void mon_committer_init(struct mon_committer *c, struct monitor *mon)
{
    *c = (struct mon_committer){.mon = mon};
    cond_init(&c->wake);
    list_init(&c->proposals);
}

static void finish(struct list *proposals, int r)
{
    list_for_each_safe(p, proposals, struct proposal, entry) {
        list_remove(&p->entry);
        p->done(p->arg, r);
        kv_batch_destroy(&p->tx);
        free(p);
    }
}

void mon_committer_destroy(struct mon_committer *c)
{
    finish(&c->proposals, -ESHUTDOWN);
    cond_destroy(&c->wake);
}

int mon_propose(struct mon_committer *c, struct kv_batch *tx, void (*done)(void *arg, int r), void *arg)
{
    struct proposal *p = kv_batch_error(tx) ? NULL : malloc(sizeof(*p));

    mutex_assert_mine(&c->mon->lock);
    if (!p) {
        kv_batch_clear(tx);
        return -ENOMEM;
    }
    *p = (struct proposal){.tx = *tx, .done = done, .arg = arg};
    kv_batch_init(tx);
    list_add_tail(&c->proposals, &p->entry);
    cond_signal(&c->wake);
    return 0;
}

/* Makes the batch durable without the lock and tells everybody. The monitor's lock is held before and after.
 */
static void commit(struct mon_committer *c)
{
    struct list batch;
    struct kv_batch all;
    char err[512];
    uint64_t start = clock_monotonic_ns();
    int r;

    list_init(&batch);
    list_splice_tail(&batch, &c->proposals);
    kv_batch_init(&all);
    if (c->mon->failed) { /* a commit has failed: what was built on it must not follow */
        finish(&batch, -ESHUTDOWN);
        return;
    }
    list_for_each(p, &batch, struct proposal, entry)
        kv_batch_append(&all, &p->tx);
    mutex_unlock(&c->mon->lock);
    r = mon_store_apply(&c->mon->store, &all, err, sizeof(err));
    mutex_lock(&c->mon->lock);
    dout(paxos, 5, "committed %u changes, %zu bytes: %d", all.count, kv_batch_bytes(&all), r);
    perf_inc(c->mon->perf, MON_PERF_COMMIT);
    perf_add(c->mon->perf, MON_PERF_COMMIT_BYTES, kv_batch_bytes(&all));
    perf_add_ns(c->mon->perf, MON_PERF_COMMIT_LATENCY, clock_monotonic_ns() - start);
    kv_batch_destroy(&all);
    if (r)
        monitor_fatal(c->mon, r, err);
    else
        monitor_refresh_services(c->mon);
    finish(&batch, r);
    if (r == 0)
        monitor_run_woken(c->mon);
}

void mon_committer_drain(struct mon_committer *c)
{
    while (!list_empty(&c->proposals))
        commit(c);
}

static void *run(void *arg)
{
    struct mon_committer *c = arg;

    mutex_lock(&c->mon->lock);
    for (;;) {
        if (!list_empty(&c->proposals)) {
            commit(c);
        } else if (c->stopping) {
            break;
        } else {
            cond_wait(&c->wake, &c->mon->lock);
        }
    }
    mutex_unlock(&c->mon->lock);
    return NULL;
}

int mon_committer_start(struct mon_committer *c)
{
    int r;

    mutex_assert_mine(&c->mon->lock);
    c->stopping = false;
    r = thread_start(&c->thread, "mon_commit", run, c);
    c->running = r == 0;
    return r;
}

void mon_committer_stop(struct mon_committer *c)
{
    mutex_lock(&c->mon->lock);
    if (!c->running) {
        mutex_unlock(&c->mon->lock);
        return;
    }
    c->stopping = true;
    cond_signal(&c->wake);
    mutex_unlock(&c->mon->lock);
    thread_join(&c->thread);
    c->running = false;
}
