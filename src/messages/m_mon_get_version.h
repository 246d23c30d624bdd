/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_mon_get_version: MMonGetVersion and its reply: the newest epoch of a map. */
#ifndef CEPH_MESSAGES_M_MON_GET_VERSION_H
#define CEPH_MESSAGES_M_MON_GET_VERSION_H

#include "messages/message_codec.h"

struct m_mon_get_version {
    uint64_t handle; /* comes back in the reply */
    char *what;      /* "osdmap", "monmap", "mdsmap", "fsmap" */
};
MESSAGE_CODEC(m_mon_get_version)

struct m_mon_get_version_reply {
    uint64_t handle;
    uint64_t newest, oldest;
};
MESSAGE_CODEC(m_mon_get_version_reply)

#endif
