/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_pg_stats: MPGStats: an OSD tells the active manager, or a monitor where there is none, how full it is and
 * how the placement groups are whose primary it is. It is not answered. */
#ifndef CEPH_MESSAGES_M_PG_STATS_H
#define CEPH_MESSAGES_M_PG_STATS_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"
#include "types/pg_stat.h"

struct pg_stats_item {
    struct pg_id pg;
    struct pg_stat stat;
};

struct pg_stats_pool {
    int64_t pool;
    struct store_statfs statfs;
};

struct m_pg_stats {
    struct paxos_prefix paxos;
    struct fsid fsid;
    struct osd_stat osd;
    struct pg_stats_item *items; /* malloc'ed; by pool and seed, ascending */
    uint32_t count;
    uint32_t epoch;              /* the sender's */
    struct utime had_map_for;    /* unused by now */
    struct pg_stats_pool *pools; /* malloc'ed; by pool; none where the store does not count by pool */
    uint32_t pool_count;
};
MESSAGE_CODEC(m_pg_stats)

#endif
