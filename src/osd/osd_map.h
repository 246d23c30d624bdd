/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_map: one epoch of the OSDMap with its mapping, counted and never changed; and osd_map_cache: the maps
 * that an OSD has, on disk and in memory.
 *
 * Threads: any. Locks: the cache's own, a leaf but for the store's. Errors: negative errno.
 */
#ifndef CEPH_OSD_OSD_MAP_H
#define CEPH_OSD_OSD_MAP_H

#include <stdatomic.h>

#include "common/buffer.h"
#include "maps/osdmap.h"
#include "maps/osdmap_incremental.h"
#include "maps/osdmap_mapping.h"
#include "os/object_store.h"

struct osd_map {
    atomic_uint refs;
    struct osdmap map;
    struct osdmap_mapping mapping;
};

/* Takes the contents of map (also on failure: then they are destroyed). NULL: no memory or a bad crush map.
 */
struct osd_map *osd_map_create(struct osdmap *map);
struct osd_map *osd_map_get(struct osd_map *m);
void osd_map_put(struct osd_map *m); /* NULL is fine */

/* Where maps are kept in the collection of the OSD's own records. */
void osd_map_store_full(struct os_transaction *t, uint32_t epoch, const struct slice *bytes);
void osd_map_store_incremental(struct os_transaction *t, uint32_t epoch, const struct slice *bytes);
void osd_map_forget(struct os_transaction *t, uint32_t first, uint32_t end); /* end itself stays */
int osd_map_load_bytes(struct object_store *s, struct os_collection *meta, uint32_t epoch, bool incremental,
                       struct slice *bytes) MUST_CHECK;
/* -ENOENT: we do not have it; -EUCLEAN: what is stored is no map. */
int osd_map_load(struct object_store *s, struct os_collection *meta, uint32_t epoch,
                 struct osd_map **out) MUST_CHECK;

#endif
