/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An OSDMap for programs: the object of `osd dump -f json`, its members in genuine Ceph's order. */
#include <stdlib.h>
#include <string.h>

#include "crush/crush_map.h"
#include "maps/osdmap_internal.h"
#include "types/ceph_release.h"
#include "types/dump_util.h"
#include "types/entity_addr_dump.h"

/* Appends item, or forgets list where something is missing; both references are taken. */
static json_t *append(json_t *list, json_t *item)
{
    if (list && json_array_append_new(list, item) == 0)
        return list;
    if (!list)
        json_decref(item);
    json_decref(list);
    return NULL;
}

static json_t *set(json_t *object, const char *key, json_t *value)
{
    if (!object) {
        json_decref(value);
        return NULL;
    }
    /* A key that is no UTF-8 cannot be shown; the rest can. */
    (void)json_object_set_new(object, key, value);
    return object;
}

static json_t *dump_pools(const struct osdmap *m)
{
    json_t *list = json_array();

    for (unsigned i = 0; list && i < m->pool_count; i++) {
        const struct osdmap_pool *p = &m->pools[i];
        json_t *pool = json_pack("{s:I, s:o}", "pool", (json_int_t)p->id, "pool_name",
                                 dump_text(p->name ? p->name : "<unknown>"));
        if (pool && pg_pool_dump(&p->pool, pool) < 0) {
            json_decref(pool);
            pool = NULL;
        }
        list = append(list, pool);
    }
    return list;
}

static json_t *dump_osd_addr(const struct entity_addrvec *v)
{
    static const struct entity_addr blank;
    const struct entity_addr *a = entity_addrvec_find(v, ENTITY_ADDR_V1);
    char text[ENTITY_ADDR_TEXT_MAX];

    if (!a)
        a = v->count ? &v->addrs[0] : &blank;
    return json_string(entity_addr_print_bare(a, text));
}

static json_t *dump_osd(const struct osdmap *m, unsigned id)
{
    const struct osdmap_osd *o = &m->osds[id];
    char uuid[FSID_TEXT_LEN + 1];

    return json_pack(
        "{s:i, s:s, s:i, s:i, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
        " s:o}",
        "osd", id, "uuid", fsid_print(&o->uuid, uuid), "up", (o->state & OSD_UP) != 0, "in", o->weight != 0,
        "weight", dump_real((double)o->weight / OSD_WEIGHT_ONE), "primary_affinity",
        dump_real((double)o->primary_affinity / OSD_WEIGHT_ONE), "last_clean_begin",
        (json_int_t)o->info.last_clean_begin, "last_clean_end", (json_int_t)o->info.last_clean_end, "up_from",
        (json_int_t)o->info.up_from, "up_thru", (json_int_t)o->info.up_thru, "down_at",
        (json_int_t)o->info.down_at, "lost_at", (json_int_t)o->info.lost_at, "public_addrs",
        entity_addrvec_dump(&o->public_addrs), "cluster_addrs", entity_addrvec_dump(&o->cluster_addrs),
        "heartbeat_back_addrs", entity_addrvec_dump(&o->hb_back_addrs), "heartbeat_front_addrs",
        entity_addrvec_dump(&o->hb_front_addrs), "public_addr", dump_osd_addr(&o->public_addrs),
        "cluster_addr", dump_osd_addr(&o->cluster_addrs), "heartbeat_back_addr",
        dump_osd_addr(&o->hb_back_addrs), "heartbeat_front_addr", dump_osd_addr(&o->hb_front_addrs), "state",
        dump_bit_set(o->state, &osd_state_names));
}

static json_t *dump_xinfo(const struct osdmap *m, unsigned id)
{
    const struct osd_xinfo *x = &m->osds[id].xinfo;
    char down[UTIME_TEXT_MAX], purged[UTIME_TEXT_MAX];

    return json_pack(
        "{s:i, s:s, s:o, s:I, s:I, s:I, s:s, s:I}", "osd", id, "down_stamp", utime_print(x->down_stamp, down),
        "laggy_probability", dump_real((float)((double)x->laggy_probability / UINT32_MAX)), "laggy_interval",
        (json_int_t)x->laggy_interval, "features", (json_int_t)x->features, "old_weight",
        (json_int_t)x->old_weight, "last_purged_snaps_scrub", utime_print(x->last_purged_snaps_scrub, purged),
        "dead_epoch", (json_int_t)x->dead_epoch);
}

static json_t *dump_existing(const struct osdmap *m, json_t *(*dump)(const struct osdmap *, unsigned))
{
    json_t *list = json_array();

    for (unsigned i = 0; list && i < m->max_osd; i++)
        if (osdmap_exists(m, (int32_t)i))
            list = append(list, dump(m, i));
    return list;
}

static json_t *dump_osd_ids(const struct osdmap_pg_osds *p)
{
    json_t *list = json_array();

    for (unsigned i = 0; list && i < p->count; i++)
        list = append(list, json_integer(p->osds[i]));
    return list;
}

static json_t *dump_pg_osds(const struct osdmap_pg_osds *all, unsigned count)
{
    json_t *list = json_array();
    char pg[PG_ID_TEXT_MAX];

    for (unsigned i = 0; list && i < count; i++)
        list = append(
            list, json_pack("{s:s, s:o}", "pgid", pg_id_print(all[i].pg, pg), "osds", dump_osd_ids(&all[i])));
    return list;
}

static json_t *dump_upmap_items(const struct osdmap *m)
{
    json_t *list = json_array();
    char pg[PG_ID_TEXT_MAX];

    for (unsigned i = 0; list && i < m->pg_upmap_item_count; i++) {
        const struct osdmap_pg_osds *p = &m->pg_upmap_items[i];
        json_t *pairs = json_array();
        for (unsigned j = 0; pairs && j + 1 < p->count; j += 2)
            pairs = append(pairs, json_pack("{s:i, s:i}", "from", p->osds[j], "to", p->osds[j + 1]));
        list = append(list, json_pack("{s:s, s:o}", "pgid", pg_id_print(p->pg, pg), "mappings", pairs));
    }
    return list;
}

/* Genuine Ceph writes the members one after the other, without objects around them. */
static json_t *dump_primary_temp(const struct osdmap *m)
{
    json_t *list = json_array();
    char pg[PG_ID_TEXT_MAX];

    for (unsigned i = 0; list && i < m->primary_temp_count; i++) {
        list = append(list, json_string(pg_id_print(m->primary_temp[i].pg, pg)));
        list = append(list, json_integer(m->primary_temp[i].osd));
    }
    return list;
}

static json_t *dump_blocklist(const struct osdmap_blocked *list, unsigned count)
{
    json_t *object = json_object();
    char addr[ENTITY_ADDR_TEXT_MAX], until[UTIME_TEXT_MAX];

    for (unsigned i = 0; object && i < count; i++)
        object = set(object, entity_addr_print(&list[i].addr, addr),
                     json_string(utime_print(list[i].until, until)));
    return object;
}

static json_t *dump_profiles(const struct osdmap *m)
{
    json_t *all = json_object();

    for (unsigned i = 0; all && i < m->profile_count; i++) {
        const struct string_map *s = &m->erasure_code_profiles[i].settings;
        json_t *one = json_object();
        for (unsigned j = 0; j < s->count; j++)
            one = set(one, s->pairs[j].key, dump_text(s->pairs[j].value));
        all = set(all, m->erasure_code_profiles[i].name, one);
    }
    return all;
}

static json_t *dump_pool_snaps(const struct osdmap_pool_snaps *all, unsigned count)
{
    json_t *list = json_array();

    for (unsigned i = 0; list && i < count; i++)
        list = append(list, json_pack("{s:I, s:o}", "pool", (json_int_t)all[i].pool, "snaps",
                                      interval_set_dump(&all[i].snaps)));
    return list;
}

static json_t *dump_flags_of(const struct osdmap *m, const struct osdmap_flags_of *all, unsigned count,
                             bool classes)
{
    json_t *object = json_object();
    struct crush_map crush;
    struct decode d;

    decode_init(&d, m->crush, m->crush_len);
    if (crush_map_decode(&crush, &d) < 0)
        crush_map_init(&crush);
    for (unsigned i = 0; object && i < count; i++) {
        const char *name = crush_names_find(classes ? &crush.class_names : &crush.items, all[i].id);
        char number[16];
        snprintf(number, sizeof(number), "%d", all[i].id);
        object = set(object, name ? name : number, dump_bit_set(all[i].flags, &osd_state_names));
    }
    crush_map_destroy(&crush);
    return object;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static json_t *dump_flags_set(uint32_t flags)
{
    char text[OSDMAP_FLAGS_TEXT_MAX], *names[32], *rest = text;
    json_t *list = json_array();
    size_t n = 0;

    osdmap_flags_print(flags, text);
    for (char *name; (name = strsep(&rest, ",")) && *name;)
        names[n++] = name;
    qsort(names, n, sizeof(*names), compare_strings);
    for (size_t i = 0; list && i < n; i++)
        list = append(list, json_string(names[i]));
    return list;
}

static json_t *dump_head(const struct osdmap *m)
{
    char fsid[FSID_TEXT_LEN + 1], created[UTIME_TEXT_MAX], modified[UTIME_TEXT_MAX], up[UTIME_TEXT_MAX],
        in[UTIME_TEXT_MAX], flags[OSDMAP_FLAGS_TEXT_MAX];

    return json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:i, s:I, s:s, s:s, s:s}",
        "epoch", (json_int_t)m->epoch, "fsid", fsid_print(&m->fsid, fsid), "created",
        utime_print(m->created, created), "modified", utime_print(m->modified, modified), "last_up_change",
        utime_print(m->last_up_change, up), "last_in_change", utime_print(m->last_in_change, in), "flags",
        osdmap_flags_print(m->flags, flags), "flags_num", (json_int_t)m->flags, "flags_set",
        dump_flags_set(m->flags), "crush_version", (json_int_t)m->crush_version, "full_ratio",
        dump_real((double)m->full_ratio), "backfillfull_ratio", dump_real((double)m->backfillfull_ratio),
        "nearfull_ratio", dump_real((double)m->nearfull_ratio), "cluster_snapshot",
        dump_text(osdmap_cluster_snapshot(m)), "pool_max", m->pool_max, "max_osd", (json_int_t)m->max_osd,
        "require_min_compat_client", ceph_release_name(m->require_min_compat_client), "min_compat_client",
        ceph_release_name(osdmap_min_compat_client(m)), "require_osd_release",
        ceph_release_name(m->require_osd_release));
}

static json_t *dump_placement(const struct osdmap *m)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "pools", dump_pools(m), "osds",
                     dump_existing(m, dump_osd), "osd_xinfo", dump_existing(m, dump_xinfo), "pg_upmap",
                     dump_pg_osds(m->pg_upmap, m->pg_upmap_count), "pg_upmap_items", dump_upmap_items(m),
                     "pg_temp", dump_pg_osds(m->pg_temp, m->pg_temp_count), "primary_temp",
                     dump_primary_temp(m));
}

static json_t *dump_rest(const struct osdmap *m)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:b, s:I, s:I, s:I, s:i}}", "blocklist",
        dump_blocklist(m->blocklist, m->blocked_count), "range_blocklist",
        dump_blocklist(m->range_blocklist, m->range_blocked_count), "erasure_code_profiles", dump_profiles(m),
        "removed_snaps_queue", dump_pool_snaps(m->removed_snaps_queue, m->removed_queue_count),
        "new_removed_snaps", dump_pool_snaps(m->new_removed_snaps, m->new_removed_count), "new_purged_snaps",
        dump_pool_snaps(m->new_purged_snaps, m->new_purged_count), "crush_node_flags",
        dump_flags_of(m, m->crush_node_flags, m->node_flags_count, false), "device_class_flags",
        dump_flags_of(m, m->device_class_flags, m->class_flags_count, true), "stretch_mode",
        "stretch_mode_enabled", m->stretch_mode, "stretch_bucket_count", (json_int_t)m->stretch_bucket_count,
        "degraded_stretch_mode", (json_int_t)m->degraded_stretch_mode, "recovering_stretch_mode",
        (json_int_t)m->recovering_stretch_mode, "stretch_mode_bucket", m->stretch_mode_bucket);
}

json_t *osdmap_dump(const struct osdmap *m)
{
    json_t *parts[] = {dump_head(m), dump_placement(m), dump_rest(m)}, *all = json_object();

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (all && (!parts[i] || json_object_update(all, parts[i]) < 0)) {
            json_decref(all);
            all = NULL;
        }
        json_decref(parts[i]);
    }
    return all;
}
