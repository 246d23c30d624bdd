/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_fullness.h"

#include <errno.h>
#include <inttypes.h>

#include "common/log.h"
#include "crush/crush_edit.h"
#include "crush/crush_rules.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"
#include "mon/text_size.h"

/* ---- OSDs ---- */

static bool rule_reaches(const struct crush_map *crush, const struct crush_rule *rule, int32_t osd)
{
    for (uint32_t i = 0; i < rule->len; i++)
        if (rule->steps[i].op == CRUSH_OP_TAKE && crush_edit_contains(crush, rule->steps[i].arg1, osd))
            return true;
    return false;
}

/* The flag that says how full the fullest OSD is; 0: none is. */
static uint64_t fullest(const struct osd_pending *p, const struct pg_pool *pool)
{
    const struct crush_rule *rule = crush_rules_get(&p->crush, pool->crush_rule);
    uint32_t states = 0;

    for (int32_t osd = 0; rule && osd < (int32_t)osd_pending_max_osd(p); osd++)
        if (osd_pending_is_up(p, osd) && osd_pending_weight(p, osd) && rule_reaches(&p->crush, rule, osd))
            states |= osd_pending_state(p, osd);
    if (states & OSD_FULL)
        return PG_POOL_FULL;
    if (states & OSD_BACKFILLFULL)
        return PG_POOL_BACKFILLFULL;
    return states & OSD_NEARFULL ? PG_POOL_NEARFULL : 0;
}

int osd_fullness_mark_pools(struct osd_pending *p)
{
    const uint64_t mask = PG_POOL_FULL | PG_POOL_BACKFILLFULL | PG_POOL_NEARFULL;

    for (unsigned i = 0; i < p->map->pool_count; i++) {
        const struct pg_pool *pool = osd_pending_find_pool(p, p->map->pools[i].id);
        struct pg_pool *edited;
        uint64_t flags;
        if (!pool || pool->flags & PG_POOL_FULL_QUOTA)
            continue;
        flags = (pool->flags & ~mask) | fullest(p, pool);
        if (flags == pool->flags)
            continue;
        edited = osd_pending_edit_pool(p, p->map->pools[i].id);
        if (!edited)
            return -ENOMEM;
        edited->flags = flags;
    }
    return 0;
}

/* ---- quotas ---- */

/* All of its groups have been told of. */
static bool is_known(const struct pg_map *m, int64_t pool)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->pgs[i].id.pool == pool && !m->pgs[i].reported)
            return false;
    return true;
}

static void change(struct paxos_service *s, int64_t id, const char *name, bool full)
{
    const uint64_t flags = PG_POOL_FULL | PG_POOL_FULL_QUOTA;
    struct pg_pool *pool = osd_pending_edit_pool(osd_monitor_pending(s), id);
    char most[TEXT_SIZE_MAX] = "no";

    if (!pool) {
        derr(mon, "no memory to mark a pool that has reached its quota");
        return;
    }
    pool->flags = full ? pool->flags | flags : pool->flags & ~flags;
    if (pool->quota_max_bytes)
        text_size_bytes(most, pool->quota_max_bytes);
    if (full)
        monitor_clog(s->mon, LOG_ENTRY_WARN, "cluster",
                     "pool '%s' is full: its quota is %" PRIu64 " objects (0: no limit) and %s bytes", name,
                     pool->quota_max_objects, most);
    else
        monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster", "pool '%s' is within its quota again", name);
    osd_monitor_commit(s, NULL);
}

void osd_fullness_check_quotas(struct paxos_service *s)
{
    const struct osdmap *map = osd_monitor_map(s);
    const struct pg_map *pgs = osd_monitor_pg_map(s);

    for (unsigned i = 0; i < map->pool_count; i++) {
        const struct pg_pool *pool = osd_pending_find_pool(osd_monitor_pending(s), map->pools[i].id);
        struct object_stat_sum sum;
        bool full;
        if (!pool || !is_known(pgs, map->pools[i].id))
            continue;
        sum = pg_map_sum(pgs, map->pools[i].id).stats;
        full = (pool->quota_max_objects && (uint64_t)sum.num_objects >= pool->quota_max_objects) ||
               (pool->quota_max_bytes && (uint64_t)sum.num_bytes >= pool->quota_max_bytes);
        if (full != !!(pool->flags & PG_POOL_FULL_QUOTA))
            change(s, map->pools[i].id, map->pools[i].name, full);
    }
}
