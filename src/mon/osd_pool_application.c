/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a pool is for: applications, and what they note of themselves in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/command_sig.h"
#include "mon/json_text.h"
#include "mon/osd_monitor.h"
#include "mon/osd_pool_commands.h"
#include "mon/monitor.h"

enum {
    MAX_APPLICATIONS = 4,
    MAX_METADATA = 64, /* keys of one application */
    MAX_LENGTH = 128,  /* of names, keys and values */
};

static int check_length(struct mon_op *op, const char *what, const char *text)
{
    if (!text[0])
        return mon_op_fail(op, -EINVAL, "%s must be provided", what);
    if (strlen(text) > MAX_LENGTH)
        return mon_op_fail(op, -EINVAL, "%s '%s' is longer than %d", what, text, MAX_LENGTH);
    return 0;
}

static int edit_enable(struct mon_op *op, struct pg_pool *pool, int64_t id UNUSED, const char *name)
{
    const char *app = command_str(op->cmd, "app", "");
    bool known = pg_pool_find_application(pool, app);
    int r = check_length(op, "application name", app);

    if (r)
        return r;
    if (!known && pool->application_count && !command_bool(op->cmd, "yes_i_really_mean_it", false))
        return mon_op_fail(
            op, -EPERM, "pool '%s' has an application already; pass --yes-i-really-mean-it to enable another",
            name);
    if (!known && pool->application_count >= MAX_APPLICATIONS)
        return mon_op_fail(op, -EINVAL, "too many enabled applications on pool '%s'; max %d", name,
                           MAX_APPLICATIONS);
    if (!known && !pg_pool_add_application(pool, app))
        return -ENOMEM;
    mon_op_status(op, "enabled application '%s' on pool '%s'", app, name);
    return !known;
}

int osd_pool_command_application_enable(struct mon_op *op)
{
    return osd_pool_change(op, edit_enable);
}

static int edit_disable(struct mon_op *op, struct pg_pool *pool, int64_t id UNUSED, const char *name)
{
    const char *app = command_str(op->cmd, "app", "");

    if (!command_bool(op->cmd, "yes_i_really_mean_it", false))
        return mon_op_fail(
            op, -EPERM,
            "what '%s' has in pool '%s' may become unusable; pass --yes-i-really-mean-it if that is fine",
            app, name);
    if (!pg_pool_find_application(pool, app)) {
        mon_op_status(op, "application '%s' is not enabled on pool '%s'", app, name);
        return 0;
    }
    pg_pool_remove_application(pool, app);
    mon_op_status(op, "disable application '%s' on pool '%s'", app, name);
    return 1;
}

int osd_pool_command_application_disable(struct mon_op *op)
{
    return osd_pool_change(op, edit_disable);
}

static struct pool_application *enabled(struct pg_pool *pool, const char *app)
{
    return pg_pool_find_application(pool, app) ? pg_pool_add_application(pool, app) : NULL;
}

static int edit_set(struct mon_op *op, struct pg_pool *pool, int64_t id UNUSED, const char *name)
{
    const char *app = command_str(op->cmd, "app", ""), *key = command_str(op->cmd, "key", "");
    const char *value = command_str(op->cmd, "value", "");
    struct pool_application *a = enabled(pool, app);
    int r;

    if (!a)
        return mon_op_fail(op, -ENOENT, "application '%s' is not enabled on pool '%s'", app, name);
    r = check_length(op, "key", key);
    if (r)
        return r;
    if (strlen(value) > MAX_LENGTH)
        return mon_op_fail(op, -EINVAL, "value '%s' is longer than %d", value, MAX_LENGTH);
    if (!string_map_get(&a->metadata, key) && a->metadata.count >= MAX_METADATA)
        return mon_op_fail(op, -EINVAL, "too many application metadata keys; max %d", MAX_METADATA);
    r = string_map_set(&a->metadata, key, value);
    if (r)
        return r;
    mon_op_status(op, "set application '%s' key '%s' to '%s' on pool '%s'", app, key, value, name);
    return 1;
}

int osd_pool_command_application_set(struct mon_op *op)
{
    return osd_pool_change(op, edit_set);
}

static int edit_rm(struct mon_op *op, struct pg_pool *pool, int64_t id UNUSED, const char *name)
{
    const char *app = command_str(op->cmd, "app", ""), *key = command_str(op->cmd, "key", "");
    struct pool_application *a = enabled(pool, app);

    if (!a)
        return mon_op_fail(op, -ENOENT, "application '%s' is not enabled on pool '%s'", app, name);
    for (unsigned i = 0; i < a->metadata.count; i++) {
        if (strcmp(a->metadata.pairs[i].key, key) != 0)
            continue;
        free(a->metadata.pairs[i].key);
        free(a->metadata.pairs[i].value);
        array_remove(a->metadata.pairs, a->metadata.count--, sizeof(*a->metadata.pairs), i);
        mon_op_status(op, "removed application '%s' key '%s' on pool '%s'", app, key, name);
        return 1;
    }
    mon_op_status(op, "application '%s' on pool '%s' does not have key '%s'", app, name, key);
    return 0;
}

int osd_pool_command_application_rm(struct mon_op *op)
{
    return osd_pool_change(op, edit_rm);
}

/* ---- shown ---- */

static json_t *dump_metadata(const struct pool_application *a)
{
    json_t *o = json_object();

    for (unsigned i = 0; i < a->metadata.count; i++)
        json_object_set_new(o, a->metadata.pairs[i].key, json_text(a->metadata.pairs[i].value));
    return o;
}

static json_t *dump_applications(const struct pg_pool *pool)
{
    json_t *o = json_object();

    for (unsigned i = 0; i < pool->application_count; i++)
        json_object_set_new(o, pool->applications[i].name, dump_metadata(&pool->applications[i]));
    return o;
}

static json_t *dump_all(const struct osdmap *map)
{
    json_t *o = json_object();

    for (unsigned i = 0; i < map->pool_count; i++)
        json_object_set_new(o, map->pools[i].name, dump_applications(&map->pools[i].pool));
    return o;
}

int osd_pool_command_application_get(struct mon_op *op)
{
    const char *app = command_str(op->cmd, "app", ""), *key = command_str(op->cmd, "key", "");
    const struct pool_application *a;
    const struct osdmap_pool *p;
    const char *value;
    int r;

    if (!command_str(op->cmd, "pool", NULL))
        return mon_op_json(op, dump_all(osd_monitor_map(op->mon->services[MON_SERVICE_OSD])), true);
    r = osd_pool_named(op, &p);
    if (r)
        return r;
    if (!app[0])
        return mon_op_json(op, dump_applications(&p->pool), true);
    a = pg_pool_find_application(&p->pool, app);
    if (!a)
        return mon_op_fail(op, -ENOENT, "pool '%s' has no application '%s'", p->name, app);
    if (!key[0])
        return mon_op_json(op, dump_metadata(a), true);
    value = string_map_get(&a->metadata, key);
    if (!value)
        return mon_op_fail(op, -ENOENT, "application '%s' on pool '%s' has no key '%s'", app, p->name, key);
    return mon_op_printf(op, "%s\n", value);
}
