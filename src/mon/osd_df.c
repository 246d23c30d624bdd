/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How full each OSD is, as a list or in the hierarchy. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/text_table.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_tree.h"
#include "maps/osd_tree.h"
#include "mon/json_text.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"
#include "mon/space_commands.h"
#include "mon/text_size.h"

struct kilobytes {
    uint64_t all, used, data, omap, meta, avail;
};

/* An OSD, or a bucket with all that is in it. */
struct row {
    struct crush_tree_node node;
    struct kilobytes kb;
    json_t *children; /* borrowed; NULL: an OSD */
};

struct df {
    const struct osdmap *map;
    const struct crush_map *crush;
    const struct pg_map *pgs;
    bool tree;
    struct row *rows; /* the hierarchy, then OSDs that are in none */
    unsigned count, in_tree;
    struct kilobytes sum;
    double average;                /* part of 1 that is used */
    double least, most, deviation; /* of the OSDs that are in, from the average */
};

static double used_part(const struct kilobytes *kb)
{
    return kb->all ? (double)kb->used / (double)kb->all : 0;
}

static double var_of(const struct df *d, const struct kilobytes *kb)
{
    return d->average > 0 ? used_part(kb) / d->average : 1;
}

static double reweight_of(const struct df *d, int32_t osd)
{
    return osdmap_exists(d->map, osd) ? d->map->osds[osd].weight / (double)OSD_WEIGHT_ONE : 0;
}

static void add(struct kilobytes *to, const struct kilobytes *kb)
{
    to->all += kb->all;
    to->used += kb->used;
    to->data += kb->data;
    to->omap += kb->omap;
    to->meta += kb->meta;
    to->avail += kb->avail;
}

static struct kilobytes kilobytes_of(const struct pg_map *m, int32_t osd)
{
    const struct osd_stat *s = (unsigned)osd < m->osd_count ? &m->osds[osd] : NULL;

    return s ? (struct kilobytes){s->kb,           s->kb_used,      s->kb_used_data,
                                  s->kb_used_omap, s->kb_used_meta, s->kb_avail}
             : (struct kilobytes){0};
}

/* ---- what there is ---- */

/* Rows of OSDs count in all buckets above them. */
static void fill_rows(struct df *d)
{
    for (unsigned i = 0; i < d->count; i++) {
        struct row *r = &d->rows[i];
        unsigned depth = r->node.depth;
        if (r->node.id < 0)
            continue;
        r->kb = kilobytes_of(d->pgs, r->node.id);
        add(&d->sum, &r->kb);
        for (unsigned up = i; depth && up-- > 0;)
            if (d->rows[up].node.depth < depth) {
                depth = d->rows[up].node.depth;
                add(&d->rows[up].kb, &r->kb);
            }
    }
}

static void weigh(struct df *d)
{
    double squares = 0, weights = 0;

    d->average = used_part(&d->sum);
    d->least = -1;
    for (unsigned i = 0; i < d->count; i++) {
        const struct row *r = &d->rows[i];
        double weight = r->node.id < 0 ? 0 : reweight_of(d, r->node.id), var = var_of(d, &r->kb);
        if (weight <= 0)
            continue;
        d->least = d->least < 0 ? var : fmin(d->least, var);
        d->most = fmax(d->most, var);
        squares += weight * pow(100 * (used_part(&r->kb) - d->average), 2);
        weights += weight;
    }
    d->least = fmax(d->least, 0);
    d->deviation = weights > 0 ? sqrt(squares / weights) : 0;
}

static bool has_row(const struct df *d, int32_t osd)
{
    for (unsigned i = 0; i < d->in_tree; i++)
        if (d->rows[i].node.id == osd)
            return true;
    return false;
}

static int df_init(struct df *d, const struct mon_op *op)
{
    const struct paxos_service *s = op->mon->services[MON_SERVICE_OSD];
    struct crush_tree_node *nodes;
    int r;

    *d = (struct df){.map = osd_monitor_map(s), .crush = osd_monitor_crush(s), .pgs = osd_monitor_pg_map(s)};
    d->tree = strcmp(command_str(op->cmd, "output_method", "plain"), "tree") == 0;
    r = crush_tree_list(d->crush, false, &nodes, &d->in_tree);
    if (r)
        return r;
    d->rows = calloc((size_t)d->in_tree + d->map->max_osd + 1, sizeof(*d->rows));
    for (unsigned i = 0; d->rows && i < d->in_tree; i++)
        d->rows[d->count++].node = nodes[i];
    for (int32_t osd = 0; d->rows && osd < (int32_t)d->map->max_osd; osd++)
        if (osdmap_exists(d->map, osd) && !has_row(d, osd))
            d->rows[d->count++].node = (struct crush_tree_node){.id = osd};
    free(nodes);
    if (!d->rows)
        return -ENOMEM;
    fill_rows(d);
    weigh(d);
    return 0;
}

static const char *status_word(const struct osdmap *map, int32_t osd)
{
    if (osdmap_is_up(map, osd))
        return "up";
    return osdmap_exists(map, osd) && map->osds[osd].state & OSD_DESTROYED ? "destroyed" : "down";
}

static unsigned groups_of(const struct df *d, int32_t osd)
{
    return (unsigned)osd < d->pgs->osd_count ? d->pgs->osds[osd].num_pgs : 0;
}

/* ---- JSON ---- */

static void dump_bucket(struct df *d, json_t *o, struct row *r)
{
    const struct crush_bucket *b = crush_map_bucket(d->crush, r->node.id);
    const char *name = crush_names_find(&d->crush->items, r->node.id);
    const char *type = b ? crush_names_find(&d->crush->types, b->type) : NULL;

    json_object_set_new(o, "name", json_text(name ? name : ""));
    json_object_set_new(o, "type", json_text(type ? type : ""));
    json_object_set_new(o, "type_id", json_integer(b ? b->type : 0));
    if (r->node.depth)
        json_object_set_new(o, "pool_weights", osd_tree_pool_weights(d->map, d->crush, &r->node));
    json_object_set_new(o, "reweight", json_integer(-1));
    r->children = json_array();
}

static void dump_osd(const struct df *d, json_t *o, const struct row *r)
{
    const char *class_name = crush_class_of(d->crush, r->node.id);

    json_object_set_new(o, "device_class", json_text(class_name ? class_name : ""));
    json_object_set_new(o, "name", json_sprintf("osd.%" PRId32, r->node.id));
    json_object_set_new(o, "type", json_string("osd"));
    json_object_set_new(o, "type_id", json_integer(0));
    json_object_set_new(o, "crush_weight", json_real(r->node.weight / (double)CRUSH_WEIGHT_ONE));
    json_object_set_new(o, "depth", json_integer(r->node.depth));
    json_object_set_new(o, "pool_weights", osd_tree_pool_weights(d->map, d->crush, &r->node));
    json_object_set_new(o, "reweight", json_real(reweight_of(d, r->node.id)));
}

/* The bucket that it is in gets its number; the last one comes first. */
static void note_child(const struct df *d, unsigned i)
{
    for (unsigned up = i; d->rows[i].node.depth && up-- > 0;)
        if (d->rows[up].node.depth < d->rows[i].node.depth) {
            json_array_insert_new(d->rows[up].children, 0, json_integer(d->rows[i].node.id));
            return;
        }
}

static json_t *dump_row(struct df *d, unsigned i)
{
    struct row *r = &d->rows[i];
    json_t *o = json_pack("{s:i}", "id", (int)r->node.id), *rest;
    bool osd = r->node.id >= 0;

    if (osd)
        dump_osd(d, o, r);
    else
        dump_bucket(d, o, r);
    rest = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I}", "kb", (json_int_t)r->kb.all, "kb_used",
                     (json_int_t)r->kb.used, "kb_used_data", (json_int_t)r->kb.data, "kb_used_omap",
                     (json_int_t)r->kb.omap, "kb_used_meta", (json_int_t)r->kb.meta, "kb_avail",
                     (json_int_t)r->kb.avail, "utilization", 100 * used_part(&r->kb), "var",
                     var_of(d, &r->kb), "pgs", (json_int_t)(osd ? groups_of(d, r->node.id) : 0));
    json_object_update(o, rest);
    json_decref(rest);
    if (osd)
        json_object_set_new(o, "status", json_string(status_word(d->map, r->node.id)));
    else
        json_object_set_new(o, "children", r->children);
    if (d->tree && i < d->in_tree)
        note_child(d, i);
    return o;
}

static json_t *dump(struct df *d)
{
    json_t *nodes = json_array(), *stray = json_array();

    for (unsigned i = 0; i < d->count; i++)
        if (d->tree || d->rows[i].node.id >= 0)
            json_array_append_new(i < d->in_tree ? nodes : stray, dump_row(d, i));
    return json_pack("{s:o, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}}", "nodes", nodes,
                     "stray", stray, "summary", "total_kb", (json_int_t)d->sum.all, "total_kb_used",
                     (json_int_t)d->sum.used, "total_kb_used_data", (json_int_t)d->sum.data,
                     "total_kb_used_omap", (json_int_t)d->sum.omap, "total_kb_used_meta",
                     (json_int_t)d->sum.meta, "total_kb_avail", (json_int_t)d->sum.avail,
                     "average_utilization", 100 * d->average, "min_var", d->least, "max_var", d->most, "dev",
                     d->deviation);
}

/* ---- text ---- */

enum { NUMBER_MAX = 24 };

/* Nothing is a plain 0. */
static const char *print_number(char buf[static NUMBER_MAX], double v, int digits)
{
    snprintf(buf, NUMBER_MAX, "%.*f", v < 0.000001 ? 0 : digits, v);
    return buf;
}

/* What stands before and behind the sizes. */
struct texts {
    const char *id, *class, *weight, *reweight, *var, *pgs, *status, *name;
};

static void add_line(struct text_table *t, const struct texts *x, const struct kilobytes *kb)
{
    char size[6][TEXT_SIZE_MAX], used[NUMBER_MAX];
    const char *cells[] = {x->id,
                           x->class,
                           x->weight,
                           x->reweight,
                           text_size_bytes(size[0], kb->all * 1024),
                           text_size_bytes(size[1], kb->used * 1024),
                           text_size_bytes(size[2], kb->data * 1024),
                           text_size_bytes(size[3], kb->omap * 1024),
                           text_size_bytes(size[4], kb->meta * 1024),
                           text_size_bytes(size[5], kb->avail * 1024),
                           print_number(used, 100 * used_part(kb), 2),
                           x->var,
                           x->pgs,
                           x->status,
                           x->name};

    text_table_row(t, cells);
}

static void print_row(const struct df *d, struct text_table *t, const struct row *r)
{
    const struct crush_bucket *b = crush_map_bucket(d->crush, r->node.id);
    const char *type = b ? crush_names_find(&d->crush->types, b->type) : NULL;
    const char *name = crush_names_find(&d->crush->items, r->node.id);
    const char *class_name = crush_class_of(d->crush, r->node.id);
    char id[16], weight[NUMBER_MAX], reweight[NUMBER_MAX], var[NUMBER_MAX], pgs[16], label[300];
    struct texts x = {.id = id,
                      .class = class_name ? class_name : "",
                      .reweight = "-",
                      .pgs = "-",
                      .status = "",
                      .name = label};

    snprintf(id, sizeof(id), "%" PRId32, r->node.id);
    x.weight = print_number(weight, r->node.weight / (double)CRUSH_WEIGHT_ONE, 5);
    x.var = print_number(var, var_of(d, &r->kb), 2);
    if (b) {
        snprintf(label, sizeof(label), "%*s%s %s", (int)(4 * r->node.depth), "", type ? type : "",
                 name ? name : "");
    } else {
        snprintf(label, sizeof(label), "%*sosd.%" PRId32, (int)(4 * r->node.depth), "", r->node.id);
        snprintf(pgs, sizeof(pgs), "%u", groups_of(d, r->node.id));
        x.reweight = print_number(reweight, reweight_of(d, r->node.id), 5);
        x.pgs = pgs;
        x.status = status_word(d->map, r->node.id);
    }
    add_line(t, &x, &r->kb);
}

static int print(const struct df *d, struct strbuf *out)
{
    const struct texts total = {.id = "",
                                .class = "",
                                .weight = "",
                                .reweight = "TOTAL",
                                .var = "",
                                .pgs = "",
                                .status = "",
                                .name = ""};
    char least[NUMBER_MAX], most[NUMBER_MAX], deviation[NUMBER_MAX];
    struct text_table t;
    int r;

    text_table_init(&t, d->tree
                            ? ">ID|>CLASS|>WEIGHT|>REWEIGHT|>SIZE|>RAW USE|>DATA|>OMAP|>META|>AVAIL|>%USE|"
                              ">VAR|>PGS|>STATUS|TYPE NAME"
                            : ">ID|>CLASS|>WEIGHT|>REWEIGHT|>SIZE|>RAW USE|>DATA|>OMAP|>META|>AVAIL|>%USE|"
                              ">VAR|>PGS|>STATUS");
    for (unsigned i = 0; i < d->count; i++)
        if (d->tree || d->rows[i].node.id >= 0)
            print_row(d, &t, &d->rows[i]);
    add_line(&t, &total, &d->sum);
    r = text_table_print(&t, out);
    text_table_destroy(&t);
    strbuf_printf(out, "MIN/MAX VAR: %s/%s  STDDEV: %s\n", print_number(least, d->least, 2),
                  print_number(most, d->most, 2), print_number(deviation, d->deviation, 2));
    return r;
}

int osd_command_df_osds(struct mon_op *op)
{
    struct strbuf text = STRBUF_INIT;
    struct df d;
    int r = df_init(&d, op);

    if (r)
        return r;
    if (op->json)
        r = mon_op_json(op, dump(&d), false);
    else if ((r = print(&d, &text)) == 0)
        r = mon_op_steal_text(op, &text);
    strbuf_destroy(&text);
    free(d.rows);
    return r;
}
