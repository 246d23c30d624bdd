/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a pool can be set and shown one by one. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "crush/crush_rules.h"
#include "mon/json_text.h"
#include "mon/osd_crush_change.h"
#include "mon/osd_monitor.h"
#include "mon/osd_pool_commands.h"
#include "mon/osd_pools.h"

enum { MOST_COPIES = 10 };

static const struct {
    const char *name;
    uint64_t flag;
} flags[] = {
    {"hashpspool", PG_POOL_HASHPSPOOL},
    {"nodelete", PG_POOL_NODELETE},
    {"nopgchange", PG_POOL_NOPGCHANGE},
    {"nosizechange", PG_POOL_NOSIZECHANGE},
    {"write_fadvise_dontneed", PG_POOL_WRITE_FADVISE_DONTNEED},
    {"noscrub", PG_POOL_NOSCRUB},
    {"nodeep-scrub", PG_POOL_NODEEP_SCRUB},
    {"bulk", PG_POOL_BULK},
};

/* Settings of cache tiers, which no pool is. */
static const char *const tier_settings[] = {
    "hit_set_type",
    "hit_set_period",
    "hit_set_count",
    "hit_set_fpp",
    "use_gmt_hitset",
    "target_max_objects",
    "target_max_bytes",
    "cache_target_dirty_ratio",
    "cache_target_dirty_high_ratio",
    "cache_target_full_ratio",
    "cache_min_flush_age",
    "cache_min_evict_age",
    "min_read_recency_for_promote",
    "min_write_recency_for_promote",
    "hit_set_grade_decay_rate",
    "hit_set_search_last_n",
};

static const char *const csum_types[] = {NULL,     "none",      "xxhash32", "xxhash64",
                                         "crc32c", "crc32c_16", "crc32c_8"};
static const char *const compression_modes[] = {"none", "passive", "aggressive", "force"};
static const char *const compression_algorithms[] = {"none", "snappy", "zlib", "zstd", "lz4", "brotli"};

/* The place of name in a list, -1: not there. */
static int find_name(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] && strcmp(list[i], name) == 0)
            return (int)i;
    return -1;
}

static uint64_t flag_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (strcmp(flags[i].name, name) == 0)
            return flags[i].flag;
    return 0;
}

/* ---- set: what is being set to what ---- */

struct setting {
    struct mon_op *op;
    struct pg_pool *pool;
    int64_t id;
    const char *name, *value;
};

static int read_int(const struct setting *s, int64_t *v)
{
    char *end;

    errno = 0;
    *v = strtoll(s->value, &end, 10);
    if (errno || end == s->value || *end)
        return mon_op_fail(s->op, -EINVAL, "error parsing integer value '%s'", s->value);
    return 0;
}

static int read_double(const struct setting *s, double *v)
{
    char *end;

    *v = strtod(s->value, &end);
    if (end == s->value || *end || !isfinite(*v))
        return mon_op_fail(s->op, -EINVAL, "error parsing floating point value '%s'", s->value);
    return 0;
}

static int set_flag(const struct setting *s)
{
    bool on = strcmp(s->value, "true") == 0 || strcmp(s->value, "1") == 0;
    bool off = strcmp(s->value, "false") == 0 || strcmp(s->value, "0") == 0;
    uint64_t flag = flag_of(s->name);

    if (flag == PG_POOL_HASHPSPOOL && !command_bool(s->op->cmd, "yes_i_really_mean_it", false))
        return mon_op_fail(
            s->op, -EPERM,
            "all placement groups of the pool would be placed anew, and their data moved; pass "
            "--yes-i-really-mean-it if that is fine");
    if (!on && !off)
        return mon_op_fail(s->op, -EINVAL, "expecting value 'true', 'false', '0', or '1'");
    s->pool->flags = on ? s->pool->flags | flag : s->pool->flags & ~flag;
    return 0;
}

static int set_size(const struct setting *s)
{
    int64_t n;
    int r = read_int(s, &n);

    if (r)
        return r;
    if (s->pool->flags & PG_POOL_NOSIZECHANGE)
        return mon_op_fail(
            s->op, -EPERM,
            "pool size change is disabled; you must unset nosizechange flag for the pool first");
    if (n < 1 || n > MOST_COPIES)
        return mon_op_fail(s->op, -EINVAL, "pool size must be between 1 and %d", MOST_COPIES);
    if (n != 1)
        return mon_op_fail(s->op, -EINVAL,
                           "pools have one copy of everything here: size %" PRId64 " is not supported", n);
    return 0;
}

static int set_min_size(const struct setting *s)
{
    int64_t n;
    int r = read_int(s, &n);

    if (r)
        return r;
    if (n < 1 || n > s->pool->size)
        return mon_op_fail(s->op, -EINVAL, "pool min_size must be between 1 and size, which is set to %u",
                           s->pool->size);
    s->pool->min_size = (uint8_t)n;
    return 0;
}

/* A number of placement groups, while those of the pool may change. */
static int read_pg_count(const struct setting *s, const char *name, int64_t *n)
{
    int r = read_int(s, n);

    if (r == 0 && s->pool->flags & PG_POOL_NOPGCHANGE)
        r = mon_op_fail(s->op, -EPERM,
                        "pool %s change is disabled; you must unset nopgchange flag for the pool first",
                        name);
    return r;
}

static int set_pg_num(const struct setting *s)
{
    struct strbuf why = STRBUF_INIT;
    int64_t n;
    int r = read_pg_count(s, "pg_num", &n);

    if (r)
        return r;
    r = osd_pools_check_pg_num(s->op->mon, osd_crush_pending(s->op), s->id, n, s->pool->size, &why);
    if (r)
        mon_op_status(s->op, "%s", strbuf_text(&why));
    else if (n != s->pool->pg_num)
        r = mon_op_fail(s->op, -EOPNOTSUPP, "placement groups cannot be split or merged yet: pg_num stays %u",
                        s->pool->pg_num);
    strbuf_destroy(&why);
    return r;
}

static int set_pgp_num(const struct setting *s)
{
    int64_t n;
    int r = read_pg_count(s, "pgp_num", &n);

    if (r)
        return r;
    if (n < 1 || n > s->pool->pg_num)
        return mon_op_fail(s->op, -EINVAL, "pgp_num must be from 1 to pg_num, which is %u", s->pool->pg_num);
    s->pool->pgp_num = s->pool->pgp_num_target = (uint32_t)n;
    return 0;
}

static int set_crush_rule(const struct setting *s)
{
    const struct osd_pending *p = osd_crush_pending(s->op);
    int id = crush_rules_find(&p->crush, s->value), r;
    struct strbuf why = STRBUF_INIT;

    if (id < 0)
        return mon_op_fail(s->op, -ENOENT, "crush rule %s does not exist", s->value);
    r = osd_pools_check_rule(&p->crush, id, s->pool->size, &why);
    if (r)
        mon_op_status(s->op, "%s", strbuf_text(&why));
    else
        s->pool->crush_rule = (uint8_t)id;
    strbuf_destroy(&why);
    return r;
}

static int set_autoscale_mode(const struct setting *s)
{
    static const char *const modes[] = {"off", "warn", "on"};
    int mode = find_name(modes, ARRAY_SIZE(modes), s->value);

    if (mode < 0)
        return mon_op_fail(s->op, -EINVAL, "specified invalid mode %s", s->value);
    if (mode != PG_AUTOSCALE_OFF)
        return mon_op_fail(s->op, -EOPNOTSUPP,
                           "placement groups are not scaled automatically: the mode stays off");
    return 0;
}

static const struct {
    const char *name;
    int (*set)(const struct setting *s);
} settings[] = {
    {"size", set_size},
    {"min_size", set_min_size},
    {"pg_num", set_pg_num},
    {"pgp_num", set_pgp_num},
    {"pgp_num_actual", set_pgp_num},
    {"crush_rule", set_crush_rule},
    {"pg_autoscale_mode", set_autoscale_mode},
};

/* ---- set: options, which a pool may have ---- */

static int set_text(const struct setting *s, int32_t key)
{
    struct pool_opt *o;
    char *copy;

    if (strcmp(s->name, "compression_mode") == 0 && strcmp(s->value, "unset") != 0 &&
        find_name(compression_modes, ARRAY_SIZE(compression_modes), s->value) < 0)
        return mon_op_fail(s->op, -EINVAL, "unrecognized compression mode '%s'", s->value);
    if (strcmp(s->name, "compression_algorithm") == 0 && strcmp(s->value, "unset") != 0 &&
        find_name(compression_algorithms, ARRAY_SIZE(compression_algorithms), s->value) < 0)
        return mon_op_fail(s->op, -EINVAL, "unrecognized compression_algorithm '%s'", s->value);
    if (strcmp(s->value, "unset") == 0) {
        pg_pool_unset_opt(s->pool, key);
        return 0;
    }
    copy = strdup(s->value);
    o = copy ? pg_pool_set_opt(s->pool, key) : NULL;
    if (!o) {
        free(copy);
        return -ENOMEM;
    }
    free(o->text);
    o->text = copy;
    return 0;
}

/* The value of an option that is a whole number. */
static int read_whole(const struct setting *s, int64_t *n)
{
    uint64_t bytes;
    int type;

    if (strcmp(s->name, "csum_type") == 0) {
        type = find_name(csum_types, ARRAY_SIZE(csum_types), s->value);
        *n = type;
        return type < 0 ? mon_op_fail(s->op, -EINVAL, "unrecognized csum_type '%s'", s->value) : 0;
    }
    if (strcmp(s->name, "target_size_bytes") == 0) {
        if (osd_pool_parse_count(s->value, 1024, &bytes) || bytes > INT64_MAX)
            return mon_op_fail(s->op, -EINVAL, "error parsing value '%s': it is no count", s->value);
        *n = (int64_t)bytes;
        return 0;
    }
    return read_int(s, n);
}

static int check_whole(const struct setting *s, int64_t n)
{
    uint32_t pg_num = s->pool->pg_num;

    if (strcmp(s->name, "recovery_priority") == 0 && (n < -10 || n > 10))
        return mon_op_fail(s->op, -EINVAL, "pool recovery_priority must be between -10 and 10");
    if (strcmp(s->name, "pg_num_min") == 0 && n > pg_num)
        return mon_op_fail(s->op, -EINVAL, "specified pg_num_min %" PRId64 " > pg_num %u", n, pg_num);
    if (strcmp(s->name, "pg_num_max") == 0 && n && n < pg_num)
        return mon_op_fail(s->op, -EINVAL, "specified pg_num_max %" PRId64 " < pg_num %u", n, pg_num);
    if (strcmp(s->name, "dedup_tier") == 0)
        return mon_op_fail(s->op, -EOPNOTSUPP, "deduplication is not supported");
    return 0;
}

static int set_whole(const struct setting *s, int32_t key)
{
    struct pool_opt *o;
    int64_t n;
    int r = read_whole(s, &n);

    if (r == 0)
        r = check_whole(s, n);
    if (r)
        return r;
    if (n == 0) {
        pg_pool_unset_opt(s->pool, key);
        return 0;
    }
    o = pg_pool_set_opt(s->pool, key);
    if (!o)
        return -ENOMEM;
    o->number = n;
    return 0;
}

static int set_real(const struct setting *s, int32_t key)
{
    struct pool_opt *o;
    double v;
    int r = read_double(s, &v);

    if (r)
        return r;
    if (strcmp(s->name, "compression_required_ratio") == 0 && (v < 0 || v > 1))
        return mon_op_fail(s->op, -EINVAL, "compression_required_ratio is out of range (0-1): '%s'",
                           s->value);
    if (strcmp(s->name, "pg_autoscale_bias") == 0 && (v < 0 || v > 1000))
        return mon_op_fail(s->op, -EINVAL, "pg_autoscale_bias must be between 0 and 1000");
    if (v < 0)
        return mon_op_fail(s->op, -EINVAL, "%s cannot be negative", s->name);
    if (v == 0) {
        pg_pool_unset_opt(s->pool, key);
        return 0;
    }
    o = pg_pool_set_opt(s->pool, key);
    if (!o)
        return -ENOMEM;
    o->real = v;
    return 0;
}

static int set_option(const struct setting *s)
{
    int32_t key = pg_pool_opt_key(s->name);

    if (key < 0)
        return mon_op_fail(s->op, -EINVAL, "unrecognized variable '%s'", s->name);
    switch (pg_pool_opt_type(key)) {
    case POOL_OPT_STRING:
        return set_text(s, key);
    case POOL_OPT_INT:
        return set_whole(s, key);
    case POOL_OPT_DOUBLE:
        return set_real(s, key);
    }
    return -EINVAL;
}

static int set_one(const struct setting *s)
{
    if (find_name(tier_settings, ARRAY_SIZE(tier_settings), s->name) >= 0)
        return mon_op_fail(s->op, -EACCES, "%s is for cache tiers, which pools cannot be", s->name);
    if (strcmp(s->name, "fast_read") == 0)
        return mon_op_fail(s->op, -EINVAL, "fast read is not supported in replication pool");
    if (strcmp(s->name, "allow_ec_overwrites") == 0)
        return mon_op_fail(s->op, -EINVAL, "ec overwrites can only be enabled for an erasure coded pool");
    if (flag_of(s->name))
        return set_flag(s);
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        if (strcmp(settings[i].name, s->name) == 0)
            return settings[i].set(s);
    return set_option(s);
}

static int edit_set(struct mon_op *op, struct pg_pool *pool, int64_t id, const char *name UNUSED)
{
    struct setting s = {.op = op,
                        .pool = pool,
                        .id = id,
                        .name = command_str(op->cmd, "var", ""),
                        .value = command_str(op->cmd, "val", "")};
    int r = set_one(&s);

    if (r)
        return r;
    if (strcmp(s.value, "unset") == 0)
        mon_op_status(op, "unset pool %" PRId64 " %s", id, s.name);
    else
        mon_op_status(op, "set pool %" PRId64 " %s to %s", id, s.name, s.value);
    return 1;
}

int osd_pool_command_set(struct mon_op *op)
{
    return osd_pool_change(op, edit_set);
}

/* ---- get ---- */

/* What every pool has, in the order of "all"; between them stand the options. */
static const char *const before_options[] = {
    "size",       "min_size",     "pg_num",         "pgp_num",      "crush_rule",
    "hashpspool", "nodelete",     "nopgchange",     "nosizechange", "write_fadvise_dontneed",
    "noscrub",    "nodeep-scrub", "use_gmt_hitset", "fast_read",
};
#define LAST_BEFORE_AUTOSCALE "fingerprint_algorithm"

/* A new reference; NULL: the pool has no such setting. */
static json_t *value_of(const struct mon_op *op, const struct pg_pool *p, const char *name)
{
    static const char *const modes[] = {"off", "warn", "on"};
    int32_t key = pg_pool_opt_key(name);
    const struct pool_opt *o = key < 0 ? NULL : pg_pool_find_opt(p, key);
    const char *rule;

    if (flag_of(name))
        return json_boolean(p->flags & flag_of(name));
    if (strcmp(name, "size") == 0)
        return json_integer(p->size);
    if (strcmp(name, "min_size") == 0)
        return json_integer(p->min_size);
    if (strcmp(name, "pg_num") == 0)
        return json_integer(p->pg_num);
    if (strcmp(name, "pgp_num") == 0)
        return json_integer(p->pgp_num);
    if (strcmp(name, "use_gmt_hitset") == 0)
        return json_boolean(p->use_gmt_hitset);
    if (strcmp(name, "fast_read") == 0)
        return json_integer(p->fast_read);
    if (strcmp(name, "pg_autoscale_mode") == 0)
        return json_string(p->autoscale_mode < ARRAY_SIZE(modes) ? modes[p->autoscale_mode] : "unknown");
    if (strcmp(name, "crush_rule") == 0) {
        rule = crush_names_find(&osd_crush_map(op)->rule_names, p->crush_rule);
        return rule ? json_text(rule) : json_sprintf("%u", p->crush_rule);
    }
    if (!o)
        return NULL;
    if (strcmp(name, "csum_type") == 0)
        return json_string(o->number > 0 && (size_t)o->number < ARRAY_SIZE(csum_types) ? csum_types[o->number]
                                                                                       : "unknown");
    if (o->type == POOL_OPT_STRING)
        return json_text(o->text);
    return o->type == POOL_OPT_INT ? json_integer(o->number) : json_real(o->real);
}

static void add_value(const struct mon_op *op, const struct pg_pool *p, json_t *to, const char *name)
{
    json_t *v = value_of(op, p, name);

    if (v)
        json_object_set_new(to, name, v);
}

static void add_all(const struct mon_op *op, const struct pg_pool *p, json_t *to)
{
    for (size_t i = 0; i < ARRAY_SIZE(before_options); i++)
        add_value(op, p, to, before_options[i]);
    for (int32_t key = 0; key < PG_POOL_OPTS; key++) {
        add_value(op, p, to, pg_pool_opt_name(key));
        if (strcmp(pg_pool_opt_name(key), LAST_BEFORE_AUTOSCALE) == 0)
            add_value(op, p, to, "pg_autoscale_mode");
    }
    add_value(op, p, to, "bulk");
}

static void print_value(struct strbuf *out, const char *name, const json_t *v)
{
    strbuf_printf(out, "%s: ", name);
    if (json_is_string(v))
        strbuf_add(out, json_string_value(v));
    else if (json_is_boolean(v) && strcmp(name, "use_gmt_hitset") == 0)
        strbuf_printf(out, "%d", json_is_true(v));
    else if (json_is_boolean(v))
        strbuf_add(out, json_is_true(v) ? "true" : "false");
    else if (json_is_integer(v))
        strbuf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else
        strbuf_printf(out, "%g", json_real_value(v));
    strbuf_addc(out, '\n');
}

/* Why the pool has no such setting. */
static int tell_missing(struct mon_op *op, const struct osdmap_pool *p, const char *name)
{
    if (find_name(tier_settings, ARRAY_SIZE(tier_settings), name) >= 0)
        return mon_op_fail(op, -EACCES, "pool '%s' is not a tier pool: variable not applicable", p->name);
    if (strcmp(name, "erasure_code_profile") == 0 || strcmp(name, "allow_ec_overwrites") == 0)
        return mon_op_fail(op, -EACCES, "pool '%s' is not an erasure pool: variable not applicable", p->name);
    return mon_op_fail(op, -ENOENT, "option '%s' is not set on pool '%s'", name, p->name);
}

int osd_pool_command_get(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "var", ""), *key;
    struct strbuf text = STRBUF_INIT;
    const struct osdmap_pool *p;
    json_t *values, *v, *answer;
    int r = osd_pool_named(op, &p);

    if (r)
        return r;
    values = json_object();
    if (strcmp(name, "all") == 0)
        add_all(op, &p->pool, values);
    else
        add_value(op, &p->pool, values, name);
    if (json_object_size(values) == 0) {
        json_decref(values);
        return tell_missing(op, p, name);
    }
    if (op->json) {
        answer = json_pack("{s:o, s:I}", "pool", json_text(p->name), "pool_id", (json_int_t)p->id);
        json_object_update(answer, values);
        json_decref(values);
        return mon_op_json(op, answer, false);
    }
    json_object_foreach(values, key, v) print_value(&text, key, v);
    json_decref(values);
    return mon_op_steal_text(op, &text);
}
