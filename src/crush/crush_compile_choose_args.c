/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weight sets of a crush map's text. */
#include <errno.h>
#include <stdlib.h>

#include "common/array.h"
#include "crush/crush_compile_internal.h"

static int read_weights(struct crush_compiler *c, struct crush_weight_set *set)
{
    int r = 0;

    while (r == 0 && !crush_tokens_accept(&c->t, "]")) {
        uint32_t *weights = array_insert(set->weights, set->count, sizeof(*weights), set->count);
        if (!weights)
            return -ENOMEM;
        set->weights = weights;
        r = crush_tokens_weight(&c->t, &weights[set->count++]);
    }
    return r;
}

static int wrong_count(struct crush_compiler *c, unsigned line, const struct crush_bucket *b, uint32_t count)
{
    return crush_tokens_fail(&c->t, line, "bucket %d has %u items, here are %u", b->id, b->size, count);
}

static int read_weight_set(struct crush_compiler *c, const struct crush_bucket *b, struct crush_choose_arg *a)
{
    int r = crush_tokens_expect(&c->t, "[");

    while (r == 0 && !crush_tokens_accept(&c->t, "]")) {
        struct crush_weight_set *all =
            array_insert(a->positions, a->position_count, sizeof(*all), a->position_count);
        unsigned line = c->t.at->line;

        if (!all)
            return -ENOMEM;
        a->positions = all;
        a->position_count++;
        r = crush_tokens_expect(&c->t, "[");
        if (r == 0)
            r = read_weights(c, &all[a->position_count - 1]);
        if (r == 0 && all[a->position_count - 1].count != b->size)
            r = wrong_count(c, line, b, all[a->position_count - 1].count);
    }
    return r;
}

static int read_ids(struct crush_compiler *c, const struct crush_bucket *b, struct crush_choose_arg *a)
{
    unsigned line = c->t.at->line;
    int r = crush_tokens_expect(&c->t, "[");

    while (r == 0 && !crush_tokens_accept(&c->t, "]")) {
        int32_t *ids = array_insert(a->ids, a->id_count, sizeof(*ids), a->id_count);
        int64_t id;

        if (!ids)
            return -ENOMEM;
        a->ids = ids;
        r = crush_tokens_int(&c->t, "an id", INT32_MIN, INT32_MAX, &id);
        if (r == 0)
            ids[a->id_count++] = (int32_t)id;
    }
    return r || a->id_count == b->size ? r : wrong_count(c, line, b, a->id_count);
}

/* What a says goes behind "bucket_id"; the bucket's earlier one must not be there. */
static struct crush_choose_arg *add_arg(struct crush_choose_args *args, uint32_t bucket, bool *there)
{
    struct crush_choose_arg *all;
    uint32_t at = 0;

    while (at < args->count && args->args[at].bucket < bucket)
        at++;
    *there = at < args->count && args->args[at].bucket == bucket;
    if (*there)
        return NULL;
    all = array_insert(args->args, args->count, sizeof(*all), at);
    if (!all)
        return NULL;
    args->args = all;
    args->count++;
    all[at].bucket = bucket;
    return &all[at];
}

static int read_arg(struct crush_compiler *c, struct crush_choose_args *args)
{
    const struct crush_bucket *b;
    struct crush_choose_arg *a;
    unsigned line = c->t.at->line;
    bool there;
    int64_t id;
    int r = crush_tokens_setting(&c->t, "bucket_id", INT32_MIN, -1, &id);

    if (r)
        return r;
    b = crush_map_bucket(c->map, (int32_t)id);
    if (!b)
        return crush_tokens_fail(&c->t, line, "there is no bucket %d", (int)id);
    a = add_arg(args, (uint32_t)(-1 - id), &there);
    if (there)
        return crush_tokens_fail(&c->t, line, "bucket %d is there twice", (int)id);
    if (!a)
        return -ENOMEM;
    if (crush_tokens_accept(&c->t, "weight_set"))
        r = read_weight_set(c, b, a);
    if (r == 0 && crush_tokens_accept(&c->t, "ids"))
        r = read_ids(c, b, a);
    if (r == 0)
        r = crush_tokens_expect(&c->t, "}");
    if (!a->position_count && !a->id_count)
        array_remove(args->args, args->count--, sizeof(*a), (size_t)(a - args->args)); /* it says nothing */
    return r;
}

static struct crush_choose_args *add_args(struct crush_map *m, int64_t key)
{
    struct crush_choose_args *all;
    unsigned at = 0;

    while (at < m->choose_args_count && m->choose_args[at].key < key)
        at++;
    all = array_insert(m->choose_args, m->choose_args_count, sizeof(*all), at);
    if (!all)
        return NULL;
    m->choose_args = all;
    m->choose_args_count++;
    all[at].key = key;
    return &all[at];
}

int crush_compile_choose_args(struct crush_compiler *c)
{
    unsigned line = c->t.at->line;
    struct crush_choose_args *args;
    int64_t key = -1;
    int r = 0;

    /* so genuine Ceph writes the weight set for all pools */
    if (!crush_tokens_accept(&c->t, "18446744073709551615"))
        r = crush_tokens_int(&c->t, "a pool", 0, INT32_MAX, &key);
    if (r == 0)
        r = crush_tokens_expect(&c->t, "{");
    if (r)
        return r;
    for (unsigned i = 0; i < c->map->choose_args_count; i++)
        if (c->map->choose_args[i].key == key)
            return crush_tokens_fail(&c->t, line, "choose_args of this pool are there twice");
    args = add_args(c->map, key);
    if (!args)
        return -ENOMEM;
    while (r == 0 && crush_tokens_accept(&c->t, "{"))
        r = read_arg(c, args);
    return r ? r : crush_tokens_expect(&c->t, "}");
}
