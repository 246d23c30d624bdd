/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An OSDMap for programs: the members of `osd dump -f json`, in genuine Ceph's order. */
#include "crush/crush_map.h"
#include "maps/osdmap_internal.h"
#include "types/ceph_release.h"
#include "types/entity_addr_dump.h"

static void format_pools(const struct osdmap *m, struct formatter *f)
{
    formatter_open_array(f, "pools");
    for (unsigned i = 0; i < m->pool_count; i++) {
        const struct osdmap_pool *p = &m->pools[i];

        formatter_open_object(f, NULL);
        formatter_int(f, "pool", p->id);
        formatter_string(f, "pool_name", p->name ? p->name : "<unknown>");
        pg_pool_format(&p->pool, f);
        formatter_close(f);
    }
    formatter_close(f);
}

/* The one address that programs from before address vectors look at. */
static void format_old_addr(const struct entity_addrvec *v, const char *name, struct formatter *f)
{
    static const struct entity_addr blank;
    const struct entity_addr *a = entity_addrvec_find(v, ENTITY_ADDR_V1);
    char text[ENTITY_ADDR_TEXT_MAX];

    if (!a)
        a = v->count ? &v->addrs[0] : &blank;
    formatter_string(f, name, entity_addr_print_bare(a, text));
}

static void format_osd(const struct osdmap_osd *o, unsigned id, struct formatter *f)
{
    char uuid[FSID_TEXT_LEN + 1];

    formatter_open_object(f, NULL);
    formatter_uint(f, "osd", id);
    formatter_string(f, "uuid", fsid_print(&o->uuid, uuid));
    formatter_uint(f, "up", (o->state & OSD_UP) != 0);
    formatter_uint(f, "in", o->weight != 0);
    formatter_double(f, "weight", (double)o->weight / OSD_WEIGHT_ONE);
    formatter_double(f, "primary_affinity", (double)o->primary_affinity / OSD_WEIGHT_ONE);
    formatter_uint(f, "last_clean_begin", o->info.last_clean_begin);
    formatter_uint(f, "last_clean_end", o->info.last_clean_end);
    formatter_uint(f, "up_from", o->info.up_from);
    formatter_uint(f, "up_thru", o->info.up_thru);
    formatter_uint(f, "down_at", o->info.down_at);
    formatter_uint(f, "lost_at", o->info.lost_at);
    entity_addrvec_format(&o->public_addrs, "public_addrs", f);
    entity_addrvec_format(&o->cluster_addrs, "cluster_addrs", f);
    entity_addrvec_format(&o->hb_back_addrs, "heartbeat_back_addrs", f);
    entity_addrvec_format(&o->hb_front_addrs, "heartbeat_front_addrs", f);
    format_old_addr(&o->public_addrs, "public_addr", f);
    format_old_addr(&o->cluster_addrs, "cluster_addr", f);
    format_old_addr(&o->hb_back_addrs, "heartbeat_back_addr", f);
    format_old_addr(&o->hb_front_addrs, "heartbeat_front_addr", f);
    bit_names_format(&osd_state_names, o->state, "state", f);
    formatter_close(f);
}

static void format_xinfo(const struct osdmap_osd *o, unsigned id, struct formatter *f)
{
    const struct osd_xinfo *x = &o->xinfo;
    char time[UTIME_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_uint(f, "osd", id);
    formatter_string(f, "down_stamp", utime_print(x->down_stamp, time));
    formatter_double(f, "laggy_probability", (float)((double)x->laggy_probability / UINT32_MAX));
    formatter_uint(f, "laggy_interval", x->laggy_interval);
    formatter_uint(f, "features", x->features);
    formatter_uint(f, "old_weight", x->old_weight);
    formatter_string(f, "last_purged_snaps_scrub", utime_print(x->last_purged_snaps_scrub, time));
    formatter_uint(f, "dead_epoch", x->dead_epoch);
    formatter_close(f);
}

static void format_existing(const struct osdmap *m, const char *name,
                            void (*format)(const struct osdmap_osd *, unsigned, struct formatter *),
                            struct formatter *f)
{
    formatter_open_array(f, name);
    for (unsigned i = 0; i < m->max_osd; i++)
        if (osdmap_exists(m, (int32_t)i))
            format(&m->osds[i], i, f);
    formatter_close(f);
}

static void format_pg_osds(const struct osdmap_pg_osds *all, unsigned count, const char *name,
                           struct formatter *f)
{
    char pg[PG_ID_TEXT_MAX];

    formatter_open_array(f, name);
    for (unsigned i = 0; i < count; i++) {
        formatter_open_object(f, NULL);
        formatter_string(f, "pgid", pg_id_print(all[i].pg, pg));
        formatter_open_array(f, "osds");
        for (unsigned j = 0; j < all[i].count; j++)
            formatter_int(f, NULL, all[i].osds[j]);
        formatter_close(f);
        formatter_close(f);
    }
    formatter_close(f);
}

static void format_upmap_items(const struct osdmap *m, struct formatter *f)
{
    char pg[PG_ID_TEXT_MAX];

    formatter_open_array(f, "pg_upmap_items");
    for (unsigned i = 0; i < m->pg_upmap_item_count; i++) {
        const struct osdmap_pg_osds *p = &m->pg_upmap_items[i];

        formatter_open_object(f, NULL);
        formatter_string(f, "pgid", pg_id_print(p->pg, pg));
        formatter_open_array(f, "mappings");
        for (unsigned j = 0; j + 1 < p->count; j += 2) {
            formatter_open_object(f, NULL);
            formatter_int(f, "from", p->osds[j]);
            formatter_int(f, "to", p->osds[j + 1]);
            formatter_close(f);
        }
        formatter_close(f);
        formatter_close(f);
    }
    formatter_close(f);
}

/* Genuine Ceph writes the members one after the other, without objects around them. */
static void format_primary_temp(const struct osdmap *m, struct formatter *f)
{
    char pg[PG_ID_TEXT_MAX];

    formatter_open_array(f, "primary_temp");
    for (unsigned i = 0; i < m->primary_temp_count; i++) {
        formatter_string(f, NULL, pg_id_print(m->primary_temp[i].pg, pg));
        formatter_int(f, NULL, m->primary_temp[i].osd);
    }
    formatter_close(f);
}

static void format_blocklist(const struct osdmap_blocked *list, unsigned count, const char *name,
                             struct formatter *f)
{
    char addr[ENTITY_ADDR_TEXT_MAX], until[UTIME_TEXT_MAX];

    formatter_open_object(f, name);
    for (unsigned i = 0; i < count; i++)
        formatter_string(f, entity_addr_print(&list[i].addr, addr), utime_print(list[i].until, until));
    formatter_close(f);
}

static void format_profiles(const struct osdmap *m, struct formatter *f)
{
    formatter_open_object(f, "erasure_code_profiles");
    for (unsigned i = 0; i < m->profile_count; i++) {
        const struct string_map *s = &m->erasure_code_profiles[i].settings;

        formatter_open_object(f, m->erasure_code_profiles[i].name);
        for (unsigned j = 0; j < s->count; j++)
            formatter_string(f, s->pairs[j].key, s->pairs[j].value);
        formatter_close(f);
    }
    formatter_close(f);
}

static void format_pool_snaps(const struct osdmap_pool_snaps *all, unsigned count, const char *name,
                              struct formatter *f)
{
    formatter_open_array(f, name);
    for (unsigned i = 0; i < count; i++) {
        formatter_open_object(f, NULL);
        formatter_int(f, "pool", all[i].pool);
        interval_set_format(&all[i].snaps, "snaps", f);
        formatter_close(f);
    }
    formatter_close(f);
}

static void format_flags_of(const struct osdmap_flags_of *all, unsigned count,
                            const struct crush_names *names, const char *name, struct formatter *f)
{
    formatter_open_object(f, name);
    for (unsigned i = 0; i < count; i++) {
        const char *of = crush_names_find(names, all[i].id);
        char number[16];

        snprintf(number, sizeof(number), "%d", all[i].id);
        bit_names_format(&osd_state_names, all[i].flags, of ? of : number, f);
    }
    formatter_close(f);
}

/* The only part for which the names in the crush map are needed. */
static void format_node_flags(const struct osdmap *m, struct formatter *f)
{
    struct crush_map crush;

    if (osdmap_get_crush(m, &crush) < 0)
        crush_map_init(&crush);
    format_flags_of(m->crush_node_flags, m->node_flags_count, &crush.items, "crush_node_flags", f);
    format_flags_of(m->device_class_flags, m->class_flags_count, &crush.class_names, "device_class_flags", f);
    crush_map_destroy(&crush);
}

static void format_head(const struct osdmap *m, struct formatter *f)
{
    char fsid[FSID_TEXT_LEN + 1], time[UTIME_TEXT_MAX], set[OSDMAP_FLAGS_TEXT_MAX];

    formatter_uint(f, "epoch", m->epoch);
    formatter_string(f, "fsid", fsid_print(&m->fsid, fsid));
    formatter_string(f, "created", utime_print(m->created, time));
    formatter_string(f, "modified", utime_print(m->modified, time));
    formatter_string(f, "last_up_change", utime_print(m->last_up_change, time));
    formatter_string(f, "last_in_change", utime_print(m->last_in_change, time));
    formatter_string(f, "flags", osdmap_flags_print(m->flags, set));
    formatter_uint(f, "flags_num", m->flags);
    bit_names_format(&osdmap_flag_names, m->flags, "flags_set", f);
    formatter_uint(f, "crush_version", m->crush_version);
    formatter_double(f, "full_ratio", m->full_ratio);
    formatter_double(f, "backfillfull_ratio", m->backfillfull_ratio);
    formatter_double(f, "nearfull_ratio", m->nearfull_ratio);
    formatter_string(f, "cluster_snapshot", osdmap_cluster_snapshot(m));
    formatter_int(f, "pool_max", m->pool_max);
    formatter_uint(f, "max_osd", m->max_osd);
    formatter_string(f, "require_min_compat_client", ceph_release_name(m->require_min_compat_client));
    formatter_string(f, "min_compat_client", ceph_release_name(osdmap_min_compat_client(m)));
    formatter_string(f, "require_osd_release", ceph_release_name(m->require_osd_release));
}

static void format_stretch_mode(const struct osdmap *m, struct formatter *f)
{
    formatter_open_object(f, "stretch_mode");
    formatter_bool(f, "stretch_mode_enabled", m->stretch_mode);
    formatter_uint(f, "stretch_bucket_count", m->stretch_bucket_count);
    formatter_uint(f, "degraded_stretch_mode", m->degraded_stretch_mode);
    formatter_uint(f, "recovering_stretch_mode", m->recovering_stretch_mode);
    formatter_int(f, "stretch_mode_bucket", m->stretch_mode_bucket);
    formatter_close(f);
}

void osdmap_format(const struct osdmap *m, struct formatter *f)
{
    format_head(m, f);
    format_pools(m, f);
    format_existing(m, "osds", format_osd, f);
    format_existing(m, "osd_xinfo", format_xinfo, f);
    format_pg_osds(m->pg_upmap, m->pg_upmap_count, "pg_upmap", f);
    format_upmap_items(m, f);
    format_pg_osds(m->pg_temp, m->pg_temp_count, "pg_temp", f);
    format_primary_temp(m, f);
    format_blocklist(m->blocklist, m->blocked_count, "blocklist", f);
    format_blocklist(m->range_blocklist, m->range_blocked_count, "range_blocklist", f);
    format_profiles(m, f);
    format_pool_snaps(m->removed_snaps_queue, m->removed_queue_count, "removed_snaps_queue", f);
    format_pool_snaps(m->new_removed_snaps, m->new_removed_count, "new_removed_snaps", f);
    format_pool_snaps(m->new_purged_snaps, m->new_purged_count, "new_purged_snaps", f);
    format_node_flags(m, f);
    format_stretch_mode(m, f);
}

json_t *osdmap_dump(const struct osdmap *m)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    osdmap_format(m, &f);
    formatter_close(&f);
    return formatter_to_json(&f);
}
