/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * monitor: keeps the cluster's maps, configuration and log, and hands them to whoever subscribes.
 *
 *     monitor_create(&mon, conf, &store, err, ...);      reads the store; a new one gets its first versions
 *     monitor_attach(mon, messenger); monitor_start(mon);   serves
 *     ... until the program has enough, or mon->ended() says that the monitor cannot go on
 *     messenger_shutdown(messenger); monitor_shutdown(mon); monitor_destroy(mon);
 *
 * One lock guards everything below; messages come on the messenger's dispatch thread, commits are finished on
 * the committer's, ticks on the timer's. After a piece of work under the lock monitor_unlock() proposes what
 * became due. Errors: negative errno, with a line in err where there is one.
 * See: doc/architecture.md, "The monitor".
 */
#ifndef CEPH_MON_MONITOR_H
#define CEPH_MON_MONITOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/mutex.h"
#include "common/timer.h"
#include "maps/monmap.h"
#include "messages/m_log.h"
#include "mon/mon_committer.h"
#include "mon/mon_session.h"
#include "mon/mon_store.h"
#include "mon/paxos_service.h"
#include "msg/messenger.h"

struct admin_socket;
struct conf;

/* In the order of loading: later ones may look at earlier ones. */
enum mon_service {
    MON_SERVICE_MONMAP,
    MON_SERVICE_AUTH,
    MON_SERVICE_LOG,
    MON_SERVICE_OSD,
    MON_SERVICE_MGR,
    MON_SERVICE_CONFIG,
    MON_SERVICE_HEALTH,
    MON_SERVICES
};

struct monitor {
    /* fixed after monitor_create() */
    struct conf *conf;
    struct mon_store store;
    struct paxos_service *services[MON_SERVICES];
    json_t *metadata;          /* of this monitor */
    struct admin_socket *asok; /* borrowed; NULL: none */
    unsigned rank;
    struct perf_counters *perf; /* see mon_perf.h */
    /* fixed after monitor_start() */
    void (*ended)(void *arg); /* called once after a fatal error, with the lock held; NULL: nobody asks */
    void *ended_arg;
    struct messenger *messenger; /* NULL: not serving */
    struct timer_thread *timer;

    struct mutex lock; /* everything below */
    bool stopping;     /* no more work is taken */
    bool failed;       /* a fatal error was met */
    struct mon_committer committer;
    struct mon_sessions sessions;
    struct list woken; /* ops to run again */
    struct timer_event tick, propose;
    uint32_t election_epoch;
    uint64_t leader_since_ns; /* monotonic */
};

/* Takes the store over. */
int monitor_create(struct monitor **out, struct conf *conf, struct mon_store *store, char *err,
                   size_t err_size) MUST_CHECK;
void monitor_destroy(struct monitor *mon); /* after monitor_shutdown(); NULL is fine */

/* Adds the monitor to the messenger's dispatchers, before messenger_start(). */
void monitor_attach(struct monitor *mon, struct messenger *m);
/* The policies a monitor has for its peers, likewise. */
void monitor_set_policies(struct messenger *m);
/* Housekeeping and commits run from here on. */
int monitor_start(struct monitor *mon) MUST_CHECK;
/* Commits what is pending, ends sessions; call messenger_shutdown() before. False: it had failed. */
bool monitor_shutdown(struct monitor *mon);

/* ---- under the lock ---- */

void monitor_lock(struct monitor *mon);
void monitor_unlock(struct monitor *mon); /* proposes what is due */
static inline bool monitor_is_stopping(const struct monitor *mon)
{
    return mon->stopping;
}
/* Something that makes going on wrong, such as a full disk: logs line and ends the monitor. */
void monitor_fatal(struct monitor *mon, int r, const char *line);

/* For the committer. */
void monitor_refresh_services(struct monitor *mon);
void monitor_run_woken(struct monitor *mon);

/* Writes an entry of the monitor's own into the cluster log. */
void monitor_clog(struct monitor *mon, enum log_entry_priority priority, const char *channel, const char *fmt,
                  ...) PRINTF_LIKE(4, 5);

/* Who and where the monitor is. Borrowed. */
const struct monmap *monitor_monmap(const struct monitor *mon);
const struct entity_addrvec *monitor_addrs(const struct monitor *mon);

#endif
