/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Items put into buckets, moved from one to another, and removed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/strbuf.h"
#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_edit_internal.h"
#include "crush/crush_weight_sets.h"

/* ---- in ---- */

static bool is_valid(const struct string_map *loc)
{
    for (unsigned i = 0; i < loc->count; i++)
        if (!crush_name_is_valid(loc->pairs[i].key) || !crush_name_is_valid(loc->pairs[i].value))
            return false;
    return true;
}

static int add_parent(struct crush_map *m, uint16_t type, const char *name, int32_t *child)
{
    uint32_t weight = 0;
    struct crush_bucket_spec spec = {.type = type, .items = child, .weights = &weight, .size = 1};
    int32_t id;
    int r = crush_edit_add_bucket(m, &spec, &id);

    if (r)
        return r;
    *child = id;
    r = crush_names_set(&m->items, id, name);
    return r ? r : crush_weight_sets_fill(m);
}

static int put_into(struct crush_map *m, int32_t type, int32_t bucket, int32_t child)
{
    const struct crush_bucket *b = crush_map_bucket(m, bucket);

    if (!b || b->type != type || crush_edit_contains(m, bucket, child) ||
        crush_edit_contains(m, child, bucket))
        return -EINVAL;
    return crush_edit_append(m, bucket, child);
}

/* Hangs item below the buckets of loc, of which those that do not exist are made. */
static int hang(struct crush_map *m, int32_t item, const struct string_map *loc)
{
    int32_t child = item, bucket;
    int r;

    for (unsigned i = 0; i < m->types.count; i++) {
        int32_t type = m->types.names[i].id;
        const char *name = type ? string_map_get(loc, m->types.names[i].name) : NULL;
        if (!name)
            continue;
        if (crush_names_find_id(&m->items, name, &bucket))
            return put_into(m, type, bucket, child);
        r = add_parent(m, (uint16_t)type, name, &child);
        if (r)
            return r;
    }
    return 0;
}

/* True: the name is that of item, or of nothing. */
static bool may_be_called(const struct crush_map *m, int32_t item, const char *name)
{
    int32_t id;

    return !crush_names_find_id(&m->items, name, &id) || id == item;
}

int crush_edit_insert_item(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                           const struct string_map *loc)
{
    int r;

    if (!crush_name_is_valid(name) || !is_valid(loc))
        return -EINVAL;
    if (!may_be_called(m, item, name))
        return -EEXIST;
    r = crush_names_set(&m->items, item, name);
    if (r == 0)
        r = crush_weight_sets_fill(m);
    if (r == 0)
        r = hang(m, item, loc);
    if (r == 0)
        r = crush_edit_reweight_item_at(m, item, weight, loc);
    if (r < 0)
        return r == -ENOENT ? -EINVAL : r;
    if (item >= m->max_devices)
        m->max_devices = item + 1;
    return crush_class_rebuild(m);
}

static int move_item(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                     const struct string_map *loc)
{
    int r = crush_edit_is_item(m, item) ? crush_edit_remove_item(m, item, true) : 0;

    if (r == 0)
        r = crush_edit_insert_item(m, item, weight, name, loc);
    return r ? r : 1;
}

int crush_edit_create_or_move(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                              const struct string_map *loc)
{
    if (!is_valid(loc))
        return -EINVAL;
    if (crush_edit_is_at(m, item, loc, NULL))
        return 0;
    return move_item(m, item, crush_edit_is_item(m, item) ? crush_edit_weight_of(m, item) : weight, name,
                     loc);
}

int crush_edit_set_item(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                        const struct string_map *loc)
{
    const char *old_name = crush_names_find(&m->items, item);
    bool renamed = !old_name || strcmp(old_name, name) != 0;
    uint32_t old_weight;
    int r;

    if (!crush_name_is_valid(name) || !is_valid(loc))
        return -EINVAL;
    if (!crush_edit_is_at(m, item, loc, &old_weight))
        return move_item(m, item, weight, name, loc);
    if (!may_be_called(m, item, name))
        return -EEXIST;
    r = renamed ? crush_names_set(&m->items, item, name) : 0;
    if (r == 0 && weight != old_weight)
        r = crush_edit_reweight_item_at(m, item, weight, loc);
    return r < 0 ? r : renamed || weight != old_weight;
}

/* ---- buckets from place to place ---- */

static int link_bucket(struct crush_map *m, int32_t bucket, bool detach, const struct string_map *loc)
{
    const struct crush_bucket *b = crush_map_bucket(m, bucket), *parent = crush_edit_parent(m, bucket);
    const char *name = crush_names_find(&m->items, bucket);
    uint32_t weight;
    char *copy;
    int r;

    if (bucket >= 0)
        return -EINVAL;
    if (!b || !name)
        return -ENOENT;
    weight = b->weight;
    copy = strdup(name); /* the names move */
    r = copy ? 0 : -ENOMEM;
    if (r == 0 && detach && parent)
        r = crush_edit_take_out(m, parent->id, bucket);
    if (r >= 0)
        r = crush_edit_insert_item(m, bucket, weight, copy, loc);
    free(copy);
    return r;
}

int crush_edit_move_bucket(struct crush_map *m, int32_t bucket, const struct string_map *loc)
{
    return link_bucket(m, bucket, true, loc);
}

int crush_edit_link_bucket(struct crush_map *m, int32_t bucket, const struct string_map *loc)
{
    return link_bucket(m, bucket, false, loc);
}

/* ---- out ---- */

/* The item is in no bucket any more: it goes, but a bucket that is only unlinked stays as a root. A device
 * that is only unlinked keeps its class. */
static void forget_if_gone(struct crush_map *m, int32_t item, bool unlink_only)
{
    if (crush_edit_is_item(m, item) || (item < 0 && (unlink_only || crush_edit_in_use(m, item))))
        return;
    if (item < 0) {
        crush_edit_drop_bucket(m, item);
        return;
    }
    crush_names_remove(&m->items, item);
    if (!unlink_only)
        crush_class_forget(m, item);
    crush_edit_finalize(m);
}

static int check_removable(const struct crush_map *m, int32_t item)
{
    const struct crush_bucket *b = crush_map_bucket(m, item);

    if (item >= 0)
        return 0;
    if (!b)
        return -ENOENT;
    if (b->size)
        return -ENOTEMPTY;
    return crush_edit_in_use(m, item) ? -EBUSY : 0;
}

/* Takes the item out of the bucket and those below, or, for ancestor 0, out of all. Returns how often it was
 * there. */
static int take_out_under(struct crush_map *m, int32_t item, int32_t ancestor)
{
    int taken = crush_edit_take_out(m, ancestor, item), r;

    for (uint32_t i = 0; taken >= 0 && i < crush_map_bucket(m, ancestor)->size; i++) {
        int32_t child = crush_map_bucket(m, ancestor)->items[i];
        if (!crush_map_bucket(m, child))
            continue;
        r = take_out_under(m, item, child);
        if (r < 0)
            return r;
        taken += r;
    }
    return taken;
}

static int take_out_of_all(struct crush_map *m, int32_t item)
{
    int taken = 0, r;

    for (uint32_t i = 0; i < m->max_buckets; i++) {
        r = m->buckets[i].alg ? crush_edit_take_out(m, m->buckets[i].id, item) : 0;
        if (r < 0)
            return r;
        taken += r;
    }
    return taken;
}

static int finish_removal(struct crush_map *m, int32_t item, int taken, bool unlink_only)
{
    bool known = crush_names_find(&m->items, item) || crush_map_bucket(m, item);
    int r;

    if (taken < 0)
        return taken;
    forget_if_gone(m, item, unlink_only);
    r = crush_class_rebuild(m);
    return r ? r : taken || known ? 0 : -ENOENT;
}

int crush_edit_remove_item(struct crush_map *m, int32_t item, bool unlink_only)
{
    int r = unlink_only ? 0 : check_removable(m, item);

    return r ? r : finish_removal(m, item, take_out_of_all(m, item), unlink_only);
}

int crush_edit_remove_item_under(struct crush_map *m, int32_t item, int32_t ancestor, bool unlink_only)
{
    int r = unlink_only ? 0 : check_removable(m, item), taken;

    if (!crush_map_bucket(m, ancestor))
        return -EINVAL;
    if (r)
        return r;
    taken = take_out_under(m, item, ancestor);
    return taken == 0 ? -ENOENT : finish_removal(m, item, taken, unlink_only);
}

/* ---- exchange, names ---- */

/* The items of b with their weights, as a bucket of the same kind as a. */
static int copy_items(const struct crush_bucket *from, struct crush_bucket *kind, uint8_t straw_calc)
{
    uint32_t *weights = calloc(from->size + 1, sizeof(*weights));
    int r;

    if (!weights)
        return -ENOMEM;
    for (uint32_t i = 0; i < from->size; i++)
        weights[i] = crush_bucket_item_weight(from, i);
    r = crush_bucket_fill(kind, from->items, weights, from->size, straw_calc);
    free(weights);
    return r;
}

static int exchange_items(struct crush_map *m, struct crush_bucket *a, struct crush_bucket *b)
{
    uint8_t straw_calc = m->tunables.straw_calc_version;
    struct crush_bucket new_a = {.id = a->id, .type = a->type, .alg = a->alg, .hash = a->hash};
    int r = copy_items(b, &new_a, straw_calc);

    if (r)
        return r;
    r = copy_items(a, b, straw_calc);
    if (r) {
        crush_bucket_destroy(&new_a);
        return r;
    }
    crush_bucket_destroy(a);
    *a = new_a;
    return 0;
}

static int exchange_names(struct crush_names *n, int32_t a, int32_t b)
{
    const char *name_a = crush_names_find(n, a), *name_b = crush_names_find(n, b);
    char *copy;
    int r;

    if (!name_a || !name_b)
        return -EINVAL;
    copy = strdup(name_a);
    r = copy ? crush_names_set(n, a, name_b) : -ENOMEM;
    if (r == 0)
        r = crush_names_set(n, b, copy);
    free(copy);
    return r;
}

int crush_edit_swap_buckets(struct crush_map *m, int32_t a, int32_t b)
{
    int r;

    if (!crush_map_bucket(m, a) || !crush_map_bucket(m, b) || crush_edit_contains(m, a, b) ||
        crush_edit_contains(m, b, a))
        return -EINVAL;
    crush_weight_sets_remove_bucket(m, a);
    crush_weight_sets_remove_bucket(m, b);
    r = exchange_items(m, crush_edit_bucket(m, a), crush_edit_bucket(m, b));
    if (r == 0)
        r = exchange_names(&m->items, a, b);
    if (r == 0)
        r = crush_edit_follow(m, a);
    if (r == 0)
        r = crush_edit_follow(m, b);
    return r ? r : crush_class_rebuild(m);
}

int crush_edit_rename_bucket(struct crush_map *m, const char *from, const char *to, char **err)
{
    int32_t id = 0, other;
    bool exists = crush_names_find_id(&m->items, from, &id);
    int r;

    if (crush_names_find_id(&m->items, to, &other)) {
        if (exists)
            return err_set(err, -EEXIST, "'%s' exists already", to);
        return err_set(err, -EALREADY, "there is no '%s', but there is a '%s' already", from, to);
    }
    if (!exists)
        return err_set(err, -ENOENT, "there is no '%s'", from);
    if (!crush_name_is_valid(to))
        return err_set(err, -EINVAL, "'%s' is not a name: those have letters, digits and -_. only", to);
    if (id >= 0)
        return err_set(err, -ENOTDIR, "'%s' is not a bucket but a device, %d", from, id);
    r = crush_names_set(&m->items, id, to);
    return r ? r : crush_class_rebuild(m);
}
