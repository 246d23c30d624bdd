/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osdmap: one epoch of what clients and OSDs must agree on: the OSDs, where they are, what state they are in,
 * the pools, and (as a crush map) where data goes.
 *
 * Owner: storage is the caller's; init, decode or create before, destroy after. Threads: none of its own; any
 * number may read one that nobody changes. Errors: negative errno. Pure. Source of the format: full maps of
 * ceph-mon 16.2. See: src/test/unit/maps/test_osdmap.c.
 */
#ifndef CEPH_MAPS_OSDMAP_H
#define CEPH_MAPS_OSDMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/formatter_json.h"
#include "maps/pg_pool.h"
#include "types/entity_addr.h"
#include "types/fsid.h"

/* Flags of the whole map. */
#define OSDMAP_NEARFULL         (1u << 0)
#define OSDMAP_FULL             (1u << 1)
#define OSDMAP_PAUSERD          (1u << 2)
#define OSDMAP_PAUSEWR          (1u << 3)
#define OSDMAP_PAUSEREC         (1u << 4)
#define OSDMAP_NOUP             (1u << 5)
#define OSDMAP_NODOWN           (1u << 6)
#define OSDMAP_NOOUT            (1u << 7)
#define OSDMAP_NOIN             (1u << 8)
#define OSDMAP_NOBACKFILL       (1u << 9)
#define OSDMAP_NORECOVER        (1u << 10)
#define OSDMAP_NOSCRUB          (1u << 11)
#define OSDMAP_NODEEP_SCRUB     (1u << 12)
#define OSDMAP_NOTIERAGENT      (1u << 13)
#define OSDMAP_NOREBALANCE      (1u << 14)
#define OSDMAP_SORTBITWISE      (1u << 15)
#define OSDMAP_RECOVERY_DELETES (1u << 19)
#define OSDMAP_PURGED_SNAPDIRS  (1u << 20)
#define OSDMAP_NOSNAPTRIM       (1u << 21)
#define OSDMAP_PGLOG_HARDLIMIT  (1u << 22)

/* What every map of a cluster that was made with 16.2 has. */
#define OSDMAP_FLAGS_DEFAULT \
    (OSDMAP_SORTBITWISE | OSDMAP_RECOVERY_DELETES | OSDMAP_PURGED_SNAPDIRS | OSDMAP_PGLOG_HARDLIMIT)

/* States of an OSD. */
#define OSD_EXISTS       (1u << 0)
#define OSD_UP           (1u << 1)
#define OSD_AUTOOUT      (1u << 2)
#define OSD_NEW          (1u << 3)
#define OSD_FULL         (1u << 4)
#define OSD_NEARFULL     (1u << 5)
#define OSD_BACKFILLFULL (1u << 6)
#define OSD_DESTROYED    (1u << 7)
#define OSD_NOUP         (1u << 8)
#define OSD_NODOWN       (1u << 9)
#define OSD_NOIN         (1u << 10)
#define OSD_NOOUT        (1u << 11)
#define OSD_STOP         (1u << 12)

#define OSD_WEIGHT_ONE 0x10000u /* "in"; weights and affinities are 16.16 */

#define OSDMAP_MAX_OSDS (1u << 17) /* that we accept from outside */

struct osd_info {
    uint32_t last_clean_begin, last_clean_end; /* epochs, as the rest */
    uint32_t up_from, up_thru, down_at, lost_at;
};

struct osd_xinfo {
    struct utime down_stamp;
    uint32_t laggy_probability; /* of UINT32_MAX */
    uint32_t laggy_interval;
    uint64_t features;
    uint32_t old_weight;
    struct utime last_purged_snaps_scrub;
    uint32_t dead_epoch;
};

struct osdmap_osd {
    uint32_t state, weight, primary_affinity;
    struct entity_addrvec public_addrs, cluster_addrs, hb_back_addrs, hb_front_addrs;
    struct osd_info info;
    struct osd_xinfo xinfo;
    struct fsid uuid;
};

struct osdmap_pool {
    int64_t id;
    char *name;
    struct pg_pool pool;
};

/* pg_temp, pg_upmap: OSDs; pg_upmap_items: pairs of from and to. */
struct osdmap_pg_osds {
    struct pg_id pg;
    int32_t *osds;
    unsigned count;
};

struct osdmap_pg_primary {
    struct pg_id pg;
    int32_t osd;
};

struct osdmap_blocked {
    struct entity_addr addr;
    struct utime until;
};

struct osdmap_pool_snaps {
    int64_t pool;
    struct interval_set snaps;
};

struct osdmap_profile {
    char *name;
    struct string_map settings;
};

struct osdmap_flags_of { /* of a crush node or a device class */
    int32_t id;
    uint32_t flags;
};

struct crush_map;

struct osdmap {
    struct fsid fsid;
    uint32_t epoch;
    struct utime created, modified, last_up_change, last_in_change;
    uint32_t flags;
    struct osdmap_pool *pools; /* ascending ids */
    unsigned pool_count;
    int32_t pool_max; /* the highest id ever given; 0: none */
    struct osdmap_osd *osds;
    unsigned max_osd;
    bool affinities; /* some OSD has one; without it they are all one and not in the map */

    struct osdmap_pg_osds *pg_temp, *pg_upmap, *pg_upmap_items; /* in the order they came in */
    unsigned pg_temp_count, pg_upmap_count, pg_upmap_item_count;
    struct osdmap_pg_primary *primary_temp;
    unsigned primary_temp_count;

    uint8_t *crush; /* the crush map as bytes (osdmap_get_crush()) */
    uint32_t crush_len;
    uint32_t crush_version;

    struct osdmap_profile *erasure_code_profiles; /* by name */
    unsigned profile_count;
    struct osdmap_pool_snaps *new_removed_snaps, *new_purged_snaps, *removed_snaps_queue;
    unsigned new_removed_count, new_purged_count, removed_queue_count;

    struct osdmap_blocked *blocklist, *range_blocklist;
    unsigned blocked_count, range_blocked_count;
    uint32_t cluster_snapshot_epoch;
    char *cluster_snapshot; /* NULL: none */
    float nearfull_ratio, full_ratio, backfillfull_ratio;
    uint8_t require_min_compat_client, require_osd_release; /* enum ceph_release */
    struct osdmap_flags_of *crush_node_flags, *device_class_flags;
    unsigned node_flags_count, class_flags_count;

    bool stretch_mode;
    uint32_t stretch_bucket_count, degraded_stretch_mode, recovering_stretch_mode;
    int32_t stretch_mode_bucket;
};

void osdmap_init(struct osdmap *m); /* empty, epoch 0 */
void osdmap_destroy(struct osdmap *m);
int osdmap_copy(struct osdmap *to, const struct osdmap *from) MUST_CHECK; /* inits to */

/* Epoch 1 of a new cluster: no OSDs, no pools, the default crush map and erasure code profile. Inits m. */
int osdmap_create_initial(struct osdmap *m, const struct fsid *fsid, struct utime now) MUST_CHECK;

/* Gives a map without erasure code profiles the one that every map has; pools take it when they name none. */
int osdmap_set_default_profile(struct osdmap *m) MUST_CHECK;

/* {8,7} with its crc, which goes into *crc unless that is NULL. */
void osdmap_encode(const struct osdmap *m, struct encode *e, uint32_t *crc);
/* Inits m; after a failure there is nothing to destroy. -EBADMSG also when the crc is wrong. */
int osdmap_decode(struct osdmap *m, struct decode *d) MUST_CHECK;

/* The crush map in it; inits crush. */
int osdmap_get_crush(const struct osdmap *m, struct crush_map *crush) MUST_CHECK;

/* Room for OSDs 0 to n - 1; new ones do not exist yet. */
int osdmap_set_max_osd(struct osdmap *m, unsigned n) MUST_CHECK;

static inline bool osdmap_exists(const struct osdmap *m, int32_t osd)
{
    return osd >= 0 && (uint32_t)osd < m->max_osd && m->osds[osd].state & OSD_EXISTS;
}
/* This client, or its whole host, or the network that it is in, is shut out; types of addresses do not count.
 */
bool osdmap_is_blocklisted(const struct osdmap *m, const struct entity_addr *a);
static inline bool osdmap_is_up(const struct osdmap *m, int32_t osd)
{
    return osdmap_exists(m, osd) && m->osds[osd].state & OSD_UP;
}
static inline bool osdmap_is_in(const struct osdmap *m, int32_t osd)
{
    return osdmap_exists(m, osd) && m->osds[osd].weight > 0;
}

struct osdmap_pool *osdmap_find_pool(const struct osdmap *m, int64_t id); /* NULL: none */
struct osdmap_pool *osdmap_find_pool_by_name(const struct osdmap *m, const char *name);

/* The lines of a plain `osd dump`; spaced: with empty lines between its parts, as osdmaptool --print. */
void osdmap_print(const struct osdmap *m, bool spaced, FILE *out);
/* Those about pools alone. */
void osdmap_print_pools(const struct osdmap *m, FILE *out);
/* "sortbitwise,..." of `osd dump`; returns buf. */
#define OSDMAP_FLAGS_TEXT_MAX 320
const char *osdmap_flags_print(uint32_t flags, char buf[static OSDMAP_FLAGS_TEXT_MAX]);
/* The flag of that name, 0: none. */
uint32_t osdmap_flag_parse(const char *name);
/* The members of `osd dump -f json`, into the object that is open. */
void osdmap_format(const struct osdmap *m, struct formatter *f);
/* The object as a tree; a new reference, NULL: no memory. */
json_t *osdmap_dump(const struct osdmap *m);

#endif
