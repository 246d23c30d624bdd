/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/pg_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mon/text_size.h"

static unsigned count_with(const struct pg_map *m, bool unknown)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->count; i++)
        n += unknown ? m->pgs[i].state == 0 : m->pgs[i].state && !(m->pgs[i].state & PG_STATE(ACTIVE));
    return n;
}

/* ---- objects ---- */

static json_t *dump_states(const struct pg_map *m, const char *name_key, const char *count_key)
{
    char name[PG_STATE_TEXT_MAX];
    json_t *list = json_array();
    unsigned count;
    struct pg_map_state_count *states = pg_map_count_states(m, &count);

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:i}", name_key, pg_state_print(states[i].state, name),
                                              count_key, (int)states[i].count));
    free(states);
    return list;
}

static void set_u64(json_t *o, const char *key, uint64_t value)
{
    json_object_set_new(o, key, json_integer((json_int_t)value));
}

void pg_status_add_rates(json_t *to, const struct pg_map_rates *r)
{
    if (r->reads || r->read_bytes)
        set_u64(to, "read_bytes_sec", r->read_bytes);
    if (r->writes || r->write_bytes)
        set_u64(to, "write_bytes_sec", r->write_bytes);
    if (r->reads || r->writes) {
        set_u64(to, "read_op_per_sec", r->reads);
        set_u64(to, "write_op_per_sec", r->writes);
    }
}

json_t *pg_status_dump(const struct pg_map *m)
{
    struct pg_map_sum sum = pg_map_sum(m, PG_MAP_ALL_POOLS);
    struct pg_map_rates rates = pg_map_rates(m, PG_MAP_ALL_POOLS);
    struct pg_map_space space = pg_map_space(m);
    unsigned unknown = count_with(m, true), inactive = count_with(m, false);
    json_t *o = json_object();

    json_object_set_new(o, "pgs_by_state", dump_states(m, "state_name", "count"));
    set_u64(o, "num_pgs", m->count);
    set_u64(o, "num_pools", m->pool_count);
    set_u64(o, "num_objects", (uint64_t)sum.stats.num_objects);
    set_u64(o, "data_bytes", (uint64_t)sum.stats.num_bytes);
    set_u64(o, "bytes_used", space.used_raw);
    set_u64(o, "bytes_avail", space.avail);
    set_u64(o, "bytes_total", space.total);
    if (inactive)
        json_object_set_new(o, "inactive_pgs_ratio", json_real((double)inactive / m->count));
    if (unknown)
        json_object_set_new(o, "unknown_pgs_ratio", json_real((double)unknown / m->count));
    pg_status_add_rates(o, &rates);
    return o;
}

json_t *pg_status_dump_line(const struct pg_map *m)
{
    struct pg_map_rates rates = pg_map_rates(m, PG_MAP_ALL_POOLS);
    struct pg_map_space space = pg_map_space(m);
    json_t *o = json_object();

    json_object_set_new(o, "num_pg_by_state", dump_states(m, "name", "num"));
    set_u64(o, "num_pgs", m->count);
    set_u64(o, "num_bytes", (uint64_t)pg_map_sum(m, PG_MAP_ALL_POOLS).stats.num_bytes);
    set_u64(o, "total_bytes", space.total);
    set_u64(o, "total_avail_bytes", space.avail);
    set_u64(o, "total_used_bytes", space.used);
    set_u64(o, "total_used_raw_bytes", space.used_raw);
    pg_status_add_rates(o, &rates);
    return json_pack("{s:b, s:o}", "pg_ready", 1, "pg_summary", o);
}

/* ---- lines ---- */

void pg_status_print_rates(const struct pg_map_rates *r, struct strbuf *out)
{
    char a[TEXT_SIZE_MAX], b[TEXT_SIZE_MAX];

    if (!r->reads && !r->writes)
        return;
    if (r->reads)
        strbuf_printf(out, "%s/s rd, ", text_size_bytes(a, r->read_bytes));
    if (r->writes)
        strbuf_printf(out, "%s/s wr, ", text_size_bytes(a, r->write_bytes));
    strbuf_printf(out, "%s op/s rd, %s op/s wr", text_size_count(a, r->reads), text_size_count(b, r->writes));
}

static void print_usage(const struct pg_map *m, struct strbuf *out)
{
    struct pg_map_space space = pg_map_space(m);
    char used[TEXT_SIZE_MAX], avail[TEXT_SIZE_MAX], total[TEXT_SIZE_MAX];

    strbuf_printf(out, "%s used, %s / %s avail", text_size_bytes(used, space.used_raw),
                  text_size_bytes(avail, space.avail), text_size_bytes(total, space.total));
}

/* Counts flush left under each other. */
static void print_states(const struct pg_map *m, const char *indent, struct strbuf *out)
{
    unsigned count, unknown = count_with(m, true), inactive = count_with(m, false);
    struct pg_map_state_count *states = pg_map_count_states(m, &count);
    int width = count ? snprintf(NULL, 0, "%u", states[0].count) : 0;
    char name[PG_STATE_TEXT_MAX];
    bool first = true;

    if (unknown) {
        strbuf_printf(out, "%.3f%% pgs unknown\n", 100.0 * unknown / m->count);
        first = false;
    }
    if (inactive) {
        strbuf_printf(out, "%s%.3f%% pgs not active\n", first ? "" : indent, 100.0 * inactive / m->count);
        first = false;
    }
    for (unsigned i = 0; i < count; i++, first = false)
        strbuf_printf(out, "%s%-*u %s\n", first ? "" : indent, width, states[i].count,
                      pg_state_print(states[i].state, name));
    if (!count)
        strbuf_addc(out, '\n');
    free(states);
}

void pg_status_print(const struct pg_map *m, struct strbuf *out)
{
    struct pg_map_sum sum = pg_map_sum(m, PG_MAP_ALL_POOLS);
    struct pg_map_rates rates = pg_map_rates(m, PG_MAP_ALL_POOLS);
    char objects[TEXT_SIZE_MAX], bytes[TEXT_SIZE_MAX];

    strbuf_printf(out, "  data:\n    pools:   %u pools, %u pgs\n", m->pool_count, m->count);
    strbuf_printf(out, "    objects: %s objects, %s\n    usage:   ",
                  text_size_count(objects, (uint64_t)sum.stats.num_objects),
                  text_size_bytes(bytes, (uint64_t)sum.stats.num_bytes));
    print_usage(m, out);
    strbuf_add(out, "\n    pgs:     ");
    print_states(m, "             ", out);
    strbuf_add(out, " \n");
    if (!rates.reads && !rates.writes)
        return;
    strbuf_add(out, "  io:\n    client:   ");
    pg_status_print_rates(&rates, out);
    strbuf_add(out, "\n \n");
}

void pg_status_print_line(const struct pg_map *m, struct strbuf *out)
{
    struct pg_map_rates rates = pg_map_rates(m, PG_MAP_ALL_POOLS);
    char name[PG_STATE_TEXT_MAX], bytes[TEXT_SIZE_MAX];
    unsigned count;
    struct pg_map_state_count *states = pg_map_count_states(m, &count);

    strbuf_printf(out, "%u pgs: ", m->count);
    for (unsigned i = 0; i < count; i++)
        strbuf_printf(out, "%s%u %s", i ? ", " : "", states[i].count, pg_state_print(states[i].state, name));
    strbuf_printf(out, "; %s data, ",
                  text_size_bytes(bytes, (uint64_t)pg_map_sum(m, PG_MAP_ALL_POOLS).stats.num_bytes));
    print_usage(m, out);
    if (rates.reads || rates.writes) {
        strbuf_add(out, "; ");
        pg_status_print_rates(&rates, out);
    }
    free(states);
}

/* ---- what is wrong ---- */

void pg_status_health(const struct pg_map *m, struct health_checks *checks)
{
    unsigned bad = 0, stale = 0;
    struct health_check *check;
    struct strbuf what = STRBUF_INIT;

    for (unsigned i = 0; i < m->count; i++) {
        bad += !(m->pgs[i].state & PG_STATE(ACTIVE));
        stale += m->pgs[i].state & PG_STATE(STALE) ? 1 : 0;
    }
    if (!bad && !stale)
        return;
    if (bad)
        strbuf_printf(&what, "%u pg%s inactive", bad, bad == 1 ? "" : "s");
    if (stale)
        strbuf_printf(&what, "%s%u pg%s stale", bad ? ", " : "", stale, stale == 1 ? "" : "s");
    check = health_checks_add(checks, "PG_AVAILABILITY", HEALTH_WARN, bad + stale,
                              "Reduced data availability: %s", strbuf_text(&what));
    for (unsigned i = 0; i < m->count; i++) {
        const struct pg_map_pg *pg = &m->pgs[i];
        char id[PG_ID_TEXT_MAX], state[PG_STATE_TEXT_MAX];
        if (pg->state & PG_STATE(ACTIVE) && !(pg->state & PG_STATE(STALE)))
            continue;
        health_check_detail(check, "pg %s is %s", pg_id_print(pg->id, id), pg_state_print(pg->state, state));
    }
    strbuf_destroy(&what);
}
