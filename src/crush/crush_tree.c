/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"

/* A bucket that is in several others is listed with each; that can multiply. */
#define NODES_MAX (1u << 22)

struct lister {
    const struct crush_map *map;
    struct crush_tree_node *nodes;
    unsigned count, room;
};

struct sorted {
    const struct crush_map *map;
    struct crush_tree_node node;
};

/* Devices come by class, then number; buckets as if they had none, by name. */
static int compare(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    const char *class_x = x->node.id >= 0 ? crush_class_of(x->map, x->node.id) : NULL;
    const char *class_y = y->node.id >= 0 ? crush_class_of(y->map, y->node.id) : NULL;
    const char *name_x = crush_names_find(&x->map->items, x->node.id);
    const char *name_y = crush_names_find(&y->map->items, y->node.id);
    int r = strcmp(class_x ? class_x : "", class_y ? class_y : "");

    if (r == 0 && x->node.id < 0 && y->node.id < 0)
        r = strcmp(name_x ? name_x : "", name_y ? name_y : "");
    if (r == 0)
        r = x->node.id < y->node.id ? -1 : x->node.id > y->node.id;
    if (r == 0)
        r = x->node.place < y->node.place ? -1 : 1;
    return r;
}

static int add(struct lister *l, const struct crush_tree_node *n)
{
    if (l->count == NODES_MAX)
        return -E2BIG;
    if (l->count == l->room) {
        unsigned room = l->room ? 2 * l->room : 64;
        struct crush_tree_node *nodes = reallocarray(l->nodes, room, sizeof(*nodes));
        if (!nodes)
            return -ENOMEM;
        l->nodes = nodes;
        l->room = room;
    }
    l->nodes[l->count++] = *n;
    return 0;
}

static int add_with_items(struct lister *l, const struct crush_tree_node *n)
{
    const struct crush_bucket *b = crush_map_bucket(l->map, n->id);
    struct sorted *items;
    int r = add(l, n);

    if (r || !b || b->size == 0)
        return r;
    items = calloc(b->size, sizeof(*items));
    if (!items)
        return -ENOMEM;
    for (uint32_t i = 0; i < b->size; i++)
        items[i] = (struct sorted){l->map,
                                   {.id = b->items[i],
                                    .parent = b->id,
                                    .place = i,
                                    .weight = crush_bucket_item_weight(b, i),
                                    .depth = n->depth + 1}};
    qsort(items, b->size, sizeof(*items), compare);
    for (uint32_t i = 0; r == 0 && i < b->size; i++)
        if (i == 0 ||
            items[i].node.id != items[i - 1].node.id) /* trees repeat device 0 where one was removed */
            r = add_with_items(l, &items[i].node);
    free(items);
    return r;
}

/* Buckets that are in no other. */
static bool *find_roots(const struct crush_map *m)
{
    bool *is_root = calloc(m->max_buckets + 1, sizeof(bool));

    for (uint32_t i = 0; is_root && i < m->max_buckets; i++)
        is_root[i] = m->buckets[i].alg != CRUSH_ALG_HOLE;
    for (uint32_t i = 0; is_root && i < m->max_buckets; i++)
        for (uint32_t k = 0; k < m->buckets[i].size; k++)
            if (crush_map_bucket(m, m->buckets[i].items[k]))
                is_root[-1 - m->buckets[i].items[k]] = false;
    return is_root;
}

int crush_tree_list(const struct crush_map *m, bool shadows, struct crush_tree_node **nodes, unsigned *count)
{
    bool *is_root = find_roots(m);
    struct lister l = {.map = m};
    int r = is_root ? 0 : -ENOMEM;

    for (uint32_t i = m->max_buckets; r == 0 && i-- > 0;) {
        struct crush_tree_node n = {.id = -1 - (int32_t)i, .weight = m->buckets[i].weight};
        if (is_root[i] && (shadows || !crush_class_is_shadow(m, n.id)))
            r = add_with_items(&l, &n);
    }
    free(is_root);
    if (r)
        free(l.nodes);
    *nodes = r ? NULL : l.nodes;
    *count = r ? 0 : l.count;
    return r;
}
