/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_osd_boot: MOSDBoot: an OSD tells the monitor that it is there, and where; see types/osd_superblock.h. */
#ifndef CEPH_MESSAGES_M_OSD_BOOT_H
#define CEPH_MESSAGES_M_OSD_BOOT_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/entity_addr.h"
#include "types/osd_superblock.h"

struct m_osd_boot {
    struct paxos_prefix paxos; /* version: the epoch that the OSD has */
    struct osd_superblock superblock;
    struct entity_addrvec hb_back, cluster, hb_front; /* the public one is the connection's */
    uint32_t boot_epoch;                              /* the epoch in which it was up last; 0: never */
    struct string_map metadata;
    uint64_t osd_features;
};
MESSAGE_CODEC(m_osd_boot)

#endif
