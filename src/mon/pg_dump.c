/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/pg_dump.h"

#include <inttypes.h>
#include <stdio.h>

/* The counts of object_stat_sum in the order in which they are shown, and their names there. */
#define SHOWN_STATS(X)                                                  \
    X(num_bytes, "num_bytes")                                           \
    X(num_objects, "num_objects")                                       \
    X(num_object_clones, "num_object_clones")                           \
    X(num_object_copies, "num_object_copies")                           \
    X(num_objects_missing_on_primary, "num_objects_missing_on_primary") \
    X(num_objects_missing, "num_objects_missing")                       \
    X(num_objects_degraded, "num_objects_degraded")                     \
    X(num_objects_misplaced, "num_objects_misplaced")                   \
    X(num_objects_unfound, "num_objects_unfound")                       \
    X(num_objects_dirty, "num_objects_dirty")                           \
    X(num_whiteouts, "num_whiteouts")                                   \
    X(num_rd, "num_read")                                               \
    X(num_rd_kb, "num_read_kb")                                         \
    X(num_wr, "num_write")                                              \
    X(num_wr_kb, "num_write_kb")                                        \
    X(num_scrub_errors, "num_scrub_errors")                             \
    X(num_shallow_scrub_errors, "num_shallow_scrub_errors")             \
    X(num_deep_scrub_errors, "num_deep_scrub_errors")                   \
    X(num_objects_recovered, "num_objects_recovered")                   \
    X(num_bytes_recovered, "num_bytes_recovered")                       \
    X(num_keys_recovered, "num_keys_recovered")                         \
    X(num_objects_omap, "num_objects_omap")                             \
    X(num_objects_hit_set_archive, "num_objects_hit_set_archive")       \
    X(num_bytes_hit_set_archive, "num_bytes_hit_set_archive")           \
    X(num_flush, "num_flush")                                           \
    X(num_flush_kb, "num_flush_kb")                                     \
    X(num_evict, "num_evict")                                           \
    X(num_evict_kb, "num_evict_kb")                                     \
    X(num_promote, "num_promote")                                       \
    X(num_flush_mode_high, "num_flush_mode_high")                       \
    X(num_flush_mode_low, "num_flush_mode_low")                         \
    X(num_evict_mode_some, "num_evict_mode_some")                       \
    X(num_evict_mode_full, "num_evict_mode_full")                       \
    X(num_objects_pinned, "num_objects_pinned")                         \
    X(num_legacy_snapsets, "num_legacy_snapsets")                       \
    X(num_large_omap_objects, "num_large_omap_objects")                 \
    X(num_objects_manifest, "num_objects_manifest")                     \
    X(num_omap_bytes, "num_omap_bytes")                                 \
    X(num_omap_keys, "num_omap_keys")                                   \
    X(num_objects_repaired, "num_objects_repaired")

static void set_int(json_t *o, const char *key, int64_t value)
{
    json_object_set_new(o, key, json_integer(value));
}

/* All members of more, whose reference it takes, too. */
static void update(json_t *o, json_t *more)
{
    json_object_update(o, more);
    json_decref(more);
}

static json_t *dump_stats(const struct object_stat_sum *s)
{
    json_t *o = json_object();

#define X(member, name) set_int(o, name, s->member);
    SHOWN_STATS(X)
#undef X
    return o;
}

static json_t *dump_statfs(const struct store_statfs *s)
{
    json_t *o = json_object();

#define X(name) set_int(o, #name, s->name);
    STORE_STATFS(X)
#undef X
    return o;
}

static json_t *dump_ids(const struct osd_ids *l)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < l->count; i++)
        json_array_append_new(list, json_integer(l->ids[i]));
    return list;
}

json_t *pg_dump_set(const struct osd_set *s)
{
    json_t *ids = json_array();

    for (unsigned i = 0; i < s->count; i++)
        json_array_append_new(ids, json_integer(s->osds[i]));
    return ids;
}

/* ---- groups ---- */

static void set_stamp(json_t *o, const char *key, struct utime stamp)
{
    char text[UTIME_TEXT_MAX];

    json_object_set_new(o, key, json_string(utime_print(stamp, text)));
}

static void set_version(json_t *o, const char *key, struct eversion v)
{
    json_object_set_new(o, key, json_sprintf("%" PRIu32 "'%" PRIu64, v.epoch, v.version));
}

static void set_pgid(json_t *o, const char *key, struct pg_id pg)
{
    char text[PG_ID_TEXT_MAX];

    json_object_set_new(o, key, json_string(pg_id_print(pg, text)));
}

static void set_stamps(json_t *o, const struct pg_stat *s)
{
    set_stamp(o, "last_fresh", s->last_fresh);
    set_stamp(o, "last_change", s->last_change);
    set_stamp(o, "last_active", s->last_active);
    set_stamp(o, "last_peered", s->last_peered);
    set_stamp(o, "last_clean", s->last_clean);
    set_stamp(o, "last_became_active", s->last_became_active);
    set_stamp(o, "last_became_peered", s->last_became_peered);
    set_stamp(o, "last_unstale", s->last_unstale);
    set_stamp(o, "last_undegraded", s->last_undegraded);
    set_stamp(o, "last_fullsized", s->last_fullsized);
}

static void set_log(json_t *o, const struct pg_stat *s)
{
    set_int(o, "mapping_epoch", s->mapping_epoch);
    set_version(o, "log_start", s->log_start);
    set_version(o, "ondisk_log_start", s->ondisk_log_start);
    set_int(o, "created", s->created);
    set_int(o, "last_epoch_clean", s->last_epoch_clean);
    set_pgid(o, "parent", s->parent);
    set_int(o, "parent_split_bits", s->parent_split_bits);
    set_version(o, "last_scrub", s->last_scrub);
    set_stamp(o, "last_scrub_stamp", s->last_scrub_stamp);
    set_version(o, "last_deep_scrub", s->last_deep_scrub);
    set_stamp(o, "last_deep_scrub_stamp", s->last_deep_scrub_stamp);
    set_stamp(o, "last_clean_scrub_stamp", s->last_clean_scrub_stamp);
    set_int(o, "log_size", s->log_size);
    set_int(o, "ondisk_log_size", s->ondisk_log_size);
}

static void set_invalid(json_t *o, const struct pg_stat *s)
{
    json_object_set_new(o, "stats_invalid", json_boolean(s->stats_invalid));
    json_object_set_new(o, "dirty_stats_invalid", json_boolean(s->dirty_stats_invalid));
    json_object_set_new(o, "omap_stats_invalid", json_boolean(s->omap_stats_invalid));
    json_object_set_new(o, "hitset_stats_invalid", json_boolean(s->hitset_stats_invalid));
    json_object_set_new(o, "hitset_bytes_stats_invalid", json_boolean(s->hitset_bytes_stats_invalid));
    json_object_set_new(o, "pin_stats_invalid", json_boolean(s->pin_stats_invalid));
    json_object_set_new(o, "manifest_stats_invalid", json_boolean(s->manifest_stats_invalid));
}

json_t *pg_dump_group(const struct pg_map_pg *pg)
{
    const struct pg_stat *s = &pg->stat;
    char state[PG_STATE_TEXT_MAX];
    json_t *o = json_object();

    set_pgid(o, "pgid", pg->id);
    set_version(o, "version", s->version);
    set_int(o, "reported_seq", (int64_t)s->reported_seq);
    set_int(o, "reported_epoch", s->reported_epoch);
    json_object_set_new(o, "state", json_string(pg_state_print(pg->state, state)));
    set_stamps(o, s);
    set_log(o, s);
    set_invalid(o, s);
    set_int(o, "snaptrimq_len", s->snaptrimq_len);
    json_object_set_new(o, "stat_sum", dump_stats(&s->stats));
    json_object_set_new(o, "up", dump_ids(&s->up));
    json_object_set_new(o, "acting", dump_ids(&s->acting));
    json_object_set_new(o, "avail_no_missing", json_array());
    json_object_set_new(o, "object_location_counts", json_array());
    json_object_set_new(o, "blocked_by", dump_ids(&s->blocked_by));
    set_int(o, "up_primary", pg->reported ? s->up_primary : -1);
    set_int(o, "acting_primary", pg->reported ? s->acting_primary : -1);
    json_object_set_new(o, "purged_snaps", json_array());
    return o;
}

json_t *pg_dump_groups(const struct pg_map *m)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < m->count; i++)
        json_array_append_new(list, pg_dump_group(&m->pgs[i]));
    return list;
}

json_t *pg_dump_groups_brief(const struct pg_map *m)
{
    char state[PG_STATE_TEXT_MAX];
    json_t *list = json_array(), *o;

    for (unsigned i = 0; i < m->count; i++) {
        const struct pg_map_pg *pg = &m->pgs[i];
        o = json_object();
        set_pgid(o, "pgid", pg->id);
        json_object_set_new(o, "state", json_string(pg_state_print(pg->state, state)));
        json_object_set_new(o, "up", dump_ids(&pg->stat.up));
        json_object_set_new(o, "acting", dump_ids(&pg->stat.acting));
        set_int(o, "up_primary", pg->reported ? pg->stat.up_primary : -1);
        set_int(o, "acting_primary", pg->reported ? pg->stat.acting_primary : -1);
        json_array_append_new(list, o);
    }
    return list;
}

/* ---- sums ---- */

json_t *pg_dump_sum(const struct pg_map *m, int64_t pool)
{
    static const struct store_statfs none;
    struct pg_map_sum sum = pg_map_sum(m, pool);
    json_t *o = json_object();

    json_object_set_new(o, "stat_sum", dump_stats(&sum.stats));
    json_object_set_new(o, "store_stats", dump_statfs(&none));
    set_int(o, "log_size", sum.log_size);
    set_int(o, "ondisk_log_size", sum.ondisk_log_size);
    set_int(o, "up", sum.up);
    set_int(o, "acting", sum.acting);
    set_int(o, "num_store_stats", 0);
    return o;
}

json_t *pg_dump_pools(const struct pg_map *m)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < m->pool_count; i++) {
        json_t *o = json_object();
        set_int(o, "poolid", m->pools[i].id);
        set_int(o, "num_pg", pg_map_sum(m, m->pools[i].id).pgs);
        update(o, pg_dump_sum(m, m->pools[i].id));
        json_array_append_new(list, o);
    }
    return list;
}

/* ---- OSDs ---- */

static json_t *dump_osd_stat(const struct osd_stat *s)
{
    json_t *o = json_object();

    set_int(o, "up_from", s->up_from);
    set_int(o, "seq", (int64_t)s->seq);
    set_int(o, "num_pgs", s->num_pgs);
    set_int(o, "num_osds", s->num_osds);
    set_int(o, "num_per_pool_osds", s->num_per_pool_osds);
    set_int(o, "num_per_pool_omap_osds", s->num_per_pool_omap_osds);
    set_int(o, "kb", (int64_t)s->kb);
    set_int(o, "kb_used", (int64_t)s->kb_used);
    set_int(o, "kb_used_data", (int64_t)s->kb_used_data);
    set_int(o, "kb_used_omap", (int64_t)s->kb_used_omap);
    set_int(o, "kb_used_meta", (int64_t)s->kb_used_meta);
    set_int(o, "kb_avail", (int64_t)s->kb_avail);
    json_object_set_new(o, "statfs", dump_statfs(&s->statfs));
    json_object_set_new(o, "hb_peers", dump_ids(&s->hb_peers));
    set_int(o, "snap_trim_queue_len", s->snap_trim_queue_len);
    set_int(o, "num_snap_trimming", s->num_snap_trimming);
    set_int(o, "num_shards_repaired", (int64_t)s->num_shards_repaired);
    json_object_set_new(o, "op_queue_age_hist",
                        json_pack("{s:o, s:i}", "histogram", dump_ids(&s->op_queue_age_hist), "upper_bound",
                                  1 << s->op_queue_age_hist.count));
    json_object_set_new(o, "perf_stat",
                        json_pack("{s:I, s:I, s:I, s:I}", "commit_latency_ms",
                                  (json_int_t)s->commit_latency_ms, "apply_latency_ms",
                                  (json_int_t)s->apply_latency_ms, "commit_latency_ns",
                                  (json_int_t)s->commit_latency_ms * 1000000, "apply_latency_ns",
                                  (json_int_t)s->apply_latency_ms * 1000000));
    json_object_set_new(o, "alerts", json_array());
    json_object_set_new(o, "network_ping_times", json_array());
    return o;
}

json_t *pg_dump_osds(const struct pg_map *m)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < m->osd_count; i++) {
        json_t *o;
        if (!m->osds[i].num_osds)
            continue;
        o = json_object();
        set_int(o, "osd", i);
        update(o, dump_osd_stat(&m->osds[i]));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *pg_dump_osd_sum(const struct pg_map *m)
{
    struct osd_stat sum = {0};

    for (unsigned i = 0; i < m->osd_count; i++) {
        const struct osd_stat *s = &m->osds[i];
        sum.num_pgs += s->num_pgs;
        sum.num_osds += s->num_osds;
        sum.kb += s->kb;
        sum.kb_used += s->kb_used;
        sum.kb_used_data += s->kb_used_data;
        sum.kb_used_omap += s->kb_used_omap;
        sum.kb_used_meta += s->kb_used_meta;
        sum.kb_avail += s->kb_avail;
#define X(name) sum.statfs.name += s->statfs.name;
        STORE_STATFS(X)
#undef X
    }
    return dump_osd_stat(&sum);
}
