/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_mgr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "messages/m_mgr_map.h"
#include "messages/m_mgr_session.h"
#include "osd/osd_stats.h"

struct osd_mgr {
    struct mutex lock;
    /* lock */
    struct entity_addrvec addrs; /* the active manager's; empty: there is none */
    struct connection *con;      /* reference; NULL: no session */
    bool configured;             /* it has said how often it wants reports */
    bool declared;               /* it knows our counters */
    uint64_t period_ns;
    unsigned threshold; /* priority of counters that it wants */
    uint64_t next_ns;   /* when the next report is due */
    uint64_t seq;
};

int osd_mgr_create(struct osd *osd)
{
    struct osd_mgr *mgr = calloc(1, sizeof(*mgr));

    if (!mgr)
        return -ENOMEM;
    mutex_init(&mgr->lock, "osd_mgr", LOCK_RANK_OSD_TABLES);
    osd->mgr = mgr;
    return 0;
}

void osd_mgr_destroy(struct osd *osd)
{
    struct osd_mgr *mgr = osd->mgr;

    if (!mgr)
        return;
    connection_put(mgr->con);
    entity_addrvec_destroy(&mgr->addrs);
    mutex_destroy(&mgr->lock);
    free(mgr);
    osd->mgr = NULL;
}

/* ---- the session ---- */

static struct message *open_message(const struct osd *osd)
{
    struct m_mgr_open m = {.service_name = strdup("")};

    if (!m.service_name || asprintf(&m.daemon_name, "%d", osd->whoami) < 0) {
        free(m.service_name);
        return NULL;
    }
    return m_mgr_open_message(&m);
}

static void forget_session_locked(struct osd_mgr *mgr)
{
    connection_put(mgr->con);
    mgr->con = NULL;
    mgr->configured = mgr->declared = false;
    mgr->next_ns = 0;
}

static void connect_locked(struct osd *osd, struct osd_mgr *mgr)
{
    struct message *msg = open_message(osd);

    mgr->con = msg ? messenger_get_connection(osd->public, ENTITY_TYPE_MGR, &mgr->addrs) : NULL;
    if (mgr->con)
        connection_send(mgr->con, msg);
    else
        message_put(msg);
}

/* A manager without a name is a monitor of ours, which stands in for one. */
static void handle_map(struct osd *osd, const struct m_mgr_map *map)
{
    struct osd_mgr *mgr = osd->mgr;
    static const struct entity_addrvec nobody;
    bool named = map->available && map->active_name && map->active_name[0];
    const struct entity_addrvec *active = named ? &map->active_addrs : &nobody;

    mutex_lock(&mgr->lock);
    if (!entity_addrvec_equal(&mgr->addrs, active)) {
        if (mgr->con)
            connection_mark_down(mgr->con);
        forget_session_locked(mgr);
        entity_addrvec_destroy(&mgr->addrs);
        if (entity_addrvec_copy(&mgr->addrs, active))
            derr(osd, "no memory to report to manager %s", map->active_name);
        dout(osd, 1, "the active manager is %s", named ? map->active_name : "nobody");
    }
    mutex_unlock(&mgr->lock);
    mon_client_sub_got(osd->monc, "mgrmap", map->epoch);
}

static void handle_configure(struct osd *osd, const struct m_mgr_configure *m, const struct connection *con)
{
    struct osd_mgr *mgr = osd->mgr;

    mutex_lock(&mgr->lock);
    if (con == mgr->con) {
        mgr->configured = true;
        mgr->declared = false;
        mgr->period_ns = (m->stats_period ? m->stats_period : 1) * NSEC_PER_SEC;
        mgr->threshold = m->stats_threshold;
        mgr->next_ns = 0;
    }
    mutex_unlock(&mgr->lock);
}

bool osd_mgr_dispatch(struct osd *osd, struct message *m)
{
    struct m_mgr_configure configure;
    struct m_mgr_map map;

    if (m->type == MSG_MGR_MAP) {
        if (m_mgr_map_decode(&map, m)) {
            connection_bad_message(m->con, m, "mgrmap");
        } else {
            handle_map(osd, &map);
            m_mgr_map_destroy(&map);
        }
    } else if (m->type == MSG_MGR_CONFIGURE) {
        if (m_mgr_configure_decode(&configure, m))
            connection_bad_message(m->con, m, "mgrconfigure");
        else
            handle_configure(osd, &configure, m->con);
    } else {
        return false;
    }
    message_put(m);
    return true;
}

void osd_mgr_connection_lost(struct osd *osd, struct connection *con)
{
    struct osd_mgr *mgr = osd->mgr;

    mutex_lock(&mgr->lock);
    if (con == mgr->con)
        forget_session_locked(mgr);
    mutex_unlock(&mgr->lock);
}

/* ---- counters ---- */

struct collecting {
    struct m_mgr_report *m;
    unsigned threshold;
    bool declare;
};

static int fill_counter(struct mgr_counter *c, const char *set, const struct perf_counter_def *def)
{
    enum { UNIT_BYTES = 0, UNIT_NONE = 1 }; /* as on the wire */

    c->type = (uint8_t)def->type;
    c->priority = (uint8_t)def->priority;
    c->unit = def->unit == PERF_BYTES ? UNIT_BYTES : UNIT_NONE;
    c->description = strdup(def->desc);
    c->nick = strdup(def->nick ? def->nick : "");
    if (asprintf(&c->path, "%s.%s", set, def->name) < 0)
        c->path = NULL;
    return c->path && c->description && c->nick ? 0 : -ENOMEM;
}

static void collect_counter(void *arg, const char *set, const struct perf_counter_def *def, uint64_t value,
                            uint64_t count)
{
    struct m_mgr_report *m = ((struct collecting *)arg)->m;
    struct mgr_counter c = {.value = value, .count = count}, *more;

    if ((unsigned)def->priority < ((struct collecting *)arg)->threshold)
        return;
    more = realloc(m->counters, (m->counter_count + 1) * sizeof(*more));
    if (!more)
        return;
    m->counters = more;
    if (fill_counter(&c, set, def)) {
        free(c.path);
        free(c.description);
        free(c.nick);
        return;
    }
    more[m->counter_count++] = c;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct mgr_counter *)a)->path, ((const struct mgr_counter *)b)->path);
}

/* All sets are there from the start, so that each report has the counters that the first one declared. */
static struct message *report_message(struct osd *osd, unsigned threshold, bool declare)
{
    struct m_mgr_report m = {.declares = declare};
    struct collecting c = {.m = &m, .threshold = threshold};

    if (asprintf(&m.daemon_name, "%d", osd->whoami) < 0)
        return NULL;
    perf_visit("osd", collect_counter, &c);
    qsort(m.counters, m.counter_count, sizeof(*m.counters), compare_paths);
    op_tracker_slow(&osd->tracker, conf_seconds_ns(osd->conf, OPT_osd_op_complaint_time),
                    &m.health[MGR_HEALTH_SLOW_OPS].count, &m.health[MGR_HEALTH_SLOW_OPS].oldest);
    return m_mgr_report_message(&m);
}

/* ---- reports ---- */

enum receiver { NOBODY, MANAGER, MONITORS };

static enum receiver who_is_due(struct osd *osd, struct osd_mgr *mgr, uint64_t now)
{
    enum receiver to = NOBODY;

    mutex_lock(&mgr->lock);
    if (mgr->addrs.count && !mgr->con) {
        connect_locked(osd, mgr);
    } else if (now >= mgr->next_ns && (mgr->configured || !mgr->addrs.count)) {
        to = mgr->configured ? MANAGER : MONITORS;
        mgr->next_ns = now + (mgr->configured ? mgr->period_ns
                                              : conf_seconds_ns(osd->conf, OPT_osd_mon_report_interval));
        mgr->seq++;
    }
    mutex_unlock(&mgr->lock);
    return to;
}

static void report_to_manager(struct osd *osd, struct osd_mgr *mgr, struct message *stats)
{
    struct message *report;
    struct connection *con;
    unsigned threshold;
    bool declare;

    mutex_lock(&mgr->lock);
    con = mgr->con ? connection_get(mgr->con) : NULL;
    threshold = mgr->threshold;
    declare = !mgr->declared;
    mgr->declared = true;
    mutex_unlock(&mgr->lock);
    report = con ? report_message(osd, threshold, declare) : NULL;
    if (report)
        connection_send(con, report);
    if (con)
        connection_send(con, stats);
    else
        message_put(stats);
    connection_put(con);
}

void osd_mgr_tick(struct osd *osd, uint64_t now)
{
    struct osd_mgr *mgr = osd->mgr;
    enum receiver to = osd->state == OSD_STATE_ACTIVE ? who_is_due(osd, mgr, now) : NOBODY;
    struct message *stats = to == NOBODY ? NULL : osd_stats_message(osd, mgr->seq);

    if (!stats)
        return;
    if (to == MANAGER)
        report_to_manager(osd, mgr, stats);
    else
        mon_client_send(osd->monc, stats);
}
