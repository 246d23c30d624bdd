/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool for people and for programs, in the shapes of genuine tools. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "maps/pg_pool.h"
#include "types/bit_names.h"

static const struct bit_name flags[] = {
    {PG_POOL_HASHPSPOOL, "hashpspool"},
    {PG_POOL_FULL, "full"},
    {1 << 2, "ec_overwrites"},
    {1 << 3, "incomplete_clones"},
    {PG_POOL_NODELETE, "nodelete"},
    {PG_POOL_NOPGCHANGE, "nopgchange"},
    {PG_POOL_NOSIZECHANGE, "nosizechange"},
    {PG_POOL_WRITE_FADVISE_DONTNEED, "write_fadvise_dontneed"},
    {PG_POOL_NOSCRUB, "noscrub"},
    {PG_POOL_NODEEP_SCRUB, "nodeep-scrub"},
    {PG_POOL_FULL_QUOTA, "full_quota"},
    {PG_POOL_NEARFULL, "nearfull"},
    {PG_POOL_BACKFILLFULL, "backfillfull"},
    {PG_POOL_SELFMANAGED_SNAPS, "selfmanaged_snaps"},
    {PG_POOL_POOL_SNAPS, "pool_snaps"},
    {PG_POOL_CREATING, "creating"},
    {1 << 16, "???"}, /* eio, which genuine tools have no name for */
    {PG_POOL_BULK, "bulk"},
};
static const struct bit_names flag_names = {flags, ARRAY_SIZE(flags)};

#define FLAGS_TEXT_MAX 256
#define GRADES_MAX     1024 /* shown; a pool has a handful */

static const char *pool_type_name(const struct pg_pool *p)
{
    return p->type == PG_POOL_REPLICATED ? "replicated" : p->type == PG_POOL_ERASURE ? "erasure" : "???";
}

static const char *autoscale_name(const struct pg_pool *p)
{
    static const char *const names[] = {"off", "warn", "on"};

    return p->autoscale_mode < ARRAY_SIZE(names) ? names[p->autoscale_mode] : "???";
}

static const char *object_hash_name(const struct pg_pool *p)
{
    return p->object_hash == PG_POOL_HASH_RJENKINS ? "rjenkins" : p->object_hash == 1 ? "linux" : "unknown";
}

static const char *cache_mode_name(const struct pg_pool *p)
{
    static const char *const names[] = {"none",        "writeback", "forward", "readonly",
                                        "readforward", "readproxy", "proxy"};

    return p->cache_mode < ARRAY_SIZE(names) ? names[p->cache_mode] : "unknown";
}

static const char *hit_set_type_name(const struct pg_pool *p)
{
    static const char *const names[] = {"none", "explicit_hash", "explicit_object", "bloom"};
    uint8_t type = p->hit_set_params_len ? p->hit_set_params[0] : 0;

    return type < ARRAY_SIZE(names) ? names[type] : "???";
}

static void print_tiers(const struct pg_pool *p, FILE *out)
{
    if (p->tier_count)
        fputs(" tiers ", out);
    for (unsigned i = 0; i < p->tier_count; i++)
        fprintf(out, "%s%" PRIu64, i ? "," : "", p->tiers[i]);
    if (p->tier_of >= 0)
        fprintf(out, " tier_of %" PRId64, p->tier_of);
    if (p->read_tier >= 0)
        fprintf(out, " read_tier %" PRId64, p->read_tier);
    if (p->write_tier >= 0)
        fprintf(out, " write_tier %" PRId64, p->write_tier);
    if (p->cache_mode)
        fprintf(out, " cache_mode %s", cache_mode_name(p));
    if (p->target_max_bytes)
        fprintf(out, " target_bytes %" PRIu64, p->target_max_bytes);
    if (p->target_max_objects)
        fprintf(out, " target_objects %" PRIu64, p->target_max_objects);
    if (p->hit_set_params_len && p->hit_set_params[0])
        fprintf(out, " hit_set %s %us x%u decay_rate %u search_last_n %u", hit_set_type_name(p),
                p->hit_set_period, p->hit_set_count, p->hit_set_grade_decay_rate, p->hit_set_search_last_n);
    if (p->min_read_recency_for_promote)
        fprintf(out, " min_read_recency_for_promote %u", p->min_read_recency_for_promote);
    if (p->min_write_recency_for_promote)
        fprintf(out, " min_write_recency_for_promote %u", p->min_write_recency_for_promote);
}

static int compare_opts(const void *a, const void *b)
{
    const struct pool_opt *const *x = a, *const *y = b;

    return strcmp(pg_pool_opt_name((*x)->key), pg_pool_opt_name((*y)->key));
}

/* Those whose names are known, in the order of the names. Returns their number. */
static unsigned sorted_opts(const struct pg_pool *p, const struct pool_opt *out[static PG_POOL_OPTS])
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->opt_count && n < PG_POOL_OPTS; i++)
        if (pg_pool_opt_name(p->opts[i].key))
            out[n++] = &p->opts[i];
    qsort(out, n, sizeof(*out), compare_opts);
    return n;
}

static void print_opts(const struct pg_pool *p, FILE *out)
{
    const struct pool_opt *opts[PG_POOL_OPTS];
    unsigned n = sorted_opts(p, opts);

    for (unsigned i = 0; i < n; i++) {
        const struct pool_opt *o = opts[i];
        fprintf(out, " %s ", pg_pool_opt_name(o->key));
        if (o->type == POOL_OPT_STRING)
            fputs(o->text, out);
        else if (o->type == POOL_OPT_INT)
            fprintf(out, "%" PRId64, o->number);
        else
            fprintf(out, "%g", o->real);
    }
}

void pg_pool_print(const struct pg_pool *p, FILE *out)
{
    char text[FLAGS_TEXT_MAX];

    fputs(pool_type_name(p), out);
    if (p->type == PG_POOL_ERASURE)
        fprintf(out, " profile %s", p->erasure_code_profile ? p->erasure_code_profile : "");
    fprintf(out, " size %u min_size %u crush_rule %u object_hash %s pg_num %u pgp_num %u", p->size,
            p->min_size, p->crush_rule, object_hash_name(p), p->pg_num, p->pgp_num);
    if (p->pg_num_target != p->pg_num)
        fprintf(out, " pg_num_target %u", p->pg_num_target);
    if (p->pgp_num_target != p->pgp_num)
        fprintf(out, " pgp_num_target %u", p->pgp_num_target);
    if (p->pg_num_pending != p->pg_num)
        fprintf(out, " pg_num_pending %u", p->pg_num_pending);
    fprintf(out, " autoscale_mode %s last_change %u", autoscale_name(p), p->last_change);
    if (p->last_force_op_resend || p->last_force_op_resend_prenautilus || p->last_force_op_resend_preluminous)
        fprintf(out, " lfor %u/%u/%u", p->last_force_op_resend, p->last_force_op_resend_prenautilus,
                p->last_force_op_resend_preluminous);
    if (p->auid)
        fprintf(out, " owner %" PRIu64, p->auid);
    if (p->flags)
        fprintf(out, " flags %s", bit_names_print(&flag_names, p->flags, text, sizeof(text)));
    if (p->quota_max_bytes)
        fprintf(out, " max_bytes %" PRIu64, p->quota_max_bytes);
    if (p->quota_max_objects)
        fprintf(out, " max_objects %" PRIu64, p->quota_max_objects);
    print_tiers(p, out);
    fprintf(out, " stripe_width %u", p->stripe_width);
    if (p->expected_num_objects)
        fprintf(out, " expected_num_objects %" PRIu64, p->expected_num_objects);
    if (p->fast_read)
        fprintf(out, " fast_read %u", p->fast_read);
    print_opts(p, out);
    for (unsigned i = 0; i < p->application_count; i++)
        fprintf(out, "%s%s", i ? "," : " application ", p->applications[i].name);
}

static void format_last_merge(const struct pg_merge_meta *m, struct formatter *f)
{
    char pg[PG_ID_TEXT_MAX], version[EVERSION_TEXT_MAX];

    formatter_open_object(f, "last_pg_merge_meta");
    formatter_string(f, "source_pgid", pg_id_print(m->source, pg));
    formatter_uint(f, "ready_epoch", m->ready_epoch);
    formatter_uint(f, "last_epoch_started", m->last_epoch_started);
    formatter_uint(f, "last_epoch_clean", m->last_epoch_clean);
    formatter_string(f, "source_version", eversion_print(m->source_version, version));
    formatter_string(f, "target_version", eversion_print(m->target_version, version));
    formatter_close(f);
}

/* The epochs as strings are genuine Ceph's. */
static void format_placement(const struct pg_pool *p, struct formatter *f)
{
    formatter_uint(f, "type", p->type);
    formatter_uint(f, "size", p->size);
    formatter_uint(f, "min_size", p->min_size);
    formatter_uint(f, "crush_rule", p->crush_rule);
    formatter_uint(f, "peering_crush_bucket_count", p->peering_crush_bucket_count);
    formatter_uint(f, "peering_crush_bucket_target", p->peering_crush_bucket_target);
    formatter_uint(f, "peering_crush_bucket_barrier", p->peering_crush_bucket_barrier);
    formatter_int(f, "peering_crush_bucket_mandatory_member", p->peering_crush_bucket_mandatory_member);
    formatter_uint(f, "object_hash", p->object_hash);
    formatter_string(f, "pg_autoscale_mode", autoscale_name(p));
    formatter_uint(f, "pg_num", p->pg_num);
    formatter_uint(f, "pg_placement_num", p->pgp_num);
    formatter_uint(f, "pg_placement_num_target", p->pgp_num_target);
    formatter_uint(f, "pg_num_target", p->pg_num_target);
    formatter_uint(f, "pg_num_pending", p->pg_num_pending);
    format_last_merge(&p->last_merge, f);
    formatter_printf(f, "last_change", "%u", p->last_change);
    formatter_printf(f, "last_force_op_resend", "%u", p->last_force_op_resend);
    formatter_printf(f, "last_force_op_resend_prenautilus", "%u", p->last_force_op_resend_prenautilus);
    formatter_printf(f, "last_force_op_resend_preluminous", "%u", p->last_force_op_resend_preluminous);
}

static void format_removed_snaps(const struct pg_pool *p, struct formatter *f)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (out) {
        interval_set_print(&p->removed_snaps, out);
        fclose(out);
    }
    formatter_string(f, "removed_snaps", text ? text : "");
    free(text);
}

static void format_snaps(const struct pg_pool *p, struct formatter *f)
{
    char stamp[UTIME_TEXT_MAX];

    formatter_string(f, "snap_mode", p->flags & PG_POOL_POOL_SNAPS ? "pool" : "selfmanaged");
    formatter_uint(f, "snap_seq", p->snap_seq);
    formatter_uint(f, "snap_epoch", p->snap_epoch);
    formatter_open_array(f, "pool_snaps");
    for (unsigned i = 0; i < p->snap_count; i++) {
        formatter_open_object(f, NULL);
        formatter_uint(f, "snapid", p->snaps[i].id);
        formatter_string(f, "stamp", utime_print(p->snaps[i].stamp, stamp));
        formatter_string(f, "name", p->snaps[i].name);
        formatter_close(f);
    }
    formatter_close(f);
    format_removed_snaps(p, f);
}

/* How much a hit in an older hit set counts, in millionths. */
static void format_grade_table(const struct pg_pool *p, struct formatter *f)
{
    uint32_t decay = p->hit_set_grade_decay_rate < 100 ? p->hit_set_grade_decay_rate : 100; /* percent */
    double grade = 1000000;

    formatter_open_array(f, "grade_table");
    for (uint32_t i = 0; i < p->hit_set_count && i < GRADES_MAX; i++) {
        formatter_int(f, NULL, (int64_t)grade);
        grade *= 1 - decay / 100.0;
    }
    formatter_close(f);
}

static void format_tiers(const struct pg_pool *p, struct formatter *f)
{
    formatter_open_array(f, "tiers");
    for (unsigned i = 0; i < p->tier_count; i++)
        formatter_uint(f, NULL, p->tiers[i]);
    formatter_close(f);
    formatter_int(f, "tier_of", p->tier_of);
    formatter_int(f, "read_tier", p->read_tier);
    formatter_int(f, "write_tier", p->write_tier);
    formatter_string(f, "cache_mode", cache_mode_name(p));
    formatter_uint(f, "target_max_bytes", p->target_max_bytes);
    formatter_uint(f, "target_max_objects", p->target_max_objects);
    formatter_uint(f, "cache_target_dirty_ratio_micro", p->cache_target_dirty_ratio_micro);
    formatter_uint(f, "cache_target_dirty_high_ratio_micro", p->cache_target_dirty_high_ratio_micro);
    formatter_uint(f, "cache_target_full_ratio_micro", p->cache_target_full_ratio_micro);
    formatter_uint(f, "cache_min_flush_age", p->cache_min_flush_age);
    formatter_uint(f, "cache_min_evict_age", p->cache_min_evict_age);
    formatter_string(f, "erasure_code_profile", p->erasure_code_profile ? p->erasure_code_profile : "");
}

static void format_hit_sets(const struct pg_pool *p, struct formatter *f)
{
    formatter_open_object(f, "hit_set_params");
    formatter_string(f, "type", hit_set_type_name(p));
    formatter_close(f);
    formatter_uint(f, "hit_set_period", p->hit_set_period);
    formatter_uint(f, "hit_set_count", p->hit_set_count);
    formatter_bool(f, "use_gmt_hitset", p->use_gmt_hitset);
    formatter_uint(f, "min_read_recency_for_promote", p->min_read_recency_for_promote);
    formatter_uint(f, "min_write_recency_for_promote", p->min_write_recency_for_promote);
    formatter_uint(f, "hit_set_grade_decay_rate", p->hit_set_grade_decay_rate);
    formatter_uint(f, "hit_set_search_last_n", p->hit_set_search_last_n);
    format_grade_table(p, f);
}

static void format_opts(const struct pg_pool *p, struct formatter *f)
{
    const struct pool_opt *opts[PG_POOL_OPTS];
    unsigned n = sorted_opts(p, opts);

    formatter_open_object(f, "options");
    for (unsigned i = 0; i < n; i++) {
        const char *name = pg_pool_opt_name(opts[i]->key);
        if (opts[i]->type == POOL_OPT_STRING)
            formatter_string(f, name, opts[i]->text);
        else if (opts[i]->type == POOL_OPT_INT)
            formatter_int(f, name, opts[i]->number);
        else
            formatter_double(f, name, opts[i]->real);
    }
    formatter_close(f);
}

static void format_applications(const struct pg_pool *p, struct formatter *f)
{
    formatter_open_object(f, "application_metadata");
    for (unsigned i = 0; i < p->application_count; i++) {
        const struct string_map *m = &p->applications[i].metadata;

        formatter_open_object(f, p->applications[i].name);
        for (unsigned j = 0; j < m->count; j++)
            formatter_string(f, m->pairs[j].key, m->pairs[j].value);
        formatter_close(f);
    }
    formatter_close(f);
}

void pg_pool_format(const struct pg_pool *p, struct formatter *f)
{
    char text[FLAGS_TEXT_MAX], created[UTIME_TEXT_MAX];

    formatter_string(f, "create_time", utime_print(p->create_time, created));
    formatter_uint(f, "flags", p->flags);
    formatter_string(f, "flags_names", bit_names_print(&flag_names, p->flags, text, sizeof(text)));
    format_placement(p, f);
    formatter_uint(f, "auid", p->auid);
    format_snaps(p, f);
    formatter_uint(f, "quota_max_bytes", p->quota_max_bytes);
    formatter_uint(f, "quota_max_objects", p->quota_max_objects);
    format_tiers(p, f);
    format_hit_sets(p, f);
    formatter_uint(f, "stripe_width", p->stripe_width);
    formatter_uint(f, "expected_num_objects", p->expected_num_objects);
    formatter_bool(f, "fast_read", p->fast_read);
    format_opts(p, f);
    format_applications(p, f);
}
