/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/pg_stat.h"

#include <errno.h>
#include <string.h>

const char *pg_state_print(uint64_t state, char buf[static PG_STATE_TEXT_MAX])
{
    static const struct {
        uint64_t bit;
        const char *name;
    } names[] = {
#define X(bit, constant, name) {UINT64_C(1) << (bit), name},
        PG_STATES(X)
#undef X
    };
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (state & names[i].bit)
            n += (size_t)snprintf(buf + n, PG_STATE_TEXT_MAX - n, "%s%s", n ? "+" : "", names[i].name);
    }
    if (n == 0)
        snprintf(buf, PG_STATE_TEXT_MAX, "unknown");
    return buf;
}

void pg_stat_destroy(struct pg_stat *s)
{
    osd_ids_destroy(&s->up);
    osd_ids_destroy(&s->acting);
    osd_ids_destroy(&s->blocked_by);
    interval_set_destroy(&s->purged_snaps);
}

void pg_stat_encode(const struct pg_stat *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 26, 22);

    eversion_encode(s->version, e);
    encode_u64(e, s->reported_seq);
    encode_u32(e, s->reported_epoch);
    encode_u32(e, (uint32_t)s->state);
    eversion_encode(s->log_start, e);
    eversion_encode(s->ondisk_log_start, e);
    encode_u32(e, s->created);
    encode_u32(e, s->last_epoch_clean);
    pg_id_encode(s->parent, e);
    encode_u32(e, s->parent_split_bits);
    eversion_encode(s->last_scrub, e);
    utime_encode(s->last_scrub_stamp, e);
    object_stat_collection_encode(&s->stats, e);
    encode_s64(e, s->log_size);
    encode_s64(e, s->ondisk_log_size);
    osd_ids_encode(&s->up, e);
    osd_ids_encode(&s->acting, e);
    utime_encode(s->last_fresh, e);
    utime_encode(s->last_change, e);
    utime_encode(s->last_active, e);
    utime_encode(s->last_clean, e);
    utime_encode(s->last_unstale, e);
    encode_u32(e, s->mapping_epoch);
    eversion_encode(s->last_deep_scrub, e);
    utime_encode(s->last_deep_scrub_stamp, e);
    encode_bool(e, s->stats_invalid);
    utime_encode(s->last_clean_scrub_stamp, e);
    utime_encode(s->last_became_active, e);
    encode_bool(e, s->dirty_stats_invalid);
    encode_s32(e, s->up_primary);
    encode_s32(e, s->acting_primary);
    encode_bool(e, s->omap_stats_invalid);
    encode_bool(e, s->hitset_stats_invalid);
    osd_ids_encode(&s->blocked_by, e);
    utime_encode(s->last_undegraded, e);
    utime_encode(s->last_fullsized, e);
    encode_bool(e, s->hitset_bytes_stats_invalid);
    utime_encode(s->last_peered, e);
    utime_encode(s->last_became_peered, e);
    encode_bool(e, s->pin_stats_invalid);
    encode_u32(e, s->snaptrimq_len);
    encode_u32(e, (uint32_t)(s->state >> 32));
    interval_set_encode(&s->purged_snaps, e);
    encode_bool(e, s->manifest_stats_invalid);
    encode_u32(e, 0); /* OSDs that have all objects, where some do not */
    encode_u32(e, 0); /* and how many objects lie where */
    encode_end_struct(e, at);
}

void pg_stat_decode(struct pg_stat *s, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 26, &v);

    memset(s, 0, sizeof(*s));
    if (v < 26) /* of releases before 16 */
        decode_fail(&body, -EOPNOTSUPP);
    s->version = eversion_decode(&body);
    s->reported_seq = decode_u64(&body);
    s->reported_epoch = decode_u32(&body);
    s->state = decode_u32(&body);
    s->log_start = eversion_decode(&body);
    s->ondisk_log_start = eversion_decode(&body);
    s->created = decode_u32(&body);
    s->last_epoch_clean = decode_u32(&body);
    s->parent = pg_id_decode(&body);
    s->parent_split_bits = decode_u32(&body);
    s->last_scrub = eversion_decode(&body);
    s->last_scrub_stamp = utime_decode(&body);
    object_stat_collection_decode(&s->stats, &body);
    s->log_size = decode_s64(&body);
    s->ondisk_log_size = decode_s64(&body);
    osd_ids_decode(&s->up, &body);
    osd_ids_decode(&s->acting, &body);
    s->last_fresh = utime_decode(&body);
    s->last_change = utime_decode(&body);
    s->last_active = utime_decode(&body);
    s->last_clean = utime_decode(&body);
    s->last_unstale = utime_decode(&body);
    s->mapping_epoch = decode_u32(&body);
    s->last_deep_scrub = eversion_decode(&body);
    s->last_deep_scrub_stamp = utime_decode(&body);
    s->stats_invalid = decode_bool(&body);
    s->last_clean_scrub_stamp = utime_decode(&body);
    s->last_became_active = utime_decode(&body);
    s->dirty_stats_invalid = decode_bool(&body);
    s->up_primary = decode_s32(&body);
    s->acting_primary = decode_s32(&body);
    s->omap_stats_invalid = decode_bool(&body);
    s->hitset_stats_invalid = decode_bool(&body);
    osd_ids_decode(&s->blocked_by, &body);
    s->last_undegraded = utime_decode(&body);
    s->last_fullsized = utime_decode(&body);
    s->hitset_bytes_stats_invalid = decode_bool(&body);
    s->last_peered = utime_decode(&body);
    s->last_became_peered = utime_decode(&body);
    s->pin_stats_invalid = decode_bool(&body);
    s->snaptrimq_len = decode_u32(&body);
    s->state |= (uint64_t)decode_u32(&body) << 32;
    interval_set_decode(&s->purged_snaps, &body);
    s->manifest_stats_invalid = decode_bool(&body);
    decode_end(d, &body);
}
