/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_liveness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "crush/crush_edit.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"

void osd_liveness_init(struct osd_liveness *l)
{
    *l = (struct osd_liveness){0};
    osd_failures_init(&l->failures);
}

void osd_liveness_destroy(struct osd_liveness *l)
{
    free(l->osds);
    osd_failures_destroy(&l->failures);
    osd_liveness_init(l);
}

/* Its entry, made if need be; NULL: no memory. */
static struct osd_life *life_of(struct osd_liveness *l, int32_t osd)
{
    unsigned want = (unsigned)osd + 1;

    if (want > l->count) {
        struct osd_life *grown = reallocarray(l->osds, want, sizeof(*grown));
        if (!grown)
            return NULL;
        memset(grown + l->count, 0, (want - l->count) * sizeof(*grown));
        l->osds = grown;
        l->count = want;
    }
    return &l->osds[osd];
}

void osd_liveness_heard(struct osd_liveness *l, int32_t osd, uint32_t beacon_interval_s)
{
    struct osd_life *life = life_of(l, osd);

    if (!life)
        return;
    life->heard_ns = clock_monotonic_ns();
    if (beacon_interval_s)
        life->beacon_interval_s = beacon_interval_s;
}

void osd_liveness_take_map(struct osd_liveness *l, const struct osdmap *map)
{
    uint64_t now = clock_monotonic_ns();

    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++) {
        struct osd_life *life = life_of(l, osd);
        bool up = osdmap_is_up(map, osd);
        if (!life)
            return;
        if (!up) {
            osd_failures_forget(&l->failures, osd);
            life->heard_ns = 0;
        } else if (!life->heard_ns) {
            life->heard_ns = now;
        }
        if (up || !osdmap_is_in(map, osd))
            life->down_ns = 0;
        else if (!life->down_ns)
            life->down_ns = now;
    }
}

/* ---- what may be ---- */

static bool denied(const struct osd_pending *p, int32_t osd, uint32_t all, uint32_t one)
{
    return osd_pending_flags(p) & all || osd_pending_state(p, osd) & one;
}

struct next_counts {
    unsigned osds, up, in;
};

static struct next_counts count_next(const struct osd_pending *p)
{
    struct next_counts n = {0};

    for (int32_t i = 0; i < (int32_t)osd_pending_max_osd(p); i++) {
        if (!osd_pending_exists(p, i))
            continue;
        n.osds++;
        n.up += osd_pending_is_up(p, i);
        n.in += osd_pending_weight(p, i) > 0;
    }
    return n;
}

bool osd_liveness_may_go_down(struct paxos_service *s, int32_t osd)
{
    const struct osd_pending *p = osd_monitor_pending(s);
    struct next_counts n = count_next(p);
    double least = conf_double(s->mon->conf, OPT_mon_osd_min_up_ratio);

    if (denied(p, osd, OSDMAP_NODOWN, OSD_NODOWN)) {
        dout(mon, 5, "osd.%d stays up: nodown is set", osd);
        return false;
    }
    if (n.osds == 0 || n.up / (double)n.osds < least) {
        dout(mon, 5, "osd.%d stays up: %u of %u OSDs are up, fewer than mon_osd_min_up_ratio %g", osd, n.up,
             n.osds, least);
        return false;
    }
    return true;
}

bool osd_liveness_may_come_in(struct paxos_service *s, int32_t osd)
{
    if (!denied(osd_monitor_pending(s), osd, OSDMAP_NOIN, OSD_NOIN))
        return true;
    dout(mon, 5, "osd.%d stays out: noin is set", osd);
    return false;
}

static bool may_go_out(struct paxos_service *s, int32_t osd)
{
    const struct osd_pending *p = osd_monitor_pending(s);
    struct next_counts n = count_next(p);
    double least = conf_double(s->mon->conf, OPT_mon_osd_min_in_ratio);

    if (denied(p, osd, OSDMAP_NOOUT, OSD_NOOUT)) {
        dout(mon, 5, "osd.%d stays in: noout is set", osd);
        return false;
    }
    if (n.osds == 0 || (n.in - 1) / (double)n.osds < least) {
        dout(mon, 5, "osd.%d stays in: fewer than mon_osd_min_in_ratio %g of the OSDs would be in", osd,
             least);
        return false;
    }
    return true;
}

static bool mark_down(struct paxos_service *s, int32_t osd)
{
    return osd_liveness_may_go_down(s, osd) &&
           osd_pending_change_state(osd_monitor_pending(s), osd, OSD_UP, false) == 0;
}

/* ---- reports ---- */

/* The type of buckets of that name in the crush map; 0: none. */
static int32_t type_by_name(const struct crush_map *c, const char *name)
{
    int32_t type;

    return crush_names_find_id(&c->types, name, &type) ? type : 0;
}

/* The bucket of that type, or the nearest above, that the item is in; the item itself when it is in none. */
static int32_t ancestor(const struct crush_map *c, int32_t item, int32_t type)
{
    const struct crush_bucket *b = crush_edit_parent(c, item);

    while (b && b->type < type) {
        const struct crush_bucket *above = crush_edit_parent(c, b->id);
        if (!above)
            break;
        b = above;
    }
    return b ? b->id : item;
}

struct grouping {
    const struct crush_map *crush;
    int32_t type;
};

static int32_t group_of(void *arg, int32_t reporter)
{
    const struct grouping *g = arg;

    return ancestor(g->crush, reporter, g->type);
}

void osd_liveness_check_reports(struct paxos_service *s, int32_t osd)
{
    const struct conf *conf = s->mon->conf;
    char *level = conf_str(conf, OPT_mon_osd_reporter_subtree_level);
    struct grouping g = {osd_monitor_crush(s), 0};
    struct osd_failure_sum sum;
    uint64_t grace = conf_seconds_ns(conf, OPT_osd_heartbeat_grace), silent;

    g.type = type_by_name(g.crush, level);
    sum = osd_failures_sum(&osd_monitor_liveness(s)->failures, osd, group_of, &g);
    silent = clock_monotonic_ns() - sum.since_ns;
    if (sum.reporters && silent >= grace && sum.groups >= conf_u64(conf, OPT_mon_osd_min_down_reporters) &&
        osd_pending_is_up(osd_monitor_pending(s), osd) && mark_down(s, osd)) {
        monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster",
                     "osd.%d failed (%u reporters from different %s after %.6f >= grace %.6f)", osd,
                     sum.groups, level, (double)silent / 1e9, (double)grace / 1e9);
        osd_monitor_commit(s, NULL);
    }
    free(level);
}

/* ---- time ---- */

static void check_beacons(struct paxos_service *s, uint64_t now)
{
    const struct osd_liveness *l = osd_monitor_liveness(s);
    const struct osdmap *map = osd_monitor_map(s);

    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++) {
        uint64_t timeout = conf_seconds_ns(s->mon->conf, OPT_mon_osd_report_timeout), silent;
        if (!osdmap_is_up(map, osd) || !osd_pending_is_up(osd_monitor_pending(s), osd))
            continue;
        if (timeout < 2 * NSEC_PER_SEC * l->osds[osd].beacon_interval_s)
            timeout = 2 * NSEC_PER_SEC * l->osds[osd].beacon_interval_s;
        silent = now - l->osds[osd].heard_ns;
        if (silent <= timeout || !mark_down(s, osd))
            continue;
        monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster", "osd.%d marked down after no beacon for %.6f seconds",
                     osd, (double)silent / 1e9);
        osd_monitor_commit(s, NULL);
    }
}

/* All OSDs in the subtree are down. */
static bool is_down_below(const struct osdmap *map, const struct crush_map *c, int32_t id)
{
    const struct crush_bucket *b = id < 0 ? crush_map_bucket(c, id) : NULL;

    if (id >= 0)
        return !osdmap_is_up(map, id);
    for (uint32_t i = 0; b && i < b->size; i++)
        if (!is_down_below(map, c, b->items[i]))
            return false;
    return true;
}

/* A subtree that is down as a whole, of this type or a greater one, is rather cut off than lost. */
static bool is_subtree_down(struct paxos_service *s, int32_t osd)
{
    const struct crush_map *c = osd_monitor_crush(s);
    char *limit = conf_str(s->mon->conf, OPT_mon_osd_down_out_subtree_limit);
    int32_t type = type_by_name(c, limit), top = ancestor(c, osd, type);
    const struct crush_bucket *b = top < 0 ? crush_map_bucket(c, top) : NULL;

    free(limit);
    return type > 0 && b && b->type >= type && is_down_below(osd_monitor_map(s), c, top);
}

static void mark_out(struct paxos_service *s, int32_t osd, uint64_t down_ns)
{
    struct osd_pending *p = osd_monitor_pending(s);
    uint32_t weight = osd_pending_weight(p, osd);
    struct osd_xinfo *x = osd_pending_xinfo(p, osd);

    if (!x || osd_pending_set_weight(p, osd, 0) || osd_pending_change_state(p, osd, OSD_AUTOOUT, true))
        return;
    x->old_weight = weight;
    monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster",
                 "Marking osd.%d out (has been down for %" PRIu64 " seconds)", osd, down_ns / NSEC_PER_SEC);
    osd_monitor_commit(s, NULL);
}

static void check_down(struct paxos_service *s, uint64_t now)
{
    uint64_t interval = conf_seconds_ns(s->mon->conf, OPT_mon_osd_down_out_interval);
    struct osd_liveness *l = osd_monitor_liveness(s);
    const struct osd_pending *p = osd_monitor_pending(s);

    for (int32_t osd = 0; interval && osd < (int32_t)l->count; osd++) {
        uint64_t down = l->osds[osd].down_ns ? now - l->osds[osd].down_ns : 0;
        if (down < interval || osd_pending_weight(p, osd) == 0 || !may_go_out(s, osd))
            continue;
        if (is_subtree_down(s, osd)) {
            dout(mon, 5, "osd.%d stays in: all of its subtree is down", osd);
            l->osds[osd].down_ns = now;
            continue;
        }
        mark_out(s, osd, down);
    }
}

static void end_blocks(struct paxos_service *s)
{
    const struct osdmap *map = osd_monitor_map(s);
    uint64_t now = clock_realtime_ns();

    for (unsigned i = 0; i < map->blocked_count; i++) {
        if (utime_to_ns(map->blocklist[i].until) > now)
            continue;
        if (osd_pending_unblock(osd_monitor_pending(s), &map->blocklist[i].addr) == 0)
            osd_monitor_commit(s, NULL);
    }
}

void osd_liveness_tick(struct paxos_service *s)
{
    const struct osdmap *map = osd_monitor_map(s);
    uint64_t now = clock_monotonic_ns();

    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++)
        if (osdmap_is_up(map, osd))
            osd_liveness_check_reports(s, osd);
    check_beacons(s, now);
    check_down(s, now);
    end_blocks(s);
}
