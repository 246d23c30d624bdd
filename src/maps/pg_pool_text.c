/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool for people and for programs, in the shapes of genuine tools. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "maps/pg_pool.h"
#include "types/dump_util.h"

static const char *const flag_names[] = {
    "hashpspool",    "full",
    "ec_overwrites", "incomplete_clones",
    "nodelete",      "nopgchange",
    "nosizechange",  "write_fadvise_dontneed",
    "noscrub",       "nodeep-scrub",
    "full_quota",    "nearfull",
    "backfillfull",  "selfmanaged_snaps",
    "pool_snaps",    "creating",
    "???",           "bulk",
};
static const struct bit_names flags_known = {flag_names, ARRAY_SIZE(flag_names)};

#define FLAGS_TEXT_MAX 256
#define GRADES_MAX     1024 /* shown; a pool has a handful */

static const char *const opt_names[] = {
    "scrub_min_interval",
    "scrub_max_interval",
    "deep_scrub_interval",
    "recovery_priority",
    "recovery_op_priority",
    "scrub_priority",
    "compression_mode",
    "compression_algorithm",
    "compression_required_ratio",
    "compression_max_blob_size",
    "compression_min_blob_size",
    "csum_type",
    "csum_max_block",
    "csum_min_block",
    "fingerprint_algorithm",
    "pg_num_min",
    "target_size_bytes",
    "target_size_ratio",
    "pg_autoscale_bias",
    "read_lease_interval",
    "dedup_tier",
    "dedup_chunk_algorithm",
    "dedup_cdc_chunk_size",
    "pg_num_max",
};

/* By the number on the wire. */
static const char *opt_name(int32_t key)
{
    return key >= 0 && (size_t)key < ARRAY_SIZE(opt_names) ? opt_names[key] : NULL;
}

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

    return strcmp(opt_name((*x)->key), opt_name((*y)->key));
}

/* Those whose names are known, in the order of the names. Returns their number. */
static unsigned sorted_opts(const struct pg_pool *p, const struct pool_opt *out[static ARRAY_SIZE(opt_names)])
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->opt_count && n < ARRAY_SIZE(opt_names); i++)
        if (opt_name(p->opts[i].key))
            out[n++] = &p->opts[i];
    qsort(out, n, sizeof(*out), compare_opts);
    return n;
}

static void print_opts(const struct pg_pool *p, FILE *out)
{
    const struct pool_opt *opts[ARRAY_SIZE(opt_names)];
    unsigned n = sorted_opts(p, opts);

    for (unsigned i = 0; i < n; i++) {
        const struct pool_opt *o = opts[i];
        fprintf(out, " %s ", opt_name(o->key));
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
    char flags[FLAGS_TEXT_MAX];

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
        fprintf(out, " flags %s", print_bits(p->flags, &flags_known, flags, sizeof(flags)));
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

static json_t *dump_last_merge(const struct pg_merge_meta *m)
{
    char pg[PG_ID_TEXT_MAX], source[EVERSION_TEXT_MAX], target[EVERSION_TEXT_MAX];

    return json_pack("{s:s, s:I, s:I, s:I, s:s, s:s}", "source_pgid", pg_id_print(m->source, pg),
                     "ready_epoch", (json_int_t)m->ready_epoch, "last_epoch_started",
                     (json_int_t)m->last_epoch_started, "last_epoch_clean", (json_int_t)m->last_epoch_clean,
                     "source_version", eversion_print(m->source_version, source), "target_version",
                     eversion_print(m->target_version, target));
}

static json_t *dump_snaps(const struct pg_pool *p)
{
    json_t *list = json_array();
    char stamp[UTIME_TEXT_MAX];

    for (unsigned i = 0; i < p->snap_count; i++) {
        json_t *snap = json_pack("{s:I, s:s, s:o}", "snapid", (json_int_t)p->snaps[i].id, "stamp",
                                 utime_print(p->snaps[i].stamp, stamp), "name", dump_text(p->snaps[i].name));
        if (json_array_append_new(list, snap) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *dump_removed_snaps(const struct pg_pool *p)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    interval_set_print(&p->removed_snaps, out);
    fclose(out);
    return dump_text_steal(text);
}

static json_t *dump_tiers(const struct pg_pool *p)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < p->tier_count; i++)
        if (json_array_append_new(list, json_integer((json_int_t)p->tiers[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *dump_opts(const struct pg_pool *p)
{
    const struct pool_opt *opts[ARRAY_SIZE(opt_names)];
    unsigned n = sorted_opts(p, opts);
    json_t *object = json_object();

    for (unsigned i = 0; object && i < n; i++) {
        const struct pool_opt *o = opts[i];
        json_t *value = o->type == POOL_OPT_STRING ? dump_text(o->text)
                        : o->type == POOL_OPT_INT  ? json_integer(o->number)
                                                   : dump_real(o->real);
        if (json_object_set_new(object, opt_name(o->key), value) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* How much a hit in an older hit set counts, in millionths. */
static json_t *dump_grade_table(const struct pg_pool *p)
{
    json_t *list = json_array();
    double grade = 1000000;

    for (uint32_t i = 0; list && i < p->hit_set_count && i < GRADES_MAX; i++) {
        if (json_array_append_new(list, json_integer((json_int_t)grade)) < 0) {
            json_decref(list);
            return NULL;
        }
        grade *= 1 - p->hit_set_grade_decay_rate / 100.0;
    }
    return list;
}

static json_t *dump_applications(const struct pg_pool *p)
{
    json_t *all = json_object();

    for (unsigned i = 0; i < p->application_count; i++) {
        const struct string_map *m = &p->applications[i].metadata;
        json_t *one = json_object();
        for (unsigned j = 0; j < m->count; j++)
            /* A key that is no UTF-8 is left out: JSON cannot have it. */
            (void)json_object_set_new(one, m->pairs[j].key, dump_text(m->pairs[j].value));
        (void)json_object_set_new(all, p->applications[i].name, one);
    }
    return all;
}

/* Everything in the order of genuine Ceph; the epochs as strings are genuine, too. */
static json_t *dump_main(const struct pg_pool *p)
{
    char created[UTIME_TEXT_MAX], flags[FLAGS_TEXT_MAX], change[16], lfor[16], nautilus[16], luminous[16];

    snprintf(change, sizeof(change), "%u", p->last_change);
    snprintf(lfor, sizeof(lfor), "%u", p->last_force_op_resend);
    snprintf(nautilus, sizeof(nautilus), "%u", p->last_force_op_resend_prenautilus);
    snprintf(luminous, sizeof(luminous), "%u", p->last_force_op_resend_preluminous);
    return json_pack(
        "{s:s, s:I, s:s, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:o,"
        " s:s, s:s, s:s, s:s}",
        "create_time", utime_print(p->create_time, created), "flags", (json_int_t)p->flags, "flags_names",
        print_bits(p->flags, &flags_known, flags, sizeof(flags)), "type", p->type, "size", p->size,
        "min_size", p->min_size, "crush_rule", p->crush_rule, "peering_crush_bucket_count",
        (json_int_t)p->peering_crush_bucket_count, "peering_crush_bucket_target",
        (json_int_t)p->peering_crush_bucket_target, "peering_crush_bucket_barrier",
        (json_int_t)p->peering_crush_bucket_barrier, "peering_crush_bucket_mandatory_member",
        (json_int_t)p->peering_crush_bucket_mandatory_member, "object_hash", p->object_hash,
        "pg_autoscale_mode", autoscale_name(p), "pg_num", (json_int_t)p->pg_num, "pg_placement_num",
        (json_int_t)p->pgp_num, "pg_placement_num_target", (json_int_t)p->pgp_num_target, "pg_num_target",
        (json_int_t)p->pg_num_target, "pg_num_pending", (json_int_t)p->pg_num_pending, "last_pg_merge_meta",
        dump_last_merge(&p->last_merge), "last_change", change, "last_force_op_resend", lfor,
        "last_force_op_resend_prenautilus", nautilus, "last_force_op_resend_preluminous", luminous);
}

static json_t *dump_snaps_and_quota(const struct pg_pool *p)
{
    return json_pack("{s:I, s:s, s:I, s:I, s:o, s:o, s:I, s:I}", "auid", (json_int_t)p->auid, "snap_mode",
                     p->flags & PG_POOL_POOL_SNAPS ? "pool" : "selfmanaged", "snap_seq",
                     (json_int_t)p->snap_seq, "snap_epoch", (json_int_t)p->snap_epoch, "pool_snaps",
                     dump_snaps(p), "removed_snaps", dump_removed_snaps(p), "quota_max_bytes",
                     (json_int_t)p->quota_max_bytes, "quota_max_objects", (json_int_t)p->quota_max_objects);
}

static json_t *dump_cache(const struct pg_pool *p)
{
    return json_pack(
        "{s:o, s:I, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:{s:s}, s:I, s:I, s:b, s:I, s:I,"
        " s:I, s:I, s:o}",
        "tiers", dump_tiers(p), "tier_of", (json_int_t)p->tier_of, "read_tier", (json_int_t)p->read_tier,
        "write_tier", (json_int_t)p->write_tier, "cache_mode", cache_mode_name(p), "target_max_bytes",
        (json_int_t)p->target_max_bytes, "target_max_objects", (json_int_t)p->target_max_objects,
        "cache_target_dirty_ratio_micro", (json_int_t)p->cache_target_dirty_ratio_micro,
        "cache_target_dirty_high_ratio_micro", (json_int_t)p->cache_target_dirty_high_ratio_micro,
        "cache_target_full_ratio_micro", (json_int_t)p->cache_target_full_ratio_micro, "cache_min_flush_age",
        (json_int_t)p->cache_min_flush_age, "cache_min_evict_age", (json_int_t)p->cache_min_evict_age,
        "erasure_code_profile", dump_text(p->erasure_code_profile), "hit_set_params", "type",
        hit_set_type_name(p), "hit_set_period", (json_int_t)p->hit_set_period, "hit_set_count",
        (json_int_t)p->hit_set_count, "use_gmt_hitset", p->use_gmt_hitset, "min_read_recency_for_promote",
        (json_int_t)p->min_read_recency_for_promote, "min_write_recency_for_promote",
        (json_int_t)p->min_write_recency_for_promote, "hit_set_grade_decay_rate",
        (json_int_t)p->hit_set_grade_decay_rate, "hit_set_search_last_n",
        (json_int_t)p->hit_set_search_last_n, "grade_table", dump_grade_table(p));
}

static json_t *dump_rest(const struct pg_pool *p)
{
    return json_pack("{s:I, s:I, s:b, s:o, s:o}", "stripe_width", (json_int_t)p->stripe_width,
                     "expected_num_objects", (json_int_t)p->expected_num_objects, "fast_read", p->fast_read,
                     "options", dump_opts(p), "application_metadata", dump_applications(p));
}

int pg_pool_dump(const struct pg_pool *p, json_t *object)
{
    json_t *parts[] = {dump_main(p), dump_snaps_and_quota(p), dump_cache(p), dump_rest(p)};
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!parts[i] || json_object_update(object, parts[i]) < 0)
            r = -ENOMEM;
        json_decref(parts[i]);
    }
    return r;
}
