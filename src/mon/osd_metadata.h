/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_metadata: what OSDs say of themselves and their machines when they boot; kept in the store by their
 * numbers, beside the OSDMap. Locks: the monitor's. Errors: negative errno.
 */
#ifndef CEPH_MON_OSD_METADATA_H
#define CEPH_MON_OSD_METADATA_H

#include "kv/kv_batch.h"
#include "mon/mon_store.h"
#include "types/string_list.h"

int osd_metadata_put(struct kv_batch *tx, int32_t osd, const struct string_map *metadata) MUST_CHECK;
void osd_metadata_remove(struct kv_batch *tx, int32_t osd);
/* Inits metadata; -ENOENT: it never booted. */
int osd_metadata_load(struct mon_store *store, int32_t osd, struct string_map *metadata) MUST_CHECK;

#endif
