/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weight sets: other weights for placing data than those of the hierarchy, for a pool or for all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/formatter_json.h"
#include "crush/crush_edit.h"
#include "crush/crush_format.h"
#include "crush/crush_weight_sets.h"
#include "mon/json_text.h"
#include "mon/osd_crush_change.h"
#include "mon/osd_crush_commands.h"
#include "mon/osd_names.h"

int osd_crush_command_weight_set_ls(struct mon_op *op)
{
    const struct crush_map *map = osd_crush_map(op);
    json_t *list = json_array();

    for (unsigned i = 0; i < map->choose_args_count; i++) {
        int64_t key = map->choose_args[i].key;
        const char *pool = osd_pending_pool_name(osd_crush_pending(op), key);
        if (key == CRUSH_WEIGHT_SET_COMPAT || pool)
            json_array_append_new(list, json_text(pool ? pool : "(compat)"));
    }
    return osd_names_show(op, list);
}

int osd_crush_command_weight_set_dump(struct mon_op *op)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    crush_weight_sets_format(osd_crush_map(op), NULL, &f);
    return mon_op_json(op, formatter_to_json(&f), true);
}

/* The key of the pool's weight set. */
static int find_pool(struct mon_op *op, int64_t *id)
{
    const char *name = command_str(op->cmd, "pool", "");

    *id = osd_pending_pool_by_name(osd_crush_pending(op), name);
    return *id < 0 ? mon_op_fail(op, -ENOENT, "pool '%s' not found", name) : 0;
}

static int create(struct mon_op *op, struct crush_map *map, int64_t key, uint32_t positions)
{
    int r = crush_weight_sets_create(map, key, positions);

    if (r == -EEXIST && key == CRUSH_WEIGHT_SET_COMPAT)
        mon_op_status(op, "compat weight-set already created");
    else if (r == -EEXIST)
        mon_op_status(op, "weight-set for pool '%s' already created", command_str(op->cmd, "pool", ""));
    if (r == -EEXIST)
        return 0;
    return r ? r : 1;
}

static int edit_create_compat(struct mon_op *op, struct crush_map *map)
{
    return create(op, map, CRUSH_WEIGHT_SET_COMPAT, 1);
}

int osd_crush_command_weight_set_create_compat(struct mon_op *op)
{
    return osd_crush_change(op, edit_create_compat);
}

static int edit_create(struct mon_op *op, struct crush_map *map)
{
    bool positional = strcmp(command_str(op->cmd, "mode", ""), "positional") == 0;
    int64_t id;
    int r = find_pool(op, &id);

    if (r)
        return r;
    return create(op, map, id, positional ? osd_pending_find_pool(osd_crush_pending(op), id)->size : 1);
}

int osd_crush_command_weight_set_create(struct mon_op *op)
{
    return osd_crush_change(op, edit_create);
}

static int edit_rm_compat(struct mon_op *op UNUSED, struct crush_map *map)
{
    crush_weight_sets_remove(map, CRUSH_WEIGHT_SET_COMPAT);
    return 1;
}

int osd_crush_command_weight_set_rm_compat(struct mon_op *op)
{
    return osd_crush_change(op, edit_rm_compat);
}

static int edit_rm(struct mon_op *op, struct crush_map *map)
{
    int64_t id;
    int r = find_pool(op, &id);

    if (r)
        return r;
    crush_weight_sets_remove(map, id);
    return 1;
}

int osd_crush_command_weight_set_rm(struct mon_op *op)
{
    return osd_crush_change(op, edit_rm);
}

/* The command's weights; malloc'ed. */
static int read_weights(struct mon_op *op, uint32_t **weights, unsigned *count)
{
    double *values = command_doubles(op->cmd, "weight", count);
    int r = 0;

    *weights = NULL;
    if (*count == 0)
        return mon_op_fail(op, -EINVAL, "a weight is missing");
    *weights = values ? calloc(*count, sizeof(**weights)) : NULL;
    if (!*weights)
        r = -ENOMEM;
    for (unsigned i = 0; r == 0 && i < *count; i++)
        if (crush_weight_from_double(values[i], &(*weights)[i]))
            r = mon_op_fail(op, -EINVAL, "%g is not a weight: it must be from 0 to below 65536", values[i]);
    free(values);
    return r;
}

static int reweight(struct mon_op *op, struct crush_map *map, int64_t key)
{
    const char *name = command_str(op->cmd, "item", "");
    uint32_t *weights;
    unsigned count;
    int32_t id;
    int r;

    if (!crush_names_find_id(&map->items, name, &id))
        return mon_op_fail(op, -ENOENT, "item '%s' does not exist", name);
    r = read_weights(op, &weights, &count);
    if (r == 0) {
        r = crush_weight_sets_reweight(map, key, id, weights, count);
        if (r == -EINVAL)
            mon_op_status(op, "%u weights are not one for each position of the weight-set", count);
        if (r == -ENOENT)
            mon_op_status(op, "item '%s' is in no bucket", name);
    }
    free(weights);
    return r ? r : 1;
}

static int edit_reweight_compat(struct mon_op *op, struct crush_map *map)
{
    if (!crush_weight_sets_find(map, CRUSH_WEIGHT_SET_COMPAT))
        return mon_op_fail(op, -ENOENT, "no backward-compatible weight-set");
    return reweight(op, map, CRUSH_WEIGHT_SET_COMPAT);
}

int osd_crush_command_weight_set_reweight_compat(struct mon_op *op)
{
    return osd_crush_change(op, edit_reweight_compat);
}

static int edit_reweight(struct mon_op *op, struct crush_map *map)
{
    int64_t id;
    int r = find_pool(op, &id);

    if (r)
        return r;
    if (!crush_weight_sets_find(map, id))
        return mon_op_fail(op, -ENOENT, "no weight-set for pool '%s'", command_str(op->cmd, "pool", ""));
    return reweight(op, map, id);
}

int osd_crush_command_weight_set_reweight(struct mon_op *op)
{
    return osd_crush_change(op, edit_reweight);
}
