/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pg_stat: Ceph's pg_stat_t {26,22}: how a placement group is, as its primary tells managers or monitors.
 *
 * Storage is the caller's: zero it or decode into it before, destroy after. Pure.
 */
#ifndef CEPH_TYPES_PG_STAT_H
#define CEPH_TYPES_PG_STAT_H

#include <stddef.h>

#include "types/eversion.h"
#include "types/interval_set.h"
#include "types/object_stat_sum.h"
#include "types/osd_stat.h"
#include "types/pg_id.h"
#include "types/utime.h"

/* bit, constant, name; in the order in which they are printed */
#define PG_STATES(X)                            \
    X(17, STALE, "stale")                       \
    X(0, CREATING, "creating")                  \
    X(1, ACTIVE, "active")                      \
    X(24, ACTIVATING, "activating")             \
    X(2, CLEAN, "clean")                        \
    X(22, RECOVERY_WAIT, "recovery_wait")       \
    X(28, RECOVERY_TOOFULL, "recovery_toofull") \
    X(14, RECOVERING, "recovering")             \
    X(30, FORCED_RECOVERY, "forced_recovery")   \
    X(4, DOWN, "down")                          \
    X(5, RECOVERY_UNFOUND, "recovery_unfound")  \
    X(6, BACKFILL_UNFOUND, "backfill_unfound")  \
    X(23, UNDERSIZED, "undersized")             \
    X(10, DEGRADED, "degraded")                 \
    X(18, REMAPPED, "remapped")                 \
    X(7, PREMERGE, "premerge")                  \
    X(8, SCRUBBING, "scrubbing")                \
    X(19, DEEP_SCRUB, "deep")                   \
    X(11, INCONSISTENT, "inconsistent")         \
    X(12, PEERING, "peering")                   \
    X(13, REPAIR, "repair")                     \
    X(15, BACKFILL_WAIT, "backfill_wait")       \
    X(20, BACKFILLING, "backfilling")           \
    X(31, FORCED_BACKFILL, "forced_backfill")   \
    X(21, BACKFILL_TOOFULL, "backfill_toofull") \
    X(16, INCOMPLETE, "incomplete")             \
    X(25, PEERED, "peered")                     \
    X(26, SNAPTRIM, "snaptrim")                 \
    X(27, SNAPTRIM_WAIT, "snaptrim_wait")       \
    X(29, SNAPTRIM_ERROR, "snaptrim_error")     \
    X(32, FAILED_REPAIR, "failed_repair")       \
    X(33, LAGGY, "laggy")                       \
    X(34, WAIT, "wait")

enum pg_state_bit {
#define X(bit, constant, name) PG_STATE_BIT_##constant = (bit),
    PG_STATES(X)
#undef X
};
/* PG_STATE(ACTIVE) | PG_STATE(CLEAN) */
#define PG_STATE(constant) (UINT64_C(1) << PG_STATE_BIT_##constant)

#define PG_STATE_TEXT_MAX 512
/* "active+clean"; "unknown" for 0. */
const char *pg_state_print(uint64_t state, char buf[static PG_STATE_TEXT_MAX]);

struct pg_stat {
    struct eversion version;
    uint64_t reported_seq;
    uint32_t reported_epoch;
    uint64_t state;
    struct eversion log_start, ondisk_log_start;
    uint32_t created, last_epoch_clean;
    struct pg_id parent;
    uint32_t parent_split_bits;
    struct eversion last_scrub, last_deep_scrub;
    struct utime last_scrub_stamp, last_deep_scrub_stamp, last_clean_scrub_stamp;
    struct object_stat_sum stats;
    int64_t log_size, ondisk_log_size;
    struct osd_ids up, acting, blocked_by;
    int32_t up_primary, acting_primary;
    struct utime last_fresh, last_change, last_active, last_clean, last_unstale;
    struct utime last_became_active, last_undegraded, last_fullsized, last_peered, last_became_peered;
    uint32_t mapping_epoch;
    bool stats_invalid, dirty_stats_invalid, omap_stats_invalid, hitset_stats_invalid;
    bool hitset_bytes_stats_invalid, pin_stats_invalid, manifest_stats_invalid;
    uint32_t snaptrimq_len;
    struct interval_set purged_snaps;
};

void pg_stat_destroy(struct pg_stat *s);
void pg_stat_encode(const struct pg_stat *s, struct encode *e);
/* Inits s; destroy it also on failure. Where objects of a degraded group are is not looked into. */
void pg_stat_decode(struct pg_stat *s, struct decode *d);

#endif
