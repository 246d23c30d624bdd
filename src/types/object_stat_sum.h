/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_stat_sum: Ceph's object_stat_sum_t {20,14}: how many objects and bytes there are, how many
 * operations there were, of a placement group or a pool. Pure.
 */
#ifndef CEPH_TYPES_OBJECT_STAT_SUM_H
#define CEPH_TYPES_OBJECT_STAT_SUM_H

#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

/* In their order on the wire: name, bits. */
#define OBJECT_STATS(X)                   \
    X(num_bytes, 64)                      \
    X(num_objects, 64)                    \
    X(num_object_clones, 64)              \
    X(num_object_copies, 64)              \
    X(num_objects_missing_on_primary, 64) \
    X(num_objects_degraded, 64)           \
    X(num_objects_unfound, 64)            \
    X(num_rd, 64)                         \
    X(num_rd_kb, 64)                      \
    X(num_wr, 64)                         \
    X(num_wr_kb, 64)                      \
    X(num_scrub_errors, 64)               \
    X(num_objects_recovered, 64)          \
    X(num_bytes_recovered, 64)            \
    X(num_keys_recovered, 64)             \
    X(num_shallow_scrub_errors, 64)       \
    X(num_deep_scrub_errors, 64)          \
    X(num_objects_dirty, 64)              \
    X(num_whiteouts, 64)                  \
    X(num_objects_omap, 64)               \
    X(num_objects_hit_set_archive, 64)    \
    X(num_objects_misplaced, 64)          \
    X(num_bytes_hit_set_archive, 64)      \
    X(num_flush, 64)                      \
    X(num_flush_kb, 64)                   \
    X(num_evict, 64)                      \
    X(num_evict_kb, 64)                   \
    X(num_promote, 64)                    \
    X(num_flush_mode_high, 32)            \
    X(num_flush_mode_low, 32)             \
    X(num_evict_mode_some, 32)            \
    X(num_evict_mode_full, 32)            \
    X(num_objects_pinned, 64)             \
    X(num_legacy_snapsets, 64)            \
    X(num_objects_missing, 64)            \
    X(num_large_omap_objects, 64)         \
    X(num_objects_manifest, 64)           \
    X(num_omap_bytes, 64)                 \
    X(num_omap_keys, 64)                  \
    X(num_objects_repaired, 64)

struct object_stat_sum {
#define X(name, bits) int##bits##_t name;
    OBJECT_STATS(X)
#undef X
};

void object_stat_sum_add(struct object_stat_sum *to, const struct object_stat_sum *more);
void object_stat_sum_encode(const struct object_stat_sum *s, struct encode *e);
void object_stat_sum_decode(struct object_stat_sum *s, struct decode *d);
/* The same within object_stat_collection_t {2,2}, which has nothing else any more. */
void object_stat_collection_encode(const struct object_stat_sum *s, struct encode *e);
void object_stat_collection_decode(struct object_stat_sum *s, struct decode *d);

#endif
