/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osdmap_incremental: what changes from one epoch of the OSDMap to the next; and making the next epoch of it.
 *
 * Owner: storage is the caller's: init or decode before, destroy after; arrays are malloc'ed. Threads: none
 * of its own. Pure. Errors: negative errno. Source of the format: incrementals of ceph-mon 16.2. See:
 * src/test/unit/maps/test_osdmap_incremental.c.
 */
#ifndef CEPH_MAPS_OSDMAP_INCREMENTAL_H
#define CEPH_MAPS_OSDMAP_INCREMENTAL_H

#include "maps/osdmap.h"
#include "types/string_list.h"

struct osd_value {
    int32_t osd;
    uint32_t value;
};
struct osd_values {
    struct osd_value *list;
    unsigned count;
};
struct osd_addrs {
    int32_t osd;
    struct entity_addrvec addrs;
};
struct osd_addrs_list {
    struct osd_addrs *list;
    unsigned count;
};
struct osd_last_clean {
    int32_t osd;
    uint32_t begin, end;
};
struct osd_uuid {
    int32_t osd;
    struct fsid uuid;
};
struct osd_xinfo_of {
    int32_t osd;
    struct osd_xinfo xinfo;
};
struct pool_name {
    int64_t pool;
    char *name;
};
struct pg_ids {
    struct pg_id *list;
    unsigned count;
};

#define OSDMAP_UNCHANGED         (-1)
#define OSDMAP_RELEASE_UNCHANGED 0xff

struct osdmap_incremental {
    struct fsid fsid;
    uint32_t epoch; /* that it makes */
    struct utime modified;
    int64_t new_pool_max;  /* OSDMAP_UNCHANGED */
    int32_t new_flags;     /* OSDMAP_UNCHANGED */
    int32_t new_max_osd;   /* OSDMAP_UNCHANGED */
    uint8_t *full, *crush; /* encoded; NULL: none */
    uint32_t full_len, crush_len;

    struct osdmap_pool *new_pools; /* names are in new_pool_names */
    unsigned new_pool_count;
    struct pool_name *new_pool_names;
    unsigned new_pool_name_count;
    int64_t *old_pools;
    unsigned old_pool_count;

    struct osd_addrs_list new_up_client, new_up_cluster, new_hb_back, new_hb_front;
    struct osd_values new_state; /* xor; 0 stands for OSD_UP */
    struct osd_values new_weight, new_primary_affinity, new_up_thru, new_lost;
    struct osd_last_clean *new_last_clean;
    unsigned new_last_clean_count;
    struct osd_uuid *new_uuid;
    unsigned new_uuid_count;
    struct osd_xinfo_of *new_xinfo;
    unsigned new_xinfo_count;

    struct osdmap_pg_osds *new_pg_temp, *new_pg_upmap, *new_pg_upmap_items; /* no OSDs: remove (pg_temp) */
    unsigned new_pg_temp_count, new_pg_upmap_count, new_pg_upmap_item_count;
    struct pg_ids old_pg_upmap, old_pg_upmap_items;
    struct osdmap_pg_primary *new_primary_temp; /* osd -1: remove */
    unsigned new_primary_temp_count;

    struct osdmap_profile *new_profiles;
    unsigned new_profile_count;
    struct string_list old_profiles;
    struct osdmap_pool_snaps *new_removed_snaps, *new_purged_snaps;
    unsigned new_removed_count, new_purged_count;
    struct utime last_up_change, last_in_change; /* zero: unchanged */

    struct osdmap_blocked *new_blocklist;
    unsigned new_blocked_count;
    struct entity_addr *old_blocklist;
    unsigned old_blocked_count;
    char *cluster_snapshot; /* "" : none */
    uint64_t encode_features;
    float new_nearfull_ratio, new_full_ratio, new_backfillfull_ratio;      /* negative: unchanged */
    uint8_t new_require_min_compat_client, new_require_osd_release;        /* OSDMAP_RELEASE_UNCHANGED */
    struct osdmap_flags_of *new_crush_node_flags, *new_device_class_flags; /* flags 0: remove */
    unsigned new_node_flags_count, new_class_flags_count;

    uint32_t full_crc; /* of the map that it makes */
};

/* Nothing changes. */
int osdmap_incremental_init(struct osdmap_incremental *i, const struct fsid *fsid, uint32_t epoch) MUST_CHECK;
void osdmap_incremental_destroy(struct osdmap_incremental *i);

/* Changes, for monitors; a second value for one OSD replaces the first. */
int osd_values_set(struct osd_values *v, int32_t osd, uint32_t value) MUST_CHECK;
const uint32_t *osd_values_find(const struct osd_values *v, int32_t osd); /* borrowed; NULL: none */
void osd_values_remove(struct osd_values *v, int32_t osd);
int osd_addrs_set(struct osd_addrs_list *l, int32_t osd, const struct entity_addrvec *addrs) MUST_CHECK;

/* {8,7}; full_crc must be set. */
void osdmap_incremental_encode(const struct osdmap_incremental *i, struct encode *e);
/* Inits i; after a failure there is nothing to destroy. */
int osdmap_incremental_decode(struct osdmap_incremental *i, struct decode *d) MUST_CHECK;

/*
 * Makes m the next epoch. -EINVAL: it is not the next one, or of another cluster; then m is as before.
 * -EBADMSG, -ENOMEM: m is not usable any more. Whether what came out is what its maker had is for the caller:
 * compare the crc of osdmap_encode() with full_crc.
 */
int osdmap_apply(struct osdmap *m, const struct osdmap_incremental *i) MUST_CHECK;

#endif
