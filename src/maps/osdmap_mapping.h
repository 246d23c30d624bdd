/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osdmap_mapping: from an object's name to its placement group, and from that to the OSDs that hold it, as
 * one OSDMap has it: crush, then what of its answer is up (the up set), then what serves for now (the acting
 * set).
 *
 * Owner: the mapping borrows the map, which must not change while it is used; init decodes the map's crush
 * once. Threads: any number may ask one mapping. Pure. See: src/test/unit/maps/test_osdmap_mapping.c.
 */
#ifndef CEPH_MAPS_OSDMAP_MAPPING_H
#define CEPH_MAPS_OSDMAP_MAPPING_H

#include "crush/crush_mapper.h"
#include "maps/osdmap.h"

struct osdmap_mapping {
    const struct osdmap *map;
    struct crush_map crush;
    uint32_t *weights; /* of all OSDs */
};

int osdmap_mapping_init(struct osdmap_mapping *mp, const struct osdmap *map) MUST_CHECK;
void osdmap_mapping_destroy(struct osdmap_mapping *mp);

/* The hash of an object: of its locator key if it has one, else of its name, in its namespace. "" and NULL:
 * none. */
uint32_t osdmap_hash_object(const char *nspace, const char *key, const char *name);
/* The placement group of that hash; and of a seed that may be beyond the pool's number of groups. */
struct pg_id osdmap_pg_of_hash(const struct osdmap_pool *pool, uint32_t hash);
/* What crush gets for a group. */
uint32_t osdmap_placement_seed(const struct osdmap_pool *pool, struct pg_id pg);

struct osd_set {
    int32_t osds[CRUSH_RESULT_MAX]; /* CRUSH_ITEM_NONE: a place that nobody has (erasure coded pools) */
    unsigned count;
    int32_t primary; /* -1: none */
};

struct pg_osds {
    struct osd_set raw, up, acting;
};

/* What crush says, and that with the exceptions of pg_upmap and pg_upmap_items, without asking who is up. */
int osdmap_map_pg_raw(const struct osdmap_mapping *mp, struct pg_id pg, struct osd_set *raw,
                      struct osd_set *upmapped) MUST_CHECK;
/* -ENOENT: no such pool, or its crush rule does not exist (then all sets are empty). */
int osdmap_map_pg(const struct osdmap_mapping *mp, struct pg_id pg, struct pg_osds *out) MUST_CHECK;

#endif
