/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hierarchy: buckets and devices shown, added, moved, weighed and removed. */
#include "mon/osd_crush_commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/formatter_json.h"
#include "crush/crush_edit.h"
#include "crush/crush_format.h"
#include "mon/osd_arguments.h"
#include "mon/osd_crush_change.h"
#include "mon/osd_names.h"

/* ---- shown ---- */

int osd_crush_command_dump(struct mon_op *op)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    crush_map_format(osd_crush_map(op), &f);
    formatter_close(&f);
    return mon_op_json(op, formatter_to_json(&f), true);
}

/* The item that the argument names. -ENOENT with a status, after what. */
static int find_item(struct mon_op *op, const struct crush_map *map, const char *arg, const char *what,
                     int32_t *id)
{
    const char *name = command_str(op->cmd, arg, "");

    if (crush_names_find_id(&map->items, name, id))
        return 0;
    return mon_op_fail(op, -ENOENT, "%s '%s' does not exist", what, name);
}

static json_t *name_of(const struct crush_map *map, int32_t item)
{
    const char *name = crush_names_find(&map->items, item);
    char plain[24];

    if (item < 0)
        return json_string(name ? name : "");
    snprintf(plain, sizeof(plain), "osd.%d", item);
    return json_string(plain);
}

int osd_crush_command_ls(struct mon_op *op)
{
    const struct crush_map *map = osd_crush_map(op);
    const struct crush_bucket *b;
    json_t *list;
    int32_t id;
    int r = find_item(op, map, "node", "node", &id);

    if (r)
        return r;
    list = json_array();
    b = crush_map_bucket(map, id);
    if (!b)
        json_array_append_new(list, name_of(map, id));
    for (uint32_t i = 0; b && i < b->size; i++)
        json_array_append_new(list, name_of(map, b->items[i]));
    return osd_names_show(op, list);
}

/* ---- buckets ---- */

static int edit_add_bucket(struct mon_op *op, struct crush_map *map)
{
    const char *name = command_str(op->cmd, "name", ""), *type = command_str(op->cmd, "type", "");
    struct crush_bucket_spec spec = {0};
    struct string_map loc;
    int32_t id, type_id;
    char *place;
    int r;

    if (crush_names_find_id(&map->items, name, &id)) {
        mon_op_status(op, "bucket '%s' already exists", name);
        return 0;
    }
    if (!crush_names_find_id(&map->types, type, &type_id))
        return mon_op_fail(op, -EINVAL, "type '%s' does not exist", type);
    if (type_id == 0)
        return mon_op_fail(op, -EINVAL, "type '%s' is for devices, not buckets", type);
    if (!crush_name_is_valid(name))
        return mon_op_fail(op, -EINVAL, "'%s' cannot be the name of a bucket", name);
    r = osd_crush_location(op, &loc);
    if (r)
        return r;
    spec.type = (uint16_t)type_id;
    place = crush_location_print(&loc);
    r = place ? crush_edit_add_bucket(map, &spec, &id) : -ENOMEM;
    if (r == 0)
        r = crush_names_set(&map->items, id, name);
    if (r == 0 && loc.count)
        r = crush_edit_move_bucket(map, id, &loc);
    if (r == 0 && loc.count)
        mon_op_status(op, "added bucket %s type %s to location %s", name, type, place);
    else if (r == 0)
        mon_op_status(op, "added bucket %s type %s to crush map", name, type);
    free(place);
    string_map_destroy(&loc);
    return r ? r : 1;
}

int osd_crush_command_add_bucket(struct mon_op *op)
{
    return osd_crush_change(op, edit_add_bucket);
}

static int edit_rename_bucket(struct mon_op *op, struct crush_map *map)
{
    const char *from = command_str(op->cmd, "srcname", ""), *to = command_str(op->cmd, "dstname", "");
    char *err = NULL;
    int r = crush_edit_rename_bucket(map, from, to, &err);

    if (r)
        mon_op_status(op, "%s", err ? err : strerror(-r));
    else
        mon_op_status(op, "renamed bucket %s into %s", from, to);
    free(err);
    if (r == -EALREADY)
        return 0;
    return r ? r : 1;
}

int osd_crush_command_rename_bucket(struct mon_op *op)
{
    return osd_crush_change(op, edit_rename_bucket);
}

static int edit_swap_bucket(struct mon_op *op, struct crush_map *map)
{
    const char *from = command_str(op->cmd, "source", ""), *to = command_str(op->cmd, "dest", "");
    int32_t a, b;
    int r = find_item(op, map, "source", "bucket", &a);

    if (r == 0)
        r = find_item(op, map, "dest", "bucket", &b);
    if (r)
        return r;
    if (crush_edit_parent(map, a) && !command_bool(op->cmd, "yes_i_really_mean_it", false))
        return mon_op_fail(op, -EPERM,
                           "%s is inside another bucket; pass --yes-i-really-mean-it to swap it nevertheless",
                           from);
    r = crush_edit_swap_buckets(map, a, b);
    if (r)
        return mon_op_fail(op, r, "%s and %s cannot be swapped: %s", from, to, strerror(-r));
    mon_op_status(op, "swapped bucket of %s to %s", from, to);
    return 1;
}

int osd_crush_command_swap_bucket(struct mon_op *op)
{
    return osd_crush_change(op, edit_swap_bucket);
}

/* ---- devices ---- */

/* An OSD with its weight and place, as commands say it. */
struct device {
    int32_t id;
    char name[24];
    double shown_weight;
    uint32_t weight;
    struct string_map loc;
    char *place;
};

static void device_destroy(struct device *d)
{
    string_map_destroy(&d->loc);
    free(d->place);
}

static int device_read(struct mon_op *op, struct device *d)
{
    int r = osd_argument_id(op, "id", -1, &d->id);

    if (r)
        return r;
    d->shown_weight = command_double(op->cmd, "weight", 0);
    if (!osd_pending_exists(osd_crush_pending(op), d->id))
        return mon_op_fail(op, -ENOENT, "osd.%d does not exist. Create it before updating the crush map",
                           d->id);
    snprintf(d->name, sizeof(d->name), "osd.%d", d->id);
    r = osd_crush_weight(op, &d->weight);
    if (r == 0)
        r = osd_crush_location(op, &d->loc);
    if (r)
        return r;
    d->place = crush_location_print(&d->loc);
    if (d->place)
        return 0;
    string_map_destroy(&d->loc);
    return -ENOMEM;
}

static int no_such_place(struct mon_op *op, const struct device *d, int r)
{
    return mon_op_fail(op, r, "item id %d name '%s' cannot be put at %s: %s", d->id, d->name, d->place,
                       strerror(-r));
}

static int set_device(struct mon_op *op, struct crush_map *map, const char *action)
{
    bool add = strcmp(action, "add") == 0;
    struct device d;
    int r = device_read(op, &d);

    if (r)
        return r;
    if (!add && !crush_names_find(&map->items, d.id))
        r = mon_op_fail(op, -ENOENT,
                        "unable to set item id %d name '%s' weight %g at location %s: does not exist", d.id,
                        d.name, d.shown_weight, d.place);
    else if (add && !crush_edit_is_at(map, d.id, &d.loc, NULL))
        r = crush_edit_insert_item(map, d.id, d.weight, d.name, &d.loc) ?: 1;
    else
        r = crush_edit_set_item(map, d.id, d.weight, d.name, &d.loc);
    if (r >= 0)
        mon_op_status(op, "%s item id %d name '%s' weight %g at location %s%s", action, d.id, d.name,
                      d.shown_weight, d.place, r ? " to crush map" : ": no change");
    else if (op->status.len == 0)
        r = no_such_place(op, &d, r);
    device_destroy(&d);
    return r;
}

static int edit_add(struct mon_op *op, struct crush_map *map)
{
    return set_device(op, map, "add");
}

int osd_crush_command_add(struct mon_op *op)
{
    return osd_crush_change(op, edit_add);
}

static int edit_set(struct mon_op *op, struct crush_map *map)
{
    return set_device(op, map, "set");
}

int osd_crush_command_set(struct mon_op *op)
{
    return osd_crush_change(op, edit_set);
}

static int edit_create_or_move(struct mon_op *op, struct crush_map *map)
{
    struct device d;
    int r = device_read(op, &d);

    if (r)
        return r;
    r = crush_edit_create_or_move(map, d.id, d.weight, d.name, &d.loc);
    if (r < 0)
        r = no_such_place(op, &d, r);
    else
        mon_op_status(op, "create-or-move %s item name '%s' weight %g at location %s to crush map",
                      r ? "updating" : "updated", d.name, d.shown_weight, d.place);
    device_destroy(&d);
    return r;
}

int osd_crush_command_create_or_move(struct mon_op *op)
{
    return osd_crush_change(op, edit_create_or_move);
}

/* ---- moved ---- */

/* What of a device or bucket is done at the place that the command names: 0, above 0 or a negative errno. */
typedef int (*at_place)(struct crush_map *map, int32_t id, const char *name, const struct string_map *loc);

static int go_to_place(struct mon_op *op, struct crush_map *map, at_place go, const char *done)
{
    const char *name = command_str(op->cmd, "name", "");
    struct string_map loc;
    char *place;
    int32_t id;
    int r = find_item(op, map, "name", "item", &id);

    if (r == 0)
        r = osd_crush_location(op, &loc);
    if (r)
        return r;
    place = crush_location_print(&loc);
    if (!place) {
        r = -ENOMEM;
    } else if (crush_edit_is_at(map, id, &loc, NULL)) {
        mon_op_status(op, "no need to move item id %d name '%s' to location %s in crush map", id, name,
                      place);
    } else {
        r = go(map, id, name, &loc);
        if (r < 0)
            mon_op_status(op, "item id %d name '%s' cannot be put at %s: %s", id, name, place, strerror(-r));
        else
            mon_op_status(op, "%s item id %d name '%s' to location %s in crush map", done, id, name, place);
        r = r < 0 ? r : 1;
    }
    free(place);
    string_map_destroy(&loc);
    return r;
}

static int move_to(struct crush_map *map, int32_t id, const char *name, const struct string_map *loc)
{
    return id < 0 ? crush_edit_move_bucket(map, id, loc) : crush_edit_create_or_move(map, id, 0, name, loc);
}

static int edit_move(struct mon_op *op, struct crush_map *map)
{
    return go_to_place(op, map, move_to, "moved");
}

int osd_crush_command_move(struct mon_op *op)
{
    return osd_crush_change(op, edit_move);
}

static int link_to(struct crush_map *map, int32_t id, const char *name UNUSED, const struct string_map *loc)
{
    return crush_edit_link_bucket(map, id, loc);
}

static int edit_link(struct mon_op *op, struct crush_map *map)
{
    return go_to_place(op, map, link_to, "linked");
}

int osd_crush_command_link(struct mon_op *op)
{
    return osd_crush_change(op, edit_link);
}

/* ---- removed ---- */

static int remove_item(struct mon_op *op, struct crush_map *map, bool unlink_only)
{
    const char *name = command_str(op->cmd, "name", ""), *ancestor = command_str(op->cmd, "ancestor", NULL);
    int32_t id, under;
    int r;

    if (!crush_names_find_id(&map->items, name, &id)) {
        mon_op_status(op, "device '%s' does not appear in the crush map", name);
        return 0;
    }
    if (!ancestor)
        r = crush_edit_remove_item(map, id, unlink_only);
    else if (crush_names_find_id(&map->items, ancestor, &under))
        r = crush_edit_remove_item_under(map, id, under, unlink_only);
    else
        return mon_op_fail(op, -ENOENT, "ancestor item '%s' does not appear in the crush map", ancestor);
    if (r == -ENOENT) {
        mon_op_status(op, "item %d does not appear in that position", id);
        return 0;
    }
    if (r < 0)
        return mon_op_fail(op, r, "item id %d name '%s' cannot be removed: %s", id, name, strerror(-r));
    mon_op_status(op, "removed item id %d name '%s' from crush map", id, name);
    return 1;
}

static int edit_rm(struct mon_op *op, struct crush_map *map)
{
    return remove_item(op, map, false);
}

int osd_crush_command_rm(struct mon_op *op)
{
    return osd_crush_change(op, edit_rm);
}

static int edit_unlink(struct mon_op *op, struct crush_map *map)
{
    return remove_item(op, map, true);
}

int osd_crush_command_unlink(struct mon_op *op)
{
    return osd_crush_change(op, edit_unlink);
}

/* ---- weights ---- */

static int reweight(struct mon_op *op, struct crush_map *map, bool subtree)
{
    const char *name = command_str(op->cmd, "name", ""), *kind = subtree ? "subtree" : "item";
    uint32_t weight;
    int32_t id;
    int r;

    if (!crush_names_find_id(&map->items, name, &id))
        return mon_op_fail(op, -ENOENT, "device '%s' does not appear in the crush map", name);
    if (subtree != (id < 0))
        return mon_op_fail(op, -EINVAL, "device '%s' is not a %s in the crush map", name,
                           subtree ? "subtree" : "leaf");
    r = osd_crush_weight(op, &weight);
    if (r)
        return r;
    r = subtree ? crush_edit_reweight_subtree(map, id, weight) : crush_edit_reweight_item(map, id, weight);
    if (r < 0)
        return mon_op_fail(op, r, "%s '%s' cannot be weighed: %s", kind, name, strerror(-r));
    mon_op_status(op, "reweighted %s id %d name '%s' to %g in crush map", kind, id, name,
                  command_double(op->cmd, "weight", 0));
    return 1;
}

static int edit_reweight(struct mon_op *op, struct crush_map *map)
{
    return reweight(op, map, false);
}

int osd_crush_command_reweight(struct mon_op *op)
{
    return osd_crush_change(op, edit_reweight);
}

static int edit_reweight_subtree(struct mon_op *op, struct crush_map *map)
{
    return reweight(op, map, true);
}

int osd_crush_command_reweight_subtree(struct mon_op *op)
{
    return osd_crush_change(op, edit_reweight_subtree);
}

static int edit_reweight_all(struct mon_op *op, struct crush_map *map)
{
    int r = crush_edit_reweight_all(map);

    if (r)
        return mon_op_fail(op, r, "the crush hierarchy cannot be weighed: %s", strerror(-r));
    mon_op_status(op, "reweighted crush hierarchy");
    return 1;
}

int osd_crush_command_reweight_all(struct mon_op *op)
{
    return osd_crush_change(op, edit_reweight_all);
}
