/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_osd_backoff: MOSDBackoff: an OSD asks a client to hold back operations on a range of objects. */
#ifndef CEPH_MESSAGES_M_OSD_BACKOFF_H
#define CEPH_MESSAGES_M_OSD_BACKOFF_H

#include "messages/message_codec.h"
#include "types/hobject.h"
#include "types/pg_id.h"

enum osd_backoff_op { OSD_BACKOFF_BLOCK = 1, OSD_BACKOFF_ACK_BLOCK = 2, OSD_BACKOFF_UNBLOCK = 3 };

struct m_osd_backoff {
    struct pg_id pg;
    int8_t shard;
    uint32_t map_epoch;
    uint8_t op; /* enum osd_backoff_op */
    uint64_t id;
    struct hobject begin, end; /* end itself is not in it, unless it equals begin */
};
MESSAGE_CODEC(m_osd_backoff)

#endif
