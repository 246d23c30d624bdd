/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_health.h"

#include "maps/osdmap_health.h"
#include "mon/pg_status.h"

struct fullness {
    const char *code, *word, *state;
    enum health_severity severity;
    double from, below; /* ratios */
};

static bool is_in_range(const struct osdmap *map, const struct pg_map *pgs, unsigned osd,
                        const struct fullness *f)
{
    struct pg_map_space s = {0};
    double used;

    pg_map_add_space(&s, &pgs->osds[osd]);
    used = s.total ? (double)s.used_raw / (double)s.total : 0;
    return s.total && osdmap_is_in(map, (int32_t)osd) && used >= f->from && used < f->below;
}

/* OSDs that report so much, unless the map has it of some. */
static void check_fullness(const struct osdmap *map, const struct pg_map *pgs, const struct fullness *f,
                           struct health_checks *checks)
{
    struct health_check *check;
    unsigned count = 0;

    for (unsigned i = 0; i < pgs->osd_count; i++)
        count += is_in_range(map, pgs, i, f);
    if (!count || health_checks_find(checks, f->code))
        return;
    check = health_checks_add(checks, f->code, f->severity, count, "%u %s osd(s)", count, f->word);
    for (unsigned i = 0; i < pgs->osd_count; i++)
        if (is_in_range(map, pgs, i, f))
            health_check_detail(check, "osd.%u is %s", i, f->state);
}

void osd_health_check(const struct osdmap *map, const struct crush_map *crush, const struct pg_map *pgs,
                      const struct conf *conf, struct health_checks *checks)
{
    const double near = (double)map->nearfull_ratio, backfill = (double)map->backfillfull_ratio,
                 full = (double)map->full_ratio, all = 2;

    osdmap_health_check(map, crush, conf, checks);
    check_fullness(map, pgs, &(struct fullness){"OSD_FULL", "full", "full", HEALTH_ERR, full, all}, checks);
    check_fullness(
        map, pgs,
        &(struct fullness){"OSD_BACKFILLFULL", "backfillfull", "backfill full", HEALTH_WARN, backfill, full},
        checks);
    check_fullness(map, pgs,
                   &(struct fullness){"OSD_NEARFULL", "nearfull", "near full", HEALTH_WARN, near, backfill},
                   checks);
    pg_status_health(pgs, checks);
}
