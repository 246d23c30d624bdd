/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/osdmap_health.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_format.h"
#include "include/ceph_features.h"
#include "maps/osdmap_internal.h"
#include "types/ceph_release.h"

struct view {
    const struct osdmap *map;
    const struct crush_map *crush;
    const struct conf *conf;
    struct health_checks *checks;
};

/* ---- checks of several things, each with a line ---- */

static void add_line(struct string_list *lines, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add_line(struct string_list *lines, const char *fmt, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (string_list_push(lines, line))
        return; /* one line less when there is no memory */
}

/* "COUNT summary" and the lines, if there are any; they are destroyed. */
static void tell(const struct view *v, const char *code, enum health_severity severity, const char *summary,
                 struct string_list *lines)
{
    if (lines->count) {
        struct health_check *check =
            health_checks_add(v->checks, code, severity, lines->count, "%u %s", lines->count, summary);
        for (unsigned i = 0; i < lines->count; i++)
            health_check_detail(check, "%s", lines->items[i]);
    }
    string_list_destroy(lines);
}

/* ---- OSDs that are down ---- */

static bool is_down(const struct osdmap *map, int32_t osd)
{
    return osdmap_is_in(map, osd) && !osdmap_is_up(map, osd); /* who is out is missed by nobody */
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

static void check_down(const struct view *v)
{
    struct string_list lines = {0};

    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++) {
        struct strbuf place = STRBUF_INIT;
        if (!is_down(v->map, osd))
            continue;
        print_place(v->crush, osd, &place);
        add_line(&lines, "osd.%" PRId32 " (%s) is down", osd, strbuf_text(&place));
        strbuf_destroy(&place);
    }
    tell(v, "OSD_DOWN", HEALTH_WARN, "osds down", &lines);
}

/* The OSDs below a bucket. */
struct subtree {
    bool known, down, up; /* some are */
    uint64_t osds;
};

static struct subtree look_below(const struct view *v, struct subtree *buckets, int32_t id)
{
    const struct crush_bucket *b = crush_map_bucket(v->crush, id);
    struct subtree s = {.known = true};

    if (id >= 0)
        return (struct subtree){true, is_down(v->map, id), osdmap_is_up(v->map, id), 1};
    if (!b || buckets[-1 - id].known)
        return b ? buckets[-1 - id] : s;
    for (uint32_t i = 0; i < b->size; i++) {
        struct subtree item = look_below(v, buckets, b->items[i]);
        s.down |= item.down;
        s.up |= item.up;
        s.osds += item.osds;
    }
    return buckets[-1 - id] = s;
}

/* Nothing serves in this bucket, and something should. */
static bool is_dead(const struct view *v, const struct subtree *buckets, int32_t id)
{
    return buckets[-1 - id].down && !buckets[-1 - id].up && !crush_class_is_shadow(v->crush, id);
}

static void add_dead(const struct view *v, const struct crush_name *type, int32_t id, uint64_t osds,
                     struct string_list *lines)
{
    const char *name = crush_names_find(&v->crush->items, id);
    struct strbuf place = STRBUF_INIT;

    print_place(v->crush, id, &place);
    add_line(lines, "%s %s %s%s%s(%" PRIu64 " osds) is down", type->name, name ? name : "",
             place.len ? "(" : "", strbuf_text(&place), place.len ? ") " : "", osds);
    strbuf_destroy(&place);
}

static void check_buckets_of(const struct view *v, const struct subtree *buckets,
                             const struct crush_name *type)
{
    struct string_list lines = {0};
    char code[64], summary[128];
    uint64_t osds = 0;

    for (int32_t id = -1; id >= -(int64_t)v->crush->max_buckets; id--) {
        const struct crush_bucket *b = crush_map_bucket(v->crush, id);
        if (!b || b->type != type->id || !is_dead(v, buckets, id))
            continue;
        osds += buckets[-1 - id].osds;
        add_dead(v, type, id, buckets[-1 - id].osds, &lines);
    }
    snprintf(summary, sizeof(summary), "%s%s (%" PRIu64 " osds) down", type->name,
             lines.count == 1 ? "" : "s", osds);
    snprintf(code, sizeof(code), "OSD_%s_DOWN", type->name);
    for (char *c = code; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    tell(v, code, HEALTH_WARN, summary, &lines);
}

static void check_buckets(const struct view *v)
{
    struct subtree *buckets = calloc(v->crush->max_buckets + 1, sizeof(*buckets));

    if (!buckets)
        return;
    for (uint32_t i = 0; i < v->crush->max_buckets; i++)
        (void)look_below(v, buckets, -1 - (int32_t)i);
    for (unsigned i = 0; i < v->crush->types.count; i++)
        check_buckets_of(v, buckets, &v->crush->types.names[i]);
    free(buckets);
}

/* ---- other states of OSDs ---- */

static void check_orphans(const struct view *v)
{
    struct string_list lines = {0};

    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++)
        if (!osdmap_exists(v->map, osd) && crush_edit_parent(v->crush, osd))
            add_line(&lines, "osd.%" PRId32 " exists in crush map but not in osdmap", osd);
    tell(v, "OSD_ORPHAN", HEALTH_WARN, "osds exist in the crush map but not in the osdmap", &lines);
}

/* worse: states that hide this one. */
static void check_fullness(const struct view *v, uint32_t state, uint32_t worse, const char *code,
                           enum health_severity severity, const char *summary, const char *words)
{
    struct string_list lines = {0};

    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++)
        if (osdmap_is_up(v->map, osd) && osdmap_is_in(v->map, osd) &&
            (v->map->osds[osd].state & (state | worse)) == state)
            add_line(&lines, "osd.%" PRId32 " is %s", osd, words);
    tell(v, code, severity, summary, &lines);
}

/* Each ratio counts for at least as much as the one before it. */
static void check_ratios(const struct view *v)
{
    const struct {
        const char *name;
        double ratio;
    } ratios[] = {{"nearfull_ratio", (double)v->map->nearfull_ratio},
                  {"backfillfull_ratio", (double)v->map->backfillfull_ratio},
                  {"full_ratio", (double)v->map->full_ratio},
                  {"osd_failsafe_full_ratio", conf_double(v->conf, OPT_osd_failsafe_full_ratio)}};
    struct health_check *check = NULL;
    double least = ratios[0].ratio;

    for (size_t i = 1; i < ARRAY_SIZE(ratios); i++) {
        if (ratios[i].ratio >= least) {
            least = ratios[i].ratio;
            continue;
        }
        if (!check)
            check = health_checks_add(v->checks, "OSD_OUT_OF_ORDER_FULL", HEALTH_ERR, 0,
                                      "full ratio(s) out of order");
        health_check_detail(check, "%s (%g) < %s (%g), increased", ratios[i].name, ratios[i].ratio,
                            ratios[i - 1].name, least);
    }
}

/* Every OSD that is up has the features of a release, of which the map does not know yet. */
static void check_upgrade(const struct view *v)
{
    static const struct {
        uint64_t feature;
        uint8_t release;
    } releases[] = {{CEPH_FEATURE_SERVER_PACIFIC, CEPH_RELEASE_PACIFIC},
                    {CEPH_FEATURE_SERVER_OCTOPUS, CEPH_RELEASE_OCTOPUS},
                    {CEPH_FEATURE_SERVER_NAUTILUS, CEPH_RELEASE_NAUTILUS},
                    {CEPH_FEATURE_SERVER_MIMIC, CEPH_RELEASE_MIMIC},
                    {CEPH_FEATURE_SERVER_LUMINOUS, CEPH_RELEASE_LUMINOUS}};
    uint64_t common = UINT64_MAX;
    unsigned up = 0;

    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++)
        if (osdmap_is_up(v->map, osd)) {
            common &= v->map->osds[osd].xinfo.features;
            up++;
        }
    for (size_t i = 0; up && i < ARRAY_SIZE(releases); i++) {
        const char *name = ceph_release_name(releases[i].release);
        char text[128];
        if ((common & releases[i].feature) != releases[i].feature ||
            v->map->require_osd_release >= releases[i].release)
            continue;
        snprintf(text, sizeof(text), "all OSDs are running %s or later but require_osd_release < %s", name,
                 name);
        health_check_detail(health_checks_add(v->checks, "OSD_UPGRADE_FINISHED", HEALTH_WARN, 0, "%s", text),
                            "%s", text);
        return;
    }
}

/* ---- flags ---- */

/* What of the whole map's is worth a warning. Genuine Ceph counts the letters. */
static void check_flags(const struct view *v)
{
    const uint32_t worth = OSDMAP_PAUSERD | OSDMAP_PAUSEWR | OSDMAP_PAUSEREC | OSDMAP_NOUP | OSDMAP_NODOWN |
                           OSDMAP_NOOUT | OSDMAP_NOIN | OSDMAP_NOBACKFILL | OSDMAP_NORECOVER |
                           OSDMAP_NOSCRUB | OSDMAP_NODEEP_SCRUB | OSDMAP_NOTIERAGENT | OSDMAP_NOSNAPTRIM |
                           OSDMAP_NOREBALANCE;
    uint32_t set = v->map->flags & worth;
    char text[OSDMAP_FLAGS_TEXT_MAX];

    osdmap_flags_print(set, text);
    if (set)
        health_checks_add(v->checks, "OSDMAP_FLAGS", HEALTH_WARN, (int64_t)strlen(text), "%s flag(s) set",
                          text);
    if (!(v->map->flags & OSDMAP_SORTBITWISE))
        health_checks_add(v->checks, "OSD_NO_SORTBITWISE", HEALTH_WARN, 0, "'sortbitwise' flag is not set");
}

static const char *flags_of(uint32_t state, char *buf, size_t size)
{
    return bit_names_print_sorted(&osd_state_names, state & (OSD_NOUP | OSD_NODOWN | OSD_NOIN | OSD_NOOUT),
                                  buf, size);
}

static void check_flags_of_each(const struct view *v)
{
    struct string_list lines = {0};
    char text[64];

    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++)
        if (osdmap_exists(v->map, osd) && *flags_of(v->map->osds[osd].state, text, sizeof(text)))
            add_line(&lines, "osd.%" PRId32 " has flags %s", osd, text);
    for (unsigned i = 0; i < v->map->node_flags_count; i++) {
        const struct osdmap_flags_of *f = &v->map->crush_node_flags[i];
        const struct crush_bucket *b = crush_map_bucket(v->crush, f->id);
        const char *name = crush_names_find(&v->crush->items, f->id);
        const char *type = crush_names_find(&v->crush->types, b ? b->type : 0);
        if (name && type && *flags_of(f->flags, text, sizeof(text)))
            add_line(&lines, "%s %s has flags %s", type, name, text);
    }
    for (unsigned i = 0; i < v->map->class_flags_count; i++) {
        const struct osdmap_flags_of *f = &v->map->device_class_flags[i];
        const char *name = crush_names_find(&v->crush->class_names, f->id);
        if (name && *flags_of(f->flags, text, sizeof(text)))
            add_line(&lines, "device class '%s' has flags %s", name, text);
    }
    tell(v, "OSD_FLAGS", HEALTH_WARN,
         "OSDs or CRUSH {nodes, device-classes} have {NOUP,NODOWN,NOIN,NOOUT} flags set", &lines);
}

/* ---- the crush map ---- */

static void check_crush(const struct view *v)
{
    static const char see[] = "see http://docs.ceph.com/en/latest/rados/operations/crush-map/#tunables";
    char *least = conf_str(v->conf, OPT_mon_crush_min_required_version);
    const char *now = crush_minimum_version(v->crush);

    /* Names of releases are in the order of letters. */
    if (conf_bool(v->conf, OPT_mon_warn_on_legacy_crush_tunables) && strcmp(now, least) < 0)
        health_check_detail(health_checks_add(v->checks, "OLD_CRUSH_TUNABLES", HEALTH_WARN, 0,
                                              "crush map has legacy tunables (require %s, min is %s)", now,
                                              least),
                            "%s", see);
    free(least);
    if (conf_bool(v->conf, OPT_mon_warn_on_crush_straw_calc_version_zero) &&
        v->crush->tunables.straw_calc_version == 0)
        health_check_detail(health_checks_add(v->checks, "OLD_CRUSH_STRAW_CALC_VERSION", HEALTH_WARN, 0,
                                              "crush map has straw_calc_version=0"),
                            "%s", see);
}

/* ---- pools ---- */

static const char *name_of(const struct osdmap_pool *p)
{
    return p->name ? p->name : "";
}

static void check_full_pools(const struct view *v)
{
    struct string_list full = {0}, backfillfull = {0}, nearfull = {0};

    for (unsigned i = 0; i < v->map->pool_count; i++) {
        const struct osdmap_pool *p = &v->map->pools[i];
        uint64_t flags = p->pool.flags;
        if (flags & PG_POOL_FULL)
            add_line(&full, "pool '%s' is full (%s)", name_of(p),
                     flags & PG_POOL_FULL_QUOTA ? "running out of quota" : "no space");
        else if (flags & PG_POOL_BACKFILLFULL)
            add_line(&backfillfull, "pool '%s' is backfillfull", name_of(p));
        else if (flags & PG_POOL_NEARFULL)
            add_line(&nearfull, "pool '%s' is nearfull", name_of(p));
    }
    tell(v, "POOL_FULL", HEALTH_WARN, "pool(s) full", &full);
    tell(v, "POOL_BACKFILLFULL", HEALTH_WARN, "pool(s) backfillfull", &backfillfull);
    tell(v, "POOL_NEARFULL", HEALTH_WARN, "pool(s) nearfull", &nearfull);
}

static void check_pools(const struct view *v)
{
    struct string_list odd = {0}, bare = {0};

    for (unsigned i = 0; i < v->map->pool_count; i++) {
        const struct osdmap_pool *p = &v->map->pools[i];
        uint32_t n = p->pool.pg_num_target;
        if (n & (n - 1) && conf_bool(v->conf, OPT_mon_warn_on_pool_pg_num_not_power_of_two))
            add_line(&odd, "pool '%s' pg_num %u is not a power of two", name_of(p), n);
        if (p->pool.size == 1 && conf_bool(v->conf, OPT_mon_warn_on_pool_no_redundancy))
            add_line(&bare, "pool '%s' has no replicas configured", name_of(p));
    }
    tell(v, "POOL_PG_NUM_NOT_POWER_OF_TWO", HEALTH_WARN, "pool(s) have non-power-of-two pg_num", &odd);
    tell(v, "POOL_NO_REDUNDANCY", HEALTH_WARN, "pool(s) have no replicas configured", &bare);
}

void osdmap_health_check(const struct osdmap *map, const struct crush_map *crush, const struct conf *conf,
                         struct health_checks *checks)
{
    const struct view v = {map, crush, conf, checks};

    check_down(&v);
    check_buckets(&v);
    check_orphans(&v);
    check_fullness(&v, OSD_FULL, 0, "OSD_FULL", HEALTH_ERR, "full osd(s)", "full");
    check_fullness(&v, OSD_BACKFILLFULL, OSD_FULL, "OSD_BACKFILLFULL", HEALTH_WARN, "backfillfull osd(s)",
                   "backfill full");
    check_fullness(&v, OSD_NEARFULL, OSD_FULL | OSD_BACKFILLFULL, "OSD_NEARFULL", HEALTH_WARN,
                   "nearfull osd(s)", "near full");
    check_ratios(&v);
    check_upgrade(&v);
    check_flags(&v);
    check_flags_of_each(&v);
    check_crush(&v);
    check_full_pools(&v);
    check_pools(&v);
}
