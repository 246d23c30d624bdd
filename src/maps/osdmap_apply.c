/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osdmap_apply: makes the next epoch of an OSDMap, in the order in which Ceph applies changes: see 3.5 of the
 * mon/osd wire sheet, and src/test/unit/maps/test_osdmap_incremental.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "maps/osdmap_incremental.h"
#include "maps/osdmap_internal.h"
#include "types/ceph_release.h"

/* Elements that come from an incremental are copied by way of their encoding or one by one: none is shared.
 */

static struct osdmap_osd *osd_of(struct osdmap *m, int32_t osd)
{
    return osd >= 0 && (uint32_t)osd < m->max_osd ? &m->osds[osd] : NULL;
}

static int replace_bytes(uint8_t **to, uint32_t *to_len, const uint8_t *from, uint32_t len)
{
    uint8_t *copy = malloc(len ? len : 1);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, from, len);
    free(*to);
    *to = copy;
    *to_len = len;
    return 0;
}

/* ---- pools ---- */

static int set_pool(struct osdmap *m, const struct osdmap_pool *from)
{
    struct osdmap_pool *p = osdmap_find_pool(m, from->id), *grown;
    struct pg_pool pool;
    unsigned at = 0;
    int r = pg_pool_copy(&pool, &from->pool);

    if (r < 0)
        return r;
    pool.last_change = m->epoch;
    if (p) {
        pg_pool_destroy(&p->pool);
        p->pool = pool;
        return 0;
    }
    grown = realloc(m->pools, (m->pool_count + 1) * sizeof(*grown));
    if (!grown) {
        pg_pool_destroy(&pool);
        return -ENOMEM;
    }
    m->pools = grown;
    while (at < m->pool_count && grown[at].id < from->id)
        at++;
    memmove(&grown[at + 1], &grown[at], (m->pool_count - at) * sizeof(*grown));
    grown[at] = (struct osdmap_pool){.id = from->id, .pool = pool};
    m->pool_count++;
    return 0;
}

static int name_pool(struct osdmap *m, const struct pool_name *n)
{
    struct osdmap_pool *p = osdmap_find_pool(m, n->pool);
    char *name = strdup(n->name);

    if (!name)
        return -ENOMEM;
    if (!p) {
        free(name);
        return -EBADMSG;
    }
    free(p->name);
    p->name = name;
    return 0;
}

static void remove_pool(struct osdmap *m, int64_t id)
{
    struct osdmap_pool *p = osdmap_find_pool(m, id);

    if (!p)
        return;
    free(p->name);
    pg_pool_destroy(&p->pool);
    memmove(p, p + 1, (size_t)(m->pools + m->pool_count - (p + 1)) * sizeof(*p));
    m->pool_count--;
}

static int apply_pools(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r = 0;

    if (i->new_pool_max != OSDMAP_UNCHANGED)
        m->pool_max = (int32_t)i->new_pool_max;
    for (unsigned k = 0; r == 0 && k < i->new_pool_count; k++)
        r = set_pool(m, &i->new_pools[k]);
    for (unsigned k = 0; r == 0 && k < i->new_pool_name_count; k++)
        r = name_pool(m, &i->new_pool_names[k]);
    for (unsigned k = 0; k < i->old_pool_count; k++)
        remove_pool(m, i->old_pools[k]);
    return r;
}

/* ---- removed snapshots ---- */

static int copy_snaps(struct osdmap_pool_snaps **to, unsigned *to_count, const struct osdmap_pool_snaps *from,
                      unsigned count)
{
    struct encode e;
    struct decode d;
    int r;

    osdmap_pool_snaps_free(*to, *to_count);
    *to = NULL;
    *to_count = 0;
    encode_init(&e);
    osdmap_pool_snaps_encode(from, count, &e);
    r = encode_error(&e);
    decode_init(&d, e.data, e.len);
    *to = osdmap_pool_snaps_decode(to_count, &d);
    encode_destroy(&e);
    return r < 0 ? r : decode_error(&d);
}

static struct osdmap_pool_snaps *queue_of(struct osdmap *m, int64_t pool, bool make)
{
    struct osdmap_pool_snaps *grown;
    unsigned at = 0;

    while (at < m->removed_queue_count && m->removed_snaps_queue[at].pool < pool)
        at++;
    if (at < m->removed_queue_count && m->removed_snaps_queue[at].pool == pool)
        return &m->removed_snaps_queue[at];
    grown = make ? realloc(m->removed_snaps_queue, (m->removed_queue_count + 1) * sizeof(*grown)) : NULL;
    if (!grown)
        return NULL;
    memmove(&grown[at + 1], &grown[at], (m->removed_queue_count - at) * sizeof(*grown));
    memset(&grown[at], 0, sizeof(*grown));
    grown[at].pool = pool;
    m->removed_snaps_queue = grown;
    m->removed_queue_count++;
    return &grown[at];
}

static int apply_snaps(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r =
        copy_snaps(&m->new_removed_snaps, &m->new_removed_count, i->new_removed_snaps, i->new_removed_count);

    if (r == 0)
        r = copy_snaps(&m->new_purged_snaps, &m->new_purged_count, i->new_purged_snaps, i->new_purged_count);
    for (unsigned k = 0; r == 0 && k < i->new_removed_count; k++) {
        struct osdmap_pool_snaps *q = queue_of(m, i->new_removed_snaps[k].pool, true);
        r = q ? interval_set_add(&q->snaps, &i->new_removed_snaps[k].snaps) : -ENOMEM;
    }
    for (unsigned k = 0; r == 0 && k < i->new_purged_count; k++) {
        struct osdmap_pool_snaps *q = queue_of(m, i->new_purged_snaps[k].pool, false);
        if (!q)
            continue;
        r = interval_set_subtract(&q->snaps, &i->new_purged_snaps[k].snaps);
        if (r == 0 && q->snaps.count == 0) {
            interval_set_destroy(&q->snaps);
            memmove(q, q + 1,
                    (size_t)(m->removed_snaps_queue + m->removed_queue_count - (q + 1)) * sizeof(*q));
            m->removed_queue_count--;
        }
    }
    return r;
}

/* ---- OSDs ---- */

static void set_affinity(struct osdmap *m, struct osdmap_osd *o, uint32_t affinity)
{
    if (!m->affinities && affinity == OSD_WEIGHT_ONE)
        return;
    for (unsigned k = 0; !m->affinities && k < m->max_osd; k++)
        m->osds[k].primary_affinity = OSD_WEIGHT_ONE;
    m->affinities = true;
    o->primary_affinity = affinity;
}

static void clear_addrs(struct entity_addrvec *v)
{
    entity_addrvec_destroy(v);
    entity_addrvec_init(v);
}

static void change_state(struct osdmap *m, struct osdmap_osd *o, uint32_t mask)
{
    if (mask == 0)
        mask = OSD_UP;
    if (o->state & mask & OSD_UP) {
        o->info.down_at = m->epoch;
        o->xinfo.down_stamp = m->modified;
    }
    if (!(o->state & mask & OSD_EXISTS)) {
        o->state ^= mask;
        return;
    }
    memset(&o->uuid, 0, sizeof(o->uuid));
    memset(&o->info, 0, sizeof(o->info));
    memset(&o->xinfo, 0, sizeof(o->xinfo));
    set_affinity(m, o, OSD_WEIGHT_ONE);
    clear_addrs(&o->public_addrs);
    clear_addrs(&o->cluster_addrs);
    clear_addrs(&o->hb_back_addrs);
    clear_addrs(&o->hb_front_addrs);
    o->state = 0;
}

static int replace_addrs(struct entity_addrvec *to, const struct entity_addrvec *from)
{
    struct entity_addrvec copy;
    int r = entity_addrvec_copy(&copy, from);

    if (r == 0) {
        entity_addrvec_destroy(to);
        *to = copy;
    }
    return r;
}

static int apply_addrs(struct osdmap *m, const struct osd_addrs_list *l, size_t member)
{
    int r = 0;

    for (unsigned k = 0; r == 0 && k < l->count; k++) {
        struct osdmap_osd *o = osd_of(m, l->list[k].osd);
        r = o ? replace_addrs((struct entity_addrvec *)((char *)o + member), &l->list[k].addrs) : -EBADMSG;
    }
    return r;
}

static int apply_up(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r = 0;

    for (unsigned k = 0; r == 0 && k < i->new_up_client.count; k++) {
        struct osdmap_osd *o = osd_of(m, i->new_up_client.list[k].osd);
        if (!o)
            return -EBADMSG;
        o->state |= OSD_EXISTS | OSD_UP;
        o->state &= ~OSD_STOP;
        o->info.up_from = m->epoch;
    }
    r = apply_addrs(m, &i->new_up_client, offsetof(struct osdmap_osd, public_addrs));
    if (r == 0)
        r = apply_addrs(m, &i->new_hb_back, offsetof(struct osdmap_osd, hb_back_addrs));
    if (r == 0)
        r = apply_addrs(m, &i->new_hb_front, offsetof(struct osdmap_osd, hb_front_addrs));
    if (r == 0)
        r = apply_addrs(m, &i->new_up_cluster, offsetof(struct osdmap_osd, cluster_addrs));
    return r;
}

/* Every OSD that a list names must be one that the map has room for. */
#define FOR_EACH_OSD(k, o, list, count)    \
    for (unsigned k = 0; k < (count); k++) \
        for (struct osdmap_osd *o = osd_of(m, (list)[k].osd); o; o = NULL)

static void apply_weights(struct osdmap *m, const struct osdmap_incremental *i)
{
    FOR_EACH_OSD(k, o, i->new_weight.list, i->new_weight.count)
    {
        o->weight = i->new_weight.list[k].value;
        if (o->weight) {
            o->state |= OSD_EXISTS;
            o->state &= ~(OSD_AUTOOUT | OSD_NEW);
            o->xinfo.old_weight = 0;
        }
    }
    FOR_EACH_OSD(k, o, i->new_primary_affinity.list, i->new_primary_affinity.count)
    set_affinity(m, o, i->new_primary_affinity.list[k].value);
}

static void apply_details(struct osdmap *m, const struct osdmap_incremental *i)
{
    FOR_EACH_OSD(k, o, i->new_uuid, i->new_uuid_count)
    o->uuid = i->new_uuid[k].uuid;
    FOR_EACH_OSD(k, o, i->new_last_clean, i->new_last_clean_count)
    {
        o->info.last_clean_begin = i->new_last_clean[k].begin;
        o->info.last_clean_end = i->new_last_clean[k].end;
    }
    FOR_EACH_OSD(k, o, i->new_lost.list, i->new_lost.count)
    o->info.lost_at = i->new_lost.list[k].value;
    FOR_EACH_OSD(k, o, i->new_up_thru.list, i->new_up_thru.count)
    o->info.up_thru = i->new_up_thru.list[k].value;
    FOR_EACH_OSD(k, o, i->new_xinfo, i->new_xinfo_count)
    o->xinfo = i->new_xinfo[k].xinfo;
}

static int apply_osds(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r;

    apply_weights(m, i);
    FOR_EACH_OSD(k, o, i->new_state.list, i->new_state.count)
    change_state(m, o, i->new_state.list[k].value);
    r = apply_up(m, i);
    apply_details(m, i);
    return r;
}

/* ---- placement exceptions: sorted by pool and seed ---- */

static int set_pg_osds(struct osdmap_pg_osds **list, unsigned *count, const struct osdmap_pg_osds *from,
                       bool remove)
{
    struct osdmap_pg_osds *grown = *list;
    int32_t *osds;
    unsigned at = 0;
    bool there;

    while (at < *count && pg_id_compare(grown[at].pg, from->pg) < 0)
        at++;
    there = at < *count && pg_id_compare(grown[at].pg, from->pg) == 0;
    if (remove) {
        if (there) {
            free(grown[at].osds);
            memmove(&grown[at], &grown[at + 1], (*count - at - 1) * sizeof(*grown));
            --*count;
        }
        return 0;
    }
    osds = malloc((from->count ? from->count : 1) * sizeof(*osds));
    if (osds && !there)
        grown = realloc(*list, (*count + 1) * sizeof(*grown));
    if (!osds || !grown) {
        free(osds);
        return -ENOMEM;
    }
    *list = grown;
    memcpy(osds, from->osds, from->count * sizeof(*osds));
    if (there) {
        free(grown[at].osds);
    } else {
        memmove(&grown[at + 1], &grown[at], (*count - at) * sizeof(*grown));
        ++*count;
    }
    grown[at] = (struct osdmap_pg_osds){.pg = from->pg, .osds = osds, .count = from->count};
    return 0;
}

static int set_primary_temp(struct osdmap *m, const struct osdmap_pg_primary *from)
{
    struct osdmap_pg_primary *grown = m->primary_temp;
    unsigned at = 0;
    bool there;

    while (at < m->primary_temp_count && pg_id_compare(grown[at].pg, from->pg) < 0)
        at++;
    there = at < m->primary_temp_count && pg_id_compare(grown[at].pg, from->pg) == 0;
    if (from->osd < 0) {
        if (there)
            memmove(&grown[at], &grown[at + 1], (--m->primary_temp_count - at) * sizeof(*grown));
        return 0;
    }
    if (!there) {
        grown = realloc(m->primary_temp, (m->primary_temp_count + 1) * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        m->primary_temp = grown;
        memmove(&grown[at + 1], &grown[at], (m->primary_temp_count++ - at) * sizeof(*grown));
    }
    grown[at] = *from;
    return 0;
}

static int apply_exceptions(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r = 0;

    for (unsigned k = 0; r == 0 && k < i->new_pg_temp_count; k++)
        r = set_pg_osds(&m->pg_temp, &m->pg_temp_count, &i->new_pg_temp[k], i->new_pg_temp[k].count == 0);
    for (unsigned k = 0; r == 0 && k < i->new_primary_temp_count; k++)
        r = set_primary_temp(m, &i->new_primary_temp[k]);
    for (unsigned k = 0; r == 0 && k < i->new_pg_upmap_count; k++)
        r = set_pg_osds(&m->pg_upmap, &m->pg_upmap_count, &i->new_pg_upmap[k], false);
    for (unsigned k = 0; r == 0 && k < i->old_pg_upmap.count; k++)
        r = set_pg_osds(&m->pg_upmap, &m->pg_upmap_count,
                        &(struct osdmap_pg_osds){.pg = i->old_pg_upmap.list[k]}, true);
    for (unsigned k = 0; r == 0 && k < i->new_pg_upmap_item_count; k++)
        r = set_pg_osds(&m->pg_upmap_items, &m->pg_upmap_item_count, &i->new_pg_upmap_items[k], false);
    for (unsigned k = 0; r == 0 && k < i->old_pg_upmap_items.count; k++)
        r = set_pg_osds(&m->pg_upmap_items, &m->pg_upmap_item_count,
                        &(struct osdmap_pg_osds){.pg = i->old_pg_upmap_items.list[k]}, true);
    return r;
}

/* ---- the rest ---- */

static void unblock(struct osdmap *m, const struct entity_addr *a)
{
    for (unsigned k = 0; k < m->blocked_count; k++) {
        if (!entity_addr_equal(&m->blocklist[k].addr, a))
            continue;
        memmove(&m->blocklist[k], &m->blocklist[k + 1], (--m->blocked_count - k) * sizeof(*m->blocklist));
        return;
    }
}

static int block(struct osdmap *m, const struct osdmap_blocked *b)
{
    struct osdmap_blocked *grown;

    unblock(m, &b->addr);
    grown = realloc(m->blocklist, (m->blocked_count + 1) * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    m->blocklist = grown;
    grown[m->blocked_count++] = *b;
    return 0;
}

static int apply_blocklist(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r = 0;

    for (unsigned k = 0; r == 0 && k < i->new_blocked_count; k++)
        r = block(m, &i->new_blocklist[k]);
    for (unsigned k = 0; k < i->old_blocked_count; k++)
        unblock(m, &i->old_blocklist[k]);
    return r;
}

static int set_flags_of(struct osdmap_flags_of **list, unsigned *count, const struct osdmap_flags_of *from)
{
    struct osdmap_flags_of *grown = *list;
    unsigned at = 0;
    bool there;

    while (at < *count && grown[at].id < from->id)
        at++;
    there = at < *count && grown[at].id == from->id;
    if (!from->flags) {
        if (there)
            memmove(&grown[at], &grown[at + 1], (--*count - at) * sizeof(*grown));
        return 0;
    }
    if (!there) {
        grown = realloc(*list, (*count + 1) * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        *list = grown;
        memmove(&grown[at + 1], &grown[at], ((*count)++ - at) * sizeof(*grown));
    }
    grown[at] = *from;
    return 0;
}

static void remove_profile(struct osdmap *m, const char *name)
{
    for (unsigned k = 0; k < m->profile_count; k++) {
        struct osdmap_profile *p = &m->erasure_code_profiles[k];
        if (strcmp(p->name, name) != 0)
            continue;
        free(p->name);
        string_map_destroy(&p->settings);
        memmove(p, p + 1, (--m->profile_count - k) * sizeof(*p));
        return;
    }
}

static int set_profile(struct osdmap *m, const struct osdmap_profile *from)
{
    struct osdmap_profile *grown, copy = {.name = strdup(from->name)};
    unsigned at = 0;
    int r = copy.name ? string_map_copy(&copy.settings, &from->settings) : -ENOMEM;

    remove_profile(m, from->name);
    grown = r == 0 ? realloc(m->erasure_code_profiles, (m->profile_count + 1) * sizeof(*grown)) : NULL;
    if (!grown) {
        free(copy.name);
        string_map_destroy(&copy.settings);
        return -ENOMEM;
    }
    m->erasure_code_profiles = grown;
    while (at < m->profile_count && strcmp(grown[at].name, from->name) < 0)
        at++;
    memmove(&grown[at + 1], &grown[at], (m->profile_count++ - at) * sizeof(*grown));
    grown[at] = copy;
    return 0;
}

static int apply_settings(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r = 0;

    for (unsigned k = 0; k < i->old_profiles.count; k++)
        remove_profile(m, i->old_profiles.items[k]);
    for (unsigned k = 0; r == 0 && k < i->new_profile_count; k++)
        r = set_profile(m, &i->new_profiles[k]);
    if (i->new_nearfull_ratio >= 0)
        m->nearfull_ratio = i->new_nearfull_ratio;
    if (i->new_full_ratio >= 0)
        m->full_ratio = i->new_full_ratio;
    if (i->new_backfillfull_ratio >= 0)
        m->backfillfull_ratio = i->new_backfillfull_ratio;
    if (i->new_require_min_compat_client != OSDMAP_RELEASE_UNCHANGED && i->new_require_min_compat_client)
        m->require_min_compat_client = i->new_require_min_compat_client;
    if (i->new_require_osd_release != OSDMAP_RELEASE_UNCHANGED && i->new_require_osd_release)
        m->require_osd_release = i->new_require_osd_release;
    for (unsigned k = 0; r == 0 && k < i->new_node_flags_count; k++)
        r = set_flags_of(&m->crush_node_flags, &m->node_flags_count, &i->new_crush_node_flags[k]);
    for (unsigned k = 0; r == 0 && k < i->new_class_flags_count; k++)
        r = set_flags_of(&m->device_class_flags, &m->class_flags_count, &i->new_device_class_flags[k]);
    return r;
}

static int apply_snapshot_and_crush(struct osdmap *m, const struct osdmap_incremental *i)
{
    m->cluster_snapshot_epoch = 0;
    if (i->cluster_snapshot && *i->cluster_snapshot) {
        char *copy = strdup(i->cluster_snapshot);
        if (!copy)
            return -ENOMEM;
        free(m->cluster_snapshot);
        m->cluster_snapshot = copy;
        m->cluster_snapshot_epoch = i->epoch;
    }
    if (!i->crush_len)
        return 0;
    if (m->require_osd_release >= CEPH_RELEASE_LUMINOUS)
        m->crush_version++; /* older clusters do not count */
    return replace_bytes(&m->crush, &m->crush_len, i->crush, i->crush_len);
}

static int replace_whole(struct osdmap *m, const struct osdmap_incremental *i)
{
    struct osdmap full;
    struct decode d;
    int r;

    decode_init(&d, i->full, i->full_len);
    r = osdmap_decode(&full, &d);
    if (r == 0) {
        osdmap_destroy(m);
        *m = full;
    }
    return r;
}

int osdmap_apply(struct osdmap *m, const struct osdmap_incremental *i)
{
    int r = 0;

    if (i->epoch != m->epoch + 1 || (i->epoch != 1 && !fsid_equal(&i->fsid, &m->fsid)))
        return -EINVAL;
    if (i->full_len)
        return replace_whole(m, i);
    m->fsid = i->fsid;
    m->epoch = i->epoch;
    m->modified = i->modified;
    if (i->new_flags != OSDMAP_UNCHANGED)
        m->flags = (uint32_t)i->new_flags;
    if (i->new_max_osd > (int32_t)OSDMAP_MAX_OSDS)
        return -EBADMSG;
    if (i->new_max_osd >= 0)
        r = osdmap_set_max_osd(m, (unsigned)i->new_max_osd);
    if (r == 0)
        r = apply_pools(m, i);
    if (r == 0)
        r = apply_snaps(m, i);
    if (i->last_up_change.sec || i->last_up_change.nsec)
        m->last_up_change = i->last_up_change;
    if (i->last_in_change.sec || i->last_in_change.nsec)
        m->last_in_change = i->last_in_change;
    if (r == 0)
        r = apply_osds(m, i);
    if (r == 0)
        r = apply_exceptions(m, i);
    if (r == 0)
        r = apply_blocklist(m, i);
    if (r == 0)
        r = apply_settings(m, i);
    return r < 0 ? r : apply_snapshot_and_crush(m, i);
}
