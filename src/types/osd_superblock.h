/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_superblock: who an OSD is and which maps it has: what it keeps at the head of its store and shows to
 * monitors when it boots. {10,5}.
 *
 * Owner: destroy frees what decode or the user put in. Threads: none of its own. Pure.
 */
#ifndef CEPH_TYPES_OSD_SUPERBLOCK_H
#define CEPH_TYPES_OSD_SUPERBLOCK_H

#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"
#include "types/fsid.h"
#include "types/utime.h"

struct osd_superblock {
    struct fsid cluster_fsid, osd_fsid;
    int32_t whoami;
    uint32_t current_epoch, oldest_map, newest_map;
    double weight;
    uint8_t
        *features; /* malloc'ed: the compat, read-only compat and incompat sets as they came; NULL: none */
    uint32_t features_len;
    uint32_t clean_thru, mounted; /* epochs: the last clean one; when it was started */
    uint32_t last_map_marked_full;
    uint8_t *pools_marked_full; /* malloc'ed {s64 pool, u32 epoch} pairs as they came */
    uint32_t pools_marked_full_count;
    uint32_t purged_snaps_last;
    struct utime last_purged_snaps_scrub;
    uint32_t trim_lower_bound;
};

void osd_superblock_destroy(struct osd_superblock *s);
void osd_superblock_encode(const struct osd_superblock *s, struct encode *e);
/* Inits s; destroy it also after a failure. */
void osd_superblock_decode(struct osd_superblock *s, struct decode *d);

#endif
