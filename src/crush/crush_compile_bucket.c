/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buckets of a crush map's text. They are read first, then put in order and made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_compile_internal.h"
#include "crush/crush_edit.h"

#define DEVICE_WEIGHT_MAX (100u * CRUSH_WEIGHT_ONE)
#define BUCKET_WEIGHT_MAX (65535u * CRUSH_WEIGHT_ONE)

#define BUCKET_ID_MIN (-(1 << 20)) /* there is a place in the map for each id above it */

struct text_item {
    const char *name;
    unsigned line;
    bool weighed;
    uint32_t weight;
    int64_t pos; /* -1: the next that is free */
};

struct text_class_id {
    const char *class;
    int32_t id;
    unsigned line;
};

struct crush_text_bucket {
    const char *type, *name;
    unsigned line;
    int32_t id; /* 0: the first that is free */
    enum crush_alg alg;
    uint8_t hash;
    struct text_class_id *class_ids;
    unsigned class_id_count;
    struct text_item *items;
    unsigned item_count;
};

void crush_compile_buckets_destroy(struct crush_compiler *c)
{
    for (unsigned i = 0; i < c->bucket_count; i++) {
        free(c->buckets[i].class_ids);
        free(c->buckets[i].items);
    }
    free(c->buckets);
    free(c->first_ids);
    c->buckets = NULL;
    c->first_ids = NULL;
    c->bucket_count = c->first_id_count = 0;
}

/* ---- reading ---- */

/* Keeps the ids that bucket texts begin with: buckets without an id get another one. */
static int reserve(struct crush_compiler *c, int32_t id)
{
    unsigned at = c->first_id_count;
    int32_t *ids;

    while (at > 0 && c->first_ids[at - 1] > id)
        at--;
    ids = array_insert(c->first_ids, c->first_id_count, sizeof(*ids), at);
    if (!ids)
        return -ENOMEM;
    ids[at] = id;
    c->first_ids = ids;
    c->first_id_count++;
    return 0;
}

static int read_id(struct crush_compiler *c, struct crush_text_bucket *b)
{
    unsigned line = c->t.at->line;
    struct text_class_id *all, new = {.line = line};
    int64_t id;
    int r = crush_tokens_int(&c->t, "the id of a bucket", BUCKET_ID_MIN, -1, &id);

    if (r)
        return r;
    if (!crush_tokens_accept(&c->t, "class")) {
        b->id = (int32_t)id;
        return 0;
    }
    new.id = (int32_t)id;
    r = crush_tokens_name(&c->t, "a device class", &new.class);
    if (r)
        return r;
    for (unsigned i = 0; i < b->class_id_count; i++)
        if (strcmp(b->class_ids[i].class, new.class) == 0)
            return crush_tokens_fail(&c->t, line, "bucket '%s' has two ids for class '%s'", b->name,
                                     new.class);
    all = array_insert(b->class_ids, b->class_id_count, sizeof(*all), b->class_id_count);
    if (!all)
        return -ENOMEM;
    b->class_ids = all;
    all[b->class_id_count++] = new;
    return 0;
}

static int read_ids(struct crush_compiler *c, struct crush_text_bucket *b)
{
    int r = 0;

    for (bool first = true; r == 0 && crush_tokens_accept(&c->t, "id"); first = false) {
        r = read_id(c, b);
        if (r == 0 && first)
            r = reserve(c, b->id ? b->id : b->class_ids[0].id);
    }
    return r;
}

static int read_alg(struct crush_compiler *c, struct crush_text_bucket *b)
{
    int r = crush_tokens_expect(&c->t, "alg");

    if (r)
        return r;
    b->alg = crush_alg_parse(c->t.at->text);
    if (b->alg == CRUSH_ALG_HOLE)
        return crush_tokens_unexpected(&c->t, "an alg (uniform, list, tree, straw or straw2)");
    c->t.at++;
    return 0;
}

static int read_hashes(struct crush_compiler *c, struct crush_text_bucket *b)
{
    while (crush_tokens_accept(&c->t, "hash")) {
        int64_t hash = 0;
        int r = 0;
        if (!crush_tokens_accept(&c->t, "rjenkins1"))
            r = crush_tokens_int(&c->t, "the number of a hash", 0, UINT8_MAX, &hash);
        if (r)
            return r;
        b->hash = (uint8_t)hash;
    }
    return 0;
}

static int read_item(struct crush_compiler *c, struct crush_text_bucket *b)
{
    struct text_item *all, new = {.line = c->t.at->line, .pos = -1};
    int r = crush_tokens_name(&c->t, "the name of an item", &new.name);

    if (r == 0 && crush_tokens_accept(&c->t, "weight")) {
        new.weighed = true;
        r = crush_tokens_weight(&c->t, &new.weight);
    }
    if (r == 0 && crush_tokens_accept(&c->t, "pos"))
        r = crush_tokens_int(&c->t, "a place in the bucket", 0, INT32_MAX, &new.pos);
    if (r)
        return r;
    all = array_insert(b->items, b->item_count, sizeof(*all), b->item_count);
    if (!all)
        return -ENOMEM;
    b->items = all;
    all[b->item_count++] = new;
    return 0;
}

int crush_compile_bucket(struct crush_compiler *c)
{
    struct crush_text_bucket *b = array_insert(c->buckets, c->bucket_count, sizeof(*b), c->bucket_count);
    int r;

    if (!b)
        return -ENOMEM;
    c->buckets = b;
    b += c->bucket_count++;
    b->line = c->t.at->line;
    r = crush_tokens_name(&c->t, "a tunable, device, type, bucket or rule", &b->type);
    if (r == 0)
        r = crush_tokens_name(&c->t, "a bucket's name", &b->name);
    if (r == 0)
        r = crush_tokens_expect(&c->t, "{");
    if (r == 0)
        r = read_ids(c, b);
    if (r == 0)
        r = read_alg(c, b);
    if (r == 0)
        r = read_hashes(c, b);
    while (r == 0 && crush_tokens_accept(&c->t, "item"))
        r = read_item(c, b);
    return r ? r : crush_tokens_expect(&c->t, "}");
}

/* ---- order ---- */

static bool has_item(const struct crush_text_bucket *b, const char *name)
{
    for (unsigned i = 0; i < b->item_count; i++)
        if (strcmp(b->items[i].name, name) == 0)
            return true;
    return false;
}

static int compare_ids(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return x < y ? -1 : x > y;
}

/* Exchanges what stands at a bucket's place with what stands at those of its items that come later. */
static int pull_items(struct crush_compiler *c, unsigned i, const struct crush_words *places, unsigned *order)
{
    const struct crush_text_bucket *b = &c->buckets[i];
    int32_t *later = calloc(b->item_count + 1, sizeof(*later));
    unsigned n = 0;
    int r = later ? 0 : -ENOMEM;

    for (unsigned k = 0; r == 0 && k < b->item_count; k++) {
        int32_t place;
        if (crush_words_find(places, b->items[k].name, &place) && place > (int32_t)i)
            later[n++] = place;
    }
    if (later)
        qsort(later, n, sizeof(*later), compare_ids);
    for (unsigned k = 0; r == 0 && k < n; k++) {
        unsigned swap = order[i];
        if (k && later[k] == later[k - 1])
            continue;
        if (has_item(&c->buckets[later[k]], b->name))
            r = crush_tokens_fail(&c->t, b->line, "buckets '%s' and '%s' contain each other", b->name,
                                  c->buckets[later[k]].name);
        order[i] = order[later[k]];
        order[later[k]] = swap;
    }
    free(later);
    return r;
}

/*
 * A bucket may stand before those that it contains. Genuine Ceph then exchanges the two, for each such pair
 * in the order of the text; ids that it gives depend on that.
 */
static int put_in_order(struct crush_compiler *c, unsigned *order)
{
    struct crush_words places = {0};
    int r = 0;

    for (unsigned i = 0; r == 0 && i < c->bucket_count; i++) {
        order[i] = i;
        r = crush_words_set(&places, c->buckets[i].name, (int32_t)i);
    }
    for (unsigned i = 0; r == 0 && i < c->bucket_count; i++)
        r = pull_items(c, i, &places, order);
    free(places.words);
    return r;
}

/* ---- making ---- */

static bool is_reserved(const struct crush_compiler *c, int32_t id)
{
    return c->first_id_count && bsearch(&id, c->first_ids, c->first_id_count, sizeof(id), compare_ids);
}

static int32_t free_id(const struct crush_compiler *c)
{
    int32_t id = -1;

    while (crush_map_bucket(c->map, id) || is_reserved(c, id))
        id--;
    return id;
}

static int weigh(struct crush_compiler *c, const struct text_item *t, int32_t id, uint32_t *weight)
{
    const struct crush_bucket *b = crush_map_bucket(c->map, id);
    uint32_t max = id < 0 ? BUCKET_WEIGHT_MAX : DEVICE_WEIGHT_MAX;

    *weight = b ? b->weight : CRUSH_WEIGHT_ONE;
    if (t->weighed)
        *weight = t->weight;
    if (t->weighed && *weight > max)
        return crush_tokens_fail(&c->t, t->line, "item '%s' may weigh %u at most", t->name,
                                 max / CRUSH_WEIGHT_ONE);
    return 0;
}

/* The items at their places. */
struct places {
    int32_t *items;
    uint32_t *weights;
    bool *taken;
};

static int take_places(struct crush_compiler *c, const struct crush_text_bucket *b, struct places *p)
{
    for (unsigned i = 0; i < b->item_count; i++) {
        const struct text_item *t = &b->items[i];

        if (t->pos < 0)
            continue;
        if (t->pos >= b->item_count)
            return crush_tokens_fail(&c->t, t->line, "item '%s' is at place %d of a bucket of %u", t->name,
                                     (int)t->pos, b->item_count);
        if (p->taken[t->pos])
            return crush_tokens_fail(&c->t, t->line, "item '%s' is at place %d, where another one is",
                                     t->name, (int)t->pos);
        p->taken[t->pos] = true;
    }
    return 0;
}

static int fill_places(struct crush_compiler *c, const struct crush_text_bucket *b, struct places *p)
{
    unsigned next = 0;

    for (unsigned i = 0; i < b->item_count; i++) {
        const struct text_item *t = &b->items[i];
        unsigned pos = (unsigned)t->pos;
        uint32_t weight;
        int32_t id;
        int r;

        if (!crush_words_find(&c->items, t->name, &id))
            return crush_tokens_fail(&c->t, t->line, "item '%s' of bucket '%s' is not defined", t->name,
                                     b->name);
        r = weigh(c, t, id, &weight);
        if (r)
            return r;
        while (t->pos < 0 && next < b->item_count && p->taken[next])
            next++;
        if (t->pos < 0)
            pos = next++;
        p->items[pos] = id;
        p->weights[pos] = weight;
    }
    return 0;
}

static int bucket_error(struct crush_compiler *c, const struct crush_text_bucket *b, int r, int32_t id)
{
    switch (r) {
    case -EEXIST:
        return crush_tokens_fail(&c->t, b->line, "bucket '%s' has the id %d, which another one has", b->name,
                                 id);
    case -ERANGE:
        return crush_tokens_fail(&c->t, b->line, "bucket '%s' is too large, or weighs too much", b->name);
    case -EINVAL:
        return crush_tokens_fail(&c->t, b->line,
                                 "items of bucket '%s', which is uniform, weigh not all the same", b->name);
    default:
        return r;
    }
}

static int add_class_ids(struct crush_compiler *c, const struct crush_text_bucket *b, int32_t id)
{
    int r = 0;

    for (unsigned i = 0; r >= 0 && i < b->class_id_count; i++) {
        r = crush_class_add(c->map, b->class_ids[i].class);
        if (r >= 0)
            r = crush_class_set_shadow(c->map, id, r, b->class_ids[i].id);
    }
    return r < 0 ? r : 0;
}

static int add_to_map(struct crush_compiler *c, const struct crush_text_bucket *b, const struct places *p)
{
    struct crush_bucket_spec spec = {.id = b->id ? b->id : free_id(c),
                                     .alg = (uint8_t)b->alg,
                                     .hash = b->hash,
                                     .items = p->items,
                                     .weights = p->weights,
                                     .size = b->item_count};
    int32_t type, other;
    int r;

    if (!crush_words_find(&c->types, b->type, &type))
        return crush_tokens_fail(&c->t, b->line, "bucket type '%s' is not defined", b->type);
    if (crush_words_find(&c->items, b->name, &other))
        return crush_tokens_fail(&c->t, b->line, "'%s' is defined already", b->name);
    spec.type = (uint16_t)type;
    r = crush_edit_add_bucket(c->map, &spec, NULL);
    if (r)
        return bucket_error(c, b, r, spec.id);
    r = crush_words_set(&c->items, b->name, spec.id);
    if (r == 0)
        r = crush_names_set(&c->map->items, spec.id, b->name);
    return r ? r : add_class_ids(c, b, spec.id);
}

static int make_bucket(struct crush_compiler *c, const struct crush_text_bucket *b)
{
    struct places p = {
        .items = calloc(b->item_count + 1, sizeof(*p.items)),
        .weights = calloc(b->item_count + 1, sizeof(*p.weights)),
        .taken = calloc(b->item_count + 1, sizeof(*p.taken)),
    };
    int r = p.items && p.weights && p.taken ? take_places(c, b, &p) : -ENOMEM;

    if (r == 0)
        r = fill_places(c, b, &p);
    if (r == 0)
        r = add_to_map(c, b, &p);
    free(p.items);
    free(p.weights);
    free(p.taken);
    return r;
}

int crush_compile_buckets_end(struct crush_compiler *c)
{
    unsigned *order = calloc(c->bucket_count + 1, sizeof(*order));
    int r = order ? put_in_order(c, order) : -ENOMEM;

    for (unsigned i = 0; r == 0 && i < c->bucket_count; i++)
        r = make_bucket(c, &c->buckets[order[i]]);
    free(order);
    return r;
}
