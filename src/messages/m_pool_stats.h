/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_pool_stats: MGetPoolStats and its reply. The statistics of a pool are passed on as they were encoded. */
#ifndef CEPH_MESSAGES_M_POOL_STATS_H
#define CEPH_MESSAGES_M_POOL_STATS_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

struct m_get_pool_stats {
    struct paxos_prefix paxos;
    struct fsid fsid;
    struct string_list pools;
};
MESSAGE_CODEC(m_get_pool_stats)

struct pool_stats_item {
    char *pool;
    struct slice stat; /* pool_stat_t, a versioned struct with its head */
};

struct m_get_pool_stats_reply {
    struct paxos_prefix paxos;
    struct fsid fsid;
    struct pool_stats_item *items; /* malloc'ed */
    uint32_t count;
    bool per_pool;
};
MESSAGE_CODEC(m_get_pool_stats_reply)

#endif
