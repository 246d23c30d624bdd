/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules and tunables. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/formatter_json.h"
#include "crush/crush_class.h"
#include "crush/crush_format.h"
#include "crush/crush_location.h"
#include "crush/crush_rules.h"
#include "crush/crush_tunables.h"
#include "mon/json_text.h"
#include "mon/osd_crush_change.h"
#include "mon/osd_crush_commands.h"
#include "mon/osd_names.h"

/* ---- rules shown ---- */

int osd_crush_command_rule_ls(struct mon_op *op)
{
    const struct crush_names *rules = &osd_crush_map(op)->rule_names;
    json_t *list = json_array();

    for (unsigned i = 0; i < rules->count; i++)
        json_array_append_new(list, json_text(rules->names[i].name));
    return osd_names_show(op, list);
}

int osd_crush_command_rule_ls_by_class(struct mon_op *op)
{
    const char *class = command_str(op->cmd, "class", "");
    const struct crush_map *map = osd_crush_map(op);
    json_t *list;

    if (crush_class_id(map, class) < 0)
        return mon_op_fail(op, -ENOENT, "there is no device class '%s'", class);
    list = json_array();
    for (unsigned i = 0; i < map->rule_names.count; i++)
        if (crush_rules_take_class(map, map->rule_names.names[i].id, class))
            json_array_append_new(list, json_text(map->rule_names.names[i].name));
    return osd_names_show(op, list);
}

int osd_crush_command_rule_dump(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "name", NULL);
    const struct crush_map *map = osd_crush_map(op);
    int id = name && name[0] ? crush_rules_find(map, name) : 0;
    struct formatter f;

    if (id < 0 || (name && name[0] && !crush_rules_get(map, id)))
        return mon_op_fail(op, -ENOENT, "unknown crush rule '%s'", name);
    formatter_init(&f, FORMATTER_JSON);
    if (name && name[0]) {
        formatter_open_object(&f, NULL);
        crush_rule_format(map, (uint32_t)id, &f);
    } else {
        formatter_open_array(&f, NULL);
        crush_rules_format(map, &f);
    }
    formatter_close(&f);
    return mon_op_json(op, formatter_to_json(&f), true);
}

/* ---- rules changed ---- */

static int create_rule(struct mon_op *op, struct crush_map *map, const char *mode, const char *class)
{
    struct crush_rule_spec spec = {.name = command_str(op->cmd, "name", ""),
                                   .root = command_str(op->cmd, "root", ""),
                                   .domain = command_str(op->cmd, "type", ""),
                                   .class = class,
                                   .mode = mode,
                                   .type = CRUSH_RULE_REPLICATED};
    char *err = NULL;
    int r;

    if (crush_rules_find(map, spec.name) >= 0) {
        mon_op_status(op, "rule %s already exists", spec.name);
        return 0;
    }
    if (!crush_name_is_valid(spec.name))
        return mon_op_fail(op, -EINVAL, "'%s' cannot be the name of a rule", spec.name);
    r = crush_rules_add(map, &spec, &err);
    if (r < 0)
        mon_op_status(op, "%s", err ? err : strerror(-r));
    free(err);
    return r < 0 ? r : 1;
}

static int edit_create_simple(struct mon_op *op, struct crush_map *map)
{
    return create_rule(op, map, command_str(op->cmd, "mode", "firstn"), NULL);
}

int osd_crush_command_rule_create_simple(struct mon_op *op)
{
    return osd_crush_change(op, edit_create_simple);
}

static int edit_create_replicated(struct mon_op *op, struct crush_map *map)
{
    return create_rule(op, map, "firstn", command_str(op->cmd, "class", NULL));
}

int osd_crush_command_rule_create_replicated(struct mon_op *op)
{
    return osd_crush_change(op, edit_create_replicated);
}

int osd_crush_command_rule_create_erasure(struct mon_op *op)
{
    return mon_op_fail(op, -EOPNOTSUPP, "erasure coded pools, and so rules for them, are not supported");
}

/* A pool of the next epoch that has the rule; NULL: none. */
static const char *pool_of_rule(const struct mon_op *op, int rule)
{
    const struct osd_pending *p = osd_crush_pending(op);
    int64_t max = p->inc.new_pool_max != OSDMAP_UNCHANGED ? p->inc.new_pool_max : p->map->pool_max;

    for (int64_t id = 1; id <= max; id++) {
        const struct pg_pool *pool = osd_pending_find_pool(p, id);
        if (pool && pool->crush_rule == rule)
            return osd_pending_pool_name(p, id);
    }
    return NULL;
}

static int edit_rule_rm(struct mon_op *op, struct crush_map *map)
{
    const char *name = command_str(op->cmd, "name", ""), *pool;
    int id = crush_rules_find(map, name);

    if (id < 0) {
        mon_op_status(op, "rule %s does not exist", name);
        return 0;
    }
    pool = pool_of_rule(op, id);
    if (pool)
        return mon_op_fail(op, -EBUSY, "crush rule %s (%d) is in use, by pool '%s'", name, id, pool);
    if (crush_rules_get(map, id))
        crush_rules_remove(map, (uint32_t)id);
    else
        crush_names_remove(&map->rule_names, id);
    return 1;
}

int osd_crush_command_rule_rm(struct mon_op *op)
{
    return osd_crush_change(op, edit_rule_rm);
}

static int edit_rule_rename(struct mon_op *op, struct crush_map *map)
{
    char *err = NULL;
    int r = crush_rules_rename(map, command_str(op->cmd, "srcname", ""), command_str(op->cmd, "dstname", ""),
                               &err);

    if (r)
        mon_op_status(op, "%s", err ? err : strerror(-r));
    free(err);
    if (r == -EALREADY)
        return 0;
    return r ? r : 1;
}

int osd_crush_command_rule_rename(struct mon_op *op)
{
    return osd_crush_change(op, edit_rule_rename);
}

/* ---- tunables ---- */

static int edit_tunables(struct mon_op *op, struct crush_map *map)
{
    const char *profile = command_str(op->cmd, "profile", "");
    /* The oldest profile has the oldest straws, too, here. */
    int r = crush_tunables_set_profile(&map->tunables, strcmp(profile, "argonaut") == 0 ? "legacy" : profile);

    if (r)
        return mon_op_fail(op, r, "there is no profile '%s' of tunables", profile);
    mon_op_status(op, "adjusted tunables profile to %s", profile);
    return 1;
}

int osd_crush_command_tunables(struct mon_op *op)
{
    return osd_crush_change(op, edit_tunables);
}

int osd_crush_command_show_tunables(struct mon_op *op)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    crush_tunables_format(osd_crush_map(op), &f);
    formatter_close(&f);
    return mon_op_json(op, formatter_to_json(&f), true);
}

/* straw_calc_version is the only one that can be set alone. */
static int edit_set_tunable(struct mon_op *op, struct crush_map *map)
{
    int64_t value = command_int(op->cmd, "value", -1);

    if (value != 0 && value != 1)
        return mon_op_fail(op, -EINVAL, "value must be 0 or 1; got %" PRId64, value);
    map->tunables.straw_calc_version = (uint8_t)value;
    mon_op_status(op, "adjusted tunable straw_calc_version to %" PRId64, value);
    return 1;
}

int osd_crush_command_set_tunable(struct mon_op *op)
{
    return osd_crush_change(op, edit_set_tunable);
}

int osd_crush_command_get_tunable(struct mon_op *op)
{
    int value = osd_crush_map(op)->tunables.straw_calc_version;

    if (op->json)
        return mon_op_json(op, json_pack("{s:i}", "straw_calc_version", value), false);
    return mon_op_printf(op, "%d\n", value);
}

static int edit_straw_to_straw2(struct mon_op *op UNUSED, struct crush_map *map)
{
    int changed = 0;

    for (uint32_t i = 0; i < map->max_buckets; i++) {
        struct crush_bucket *b = &map->buckets[i];
        if (b->alg != CRUSH_ALG_STRAW)
            continue;
        b->alg = CRUSH_ALG_STRAW2;
        free(b->extra);
        b->extra = NULL;
        changed++;
    }
    return changed;
}

int osd_crush_command_straw_to_straw2(struct mon_op *op)
{
    return osd_crush_change(op, edit_straw_to_straw2);
}
