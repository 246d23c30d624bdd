/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A crush map as bytes. Everything behind the names may be missing in old maps and then means its default. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_map.h"

#define CRUSH_MAGIC 0x00010000u

static void encode_u32s(const uint32_t *v, uint32_t n, struct encode *e)
{
    for (uint32_t i = 0; i < n; i++)
        encode_u32(e, v[i]);
}

static void encode_names(const struct crush_names *n, struct encode *e)
{
    encode_u32(e, n->count);
    for (unsigned i = 0; i < n->count; i++) {
        encode_s32(e, n->names[i].id);
        encode_string(e, n->names[i].name);
    }
}

static void encode_pairs(const struct crush_pair *pairs, unsigned n, struct encode *e)
{
    encode_u32(e, n);
    for (unsigned i = 0; i < n; i++) {
        encode_s32(e, pairs[i].key);
        encode_s32(e, pairs[i].value);
    }
}

static void encode_bucket(const struct crush_bucket *b, struct encode *e)
{
    encode_u32(e, b->alg);
    if (b->alg == CRUSH_ALG_HOLE)
        return;
    encode_s32(e, b->id);
    encode_u16(e, b->type);
    encode_u8(e, b->alg);
    encode_u8(e, b->hash);
    encode_u32(e, b->weight);
    encode_u32(e, b->size);
    for (uint32_t i = 0; i < b->size; i++)
        encode_s32(e, b->items[i]);
    if (b->alg == CRUSH_ALG_TREE)
        encode_u8(e, (uint8_t)b->weight_count);
    for (uint32_t i = 0; i < b->weight_count; i++) {
        encode_u32(e, b->weights[i]);
        if (b->extra)
            encode_u32(e, b->extra[i]);
    }
}

static void encode_rule(const struct crush_rule *r, struct encode *e)
{
    encode_u32(e, r->exists);
    if (!r->exists)
        return;
    encode_u32(e, r->len);
    encode_u8(e, r->ruleset);
    encode_u8(e, r->type);
    encode_u8(e, r->min_size);
    encode_u8(e, r->max_size);
    for (uint32_t i = 0; i < r->len; i++) {
        encode_u32(e, r->steps[i].op);
        encode_s32(e, r->steps[i].arg1);
        encode_s32(e, r->steps[i].arg2);
    }
}

static void encode_choose_args(const struct crush_choose_args *c, struct encode *e)
{
    encode_s64(e, c->key);
    encode_u32(e, c->count);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct crush_choose_arg *a = &c->args[i];

        encode_u32(e, a->bucket);
        encode_u32(e, a->position_count);
        for (uint32_t j = 0; j < a->position_count; j++) {
            encode_u32(e, a->positions[j].count);
            encode_u32s(a->positions[j].weights, a->positions[j].count, e);
        }
        encode_u32(e, a->id_count);
        for (uint32_t j = 0; j < a->id_count; j++)
            encode_s32(e, a->ids[j]);
    }
}

void crush_map_encode(const struct crush_map *m, struct encode *e)
{
    const struct crush_tunables *t = &m->tunables;

    encode_u32(e, CRUSH_MAGIC);
    encode_u32(e, m->max_buckets);
    encode_u32(e, m->max_rules);
    encode_s32(e, m->max_devices);
    for (uint32_t i = 0; i < m->max_buckets; i++)
        encode_bucket(&m->buckets[i], e);
    for (uint32_t i = 0; i < m->max_rules; i++)
        encode_rule(&m->rules[i], e);
    encode_names(&m->types, e);
    encode_names(&m->items, e);
    encode_names(&m->rule_names, e);
    encode_u32(e, t->choose_local_tries);
    encode_u32(e, t->choose_local_fallback_tries);
    encode_u32(e, t->choose_total_tries);
    encode_u32(e, t->chooseleaf_descend_once);
    encode_u8(e, t->chooseleaf_vary_r);
    encode_u8(e, t->straw_calc_version);
    encode_u32(e, t->allowed_bucket_algs);
    encode_u8(e, t->chooseleaf_stable);
    encode_pairs(m->class_map, m->class_map_count, e);
    encode_names(&m->class_names, e);
    encode_u32(e, m->class_bucket_count);
    for (unsigned i = 0; i < m->class_bucket_count; i++) {
        encode_s32(e, m->class_buckets[i].bucket);
        encode_pairs(m->class_buckets[i].shadows, m->class_buckets[i].count, e);
    }
    encode_u32(e, m->choose_args_count);
    for (unsigned i = 0; i < m->choose_args_count; i++)
        encode_choose_args(&m->choose_args[i], e);
}

/* count zeroed elements for what is about to be read; NULL when there are none or on failure. */
static void *take_array(struct decode *d, uint32_t count, size_t size)
{
    void *p;

    if (decode_error(d) || count == 0)
        return NULL;
    p = calloc(count, size);
    if (!p)
        decode_fail(d, -ENOMEM);
    return p;
}

/* An element count that stands away from its elements; those take at least min_size bytes each. */
static uint32_t check_count(struct decode *d, uint32_t n, size_t min_size)
{
    if (n > decode_left(d) / min_size)
        decode_fail(d, -EBADMSG);
    return decode_error(d) ? 0 : n;
}

static uint32_t *decode_u32s(struct decode *d, uint32_t n)
{
    uint32_t *v = take_array(d, check_count(d, n, 4), sizeof(*v));

    for (uint32_t i = 0; v && i < n; i++)
        v[i] = decode_u32(d);
    return v;
}

static void decode_names(struct crush_names *n, struct decode *d)
{
    uint32_t count = decode_count(d, 8);

    n->names = take_array(d, count, sizeof(*n->names));
    for (uint32_t i = 0; n->names && i < count && !decode_error(d); i++) {
        n->names[i].id = decode_s32(d);
        if (i > 0 && n->names[i].id <= n->names[i - 1].id)
            decode_fail(d, -EBADMSG);
        n->names[i].name = decode_string(d);
        n->count = i + 1;
    }
}

static struct crush_pair *decode_pairs(unsigned *count, struct decode *d)
{
    uint32_t n = decode_count(d, 8);
    struct crush_pair *pairs = take_array(d, n, sizeof(*pairs));

    *count = pairs ? n : 0;
    for (uint32_t i = 0; i < *count; i++) {
        pairs[i].key = decode_s32(d);
        pairs[i].value = decode_s32(d);
    }
    return pairs;
}

static void decode_weights(struct crush_bucket *b, struct decode *d)
{
    uint32_t n = b->size;
    bool two = b->alg == CRUSH_ALG_LIST || b->alg == CRUSH_ALG_STRAW;

    if (b->alg == CRUSH_ALG_UNIFORM)
        n = 1;
    else if (b->alg == CRUSH_ALG_TREE)
        n = decode_u8(d);
    n = check_count(d, n, two ? 8 : 4);
    b->weights = take_array(d, n, sizeof(*b->weights));
    b->extra = two ? take_array(d, n, sizeof(*b->extra)) : NULL;
    for (uint32_t i = 0; i < n && !decode_error(d); i++) {
        b->weights[i] = decode_u32(d);
        if (b->extra)
            b->extra[i] = decode_u32(d);
    }
    b->weight_count = decode_error(d) ? 0 : n;
}

static void decode_bucket(struct crush_bucket *b, uint32_t index, struct decode *d)
{
    uint32_t alg = decode_u32(d);

    if (alg == CRUSH_ALG_HOLE)
        return;
    b->id = decode_s32(d);
    b->type = decode_u16(d);
    b->alg = decode_u8(d);
    b->hash = decode_u8(d);
    b->weight = decode_u32(d);
    b->size = check_count(d, decode_u32(d), 4);
    if (alg > CRUSH_ALG_STRAW2 || b->alg != alg || b->id != -1 - (int32_t)index)
        decode_fail(d, -EBADMSG);
    b->items = take_array(d, b->size, sizeof(*b->items));
    if (!b->items)
        b->size = 0;
    for (uint32_t i = 0; i < b->size; i++)
        b->items[i] = decode_s32(d);
    decode_weights(b, d);
}

static void decode_rule(struct crush_rule *r, struct decode *d)
{
    uint32_t n;

    if (decode_u32(d) == 0)
        return;
    r->exists = true;
    n = decode_u32(d);
    r->ruleset = decode_u8(d);
    r->type = decode_u8(d);
    r->min_size = decode_u8(d);
    r->max_size = decode_u8(d);
    r->steps = take_array(d, check_count(d, n, sizeof(struct crush_step)), sizeof(*r->steps));
    r->len = r->steps ? n : 0;
    for (uint32_t i = 0; i < r->len; i++) {
        r->steps[i].op = decode_u32(d);
        r->steps[i].arg1 = decode_s32(d);
        r->steps[i].arg2 = decode_s32(d);
    }
}

static void decode_choose_arg(struct crush_choose_arg *a, const struct crush_map *m, struct decode *d)
{
    uint32_t n;

    a->bucket = decode_u32(d);
    if (a->bucket >= m->max_buckets)
        decode_fail(d, -EBADMSG);
    n = decode_count(d, 4);
    a->positions = take_array(d, n, sizeof(*a->positions));
    a->position_count = a->positions ? n : 0;
    for (uint32_t i = 0; i < a->position_count && !decode_error(d); i++) {
        n = decode_count(d, 4);
        a->positions[i].weights = decode_u32s(d, n);
        a->positions[i].count = a->positions[i].weights ? n : 0;
    }
    n = decode_count(d, 4);
    a->ids = (int32_t *)decode_u32s(d, n);
    a->id_count = a->ids ? n : 0;
}

/* Only straw2 buckets have other weights; genuine Ceph, too, forgets those of any other bucket. */
static void drop_dead_args(struct crush_choose_args *c, const struct crush_map *m)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < c->count; i++) {
        if (m->buckets[c->args[i].bucket].alg == CRUSH_ALG_STRAW2)
            c->args[kept++] = c->args[i];
        else
            crush_choose_arg_destroy(&c->args[i]);
    }
    c->count = kept;
}

static void decode_choose_args(struct crush_map *m, struct decode *d)
{
    uint32_t n = decode_count(d, 12);

    m->choose_args = take_array(d, n, sizeof(*m->choose_args));
    m->choose_args_count = m->choose_args ? n : 0;
    for (uint32_t i = 0; i < m->choose_args_count && !decode_error(d); i++) {
        struct crush_choose_args *c = &m->choose_args[i];

        c->key = decode_s64(d);
        n = decode_count(d, 12);
        c->args = take_array(d, n, sizeof(*c->args));
        c->count = c->args ? n : 0;
        for (uint32_t j = 0; j < c->count && !decode_error(d); j++)
            decode_choose_arg(&c->args[j], m, d);
        if (!decode_error(d))
            drop_dead_args(c, m);
    }
}

static void decode_classes(struct crush_map *m, struct decode *d)
{
    uint32_t n;

    m->class_map = decode_pairs(&m->class_map_count, d);
    decode_names(&m->class_names, d);
    n = decode_count(d, 8);
    m->class_buckets = take_array(d, n, sizeof(*m->class_buckets));
    m->class_bucket_count = m->class_buckets ? n : 0;
    for (uint32_t i = 0; i < m->class_bucket_count && !decode_error(d); i++) {
        struct crush_class_bucket *b = &m->class_buckets[i];
        b->bucket = decode_s32(d);
        b->shadows = decode_pairs(&b->count, d);
    }
}

/* Each release added its block at the end; what is missing keeps its old meaning. */
static void decode_tunables(struct crush_tunables *t, struct decode *d)
{
    if (decode_left(d)) {
        t->choose_local_tries = decode_u32(d);
        t->choose_local_fallback_tries = decode_u32(d);
        t->choose_total_tries = decode_u32(d);
    }
    if (decode_left(d))
        t->chooseleaf_descend_once = decode_u32(d);
    if (decode_left(d))
        t->chooseleaf_vary_r = decode_u8(d);
    if (decode_left(d))
        t->straw_calc_version = decode_u8(d);
    if (decode_left(d))
        t->allowed_bucket_algs = decode_u32(d);
    if (decode_left(d))
        t->chooseleaf_stable = decode_u8(d);
}

static void decode_map(struct crush_map *m, struct decode *d)
{
    uint32_t max_buckets, max_rules;

    if (decode_u32(d) != CRUSH_MAGIC)
        decode_fail(d, -EBADMSG);
    max_buckets = check_count(d, decode_u32(d), 4);
    max_rules = decode_u32(d);
    m->max_devices = decode_s32(d);
    m->buckets = take_array(d, max_buckets, sizeof(*m->buckets));
    m->max_buckets = m->buckets ? max_buckets : 0;
    for (uint32_t i = 0; i < m->max_buckets && !decode_error(d); i++)
        decode_bucket(&m->buckets[i], i, d);
    m->rules = take_array(d, check_count(d, max_rules, 4), sizeof(*m->rules));
    m->max_rules = m->rules ? max_rules : 0;
    for (uint32_t i = 0; i < m->max_rules && !decode_error(d); i++)
        decode_rule(&m->rules[i], d);
    decode_names(&m->types, d);
    decode_names(&m->items, d);
    decode_names(&m->rule_names, d);
    decode_tunables(&m->tunables, d);
    if (decode_left(d)) {
        decode_classes(m, d);
        if (decode_left(d))
            decode_choose_args(m, d);
    }
}

/* How many buckets are inside each other from here on, in *heights once known; 0: too many, or it is in
 * itself. */
static unsigned height(const struct crush_map *m, uint32_t index, uint8_t *heights, unsigned depth)
{
    const struct crush_bucket *b = &m->buckets[index];
    uint8_t highest = 0;

    if (heights[index])
        return heights[index];
    if (depth > CRUSH_MAX_DEPTH)
        return 0;
    for (uint32_t i = 0; i < b->size; i++) {
        unsigned h;
        if (!crush_map_bucket(m, b->items[i]))
            continue;
        h = height(m, (uint32_t)(-1 - b->items[i]), heights, depth + 1);
        if (h == 0 || h >= CRUSH_MAX_DEPTH)
            return 0;
        if (h > highest)
            highest = (uint8_t)h;
    }
    heights[index] = highest + 1;
    return heights[index];
}

static void check_depth(const struct crush_map *m, struct decode *d)
{
    uint8_t *heights = decode_error(d) ? NULL : take_array(d, m->max_buckets, 1);

    for (uint32_t i = 0; heights && i < m->max_buckets; i++)
        if (height(m, i, heights, 1) == 0) {
            decode_fail(d, -EBADMSG);
            break;
        }
    free(heights);
}

int crush_map_decode(struct crush_map *m, struct decode *d)
{
    crush_map_init(m);
    decode_map(m, d);
    check_depth(m, d);
    if (decode_error(d))
        crush_map_destroy(m);
    return decode_error(d);
}
