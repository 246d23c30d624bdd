/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/space_commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/command_sig.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "mon/json_text.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"
#include "mon/text_size.h"
#include "common/text_table.h"

/* What the answers are made from. */
struct view {
    const struct osdmap *map;
    const struct crush_map *crush;
    const struct pg_map *pgs;
};

static struct view view_of(const struct mon_op *op)
{
    const struct paxos_service *s = op->mon->services[MON_SERVICE_OSD];

    return (struct view){osd_monitor_map(s), osd_monitor_crush(s), osd_monitor_pg_map(s)};
}

static double part(uint64_t n, uint64_t of)
{
    return of ? (double)n / (double)of : 0;
}

static void set_u64(json_t *o, const char *key, uint64_t value)
{
    json_object_set_new(o, key, json_integer((json_int_t)value));
}

/* ---- df: the OSDs ---- */

/* What OSDs of one class have; NULL: of all. */
static struct pg_map_space class_space(const struct view *v, const char *name)
{
    struct pg_map_space s = {0};

    for (unsigned i = 0; i < v->pgs->osd_count; i++) {
        const char *its = crush_class_of(v->crush, (int32_t)i);
        if (!name || (its && strcmp(its, name) == 0))
            pg_map_add_space(&s, &v->pgs->osds[i]);
    }
    return s;
}

static json_t *dump_space(const struct pg_map_space *s)
{
    json_t *o = json_object();

    set_u64(o, "total_bytes", s->total);
    set_u64(o, "total_avail_bytes", s->avail);
    set_u64(o, "total_used_bytes", s->used);
    set_u64(o, "total_used_raw_bytes", s->used_raw);
    json_object_set_new(o, "total_used_raw_ratio",
                        s->total ? json_real(part(s->used_raw, s->total)) : json_integer(0));
    return o;
}

static void add_space_row(struct text_table *t, const char *name, const struct pg_map_space *s)
{
    char size[TEXT_SIZE_MAX], avail[TEXT_SIZE_MAX], used[TEXT_SIZE_MAX], raw[TEXT_SIZE_MAX], percent[16];

    snprintf(percent, sizeof(percent), s->used_raw ? "%.2f" : "%.0f", 100 * part(s->used_raw, s->total));
    text_table_row(t, (const char *[]){name, text_size_bytes(size, s->total),
                                       text_size_bytes(avail, s->avail), text_size_bytes(used, s->used),
                                       text_size_bytes(raw, s->used_raw), percent});
}

static int print_raw(const struct view *v, struct strbuf *out)
{
    struct pg_map_space s;
    struct text_table t;
    int r;

    text_table_init(&t, "CLASS|>SIZE|>AVAIL|>USED|>RAW USED|>%RAW USED");
    for (unsigned i = 0; i < v->crush->class_names.count; i++) {
        s = class_space(v, v->crush->class_names.names[i].name);
        if (s.osds)
            add_space_row(&t, v->crush->class_names.names[i].name, &s);
    }
    s = class_space(v, NULL);
    add_space_row(&t, "TOTAL", &s);
    strbuf_add(out, "--- RAW STORAGE ---\n");
    r = text_table_print(&t, out);
    text_table_destroy(&t);
    return r;
}

/* ---- df: the pools ---- */

/* What a pool may still grow by before the first of the OSDs that its rule can use counts as full. */
static uint64_t pool_room(const struct view *v, const struct pg_pool *pool)
{
    const struct crush_rule *rule =
        pool->crush_rule < v->crush->max_rules ? &v->crush->rules[pool->crush_rule] : NULL;
    int32_t root =
        rule && rule->exists && rule->len && rule->steps[0].op == CRUSH_OP_TAKE ? rule->steps[0].arg1 : 0;
    double weights = 0, least = -1;

    for (int pass = 0; root < 0 && pass < 2; pass++)
        for (unsigned i = 0; i < v->pgs->osd_count; i++) {
            const struct osd_stat *s = &v->pgs->osds[i];
            double weight =
                       osdmap_is_in(v->map, (int32_t)i) && crush_edit_contains(v->crush, root, (int32_t)i)
                           ? crush_edit_weight_of(v->crush, (int32_t)i)
                           : 0,
                   room;
            if (!s->num_osds || weight <= 0)
                continue;
            if (pass == 0) {
                weights += weight;
                continue;
            }
            room = (double)s->statfs.available - (double)s->statfs.total * (1 - (double)v->map->full_ratio);
            room = room > 0 ? room * weights / weight : 0;
            least = least < 0 || room < least ? room : least;
        }
    return least > 0 && pool->size ? (uint64_t)(least / pool->size) : 0;
}

struct pool_row {
    uint64_t stored, objects, room, dirty;
    double used;
};

static struct pool_row read_pool(const struct view *v, const struct osdmap_pool *p)
{
    struct object_stat_sum s = pg_map_sum(v->pgs, p->id).stats;
    struct pool_row row = {.stored = (uint64_t)s.num_bytes,
                           .objects = (uint64_t)s.num_objects,
                           .dirty = (uint64_t)s.num_objects_dirty,
                           .room = pool_room(v, &p->pool)};

    row.used = part(row.stored, row.stored + row.room);
    return row;
}

static json_t *dump_pool(const struct view *v, const struct osdmap_pool *p, bool detail)
{
    struct pool_row row = read_pool(v, p);
    struct object_stat_sum s = pg_map_sum(v->pgs, p->id).stats;
    json_t *o = json_object();

    set_u64(o, "stored", row.stored);
    if (detail) {
        set_u64(o, "stored_data", row.stored);
        set_u64(o, "stored_omap", 0);
    }
    set_u64(o, "objects", row.objects);
    set_u64(o, "kb_used", (row.stored + 1023) / 1024);
    set_u64(o, "bytes_used", row.stored);
    if (detail) {
        set_u64(o, "data_bytes_used", row.stored);
        set_u64(o, "omap_bytes_used", 0);
    }
    json_object_set_new(o, "percent_used", row.used > 0 ? json_real(row.used) : json_integer(0));
    set_u64(o, "max_avail", row.room);
    if (detail) {
        set_u64(o, "quota_objects", p->pool.quota_max_objects);
        set_u64(o, "quota_bytes", p->pool.quota_max_bytes);
        set_u64(o, "dirty", 0);
        set_u64(o, "rd", (uint64_t)s.num_rd);
        set_u64(o, "rd_bytes", (uint64_t)s.num_rd_kb * 1024);
        set_u64(o, "wr", (uint64_t)s.num_wr);
        set_u64(o, "wr_bytes", (uint64_t)s.num_wr_kb * 1024);
        set_u64(o, "compress_bytes_used", 0);
        set_u64(o, "compress_under_bytes", 0);
        set_u64(o, "stored_raw", row.stored * p->pool.size);
        set_u64(o, "avail_raw", row.room * p->pool.size);
    }
    return json_pack("{s:o, s:I, s:o}", "name", json_text(p->name), "id", (json_int_t)p->id, "stats", o);
}

static json_t *dump_df(const struct view *v, bool detail)
{
    struct pg_map_space all = class_space(v, NULL);
    json_t *stats = dump_space(&all), *classes = json_object(), *pools = json_array();

    set_u64(stats, "num_osds", all.osds);
    set_u64(stats, "num_per_pool_osds", 0);
    set_u64(stats, "num_per_pool_omap_osds", 0);
    for (unsigned i = 0; i < v->crush->class_names.count; i++) {
        struct pg_map_space s = class_space(v, v->crush->class_names.names[i].name);
        if (s.osds)
            json_object_set_new(classes, v->crush->class_names.names[i].name, dump_space(&s));
    }
    for (unsigned i = 0; i < v->map->pool_count; i++)
        json_array_append_new(pools, dump_pool(v, &v->map->pools[i], detail));
    return json_pack("{s:o, s:o, s:o}", "stats", stats, "stats_by_class", classes, "pools", pools);
}

static void add_pool_row(struct text_table *t, const struct view *v, const struct osdmap_pool *p, bool detail)
{
    struct pool_row row = read_pool(v, p);
    char id[24], pgs[16], stored[TEXT_SIZE_MAX], objects[TEXT_SIZE_MAX], percent[16], room[TEXT_SIZE_MAX];
    char most_objects[TEXT_SIZE_MAX] = "N/A", most_bytes[TEXT_SIZE_MAX] = "N/A";

    snprintf(id, sizeof(id), "%" PRId64, p->id);
    snprintf(pgs, sizeof(pgs), "%u", p->pool.pg_num);
    snprintf(percent, sizeof(percent), row.used > 0 ? "%.2f" : "%.0f", 100 * row.used);
    text_size_bytes(stored, row.stored);
    text_size_bytes(room, row.room);
    text_size_count(objects, row.objects);
    if (p->pool.quota_max_objects)
        text_size_count(most_objects, p->pool.quota_max_objects);
    if (p->pool.quota_max_bytes)
        text_size_bytes(most_bytes, p->pool.quota_max_bytes);
    if (detail)
        text_table_row(t,
                       (const char *[]){p->name, id, pgs, stored, stored, "0 B", objects, stored, stored,
                                        "0 B", percent, room, most_objects, most_bytes, "N/A", "0 B", "0 B"});
    else
        text_table_row(t, (const char *[]){p->name, id, pgs, stored, objects, stored, percent, room});
}

static int print_pools(const struct view *v, bool detail, struct strbuf *out)
{
    struct text_table t;
    int r;

    text_table_init(&t, detail
                            ? "POOL|>ID|>PGS|>STORED|>(DATA)|>(OMAP)|>OBJECTS|>USED|>(DATA)|>(OMAP)|>%USED|"
                              ">MAX AVAIL|>QUOTA OBJECTS|>QUOTA BYTES|>DIRTY|>USED COMPR|>UNDER COMPR"
                            : "POOL|>ID|>PGS|>STORED|>OBJECTS|>USED|>%USED|>MAX AVAIL");
    for (unsigned i = 0; i < v->map->pool_count; i++)
        add_pool_row(&t, v, &v->map->pools[i], detail);
    strbuf_add(out, " \n--- POOLS ---\n");
    r = text_table_print(&t, out);
    text_table_destroy(&t);
    return r;
}

int osd_command_df(struct mon_op *op)
{
    bool detail = command_str(op->cmd, "detail", NULL) != NULL;
    struct strbuf text = STRBUF_INIT;
    struct view v = view_of(op);
    int r;

    if (op->json)
        return mon_op_json(op, dump_df(&v, detail), false);
    r = print_raw(&v, &text);
    if (r == 0)
        r = print_pools(&v, detail, &text);
    if (r == 0)
        r = mon_op_steal_text(op, &text);
    strbuf_destroy(&text);
    return r;
}
