/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_stat: Ceph's osd_stat_t {14,2}: how full an OSD is and whom it watches; store_statfs {1,1}: how the
 * bytes of an object store are used; osd_ids: a list of OSDs.
 *
 * Storage is the caller's: zero it or decode into it before, destroy after. Pure.
 */
#ifndef CEPH_TYPES_OSD_STAT_H
#define CEPH_TYPES_OSD_STAT_H

#include <stdint.h>

#include "types/string_list.h"

struct osd_ids {
    int32_t *ids; /* malloc'ed */
    uint32_t count;
};

void osd_ids_destroy(struct osd_ids *l);
int osd_ids_copy(struct osd_ids *l, const int32_t *ids, uint32_t count) MUST_CHECK; /* inits l */
void osd_ids_encode(const struct osd_ids *l, struct encode *e);
void osd_ids_decode(struct osd_ids *l, struct decode *d); /* inits l; destroy it also on failure */

/* Bytes, in their order on the wire. */
#define STORE_STATFS(X)          \
    X(total)                     \
    X(available)                 \
    X(internally_reserved)       \
    X(allocated)                 \
    X(data_stored)               \
    X(data_compressed)           \
    X(data_compressed_allocated) \
    X(data_compressed_original)  \
    X(omap_allocated)            \
    X(internal_metadata)

struct store_statfs {
#define X(name) int64_t name;
    STORE_STATFS(X)
#undef X
};

void store_statfs_encode(const struct store_statfs *s, struct encode *e);
void store_statfs_decode(struct store_statfs *s, struct decode *d);

struct osd_stat {
    uint64_t kb, kb_used, kb_avail;
    uint32_t snap_trim_queue_len, num_snap_trimming;
    struct osd_ids hb_peers;
    struct osd_ids op_queue_age_hist; /* counts, by powers of two of milliseconds */
    uint32_t commit_latency_ms, apply_latency_ms;
    uint32_t up_from;
    uint64_t seq; /* up_from << 32 | a count */
    uint32_t num_pgs;
    uint64_t kb_used_data, kb_used_omap, kb_used_meta;
    struct store_statfs statfs;
    int32_t alerts_of; /* whose alerts they are: the OSD's own */
    struct string_map alerts;
    uint64_t num_shards_repaired;
    uint32_t num_osds;                                  /* 1 from an OSD */
    uint32_t num_per_pool_osds, num_per_pool_omap_osds; /* those that have statistics by pool */
};

void osd_stat_destroy(struct osd_stat *s);
void osd_stat_encode(const struct osd_stat *s, struct encode *e);
/* Inits s; destroy it also on failure. Times of pings are not looked into. */
void osd_stat_decode(struct osd_stat *s, struct decode *d);

#endif
