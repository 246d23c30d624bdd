/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_purged_snaps: MMonGetPurgedSnaps, by which an OSD asks for the snapshots that were removed for good, and
 * its reply; and MMonGetOSDMap, which asks for maps by epoch.
 */
#ifndef CEPH_MESSAGES_M_PURGED_SNAPS_H
#define CEPH_MESSAGES_M_PURGED_SNAPS_H

#include "messages/message_codec.h"
#include "messages/payload.h"

struct m_mon_get_purged_snaps {
    struct paxos_prefix paxos;
    uint32_t start, last; /* epochs */
};
MESSAGE_CODEC(m_mon_get_purged_snaps)

struct m_mon_get_purged_snaps_reply {
    struct paxos_prefix paxos;
    uint32_t start, last;
    struct slice snaps; /* map of epoch to map of pool to intervals, as it came */
};
MESSAGE_CODEC(m_mon_get_purged_snaps_reply)

struct m_mon_get_osdmap {
    struct paxos_prefix paxos;
    uint32_t full_first, full_last, inc_first, inc_last; /* 0: none */
};
MESSAGE_CODEC(m_mon_get_osdmap)

#endif
