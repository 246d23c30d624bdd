/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces, questions and weights; moving things about is in crush_edit_items.c. */
#include "crush/crush_edit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_edit_internal.h"
#include "crush/crush_weight_sets.h"

enum { FIRST_MAX_BUCKETS = 8 }; /* room for buckets is made in powers of two from here on */

int crush_map_copy(struct crush_map *to, const struct crush_map *from)
{
    struct encode e;
    struct decode d;
    int r;

    encode_init(&e);
    crush_map_encode(from, &e);
    r = encode_error(&e);
    decode_init(&d, e.data, e.len);
    if (r)
        crush_map_init(to);
    else
        r = crush_map_decode(to, &d);
    encode_destroy(&e);
    return r;
}

int crush_weight_from_double(double weight, uint32_t *out)
{
    double fixed = (double)((float)weight * (float)CRUSH_WEIGHT_ONE);

    if (!(fixed >= 0))
        return -EINVAL;
    if (fixed > UINT32_MAX)
        return -EOVERFLOW;
    *out = (uint32_t)fixed;
    return 0;
}

/* ---- pieces ---- */

struct crush_bucket *crush_edit_bucket(struct crush_map *m, int32_t id)
{
    return crush_map_bucket(m, id) ? &m->buckets[-1 - id] : NULL;
}

static int make_room(struct crush_map *m, uint32_t index)
{
    uint32_t n = m->max_buckets;
    struct crush_bucket *buckets;

    while (index >= n)
        n = n ? 2 * n : FIRST_MAX_BUCKETS;
    if (n == m->max_buckets)
        return 0;
    buckets = reallocarray(m->buckets, n, sizeof(*buckets));
    if (!buckets)
        return -ENOMEM;
    memset(buckets + m->max_buckets, 0, (n - m->max_buckets) * sizeof(*buckets));
    m->buckets = buckets;
    m->max_buckets = n;
    return 0;
}

static int32_t free_bucket_id(const struct crush_map *m)
{
    int32_t id = -1;

    while (crush_map_bucket(m, id))
        id--;
    return id;
}

static uint8_t newest_alg(const struct crush_map *m)
{
    uint8_t alg = CRUSH_ALG_STRAW2;

    while (alg > CRUSH_ALG_UNIFORM && !(m->tunables.allowed_bucket_algs & 1u << alg))
        alg--;
    /* Lists come last of those that weigh their items, as they are slow to change. */
    if (alg == CRUSH_ALG_LIST && m->tunables.allowed_bucket_algs & 1u << CRUSH_ALG_TREE)
        alg = CRUSH_ALG_TREE;
    return alg;
}

int crush_edit_add_bucket(struct crush_map *m, const struct crush_bucket_spec *spec, int32_t *id)
{
    struct crush_bucket b = {.id = spec->id ? spec->id : free_bucket_id(m),
                             .type = spec->type,
                             .alg = spec->alg ? spec->alg : newest_alg(m),
                             .hash = spec->hash};
    int r;

    if (b.id >= 0 || !crush_alg_name(b.alg))
        return -EINVAL;
    if (crush_map_bucket(m, b.id))
        return -EEXIST;
    r = make_room(m, (uint32_t)(-1 - b.id));
    if (r == 0)
        r = crush_bucket_fill(&b, spec->items, spec->weights, spec->size, m->tunables.straw_calc_version);
    if (r)
        return r;
    m->buckets[-1 - b.id] = b;
    if (id)
        *id = b.id;
    return 0;
}

void crush_edit_drop_bucket(struct crush_map *m, int32_t id)
{
    crush_weight_sets_remove_bucket(m, id);
    crush_bucket_destroy(&m->buckets[-1 - id]);
    crush_names_remove(&m->items, id);
    crush_class_forget(m, id);
}

int crush_edit_roots(const struct crush_map *m, int32_t **roots, unsigned *count)
{
    bool *is_child = calloc(m->max_buckets + 1, sizeof(bool));

    *count = 0;
    *roots = calloc(m->max_buckets + 1, sizeof(int32_t));
    if (!is_child || !*roots) {
        free(is_child);
        free(*roots);
        *roots = NULL;
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < m->max_buckets; i++)
        for (uint32_t k = 0; k < m->buckets[i].size; k++)
            if (crush_map_bucket(m, m->buckets[i].items[k]))
                is_child[-1 - m->buckets[i].items[k]] = true;
    for (uint32_t i = m->max_buckets; i-- > 0;)
        if (m->buckets[i].alg && !is_child[i] && !crush_class_is_shadow(m, m->buckets[i].id))
            (*roots)[(*count)++] = m->buckets[i].id;
    free(is_child);
    return 0;
}

static void cover(struct crush_map *m, int32_t device)
{
    if (device >= m->max_devices && device < INT32_MAX)
        m->max_devices = device + 1;
}

void crush_edit_finalize(struct crush_map *m)
{
    m->max_devices = 0;
    for (uint32_t i = 0; i < m->max_buckets; i++)
        for (uint32_t k = 0; k < m->buckets[i].size; k++)
            cover(m, m->buckets[i].items[k]);
    if (m->items.count)
        cover(m, m->items.names[m->items.count - 1].id);
}

/* ---- questions ---- */

/* The first bucket that has the item, and where. */
static const struct crush_bucket *find_holder(const struct crush_map *m, int32_t item, bool shadows,
                                              uint32_t *place)
{
    for (uint32_t i = 0; i < m->max_buckets; i++) {
        const struct crush_bucket *b = &m->buckets[i];
        int64_t at = crush_bucket_find(b, item);
        if (at < 0 || (!shadows && crush_class_is_shadow(m, b->id)))
            continue;
        *place = (uint32_t)at;
        return b;
    }
    return NULL;
}

bool crush_edit_is_item(const struct crush_map *m, int32_t item)
{
    uint32_t place;

    return find_holder(m, item, true, &place);
}

uint32_t crush_edit_weight_of(const struct crush_map *m, int32_t item)
{
    uint32_t place;
    const struct crush_bucket *b = find_holder(m, item, true, &place);

    return b ? crush_bucket_item_weight(b, place) : 0;
}

const struct crush_bucket *crush_edit_parent(const struct crush_map *m, int32_t item)
{
    uint32_t place;

    return find_holder(m, item, false, &place);
}

bool crush_edit_contains(const struct crush_map *m, int32_t bucket, int32_t item)
{
    const struct crush_bucket *b = crush_map_bucket(m, bucket);

    if (bucket == item)
        return true;
    for (uint32_t i = 0; b && i < b->size; i++)
        if (crush_edit_contains(m, b->items[i], item))
            return true;
    return false;
}

bool crush_edit_is_at(const struct crush_map *m, int32_t item, const struct string_map *loc, uint32_t *weight)
{
    const struct crush_bucket *b;
    const char *name = NULL;
    int64_t place;
    int32_t id;

    for (unsigned i = 0; !name && i < m->types.count; i++)
        if (m->types.names[i].id > 0)
            name = string_map_get(loc, m->types.names[i].name);
    if (!name || !crush_names_find_id(&m->items, name, &id))
        return false;
    b = crush_map_bucket(m, id);
    place = b ? crush_bucket_find(b, item) : -1;
    if (place >= 0 && weight)
        *weight = crush_bucket_item_weight(b, (uint32_t)place);
    return place >= 0;
}

bool crush_edit_in_use(const struct crush_map *m, int32_t bucket)
{
    if (crush_class_is_shadow(m, bucket))
        return true;
    for (uint32_t i = 0; i < m->max_rules; i++)
        for (uint32_t k = 0; k < m->rules[i].len; k++) {
            const struct crush_step *s = &m->rules[i].steps[k];
            if (s->op == CRUSH_OP_TAKE && crush_class_original(m, s->arg1) == bucket)
                return true;
        }
    return false;
}

/* ---- weights ---- */

/* Sets what the item at a place weighs, in weight sets too if asked to, and has the ancestors follow. */
static int set_weight(struct crush_map *m, struct crush_bucket *b, uint32_t place, uint32_t weight, bool sets)
{
    int r = crush_bucket_set_item_weight(b, place, weight, m->tunables.straw_calc_version);

    if (r)
        return r;
    if (sets)
        crush_weight_sets_set_weight(m, b->id, place, weight);
    r = crush_edit_follow(m, b->id);
    if (r == 0 && sets)
        crush_weight_sets_sum_up(m, b->id);
    return r;
}

int crush_edit_follow(struct crush_map *m, int32_t id)
{
    uint32_t weight = crush_map_bucket(m, id)->weight;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < m->max_buckets; i++) {
        struct crush_bucket *b = &m->buckets[i];
        int64_t place = crush_bucket_find(b, id);
        if (place >= 0 && crush_bucket_item_weight(b, (uint32_t)place) != weight)
            r = set_weight(m, b, (uint32_t)place, weight, false);
    }
    return r;
}

int crush_edit_append(struct crush_map *m, int32_t bucket, int32_t item)
{
    struct crush_bucket *b = crush_edit_bucket(m, bucket);
    uint32_t weight = b->alg == CRUSH_ALG_UNIFORM ? b->weights[0] : 0;
    int r = crush_bucket_add_item(b, item, weight, m->tunables.straw_calc_version);

    if (r == 0)
        r = crush_weight_sets_add_item(m, bucket, item, weight);
    return r ? r : crush_edit_follow(m, bucket);
}

int crush_edit_set_weight_in(struct crush_map *m, int32_t bucket, int32_t item, uint32_t weight)
{
    struct crush_bucket *b = crush_edit_bucket(m, bucket);
    int r, changed = 0;

    for (uint32_t i = 0; i < b->size; i++) {
        if (b->items[i] != item)
            continue;
        r = set_weight(m, b, i, weight, true);
        if (r)
            return r;
        changed++;
    }
    return changed;
}

int crush_edit_take_out(struct crush_map *m, int32_t bucket, int32_t item)
{
    struct crush_bucket *b = crush_edit_bucket(m, bucket);
    int64_t place;
    int taken = 0, r;

    while ((place = crush_bucket_find(b, item)) >= 0) {
        r = crush_bucket_remove_item(b, (uint32_t)place, m->tunables.straw_calc_version);
        if (r)
            return r;
        crush_weight_sets_remove_item(m, bucket, (uint32_t)place);
        taken++;
    }
    if (taken == 0)
        return 0;
    r = crush_edit_follow(m, bucket);
    crush_weight_sets_sum_up(m, bucket);
    return r ? r : taken;
}

int crush_edit_reweight_item(struct crush_map *m, int32_t item, uint32_t weight)
{
    int changed = 0;

    for (uint32_t i = 0; i < m->max_buckets; i++) {
        int r = m->buckets[i].alg ? crush_edit_set_weight_in(m, m->buckets[i].id, item, weight) : 0;
        if (r < 0)
            return r;
        changed += r;
    }
    return changed ? changed : -ENOENT;
}

int crush_edit_reweight_item_at(struct crush_map *m, int32_t item, uint32_t weight,
                                const struct string_map *loc)
{
    int changed = 0, r;
    int32_t id;

    for (unsigned i = 0; i < loc->count; i++) {
        if (!crush_names_find_id(&m->items, loc->pairs[i].value, &id) || !crush_map_bucket(m, id))
            continue;
        r = crush_edit_set_weight_in(m, id, item, weight);
        if (r < 0)
            return r;
        changed += r;
    }
    return changed ? changed : -ENOENT;
}

static int reweight_below(struct crush_map *m, int32_t bucket, uint32_t weight)
{
    int changed = 0, r;

    for (uint32_t i = 0; i < crush_map_bucket(m, bucket)->size; i++) {
        int32_t item = crush_map_bucket(m, bucket)->items[i];
        if (item >= 0)
            r = crush_edit_set_weight_in(m, bucket, item, weight);
        else
            r = crush_map_bucket(m, item) ? reweight_below(m, item, weight) : 0;
        if (r < 0)
            return r;
        changed += r;
    }
    return changed;
}

int crush_edit_reweight_subtree(struct crush_map *m, int32_t bucket, uint32_t weight)
{
    int changed, r;

    if (!crush_map_bucket(m, bucket))
        return -EINVAL;
    changed = reweight_below(m, bucket, weight);
    r = changed < 0 ? changed : crush_class_rebuild(m);
    return r ? r : changed;
}

/* Items of a uniform bucket that are buckets weigh what they do on average. */
static void level(const struct crush_bucket *b, uint32_t *weights, unsigned buckets)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < b->size; i++)
        sum += b->items[i] < 0 ? weights[i] : 0;
    for (uint32_t i = 0; i < b->size; i++)
        weights[i] = 2 * buckets > b->size ? (uint32_t)(sum / buckets) : b->weights[0];
}

static int reweight_bucket(struct crush_map *m, int32_t id)
{
    struct crush_bucket *b = crush_edit_bucket(m, id);
    uint32_t *weights = calloc(b->size + 1, sizeof(*weights));
    unsigned buckets = 0;
    int r = weights ? 0 : -ENOMEM;

    for (uint32_t i = 0; r == 0 && i < b->size; i++) {
        const struct crush_bucket *child = crush_map_bucket(m, b->items[i]);
        if (child)
            r = reweight_bucket(m, child->id);
        buckets += child != NULL;
        weights[i] = child ? child->weight : crush_bucket_item_weight(b, i);
    }
    if (r == 0 && b->alg == CRUSH_ALG_UNIFORM)
        level(b, weights, buckets);
    if (r == 0)
        r = crush_bucket_fill(b, b->items, weights, b->size, m->tunables.straw_calc_version);
    free(weights);
    return r;
}

int crush_edit_reweight_all(struct crush_map *m)
{
    int32_t *roots;
    unsigned count;
    int r = crush_edit_roots(m, &roots, &count);

    for (unsigned i = 0; r == 0 && i < count; i++)
        r = reweight_bucket(m, roots[i]);
    free(roots);
    crush_weight_sets_sum_all(m);
    return r ? r : crush_class_rebuild(m);
}
