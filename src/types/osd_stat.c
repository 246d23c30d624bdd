/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/osd_stat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists of OSDs ---- */

void osd_ids_destroy(struct osd_ids *l)
{
    free(l->ids);
    *l = (struct osd_ids){0};
}

int osd_ids_copy(struct osd_ids *l, const int32_t *ids, uint32_t count)
{
    *l = (struct osd_ids){0};
    if (!count)
        return 0;
    l->ids = malloc(count * sizeof(*ids));
    if (!l->ids)
        return -ENOMEM;
    memcpy(l->ids, ids, count * sizeof(*ids));
    l->count = count;
    return 0;
}

void osd_ids_encode(const struct osd_ids *l, struct encode *e)
{
    encode_u32(e, l->count);
    for (uint32_t i = 0; i < l->count; i++)
        encode_s32(e, l->ids[i]);
}

void osd_ids_decode(struct osd_ids *l, struct decode *d)
{
    uint32_t count = decode_count(d, 4);

    *l = (struct osd_ids){0};
    l->ids = count ? malloc(count * sizeof(*l->ids)) : NULL;
    if (count && !l->ids) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (l->count = 0; l->count < count; l->count++)
        l->ids[l->count] = decode_s32(d);
}

/* ---- the store ---- */

void store_statfs_encode(const struct store_statfs *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

#define X(name) encode_s64(e, s->name);
    STORE_STATFS(X)
#undef X
    encode_end_struct(e, at);
}

void store_statfs_decode(struct store_statfs *s, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

#define X(name) s->name = decode_s64(&body);
    STORE_STATFS(X)
#undef X
    decode_end(d, &body);
}

/* ---- the OSD ---- */

void osd_stat_destroy(struct osd_stat *s)
{
    osd_ids_destroy(&s->hb_peers);
    osd_ids_destroy(&s->op_queue_age_hist);
    string_map_destroy(&s->alerts);
}

static void latencies_encode(const struct osd_stat *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_u32(e, s->commit_latency_ms);
    encode_u32(e, s->apply_latency_ms);
    encode_end_struct(e, at);
}

static void latencies_decode(struct osd_stat *s, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    s->commit_latency_ms = decode_u32(&body);
    s->apply_latency_ms = decode_u32(&body);
    decode_end(d, &body);
}

static void histogram_encode(const struct osd_ids *h, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    osd_ids_encode(h, e);
    encode_end_struct(e, at);
}

static void histogram_decode(struct osd_ids *h, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    osd_ids_decode(h, &body);
    decode_end(d, &body);
}

void osd_stat_encode(const struct osd_stat *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 14, 2);

    encode_u64(e, s->kb);
    encode_u64(e, s->kb_used);
    encode_u64(e, s->kb_avail);
    encode_u32(e, s->snap_trim_queue_len);
    encode_u32(e, s->num_snap_trimming);
    osd_ids_encode(&s->hb_peers, e);
    encode_u32(e, 0); /* peers that pinged us, of old */
    histogram_encode(&s->op_queue_age_hist, e);
    latencies_encode(s, e);
    encode_u32(e, s->up_from);
    encode_u64(e, s->seq);
    encode_u32(e, s->num_pgs);
    encode_u64(e, s->kb_used_data);
    encode_u64(e, s->kb_used_omap);
    encode_u64(e, s->kb_used_meta);
    store_statfs_encode(&s->statfs, e);
    encode_u32(e, 1);
    encode_s32(e, s->alerts_of);
    string_map_encode(&s->alerts, e);
    encode_u64(e, s->num_shards_repaired);
    encode_u32(e, s->num_osds);
    encode_u32(e, s->num_per_pool_osds);
    encode_u32(e, s->num_per_pool_omap_osds);
    encode_u32(e, 0); /* times of pings */
    encode_end_struct(e, at);
}

/* An OSD sends its own; of more the last one stays. */
static void alerts_decode(struct osd_stat *s, struct decode *d)
{
    uint32_t count = decode_count(d, 8);

    for (uint32_t i = 0; i < count && !decode_error(d); i++) {
        string_map_destroy(&s->alerts);
        s->alerts_of = decode_s32(d);
        string_map_decode(&s->alerts, d);
    }
}

void osd_stat_decode(struct osd_stat *s, struct decode *d)
{
    struct osd_ids old;
    uint8_t v;
    struct decode body = decode_struct(d, 14, &v);

    memset(s, 0, sizeof(*s));
    if (v < 14) /* of releases before 16 */
        decode_fail(&body, -EOPNOTSUPP);
    s->kb = decode_u64(&body);
    s->kb_used = decode_u64(&body);
    s->kb_avail = decode_u64(&body);
    s->snap_trim_queue_len = decode_u32(&body);
    s->num_snap_trimming = decode_u32(&body);
    osd_ids_decode(&s->hb_peers, &body);
    osd_ids_decode(&old, &body);
    osd_ids_destroy(&old);
    histogram_decode(&s->op_queue_age_hist, &body);
    latencies_decode(s, &body);
    s->up_from = decode_u32(&body);
    s->seq = decode_u64(&body);
    s->num_pgs = decode_u32(&body);
    s->kb_used_data = decode_u64(&body);
    s->kb_used_omap = decode_u64(&body);
    s->kb_used_meta = decode_u64(&body);
    store_statfs_decode(&s->statfs, &body);
    alerts_decode(s, &body);
    s->num_shards_repaired = decode_u64(&body);
    s->num_osds = decode_u32(&body);
    s->num_per_pool_osds = decode_u32(&body);
    s->num_per_pool_omap_osds = decode_u32(&body);
    decode_end(d, &body);
}
