/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pg_pool: the settings of one pool (pg_pool_t): how many copies, placement groups, snapshots, quotas, tiers.
 *
 * Owner: storage is the caller's; init or decode before, destroy after. Threads: none of its own. Pure.
 * Source of the format: OSDMaps of ceph-mon 16.2.
 */
#ifndef CEPH_MAPS_PG_POOL_H
#define CEPH_MAPS_PG_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/decode.h"
#include "common/encode.h"
#include "common/formatter.h"
#include "types/eversion.h"
#include "types/interval_set.h"
#include "types/pg_id.h"
#include "types/string_list.h"
#include "types/utime.h"

enum pg_pool_type {
    PG_POOL_REPLICATED = 1,
    PG_POOL_ERASURE = 3,
};

#define PG_POOL_HASHPSPOOL             (UINT64_C(1) << 0)
#define PG_POOL_FULL                   (UINT64_C(1) << 1)
#define PG_POOL_NODELETE               (UINT64_C(1) << 4)
#define PG_POOL_NOPGCHANGE             (UINT64_C(1) << 5)
#define PG_POOL_NOSIZECHANGE           (UINT64_C(1) << 6)
#define PG_POOL_WRITE_FADVISE_DONTNEED (UINT64_C(1) << 7)
#define PG_POOL_NOSCRUB                (UINT64_C(1) << 8)
#define PG_POOL_NODEEP_SCRUB           (UINT64_C(1) << 9)
#define PG_POOL_FULL_QUOTA             (UINT64_C(1) << 10)
#define PG_POOL_NEARFULL               (UINT64_C(1) << 11)
#define PG_POOL_BACKFILLFULL           (UINT64_C(1) << 12)
#define PG_POOL_SELFMANAGED_SNAPS      (UINT64_C(1) << 13)
#define PG_POOL_POOL_SNAPS             (UINT64_C(1) << 14)
#define PG_POOL_CREATING               (UINT64_C(1) << 15)
#define PG_POOL_BULK                   (UINT64_C(1) << 17)

#define PG_POOL_HASH_RJENKINS 2

enum pg_autoscale_mode { PG_AUTOSCALE_OFF, PG_AUTOSCALE_WARN, PG_AUTOSCALE_ON };

struct pool_snap {
    uint64_t id;
    struct utime stamp;
    char *name;
};

enum pool_opt_type { POOL_OPT_STRING, POOL_OPT_INT, POOL_OPT_DOUBLE };

/* A setting that only some pools have. */
struct pool_opt {
    int32_t key;
    int32_t type; /* enum pool_opt_type */
    char *text;
    int64_t number;
    double real;
};

struct pool_application {
    char *name;
    struct string_map metadata;
};

struct pg_merge_meta {
    struct pg_id source;
    uint32_t ready_epoch, last_epoch_started, last_epoch_clean;
    struct eversion source_version, target_version;
};

struct pg_pool {
    uint8_t type, size, min_size, crush_rule, object_hash;
    uint32_t pg_num, pgp_num, pg_num_target, pgp_num_target, pg_num_pending;
    uint8_t autoscale_mode;
    uint64_t flags;
    uint32_t last_change;
    uint32_t last_force_op_resend, last_force_op_resend_prenautilus, last_force_op_resend_preluminous;
    struct utime create_time;
    struct pg_merge_meta last_merge;

    uint64_t snap_seq;
    uint32_t snap_epoch;
    struct pool_snap *snaps; /* ascending ids */
    unsigned snap_count;
    struct interval_set removed_snaps;

    uint64_t auid;
    uint32_t crash_replay_interval;
    uint64_t quota_max_bytes, quota_max_objects;
    uint32_t stripe_width;
    uint64_t expected_num_objects;
    bool fast_read;
    char *erasure_code_profile; /* NULL: none */
    struct string_map properties;
    struct pool_opt *opts; /* ascending keys */
    unsigned opt_count;
    struct pool_application *applications; /* by name */
    unsigned application_count;

    /* cache tiers */
    uint64_t *tiers;
    unsigned tier_count;
    int64_t tier_of, read_tier, write_tier; /* -1: none */
    uint8_t cache_mode;
    uint8_t *hit_set_params; /* the body of its frame, kept as it came */
    uint32_t hit_set_params_len;
    uint32_t hit_set_period, hit_set_count;
    bool use_gmt_hitset;
    uint64_t target_max_bytes, target_max_objects;
    uint32_t cache_target_dirty_ratio_micro, cache_target_dirty_high_ratio_micro,
        cache_target_full_ratio_micro;
    uint32_t cache_min_flush_age, cache_min_evict_age;
    uint32_t min_read_recency_for_promote, min_write_recency_for_promote;
    uint32_t hit_set_grade_decay_rate, hit_set_search_last_n;

    /* stretch mode; a count of 0: none */
    uint32_t peering_crush_bucket_count, peering_crush_bucket_target, peering_crush_bucket_barrier;
    int32_t peering_crush_bucket_mandatory_member;
};

void pg_pool_init(struct pg_pool *p); /* what a pool has that nobody said anything about; pg_num 0 */
void pg_pool_destroy(struct pg_pool *p);
int pg_pool_copy(struct pg_pool *to, const struct pg_pool *from) MUST_CHECK; /* inits to */

/* ---- settings that only some pools have ---- */

#define PG_POOL_OPTS 24 /* numbers from 0 on that have a name */

/* The number of the option of that name, -1: none; its name, NULL: unknown; what its values are. */
int32_t pg_pool_opt_key(const char *name);
const char *pg_pool_opt_name(int32_t key);
enum pool_opt_type pg_pool_opt_type(int32_t key);
const struct pool_opt *pg_pool_find_opt(const struct pg_pool *p, int32_t key); /* NULL: not set */
/* The option, to be filled in: it is set from now on. NULL: no memory. */
struct pool_opt *pg_pool_set_opt(struct pg_pool *p, int32_t key);
void pg_pool_unset_opt(struct pg_pool *p, int32_t key);

const struct pool_application *pg_pool_find_application(const struct pg_pool *p, const char *name);
/* The application, which is added when it is new. NULL: no memory. */
struct pool_application *pg_pool_add_application(struct pg_pool *p, const char *name);
void pg_pool_remove_application(struct pg_pool *p, const char *name);

/* {29,5}; {30,5} in stretch mode. */
void pg_pool_encode(const struct pg_pool *p, struct encode *e);
void pg_pool_decode(struct pg_pool *p, struct decode *d); /* inits p; destroy it also on failure */

/* The part of a line of `osd dump` behind the pool's name. */
void pg_pool_print(const struct pg_pool *p, FILE *out);
/* The members of `osd dump -f json` behind the pool's name, into the object that is open. */
void pg_pool_format(const struct pg_pool *p, struct formatter *f);

#endif
