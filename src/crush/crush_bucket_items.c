/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_bucket_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_straw.h"

enum { MAX_TREE_ITEMS = 64 }; /* the count of nodes is a byte on the wire */

static const char *const alg_names[] = {
    [CRUSH_ALG_UNIFORM] = "uniform", [CRUSH_ALG_LIST] = "list",     [CRUSH_ALG_TREE] = "tree",
    [CRUSH_ALG_STRAW] = "straw",     [CRUSH_ALG_STRAW2] = "straw2",
};

const char *crush_alg_name(uint8_t alg)
{
    return alg < ARRAY_SIZE(alg_names) ? alg_names[alg] : NULL;
}

enum crush_alg crush_alg_parse(const char *name)
{
    for (uint8_t i = CRUSH_ALG_UNIFORM; i < ARRAY_SIZE(alg_names); i++)
        if (strcmp(alg_names[i], name) == 0)
            return (enum crush_alg)i;
    return CRUSH_ALG_HOLE;
}

void crush_bucket_destroy(struct crush_bucket *b)
{
    free(b->items);
    free(b->weights);
    free(b->extra);
    memset(b, 0, sizeof(*b));
}

int64_t crush_bucket_find(const struct crush_bucket *b, int32_t item)
{
    for (uint32_t i = 0; i < b->size; i++)
        if (b->items[i] == item)
            return i;
    return -1;
}

uint32_t crush_bucket_item_weight(const struct crush_bucket *b, uint32_t place)
{
    uint32_t index = place;

    if (b->alg == CRUSH_ALG_UNIFORM)
        index = 0;
    else if (b->alg == CRUSH_ALG_TREE)
        index = 2 * place + 1;
    return index < b->weight_count ? b->weights[index] : 0;
}

/* ---- what a kind keeps, made from the weights of all items ---- */

static int fill_uniform(struct crush_bucket *b, const uint32_t *weights)
{
    for (uint32_t i = 1; i < b->size; i++)
        if (weights[i] != weights[0])
            return -EINVAL;
    b->weights = calloc(1, sizeof(*b->weights));
    if (!b->weights)
        return -ENOMEM;
    b->weight_count = 1;
    b->weights[0] = b->size ? weights[0] : 0;
    return 0;
}

/* Item i is node 2i + 1; a node with k zeroes at the end has its children half of 2^k away. */
static int fill_tree(struct crush_bucket *b, const uint32_t *weights)
{
    uint32_t nodes = 2;

    if (b->size > MAX_TREE_ITEMS)
        return -ERANGE;
    if (b->size == 0)
        return 0;
    while (nodes / 2 < b->size)
        nodes *= 2;
    b->weights = calloc(nodes, sizeof(*b->weights));
    if (!b->weights)
        return -ENOMEM;
    b->weight_count = nodes;
    for (uint32_t i = 0; i < b->size; i++)
        b->weights[2 * i + 1] = weights[i];
    for (uint32_t step = 2; step < nodes; step *= 2)
        for (uint32_t n = step; n < nodes; n += 2 * step)
            b->weights[n] = b->weights[n - step / 2] + b->weights[n + step / 2];
    return 0;
}

static int fill_each(struct crush_bucket *b, const uint32_t *weights)
{
    if (b->size == 0)
        return 0;
    b->weights = calloc(b->size, sizeof(*b->weights));
    if (!b->weights)
        return -ENOMEM;
    memcpy(b->weights, weights, b->size * sizeof(*weights));
    b->weight_count = b->size;
    return 0;
}

static int fill_extra(struct crush_bucket *b, uint8_t straw_calc_version)
{
    if (b->size == 0 || (b->alg != CRUSH_ALG_LIST && b->alg != CRUSH_ALG_STRAW))
        return 0;
    b->extra = calloc(b->size, sizeof(*b->extra));
    if (!b->extra)
        return -ENOMEM;
    if (b->alg == CRUSH_ALG_STRAW)
        return crush_straw_lengths(b->weights, b->extra, b->size, straw_calc_version);
    for (uint32_t i = 0; i < b->size; i++)
        b->extra[i] = b->weights[i] + (i ? b->extra[i - 1] : 0);
    return 0;
}

static int fill_weights(struct crush_bucket *b, const uint32_t *weights, uint8_t straw_calc_version)
{
    int r;

    if (b->alg == CRUSH_ALG_UNIFORM)
        r = fill_uniform(b, weights);
    else if (b->alg == CRUSH_ALG_TREE)
        r = fill_tree(b, weights);
    else
        r = fill_each(b, weights);
    return r ? r : fill_extra(b, straw_calc_version);
}

static int sum(const uint32_t *weights, uint32_t size, uint32_t *out)
{
    *out = 0;
    for (uint32_t i = 0; i < size; i++)
        if (__builtin_add_overflow(*out, weights[i], out))
            return -ERANGE;
    return 0;
}

int crush_bucket_fill(struct crush_bucket *b, const int32_t *items, const uint32_t *weights, uint32_t size,
                      uint8_t straw_calc_version)
{
    struct crush_bucket made = {.id = b->id, .type = b->type, .alg = b->alg, .hash = b->hash, .size = size};
    int r = sum(weights, size, &made.weight);

    if (r == 0 && size) {
        made.items = calloc(size, sizeof(*items));
        r = made.items ? 0 : -ENOMEM;
    }
    if (r == 0 && size)
        memcpy(made.items, items, size * sizeof(*items));
    if (r == 0)
        r = fill_weights(&made, weights, straw_calc_version);
    if (r) {
        crush_bucket_destroy(&made);
        return r;
    }
    crush_bucket_destroy(b);
    *b = made;
    return 0;
}

/* ---- changes: the bucket is made anew from changed lists ---- */

struct lists {
    int32_t *items;
    uint32_t *weights;
    uint32_t size;
};

/* Copies with room for one more. */
static int take_lists(const struct crush_bucket *b, struct lists *l)
{
    l->size = b->size;
    l->items = calloc(b->size + 1, sizeof(*l->items));
    l->weights = calloc(b->size + 1, sizeof(*l->weights));
    if (!l->items || !l->weights) {
        free(l->items);
        free(l->weights);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < b->size; i++) {
        l->items[i] = b->items[i];
        l->weights[i] = crush_bucket_item_weight(b, i);
    }
    return 0;
}

static int put_lists(struct crush_bucket *b, struct lists *l, uint8_t straw_calc_version)
{
    int r = crush_bucket_fill(b, l->items, l->weights, l->size, straw_calc_version);

    free(l->items);
    free(l->weights);
    return r;
}

int crush_bucket_add_item(struct crush_bucket *b, int32_t item, uint32_t weight, uint8_t straw_calc_version)
{
    struct lists l;
    int r = take_lists(b, &l);

    if (r)
        return r;
    l.items[l.size] = item;
    l.weights[l.size++] = weight;
    return put_lists(b, &l, straw_calc_version);
}

static void remove_from_tree(struct lists *l, uint32_t place)
{
    l->items[place] = 0;
    l->weights[place] = 0;
    while (l->size && l->weights[l->size - 1] == 0)
        l->size--;
}

int crush_bucket_remove_item(struct crush_bucket *b, uint32_t place, uint8_t straw_calc_version)
{
    struct lists l;
    int r = take_lists(b, &l);

    if (r)
        return r;
    if (b->alg == CRUSH_ALG_TREE) {
        remove_from_tree(&l, place);
    } else {
        array_remove(l.items, l.size, sizeof(*l.items), place);
        array_remove(l.weights, l.size--, sizeof(*l.weights), place);
    }
    return put_lists(b, &l, straw_calc_version);
}

int crush_bucket_set_item_weight(struct crush_bucket *b, uint32_t place, uint32_t weight,
                                 uint8_t straw_calc_version)
{
    bool all = b->alg == CRUSH_ALG_UNIFORM;
    struct lists l;
    int r = take_lists(b, &l);

    if (r)
        return r;
    for (uint32_t i = 0; i < l.size; i++)
        if (all || i == place)
            l.weights[i] = weight;
    return put_lists(b, &l, straw_calc_version);
}
