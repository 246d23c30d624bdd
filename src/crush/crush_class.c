/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_class.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/strbuf.h"
#include "crush/crush_bucket_items.h"
#include "crush/crush_edit.h"
#include "crush/crush_rules.h"
#include "crush/crush_weight_sets.h"

/* ---- which item has which class ---- */

/* The first pair whose key is not below key. */
static unsigned pair_lower_bound(const struct crush_pair *pairs, unsigned count, int32_t key)
{
    return array_lower_bound(pairs, count, sizeof(*pairs), &key, array_compare_i32);
}

static const int32_t *pair_find(const struct crush_pair *pairs, unsigned count, int32_t key)
{
    const struct crush_pair *p = array_find(pairs, count, sizeof(*p), &key, array_compare_i32);

    return p ? &p->value : NULL;
}

static int pair_set(struct crush_pair **pairs, unsigned *count, int32_t key, int32_t value)
{
    unsigned at = pair_lower_bound(*pairs, *count, key);
    struct crush_pair *p = *pairs;

    if (at == *count || p[at].key != key) {
        p = array_insert(p, *count, sizeof(*p), at);
        if (!p)
            return -ENOMEM;
        *pairs = p;
        (*count)++;
    }
    p[at] = (struct crush_pair){key, value};
    return 0;
}

const char *crush_class_of(const struct crush_map *m, int32_t item)
{
    const int32_t *id = pair_find(m->class_map, m->class_map_count, item);

    return id ? crush_names_find(&m->class_names, *id) : NULL;
}

void crush_class_forget(struct crush_map *m, int32_t item)
{
    unsigned at = pair_lower_bound(m->class_map, m->class_map_count, item);

    if (at < m->class_map_count && m->class_map[at].key == item)
        array_remove(m->class_map, m->class_map_count--, sizeof(*m->class_map), at);
}

int crush_class_id(const struct crush_map *m, const char *name)
{
    int32_t id;

    return crush_names_find_id(&m->class_names, name, &id) ? id : -ENOENT;
}

int crush_class_add(struct crush_map *m, const char *name)
{
    const struct crush_names *n = &m->class_names;
    int id = crush_class_id(m, name), r;

    if (id >= 0)
        return id;
    id = n->count ? n->names[n->count - 1].id + 1 : 0;
    r = crush_names_set(&m->class_names, id, name);
    return r ? r : id;
}

int crush_class_set(struct crush_map *m, int32_t item, const char *name)
{
    int id = crush_class_add(m, name);

    return id < 0 ? id : pair_set(&m->class_map, &m->class_map_count, item, id);
}

int crush_class_assign(struct crush_map *m, int32_t device, const char *name)
{
    const char *old = crush_class_of(m, device);
    int r;

    if (old)
        return strcmp(old, name) == 0 ? 0 : -EBUSY;
    r = crush_class_set(m, device, name);
    if (r == 0)
        r = crush_class_rebuild(m);
    return r ? r : 1;
}

int crush_class_unassign(struct crush_map *m, int32_t item)
{
    crush_class_forget(m, item);
    return crush_class_rebuild(m);
}

int crush_class_rename(struct crush_map *m, const char *from, const char *to)
{
    int id = crush_class_id(m, from), r;

    if (id < 0)
        return id;
    if (crush_class_id(m, to) >= 0)
        return -EEXIST;
    r = crush_names_set(&m->class_names, id, to);
    return r ? r : crush_class_rebuild(m);
}

/* ---- shadows ---- */

/* Names of shadows have a sign that other names may not have. */
bool crush_class_is_shadow(const struct crush_map *m, int32_t id)
{
    const char *name = id < 0 ? crush_names_find(&m->items, id) : NULL;

    return name && strchr(name, '~');
}

static int32_t shadow_in(const struct crush_class_bucket *list, unsigned count, int32_t bucket, int class_id)
{
    const struct crush_class_bucket *b = array_find(list, count, sizeof(*list), &bucket, array_compare_i32);
    const int32_t *id = b ? pair_find(b->shadows, b->count, class_id) : NULL;

    return id ? *id : 0;
}

int32_t crush_class_shadow(const struct crush_map *m, int32_t bucket, int class_id)
{
    return shadow_in(m->class_buckets, m->class_bucket_count, bucket, class_id);
}

int32_t crush_class_original(const struct crush_map *m, int32_t id)
{
    for (unsigned i = 0; i < m->class_bucket_count; i++)
        for (unsigned k = 0; k < m->class_buckets[i].count; k++)
            if (m->class_buckets[i].shadows[k].value == id)
                return m->class_buckets[i].bucket;
    return id;
}

int crush_class_set_shadow(struct crush_map *m, int32_t bucket, int class_id, int32_t shadow)
{
    struct crush_class_bucket *list = m->class_buckets;
    unsigned at = array_lower_bound(list, m->class_bucket_count, sizeof(*list), &bucket, array_compare_i32);

    if (at == m->class_bucket_count || list[at].bucket != bucket) {
        list = array_insert(list, m->class_bucket_count, sizeof(*list), at);
        if (!list)
            return -ENOMEM;
        m->class_buckets = list;
        m->class_bucket_count++;
        list[at].bucket = bucket;
    }
    return pair_set(&list[at].shadows, &list[at].count, class_id, shadow);
}

void crush_class_forget_shadows(struct crush_map *m, int32_t bucket)
{
    struct crush_class_bucket *list = m->class_buckets, *b;

    b = array_find(list, m->class_bucket_count, sizeof(*list), &bucket, array_compare_i32);
    if (!b)
        return;
    free(b->shadows);
    array_remove(list, m->class_bucket_count--, sizeof(*list), (size_t)(b - list));
}

/* What is being rebuilt: the shadows there were, whose ids are kept. */
struct rebuild {
    struct crush_map *m;
    struct crush_class_bucket *old;
    unsigned old_count;
};

static bool was_shadow(const struct rebuild *b, int32_t id)
{
    for (unsigned i = 0; i < b->old_count; i++)
        for (unsigned k = 0; k < b->old[i].count; k++)
            if (b->old[i].shadows[k].value == id)
                return true;
    return false;
}

static int32_t choose_id(const struct rebuild *b, int32_t original, int class_id)
{
    int32_t id = shadow_in(b->old, b->old_count, original, class_id);

    if (id == 0)
        for (id = -1; crush_map_bucket(b->m, id) || was_shadow(b, id);)
            id--;
    return id;
}

static int clone(struct rebuild *b, int32_t original, int class_id, int32_t *shadow);

/* The items of the shadow, and where they are in the original. */
struct shadow_items {
    int32_t *items;
    uint32_t *weights, *places;
    uint32_t count;
};

static int take_items(struct rebuild *b, int32_t original, int class_id, struct shadow_items *out)
{
    for (uint32_t i = 0; i < crush_map_bucket(b->m, original)->size; i++) {
        /* Looked up each time: buckets move when one is added. */
        const struct crush_bucket *from = crush_map_bucket(b->m, original);
        int32_t item = from->items[i];
        uint32_t weight = crush_bucket_item_weight(from, i);
        const int32_t *class = pair_find(b->m->class_map, b->m->class_map_count, item);

        if (item >= 0 && (!class || *class != class_id))
            continue;
        if (item < 0) {
            int r = clone(b, item, class_id, &item);
            if (r)
                return r;
            weight = crush_map_bucket(b->m, item)->weight;
        }
        out->items[out->count] = item;
        out->weights[out->count] = weight;
        out->places[out->count++] = i;
    }
    return 0;
}

int crush_class_name_shadow(struct crush_map *m, int32_t original, int class_id, int32_t shadow)
{
    const char *name = crush_names_find(&m->items, original);
    struct strbuf s = STRBUF_INIT;
    char *text;
    int r;

    strbuf_printf(&s, "%s~%s", name ? name : "", crush_names_find(&m->class_names, class_id));
    text = strbuf_steal(&s);
    r = text ? crush_names_set(&m->items, shadow, text) : -ENOMEM;
    free(text);
    if (r == 0)
        r = pair_set(&m->class_map, &m->class_map_count, shadow, class_id);
    return r ? r : crush_class_set_shadow(m, original, class_id, shadow);
}

static int add_shadow(struct rebuild *b, int32_t original, int class_id, const struct shadow_items *items,
                      int32_t *shadow)
{
    const struct crush_bucket *from = crush_map_bucket(b->m, original);
    struct crush_bucket_spec spec = {.id = choose_id(b, original, class_id),
                                     .type = from->type,
                                     .alg = from->alg,
                                     .hash = from->hash,
                                     .items = items->items,
                                     .weights = items->weights,
                                     .size = items->count};
    int r = crush_edit_add_bucket(b->m, &spec, shadow);

    if (r == 0)
        r = crush_class_name_shadow(b->m, original, class_id, *shadow);
    return r ? r : crush_weight_sets_clone(b->m, original, *shadow, items->places);
}

static int clone(struct rebuild *b, int32_t original, int class_id, int32_t *shadow)
{
    const struct crush_bucket *from = crush_map_bucket(b->m, original);
    struct shadow_items items = {0};
    int r = -ENOMEM;

    if (!from)
        return -ECHILD;
    *shadow = crush_class_shadow(b->m, original, class_id);
    if (*shadow)
        return 0;
    items.items = calloc(from->size + 1, sizeof(*items.items));
    items.weights = calloc(from->size + 1, sizeof(*items.weights));
    items.places = calloc(from->size + 1, sizeof(*items.places));
    if (items.items && items.weights && items.places)
        r = take_items(b, original, class_id, &items);
    if (r == 0)
        r = add_shadow(b, original, class_id, &items, shadow);
    free(items.items);
    free(items.weights);
    free(items.places);
    return r;
}

static bool is_in_use(const struct crush_map *m, int class_id)
{
    const char *name = crush_names_find(&m->class_names, class_id);

    for (unsigned i = 0; i < m->class_map_count; i++)
        if (m->class_map[i].key >= 0 && m->class_map[i].value == class_id)
            return true;
    for (uint32_t i = 0; i < m->max_rules; i++)
        if (crush_rules_take_class(m, i, name))
            return true;
    return false;
}

static void drop_dead_classes(struct crush_map *m)
{
    for (unsigned i = m->class_names.count; i-- > 0;)
        if (!is_in_use(m, m->class_names.names[i].id))
            crush_names_remove(&m->class_names, m->class_names.names[i].id);
}

static void drop_shadows(struct crush_map *m)
{
    for (uint32_t i = 0; i < m->max_buckets; i++) {
        int32_t id = -1 - (int32_t)i;
        if (m->buckets[i].alg && crush_class_is_shadow(m, id))
            crush_edit_drop_bucket(m, id);
    }
}

static int make_shadows(struct rebuild *b)
{
    const struct crush_names *classes = &b->m->class_names;
    int32_t *roots = NULL, shadow;
    unsigned count;
    int r = crush_edit_roots(b->m, &roots, &count);

    for (unsigned i = 0; r == 0 && i < count; i++)
        for (unsigned k = 0; r == 0 && k < classes->count; k++)
            r = clone(b, roots[i], classes->names[k].id, &shadow);
    free(roots);
    return r;
}

int crush_class_populate(struct crush_map *m)
{
    struct rebuild b = {.m = m};
    int r;

    b.old = m->class_buckets;
    b.old_count = m->class_bucket_count;
    m->class_buckets = NULL;
    m->class_bucket_count = 0;
    drop_shadows(m);
    r = make_shadows(&b);
    for (unsigned i = 0; i < b.old_count; i++)
        free(b.old[i].shadows);
    free(b.old);
    return r;
}

int crush_class_rebuild(struct crush_map *m)
{
    drop_dead_classes(m);
    return crush_class_populate(m);
}
