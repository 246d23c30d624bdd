/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/osd_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text_table.h"
#include "crush/crush_class.h"
#include "crush/crush_weight_sets.h"

/* One walk: every node is given to visit(), parents first. */
struct walk {
    const struct osdmap *map;
    const struct crush_map *crush;
    const struct osd_tree_filter *filter;
    bool states;
    bool *seen; /* OSDs */
    void (*visit)(struct walk *w, const struct crush_tree_node *n);
    json_t *nodes, *stray;
    json_t *children[CRUSH_MAX_DEPTH + 1]; /* of the last bucket at each depth; borrowed */
    struct text_table table;
};

static bool wanted(const struct walk *w, int32_t osd)
{
    const struct osd_tree_filter *f = w->filter;
    bool up = osdmap_is_up(w->map, osd), in = osdmap_is_in(w->map, osd);
    bool destroyed = osdmap_exists(w->map, osd) && w->map->osds[osd].state & OSD_DESTROYED;

    if ((f->up && !up) || (f->down && up) || (f->in && !in) || (f->out && in))
        return false;
    return !f->destroyed || destroyed;
}

static bool filtered(const struct osd_tree_filter *f)
{
    return f->up || f->down || f->in || f->out || f->destroyed;
}

/* Which of the nodes are to be shown: what is wanted, and what that is in. */
static void mark_wanted(const struct walk *w, const struct crush_tree_node *nodes, unsigned count,
                        bool *marks)
{
    for (unsigned i = count; i-- > 0;) {
        marks[i] |= !filtered(w->filter) || (nodes[i].id >= 0 && wanted(w, nodes[i].id));
        for (unsigned up = i; marks[i] && nodes[i].depth && up-- > 0;)
            if (nodes[up].depth < nodes[i].depth) {
                marks[up] = true;
                break;
            }
    }
}

static int walk_nodes(struct walk *w)
{
    struct crush_tree_node *nodes;
    unsigned count;
    bool *marks;
    int r = crush_tree_list(w->crush, w->filter->shadows, &nodes, &count);

    if (r)
        return r;
    marks = calloc(count + 1, sizeof(*marks));
    if (marks)
        mark_wanted(w, nodes, count, marks);
    for (unsigned i = 0; marks && i < count; i++) {
        if (!marks[i])
            continue;
        if (nodes[i].id >= 0 && (uint32_t)nodes[i].id < w->map->max_osd)
            w->seen[nodes[i].id] = true;
        w->visit(w, &nodes[i]);
    }
    free(nodes);
    r = marks ? 0 : -ENOMEM;
    free(marks);
    return r;
}

/* OSDs that are in no bucket. */
static void walk_strays(struct walk *w)
{
    for (unsigned i = 0; w->states && i < w->map->max_osd; i++) {
        struct crush_tree_node n = {.id = (int32_t)i};
        if (!w->seen[i] && osdmap_exists(w->map, n.id) && wanted(w, n.id))
            w->visit(w, &n);
    }
}

static int walk(struct walk *w)
{
    int r;

    w->seen = calloc(w->map->max_osd + 1, sizeof(bool));
    if (!w->seen)
        return -ENOMEM;
    r = walk_nodes(w);
    w->nodes = w->stray;
    if (r == 0)
        walk_strays(w);
    free(w->seen);
    return r;
}

static const char *status_of(const struct osdmap *m, int32_t osd)
{
    if (osdmap_is_up(m, osd))
        return "up";
    if (!osdmap_exists(m, osd))
        return "DNE";
    return m->osds[osd].state & OSD_DESTROYED ? "destroyed" : "down";
}

static double weight_of(uint32_t fixed)
{
    return (double)fixed / OSD_WEIGHT_ONE;
}

/* ---- weight sets ---- */

/* "(compat)" or the pool's name; NULL: the pool is gone. */
static const char *set_name(const struct osdmap *map, const struct crush_choose_args *set)
{
    const struct osdmap_pool *pool = osdmap_find_pool(map, set->key);

    if (set->key == CRUSH_WEIGHT_SET_COMPAT)
        return "(compat)";
    return pool ? pool->name : NULL;
}

/* What the node weighs in a set, one weight for each position; NULL: that is not in it. */
static const struct crush_choose_arg *set_weights(const struct crush_choose_args *set,
                                                  const struct crush_tree_node *n)
{
    const struct crush_choose_arg *a = n->parent ? crush_weight_sets_of(set, n->parent) : NULL;

    for (uint32_t k = 0; a && k < a->position_count; k++)
        if (n->place >= a->positions[k].count)
            return NULL;
    return a;
}

json_t *osd_tree_pool_weights(const struct osdmap *map, const struct crush_map *crush,
                              const struct crush_tree_node *n)
{
    json_t *o = json_object();

    for (unsigned i = 0; i < crush->choose_args_count; i++) {
        const struct crush_choose_arg *a = set_weights(&crush->choose_args[i], n);
        const char *name = set_name(map, &crush->choose_args[i]);
        json_t *list;
        if (!a || !name)
            continue;
        list = json_array();
        for (uint32_t k = 0; k < a->position_count; k++)
            json_array_append_new(list, json_real(weight_of(a->positions[k].weights[n->place])));
        json_object_set_new(o, name, list);
    }
    return o;
}

/* ---- JSON ---- */

static void dump_osd(struct walk *w, json_t *o, const struct crush_tree_node *n)
{
    int32_t id = n->id;
    const char *name = crush_names_find(&w->crush->items, id);
    char plain[24];

    snprintf(plain, sizeof(plain), "osd.%d", id);
    json_object_set_new(o, "name", json_string(name ? name : plain));
    json_object_set_new(o, "type", json_string("osd"));
    json_object_set_new(o, "type_id", json_integer(0));
    json_object_set_new(o, "crush_weight", json_real(weight_of(n->weight)));
    json_object_set_new(o, "depth", json_integer(n->depth));
    json_object_set_new(o, "pool_weights", osd_tree_pool_weights(w->map, w->crush, n));
    if (w->states && osdmap_exists(w->map, id)) {
        const struct osdmap_osd *osd = &w->map->osds[id];
        json_object_set_new(o, "exists", json_integer(1));
        json_object_set_new(o, "status", json_string(status_of(w->map, id)));
        json_object_set_new(o, "reweight", json_real(weight_of(osd->weight)));
        json_object_set_new(o, "primary_affinity",
                            json_real(w->map->affinities ? weight_of(osd->primary_affinity) : 1.0));
    } else if (w->states) {
        json_object_set_new(o, "exists", json_integer(0));
        json_object_set_new(o, "status", json_string("down"));
        json_object_set_new(o, "reweight", json_real(0));
        json_object_set_new(o, "primary_affinity", json_real(1));
    }
}

static void dump_visit(struct walk *w, const struct crush_tree_node *n)
{
    const struct crush_bucket *b = crush_map_bucket(w->crush, n->id);
    const char *name = crush_names_find(&w->crush->items, n->id), *type;
    const char *class = crush_class_of(w->crush, n->id);
    json_t *o = json_object();

    json_object_set_new(o, "id", json_integer(n->id));
    if (class)
        json_object_set_new(o, "device_class", json_string(class));
    if (n->depth) /* the last one comes first */
        json_array_insert_new(w->children[n->depth - 1], 0, json_integer(n->id));
    if (b) {
        type = crush_names_find(&w->crush->types, b->type);
        json_object_set_new(o, "name", json_string(name ? name : ""));
        json_object_set_new(o, "type", json_string(type ? type : ""));
        json_object_set_new(o, "type_id", json_integer(b->type));
        if (n->depth)
            json_object_set_new(o, "pool_weights", osd_tree_pool_weights(w->map, w->crush, n));
        w->children[n->depth] = json_array();
        json_object_set_new(o, "children", w->children[n->depth]);
    } else {
        dump_osd(w, o, n);
    }
    json_array_append_new(w->nodes, o);
}

json_t *osd_tree_dump(const struct osdmap *map, const struct crush_map *crush, bool states,
                      const struct osd_tree_filter *filter)
{
    struct walk w = {.map = map, .crush = crush, .states = states, .filter = filter, .visit = dump_visit};
    json_t *nodes = json_array();

    w.nodes = nodes;
    w.stray = json_array();
    if (walk(&w) < 0) {
        json_decref(nodes);
        json_decref(w.stray);
        return NULL;
    }
    return json_pack("{s:o, s:o}", "nodes", nodes, "stray", w.stray);
}

/* ---- text ---- */

/* As many digits after the point as crush weights are shown with. */
static const char *print_weight(char buf[static 24], double w, int digits)
{
    if (w == 0)
        snprintf(buf, 24, "0");
    else
        snprintf(buf, 24, "%.*f", digits, w);
    return buf;
}

/* Weight sets are columns of `osd crush tree`, as many as there is room for. */
enum { SETS_MAX = TEXT_TABLE_MAX_COLUMNS - 7 };

static unsigned shown_sets(const struct walk *w)
{
    unsigned n = w->states ? 0 : w->crush->choose_args_count;

    return n < SETS_MAX ? n : SETS_MAX;
}

static const char *print_set_weight(char buf[static 24], const struct crush_choose_args *set,
                                    const struct crush_tree_node *n)
{
    const struct crush_choose_arg *a = set_weights(set, n);

    return a ? print_weight(buf, weight_of(a->positions[0].weights[n->place]), 5) : "";
}

static void start_table(struct walk *w)
{
    struct strbuf columns = STRBUF_INIT;

    strbuf_add(&columns, ">ID|>CLASS|>WEIGHT");
    for (unsigned i = 0; i < shown_sets(w); i++) {
        const char *name = set_name(w->map, &w->crush->choose_args[i]);
        strbuf_printf(&columns, "|>%s", name ? name : "");
    }
    strbuf_add(&columns, w->states ? "|TYPE NAME|>STATUS|>REWEIGHT|>PRI-AFF" : "|TYPE NAME");
    text_table_init(&w->table, strbuf_text(&columns));
    strbuf_destroy(&columns);
}

static void print_visit(struct walk *w, const struct crush_tree_node *n)
{
    const struct crush_bucket *b = crush_map_bucket(w->crush, n->id);
    const char *name = crush_names_find(&w->crush->items, n->id), *class = crush_class_of(w->crush, n->id);
    const char *type = b ? crush_names_find(&w->crush->types, b->type) : NULL, *status = "";
    char id_text[16], weight_text[24], label[300], reweight[24] = "", affinity[24] = "";
    const char *row[TEXT_TABLE_MAX_COLUMNS] = {id_text, class ? class : "", weight_text};
    char sets[SETS_MAX][24];
    unsigned columns = 3;

    snprintf(id_text, sizeof(id_text), "%d", n->id);
    print_weight(weight_text, weight_of(n->weight), 5);
    if (n->id < 0)
        snprintf(label, sizeof(label), "%*s%s %s", (int)(4 * n->depth), "", type ? type : "",
                 name ? name : "");
    else
        snprintf(label, sizeof(label), "%*sosd.%d", (int)(4 * n->depth), "", n->id);
    if (n->id >= 0 && w->states) {
        bool exists = osdmap_exists(w->map, n->id);
        status = status_of(w->map, n->id);
        print_weight(reweight, exists ? weight_of(w->map->osds[n->id].weight) : 0, 5);
        if (exists)
            print_weight(affinity, w->map->affinities ? weight_of(w->map->osds[n->id].primary_affinity) : 1,
                         5);
    }
    for (unsigned i = 0; i < shown_sets(w); i++)
        row[columns++] = print_set_weight(sets[i], &w->crush->choose_args[i], n);
    row[columns++] = label;
    row[columns++] = status;
    row[columns++] = reweight;
    row[columns] = affinity;
    text_table_row(&w->table, row);
}

int osd_tree_print(const struct osdmap *map, const struct crush_map *crush, bool states,
                   const struct osd_tree_filter *filter, struct strbuf *out)
{
    struct walk w = {.map = map, .crush = crush, .states = states, .filter = filter, .visit = print_visit};
    int r;

    start_table(&w);
    r = walk(&w);
    if (r == 0)
        r = text_table_print(&w.table, out);
    text_table_destroy(&w.table);
    return r;
}
