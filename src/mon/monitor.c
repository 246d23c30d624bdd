/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/monitor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "mon/auth_monitor.h"
#include "mon/config_monitor.h"
#include "mon/health_monitor.h"
#include "mon/log_monitor.h"
#include "mon/mgr_monitor.h"
#include "mon/mon_metadata.h"
#include "mon/mon_perf.h"
#include "mon/monmap_monitor.h"
#include "mon/osd_monitor.h"

static struct paxos_service *(*const service_create[MON_SERVICES])(struct monitor *mon) = {
    [MON_SERVICE_MONMAP] = monmap_monitor_create, [MON_SERVICE_AUTH] = auth_monitor_create,
    [MON_SERVICE_LOG] = log_monitor_create,       [MON_SERVICE_OSD] = osd_monitor_create,
    [MON_SERVICE_MGR] = mgr_monitor_create,       [MON_SERVICE_CONFIG] = config_monitor_create,
    [MON_SERVICE_HEALTH] = health_monitor_create,
};

/* ---- the lock and what follows from its release ---- */

void monitor_lock(struct monitor *mon)
{
    mutex_lock(&mon->lock);
}

/* Proposes what is due, and arms the timer for what will be. */
static void propose_due(struct monitor *mon)
{
    uint64_t now = clock_monotonic_ns(), next = 0;

    for (int i = 0; i < MON_SERVICES; i++) {
        uint64_t at = paxos_service_maybe_propose(mon->services[i], now);
        if (at && (!next || at < next))
            next = at;
    }
    if (next && mon->timer && timer_thread_arm(mon->timer, &mon->propose, next))
        derr(mon, "no memory to arm a timer: a proposal waits for the next message");
}

void monitor_unlock(struct monitor *mon)
{
    if (!mon->stopping)
        propose_due(mon);
    mutex_unlock(&mon->lock);
}

void monitor_fatal(struct monitor *mon, int r, const char *line)
{
    mutex_assert_mine(&mon->lock);
    derr(mon, "mon.%s cannot go on: %s (%s)", mon->store.name, line, strerror(-r));
    if (!mon->failed && mon->ended)
        mon->ended(mon->ended_arg);
    mon->failed = mon->stopping = true;
}

void monitor_refresh_services(struct monitor *mon)
{
    for (int i = 0; i < MON_SERVICES; i++)
        paxos_service_refresh(mon->services[i]);
}

/* After a commit: answers what waited for it, and runs again what waited to write. */
void monitor_run_woken(struct monitor *mon)
{
    for (int i = 0; i < MON_SERVICES; i++)
        paxos_service_finish(mon->services[i], &mon->woken);
    while (!list_empty(&mon->woken)) {
        struct mon_op *op = list_first(&mon->woken, struct mon_op, entry);
        list_remove(&op->entry);
        op->run(op);
    }
    propose_due(mon);
}

/* ---- timers ---- */

static void end_silent_sessions(struct monitor *mon)
{
    uint64_t now = clock_monotonic_ns();
    uint64_t timeout = conf_seconds_ns(mon->conf, OPT_mon_session_timeout);

    list_for_each_safe(s, &mon->sessions.all, struct mon_session, entry) {
        uint64_t heard = s->renewed_ns, keepalive;
        char name[ENTITY_NAME_MAX];
        if (!s->con || s->name.type == ENTITY_TYPE_MON)
            continue;
        keepalive = connection_last_keepalive_ns(s->con);
        if (keepalive > heard)
            heard = keepalive;
        if (now < heard || now - heard < timeout)
            continue;
        dout(mon, 0, "%s said nothing for %llu s: ending its session", entity_name_print(&s->name, name),
             (unsigned long long)((now - heard) / NSEC_PER_SEC));
        perf_inc(mon->perf, MON_PERF_SESSION_TRIM);
        connection_mark_down(s->con);
        mon_session_close(s);
    }
}

static void on_tick(void *arg)
{
    struct monitor *mon = arg;
    uint64_t interval = conf_seconds_ns(mon->conf, OPT_mon_tick_interval);

    monitor_lock(mon);
    if (!mon->stopping) {
        end_silent_sessions(mon);
        for (int i = 0; i < MON_SERVICES; i++)
            if (mon->services[i]->ops->tick)
                mon->services[i]->ops->tick(mon->services[i]);
        if (timer_thread_arm(mon->timer, &mon->tick, clock_monotonic_ns() + interval))
            monitor_fatal(mon, -ENOMEM, "no memory to arm a timer");
    }
    monitor_unlock(mon);
}

static void on_propose(void *arg)
{
    struct monitor *mon = arg;

    monitor_lock(mon);
    monitor_unlock(mon);
}

/* ---- life ---- */

static int load_services(struct monitor *mon, char *err, size_t err_size)
{
    int r = 0;

    for (int i = 0; i < MON_SERVICES && r == 0; i++) {
        mon->services[i] = service_create[i](mon);
        if (!mon->services[i])
            r = -ENOMEM;
    }
    if (r)
        snprintf(err, err_size, "no memory for the monitor's services");
    for (int i = 0; i < MON_SERVICES && r == 0; i++) {
        struct paxos_service *s = mon->services[i];
        r = paxos_service_load(s);
        if (r == 0)
            mon_committer_drain(&mon->committer);
        if (r == 0 && mon->stopping)
            r = -EIO;
        if (r)
            snprintf(err, err_size, "%s: service %s cannot start: %s", mon->store.path, s->ops->name,
                     strerror(-r));
    }
    return r;
}

/* The number that a quorum would agree on; even when one stands. */
static int next_election_epoch(struct monitor *mon, char *err, size_t err_size)
{
    uint64_t epoch = mon_store_get_u64(&mon->store, "monitor", "election_epoch");
    struct kv_batch tx;
    int r;

    epoch = epoch ? epoch + 2 : 3;
    kv_batch_init(&tx);
    mon_tx_put_u64(&tx, "monitor", "election_epoch", epoch);
    r = mon_store_apply(&mon->store, &tx, err, err_size);
    kv_batch_destroy(&tx);
    mon->election_epoch = (uint32_t)epoch;
    mon->leader_since_ns = clock_monotonic_ns();
    return r;
}

static int find_rank(struct monitor *mon, char *err, size_t err_size)
{
    const struct monmap *map = monitor_monmap(mon);
    int rank = monmap_find(map, mon->store.name);

    if (rank < 0) {
        snprintf(err, err_size, "mon.%s is not in the monmap (epoch %u)", mon->store.name, map->epoch);
        return -ENOENT;
    }
    if (map->count != 1) {
        snprintf(err, err_size, "the monmap has %u monitors; this ceph-mon works alone", map->count);
        return -EOPNOTSUPP;
    }
    mon->rank = (unsigned)rank;
    return 0;
}

int monitor_create(struct monitor **out, struct conf *conf, struct mon_store *store, char *err,
                   size_t err_size)
{
    struct monitor *mon = calloc(1, sizeof(*mon));
    int r;

    if (!mon) {
        snprintf(err, err_size, "no memory");
        return -ENOMEM;
    }
    mon->conf = conf;
    mon->store = *store;
    memset(store, 0, sizeof(*store));
    mutex_init(&mon->lock, "monitor", LOCK_RANK_DAEMON);
    list_init(&mon->woken);
    mon_sessions_init(&mon->sessions);
    mon_committer_init(&mon->committer, mon);
    timer_event_init(&mon->tick, on_tick, mon);
    timer_event_init(&mon->propose, on_propose, mon);

    mon->perf = mon_perf_create();
    if (!mon->perf) {
        monitor_destroy(mon);
        snprintf(err, err_size, "no memory");
        return -ENOMEM;
    }
    mon->sessions.perf = mon->perf;
    monitor_lock(mon);
    mon->metadata = mon_metadata_collect();
    r = next_election_epoch(mon, err, err_size);
    if (r == 0)
        r = load_services(mon, err, err_size);
    if (r == 0)
        r = find_rank(mon, err, err_size);
    if (r == 0) {
        monitor_clog(mon, LOG_ENTRY_INFO, "cluster", "mon.%s is new leader, mons %s in quorum (ranks %u)",
                     mon->store.name, mon->store.name, mon->rank);
        *out = mon;
    }
    mutex_unlock(&mon->lock);
    if (r)
        monitor_destroy(mon);
    return r;
}

void monitor_destroy(struct monitor *mon)
{
    if (!mon)
        return;
    mutex_lock(&mon->lock);
    list_for_each_safe(op, &mon->woken, struct mon_op, entry)
        mon_op_free(op);
    for (int i = MON_SERVICES - 1; i >= 0; i--)
        if (mon->services[i])
            mon->services[i]->ops->destroy(mon->services[i]);
    mon_sessions_destroy(&mon->sessions);
    mutex_unlock(&mon->lock);
    mon_store_close(&mon->store);
    json_decref(mon->metadata);
    perf_counters_free(mon->perf);
    mutex_destroy(&mon->lock);
    free(mon);
}

int monitor_start(struct monitor *mon)
{
    int r;

    mon->timer = timer_thread_create("mon_timer");
    if (!mon->timer)
        return -ENOMEM;
    monitor_lock(mon);
    r = mon_committer_start(&mon->committer);
    if (r == 0)
        r = timer_thread_arm(mon->timer, &mon->tick, clock_monotonic_ns());
    monitor_unlock(mon);
    return r;
}

bool monitor_shutdown(struct monitor *mon)
{
    bool failed;

    mutex_lock(&mon->lock);
    for (int i = 0; i < MON_SERVICES && !mon->failed; i++)
        paxos_service_maybe_propose(mon->services[i], UINT64_MAX);
    mon->stopping = true;
    mutex_unlock(&mon->lock);
    mon_committer_stop(&mon->committer);
    if (mon->timer)
        timer_thread_free(mon->timer);
    mutex_lock(&mon->lock);
    mon->timer = NULL;
    mon_committer_drain(&mon->committer); /* there was no thread to do it */
    mon_sessions_destroy(&mon->sessions);
    failed = mon->failed;
    mutex_unlock(&mon->lock);
    return !failed;
}

/* ---- small answers ---- */

void monitor_clog(struct monitor *mon, enum log_entry_priority priority, const char *channel, const char *fmt,
                  ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    log_monitor_add_own(mon, priority, channel, text);
}

const struct monmap *monitor_monmap(const struct monitor *mon)
{
    return monmap_monitor_map(mon->services[MON_SERVICE_MONMAP]);
}

const struct entity_addrvec *monitor_addrs(const struct monitor *mon)
{
    return &monitor_monmap(mon)->mons[mon->rank].addrs;
}
