/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_health.h"

#include <inttypes.h>

#include "common/conf.h"
#include "crush/crush_edit.h"
#include "mon/pg_status.h"

/* What of the flags is worth a warning; they are told as "osd set" knows them. */
static void check_flags(const struct osdmap *map, struct health_checks *checks)
{
    const uint32_t worth = OSDMAP_PAUSERD | OSDMAP_PAUSEWR | OSDMAP_PAUSEREC | OSDMAP_NOUP | OSDMAP_NODOWN |
                           OSDMAP_NOOUT | OSDMAP_NOIN | OSDMAP_NOBACKFILL | OSDMAP_NORECOVER |
                           OSDMAP_NOSCRUB | OSDMAP_NODEEP_SCRUB | OSDMAP_NOTIERAGENT | OSDMAP_NOSNAPTRIM |
                           OSDMAP_NOREBALANCE;
    char text[OSDMAP_FLAGS_TEXT_MAX];
    uint32_t set = map->flags & worth;

    if (set)
        health_checks_add(checks, "OSDMAP_FLAGS", HEALTH_WARN, __builtin_popcount(set), "%s flag(s) set",
                          osdmap_flags_print(set, text));
}

/* "root=default,host=a" */
static void print_place(const struct crush_map *crush, int32_t item, struct strbuf *out)
{
    const struct crush_bucket *b = crush_edit_parent(crush, item);
    const char *type = b ? crush_names_find(&crush->types, b->type) : NULL;
    const char *name = b ? crush_names_find(&crush->items, b->id) : NULL;

    if (!type || !name)
        return;
    print_place(crush, b->id, out);
    strbuf_printf(out, "%s%s=%s", out->len ? "," : "", type, name);
}

/* Of those that are in: who is out is missed by nobody. */
static void check_down(const struct osdmap *map, const struct crush_map *crush, struct health_checks *checks)
{
    struct health_check *check;
    unsigned down = 0;

    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++)
        down += osdmap_is_in(map, osd) && !osdmap_is_up(map, osd);
    if (!down)
        return;
    check = health_checks_add(checks, "OSD_DOWN", HEALTH_WARN, down, "%u osds down", down);
    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++) {
        struct strbuf place = STRBUF_INIT;
        if (!osdmap_is_in(map, osd) || osdmap_is_up(map, osd))
            continue;
        print_place(crush, osd, &place);
        health_check_detail(check, "osd.%" PRId32 " (%s) is down", osd, strbuf_text(&place));
        strbuf_destroy(&place);
    }
}

static void check_pools(const struct osdmap *map, const struct conf *conf, struct health_checks *checks)
{
    struct health_check *check;
    unsigned bare = 0;

    for (unsigned i = 0; i < map->pool_count; i++)
        bare += map->pools[i].pool.size == 1;
    if (!bare || !conf_bool(conf, OPT_mon_warn_on_pool_no_redundancy))
        return;
    check = health_checks_add(checks, "POOL_NO_REDUNDANCY", HEALTH_WARN, bare,
                              "%u pool(s) have no replicas configured", bare);
    for (unsigned i = 0; i < map->pool_count; i++)
        if (map->pools[i].pool.size == 1)
            health_check_detail(check, "pool '%s' has no replicas configured", map->pools[i].name);
}

/* OSDs that are fuller than one ratio, but not than the next one. */
static void check_fullness(const struct osdmap *map, const struct pg_map *pgs, double from, double below,
                           const char *code, enum health_severity severity, const char *word,
                           struct health_checks *checks)
{
    struct health_check *check = NULL;
    unsigned count = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < pgs->osd_count; i++) {
            struct pg_map_space s = {0};
            pg_map_add_space(&s, &pgs->osds[i]);
            if (!s.total || !osdmap_is_in(map, (int32_t)i) || (double)s.used_raw < from * (double)s.total ||
                (double)s.used_raw >= below * (double)s.total)
                continue;
            if (pass == 0)
                count++;
            else
                health_check_detail(check, "osd.%u is %s", i, word);
        }
        if (!count)
            return;
        if (pass == 0)
            check = health_checks_add(checks, code, severity, count, "%u %s osd(s)", count, word);
    }
}

void osd_health_check(const struct osdmap *map, const struct crush_map *crush, const struct pg_map *pgs,
                      const struct conf *conf, struct health_checks *checks)
{
    const double all = 2;

    check_flags(map, checks);
    check_down(map, crush, checks);
    check_pools(map, conf, checks);
    check_fullness(map, pgs, (double)map->full_ratio, all, "OSD_FULL", HEALTH_ERR, "full", checks);
    check_fullness(map, pgs, (double)map->backfillfull_ratio, (double)map->full_ratio, "OSD_BACKFILLFULL",
                   HEALTH_WARN, "backfillfull", checks);
    check_fullness(map, pgs, (double)map->nearfull_ratio, (double)map->backfillfull_ratio, "OSD_NEARFULL",
                   HEALTH_WARN, "nearfull", checks);
    pg_status_health(pgs, checks);
}
