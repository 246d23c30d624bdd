/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_map: the epochs of the OSDMap that an OSD keeps, in the collection of its own records.
 *
 * Threads: any. Errors: negative errno.
 */
#ifndef CEPH_OSD_OSD_MAP_H
#define CEPH_OSD_OSD_MAP_H

#include "common/buffer.h"
#include "maps/osdmap.h"
#include "maps/osdmap_incremental.h"
#include "os/object_store.h"
#include "osdc/objecter_target.h"

void osd_map_store_full(struct os_transaction *t, uint32_t epoch, const struct slice *bytes);
void osd_map_store_incremental(struct os_transaction *t, uint32_t epoch, const struct slice *bytes);
void osd_map_forget(struct os_transaction *t, uint32_t first, uint32_t end); /* end itself stays */
int osd_map_load_bytes(struct object_store *s, struct os_collection *meta, uint32_t epoch, bool incremental,
                       struct slice *bytes) MUST_CHECK;
/* -ENOENT: we do not have it; -EUCLEAN: what is stored is no map. */
int osd_map_load(struct object_store *s, struct os_collection *meta, uint32_t epoch,
                 struct cluster_map **out) MUST_CHECK;

#endif
