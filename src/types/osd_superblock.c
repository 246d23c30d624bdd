/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/osd_superblock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURE_SETS = 3, POOL_FULL_LEN = 8 + 4 };

void osd_superblock_destroy(struct osd_superblock *s)
{
    free(s->features);
    free(s->pools_marked_full);
    memset(s, 0, sizeof(*s));
}

static uint8_t *copy(struct decode *d, const uint8_t *p, size_t len)
{
    uint8_t *out = malloc(len ? len : 1);

    if (!out)
        decode_fail(d, -ENOMEM);
    else if (len)
        memcpy(out, p, len);
    return out;
}

/* A set: u64 mask, map of u64 to string. */
static void skip_feature_set(struct decode *d)
{
    uint32_t count, len;

    (void)decode_u64(d);
    count = decode_count(d, 8 + 4);
    while (count-- && !decode_error(d)) {
        (void)decode_u64(d);
        (void)decode_blob(d, &len);
    }
}

static void decode_features(struct osd_superblock *s, struct decode *d)
{
    const uint8_t *start = d->p;

    for (unsigned i = 0; i < FEATURE_SETS; i++)
        skip_feature_set(d);
    if (decode_error(d))
        return;
    s->features_len = (uint32_t)(d->p - start);
    s->features = copy(d, start, s->features_len);
}

static void decode_pools_marked_full(struct osd_superblock *s, struct decode *d)
{
    uint32_t count = decode_count(d, POOL_FULL_LEN);
    const uint8_t *p = decode_take(d, (size_t)count * POOL_FULL_LEN);

    if (!p)
        return;
    s->pools_marked_full_count = count;
    s->pools_marked_full = copy(d, p, (size_t)count * POOL_FULL_LEN);
}

void osd_superblock_decode(struct osd_superblock *s, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 10, &v);

    memset(s, 0, sizeof(*s));
    fsid_decode(&s->cluster_fsid, &body);
    s->whoami = decode_s32(&body);
    s->current_epoch = decode_u32(&body);
    s->oldest_map = decode_u32(&body);
    s->newest_map = decode_u32(&body);
    s->weight = decode_f64(&body);
    decode_features(s, &body);
    s->clean_thru = decode_u32(&body);
    s->mounted = decode_u32(&body);
    fsid_decode(&s->osd_fsid, &body);
    s->last_map_marked_full = decode_u32(&body);
    decode_pools_marked_full(s, &body);
    if (v >= 9) {
        s->purged_snaps_last = decode_u32(&body);
        s->last_purged_snaps_scrub = utime_decode(&body);
    }
    if (v >= 10)
        s->trim_lower_bound = decode_u32(&body);
    decode_end(d, &body);
}

void osd_superblock_encode(const struct osd_superblock *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 10, 5);

    fsid_encode(&s->cluster_fsid, e);
    encode_s32(e, s->whoami);
    encode_u32(e, s->current_epoch);
    encode_u32(e, s->oldest_map);
    encode_u32(e, s->newest_map);
    encode_f64(e, s->weight);
    if (s->features)
        encode_bytes(e, s->features, s->features_len);
    else
        encode_zeroes(e, FEATURE_SETS * (8 + 4));
    encode_u32(e, s->clean_thru);
    encode_u32(e, s->mounted);
    fsid_encode(&s->osd_fsid, e);
    encode_u32(e, s->last_map_marked_full);
    encode_u32(e, s->pools_marked_full_count);
    encode_bytes(e, s->pools_marked_full, (size_t)s->pools_marked_full_count * POOL_FULL_LEN);
    encode_u32(e, s->purged_snaps_last);
    utime_encode(s->last_purged_snaps_scrub, e);
    encode_u32(e, s->trim_lower_bound);
    encode_end_struct(e, at);
}
