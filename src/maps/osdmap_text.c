/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An OSDMap for people, in the shape of genuine tools. */
#include <inttypes.h>
#include <stdlib.h>

#include "crush/crush_map.h"
#include "maps/osdmap_internal.h"
#include "types/ceph_release.h"

/* Genuine Ceph prints them in this order; full and nearfull are of the past and have no name. */
static const struct bit_name flags[] = {
    {OSDMAP_PAUSERD, "pauserd"},
    {OSDMAP_PAUSEWR, "pausewr"},
    {OSDMAP_PAUSEREC, "pauserec"},
    {OSDMAP_NOUP, "noup"},
    {OSDMAP_NODOWN, "nodown"},
    {OSDMAP_NOOUT, "noout"},
    {OSDMAP_NOIN, "noin"},
    {OSDMAP_NOBACKFILL, "nobackfill"},
    {OSDMAP_NOREBALANCE, "norebalance"},
    {OSDMAP_NORECOVER, "norecover"},
    {OSDMAP_NOSCRUB, "noscrub"},
    {OSDMAP_NODEEP_SCRUB, "nodeep-scrub"},
    {OSDMAP_NOTIERAGENT, "notieragent"},
    {OSDMAP_NOSNAPTRIM, "nosnaptrim"},
    {OSDMAP_SORTBITWISE, "sortbitwise"},
    {OSDMAP_RECOVERY_DELETES, "recovery_deletes"},
    {OSDMAP_PURGED_SNAPDIRS, "purged_snapdirs"},
    {OSDMAP_PGLOG_HARDLIMIT, "pglog_hardlimit"},
};

const struct bit_names osdmap_flag_names = {flags, ARRAY_SIZE(flags)};

static const struct bit_name states[] = {
    {OSD_EXISTS, "exists"},
    {OSD_UP, "up"},
    {OSD_AUTOOUT, "autoout"},
    {OSD_NEW, "new"},
    {OSD_FULL, "full"},
    {OSD_NEARFULL, "nearfull"},
    {OSD_BACKFILLFULL, "backfillfull"},
    {OSD_DESTROYED, "destroyed"},
    {OSD_NOUP, "noup"},
    {OSD_NODOWN, "nodown"},
    {OSD_NOIN, "noin"},
    {OSD_NOOUT, "noout"},
    {OSD_STOP, "stop"},
};
const struct bit_names osd_state_names = {states, ARRAY_SIZE(states)};

#define STATE_TEXT_MAX 160

const char *osdmap_flags_print(uint32_t bits, char buf[static OSDMAP_FLAGS_TEXT_MAX])
{
    return bit_names_print(&osdmap_flag_names, bits, buf, OSDMAP_FLAGS_TEXT_MAX);
}

uint32_t osdmap_flag_parse(const char *name)
{
    return (uint32_t)bit_names_parse(&osdmap_flag_names, name);
}

uint8_t osdmap_min_compat_client(const struct osdmap *m)
{
    struct crush_map crush;
    uint8_t release;

    if (m->pg_upmap_count || m->pg_upmap_item_count)
        return CEPH_RELEASE_LUMINOUS;
    if (osdmap_get_crush(m, &crush) < 0)
        return CEPH_RELEASE_UNKNOWN;
    release = crush_map_min_release(&crush);
    crush_map_destroy(&crush);
    return release;
}

const char *osdmap_cluster_snapshot(const struct osdmap *m)
{
    return m->cluster_snapshot && m->cluster_snapshot_epoch == m->epoch ? m->cluster_snapshot : "";
}

static void print_head(const struct osdmap *m, FILE *out)
{
    char fsid[FSID_TEXT_LEN + 1], time[UTIME_TEXT_MAX], set[OSDMAP_FLAGS_TEXT_MAX];

    fprintf(out, "epoch %u\nfsid %s\n", m->epoch, fsid_print(&m->fsid, fsid));
    fprintf(out, "created %s\n", utime_print(m->created, time));
    fprintf(out, "modified %s\n", utime_print(m->modified, time));
    fprintf(out, "flags %s\ncrush_version %u\n", osdmap_flags_print(m->flags, set), m->crush_version);
    fprintf(out, "full_ratio %g\nbackfillfull_ratio %g\nnearfull_ratio %g\n", (double)m->full_ratio,
            (double)m->backfillfull_ratio, (double)m->nearfull_ratio);
    if (m->require_min_compat_client)
        fprintf(out, "require_min_compat_client %s\n", ceph_release_name(m->require_min_compat_client));
    fprintf(out, "min_compat_client %s\n", ceph_release_name(osdmap_min_compat_client(m)));
    if (m->require_osd_release)
        fprintf(out, "require_osd_release %s\n", ceph_release_name(m->require_osd_release));
    fprintf(out, "stretch_mode_enabled %s\n", m->stretch_mode ? "true" : "false");
    if (m->stretch_mode)
        fprintf(out,
                "stretch_bucket_count %u\ndegraded_stretch_mode %u\nrecovering_stretch_mode %u\n"
                "stretch_mode_bucket %d\n",
                m->stretch_bucket_count, m->degraded_stretch_mode, m->recovering_stretch_mode,
                m->stretch_mode_bucket);
    if (*osdmap_cluster_snapshot(m))
        fprintf(out, "cluster_snapshot %s\n", osdmap_cluster_snapshot(m));
}

static void print_pool(const struct osdmap *m, const struct osdmap_pool *p, FILE *out)
{
    char stamp[UTIME_TEXT_MAX];

    fprintf(out, "pool %" PRId64 " '%s' ", p->id, p->name ? p->name : "<unknown>");
    pg_pool_print(&p->pool, out);
    fputc('\n', out);
    for (unsigned i = 0; i < p->pool.snap_count; i++)
        fprintf(out, "\tsnap %" PRIx64 " '%s' %s\n", p->pool.snaps[i].id, p->pool.snaps[i].name,
                utime_print(p->pool.snaps[i].stamp, stamp));
    if (p->pool.removed_snaps.count) {
        fputs("\tremoved_snaps ", out);
        interval_set_print(&p->pool.removed_snaps, out);
        fputc('\n', out);
    }
    for (unsigned i = 0; i < m->removed_queue_count; i++)
        if (m->removed_snaps_queue[i].pool == p->id) {
            fputs("\tremoved_snaps_queue ", out);
            interval_set_print(&m->removed_snaps_queue[i].snaps, out);
            fputc('\n', out);
        }
}

static void print_addrs(const struct entity_addrvec *v, FILE *out)
{
    char *text = v->count ? entity_addrvec_print(v) : NULL;

    fprintf(out, " %s", text ? text : "");
    free(text);
}

static void print_osd(const struct osdmap *m, unsigned id, FILE *out)
{
    const struct osdmap_osd *o = &m->osds[id];
    char uuid[FSID_TEXT_LEN + 1], state[STATE_TEXT_MAX];

    fprintf(out, "osd.%u %s %s weight %g", id, o->state & OSD_UP ? "up  " : "down", o->weight ? "in " : "out",
            (double)o->weight / OSD_WEIGHT_ONE);
    if (o->primary_affinity != OSD_WEIGHT_ONE)
        fprintf(out, " primary_affinity %g", (double)o->primary_affinity / OSD_WEIGHT_ONE);
    fprintf(out, " up_from %u up_thru %u down_at %u last_clean_interval [%u,%u)", o->info.up_from,
            o->info.up_thru, o->info.down_at, o->info.last_clean_begin, o->info.last_clean_end);
    if (o->info.lost_at)
        fprintf(out, " lost_at %u", o->info.lost_at);
    print_addrs(&o->public_addrs, out);
    print_addrs(&o->cluster_addrs, out);
    fprintf(out, " %s", bit_names_print_sorted(&osd_state_names, o->state, state, sizeof(state)));
    if (!fsid_is_zero(&o->uuid))
        fprintf(out, " %s", fsid_print(&o->uuid, uuid));
    fputc('\n', out);
}

static void print_pg_osds(const char *what, const struct osdmap_pg_osds *list, unsigned count, FILE *out)
{
    char pg[PG_ID_TEXT_MAX];

    for (unsigned i = 0; i < count; i++) {
        fprintf(out, "%s %s [", what, pg_id_print(list[i].pg, pg));
        for (unsigned j = 0; j < list[i].count; j++)
            fprintf(out, "%s%d", j ? "," : "", list[i].osds[j]);
        fputs("]\n", out);
    }
}

static void print_blocklist(const char *what, const struct osdmap_blocked *list, unsigned count, FILE *out)
{
    char addr[ENTITY_ADDR_TEXT_MAX], until[UTIME_TEXT_MAX];

    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s %s expires %s\n", what, entity_addr_print(&list[i].addr, addr),
                utime_print(list[i].until, until));
}

void osdmap_print_pools(const struct osdmap *m, FILE *out)
{
    for (unsigned i = 0; i < m->pool_count; i++)
        print_pool(m, &m->pools[i], out);
}

void osdmap_print(const struct osdmap *m, bool spaced, FILE *out)
{
    const char *gap = spaced ? "\n" : "";
    char pg[PG_ID_TEXT_MAX];

    print_head(m, out);
    fputs(gap, out);
    osdmap_print_pools(m, out);
    fprintf(out, "%smax_osd %u\n", gap, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        if (osdmap_exists(m, (int32_t)i))
            print_osd(m, i, out);
    fputs(gap, out);
    print_pg_osds("pg_upmap", m->pg_upmap, m->pg_upmap_count, out);
    print_pg_osds("pg_upmap_items", m->pg_upmap_items, m->pg_upmap_item_count, out);
    print_pg_osds("pg_temp", m->pg_temp, m->pg_temp_count, out);
    for (unsigned i = 0; i < m->primary_temp_count; i++)
        fprintf(out, "primary_temp %s %d\n", pg_id_print(m->primary_temp[i].pg, pg), m->primary_temp[i].osd);
    print_blocklist("blocklist", m->blocklist, m->blocked_count, out);
    print_blocklist("range blocklist", m->range_blocklist, m->range_blocked_count, out);
}
