/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_mapper.h"

#include <errno.h>
#include <string.h>

#include "crush/crush_bucket.h"
#include "crush/crush_hash.h"

#define ITEM_UNDECIDED 0x7ffffffe
#define DEVICE_TYPE    0

/* What holds for a whole rule. */
struct walk {
    const struct crush_map *map;
    const uint32_t *weights;
    unsigned weight_count;
    const struct crush_choose_args *args;
    uint32_t *counts; /* of items found after so many failures, or NULL */
    uint32_t x;

    /* of the tunables, or set by steps */
    unsigned tries, leaf_tries, local_tries, local_fallback_tries;
    unsigned vary_r, stable;
};

static const struct crush_choose_arg *arg_of(const struct walk *w, const struct crush_bucket *b)
{
    for (uint32_t i = 0; w->args && i < w->args->count; i++)
        if (w->args->args[i].bucket == (uint32_t)(-1 - b->id))
            return &w->args->args[i];
    return NULL;
}

static void count_tries(const struct walk *w, unsigned failures)
{
    if (w->counts && failures <= w->map->tunables.choose_total_tries)
        w->counts[failures]++;
}

static bool is_out(const struct walk *w, int32_t device)
{
    uint32_t weight = (uint32_t)device < w->weight_count ? w->weights[device] : 0;

    return weight < 0x10000 && (weight == 0 || (crush_hash2(w->x, (uint32_t)device) & 0xffff) >= weight);
}

enum pick {
    PICK_FOUND,  /* an item of the wanted type */
    PICK_EMPTY,  /* the bucket has no items: try again elsewhere */
    PICK_BROKEN, /* the map leads nowhere: give this place up */
};

/* One choice in b, which is then where the next one is made. PICK_FOUND leaves *b where the item lies in. */
struct choice {
    int32_t item;
    bool again; /* the item is a bucket of another type: choose in *b, which is it now */
};

static enum pick resolve(const struct walk *w, int32_t item, unsigned type, const struct crush_bucket **b,
                         struct choice *c)
{
    const struct crush_bucket *below = item < 0 ? crush_map_bucket(w->map, item) : NULL;
    unsigned item_type = below ? below->type : DEVICE_TYPE;

    c->item = item;
    c->again = false;
    if (item >= w->map->max_devices || (item < 0 && !below))
        return PICK_BROKEN;
    if (item_type == type)
        return PICK_FOUND;
    if (!below)
        return PICK_BROKEN;
    *b = below;
    c->again = true;
    return PICK_FOUND;
}

static bool contains(const int32_t *items, unsigned n, int32_t item)
{
    for (unsigned i = 0; i < n; i++)
        if (items[i] == item)
            return true;
    return false;
}

/* ---- firstn: places close up when one cannot be filled ---- */

struct firstn {
    unsigned type;
    unsigned tries, leaf_tries;
    bool to_leaf;
    uint32_t parent_r;
};

static unsigned choose_firstn(const struct walk *w, const struct crush_bucket *from, const struct firstn *f,
                              unsigned replicas, unsigned room, int32_t *out, unsigned have, int32_t *leaves);

/* Finds a device below the item for place `have`. */
static bool find_leaf(const struct walk *w, const struct firstn *f, int32_t item, uint32_t r, unsigned room,
                      int32_t *leaves, unsigned have)
{
    struct firstn below = {
        .type = DEVICE_TYPE,
        .tries = f->leaf_tries,
        .parent_r = w->vary_r ? r >> ((w->vary_r - 1) & 31) : 0,
    };

    if (item >= 0) {
        leaves[have] = item;
        return true;
    }
    return choose_firstn(w, crush_map_bucket(w->map, item), &below, w->stable ? 1 : have + 1, room, leaves,
                         have, NULL) > have;
}

/* Fills one place: goes down from the start until an item of the type is found that is free and in. */
static bool fill_place(const struct walk *w, const struct crush_bucket *from, const struct firstn *f,
                       unsigned replica, unsigned room, int32_t *out, unsigned have, int32_t *leaves)
{
    unsigned failures = 0, local_failures = 0, depth = 0;
    const struct crush_bucket *in = from;

    for (;;) {
        uint32_t r = replica + f->parent_r + failures;
        bool collides = false, rejected = true;
        struct choice c = {0};
        if (in->size) {
            bool fallback = w->local_fallback_tries && local_failures >= in->size >> 1 &&
                            local_failures > w->local_fallback_tries;
            int32_t item = fallback ? crush_bucket_permute(in, w->x, r)
                                    : crush_bucket_choose(in, arg_of(w, in), have, w->x, r);
            const struct crush_bucket *at = in;
            if (resolve(w, item, f->type, &in, &c) == PICK_BROKEN)
                return false;
            if (c.again && ++depth <= w->map->max_buckets)
                continue;
            if (c.again)
                return false; /* buckets that contain each other */
            in = at;
            depth = 0;
            collides = contains(out, have, item);
            rejected = !collides && f->to_leaf && !find_leaf(w, f, item, r, room, leaves, have);
            if (!collides && !rejected && f->type == DEVICE_TYPE)
                rejected = is_out(w, item);
        }
        if (!collides && !rejected) {
            out[have] = c.item;
            count_tries(w, failures);
            return true;
        }
        failures++;
        local_failures++;
        if ((collides && local_failures <= w->local_tries) ||
            (w->local_fallback_tries && local_failures <= in->size + w->local_fallback_tries))
            continue; /* once more in the same bucket */
        if (failures >= f->tries)
            return false;
        in = from;
        local_failures = 0;
    }
}

static unsigned choose_firstn(const struct walk *w, const struct crush_bucket *from, const struct firstn *f,
                              unsigned replicas, unsigned room, int32_t *out, unsigned have, int32_t *leaves)
{
    for (unsigned replica = w->stable ? 0 : have; replica < replicas && room; replica++) {
        if (!fill_place(w, from, f, replica, room, out, have, leaves))
            continue;
        have++;
        room--;
    }
    return have;
}

/* ---- indep: each place keeps its number, filled or not ---- */

struct indep {
    unsigned type;
    unsigned tries, leaf_tries;
    unsigned replicas;
    bool to_leaf;
    uint32_t parent_r;
};

static void choose_indep(const struct walk *w, const struct crush_bucket *from, const struct indep *f,
                         int32_t *out, unsigned begin, unsigned end, int32_t *leaves);

static bool find_leaf_indep(const struct walk *w, const struct indep *f, int32_t item, uint32_t r,
                            int32_t *leaves, unsigned place)
{
    struct indep below = {
        .type = DEVICE_TYPE, .tries = f->leaf_tries, .replicas = f->replicas, .parent_r = r};

    if (item >= 0) {
        leaves[place] = item;
        return true;
    }
    choose_indep(w, crush_map_bucket(w->map, item), &below, leaves, place, place + 1, NULL);
    return leaves[place] != CRUSH_ITEM_NONE;
}

/* One attempt at one place: its item, ITEM_UNDECIDED to try again, or CRUSH_ITEM_NONE to give it up. */
static int32_t try_place(const struct walk *w, const struct crush_bucket *from, const struct indep *f,
                         unsigned attempt, const int32_t *out, unsigned begin, unsigned end, unsigned place,
                         int32_t *leaves)
{
    const struct crush_bucket *in = from;

    for (unsigned depth = 0; depth <= w->map->max_buckets; depth++) {
        unsigned stride =
            in->alg == CRUSH_ALG_UNIFORM && in->size % f->replicas == 0 ? f->replicas + 1 : f->replicas;
        uint32_t r = place + f->parent_r + stride * attempt;
        struct choice c;
        if (!in->size)
            return ITEM_UNDECIDED;
        if (resolve(w, crush_bucket_choose(in, arg_of(w, in), begin, w->x, r), f->type, &in, &c) ==
            PICK_BROKEN)
            return CRUSH_ITEM_NONE;
        if (c.again)
            continue;
        if (contains(out + begin, end - begin, c.item))
            return ITEM_UNDECIDED;
        if (f->to_leaf && !find_leaf_indep(w, f, c.item, r, leaves, place))
            return ITEM_UNDECIDED;
        if (f->type == DEVICE_TYPE && is_out(w, c.item))
            return ITEM_UNDECIDED;
        return c.item;
    }
    return CRUSH_ITEM_NONE; /* buckets that contain each other */
}

static void choose_indep(const struct walk *w, const struct crush_bucket *from, const struct indep *f,
                         int32_t *out, unsigned begin, unsigned end, int32_t *leaves)
{
    unsigned left = end - begin, attempt;

    for (unsigned place = begin; place < end; place++) {
        out[place] = ITEM_UNDECIDED;
        if (leaves)
            leaves[place] = ITEM_UNDECIDED;
    }
    for (attempt = 0; left && attempt < f->tries; attempt++) {
        for (unsigned place = begin; place < end; place++) {
            if (out[place] != ITEM_UNDECIDED)
                continue;
            out[place] = try_place(w, from, f, attempt, out, begin, end, place, leaves);
            if (out[place] == CRUSH_ITEM_NONE && leaves)
                leaves[place] = CRUSH_ITEM_NONE;
            left -= out[place] != ITEM_UNDECIDED;
        }
    }
    for (unsigned place = begin; place < end; place++) {
        if (out[place] == ITEM_UNDECIDED)
            out[place] = CRUSH_ITEM_NONE;
        if (leaves && leaves[place] == ITEM_UNDECIDED)
            leaves[place] = CRUSH_ITEM_NONE;
    }
    count_tries(w, attempt);
}

/* ---- rules ---- */

/* The items that a step works on, and those it makes. */
struct items {
    int32_t at[CRUSH_RESULT_MAX];
    unsigned count;
};

static unsigned choose_from(const struct walk *w, const struct crush_bucket *b, const struct crush_step *s,
                            int places, bool firstn, bool to_leaf, int32_t *out, int32_t *leaves,
                            unsigned room)
{
    if (firstn) {
        struct firstn f = {
            .type = (unsigned)s->arg2,
            .tries = w->tries,
            .leaf_tries = w->leaf_tries                              ? w->leaf_tries
                          : w->map->tunables.chooseleaf_descend_once ? 1
                                                                     : w->tries,
            .to_leaf = to_leaf,
        };
        return choose_firstn(w, b, &f, (unsigned)places, room, out, 0, leaves);
    } else {
        struct indep f = {
            .type = (unsigned)s->arg2,
            .tries = w->tries,
            .leaf_tries = w->leaf_tries ? w->leaf_tries : 1,
            .replicas = (unsigned)places,
            .to_leaf = to_leaf,
        };
        unsigned n = (unsigned)places < room ? (unsigned)places : room;
        choose_indep(w, b, &f, out, 0, n, to_leaf ? leaves : NULL);
        return n;
    }
}

static void choose_step(const struct walk *w, const struct crush_step *s, unsigned result_max,
                        struct items *work)
{
    bool firstn = s->op == CRUSH_OP_CHOOSE_FIRSTN || s->op == CRUSH_OP_CHOOSELEAF_FIRSTN;
    bool to_leaf = s->op == CRUSH_OP_CHOOSELEAF_FIRSTN || s->op == CRUSH_OP_CHOOSELEAF_INDEP;
    int places = s->arg1 > 0 ? s->arg1 : s->arg1 + (int)result_max;
    struct items out = {.count = 0}, leaves;

    for (unsigned i = 0; i < work->count && places > 0; i++) {
        const struct crush_bucket *b = work->at[i] < 0 ? crush_map_bucket(w->map, work->at[i]) : NULL;
        if (b)
            out.count += choose_from(w, b, s, places, firstn, to_leaf, out.at + out.count,
                                     leaves.at + out.count, result_max - out.count);
    }
    if (to_leaf)
        memcpy(out.at, leaves.at, out.count * sizeof(out.at[0]));
    *work = out;
}

static void set_step(struct walk *w, const struct crush_step *s)
{
    unsigned v = (unsigned)s->arg1;

    switch (s->op) {
    case CRUSH_OP_SET_CHOOSE_TRIES:
        w->tries = s->arg1 > 0 ? v : w->tries;
        break;
    case CRUSH_OP_SET_CHOOSELEAF_TRIES:
        w->leaf_tries = s->arg1 > 0 ? v : w->leaf_tries;
        break;
    case CRUSH_OP_SET_CHOOSE_LOCAL_TRIES:
        w->local_tries = s->arg1 >= 0 ? v : w->local_tries;
        break;
    case CRUSH_OP_SET_CHOOSE_LOCAL_FALLBACK_TRIES:
        w->local_fallback_tries = s->arg1 >= 0 ? v : w->local_fallback_tries;
        break;
    case CRUSH_OP_SET_CHOOSELEAF_VARY_R:
        w->vary_r = s->arg1 >= 0 ? v : w->vary_r;
        break;
    case CRUSH_OP_SET_CHOOSELEAF_STABLE:
        w->stable = s->arg1 >= 0 ? v : w->stable;
        break;
    default:
        break;
    }
}

static bool can_take(const struct crush_map *m, int32_t item)
{
    return item < 0 ? crush_map_bucket(m, item) != NULL : item < m->max_devices;
}

int crush_map_do_rule(const struct crush_map *m, uint32_t rule, uint32_t x, int32_t *result,
                      unsigned result_max, const uint32_t *weights, unsigned weight_count,
                      const struct crush_choose_args *args)
{
    return crush_map_do_rule_counted(m, rule, x, result, result_max, weights, weight_count, args, NULL);
}

int crush_map_do_rule_counted(const struct crush_map *m, uint32_t rule, uint32_t x, int32_t *result,
                              unsigned result_max, const uint32_t *weights, unsigned weight_count,
                              const struct crush_choose_args *args, uint32_t *tries)
{
    const struct crush_tunables *t = &m->tunables;
    struct walk w = {
        .map = m,
        .weights = weights,
        .weight_count = weight_count,
        .args = args,
        .counts = tries,
        .x = x,
        .tries = t->choose_total_tries + 1, /* the tunable counts retries */
        .local_tries = t->choose_local_tries,
        .local_fallback_tries = t->choose_local_fallback_tries,
        .vary_r = t->chooseleaf_vary_r,
        .stable = t->chooseleaf_stable,
    };
    struct items work = {.count = 0};
    unsigned n = 0;

    if (rule >= m->max_rules || !m->rules[rule].exists)
        return -ENOENT;
    if (result_max > CRUSH_RESULT_MAX)
        result_max = CRUSH_RESULT_MAX;
    for (uint32_t i = 0; i < m->rules[rule].len; i++) {
        const struct crush_step *s = &m->rules[rule].steps[i];
        switch (s->op) {
        case CRUSH_OP_TAKE:
            work.count = can_take(m, s->arg1);
            work.at[0] = s->arg1;
            break;
        case CRUSH_OP_CHOOSE_FIRSTN:
        case CRUSH_OP_CHOOSELEAF_FIRSTN:
        case CRUSH_OP_CHOOSE_INDEP:
        case CRUSH_OP_CHOOSELEAF_INDEP:
            choose_step(&w, s, result_max, &work);
            break;
        case CRUSH_OP_EMIT:
            for (unsigned k = 0; k < work.count && n < result_max; k++)
                result[n++] = work.at[k];
            work.count = 0;
            break;
        default:
            set_step(&w, s);
        }
    }
    return (int)n;
}

const struct crush_choose_args *crush_map_choose_args(const struct crush_map *m, int64_t pool)
{
    const struct crush_choose_args *all = NULL;

    for (unsigned i = 0; i < m->choose_args_count; i++) {
        if (m->choose_args[i].key == pool)
            return &m->choose_args[i];
        if (m->choose_args[i].key == -1)
            all = &m->choose_args[i];
    }
    return all;
}
