/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_mon_global_id: MMonGlobalID, between monitors: a peon asks the leader to raise the highest global_id. */
#ifndef CEPH_MESSAGES_M_MON_GLOBAL_ID_H
#define CEPH_MESSAGES_M_MON_GLOBAL_ID_H

#include "messages/message_codec.h"
#include "messages/payload.h"

struct m_mon_global_id {
    struct paxos_prefix paxos;
    uint64_t old_max_id; /* as the peon knows it */
};
MESSAGE_CODEC(m_mon_global_id)

#endif
