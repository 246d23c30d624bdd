/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_osd_ping: MOSDPing: heartbeats between OSDs. */
#ifndef CEPH_MESSAGES_M_OSD_PING_H
#define CEPH_MESSAGES_M_OSD_PING_H

#include "messages/message_codec.h"
#include "types/fsid.h"
#include "types/utime.h"

enum osd_ping_op { OSD_PING_YOU_DIED = 2, OSD_PING = 4, OSD_PING_REPLY = 5 };

struct m_osd_ping {
    struct fsid fsid;
    uint32_t map_epoch;
    uint8_t op;         /* enum osd_ping_op */
    struct utime stamp; /* the asker's; a reply repeats it */
    uint32_t padding;   /* zero bytes at the end: so that a link that loses large packets is noticed */
    uint32_t up_from;
    uint64_t mono_ping_ns, mono_send_ns;
    bool has_delta;
    uint64_t delta_ub; /* upper bound of the difference of the clocks, ns */
};
MESSAGE_CODEC(m_osd_ping)

#endif
