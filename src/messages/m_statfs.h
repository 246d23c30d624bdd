/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_statfs: MStatfs and its reply: how full the cluster, or the data of one pool, is. */
#ifndef CEPH_MESSAGES_M_STATFS_H
#define CEPH_MESSAGES_M_STATFS_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

struct m_statfs {
    struct paxos_prefix paxos;
    struct fsid fsid;
    bool has_pool;
    int64_t pool;
};
MESSAGE_CODEC(m_statfs)

struct m_statfs_reply {
    struct fsid fsid;
    uint64_t version;
    uint64_t kb, kb_used, kb_avail, num_objects;
};
MESSAGE_CODEC(m_statfs_reply)

#endif
