/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_reclassify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_edit_internal.h"
#include "crush/crush_weight_sets.h"

/* A bucket that becomes the shadow of another for a class. */
struct shadow {
    int32_t from; /* first: they are in its order */
    int32_t to;
    const char *class;
};

/* A bucket that is new, and where it goes if nothing else takes it. */
struct base {
    int32_t id;
    const char *parent;
};

struct work {
    struct crush_map *m;
    struct strbuf *told;
    char **err;
    struct crush_pair *renumbered; /* old id -> new id, in the order of old ids */
    unsigned renumbered_count;
    struct shadow *shadows;
    unsigned shadow_count;
    struct base *bases;
    unsigned base_count;
};

void crush_reclassify_destroy(struct crush_reclassify *how)
{
    string_map_destroy(&how->roots);
    string_map_destroy(&how->match_classes);
    string_map_destroy(&how->match_parents);
}

static const char *name_of(const struct work *w, int32_t id)
{
    const char *name = crush_names_find(&w->m->items, id);

    return name ? name : "";
}

/* The element of that id in an array that begins with ids and is in their order; a new one where there is
 * none. */
static void *put(void *list, unsigned *count, size_t size, int32_t id)
{
    void **array = list;
    size_t at = array_lower_bound(*array, *count, size, &id, array_compare_i32);
    uint8_t *p = *array;

    if (at < *count && array_compare_i32(p + at * size, &id) == 0)
        return p + at * size;
    p = array_insert(p, *count, size, at);
    if (!p)
        return NULL;
    *array = p;
    (*count)++;
    memcpy(p + at * size, &id, sizeof(id));
    return p + at * size;
}

/* ---- a hierarchy that becomes the shadow of itself ---- */

static int check_rules(struct work *w, int32_t root)
{
    const struct crush_map *m = w->m;

    for (uint32_t i = 0; i < m->max_rules; i++)
        for (uint32_t k = 0; k < m->rules[i].len; k++) {
            const struct crush_step *s = &m->rules[i].steps[k];
            if (s->op == CRUSH_OP_TAKE && s->arg1 != root && crush_class_original(m, s->arg1) == root)
                return err_set(w->err, -EINVAL, "rule %u takes a class of root %s already", i,
                               name_of(w, root));
        }
    return 0;
}

/* What is in the bucket goes to one with a new id; the old id is left for an empty one. */
static int change_id(struct work *w, int32_t id, int32_t *new_id)
{
    struct crush_map *m = w->m;
    const struct crush_bucket *b = crush_map_bucket(m, id);
    struct crush_bucket_spec spec = {.type = b->type, .alg = b->alg, .hash = b->hash};
    struct crush_bucket was;
    int r = crush_edit_add_bucket(m, &spec, new_id);

    if (r)
        return r;
    was = *crush_edit_bucket(m, id);
    *crush_edit_bucket(m, id) = *crush_edit_bucket(m, *new_id);
    m->buckets[-1 - *new_id] = was;
    m->buckets[-1 - *new_id].id = *new_id;
    m->buckets[-1 - id].id = id;
    return crush_weight_sets_change_id(m, id, *new_id);
}

static int renumber(struct work *w, int32_t id, int class_id)
{
    struct crush_pair *p;
    int32_t new_id;
    int r = change_id(w, id, &new_id);

    if (r)
        return r;
    strbuf_printf(w->told, "  renumbering bucket %d -> %d\n", id, new_id);
    p = put(&w->renumbered, &w->renumbered_count, sizeof(*p), id);
    if (!p)
        return -ENOMEM;
    p->value = new_id;
    crush_class_forget_shadows(w->m, id);
    r = crush_names_set(&w->m->items, new_id, name_of(w, id));
    return r ? r : crush_class_name_shadow(w->m, new_id, class_id, id);
}

static const int32_t *new_id_of(const struct work *w, int32_t id)
{
    const struct crush_pair *p =
        array_find(w->renumbered, w->renumbered_count, sizeof(*p), &id, array_compare_i32);

    return p ? &p->value : NULL;
}

/* The last item first and what is below before the next: so genuine Ceph does, and so ids are the same. */
static int renumber_below(struct work *w, int32_t id, int class_id)
{
    int32_t new_id;
    int r;

    if (new_id_of(w, id)) /* it is in two buckets */
        return 0;
    if (!crush_map_bucket(w->m, id))
        return err_set(w->err, -EINVAL, "there is no bucket %d", id);
    r = renumber(w, id, class_id);
    if (r)
        return r;
    new_id = *new_id_of(w, id);
    for (uint32_t i = crush_map_bucket(w->m, new_id)->size; r == 0 && i-- > 0;) {
        int32_t item = crush_map_bucket(w->m, new_id)->items[i];
        if (item < 0)
            r = renumber_below(w, item, class_id);
    }
    return r;
}

static void take_new_ids(struct work *w)
{
    for (uint32_t i = 0; i < w->m->max_buckets; i++)
        for (uint32_t k = 0; k < w->m->buckets[i].size; k++) {
            int32_t *item = &w->m->buckets[i].items[k];
            const int32_t *id = new_id_of(w, *item);
            if (id)
                *item = *id;
        }
}

static int reclassify_root(struct work *w, const char *root, const char *class)
{
    int32_t id;
    int class_id, r;

    if (!crush_names_find_id(&w->m->items, root, &id))
        return err_set(w->err, -EINVAL, "root %s does not exist", root);
    class_id = crush_class_add(w->m, class);
    if (class_id < 0)
        return class_id;
    strbuf_printf(w->told, "classify_root %s (%d) as %s\n", root, id, class);
    r = check_rules(w, id);
    if (r == 0)
        r = renumber_below(w, id, class_id);
    if (r)
        return r;
    take_new_ids(w);
    w->renumbered_count = 0; /* the old ids are shadows now */
    return crush_class_rebuild(w->m);
}

/* ---- buckets that become shadows of others ---- */

/* What % stands for, the parent for a match without one; NULL with *len 0: the name does not match. */
static const char *find_base(const char *match, const char *name, const char *parent, size_t *len)
{
    size_t rest = strlen(match) - 1, n = strlen(name);

    *len = n > rest ? n - rest : 0;
    if (*len && *match == '%')
        return strcmp(match + 1, name + *len) == 0 ? name : NULL;
    if (*len && match[rest] == '%')
        return strncmp(match, name, rest) == 0 ? name + rest : NULL;
    *len = strlen(parent);
    return strcmp(match, name) == 0 ? parent : NULL;
}

static bool is_new(const struct work *w, int32_t id)
{
    return array_find(w->bases, w->base_count, sizeof(*w->bases), &id, array_compare_i32);
}

static int create_base(struct work *w, const struct crush_bucket *like, const char *name, const char *parent,
                       int32_t *id)
{
    struct crush_bucket_spec spec = {.type = like->type, .alg = like->alg, .hash = like->hash};
    struct base *b;
    int r = crush_edit_add_bucket(w->m, &spec, id);

    if (r == 0)
        r = crush_names_set(&w->m->items, *id, name);
    if (r)
        return r;
    strbuf_printf(w->told, "  created base %d\n", *id);
    b = put(&w->bases, &w->base_count, sizeof(*b), *id);
    if (!b)
        return -ENOMEM;
    b->parent = parent;
    return 0;
}

static int find_or_create_base(struct work *w, int32_t from, const char *name, const char *parent,
                               int32_t *id)
{
    if (!crush_names_find_id(&w->m->items, name, id))
        return create_base(w, crush_map_bucket(w->m, from), name, parent, id);
    if (*id >= 0 || *id == from)
        return err_set(w->err, -EINVAL, "bucket %s cannot become a shadow of %s", name_of(w, from), name);
    strbuf_printf(w->told, is_new(w, *id) ? "  already creating base %d\n" : "  have base %d\n", *id);
    return 0;
}

/* The bucket is to become a shadow of base, and devices in it get the class. */
static int match_bucket(struct work *w, int32_t from, const char *base, const char *class, const char *parent)
{
    const struct crush_bucket *b;
    struct shadow *s;
    int32_t to;
    int r = find_or_create_base(w, from, base, parent, &to);

    if (r)
        return r;
    s = put(&w->shadows, &w->shadow_count, sizeof(*s), from);
    if (!s)
        return -ENOMEM;
    s->to = to;
    s->class = class;
    b = crush_map_bucket(w->m, from);
    for (uint32_t i = 0; r == 0 && i < b->size; i++)
        r = b->items[i] >= 0 ? crush_class_set(w->m, b->items[i], class) : 0;
    return r;
}

static int match_buckets(struct work *w, const char *match, const char *class, const char *parent)
{
    int32_t parent_id;
    int r = 0;

    if (!crush_names_find_id(&w->m->items, parent, &parent_id) || !crush_map_bucket(w->m, parent_id))
        return err_set(w->err, -EINVAL, "default parent %s does not exist", parent);
    r = crush_class_add(w->m, class); /* though nothing matches */
    if (r < 0)
        return r;
    r = 0;
    strbuf_printf(w->told, "classify_bucket %s as %s default bucket %s (%s)\n", match, class, parent,
                  crush_names_find(&w->m->types, crush_map_bucket(w->m, parent_id)->type) ?: "");
    for (uint32_t i = 0; r == 0 && i < w->m->max_buckets; i++) {
        int32_t id = -1 - (int32_t)i;
        const char *name = name_of(w, id), *base;
        size_t len;
        char *copy;

        base = w->m->buckets[i].alg && !crush_class_is_shadow(w->m, id) ? find_base(match, name, parent, &len)
                                                                        : NULL;
        if (!base)
            continue;
        copy = strndup(base, len);
        if (!copy)
            return -ENOMEM;
        strbuf_printf(w->told, "match %s to %s basename %s\n", match, name, copy);
        r = match_bucket(w, id, copy, class, parent);
        free(copy);
    }
    return r;
}

/* Puts an item into a bucket, too. */
static int put_into(struct work *w, int32_t item, uint32_t weight, int32_t bucket)
{
    const char *type = crush_names_find(&w->m->types, crush_map_bucket(w->m, bucket)->type);
    char *name = strdup(name_of(w, item)); /* the map's own would go when it is set */
    struct string_map loc;
    int r;

    string_map_init(&loc);
    r = name ? string_map_set(&loc, type ? type : "", name_of(w, bucket)) : -ENOMEM;
    if (r == 0 && item < 0)
        r = crush_edit_link_bucket(w->m, item, &loc);
    else if (r == 0)
        r = crush_edit_insert_item(w->m, item, weight, name, &loc);
    string_map_destroy(&loc);
    free(name);
    if (r < 0 && r != -ENOMEM)
        err_set(w->err, r, "item %d cannot be put into bucket %d: %s", item, bucket, strerror(-r));
    return r < 0 ? r : 0;
}

static const struct shadow *shadow_of(const struct work *w, int32_t from)
{
    return array_find(w->shadows, w->shadow_count, sizeof(*w->shadows), &from, array_compare_i32);
}

static int no_whole_tree(struct work *w, int32_t item, int32_t bucket)
{
    return err_set(w->err, -EINVAL, "%s is in %s, and only one of them would become a shadow",
                   name_of(w, item), name_of(w, bucket));
}

/* What is in the bucket goes into the one that it becomes a shadow of; other buckets in it have one, too. */
static int copy_items(struct work *w, const struct shadow *s)
{
    const struct crush_bucket *in = crush_edit_parent(w->m, s->from);
    int r = 0;

    if (in && !shadow_of(w, in->id))
        return no_whole_tree(w, s->from, in->id);
    strbuf_printf(w->told, "moving items from %d (%s) to %d (%s)\n", s->from, name_of(w, s->from), s->to,
                  name_of(w, s->to));
    for (uint32_t i = 0; r == 0 && i < crush_map_bucket(w->m, s->from)->size; i++) {
        const struct crush_bucket *from = crush_map_bucket(w->m, s->from);
        int32_t item = from->items[i];

        if (item < 0) {
            const struct shadow *below = shadow_of(w, item);
            if (!below)
                return no_whole_tree(w, item, s->from);
            item = below->to;
        }
        if (!crush_edit_contains(w->m, s->to, item))
            r = put_into(w, item, crush_bucket_item_weight(from, i), s->to);
    }
    return r;
}

static int find_parent(struct work *w, const struct base *b)
{
    const struct crush_bucket *parent;
    int32_t id;

    if (crush_edit_parent(w->m, b->id) || !crush_names_find_id(&w->m->items, b->parent, &id))
        return 0;
    parent = crush_map_bucket(w->m, id);
    strbuf_printf(w->told, "new bucket %d missing parent, adding at {%s=%s}\n", b->id,
                  crush_names_find(&w->m->types, parent->type) ?: "", b->parent);
    return put_into(w, b->id, 0, id);
}

static int name_shadow(struct work *w, const struct shadow *s)
{
    int class_id = crush_class_add(w->m, s->class); /* without devices it had gone meanwhile */

    return class_id < 0 ? class_id : crush_class_name_shadow(w->m, s->to, class_id, s->from);
}

static int reclassify_buckets(struct work *w, const struct crush_reclassify *how)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < how->match_classes.count; i++) {
        const struct string_pair *p = &how->match_classes.pairs[i];
        r = match_buckets(w, p->key, p->value, string_map_get(&how->match_parents, p->key));
    }
    for (unsigned i = 0; r == 0 && i < w->shadow_count; i++)
        r = copy_items(w, &w->shadows[i]);
    for (unsigned i = 0; r == 0 && i < w->base_count; i++)
        r = find_parent(w, &w->bases[i]);
    for (unsigned i = w->shadow_count; r == 0 && i-- > 0;)
        r = name_shadow(w, &w->shadows[i]);
    return r ? r : crush_class_rebuild(w->m);
}

int crush_reclassify(struct crush_map *m, const struct crush_reclassify *how, struct strbuf *told, char **err)
{
    struct work w = {.m = m, .told = told, .err = err};
    int r = 0;

    for (unsigned i = 0; r == 0 && i < how->roots.count; i++)
        r = reclassify_root(&w, how->roots.pairs[i].key, how->roots.pairs[i].value);
    if (r == 0)
        r = reclassify_buckets(&w, how);
    free(w.renumbered);
    free(w.shadows);
    free(w.bases);
    return r;
}
