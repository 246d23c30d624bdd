/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_info_commands.h"

#include <errno.h>
#include <inttypes.h>

#include "common/command_sig.h"
#include "crush/crush_edit.h"
#include "mon/json_text.h"
#include "mon/monitor.h"
#include "mon/osd_arguments.h"
#include "mon/osd_metadata.h"
#include "mon/osd_monitor.h"
#include "mon/pg_dump.h"
#include "mon/pg_tables.h"
#include "types/ceph_release.h"
#include "types/entity_addr_dump.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

static const struct osdmap *newest(const struct mon_op *op)
{
    return osd_monitor_map(service(op));
}

/* ---- OSDs ---- */

static json_t *location(const struct crush_map *crush, int32_t item)
{
    const struct crush_bucket *b = crush_edit_parent(crush, item);
    json_t *o = json_object();

    for (; b; b = crush_edit_parent(crush, b->id)) {
        const char *type = crush_names_find(&crush->types, b->type);
        const char *name = crush_names_find(&crush->items, b->id);
        if (type && name)
            json_object_set_new(o, type, json_text(name));
    }
    return o;
}

int osd_command_find(struct mon_op *op)
{
    struct string_map metadata;
    char uuid[FSID_TEXT_LEN + 1];
    const char *host;
    json_t *o;
    int32_t osd;
    int r = osd_argument_existing(op, "id", newest(op), &osd);

    if (r)
        return r;
    o = json_object();
    json_object_set_new(o, "osd", json_integer(osd));
    json_object_set_new(o, "addrs", entity_addrvec_dump(&newest(op)->osds[osd].public_addrs));
    json_object_set_new(o, "osd_fsid", json_string(fsid_print(&newest(op)->osds[osd].uuid, uuid)));
    if (osd_metadata_load(&op->mon->store, osd, &metadata) == 0) {
        host = string_map_get(&metadata, "hostname");
        json_object_set_new(o, "host", json_text(host ? host : ""));
        string_map_destroy(&metadata);
    }
    json_object_set_new(o, "crush_location", location(osd_monitor_crush(service(op)), osd));
    return mon_op_json(op, o, true);
}

/* NULL: the OSD never booted. */
static json_t *dump_metadata(struct mon_op *op, int32_t osd)
{
    struct string_map metadata;
    json_t *o;

    if (osd_metadata_load(&op->mon->store, osd, &metadata))
        return NULL;
    o = json_pack("{s:i}", "id", osd);
    for (unsigned i = 0; i < metadata.count; i++)
        json_object_set_new(o, metadata.pairs[i].key, json_text(metadata.pairs[i].value));
    string_map_destroy(&metadata);
    return o;
}

int osd_command_metadata(struct mon_op *op)
{
    json_t *list, *o;
    int32_t osd;
    int r = osd_argument_id(op, "id", -1, &osd);

    if (r)
        return r;
    if (osd >= 0 && !osdmap_exists(newest(op), osd))
        return mon_op_fail(op, -ENOENT, "osd.%" PRId32 " does not exist", osd);
    if (osd >= 0) {
        o = dump_metadata(op, osd);
        return mon_op_json(op, o ? o : json_pack("{s:i}", "id", osd), true);
    }
    list = json_array();
    for (osd = 0; osd < (int32_t)newest(op)->max_osd; osd++) {
        o = osdmap_exists(newest(op), osd) ? dump_metadata(op, osd) : NULL;
        if (o)
            json_array_append_new(list, o);
    }
    return mon_op_json(op, list, true);
}

static json_t *osd_versions(struct monitor *mon)
{
    const struct osdmap *map = osd_monitor_map(mon->services[MON_SERVICE_OSD]);
    json_t *counts = json_object();

    for (int32_t osd = 0; osd < (int32_t)map->max_osd; osd++) {
        struct string_map metadata;
        const char *version;
        json_t *count;
        if (!osdmap_exists(map, osd) || osd_metadata_load(&mon->store, osd, &metadata))
            continue;
        version = string_map_get(&metadata, "ceph_version");
        count = json_object_get(counts, version ? version : "unknown");
        json_object_set_new(counts, version ? version : "unknown",
                            json_integer(count ? json_integer_value(count) + 1 : 1));
        string_map_destroy(&metadata);
    }
    return counts;
}

int osd_command_versions(struct mon_op *op)
{
    return mon_op_json(op, osd_versions(op->mon), true);
}

/* ---- objects ---- */

static void print_set(const struct osd_set *s, struct strbuf *out)
{
    strbuf_addc(out, '(');
    pg_tables_print_set(s, out);
    strbuf_printf(out, ", p%" PRId32 ")", s->primary);
}

int osd_command_map(struct mon_op *op)
{
    const char *pool_name = command_str(op->cmd, "pool", ""), *object = command_str(op->cmd, "object", "");
    const char *nspace = command_str(op->cmd, "nspace", "");
    const struct osdmap_pool *pool = osdmap_find_pool_by_name(newest(op), pool_name);
    struct osdmap_mapping mapping;
    struct strbuf text = STRBUF_INIT;
    char raw[PG_ID_TEXT_MAX], id[PG_ID_TEXT_MAX];
    struct pg_osds where;
    struct pg_id pg;
    int r;

    if (!pool)
        return mon_op_fail(op, -ENOENT, "pool %s does not exist", pool_name);
    r = osdmap_mapping_init(&mapping, newest(op));
    if (r)
        return r;
    pg = (struct pg_id){.pool = pool->id, .seed = osdmap_hash_object(nspace, NULL, object)};
    pg_id_print(pg, raw);
    pg = osdmap_pg_of_hash(pool, pg.seed);
    pg_id_print(pg, id);
    r = osdmap_map_pg(&mapping, pg, &where);
    osdmap_mapping_destroy(&mapping);
    if (r)
        return mon_op_fail(op, r, "pool %s has no crush rule", pool_name);
    if (op->json)
        return mon_op_json(op,
                           json_pack("{s:I, s:o, s:I, s:o, s:s, s:s, s:o, s:i, s:o, s:i}", "epoch",
                                     (json_int_t)newest(op)->epoch, "pool", json_text(pool_name), "pool_id",
                                     (json_int_t)pool->id, "objname", json_text(object), "raw_pgid", raw,
                                     "pgid", id, "up", pg_dump_set(&where.up), "up_primary", where.up.primary,
                                     "acting", pg_dump_set(&where.acting), "acting_primary",
                                     where.acting.primary),
                           false);
    strbuf_printf(&text, "osdmap e%u pool '%s' (%" PRId64 ") object '%s%s%s' -> pg %s (%s) -> up ",
                  newest(op)->epoch, pool_name, pool->id, nspace, *nspace ? "/" : "", object, raw, id);
    print_set(&where.up, &text);
    strbuf_add(&text, " acting ");
    print_set(&where.acting, &text);
    strbuf_addc(&text, '\n');
    return mon_op_steal_text(op, &text);
}

/* ---- demands ---- */

int osd_command_require_release(struct mon_op *op)
{
    enum ceph_release release = ceph_release_parse(command_str(op->cmd, "release", ""));
    struct osd_pending *p = osd_monitor_pending(service(op));

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    if (release < newest(op)->require_osd_release)
        return mon_op_fail(op, -EPERM, "require_osd_release cannot go back to an older release");
    if (release == newest(op)->require_osd_release && osd_monitor_unchanged(service(op)))
        return 0;
    p->inc.new_require_osd_release = (uint8_t)release;
    return osd_monitor_commit(service(op), op);
}

int osd_command_require_client(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "version", "");
    enum ceph_release release = ceph_release_parse(name);
    struct osd_pending *p = osd_monitor_pending(service(op));
    uint8_t least = crush_map_min_release(osd_monitor_crush(service(op)));

    if (release == CEPH_RELEASE_UNKNOWN)
        return mon_op_fail(op, -EINVAL, "version %s is not recognized", name);
    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    if (release < least)
        return mon_op_fail(op, -EPERM, "the crush map needs clients of %s or newer",
                           ceph_release_name(least));
    p->inc.new_require_min_compat_client = (uint8_t)release;
    mon_op_status(op, "set require_min_compat_client to %s", name);
    return osd_monitor_commit(service(op), op);
}

int osd_command_get_require_client(struct mon_op *op)
{
    const char *name = ceph_release_name(newest(op)->require_min_compat_client);

    return op->json ? mon_op_json(op, json_pack("{s:s}", "require_min_compat_client", name), false)
                    : mon_op_printf(op, "%s\n", name);
}

/* which: of the pending increment. */
static int set_ratio(struct mon_op *op, float *which, const char *what)
{
    double ratio = command_double(op->cmd, "ratio", 0);

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    *which = (float)ratio;
    mon_op_status(op, "osd set-%s-ratio %g", what, ratio);
    return osd_monitor_commit(service(op), op);
}

int osd_command_set_nearfull(struct mon_op *op)
{
    return set_ratio(op, &osd_monitor_pending(service(op))->inc.new_nearfull_ratio, "nearfull");
}

int osd_command_set_backfillfull(struct mon_op *op)
{
    return set_ratio(op, &osd_monitor_pending(service(op))->inc.new_backfillfull_ratio, "backfillfull");
}

int osd_command_set_full(struct mon_op *op)
{
    return set_ratio(op, &osd_monitor_pending(service(op))->inc.new_full_ratio, "full");
}
