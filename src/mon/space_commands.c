/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/space_commands.h"

#include <inttypes.h>
#include <math.h>
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

/* ---- osd df ---- */

struct balance {
    double average, least, most, deviation; /* parts of 1 that are used */
};

static double used_part(const struct osd_stat *s)
{
    return part(s->kb_used, s->kb);
}

static struct balance weigh(const struct view *v)
{
    struct balance b = {.average = 0, .least = INFINITY, .most = 0};
    uint64_t used = 0, total = 0;
    double squares = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < v->pgs->osd_count; i++) {
        used += v->pgs->osds[i].kb_used;
        total += v->pgs->osds[i].kb;
    }
    b.average = part(used, total);
    for (unsigned i = 0; i < v->pgs->osd_count; i++) {
        const struct osd_stat *s = &v->pgs->osds[i];
        double var = b.average > 0 ? used_part(s) / b.average : 1;
        if (!s->num_osds || !s->kb)
            continue;
        b.least = fmin(b.least, var);
        b.most = fmax(b.most, var);
        squares += pow(100 * (used_part(s) - b.average), 2);
        n++;
    }
    b.deviation = n ? sqrt(squares / n) : 0;
    if (!n)
        b.least = 0;
    return b;
}

static const char *status_word(const struct osdmap *map, int32_t osd)
{
    if (osdmap_is_up(map, osd))
        return "up";
    return map->osds[osd].state & OSD_DESTROYED ? "destroyed" : "down";
}

static json_t *dump_osd(const struct view *v, int32_t osd, const struct balance *b)
{
    const struct osd_stat *s = &v->pgs->osds[osd];
    const char *class_name = crush_class_of(v->crush, osd);
    json_t *o = json_object();

    set_u64(o, "id", (uint64_t)osd);
    json_object_set_new(o, "device_class", json_text(class_name ? class_name : ""));
    json_object_set_new(o, "name", json_sprintf("osd.%" PRId32, osd));
    json_object_set_new(o, "type", json_string("osd"));
    set_u64(o, "type_id", 0);
    json_object_set_new(o, "crush_weight",
                        json_real(crush_edit_weight_of(v->crush, osd) / (double)CRUSH_WEIGHT_ONE));
    set_u64(o, "depth", 2);
    json_object_set_new(o, "pool_weights", json_object());
    json_object_set_new(o, "reweight", json_real(v->map->osds[osd].weight / (double)OSD_WEIGHT_ONE));
    set_u64(o, "kb", s->kb);
    set_u64(o, "kb_used", s->kb_used);
    set_u64(o, "kb_used_data", s->kb_used_data);
    set_u64(o, "kb_used_omap", s->kb_used_omap);
    set_u64(o, "kb_used_meta", s->kb_used_meta);
    set_u64(o, "kb_avail", s->kb_avail);
    json_object_set_new(o, "utilization", json_real(100 * used_part(s)));
    json_object_set_new(o, "var", json_real(b->average > 0 ? used_part(s) / b->average : 1));
    set_u64(o, "pgs", s->num_pgs);
    json_object_set_new(o, "status", json_string(status_word(v->map, osd)));
    return o;
}

struct osd_sums {
    uint64_t kb, used, data, omap, meta, avail;
};

static struct osd_sums sum_osds(const struct pg_map *m)
{
    struct osd_sums t = {0};

    for (unsigned i = 0; i < m->osd_count; i++) {
        t.kb += m->osds[i].kb;
        t.used += m->osds[i].kb_used;
        t.data += m->osds[i].kb_used_data;
        t.omap += m->osds[i].kb_used_omap;
        t.meta += m->osds[i].kb_used_meta;
        t.avail += m->osds[i].kb_avail;
    }
    return t;
}

static json_t *dump_osds(const struct view *v)
{
    struct balance b = weigh(v);
    struct osd_sums t = sum_osds(v->pgs);
    json_t *nodes = json_array(), *sum = json_object();

    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++)
        if (osdmap_exists(v->map, osd))
            json_array_append_new(nodes, dump_osd(v, osd, &b));
    set_u64(sum, "total_kb", t.kb);
    set_u64(sum, "total_kb_used", t.used);
    set_u64(sum, "total_kb_used_data", t.data);
    set_u64(sum, "total_kb_used_omap", t.omap);
    set_u64(sum, "total_kb_used_meta", t.meta);
    set_u64(sum, "total_kb_avail", t.avail);
    json_object_set_new(sum, "average_utilization", json_real(100 * b.average));
    json_object_set_new(sum, "min_var", json_real(b.least));
    json_object_set_new(sum, "max_var", json_real(b.most));
    json_object_set_new(sum, "dev", json_real(b.deviation));
    return json_pack("{s:o, s:[], s:o}", "nodes", nodes, "stray", "summary", sum);
}

static void add_osd_row(struct text_table *t, const char *const head[4], const struct osd_sums *s,
                        double used, const char *var, const char *pgs, const char *status)
{
    char text[6][TEXT_SIZE_MAX], percent[16];

    snprintf(percent, sizeof(percent), "%.2f", 100 * used);
    text_table_row(t, (const char *[]){
                          head[0], head[1], head[2], head[3], text_size_bytes(text[0], s->kb * 1024),
                          text_size_bytes(text[1], s->used * 1024), text_size_bytes(text[2], s->data * 1024),
                          text_size_bytes(text[3], s->omap * 1024), text_size_bytes(text[4], s->meta * 1024),
                          text_size_bytes(text[5], s->avail * 1024), percent, var, pgs, status});
}

static int print_osds(const struct view *v, struct strbuf *out)
{
    struct balance b = weigh(v);
    struct osd_sums total = sum_osds(v->pgs);
    struct text_table t;
    int r;

    text_table_init(
        &t, ">ID|>CLASS|>WEIGHT|>REWEIGHT|>SIZE|>RAW USE|>DATA|>OMAP|>META|>AVAIL|>%USE|>VAR|>PGS|>STATUS");
    for (int32_t osd = 0; osd < (int32_t)v->map->max_osd; osd++) {
        const struct osd_stat *s = &v->pgs->osds[osd];
        struct osd_sums one = {s->kb,           s->kb_used,      s->kb_used_data,
                               s->kb_used_omap, s->kb_used_meta, s->kb_avail};
        const char *class_name = crush_class_of(v->crush, osd);
        char id[16], weight[24], reweight[24], var[24], pgs[16];
        if (!osdmap_exists(v->map, osd))
            continue;
        snprintf(id, sizeof(id), "%" PRId32, osd);
        snprintf(weight, sizeof(weight), "%.5f",
                 crush_edit_weight_of(v->crush, osd) / (double)CRUSH_WEIGHT_ONE);
        snprintf(reweight, sizeof(reweight), "%.5f", v->map->osds[osd].weight / (double)OSD_WEIGHT_ONE);
        snprintf(var, sizeof(var), "%.2f", b.average > 0 ? used_part(s) / b.average : 1);
        snprintf(pgs, sizeof(pgs), "%u", s->num_pgs);
        add_osd_row(&t, (const char *const[]){id, class_name ? class_name : "", weight, reweight}, &one,
                    used_part(s), var, pgs, status_word(v->map, osd));
    }
    add_osd_row(&t, (const char *const[]){"", "", "", "TOTAL"}, &total, b.average, "", "", "");
    r = text_table_print(&t, out);
    text_table_destroy(&t);
    strbuf_printf(out, "MIN/MAX VAR: %.2f/%.2f  STDDEV: %.2f\n", b.least, b.most, b.deviation);
    return r;
}

int osd_command_df_osds(struct mon_op *op)
{
    struct strbuf text = STRBUF_INIT;
    struct view v = view_of(op);
    int r;

    if (op->json)
        return mon_op_json(op, dump_osds(&v), false);
    r = print_osds(&v, &text);
    if (r == 0)
        r = mon_op_steal_text(op, &text);
    strbuf_destroy(&text);
    return r;
}
