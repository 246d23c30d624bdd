/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An incremental OSDMap as bytes: a part for clients, a part for OSDs, its own crc and that of the map it
 * makes. */
#include "maps/osdmap_incremental.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/bytes.h"
#include "common/crc32c.h"
#include "maps/osdmap_internal.h"

#define STRUCT_VERSION 8
#define STRUCT_COMPAT  7
#define CRC_LEN        4

#define CLIENT_PART_VERSION 8
#define CLIENT_PART_OLDEST  5
#define OSD_PART_VERSION    9
#define OSD_PART_UNDERSTOOD 10 /* stretch mode behind our fields: read over */

#define XINFO_MIN_LEN 6
#define ADDR_MIN_LEN  19

int osdmap_incremental_init(struct osdmap_incremental *i, const struct fsid *fsid, uint32_t epoch)
{
    memset(i, 0, sizeof(*i));
    i->fsid = *fsid;
    i->epoch = epoch;
    i->new_pool_max = i->new_flags = i->new_max_osd = OSDMAP_UNCHANGED;
    i->new_nearfull_ratio = i->new_full_ratio = i->new_backfillfull_ratio = -1;
    i->new_require_min_compat_client = i->new_require_osd_release = OSDMAP_RELEASE_UNCHANGED;
    i->encode_features = CEPH_FEATURES_ALL;
    i->cluster_snapshot = strdup("");
    return i->cluster_snapshot ? 0 : -ENOMEM;
}

static void addrs_free(struct osd_addrs_list *l)
{
    for (unsigned k = 0; k < l->count; k++)
        entity_addrvec_destroy(&l->list[k].addrs);
    free(l->list);
}

void osdmap_incremental_destroy(struct osdmap_incremental *i)
{
    free(i->full);
    free(i->crush);
    osdmap_pools_free(i->new_pools, i->new_pool_count);
    for (unsigned k = 0; k < i->new_pool_name_count; k++)
        free(i->new_pool_names[k].name);
    free(i->new_pool_names);
    free(i->old_pools);
    addrs_free(&i->new_up_client);
    addrs_free(&i->new_up_cluster);
    addrs_free(&i->new_hb_back);
    addrs_free(&i->new_hb_front);
    free(i->new_state.list);
    free(i->new_weight.list);
    free(i->new_primary_affinity.list);
    free(i->new_up_thru.list);
    free(i->new_lost.list);
    free(i->new_last_clean);
    free(i->new_uuid);
    free(i->new_xinfo);
    osdmap_pg_osds_free(i->new_pg_temp, i->new_pg_temp_count);
    osdmap_pg_osds_free(i->new_pg_upmap, i->new_pg_upmap_count);
    osdmap_pg_osds_free(i->new_pg_upmap_items, i->new_pg_upmap_item_count);
    free(i->old_pg_upmap.list);
    free(i->old_pg_upmap_items.list);
    free(i->new_primary_temp);
    osdmap_profiles_free(i->new_profiles, i->new_profile_count);
    string_list_destroy(&i->old_profiles);
    osdmap_pool_snaps_free(i->new_removed_snaps, i->new_removed_count);
    osdmap_pool_snaps_free(i->new_purged_snaps, i->new_purged_count);
    free(i->new_blocklist);
    free(i->old_blocklist);
    free(i->cluster_snapshot);
    free(i->new_crush_node_flags);
    free(i->new_device_class_flags);
    memset(i, 0, sizeof(*i));
}

/* ---- making one ---- */

/* Where the OSD is, or belongs. */
static unsigned place_of(const struct osd_values *v, int32_t osd)
{
    unsigned at = 0;

    while (at < v->count && v->list[at].osd < osd)
        at++;
    return at;
}

int osd_values_set(struct osd_values *v, int32_t osd, uint32_t value)
{
    unsigned at = place_of(v, osd);
    void *grown;

    if (at == v->count || v->list[at].osd != osd) {
        grown = array_insert(v->list, v->count, sizeof(*v->list), at);
        if (!grown)
            return -ENOMEM;
        v->list = grown;
        v->count++;
    }
    v->list[at] = (struct osd_value){.osd = osd, .value = value};
    return 0;
}

const uint32_t *osd_values_find(const struct osd_values *v, int32_t osd)
{
    unsigned at = place_of(v, osd);

    return at < v->count && v->list[at].osd == osd ? &v->list[at].value : NULL;
}

void osd_values_remove(struct osd_values *v, int32_t osd)
{
    unsigned at = place_of(v, osd);

    if (at < v->count && v->list[at].osd == osd)
        array_remove(v->list, v->count--, sizeof(*v->list), at);
}

int osd_addrs_set(struct osd_addrs_list *l, int32_t osd, const struct entity_addrvec *addrs)
{
    struct entity_addrvec copy;
    unsigned at = 0;
    void *grown;

    if (entity_addrvec_copy(&copy, addrs) < 0)
        return -ENOMEM;
    while (at < l->count && l->list[at].osd < osd)
        at++;
    if (at == l->count || l->list[at].osd != osd) {
        grown = array_insert(l->list, l->count, sizeof(*l->list), at);
        if (!grown) {
            entity_addrvec_destroy(&copy);
            return -ENOMEM;
        }
        l->list = grown;
        l->count++;
    }
    entity_addrvec_destroy(&l->list[at].addrs);
    l->list[at].osd = osd;
    l->list[at].addrs = copy;
    return 0;
}

/* ---- the pieces ---- */

static void encode_values(const struct osd_values *v, struct encode *e)
{
    encode_u32(e, v->count);
    for (unsigned k = 0; k < v->count; k++) {
        encode_s32(e, v->list[k].osd);
        encode_u32(e, v->list[k].value);
    }
}

static void decode_values(struct osd_values *v, struct decode *d)
{
    v->count = decode_count(d, 8);
    v->list = osdmap_take_array(d, &v->count, sizeof(*v->list));
    for (unsigned k = 0; k < v->count; k++) {
        v->list[k].osd = decode_s32(d);
        v->list[k].value = decode_u32(d);
    }
}

static void encode_addrs(const struct osd_addrs_list *l, struct encode *e)
{
    encode_u32(e, l->count);
    for (unsigned k = 0; k < l->count; k++) {
        encode_s32(e, l->list[k].osd);
        entity_addrvec_encode(&l->list[k].addrs, OSDMAP_ADDR_FEATURES, e);
    }
}

static void decode_addrs(struct osd_addrs_list *l, struct decode *d)
{
    l->count = decode_count(d, 4 + 5);
    l->list = osdmap_take_array(d, &l->count, sizeof(*l->list));
    for (unsigned k = 0; k < l->count && !decode_error(d); k++) {
        l->list[k].osd = decode_s32(d);
        entity_addrvec_decode(&l->list[k].addrs, d);
    }
}

static void encode_pgs(const struct pg_ids *p, struct encode *e)
{
    encode_u32(e, p->count);
    for (unsigned k = 0; k < p->count; k++)
        pg_id_encode(p->list[k], e);
}

static void decode_pgs(struct pg_ids *p, struct decode *d)
{
    p->count = decode_count(d, PG_ID_WIRE_LEN);
    p->list = osdmap_take_array(d, &p->count, sizeof(*p->list));
    for (unsigned k = 0; k < p->count; k++)
        p->list[k] = pg_id_decode(d);
}

static uint8_t *decode_bytes_copy(uint32_t *len, struct decode *d)
{
    const uint8_t *bytes = decode_blob(d, len);
    uint8_t *copy = osdmap_take_array(d, len, 1);

    if (copy)
        memcpy(copy, bytes, *len);
    return copy;
}

static void encode_pools(const struct osdmap_incremental *i, struct encode *e)
{
    encode_u32(e, i->new_pool_count);
    for (unsigned k = 0; k < i->new_pool_count; k++) {
        encode_s64(e, i->new_pools[k].id);
        pg_pool_encode(&i->new_pools[k].pool, e);
    }
    encode_u32(e, i->new_pool_name_count);
    for (unsigned k = 0; k < i->new_pool_name_count; k++) {
        encode_s64(e, i->new_pool_names[k].pool);
        encode_string(e, i->new_pool_names[k].name);
    }
    encode_u32(e, i->old_pool_count);
    for (unsigned k = 0; k < i->old_pool_count; k++)
        encode_s64(e, i->old_pools[k]);
}

static void decode_pools(struct osdmap_incremental *i, struct decode *d)
{
    i->new_pool_count = decode_count(d, 8 + 6);
    i->new_pools = osdmap_take_array(d, &i->new_pool_count, sizeof(*i->new_pools));
    for (unsigned k = 0; k < i->new_pool_count && !decode_error(d); k++) {
        i->new_pools[k].id = decode_s64(d);
        pg_pool_decode(&i->new_pools[k].pool, d);
    }
    i->new_pool_name_count = decode_count(d, 8 + 4);
    i->new_pool_names = osdmap_take_array(d, &i->new_pool_name_count, sizeof(*i->new_pool_names));
    for (unsigned k = 0; k < i->new_pool_name_count && !decode_error(d); k++) {
        i->new_pool_names[k].pool = decode_s64(d);
        i->new_pool_names[k].name = decode_string(d);
    }
    i->old_pool_count = decode_count(d, 8);
    i->old_pools = osdmap_take_array(d, &i->old_pool_count, sizeof(*i->old_pools));
    for (unsigned k = 0; k < i->old_pool_count; k++)
        i->old_pools[k] = decode_s64(d);
}

/* ---- the two parts ---- */

static void encode_client_part(const struct osdmap_incremental *i, struct encode *e)
{
    size_t at = encode_begin_struct(e, CLIENT_PART_VERSION, 1);

    fsid_encode(&i->fsid, e);
    encode_u32(e, i->epoch);
    utime_encode(i->modified, e);
    encode_s64(e, i->new_pool_max);
    encode_s32(e, i->new_flags);
    encode_blob(e, i->full, i->full_len);
    encode_blob(e, i->crush, i->crush_len);
    encode_s32(e, i->new_max_osd);
    encode_pools(i, e);
    encode_addrs(&i->new_up_client, e);
    encode_values(&i->new_state, e);
    encode_values(&i->new_weight, e);
    osdmap_pg_osds_encode(i->new_pg_temp, i->new_pg_temp_count, 1, e);
    osdmap_primaries_encode(i->new_primary_temp, i->new_primary_temp_count, e);
    encode_values(&i->new_primary_affinity, e);
    osdmap_profiles_encode(i->new_profiles, i->new_profile_count, e);
    string_list_encode(&i->old_profiles, e);
    osdmap_pg_osds_encode(i->new_pg_upmap, i->new_pg_upmap_count, 1, e);
    encode_pgs(&i->old_pg_upmap, e);
    osdmap_pg_osds_encode(i->new_pg_upmap_items, i->new_pg_upmap_item_count, 2, e);
    encode_pgs(&i->old_pg_upmap_items, e);
    osdmap_pool_snaps_encode(i->new_removed_snaps, i->new_removed_count, e);
    osdmap_pool_snaps_encode(i->new_purged_snaps, i->new_purged_count, e);
    utime_encode(i->last_up_change, e);
    utime_encode(i->last_in_change, e);
    encode_end_struct(e, at);
}

static void decode_client_part(struct osdmap_incremental *i, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, CLIENT_PART_VERSION, &v);

    if (v < CLIENT_PART_OLDEST)
        decode_fail(&body, -EOPNOTSUPP);
    fsid_decode(&i->fsid, &body);
    i->epoch = decode_u32(&body);
    i->modified = utime_decode(&body);
    i->new_pool_max = decode_s64(&body);
    i->new_flags = decode_s32(&body);
    i->full = decode_bytes_copy(&i->full_len, &body);
    i->crush = decode_bytes_copy(&i->crush_len, &body);
    i->new_max_osd = decode_s32(&body);
    decode_pools(i, &body);
    decode_addrs(&i->new_up_client, &body);
    decode_values(&i->new_state, &body);
    decode_values(&i->new_weight, &body);
    i->new_pg_temp = osdmap_pg_osds_decode(&i->new_pg_temp_count, 1, &body);
    i->new_primary_temp = osdmap_primaries_decode(&i->new_primary_temp_count, &body);
    decode_values(&i->new_primary_affinity, &body);
    i->new_profiles = osdmap_profiles_decode(&i->new_profile_count, &body);
    string_list_decode(&i->old_profiles, &body);
    i->new_pg_upmap = osdmap_pg_osds_decode(&i->new_pg_upmap_count, 1, &body);
    decode_pgs(&i->old_pg_upmap, &body);
    i->new_pg_upmap_items = osdmap_pg_osds_decode(&i->new_pg_upmap_item_count, 2, &body);
    decode_pgs(&i->old_pg_upmap_items, &body);
    if (v >= 6) {
        i->new_removed_snaps = osdmap_pool_snaps_decode(&i->new_removed_count, &body);
        i->new_purged_snaps = osdmap_pool_snaps_decode(&i->new_purged_count, &body);
    }
    if (v >= 8) {
        i->last_up_change = utime_decode(&body);
        i->last_in_change = utime_decode(&body);
    }
    decode_end(d, &body);
}

static void encode_osd_lists(const struct osdmap_incremental *i, struct encode *e)
{
    encode_u32(e, i->new_last_clean_count);
    for (unsigned k = 0; k < i->new_last_clean_count; k++) {
        encode_s32(e, i->new_last_clean[k].osd);
        encode_u32(e, i->new_last_clean[k].begin);
        encode_u32(e, i->new_last_clean[k].end);
    }
    encode_values(&i->new_lost, e);
    osdmap_blocklist_encode(i->new_blocklist, i->new_blocked_count, e);
    encode_u32(e, i->old_blocked_count);
    for (unsigned k = 0; k < i->old_blocked_count; k++)
        entity_addr_encode(&i->old_blocklist[k], OSDMAP_ADDR_FEATURES, e);
    encode_addrs(&i->new_up_cluster, e);
    encode_string(e, i->cluster_snapshot);
    encode_u32(e, i->new_uuid_count);
    for (unsigned k = 0; k < i->new_uuid_count; k++) {
        encode_s32(e, i->new_uuid[k].osd);
        fsid_encode(&i->new_uuid[k].uuid, e);
    }
    encode_u32(e, i->new_xinfo_count);
    for (unsigned k = 0; k < i->new_xinfo_count; k++) {
        encode_s32(e, i->new_xinfo[k].osd);
        osd_xinfo_encode(&i->new_xinfo[k].xinfo, e);
    }
}

static void decode_osd_lists(struct osdmap_incremental *i, struct decode *d)
{
    i->new_last_clean_count = decode_count(d, 12);
    i->new_last_clean = osdmap_take_array(d, &i->new_last_clean_count, sizeof(*i->new_last_clean));
    for (unsigned k = 0; k < i->new_last_clean_count; k++) {
        i->new_last_clean[k].osd = decode_s32(d);
        i->new_last_clean[k].begin = decode_u32(d);
        i->new_last_clean[k].end = decode_u32(d);
    }
    decode_values(&i->new_lost, d);
    i->new_blocklist = osdmap_blocklist_decode(&i->new_blocked_count, d);
    i->old_blocked_count = decode_count(d, ADDR_MIN_LEN);
    i->old_blocklist = osdmap_take_array(d, &i->old_blocked_count, sizeof(*i->old_blocklist));
    for (unsigned k = 0; k < i->old_blocked_count && !decode_error(d); k++)
        entity_addr_decode(&i->old_blocklist[k], d);
    decode_addrs(&i->new_up_cluster, d);
    i->cluster_snapshot = decode_string(d);
    i->new_uuid_count = decode_count(d, 4 + sizeof(struct fsid));
    i->new_uuid = osdmap_take_array(d, &i->new_uuid_count, sizeof(*i->new_uuid));
    for (unsigned k = 0; k < i->new_uuid_count; k++) {
        i->new_uuid[k].osd = decode_s32(d);
        fsid_decode(&i->new_uuid[k].uuid, d);
    }
    i->new_xinfo_count = decode_count(d, 4 + XINFO_MIN_LEN);
    i->new_xinfo = osdmap_take_array(d, &i->new_xinfo_count, sizeof(*i->new_xinfo));
    for (unsigned k = 0; k < i->new_xinfo_count && !decode_error(d); k++) {
        i->new_xinfo[k].osd = decode_s32(d);
        osd_xinfo_decode(&i->new_xinfo[k].xinfo, d);
    }
}

static void encode_osd_part(const struct osdmap_incremental *i, struct encode *e)
{
    size_t at = encode_begin_struct(e, OSD_PART_VERSION, 1);

    encode_addrs(&i->new_hb_back, e);
    encode_values(&i->new_up_thru, e);
    encode_osd_lists(i, e);
    encode_addrs(&i->new_hb_front, e);
    encode_u64(e, i->encode_features);
    encode_f32(e, i->new_nearfull_ratio);
    encode_f32(e, i->new_full_ratio);
    encode_f32(e, i->new_backfillfull_ratio);
    encode_u8(e, i->new_require_min_compat_client);
    encode_u8(e, i->new_require_osd_release);
    osdmap_flags_of_encode(i->new_crush_node_flags, i->new_node_flags_count, e);
    osdmap_flags_of_encode(i->new_device_class_flags, i->new_class_flags_count, e);
    encode_end_struct(e, at);
}

static void decode_osd_part(struct osdmap_incremental *i, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, OSD_PART_UNDERSTOOD, &v);

    decode_addrs(&i->new_hb_back, &body);
    decode_values(&i->new_up_thru, &body);
    decode_osd_lists(i, &body);
    decode_addrs(&i->new_hb_front, &body);
    i->encode_features = decode_u64(&body);
    i->new_nearfull_ratio = decode_f32(&body);
    i->new_full_ratio = decode_f32(&body);
    i->new_backfillfull_ratio = decode_f32(&body);
    i->new_require_min_compat_client = decode_u8(&body);
    i->new_require_osd_release = decode_u8(&body);
    if (v >= 8)
        i->new_crush_node_flags = osdmap_flags_of_decode(&i->new_node_flags_count, &body);
    if (v >= 9)
        i->new_device_class_flags = osdmap_flags_of_decode(&i->new_class_flags_count, &body);
    decode_end(d, &body);
}

/* ---- the whole ---- */

void osdmap_incremental_encode(const struct osdmap_incremental *i, struct encode *e)
{
    size_t start = e->len, crc_at, at = encode_begin_struct(e, STRUCT_VERSION, STRUCT_COMPAT);

    encode_client_part(i, e);
    encode_osd_part(i, e);
    crc_at = e->len;
    encode_zeroes(e, CRC_LEN);
    encode_u32(e, i->full_crc);
    encode_end_struct(e, at);
    if (!encode_error(e)) {
        uint32_t crc = crc32c(UINT32_MAX, e->data + start, crc_at - start);
        crc = crc32c(crc, e->data + crc_at + CRC_LEN, e->len - crc_at - CRC_LEN);
        put_le32(e->data + crc_at, crc);
    }
}

int osdmap_incremental_decode(struct osdmap_incremental *i, struct decode *d)
{
    const uint8_t *start = d->p;
    struct decode body;
    uint8_t v;

    memset(i, 0, sizeof(*i));
    body = decode_struct(d, STRUCT_VERSION, &v);
    if (v < STRUCT_VERSION)
        decode_fail(&body, -EOPNOTSUPP);
    decode_client_part(i, &body);
    decode_osd_part(i, &body);
    osdmap_check_crc(start, &body);
    i->full_crc = decode_u32(&body);
    decode_end(d, &body);
    if (decode_error(d))
        osdmap_incremental_destroy(i);
    return decode_error(d);
}
