/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/pg_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/conf.h"
#include "mon/monitor.h"
#include "mon/osd_arguments.h"
#include "mon/osd_monitor.h"
#include "mon/pg_dump.h"
#include "mon/pg_status.h"
#include "mon/pg_tables.h"

static const struct osdmap *map_of(const struct mon_op *op)
{
    return osd_monitor_map(op->mon->services[MON_SERVICE_OSD]);
}

static const struct pg_map *pg_map_of(const struct mon_op *op)
{
    return osd_monitor_pg_map(op->mon->services[MON_SERVICE_OSD]);
}

int pg_command_stat(struct mon_op *op)
{
    struct strbuf text = STRBUF_INIT;

    if (op->json)
        return mon_op_json(op, pg_status_dump_line(pg_map_of(op)), false);
    pg_status_print_line(pg_map_of(op), &text);
    strbuf_addc(&text, '\n');
    return mon_op_steal_text(op, &text);
}

/* ---- dump ---- */

static const char omap_note[] = "\n* NOTE: OMAP_BYTES and OMAP_KEYS are as the last deep scrub found them.\n";

static json_t *dump_head(const struct pg_map *m)
{
    char stamp[UTIME_TEXT_MAX];
    json_t *delta = pg_dump_sum(m, PG_MAP_NO_POOL);

    json_object_set_new(delta, "stamp_delta", json_string("0.000000"));
    return json_pack("{s:I, s:s, s:i, s:i, s:o, s:o, s:o}", "version", (json_int_t)m->version, "stamp",
                     utime_print(m->stamp, stamp), "last_osdmap_epoch", 0, "last_pg_scan", 0, "pg_stats_sum",
                     pg_dump_sum(m, PG_MAP_ALL_POOLS), "osd_stats_sum", pg_dump_osd_sum(m), "pg_stats_delta",
                     delta);
}

static json_t *dump_all(const struct pg_map *m)
{
    json_t *o = dump_head(m);

    json_object_set_new(o, "pg_stats", pg_dump_groups(m));
    json_object_set_new(o, "pool_stats", pg_dump_pools(m));
    json_object_set_new(o, "osd_stats", pg_dump_osds(m));
    json_object_set_new(o, "pool_statfs", json_array());
    return o;
}

static json_t *dump(const struct pg_map *m, const char *what)
{
    json_t *o = json_pack("{s:b}", "pg_ready", 1);

    if (strcmp(what, "all") == 0) {
        json_object_set_new(o, "pg_map", dump_all(m));
    } else if (strcmp(what, "summary") == 0 || strcmp(what, "sum") == 0) {
        json_object_set_new(o, "pg_map", dump_head(m));
    } else if (strcmp(what, "delta") == 0) {
        json_t *head = dump_head(m);
        json_object_set_new(o, "delta",
                            json_pack("{s:O}", "pg_stats_delta", json_object_get(head, "pg_stats_delta")));
        json_decref(head);
    } else if (strcmp(what, "pools") == 0) {
        json_object_set_new(o, "pool_stats", pg_dump_pools(m));
    } else if (strcmp(what, "osds") == 0) {
        json_object_set_new(o, "osd_stats", pg_dump_osds(m));
        json_object_set_new(o, "pool_statfs", json_array());
    } else if (strcmp(what, "pgs_brief") == 0) {
        json_object_set_new(o, "pg_stats", pg_dump_groups_brief(m));
    } else {
        json_object_set_new(o, "pg_stats", pg_dump_groups(m));
    }
    return o;
}

static void print_head(const struct pg_map *m, struct strbuf *out)
{
    char stamp[UTIME_TEXT_MAX];

    strbuf_printf(out, "version %" PRIu64 "\nstamp %s\nlast_osdmap_epoch 0\nlast_pg_scan 0\n", m->version,
                  utime_print(m->stamp, stamp));
}

static int print_sums(const struct pg_map *m, struct strbuf *out)
{
    int r;

    print_head(m, out);
    r = pg_tables_sum(m, true, out);
    return r ? r : pg_tables_osds(m, false, out);
}

static int print_all(const struct pg_map *m, struct strbuf *out)
{
    int r;

    print_head(m, out);
    r = pg_tables_groups(m, out);
    if (r == 0)
        r = pg_tables_pools(m, false, out);
    if (r == 0)
        r = pg_tables_sum(m, false, out);
    return r ? r : pg_tables_osds(m, true, out);
}

static int print_dump(const struct pg_map *m, const char *what, struct strbuf *out)
{
    if (strcmp(what, "all") == 0)
        return print_all(m, out);
    if (strcmp(what, "summary") == 0 || strcmp(what, "sum") == 0)
        return print_sums(m, out);
    if (strcmp(what, "pools") == 0)
        return pg_tables_pools(m, true, out);
    if (strcmp(what, "osds") == 0)
        return pg_tables_osds(m, true, out);
    if (strcmp(what, "pgs_brief") == 0)
        return pg_tables_groups_brief(m, out);
    return strcmp(what, "delta") == 0 ? 0 : pg_tables_groups(m, out);
}

int pg_command_dump(struct mon_op *op)
{
    const json_t *first = json_array_get(json_object_get(op->cmd, "dumpcontents"), 0);
    const char *what = json_is_string(first) ? json_string_value(first) : "all";
    struct strbuf text = STRBUF_INIT;
    int r;

    mon_op_status(op, "dumped %s", what);
    if (op->json)
        return mon_op_json(op, dump(pg_map_of(op), what), false);
    r = print_dump(pg_map_of(op), what, &text);
    if (r) {
        strbuf_destroy(&text);
        return r;
    }
    if (strcmp(what, "osds") != 0 && strcmp(what, "pgs_brief") != 0)
        strbuf_add(&text, omap_note);
    return mon_op_steal_text(op, &text);
}

/* ---- lists ---- */

struct filter {
    int64_t pool; /* PG_MAP_ALL_POOLS */
    int32_t osd;  /* -1: any */
    bool primary; /* the OSD must be it */
    uint64_t states;
};

static bool has_osd(const struct pg_stat *s, const struct filter *f)
{
    if (f->osd < 0)
        return true;
    if (f->primary)
        return s->acting_primary == f->osd;
    for (uint32_t i = 0; i < s->acting.count; i++)
        if (s->acting.ids[i] == f->osd)
            return true;
    for (uint32_t i = 0; i < s->up.count; i++)
        if (s->up.ids[i] == f->osd)
            return true;
    return false;
}

static bool matches(const struct pg_map_pg *pg, const struct filter *f)
{
    return (f->pool == PG_MAP_ALL_POOLS || pg->id.pool == f->pool) &&
           (f->osd < 0 || (pg->reported && has_osd(&pg->stat, f))) &&
           (!f->states || (pg->state & f->states) == f->states);
}

static int read_states(struct mon_op *op, uint64_t *states)
{
    static const struct {
        const char *name;
        uint64_t state;
    } names[] = {
#define X(bit, constant, name) {name, UINT64_C(1) << (bit)},
        PG_STATES(X)
#undef X
    };
    const json_t *list = json_object_get(op->cmd, "states"), *value;
    size_t i, k;

    json_array_foreach(list, i, value)
    {
        const char *text = json_string_value(value);
        for (k = 0; k < ARRAY_SIZE(names) && strcmp(names[k].name, text); k++)
            continue;
        if (strcmp(text, "all") == 0)
            continue;
        if (k == ARRAY_SIZE(names))
            return mon_op_fail(op, -EINVAL, "'%s' is not a valid pg state", text);
        *states |= names[k].state;
    }
    return 0;
}

static json_t *dump_list(const char *key, const struct pg_map_pg *const *pgs, unsigned count)
{
    json_t *groups = json_array();

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(groups, pg_dump_group(pgs[i]));
    return json_pack("{s:b, s:o}", "pg_ready", 1, key, groups);
}

static int list(struct mon_op *op, struct filter *f)
{
    const struct pg_map *m = pg_map_of(op);
    const struct pg_map_pg **found;
    struct strbuf text = STRBUF_INIT;
    unsigned count = 0;
    int r = read_states(op, &f->states);

    if (r)
        return r;
    if (f->pool != PG_MAP_ALL_POOLS && !osdmap_find_pool(map_of(op), f->pool))
        return mon_op_fail(op, -ENOENT, "pool %" PRId64 " does not exist", f->pool);
    found = calloc(m->count ? m->count : 1, sizeof(*found));
    for (unsigned i = 0; found && i < m->count; i++)
        if (matches(&m->pgs[i], f))
            found[count++] = &m->pgs[i];
    if (op->json) {
        r = mon_op_json(op, dump_list("pg_stats", found, count), false);
    } else if (found && (r = pg_tables_list(found, count, &text)) == 0) {
        strbuf_add(&text, omap_note);
        r = mon_op_steal_text(op, &text);
    }
    strbuf_destroy(&text);
    free(found);
    return found ? r : -ENOMEM;
}

int pg_command_ls(struct mon_op *op)
{
    struct filter f = {.pool = command_int(op->cmd, "pool", PG_MAP_ALL_POOLS), .osd = -1};

    return list(op, &f);
}

int pg_command_ls_by_pool(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "poolstr", "");
    const struct osdmap_pool *pool = osdmap_find_pool_by_name(map_of(op), name);
    struct filter f = {.pool = pool ? pool->id : 0, .osd = -1};

    return pool ? list(op, &f) : mon_op_fail(op, -ENOENT, "pool '%s' does not exist", name);
}

static int list_by_osd(struct mon_op *op, bool primary)
{
    struct filter f = {.pool = command_int(op->cmd, "pool", PG_MAP_ALL_POOLS), .primary = primary};
    int r = osd_argument_existing(op, "osd", map_of(op), &f.osd);

    return r ? r : list(op, &f);
}

int pg_command_ls_by_osd(struct mon_op *op)
{
    return list_by_osd(op, false);
}

int pg_command_ls_by_primary(struct mon_op *op)
{
    return list_by_osd(op, true);
}

/* ---- stuck ---- */

enum stuck {
    STUCK_INACTIVE = 1,
    STUCK_UNCLEAN = 2,
    STUCK_STALE = 4,
    STUCK_UNDERSIZED = 8,
    STUCK_DEGRADED = 16
};

/* Which ones are asked for; unclean ones when none are. */
static unsigned read_stuck(const struct mon_op *op)
{
    static const char *const names[] = {"inactive", "unclean", "stale", "undersized", "degraded"};
    const json_t *list = json_object_get(op->cmd, "stuckops");
    unsigned kinds = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t k = 0; k < ARRAY_SIZE(names); k++)
            if (strcmp(json_string_value(json_array_get(list, i)), names[k]) == 0)
                kinds |= 1u << k;
    return kinds ? kinds : STUCK_UNCLEAN;
}

static void note_earliest(struct utime *since, bool stuck, struct utime good)
{
    if (stuck && utime_to_ns(good) < utime_to_ns(*since))
        *since = good;
}

/* Since when it is in one of these states; now: it is not. Who was never told of has been so from the start.
 */
static struct utime stuck_since(const struct pg_map_pg *pg, unsigned kinds, struct utime created,
                                struct utime now)
{
    const struct pg_stat *s = &pg->stat;
    struct utime since = now;

    note_earliest(&since, kinds & STUCK_INACTIVE && !(pg->state & PG_STATE(ACTIVE)),
                  pg->reported ? s->last_active : created);
    note_earliest(&since, kinds & STUCK_UNCLEAN && !(pg->state & PG_STATE(CLEAN)),
                  pg->reported ? s->last_clean : created);
    note_earliest(&since, kinds & STUCK_STALE && pg->state & PG_STATE(STALE), s->last_unstale);
    note_earliest(&since, kinds & STUCK_UNDERSIZED && pg->state & PG_STATE(UNDERSIZED), s->last_fullsized);
    note_earliest(&since, kinds & STUCK_DEGRADED && pg->state & PG_STATE(DEGRADED), s->last_undegraded);
    return since;
}

static unsigned find_stuck(const struct mon_op *op, const struct pg_map_pg **found)
{
    const struct pg_map *m = pg_map_of(op);
    int64_t threshold =
        command_int(op->cmd, "threshold", conf_i64(op->mon->conf, OPT_mon_pg_stuck_threshold));
    unsigned kinds = read_stuck(op), count = 0;
    struct utime now = utime_now();

    for (unsigned i = 0; i < m->count; i++) {
        const struct osdmap_pool *pool = osdmap_find_pool(map_of(op), m->pgs[i].id.pool);
        struct utime since = stuck_since(&m->pgs[i], kinds, pool ? pool->pool.create_time : now, now);
        if (utime_to_ns(since) < utime_to_ns(now) && (int64_t)now.sec - (int64_t)since.sec >= threshold)
            found[count++] = &m->pgs[i];
    }
    return count;
}

int pg_command_dump_stuck(struct mon_op *op)
{
    const struct pg_map *m = pg_map_of(op);
    const struct pg_map_pg **found = calloc(m->count ? m->count : 1, sizeof(*found));
    unsigned count = found ? find_stuck(op, found) : 0;
    struct strbuf text = STRBUF_INIT;
    int r = found ? 0 : -ENOMEM;

    if (found && op->json)
        r = mon_op_json(op, dump_list("stuck_pg_stats", found, count), false);
    else if (count && (r = pg_tables_stuck(found, count, &text)) == 0)
        r = mon_op_steal_text(op, &text);
    mon_op_status(op, "ok");
    strbuf_destroy(&text);
    free(found);
    return r;
}

/* ---- where a group is ---- */

static int read_pgid(const char *text, struct pg_id *pg)
{
    char *end;

    errno = 0;
    pg->pool = strtoll(text, &end, 10);
    if (errno || end == text || *end != '.' || pg->pool < 0)
        return -EINVAL;
    text = end + 1;
    pg->seed = (uint32_t)strtoul(text, &end, 16);
    return errno || end == text || *end ? -EINVAL : 0;
}

int pg_command_map(struct mon_op *op)
{
    const char *given = command_str(op->cmd, "pgid", "");
    const struct osdmap *map = map_of(op);
    const struct osdmap_pool *pool;
    struct osdmap_mapping mapping;
    char raw[PG_ID_TEXT_MAX], id[PG_ID_TEXT_MAX];
    struct strbuf text = STRBUF_INIT;
    struct pg_osds where;
    struct pg_id pg;
    int r;

    if (read_pgid(given, &pg))
        return mon_op_fail(op, -EINVAL, "invalid pgid '%s'", given);
    pool = osdmap_find_pool(map, pg.pool);
    if (!pool)
        return mon_op_fail(op, -ENOENT, "pg '%s' does not exist", given);
    r = osdmap_mapping_init(&mapping, map);
    if (r)
        return r;
    pg_id_print(pg, raw);
    pg_id_print(osdmap_pg_of_hash(pool, pg.seed), id);
    r = osdmap_map_pg(&mapping, pg, &where);
    osdmap_mapping_destroy(&mapping);
    if (r)
        return mon_op_fail(op, r, "pg '%s' has no crush rule", given);
    if (op->json)
        return mon_op_json(op,
                           json_pack("{s:I, s:s, s:s, s:o, s:o}", "epoch", (json_int_t)map->epoch, "raw_pgid",
                                     raw, "pgid", id, "up", pg_dump_set(&where.up), "acting",
                                     pg_dump_set(&where.acting)),
                           false);
    strbuf_printf(&text, "osdmap e%u pg %s (%s) -> up ", map->epoch, raw, id);
    pg_tables_print_set(&where.up, &text);
    strbuf_add(&text, " acting ");
    pg_tables_print_set(&where.acting, &text);
    strbuf_addc(&text, '\n');
    return mon_op_steal_text(op, &text);
}
