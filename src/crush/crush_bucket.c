/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_bucket.h"

#include <stdlib.h>

#include "crush/crush_hash.h"
#include "crush/crush_ln_table.h"

/* Swaps made by a permutation, few: only positions that were touched are kept. */
static uint32_t value_at(const uint32_t *moved_to, const uint32_t *moved, uint32_t n, uint32_t place)
{
    for (uint32_t i = n; i-- > 0;)
        if (moved_to[i] == place)
            return moved[i];
    return place;
}

/*
 * A Fisher-Yates shuffle from the front, of which only the first r % size + 1 steps matter. Step p swaps
 * places p and p + hash % (size - p); a place that no step wrote holds its own number.
 */
int32_t crush_bucket_permute(const struct crush_bucket *b, uint32_t x, uint32_t r)
{
    uint32_t steps = r % b->size + 1, picked = 0, n = 0;
    uint32_t *to = malloc(2 * (size_t)steps * sizeof(*to)), *value = to ? to + steps : NULL;

    if (!to)
        abort(); /* placement must not depend on memory */
    for (uint32_t p = 0; p < steps; p++) {
        uint32_t other = p + crush_hash3(x, (uint32_t)b->id, p) % (b->size - p), mine;
        picked = value_at(to, value, n, other);
        mine = value_at(to, value, n, p);
        to[n] = other; /* place p itself is never looked at again */
        value[n++] = mine;
    }
    free(to);
    return b->items[picked];
}

static int32_t list_choose(const struct crush_bucket *b, uint32_t x, uint32_t r)
{
    for (uint32_t i = b->size; i-- > 0;) {
        uint64_t w = crush_hash4(x, (uint32_t)b->items[i], r, (uint32_t)b->id) & 0xffff;
        if (w * b->extra[i] >> 16 < b->weights[i])
            return b->items[i];
    }
    return b->items[0];
}

/* Nodes are numbered so that a node's height is its count of trailing zeroes; leaves are odd. */
static int32_t tree_choose(const struct crush_bucket *b, uint32_t x, uint32_t r)
{
    uint32_t n = b->weight_count >> 1;

    while (n && !(n & 1)) {
        uint32_t half = (n & -n) >> 1;
        uint64_t t = (uint64_t)crush_hash4(x, n, r, (uint32_t)b->id) * b->weights[n] >> 32;
        n = t < b->weights[n - half] ? n - half : n + half;
    }
    return b->items[n >> 1 < b->size ? n >> 1 : 0];
}

static int32_t straw_choose(const struct crush_bucket *b, uint32_t x, uint32_t r)
{
    uint32_t best = 0;
    uint64_t best_draw = 0;

    for (uint32_t i = 0; i < b->size; i++) {
        uint64_t draw = (uint64_t)(crush_hash3(x, (uint32_t)b->items[i], r) & 0xffff) * b->extra[i];
        if (i == 0 || draw > best_draw) {
            best = i;
            best_draw = draw;
        }
    }
    return b->items[best];
}

/* 2^44 * log2(u + 1), from tables. */
static uint64_t log2_fixed(uint32_t u)
{
    uint32_t x = u + 1, k;
    unsigned exponent = 15;
    uint64_t low;

    if (!(x & 0x18000)) {
        unsigned shift = (unsigned)__builtin_clz(x) - 16;
        x <<= shift;
        exponent -= shift;
    }
    k = (x >> 8) - 128;
    low = ((uint64_t)x * ln_reciprocal[k] >> 48) & 0xff;
    return ((uint64_t)exponent << 44) + ((ln_high[k] + ln_low[low]) >> 4);
}

#define LOG2_OF_ALL (INT64_C(1) << 48) /* log2_fixed(0xffff) and a little */

static int32_t straw2_choose(const struct crush_bucket *b, const struct crush_choose_arg *arg,
                             uint32_t position, uint32_t x, uint32_t r)
{
    const uint32_t *weights = b->weights;
    const int32_t *ids = b->items;
    int64_t best_draw = 0;
    uint32_t best = 0;

    if (arg && arg->position_count) {
        const struct crush_weight_set *set =
            &arg->positions[position < arg->position_count ? position : arg->position_count - 1];
        if (set->count == b->size)
            weights = set->weights;
    }
    if (arg && arg->id_count == b->size)
        ids = arg->ids;
    for (uint32_t i = 0; i < b->size; i++) {
        int64_t draw = INT64_MIN;
        if (weights[i]) {
            uint32_t u = crush_hash3(x, (uint32_t)ids[i], r) & 0xffff;
            draw = ((int64_t)log2_fixed(u) - LOG2_OF_ALL) / (int64_t)weights[i];
        }
        if (i == 0 || draw > best_draw) {
            best = i;
            best_draw = draw;
        }
    }
    return b->items[best];
}

int32_t crush_bucket_choose(const struct crush_bucket *b, const struct crush_choose_arg *arg,
                            uint32_t position, uint32_t x, uint32_t r)
{
    switch ((enum crush_alg)b->alg) {
    case CRUSH_ALG_UNIFORM:
        return crush_bucket_permute(b, x, r);
    case CRUSH_ALG_LIST:
        return list_choose(b, x, r);
    case CRUSH_ALG_TREE:
        return tree_choose(b, x, r);
    case CRUSH_ALG_STRAW:
        return straw_choose(b, x, r);
    case CRUSH_ALG_STRAW2:
        return straw2_choose(b, arg, position, x, r);
    case CRUSH_ALG_HOLE:
        break;
    }
    return b->items[0];
}
