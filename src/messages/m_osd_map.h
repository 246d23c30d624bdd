/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_osd_map: MOSDMap: full maps and incremental ones, by epoch, as they are stored; see maps/osdmap.h. */
#ifndef CEPH_MESSAGES_M_OSD_MAP_H
#define CEPH_MESSAGES_M_OSD_MAP_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

struct osd_map_item {
    uint32_t epoch;
    struct slice map;
};

struct m_osd_map {
    struct fsid fsid;
    struct osd_map_item *incrementals; /* malloc'ed, ascending */
    uint32_t incremental_count;
    struct osd_map_item *fulls; /* malloc'ed, ascending */
    uint32_t full_count;
    uint32_t oldest, newest;        /* what the sender can give */
    struct slice gap_removed_snaps; /* map of pool to intervals, encoded, with its count; empty: none */
};
MESSAGE_CODEC(m_osd_map)

/* map: takes the reference. */
int m_osd_map_add_full(struct m_osd_map *m, uint32_t epoch, struct slice map) MUST_CHECK;
int m_osd_map_add_incremental(struct m_osd_map *m, uint32_t epoch, struct slice map) MUST_CHECK;

#endif
