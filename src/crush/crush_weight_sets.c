/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_weight_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_bucket_items.h"

static uint32_t index_of(int32_t id)
{
    return (uint32_t)(-1 - id);
}

static struct crush_choose_arg *find(struct crush_choose_args *c, int32_t id)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->args[i].bucket == index_of(id))
            return &c->args[i];
    return NULL;
}

static int add_item(struct crush_choose_arg *a, int32_t item, uint32_t weight)
{
    for (uint32_t i = 0; i < a->position_count; i++) {
        struct crush_weight_set *s = &a->positions[i];
        uint32_t *weights = array_insert(s->weights, s->count, sizeof(*weights), s->count);
        if (!weights)
            return -ENOMEM;
        s->weights = weights;
        weights[s->count++] = weight;
    }
    if (a->id_count) {
        int32_t *ids = array_insert(a->ids, a->id_count, sizeof(*ids), a->id_count);
        if (!ids)
            return -ENOMEM;
        a->ids = ids;
        ids[a->id_count++] = item;
    }
    return 0;
}

int crush_weight_sets_add_item(struct crush_map *m, int32_t id, int32_t item, uint32_t weight)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < m->choose_args_count; i++) {
        struct crush_choose_arg *a = find(&m->choose_args[i], id);
        if (a)
            r = add_item(a, item, weight);
    }
    return r;
}

void crush_weight_sets_remove_item(struct crush_map *m, int32_t id, uint32_t place)
{
    for (unsigned i = 0; i < m->choose_args_count; i++) {
        struct crush_choose_arg *a = find(&m->choose_args[i], id);
        for (uint32_t k = 0; a && k < a->position_count; k++) {
            struct crush_weight_set *s = &a->positions[k];
            if (place < s->count)
                array_remove(s->weights, s->count--, sizeof(*s->weights), place);
        }
        if (a && place < a->id_count)
            array_remove(a->ids, a->id_count--, sizeof(*a->ids), place);
    }
}

void crush_weight_sets_set_weight(struct crush_map *m, int32_t id, uint32_t place, uint32_t weight)
{
    for (unsigned i = 0; i < m->choose_args_count; i++) {
        struct crush_choose_arg *a = find(&m->choose_args[i], id);
        for (uint32_t k = 0; a && k < a->position_count; k++)
            if (place < a->positions[k].count)
                a->positions[k].weights[place] = weight;
    }
}

static uint32_t sum(const struct crush_weight_set *s)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < s->count; i++)
        total += s->weights[i];
    return total;
}

/* The position of a set that counts for position k of another. */
static const struct crush_weight_set *position(const struct crush_choose_arg *a, uint32_t k)
{
    return &a->positions[k < a->position_count ? k : a->position_count - 1];
}

static void sum_into(struct crush_choose_arg *parent, uint32_t place, const struct crush_choose_arg *child)
{
    for (uint32_t k = 0; k < parent->position_count; k++)
        if (place < parent->positions[k].count)
            parent->positions[k].weights[place] = sum(position(child, k));
}

static void sum_up(struct crush_map *m, struct crush_choose_args *c, int32_t id)
{
    const struct crush_choose_arg *child = find(c, id);

    if (!child || !child->position_count)
        return;
    for (uint32_t i = 0; i < c->count; i++) {
        int32_t parent = -1 - (int32_t)c->args[i].bucket;
        const struct crush_bucket *b = crush_map_bucket(m, parent);
        int64_t place = b ? crush_bucket_find(b, id) : -1;
        if (place < 0)
            continue;
        sum_into(&c->args[i], (uint32_t)place, child);
        sum_up(m, c, parent);
    }
}

void crush_weight_sets_sum_up(struct crush_map *m, int32_t id)
{
    for (unsigned i = 0; i < m->choose_args_count; i++)
        sum_up(m, &m->choose_args[i], id);
}

static bool is_leaf(const struct crush_bucket *b)
{
    for (uint32_t i = 0; i < b->size; i++)
        if (b->items[i] < 0)
            return false;
    return true;
}

void crush_weight_sets_sum_all(struct crush_map *m)
{
    for (uint32_t i = 0; m->choose_args_count && i < m->max_buckets; i++)
        if (m->buckets[i].alg && is_leaf(&m->buckets[i]))
            crush_weight_sets_sum_up(m, m->buckets[i].id);
}

void crush_weight_sets_remove_bucket(struct crush_map *m, int32_t id)
{
    for (unsigned i = 0; i < m->choose_args_count; i++) {
        struct crush_choose_args *c = &m->choose_args[i];
        struct crush_choose_arg *a = find(c, id);
        if (!a)
            continue;
        crush_choose_arg_destroy(a);
        array_remove(c->args, c->count--, sizeof(*c->args), (size_t)(a - c->args));
    }
}

/* ---- sets that get more buckets ---- */

static int insert(struct crush_choose_args *c, const struct crush_choose_arg *a)
{
    struct crush_choose_arg *args;
    uint32_t at = 0;

    while (at < c->count && c->args[at].bucket < a->bucket)
        at++;
    args = array_insert(c->args, c->count, sizeof(*args), at);
    if (!args)
        return -ENOMEM;
    args[at] = *a;
    c->args = args;
    c->count++;
    return 0;
}

/* Takes what a holds over, or frees it. */
static int insert_or_free(struct crush_choose_args *c, struct crush_choose_arg *a, int r)
{
    if (r == 0)
        r = insert(c, a);
    if (r)
        crush_choose_arg_destroy(a);
    return r;
}

int crush_weight_sets_change_id(struct crush_map *m, int32_t id, int32_t new_id)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < m->choose_args_count; i++) {
        struct crush_choose_args *c = &m->choose_args[i];
        struct crush_choose_arg *a = find(c, id), moved;
        if (!a)
            continue;
        moved = *a;
        moved.bucket = index_of(new_id);
        array_remove(c->args, c->count--, sizeof(*c->args), (size_t)(a - c->args));
        r = insert_or_free(c, &moved, 0);
    }
    return r;
}

static int make_positions(struct crush_choose_arg *a, uint32_t count, uint32_t size)
{
    a->positions = calloc(count, sizeof(*a->positions));
    if (!a->positions)
        return -ENOMEM;
    a->position_count = count;
    for (uint32_t k = 0; k < count; k++) {
        a->positions[k].weights = calloc(size + 1, sizeof(uint32_t));
        if (!a->positions[k].weights)
            return -ENOMEM;
        a->positions[k].count = size;
    }
    return 0;
}

static uint32_t positions_of(const struct crush_choose_args *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->args[i].position_count)
            return c->args[i].position_count;
    return 1;
}

static int fill_bucket(struct crush_choose_args *c, const struct crush_bucket *b, uint32_t positions)
{
    struct crush_choose_arg a = {.bucket = index_of(b->id)};
    int r = make_positions(&a, positions, b->size);

    for (uint32_t k = 0; r == 0 && k < a.position_count; k++)
        for (uint32_t i = 0; i < b->size; i++)
            a.positions[k].weights[i] = crush_bucket_item_weight(b, i);
    return insert_or_free(c, &a, r);
}

static int fill(const struct crush_map *m, struct crush_choose_args *c, uint32_t positions)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < m->max_buckets; i++) {
        const struct crush_bucket *b = &m->buckets[i];
        if (b->alg == CRUSH_ALG_STRAW2 && !find(c, b->id))
            r = fill_bucket(c, b, positions);
    }
    return r;
}

int crush_weight_sets_fill(struct crush_map *m)
{
    int r = 0;

    for (unsigned k = 0; r == 0 && k < m->choose_args_count; k++)
        r = fill(m, &m->choose_args[k], positions_of(&m->choose_args[k]));
    return r;
}

/* ---- the sets themselves ---- */

/* Where the set of that key is, or would be. */
static unsigned place_of(const struct crush_map *m, int64_t key)
{
    unsigned at = 0;

    while (at < m->choose_args_count && m->choose_args[at].key < key)
        at++;
    return at;
}

const struct crush_choose_args *crush_weight_sets_find(const struct crush_map *m, int64_t key)
{
    unsigned at = place_of(m, key);

    return at < m->choose_args_count && m->choose_args[at].key == key ? &m->choose_args[at] : NULL;
}

const struct crush_choose_arg *crush_weight_sets_of(const struct crush_choose_args *c, int32_t bucket)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->args[i].bucket == index_of(bucket))
            return c->args[i].position_count ? &c->args[i] : NULL;
    return NULL;
}

int crush_weight_sets_create(struct crush_map *m, int64_t key, uint32_t positions)
{
    unsigned at = place_of(m, key);
    struct crush_choose_args *sets;

    if (crush_weight_sets_find(m, key))
        return -EEXIST;
    sets = array_insert(m->choose_args, m->choose_args_count, sizeof(*sets), at);
    if (!sets)
        return -ENOMEM;
    m->choose_args = sets;
    m->choose_args_count++;
    sets[at].key = key;
    return fill(m, &sets[at], positions);
}

void crush_weight_sets_remove(struct crush_map *m, int64_t key)
{
    struct crush_choose_args *c;

    if (!crush_weight_sets_find(m, key))
        return;
    c = &m->choose_args[place_of(m, key)];
    for (uint32_t i = 0; i < c->count; i++)
        crush_choose_arg_destroy(&c->args[i]);
    free(c->args);
    array_remove(m->choose_args, m->choose_args_count--, sizeof(*c), (size_t)(c - m->choose_args));
}

/* Returns in how many places of the bucket the item was. */
static int reweight_in(struct crush_map *m, struct crush_choose_args *c, const struct crush_bucket *b,
                       int32_t item, const uint32_t *weights, unsigned count)
{
    struct crush_choose_arg *a = find(c, b->id);
    int places = 0;

    for (uint32_t i = 0; a && i < b->size; i++) {
        if (b->items[i] != item)
            continue;
        if (a->position_count != count)
            return -EINVAL;
        for (unsigned k = 0; k < count; k++)
            if (i < a->positions[k].count)
                a->positions[k].weights[i] = weights[k];
        places++;
    }
    if (places)
        sum_up(m, c, b->id);
    return places;
}

int crush_weight_sets_reweight(struct crush_map *m, int64_t key, int32_t item, const uint32_t *weights,
                               unsigned count)
{
    struct crush_choose_args *c = &m->choose_args[place_of(m, key)];
    int r = fill(m, c, positions_of(c)), places = 0;

    for (uint32_t i = 0; r >= 0 && i < m->max_buckets; i++) {
        r = reweight_in(m, c, &m->buckets[i], item, weights, count);
        places += r > 0 ? r : 0;
    }
    if (r < 0)
        return r;
    return places ? 0 : -ENOENT;
}

/* ---- shadows ---- */

/* What item i of the shadow weighs in position k. */
static uint32_t weight_in_shadow(struct crush_choose_args *c, const struct crush_choose_arg *original,
                                 const struct crush_bucket *b, uint32_t i, uint32_t k, uint32_t place)
{
    const struct crush_choose_arg *child = b->items[i] < 0 ? find(c, b->items[i]) : NULL;

    if (b->items[i] >= 0)
        return place < original->positions[k].count ? original->positions[k].weights[place] : 0;
    return child && child->position_count ? sum(position(child, k)) : crush_bucket_item_weight(b, i);
}

static int fill_clone(struct crush_choose_args *c, const struct crush_choose_arg *original,
                      const struct crush_bucket *b, const uint32_t *places, struct crush_choose_arg *a)
{
    int r = make_positions(a, original->position_count, b->size);

    a->bucket = index_of(b->id);
    for (uint32_t k = 0; r == 0 && k < a->position_count; k++)
        for (uint32_t i = 0; i < b->size; i++)
            a->positions[k].weights[i] = weight_in_shadow(c, original, b, i, k, places[i]);
    return r;
}

int crush_weight_sets_clone(struct crush_map *m, int32_t original, int32_t shadow, const uint32_t *places)
{
    const struct crush_bucket *b = crush_map_bucket(m, shadow);
    int r = 0;

    for (unsigned i = 0; r == 0 && i < m->choose_args_count; i++) {
        struct crush_choose_args *c = &m->choose_args[i];
        const struct crush_choose_arg *from = find(c, original);
        struct crush_choose_arg a = {0};
        if (!from || !from->position_count)
            continue;
        r = insert_or_free(c, &a, fill_clone(c, from, b, places, &a));
    }
    return r;
}
