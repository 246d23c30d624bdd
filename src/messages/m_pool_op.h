/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_pool_op: MPoolOp and its reply: creating and deleting pools and their snapshots. */
#ifndef CEPH_MESSAGES_M_POOL_OP_H
#define CEPH_MESSAGES_M_POOL_OP_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

enum pool_op {
    POOL_OP_CREATE = 0x01,
    POOL_OP_DELETE = 0x02,
    POOL_OP_AUID_CHANGE = 0x03,
    POOL_OP_CREATE_SNAP = 0x11,
    POOL_OP_DELETE_SNAP = 0x12,
    POOL_OP_CREATE_UNMANAGED_SNAP = 0x21,
    POOL_OP_DELETE_UNMANAGED_SNAP = 0x22,
};

struct m_pool_op {
    struct paxos_prefix paxos;
    struct fsid fsid;
    uint32_t pool;
    uint32_t op;
    uint64_t auid; /* of old, 0 */
    uint64_t snapid;
    char *name;
    uint8_t pad;
    int16_t crush_rule; /* -1: the default */
};
MESSAGE_CODEC(m_pool_op)

struct m_pool_op_reply {
    struct paxos_prefix paxos;
    struct fsid fsid;
    int32_t result;
    uint32_t epoch; /* of the osdmap that has the change */
    bool has_data;
    struct slice data; /* a new snapshot's id, u64 */
};
MESSAGE_CODEC(m_pool_op_reply)

#endif
