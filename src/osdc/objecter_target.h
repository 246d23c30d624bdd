/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * objecter_target: where an operation goes in one epoch of the map, and whether the next epoch sends it
 * somewhere else; cluster_map is one epoch, shared, with the places of groups that were asked for so far.
 *
 * Owner: get and put count references; maps and places do not change. Threads: any. Errors: negative errno.
 * See: src/test/unit/osdc/test_objecter_target.c.
 */
#ifndef CEPH_OSDC_OBJECTER_TARGET_H
#define CEPH_OSDC_OBJECTER_TARGET_H

#include <stdatomic.h>
#include <stdbool.h>

#include "maps/osdmap.h"
#include "maps/osdmap_mapping.h"

/* The OSDs of a placement group. */
struct pg_place {
    int32_t primary; /* that acts; -1: none */
    int32_t up_primary;
    uint16_t up_count, acting_count;
    int32_t osds[]; /* the up set, then the acting set */
};

struct pool_places;

struct cluster_map {
    atomic_uint refs;
    struct osdmap map;
    struct osdmap_mapping mapping;
    struct pool_places *pools; /* one for each pool of the map */
};

/* Takes the contents of map, also on failure (NULL: no memory, or its crush map is not one). */
struct cluster_map *cluster_map_create(struct osdmap *map);
struct cluster_map *cluster_map_get(struct cluster_map *m);
void cluster_map_put(struct cluster_map *m); /* NULL is fine */

/* NULL: no memory, or no such pool. Borrowed from the map. */
const struct pg_place *cluster_map_place(struct cluster_map *m, struct pg_id pg);

struct objecter_target {
    /* what is looked for */
    int64_t pool;
    uint32_t hash;
    /* where it is */
    struct pg_id pg;
    int32_t osd; /* -1: nobody serves the group now */
};

/* -ENOENT: no such pool; -ENOMEM. */
int objecter_target_find(struct cluster_map *m, struct objecter_target *t) MUST_CHECK;
/* What was sent by the old map, where t was found, must be sent again under the next one: the group is
 * another, was split, or its OSDs changed; or the pool demands it. */
bool objecter_target_moved(struct cluster_map *old, struct cluster_map *next,
                           const struct objecter_target *t);
/* The map holds back operations of this kind (enum osd_flag) on the pool. */
bool objecter_target_is_paused(const struct cluster_map *m, int64_t pool, uint32_t flags);

/* The map may hold operations back, so that its changes are of interest. */
bool cluster_map_pauses(const struct cluster_map *m);

/* Where a client reaches an OSD. An rdma entry in its heartbeat-front addresses says that it listens for
 * rsockets at its v1 address, too. Inits out. */
int cluster_map_osd_addrs(const struct cluster_map *m, int32_t osd, struct entity_addrvec *out) MUST_CHECK;

#endif
