/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_mon_map: MMonMap, a monmap as the monitor encoded it for this peer's features; MMonGetMap, the request.
 */
#ifndef CEPH_MESSAGES_M_MON_MAP_H
#define CEPH_MESSAGES_M_MON_MAP_H

#include "messages/message_codec.h"
#include "messages/payload.h"

struct m_mon_map {
    struct slice monmap; /* see maps/monmap.h */
};
MESSAGE_CODEC(m_mon_map)

struct m_mon_get_map {
    char empty;
};
MESSAGE_CODEC(m_mon_get_map)

#endif
