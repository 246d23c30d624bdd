/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/pg_pool.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PG_POOL_VERSION         29
#define PG_POOL_VERSION_STRETCH 30
#define PG_POOL_OLDEST          5

void pg_pool_init(struct pg_pool *p)
{
    memset(p, 0, sizeof(*p));
    p->tier_of = p->read_tier = p->write_tier = -1;
    p->peering_crush_bucket_mandatory_member = INT_MAX;
}

void pg_pool_destroy(struct pg_pool *p)
{
    for (unsigned i = 0; i < p->snap_count; i++)
        free(p->snaps[i].name);
    free(p->snaps);
    interval_set_destroy(&p->removed_snaps);
    free(p->erasure_code_profile);
    string_map_destroy(&p->properties);
    for (unsigned i = 0; i < p->opt_count; i++)
        free(p->opts[i].text);
    free(p->opts);
    for (unsigned i = 0; i < p->application_count; i++) {
        free(p->applications[i].name);
        string_map_destroy(&p->applications[i].metadata);
    }
    free(p->applications);
    free(p->tiers);
    free(p->hit_set_params);
    pg_pool_init(p);
}

static void encode_snaps(const struct pg_pool *p, struct encode *e)
{
    encode_u64(e, p->snap_seq);
    encode_u32(e, p->snap_epoch);
    encode_u32(e, p->snap_count);
    for (unsigned i = 0; i < p->snap_count; i++) {
        size_t at;
        encode_u64(e, p->snaps[i].id);
        at = encode_begin_struct(e, 2, 2);
        encode_u64(e, p->snaps[i].id);
        utime_encode(p->snaps[i].stamp, e);
        encode_string(e, p->snaps[i].name);
        encode_end_struct(e, at);
    }
    interval_set_encode(&p->removed_snaps, e);
}

static void encode_tiers(const struct pg_pool *p, struct encode *e)
{
    encode_u32(e, p->tier_count);
    for (unsigned i = 0; i < p->tier_count; i++)
        encode_u64(e, p->tiers[i]);
    encode_s64(e, p->tier_of);
    encode_u8(e, p->cache_mode);
    encode_s64(e, p->read_tier);
    encode_s64(e, p->write_tier);
}

static void encode_hit_set_params(const struct pg_pool *p, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    if (p->hit_set_params_len)
        encode_bytes(e, p->hit_set_params, p->hit_set_params_len);
    else
        encode_u8(e, 0); /* no hit sets */
    encode_end_struct(e, at);
}

static void encode_opts(const struct pg_pool *p, struct encode *e)
{
    size_t at = encode_begin_struct(e, 2, 1);

    encode_u32(e, p->opt_count);
    for (unsigned i = 0; i < p->opt_count; i++) {
        const struct pool_opt *o = &p->opts[i];
        encode_s32(e, o->key);
        encode_s32(e, o->type);
        if (o->type == POOL_OPT_STRING)
            encode_string(e, o->text);
        else if (o->type == POOL_OPT_INT)
            encode_s64(e, o->number);
        else
            encode_f64(e, o->real);
    }
    encode_end_struct(e, at);
}

static void encode_last_merge(const struct pg_merge_meta *m, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    pg_id_encode(m->source, e);
    encode_u32(e, m->ready_epoch);
    encode_u32(e, m->last_epoch_started);
    encode_u32(e, m->last_epoch_clean);
    eversion_encode(m->source_version, e);
    eversion_encode(m->target_version, e);
    encode_end_struct(e, at);
}

/* Cache tiers from target_max_bytes on, in the order in which they were invented. */
static void encode_cache(const struct pg_pool *p, struct encode *e)
{
    encode_u64(e, p->target_max_bytes);
    encode_u64(e, p->target_max_objects);
    encode_u32(e, p->cache_target_dirty_ratio_micro);
    encode_u32(e, p->cache_target_full_ratio_micro);
    encode_u32(e, p->cache_min_flush_age);
    encode_u32(e, p->cache_min_evict_age);
    encode_string(e, p->erasure_code_profile);
    encode_u32(e, p->last_force_op_resend_preluminous);
    encode_u32(e, p->min_read_recency_for_promote);
    encode_u64(e, p->expected_num_objects);
    encode_u32(e, p->cache_target_dirty_high_ratio_micro);
    encode_u32(e, p->min_write_recency_for_promote);
    encode_bool(e, p->use_gmt_hitset);
    encode_bool(e, p->fast_read);
    encode_u32(e, p->hit_set_grade_decay_rate);
    encode_u32(e, p->hit_set_search_last_n);
}

static void encode_since_v24(const struct pg_pool *p, struct encode *e)
{
    encode_opts(p, e);
    encode_u32(e, p->last_force_op_resend_prenautilus);
    encode_u32(e, p->application_count);
    for (unsigned i = 0; i < p->application_count; i++) {
        encode_string(e, p->applications[i].name);
        string_map_encode(&p->applications[i].metadata, e);
    }
    utime_encode(p->create_time, e);
    encode_u32(e, p->pg_num_target);
    encode_u32(e, p->pgp_num_target);
    encode_u32(e, p->pg_num_pending);
    encode_u32(e, 0); /* pg merging before it was redone */
    encode_u32(e, 0);
    encode_u32(e, p->last_force_op_resend);
    encode_u8(e, p->autoscale_mode);
    encode_last_merge(&p->last_merge, e);
}

void pg_pool_encode(const struct pg_pool *p, struct encode *e)
{
    bool stretch = p->peering_crush_bucket_count > 0;
    size_t at = encode_begin_struct(e, stretch ? PG_POOL_VERSION_STRETCH : PG_POOL_VERSION, PG_POOL_OLDEST);

    encode_u8(e, p->type);
    encode_u8(e, p->size);
    encode_u8(e, p->crush_rule);
    encode_u8(e, p->object_hash);
    encode_u32(e, p->pg_num);
    encode_u32(e, p->pgp_num);
    encode_u32(e, 0); /* localized placement groups, long gone */
    encode_u32(e, 0);
    encode_u32(e, p->last_change);
    encode_snaps(p, e);
    encode_u64(e, p->auid);
    encode_u64(e, p->flags);
    encode_u32(e, p->crash_replay_interval);
    encode_u8(e, p->min_size);
    encode_u64(e, p->quota_max_bytes);
    encode_u64(e, p->quota_max_objects);
    encode_tiers(p, e);
    string_map_encode(&p->properties, e);
    encode_hit_set_params(p, e);
    encode_u32(e, p->hit_set_period);
    encode_u32(e, p->hit_set_count);
    encode_u32(e, p->stripe_width);
    encode_cache(p, e);
    encode_since_v24(p, e);
    if (stretch) {
        encode_u32(e, p->peering_crush_bucket_count);
        encode_u32(e, p->peering_crush_bucket_target);
        encode_u32(e, p->peering_crush_bucket_barrier);
        encode_s32(e, p->peering_crush_bucket_mandatory_member);
    }
    encode_end_struct(e, at);
}

/* count zeroed elements, or NULL for none and on failure. */
static void *take_array(struct decode *d, unsigned count, size_t size)
{
    void *p = count ? calloc(count, size) : NULL;

    if (count && !p)
        decode_fail(d, -ENOMEM);
    return p;
}

static void decode_snaps(struct pg_pool *p, struct decode *d)
{
    unsigned n;

    p->snap_seq = decode_u64(d);
    p->snap_epoch = decode_u32(d);
    n = decode_count(d, 8 + 6);
    p->snaps = take_array(d, n, sizeof(*p->snaps));
    p->snap_count = p->snaps ? n : 0;
    for (unsigned i = 0; i < p->snap_count && !decode_error(d); i++) {
        struct decode body;
        uint8_t v;
        decode_u64(d);
        body = decode_struct(d, 2, &v);
        p->snaps[i].id = decode_u64(&body);
        p->snaps[i].stamp = utime_decode(&body);
        p->snaps[i].name = decode_string(&body);
        decode_end(d, &body);
    }
    interval_set_decode(&p->removed_snaps, d);
}

static void decode_tiers(struct pg_pool *p, struct decode *d)
{
    unsigned n = decode_count(d, 8);

    p->tiers = take_array(d, n, sizeof(*p->tiers));
    p->tier_count = p->tiers ? n : 0;
    for (unsigned i = 0; i < p->tier_count; i++)
        p->tiers[i] = decode_u64(d);
    p->tier_of = decode_s64(d);
    p->cache_mode = decode_u8(d);
    p->read_tier = decode_s64(d);
    p->write_tier = decode_s64(d);
}

static void decode_hit_set_params(struct pg_pool *p, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    p->hit_set_params_len = (uint32_t)decode_left(&body);
    p->hit_set_params = take_array(d, p->hit_set_params_len, 1);
    if (p->hit_set_params)
        decode_bytes(&body, p->hit_set_params, p->hit_set_params_len);
    else
        p->hit_set_params_len = 0;
    decode_end(d, &body);
}

static void decode_opts(struct pg_pool *p, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 2, &v);
    unsigned n = decode_count(&body, 12);

    p->opts = take_array(d, n, sizeof(*p->opts));
    p->opt_count = p->opts ? n : 0;
    for (unsigned i = 0; i < p->opt_count && !decode_error(&body); i++) {
        struct pool_opt *o = &p->opts[i];
        o->key = decode_s32(&body);
        o->type = decode_s32(&body);
        if (o->type == POOL_OPT_STRING)
            o->text = decode_string(&body);
        else if (o->type == POOL_OPT_INT)
            o->number = decode_s64(&body);
        else if (o->type == POOL_OPT_DOUBLE)
            o->real = decode_f64(&body);
        else
            decode_fail(&body, -EBADMSG);
    }
    decode_end(d, &body);
}

static void decode_applications(struct pg_pool *p, struct decode *d)
{
    unsigned n = decode_count(d, 8);

    p->applications = take_array(d, n, sizeof(*p->applications));
    p->application_count = p->applications ? n : 0;
    for (unsigned i = 0; i < p->application_count && !decode_error(d); i++) {
        p->applications[i].name = decode_string(d);
        string_map_decode(&p->applications[i].metadata, d);
    }
}

static void decode_last_merge(struct pg_merge_meta *m, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    m->source = pg_id_decode(&body);
    m->ready_epoch = decode_u32(&body);
    m->last_epoch_started = decode_u32(&body);
    m->last_epoch_clean = decode_u32(&body);
    m->source_version = eversion_decode(&body);
    m->target_version = eversion_decode(&body);
    decode_end(d, &body);
}

static void decode_v5_to_v13(struct pg_pool *p, uint8_t v, struct decode *d)
{
    p->auid = decode_u64(d);
    p->flags = decode_u64(d);
    p->crash_replay_interval = decode_u32(d);
    p->min_size = v >= 7 ? decode_u8(d) : (uint8_t)(p->size - p->size / 2);
    if (v >= 8) {
        p->quota_max_bytes = decode_u64(d);
        p->quota_max_objects = decode_u64(d);
    }
    if (v >= 9)
        decode_tiers(p, d);
    if (v >= 10)
        string_map_decode(&p->properties, d);
    if (v >= 11) {
        decode_hit_set_params(p, d);
        p->hit_set_period = decode_u32(d);
        p->hit_set_count = decode_u32(d);
    }
    if (v >= 12)
        p->stripe_width = decode_u32(d);
    if (v >= 13) {
        p->target_max_bytes = decode_u64(d);
        p->target_max_objects = decode_u64(d);
        p->cache_target_dirty_ratio_micro = decode_u32(d);
        p->cache_target_full_ratio_micro = decode_u32(d);
        p->cache_min_flush_age = decode_u32(d);
        p->cache_min_evict_age = decode_u32(d);
    }
}

static void decode_v14_to_v23(struct pg_pool *p, uint8_t v, struct decode *d)
{
    if (v >= 14)
        p->erasure_code_profile = decode_string(d);
    if (v >= 15)
        p->last_force_op_resend_preluminous = decode_u32(d);
    if (v >= 16)
        p->min_read_recency_for_promote = decode_u32(d);
    if (v >= 17)
        p->expected_num_objects = decode_u64(d);
    if (v >= 19)
        p->cache_target_dirty_high_ratio_micro = decode_u32(d);
    if (v >= 20)
        p->min_write_recency_for_promote = decode_u32(d);
    if (v >= 21)
        p->use_gmt_hitset = decode_bool(d);
    if (v >= 22)
        p->fast_read = decode_bool(d);
    if (v >= 23) {
        p->hit_set_grade_decay_rate = decode_u32(d);
        p->hit_set_search_last_n = decode_u32(d);
    }
}

static void decode_since_v24(struct pg_pool *p, uint8_t v, struct decode *d)
{
    if (v >= 24)
        decode_opts(p, d);
    if (v >= 25)
        p->last_force_op_resend_prenautilus = decode_u32(d);
    if (v >= 26)
        decode_applications(p, d);
    if (v >= 27)
        p->create_time = utime_decode(d);
    if (v >= 28) {
        p->pg_num_target = decode_u32(d);
        p->pgp_num_target = decode_u32(d);
        p->pg_num_pending = decode_u32(d);
        decode_u32(d);
        decode_u32(d);
        p->last_force_op_resend = decode_u32(d);
        p->autoscale_mode = decode_u8(d);
    } else {
        p->pg_num_target = p->pg_num_pending = p->pg_num;
        p->pgp_num_target = p->pgp_num;
    }
    if (v >= 29)
        decode_last_merge(&p->last_merge, d);
    if (v >= 30) {
        p->peering_crush_bucket_count = decode_u32(d);
        p->peering_crush_bucket_target = decode_u32(d);
        p->peering_crush_bucket_barrier = decode_u32(d);
        p->peering_crush_bucket_mandatory_member = decode_s32(d);
    }
}

void pg_pool_decode(struct pg_pool *p, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, PG_POOL_VERSION_STRETCH, &v);

    pg_pool_init(p);
    if (v < PG_POOL_OLDEST)
        decode_fail(&body, -EBADMSG);
    p->type = decode_u8(&body);
    p->size = decode_u8(&body);
    p->crush_rule = decode_u8(&body);
    p->object_hash = decode_u8(&body);
    p->pg_num = decode_u32(&body);
    p->pgp_num = decode_u32(&body);
    decode_u32(&body);
    decode_u32(&body);
    p->last_change = decode_u32(&body);
    decode_snaps(p, &body);
    decode_v5_to_v13(p, v, &body);
    decode_v14_to_v23(p, v, &body);
    decode_since_v24(p, v, &body);
    decode_end(d, &body);
}

int pg_pool_copy(struct pg_pool *to, const struct pg_pool *from)
{
    struct encode e;
    struct decode d;
    int r;

    encode_init(&e);
    pg_pool_encode(from, &e);
    r = encode_error(&e);
    decode_init(&d, e.data, e.len);
    pg_pool_decode(to, &d);
    if (r == 0)
        r = decode_error(&d);
    if (r < 0)
        pg_pool_destroy(to);
    encode_destroy(&e);
    return r;
}
