/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_pool_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "mon/json_text.h"
#include "mon/osd_monitor.h"
#include "mon/osd_names.h"
#include "mon/osd_pools.h"
#include "mon/pg_status.h"
#include "mon/text_size.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

/* ---- what all share ---- */

int osd_pool_named(struct mon_op *op, const struct osdmap_pool **pool)
{
    const char *name = command_str(op->cmd, "pool", "");

    *pool = osdmap_find_pool_by_name(osd_monitor_map(service(op)), name);
    return *pool ? 0 : mon_op_fail(op, -ENOENT, "unrecognized pool '%s'", name);
}

/* The change is made, 1, or not needed, 0, or r says why not. */
static int finish(struct mon_op *op, int r)
{
    if (r < 0 || (r == 0 && osd_monitor_unchanged(service(op))))
        return r;
    return osd_monitor_commit(service(op), op);
}

int osd_pool_change(struct mon_op *op, osd_pool_edit edit)
{
    const char *name = command_str(op->cmd, "pool", "");
    struct osd_pending *p = osd_monitor_pending(service(op));
    struct pg_pool *pool;
    int64_t id;
    int r;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    id = osd_pending_pool_by_name(p, name);
    if (id < 0)
        return mon_op_fail(op, -ENOENT, "unrecognized pool '%s'", name);
    pool = osd_pending_edit_pool(p, id);
    if (!pool)
        return -ENOMEM;
    r = edit(op, pool, id, name);
    if (r > 0)
        pool->last_change = p->inc.epoch;
    return finish(op, r);
}

/* The line that why has as the op's. */
static void say(struct mon_op *op, struct strbuf *why)
{
    if (why->len)
        mon_op_status(op, "%s", strbuf_text(why));
    strbuf_destroy(why);
}

/* ---- made, removed, renamed ---- */

/* What genuine Ceph could make and we cannot. */
static int check_supported(struct mon_op *op)
{
    const char *mode = command_str(op->cmd, "autoscale_mode", "off");

    if (strcmp(command_str(op->cmd, "pool_type", "replicated"), "erasure") == 0)
        return mon_op_fail(op, -EOPNOTSUPP, "erasure coded pools are not supported");
    if (strcmp(mode, "off") != 0)
        return mon_op_fail(op, -EOPNOTSUPP,
                           "placement groups are not scaled automatically: autoscale_mode must be off");
    return 0;
}

int osd_pool_command_create(struct mon_op *op)
{
    const char *rule = command_str(op->cmd, "rule", "");
    struct osd_pool_spec spec = {.name = command_str(op->cmd, "pool", ""),
                                 .pg_num = command_int(op->cmd, "pg_num", 0),
                                 .pgp_num = command_int(op->cmd, "pgp_num", 0),
                                 .size = command_int(op->cmd, "size", 0),
                                 .expected_objects =
                                     (uint64_t)command_int(op->cmd, "expected_num_objects", 0),
                                 .rule_id = -1};
    struct strbuf why = STRBUF_INIT;
    struct pg_pool *pool;
    int r;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    /* For replicated pools the place of the profile is that of the rule. */
    spec.rule = rule[0] ? rule : command_str(op->cmd, "erasure_code_profile", "");
    r = check_supported(op);
    if (r == 0)
        r = osd_pools_create(op->mon, osd_monitor_pending(service(op)), &spec, &pool, &why);
    say(op, &why);
    if (r == -EEXIST)
        return finish(op, 0);
    if (r)
        return r;
    mon_op_status(op, "pool '%s' created", spec.name);
    return finish(op, 1);
}

int osd_pool_command_rm(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "pool", ""), *again = command_str(op->cmd, "pool2", "");
    struct strbuf why = STRBUF_INIT;
    struct osd_pending *p = osd_monitor_pending(service(op));
    int64_t id;
    int r;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    id = osd_pending_pool_by_name(p, name);
    if (id < 0) {
        mon_op_status(op, "pool '%s' does not exist", name);
        return finish(op, 0);
    }
    if (strcmp(name, again) != 0 || (!command_bool(op->cmd, "yes_i_really_really_mean_it", false) &&
                                     !command_bool(op->cmd, "yes_i_really_really_mean_it_not_faking", false)))
        return mon_op_fail(
            op, -EPERM,
            "all data in pool %s would be lost for ever: if that is what you want, give its name twice, "
            "and then --yes-i-really-really-mean-it",
            name);
    r = osd_pools_remove(op->mon, p, id, &why);
    say(op, &why);
    if (r)
        return r;
    mon_op_status(op, "pool '%s' removed", name);
    return finish(op, 1);
}

int osd_pool_command_rename(struct mon_op *op)
{
    const char *from = command_str(op->cmd, "srcpool", ""), *to = command_str(op->cmd, "destpool", "");
    struct osd_pending *p = osd_monitor_pending(service(op));
    int64_t id, other;
    int r;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    id = osd_pending_pool_by_name(p, from);
    other = osd_pending_pool_by_name(p, to);
    if (id < 0 && other >= 0) {
        mon_op_status(op, "pool '%s' does not exist; pool '%s' does -- assuming successful rename", from, to);
        return finish(op, 0);
    }
    if (id < 0)
        return mon_op_fail(op, -ENOENT, "unrecognized pool '%s'", from);
    if (other >= 0)
        return mon_op_fail(op, -EEXIST, "pool '%s' already exists", to);
    if (!to[0])
        return mon_op_fail(op, -EINVAL, "a pool must have a name");
    r = osd_pending_rename_pool(p, id, to);
    if (r)
        return r;
    mon_op_status(op, "pool '%s' renamed to '%s'", from, to);
    return finish(op, 1);
}

/* ---- listed ---- */

static int show_details(struct mon_op *op, const struct osdmap *map)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    int r;

    if (f) {
        osdmap_print_pools(map, f);
        fclose(f);
    }
    r = text ? mon_op_bytes(op, text, len) : -ENOMEM;
    free(text);
    return r;
}

/* The pools of `osd dump`, where their number is called "pool". */
static json_t *dump_pools(const struct osdmap *map)
{
    json_t *dump = osdmap_dump(map), *pools = json_array(), *pool, *named;
    size_t i;

    json_array_foreach(json_object_get(dump, "pools"), i, pool)
    {
        named = json_pack("{s:O}", "pool_id", json_object_get(pool, "pool"));
        json_object_del(pool, "pool");
        json_object_update(named, pool);
        json_array_append_new(pools, named);
    }
    json_decref(dump);
    return pools;
}

int osd_pool_command_ls(struct mon_op *op)
{
    const struct osdmap *map = osd_monitor_map(service(op));
    json_t *list;

    if (command_str(op->cmd, "detail", NULL))
        return op->json ? mon_op_json(op, dump_pools(map), false) : show_details(op, map);
    list = json_array();
    for (unsigned i = 0; i < map->pool_count; i++)
        json_array_append_new(list, json_text(map->pools[i].name));
    return osd_names_show(op, list);
}

/* ---- quotas ---- */

int osd_pool_parse_count(const char *text, uint64_t base, uint64_t *out)
{
    static const char units[] = "KMGTPE";
    const char *unit;
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno || text[0] < '0' || text[0] > '9')
        return -EINVAL;
    unit = *end ? strchr(units, *end) : NULL;
    if (*end && (!unit || (end[1] && strcmp(end + 1, "i") != 0 && strcmp(end + 1, "B") != 0)))
        return -EINVAL;
    for (const char *u = units; unit && u <= unit; u++)
        if (__builtin_mul_overflow(*out, base, out))
            return -EINVAL;
    return 0;
}

static int edit_quota(struct mon_op *op, struct pg_pool *pool, int64_t id UNUSED, const char *name)
{
    const char *field = command_str(op->cmd, "field", ""), *text = command_str(op->cmd, "val", "");
    bool bytes = strcmp(field, "max_bytes") == 0;
    uint64_t value;

    /* Bytes by powers of 1024, objects by those of 1000. */
    if (osd_pool_parse_count(text, bytes ? 1024 : 1000, &value))
        return mon_op_fail(op, -EINVAL, "error parsing value '%s': it is no count", text);
    if (bytes)
        pool->quota_max_bytes = value;
    else
        pool->quota_max_objects = value;
    mon_op_status(op, "set-quota %s = %" PRIu64 " for pool %s", field, value, name);
    return 1;
}

int osd_pool_command_set_quota(struct mon_op *op)
{
    return osd_pool_change(op, edit_quota);
}

static json_t *dump_quota(const struct osdmap_pool *p, const struct object_stat_sum *sum)
{
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I}", "pool_name", json_text(p->name), "pool_id",
                     (json_int_t)p->id, "quota_max_objects", (json_int_t)p->pool.quota_max_objects,
                     "current_num_objects", (json_int_t)sum->num_objects, "quota_max_bytes",
                     (json_int_t)p->pool.quota_max_bytes, "current_num_bytes", (json_int_t)sum->num_bytes);
}

int osd_pool_command_get_quota(struct mon_op *op)
{
    struct strbuf text = STRBUF_INIT;
    const struct osdmap_pool *p;
    struct object_stat_sum sum;
    char most[TEXT_SIZE_MAX];
    int r = osd_pool_named(op, &p);

    if (r)
        return r;
    sum = pg_map_sum(osd_monitor_pg_map(service(op)), p->id).stats;
    if (op->json)
        return mon_op_json(op, dump_quota(p, &sum), false);
    strbuf_printf(&text, "quotas for pool '%s':\n  max objects: ", p->name);
    if (p->pool.quota_max_objects)
        strbuf_printf(&text, "%s objects  (current num objects: %" PRId64 " objects)",
                      text_size_count(most, p->pool.quota_max_objects), sum.num_objects);
    else
        strbuf_add(&text, "N/A");
    strbuf_add(&text, "\n  max bytes  : ");
    if (p->pool.quota_max_bytes)
        strbuf_printf(&text, "%s  (current num bytes: %" PRId64 " bytes)",
                      text_size_bytes(most, p->pool.quota_max_bytes), sum.num_bytes);
    else
        strbuf_add(&text, "N/A");
    return mon_op_steal_text(op, &text);
}

/* ---- what goes on ---- */

static void print_stats(const struct osdmap_pool *p, const struct pg_map_rates *rates, struct strbuf *out)
{
    strbuf_printf(out, "pool %s id %" PRId64 "\n", p->name, p->id);
    if (rates->reads || rates->writes) {
        strbuf_add(out, "  client io ");
        pg_status_print_rates(rates, out);
        strbuf_add(out, "\n\n");
    } else {
        strbuf_add(out, "  nothing is going on\n\n");
    }
}

static json_t *dump_stats(const struct osdmap_pool *p, const struct pg_map_rates *rates)
{
    json_t *o = json_pack("{s:o, s:I, s:{}, s:{}, s:{}}", "pool_name", json_text(p->name), "pool_id",
                          (json_int_t)p->id, "recovery", "recovery_rate", "client_io_rate");

    pg_status_add_rates(json_object_get(o, "client_io_rate"), rates);
    return o;
}

int osd_pool_command_stats(struct mon_op *op)
{
    const char *only = command_str(op->cmd, "pool_name", NULL);
    const struct osdmap *map = osd_monitor_map(service(op));
    const struct pg_map *pgs = osd_monitor_pg_map(service(op));
    struct strbuf text = STRBUF_INIT;
    json_t *list;

    if (only && !osdmap_find_pool_by_name(map, only))
        return mon_op_fail(op, -ENOENT, "unrecognized pool '%s'", only);
    list = json_array();
    for (unsigned i = 0; i < map->pool_count; i++) {
        struct pg_map_rates rates = pg_map_rates(pgs, map->pools[i].id);
        if (only && strcmp(map->pools[i].name, only))
            continue;
        print_stats(&map->pools[i], &rates, &text);
        json_array_append_new(list, dump_stats(&map->pools[i], &rates));
    }
    if (!map->pool_count)
        strbuf_add(&text, "there are no pools!");
    if (!op->json) {
        json_decref(list);
        return mon_op_steal_text(op, &text);
    }
    strbuf_destroy(&text);
    return mon_op_json(op, list, false);
}

/* ---- not there ---- */

int osd_pool_command_snap(struct mon_op *op)
{
    return mon_op_fail(op, -EOPNOTSUPP, "snapshots are not supported");
}

int osd_pool_command_tier(struct mon_op *op)
{
    return mon_op_fail(op, -EOPNOTSUPP, "cache tiers are not supported");
}
