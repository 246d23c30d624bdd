/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_health.h"

#include <inttypes.h>

#include "common/conf.h"
#include "maps/osdmap_health.h"
#include "mon/pg_status.h"

/* A cluster without any is one that is being set up. */
static void check_count(const struct osdmap *map, const struct conf *conf, struct health_checks *checks)
{
    int64_t want = conf_i64(conf, OPT_osd_pool_default_size), osds = 0;

    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++)
        osds += osdmap_exists(map, osd);
    if (osds && osds < want && conf_bool(conf, OPT_mon_warn_on_too_few_osds))
        health_checks_add(checks, "TOO_FEW_OSDS", HEALTH_WARN, (unsigned)(want - osds),
                          "OSD count %" PRId64 " < osd_pool_default_size %" PRId64, osds, want);
}

static bool needs_application(const struct osdmap_pool *p, const struct pg_map *pgs)
{
    return !p->pool.application_count && p->pool.tier_of < 0 && pg_map_sum(pgs, p->id).stats.num_objects > 0;
}

static void check_applications(const struct osdmap *map, const struct pg_map *pgs, const struct conf *conf,
                               struct health_checks *checks)
{
    struct health_check *check;
    unsigned count = 0;

    for (unsigned i = 0; i < map->pool_count; i++)
        count += needs_application(&map->pools[i], pgs);
    if (!count || !conf_bool(conf, OPT_mon_warn_on_pool_no_app))
        return;
    check = health_checks_add(checks, "POOL_APP_NOT_ENABLED", HEALTH_WARN, count,
                              "%u pool(s) do not have an application enabled", count);
    for (unsigned i = 0; i < map->pool_count; i++)
        if (needs_application(&map->pools[i], pgs))
            health_check_detail(check, "application not enabled on pool '%s'", map->pools[i].name);
    health_check_detail(check,
                        "'ceph osd pool application enable POOL APP' says what a pool is for: cephfs, rbd, "
                        "rgw or any other name");
}

void osd_health_check(const struct osdmap *map, const struct crush_map *crush, const struct pg_map *pgs,
                      const struct conf *conf, struct health_checks *checks)
{
    osdmap_health_check(map, crush, conf, checks);
    check_count(map, conf, checks);
    check_applications(map, pgs, conf, checks);
    pg_status_health(pgs, checks);
}
