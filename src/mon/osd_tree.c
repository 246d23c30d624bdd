/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mon/text_table.h"

enum { MAX_DEPTH = 32 };

/* One walk: every node is given to visit(), parents first. */
struct walk {
    const struct osdmap *map;
    const struct crush_map *crush;
    const struct osd_tree_filter *filter;
    bool states;
    bool *seen; /* OSDs */
    void (*visit)(struct walk *w, int32_t id, uint32_t weight, unsigned depth);
    json_t *nodes;
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

/* Shadow trees of device classes ("default~hdd") are not shown. */
static bool is_shadow(const struct crush_map *c, int32_t id)
{
    const char *name = crush_names_find(&c->items, id);

    return name && strchr(name, '~');
}

static bool is_child(const struct crush_map *c, int32_t id)
{
    for (uint32_t i = 0; i < c->max_buckets; i++)
        for (uint32_t k = 0; c->buckets[i].alg && k < c->buckets[i].size; k++)
            if (c->buckets[i].items[k] == id)
                return true;
    return false;
}

static bool has_wanted(const struct walk *w, int32_t id, unsigned depth)
{
    const struct crush_bucket *b = id < 0 ? crush_map_bucket(w->crush, id) : NULL;

    if (id >= 0)
        return wanted(w, id);
    for (uint32_t i = 0; b && depth < MAX_DEPTH && i < b->size; i++)
        if (has_wanted(w, b->items[i], depth + 1))
            return true;
    return false;
}

static void walk_node(struct walk *w, int32_t id, uint32_t weight, unsigned depth)
{
    const struct crush_bucket *b = id < 0 ? crush_map_bucket(w->crush, id) : NULL;

    if (depth > MAX_DEPTH || (filtered(w->filter) && !has_wanted(w, id, depth)))
        return;
    if (id >= 0 && (uint32_t)id < w->map->max_osd)
        w->seen[id] = true;
    w->visit(w, id, weight, depth);
    for (uint32_t i = 0; b && i < b->size; i++)
        walk_node(w, b->items[i], b->weight_count == b->size ? b->weights[i] : b->weights[0], depth + 1);
}

static void walk_roots(struct walk *w)
{
    for (uint32_t i = 0; i < w->crush->max_buckets; i++) {
        const struct crush_bucket *b = &w->crush->buckets[i];
        if (b->alg && !is_shadow(w->crush, b->id) && !is_child(w->crush, b->id))
            walk_node(w, b->id, b->weight, 0);
    }
}

/* OSDs that are in no bucket. */
static void walk_strays(struct walk *w)
{
    for (unsigned i = 0; w->states && i < w->map->max_osd; i++)
        if (!w->seen[i] && osdmap_exists(w->map, (int32_t)i) && wanted(w, (int32_t)i))
            w->visit(w, (int32_t)i, 0, 0);
}

static const char *class_of(const struct crush_map *c, int32_t osd)
{
    for (unsigned i = 0; i < c->class_map_count; i++)
        if (c->class_map[i].key == osd)
            return crush_names_find(&c->class_names, c->class_map[i].value);
    return NULL;
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

/* ---- JSON ---- */

static json_t *dump_children(const struct crush_bucket *b)
{
    json_t *list = json_array();

    for (uint32_t i = b->size; i-- > 0;)
        json_array_append_new(list, json_integer(b->items[i]));
    return list;
}

static void dump_osd(struct walk *w, json_t *o, int32_t id, uint32_t weight, unsigned depth)
{
    const char *class = class_of(w->crush, id), *name = crush_names_find(&w->crush->items, id);
    char plain[24];

    snprintf(plain, sizeof(plain), "osd.%d", id);
    if (class)
        json_object_set_new(o, "device_class", json_string(class));
    json_object_set_new(o, "name", json_string(name ? name : plain));
    json_object_set_new(o, "type", json_string("osd"));
    json_object_set_new(o, "type_id", json_integer(0));
    json_object_set_new(o, "crush_weight", json_real(weight_of(weight)));
    json_object_set_new(o, "depth", json_integer(depth));
    json_object_set_new(o, "pool_weights", json_object());
    if (w->states && osdmap_exists(w->map, id)) {
        const struct osdmap_osd *osd = &w->map->osds[id];
        json_object_set_new(o, "exists", json_integer(1));
        json_object_set_new(o, "status", json_string(status_of(w->map, id)));
        json_object_set_new(o, "reweight", json_real(weight_of(osd->weight)));
        json_object_set_new(o, "primary_affinity",
                            json_real(w->map->affinities ? weight_of(osd->primary_affinity) : 1.0));
    } else if (w->states) {
        json_object_set_new(o, "exists", json_integer(0));
    }
}

static void dump_visit(struct walk *w, int32_t id, uint32_t weight, unsigned depth)
{
    const struct crush_bucket *b = id < 0 ? crush_map_bucket(w->crush, id) : NULL;
    const char *name = crush_names_find(&w->crush->items, id), *type;
    json_t *o = json_object();

    json_object_set_new(o, "id", json_integer(id));
    if (b) {
        type = crush_names_find(&w->crush->types, b->type);
        json_object_set_new(o, "name", json_string(name ? name : ""));
        json_object_set_new(o, "type", json_string(type ? type : ""));
        json_object_set_new(o, "type_id", json_integer(b->type));
        if (depth)
            json_object_set_new(o, "pool_weights", json_object());
        json_object_set_new(o, "children", dump_children(b));
    } else {
        dump_osd(w, o, id, weight, depth);
    }
    json_array_append_new(w->nodes, o);
}

json_t *osd_tree_dump(const struct osdmap *map, const struct crush_map *crush, bool states,
                      const struct osd_tree_filter *filter)
{
    struct walk w = {.map = map, .crush = crush, .states = states, .filter = filter, .visit = dump_visit};
    json_t *nodes = json_array(), *stray = json_array();

    w.seen = calloc(map->max_osd + 1, sizeof(bool));
    if (!w.seen)
        return NULL;
    w.nodes = nodes;
    walk_roots(&w);
    w.nodes = stray;
    walk_strays(&w);
    free(w.seen);
    return json_pack("{s:o, s:o}", "nodes", nodes, "stray", stray);
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

static void print_visit(struct walk *w, int32_t id, uint32_t weight, unsigned depth)
{
    const struct crush_bucket *b = id < 0 ? crush_map_bucket(w->crush, id) : NULL;
    const char *name = crush_names_find(&w->crush->items, id),
               *class = id >= 0 ? class_of(w->crush, id) : NULL;
    const char *type = b ? crush_names_find(&w->crush->types, b->type) : NULL;
    char id_text[16], weight_text[24], label[300], reweight[24] = "", affinity[24] = "";
    const char *status = "";

    snprintf(id_text, sizeof(id_text), "%d", id);
    print_weight(weight_text, weight_of(weight), 5);
    if (b)
        snprintf(label, sizeof(label), "%*s%s %s", (int)(4 * depth), "", type ? type : "", name ? name : "");
    else
        snprintf(label, sizeof(label), "%*sosd.%d", (int)(4 * depth), "", id);
    if (!b && w->states) {
        bool exists = osdmap_exists(w->map, id);
        status = status_of(w->map, id);
        print_weight(reweight, exists ? weight_of(w->map->osds[id].weight) : 0, 5);
        print_weight(affinity,
                     exists && w->map->affinities ? weight_of(w->map->osds[id].primary_affinity) : exists, 5);
    }
    text_table_row(&w->table, (const char *[]){id_text, class ? class : "", weight_text, label, status,
                                               reweight, affinity});
}

int osd_tree_print(const struct osdmap *map, const struct crush_map *crush, bool states,
                   const struct osd_tree_filter *filter, struct strbuf *out)
{
    struct walk w = {.map = map, .crush = crush, .states = states, .filter = filter, .visit = print_visit};
    int r;

    w.seen = calloc(map->max_osd + 1, sizeof(bool));
    if (!w.seen)
        return -ENOMEM;
    text_table_init(&w.table, states ? "ID|>CLASS|>WEIGHT|TYPE NAME|>STATUS|>REWEIGHT|>PRI-AFF"
                                     : "ID|>CLASS|>WEIGHT|TYPE NAME");
    walk_roots(&w);
    walk_strays(&w);
    r = text_table_print(&w.table, out);
    text_table_destroy(&w.table);
    free(w.seen);
    return r;
}
