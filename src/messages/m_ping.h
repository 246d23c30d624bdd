/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_ping: MPing, answered by monitors even before authentication: an empty request, a reply with a health
 * report. */
#ifndef CEPH_MESSAGES_M_PING_H
#define CEPH_MESSAGES_M_PING_H

#include "messages/message_codec.h"

struct m_ping {
    char *report; /* JSON; NULL: the request */
};
MESSAGE_CODEC(m_ping)

#endif
