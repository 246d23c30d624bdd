/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A full OSDMap as bytes: a frame around a part for clients, a part for OSDs and a crc of both. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "include/ceph_features.h"
#include "maps/osdmap_internal.h"

#define OSDMAP_VERSION 8
#define OSDMAP_COMPAT  7
#define OSDMAP_CRC_LEN 4

#define CLIENT_PART_VERSION 9
#define CLIENT_PART_OLDEST  5 /* u32 states */

#define OSD_PART_VERSION         9
#define OSD_PART_VERSION_STRETCH 10
#define OSD_PART_VERSION_RANGES  11

#define OSD_XINFO_VERSION   4
#define ENTITY_ADDR_MIN_LEN 19

void *osdmap_take_array(struct decode *d, unsigned *count, size_t size)
{
    void *p;

    if (decode_error(d))
        *count = 0;
    if (*count == 0)
        return NULL;
    p = calloc(*count, size);
    if (!p) {
        decode_fail(d, -ENOMEM);
        *count = 0;
    }
    return p;
}

void osd_info_encode(const struct osd_info *i, struct encode *e)
{
    encode_u8(e, 1);
    encode_u32(e, i->last_clean_begin);
    encode_u32(e, i->last_clean_end);
    encode_u32(e, i->up_from);
    encode_u32(e, i->up_thru);
    encode_u32(e, i->down_at);
    encode_u32(e, i->lost_at);
}

void osd_info_decode(struct osd_info *i, struct decode *d)
{
    decode_u8(d);
    i->last_clean_begin = decode_u32(d);
    i->last_clean_end = decode_u32(d);
    i->up_from = decode_u32(d);
    i->up_thru = decode_u32(d);
    i->down_at = decode_u32(d);
    i->lost_at = decode_u32(d);
}

void osd_xinfo_encode(const struct osd_xinfo *x, struct encode *e)
{
    size_t at = encode_begin_struct(e, OSD_XINFO_VERSION, 1);

    utime_encode(x->down_stamp, e);
    encode_u32(e, x->laggy_probability);
    encode_u32(e, x->laggy_interval);
    encode_u64(e, x->features);
    encode_u32(e, x->old_weight);
    utime_encode(x->last_purged_snaps_scrub, e);
    encode_u32(e, x->dead_epoch);
    encode_end_struct(e, at);
}

void osd_xinfo_decode(struct osd_xinfo *x, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, OSD_XINFO_VERSION, &v);

    memset(x, 0, sizeof(*x));
    x->down_stamp = utime_decode(&body);
    x->laggy_probability = decode_u32(&body);
    x->laggy_interval = decode_u32(&body);
    if (v >= 2)
        x->features = decode_u64(&body);
    if (v >= 3)
        x->old_weight = decode_u32(&body);
    if (v >= 4) {
        x->last_purged_snaps_scrub = utime_decode(&body);
        x->dead_epoch = decode_u32(&body);
    }
    decode_end(d, &body);
}

void osdmap_pg_osds_encode(const struct osdmap_pg_osds *list, unsigned count, unsigned width,
                           struct encode *e)
{
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++) {
        pg_id_encode(list[i].pg, e);
        encode_u32(e, list[i].count / width);
        for (unsigned j = 0; j < list[i].count; j++)
            encode_s32(e, list[i].osds[j]);
    }
}

struct osdmap_pg_osds *osdmap_pg_osds_decode(unsigned *count, unsigned width, struct decode *d)
{
    struct osdmap_pg_osds *list;

    *count = decode_count(d, PG_ID_WIRE_LEN + 4);
    list = osdmap_take_array(d, count, sizeof(*list));
    for (unsigned i = 0; i < *count && !decode_error(d); i++) {
        list[i].pg = pg_id_decode(d);
        list[i].count = decode_count(d, 4 * width) * width;
        list[i].osds = osdmap_take_array(d, &list[i].count, sizeof(*list[i].osds));
        for (unsigned j = 0; j < list[i].count; j++)
            list[i].osds[j] = decode_s32(d);
    }
    return list;
}

void osdmap_pool_snaps_encode(const struct osdmap_pool_snaps *list, unsigned count, struct encode *e)
{
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++) {
        encode_s64(e, list[i].pool);
        interval_set_encode(&list[i].snaps, e);
    }
}

struct osdmap_pool_snaps *osdmap_pool_snaps_decode(unsigned *count, struct decode *d)
{
    struct osdmap_pool_snaps *list;

    *count = decode_count(d, 12);
    list = osdmap_take_array(d, count, sizeof(*list));
    for (unsigned i = 0; i < *count && !decode_error(d); i++) {
        list[i].pool = decode_s64(d);
        interval_set_decode(&list[i].snaps, d);
    }
    return list;
}

void osdmap_blocklist_encode(const struct osdmap_blocked *list, unsigned count, struct encode *e)
{
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++) {
        entity_addr_encode(&list[i].addr, OSDMAP_ADDR_FEATURES, e);
        utime_encode(list[i].until, e);
    }
}

struct osdmap_blocked *osdmap_blocklist_decode(unsigned *count, struct decode *d)
{
    struct osdmap_blocked *list;

    *count = decode_count(d, ENTITY_ADDR_MIN_LEN + 8);
    list = osdmap_take_array(d, count, sizeof(*list));
    for (unsigned i = 0; i < *count && !decode_error(d); i++) {
        entity_addr_decode(&list[i].addr, d);
        list[i].until = utime_decode(d);
    }
    return list;
}

void osdmap_flags_of_encode(const struct osdmap_flags_of *list, unsigned count, struct encode *e)
{
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++) {
        encode_s32(e, list[i].id);
        encode_u32(e, list[i].flags);
    }
}

struct osdmap_flags_of *osdmap_flags_of_decode(unsigned *count, struct decode *d)
{
    struct osdmap_flags_of *list;

    *count = decode_count(d, 8);
    list = osdmap_take_array(d, count, sizeof(*list));
    for (unsigned i = 0; i < *count; i++) {
        list[i].id = decode_s32(d);
        list[i].flags = decode_u32(d);
    }
    return list;
}

/* What each OSD has stands in an array of its own, for OSDs 0 to max_osd - 1. */
static void decode_osd_count(const struct osdmap *m, size_t min_size, struct decode *d)
{
    if (decode_count(d, min_size) != m->max_osd)
        decode_fail(d, -EBADMSG);
}

static void encode_addrs(const struct osdmap *m, size_t member, struct encode *e)
{
    encode_u32(e, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        entity_addrvec_encode((const struct entity_addrvec *)((const char *)&m->osds[i] + member),
                              OSDMAP_ADDR_FEATURES, e);
}

static void decode_addrs(struct osdmap *m, size_t member, struct decode *d)
{
    decode_osd_count(m, 5, d);
    for (unsigned i = 0; i < m->max_osd && !decode_error(d); i++)
        entity_addrvec_decode((struct entity_addrvec *)((char *)&m->osds[i] + member), d);
}

static void encode_pools(const struct osdmap *m, struct encode *e)
{
    unsigned named = 0;

    encode_u32(e, m->pool_count);
    for (unsigned i = 0; i < m->pool_count; i++) {
        encode_s64(e, m->pools[i].id);
        pg_pool_encode(&m->pools[i].pool, e);
        named += m->pools[i].name != NULL;
    }
    encode_u32(e, named);
    for (unsigned i = 0; i < m->pool_count; i++) {
        if (!m->pools[i].name)
            continue;
        encode_s64(e, m->pools[i].id);
        encode_string(e, m->pools[i].name);
    }
}

static void decode_pools(struct osdmap *m, struct decode *d)
{
    unsigned named;

    m->pool_count = decode_count(d, 8 + 6);
    m->pools = osdmap_take_array(d, &m->pool_count, sizeof(*m->pools));
    for (unsigned i = 0; i < m->pool_count && !decode_error(d); i++) {
        m->pools[i].id = decode_s64(d);
        if (i > 0 && m->pools[i].id <= m->pools[i - 1].id)
            decode_fail(d, -EBADMSG);
        pg_pool_decode(&m->pools[i].pool, d);
    }
    named = decode_count(d, 8 + 4);
    for (unsigned i = 0; i < named && !decode_error(d); i++) {
        struct osdmap_pool *p = osdmap_find_pool(m, decode_s64(d));
        char *name = decode_string(d);
        if (!p || p->name) {
            decode_fail(d, -EBADMSG); /* the name of no pool, or a second one */
            free(name);
        } else {
            p->name = name;
        }
    }
}

void osdmap_profiles_encode(const struct osdmap_profile *list, unsigned count, struct encode *e)
{
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++) {
        encode_string(e, list[i].name);
        string_map_encode(&list[i].settings, e);
    }
}

struct osdmap_profile *osdmap_profiles_decode(unsigned *count, struct decode *d)
{
    struct osdmap_profile *list;

    *count = decode_count(d, 8);
    list = osdmap_take_array(d, count, sizeof(*list));
    for (unsigned i = 0; i < *count && !decode_error(d); i++) {
        list[i].name = decode_string(d);
        string_map_decode(&list[i].settings, d);
    }
    return list;
}

void osdmap_primaries_encode(const struct osdmap_pg_primary *list, unsigned count, struct encode *e)
{
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++) {
        pg_id_encode(list[i].pg, e);
        encode_s32(e, list[i].osd);
    }
}

struct osdmap_pg_primary *osdmap_primaries_decode(unsigned *count, struct decode *d)
{
    struct osdmap_pg_primary *list;

    *count = decode_count(d, PG_ID_WIRE_LEN + 4);
    list = osdmap_take_array(d, count, sizeof(*list));
    for (unsigned i = 0; i < *count; i++) {
        list[i].pg = pg_id_decode(d);
        list[i].osd = decode_s32(d);
    }
    return list;
}

static void decode_affinities(struct osdmap *m, struct decode *d)
{
    unsigned n = decode_count(d, 4);

    m->affinities = n > 0;
    if (n > 0 && n != m->max_osd)
        decode_fail(d, -EBADMSG);
    for (unsigned i = 0; i < n && !decode_error(d); i++)
        m->osds[i].primary_affinity = decode_u32(d);
}

static void encode_client_part(const struct osdmap *m, struct encode *e)
{
    size_t at = encode_begin_struct(e, CLIENT_PART_VERSION, 1);

    fsid_encode(&m->fsid, e);
    encode_u32(e, m->epoch);
    utime_encode(m->created, e);
    utime_encode(m->modified, e);
    encode_pools(m, e);
    encode_s32(e, m->pool_max);
    encode_u32(e, m->flags);
    encode_u32(e, m->max_osd);
    encode_u32(e, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        encode_u32(e, m->osds[i].state);
    encode_u32(e, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        encode_u32(e, m->osds[i].weight);
    encode_addrs(m, offsetof(struct osdmap_osd, public_addrs), e);
    osdmap_pg_osds_encode(m->pg_temp, m->pg_temp_count, 1, e);
    osdmap_primaries_encode(m->primary_temp, m->primary_temp_count, e);
    encode_u32(e, m->affinities ? m->max_osd : 0);
    if (m->affinities)
        for (unsigned i = 0; i < m->max_osd; i++)
            encode_u32(e, m->osds[i].primary_affinity);
    encode_blob(e, m->crush, m->crush_len);
    osdmap_profiles_encode(m->erasure_code_profiles, m->profile_count, e);
    osdmap_pg_osds_encode(m->pg_upmap, m->pg_upmap_count, 1, e);
    osdmap_pg_osds_encode(m->pg_upmap_items, m->pg_upmap_item_count, 2, e);
    encode_u32(e, m->crush_version);
    osdmap_pool_snaps_encode(m->new_removed_snaps, m->new_removed_count, e);
    osdmap_pool_snaps_encode(m->new_purged_snaps, m->new_purged_count, e);
    utime_encode(m->last_up_change, e);
    utime_encode(m->last_in_change, e);
    encode_end_struct(e, at);
}

static void decode_osd_states(struct osdmap *m, struct decode *d)
{
    uint32_t n = decode_u32(d);
    int r;

    /* A state, a weight and addresses for each: a count that lies is found before it costs memory. */
    if (n > OSDMAP_MAX_OSDS || n > decode_left(d) / (4 + 4 + 5))
        decode_fail(d, -EBADMSG);
    r = decode_error(d) ? 0 : osdmap_set_max_osd(m, n);
    if (r < 0)
        decode_fail(d, r);
    decode_osd_count(m, 4, d);
    for (unsigned i = 0; i < m->max_osd && !decode_error(d); i++)
        m->osds[i].state = decode_u32(d);
    decode_osd_count(m, 4, d);
    for (unsigned i = 0; i < m->max_osd && !decode_error(d); i++)
        m->osds[i].weight = decode_u32(d);
}

static void decode_client_part(struct osdmap *m, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, CLIENT_PART_VERSION, &v);
    const uint8_t *crush;

    if (v < CLIENT_PART_OLDEST)
        decode_fail(&body, -EOPNOTSUPP);
    fsid_decode(&m->fsid, &body);
    m->epoch = decode_u32(&body);
    m->created = utime_decode(&body);
    m->modified = utime_decode(&body);
    decode_pools(m, &body);
    m->pool_max = decode_s32(&body);
    m->flags = decode_u32(&body);
    decode_osd_states(m, &body);
    decode_addrs(m, offsetof(struct osdmap_osd, public_addrs), &body);
    m->pg_temp = osdmap_pg_osds_decode(&m->pg_temp_count, 1, &body);
    m->primary_temp = osdmap_primaries_decode(&m->primary_temp_count, &body);
    decode_affinities(m, &body);
    crush = decode_blob(&body, &m->crush_len);
    m->crush = osdmap_take_array(&body, &m->crush_len, 1);
    if (m->crush)
        memcpy(m->crush, crush, m->crush_len);
    m->erasure_code_profiles = osdmap_profiles_decode(&m->profile_count, &body);
    m->pg_upmap = osdmap_pg_osds_decode(&m->pg_upmap_count, 1, &body);
    m->pg_upmap_items = osdmap_pg_osds_decode(&m->pg_upmap_item_count, 2, &body);
    if (v >= 6)
        m->crush_version = decode_u32(&body);
    if (v >= 7) {
        m->new_removed_snaps = osdmap_pool_snaps_decode(&m->new_removed_count, &body);
        m->new_purged_snaps = osdmap_pool_snaps_decode(&m->new_purged_count, &body);
    }
    if (v >= 9) {
        m->last_up_change = utime_decode(&body);
        m->last_in_change = utime_decode(&body);
    }
    decode_end(d, &body);
}

static uint8_t osd_part_version(const struct osdmap *m)
{
    return m->range_blocked_count ? OSD_PART_VERSION_RANGES
           : m->stretch_mode      ? OSD_PART_VERSION_STRETCH
                                  : OSD_PART_VERSION;
}

static void encode_osd_part(const struct osdmap *m, struct encode *e)
{
    uint8_t v = osd_part_version(m);
    size_t at = encode_begin_struct(e, v, 1);

    encode_addrs(m, offsetof(struct osdmap_osd, hb_back_addrs), e);
    encode_u32(e, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        osd_info_encode(&m->osds[i].info, e);
    osdmap_blocklist_encode(m->blocklist, m->blocked_count, e);
    encode_addrs(m, offsetof(struct osdmap_osd, cluster_addrs), e);
    encode_u32(e, m->cluster_snapshot_epoch);
    encode_string(e, m->cluster_snapshot);
    encode_u32(e, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        fsid_encode(&m->osds[i].uuid, e);
    encode_u32(e, m->max_osd);
    for (unsigned i = 0; i < m->max_osd; i++)
        osd_xinfo_encode(&m->osds[i].xinfo, e);
    encode_addrs(m, offsetof(struct osdmap_osd, hb_front_addrs), e);
    encode_f32(e, m->nearfull_ratio);
    encode_f32(e, m->full_ratio);
    encode_f32(e, m->backfillfull_ratio);
    encode_u8(e, m->require_min_compat_client);
    encode_u8(e, m->require_osd_release);
    osdmap_pool_snaps_encode(m->removed_snaps_queue, m->removed_queue_count, e);
    osdmap_flags_of_encode(m->crush_node_flags, m->node_flags_count, e);
    osdmap_flags_of_encode(m->device_class_flags, m->class_flags_count, e);
    if (v >= OSD_PART_VERSION_STRETCH) {
        encode_bool(e, m->stretch_mode);
        encode_u32(e, m->stretch_bucket_count);
        encode_u32(e, m->degraded_stretch_mode);
        encode_u32(e, m->recovering_stretch_mode);
        encode_s32(e, m->stretch_mode_bucket);
    }
    if (v >= OSD_PART_VERSION_RANGES)
        osdmap_blocklist_encode(m->range_blocklist, m->range_blocked_count, e);
    encode_end_struct(e, at);
}

static void decode_per_osd_details(struct osdmap *m, struct decode *d)
{
    decode_addrs(m, offsetof(struct osdmap_osd, hb_back_addrs), d);
    decode_osd_count(m, OSD_INFO_WIRE_LEN, d);
    for (unsigned i = 0; i < m->max_osd && !decode_error(d); i++)
        osd_info_decode(&m->osds[i].info, d);
    m->blocklist = osdmap_blocklist_decode(&m->blocked_count, d);
    decode_addrs(m, offsetof(struct osdmap_osd, cluster_addrs), d);
    m->cluster_snapshot_epoch = decode_u32(d);
    m->cluster_snapshot = decode_string(d);
    decode_osd_count(m, sizeof(struct fsid), d);
    for (unsigned i = 0; i < m->max_osd && !decode_error(d); i++)
        fsid_decode(&m->osds[i].uuid, d);
    decode_osd_count(m, 6, d);
    for (unsigned i = 0; i < m->max_osd && !decode_error(d); i++)
        osd_xinfo_decode(&m->osds[i].xinfo, d);
    decode_addrs(m, offsetof(struct osdmap_osd, hb_front_addrs), d);
}

static void decode_osd_part(struct osdmap *m, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, OSD_PART_VERSION_RANGES, &v);

    decode_per_osd_details(m, &body);
    if (v >= 2)
        m->nearfull_ratio = decode_f32(&body);
    if (v >= 3) {
        m->full_ratio = decode_f32(&body);
        m->backfillfull_ratio = decode_f32(&body);
    }
    if (v >= 5) {
        m->require_min_compat_client = decode_u8(&body);
        m->require_osd_release = decode_u8(&body);
    }
    if (v >= 6)
        m->removed_snaps_queue = osdmap_pool_snaps_decode(&m->removed_queue_count, &body);
    if (v >= 8)
        m->crush_node_flags = osdmap_flags_of_decode(&m->node_flags_count, &body);
    if (v >= 9)
        m->device_class_flags = osdmap_flags_of_decode(&m->class_flags_count, &body);
    if (v >= OSD_PART_VERSION_STRETCH) {
        m->stretch_mode = decode_bool(&body);
        m->stretch_bucket_count = decode_u32(&body);
        m->degraded_stretch_mode = decode_u32(&body);
        m->recovering_stretch_mode = decode_u32(&body);
        m->stretch_mode_bucket = decode_s32(&body);
    }
    if (v >= OSD_PART_VERSION_RANGES)
        m->range_blocklist = osdmap_blocklist_decode(&m->range_blocked_count, &body);
    decode_end(d, &body);
}

void osdmap_encode(const struct osdmap *m, struct encode *e, uint32_t *crc)
{
    size_t start = e->len, at = encode_begin_struct(e, OSDMAP_VERSION, OSDMAP_COMPAT);
    uint32_t sum = 0;

    encode_client_part(m, e);
    encode_osd_part(m, e);
    encode_zeroes(e, OSDMAP_CRC_LEN);
    encode_end_struct(e, at); /* the crc covers the length */
    if (!encode_error(e)) {
        sum = crc32c(UINT32_MAX, e->data + start, e->len - start - OSDMAP_CRC_LEN);
        put_le32(e->data + e->len - OSDMAP_CRC_LEN, sum);
    }
    if (crc)
        *crc = sum;
}

void osdmap_check_crc(const uint8_t *start, struct decode *body)
{
    const uint8_t *at = body->p;
    uint32_t want = decode_u32(body), crc;

    if (decode_error(body))
        return;
    crc = crc32c(UINT32_MAX, start, (size_t)(at - start));
    crc = crc32c(crc, body->p, decode_left(body));
    if (crc != want)
        decode_fail(body, -EBADMSG);
}

int osdmap_decode(struct osdmap *m, struct decode *d)
{
    const uint8_t *start = d->p;
    struct decode body;
    uint8_t v;

    osdmap_init(m);
    body = decode_struct(d, OSDMAP_VERSION, &v);
    if (v < OSDMAP_COMPAT)
        decode_fail(&body, -EOPNOTSUPP);
    decode_client_part(m, &body);
    decode_osd_part(m, &body);
    if (v >= OSDMAP_VERSION)
        osdmap_check_crc(start, &body);
    decode_end(d, &body);
    if (decode_error(d))
        osdmap_destroy(m);
    return decode_error(d);
}
