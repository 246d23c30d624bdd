/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_command: MCommand and its reply: a command to one daemon (`ceph tell`). Input and output travel in the
 * data section; the reply repeats the tid.
 */
#ifndef CEPH_MESSAGES_M_COMMAND_H
#define CEPH_MESSAGES_M_COMMAND_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

struct m_command {
    struct fsid fsid;
    struct string_list cmd; /* one string, a JSON object */
};
MESSAGE_CODEC(m_command)

struct m_command_reply {
    int32_t result;
    char *status;
};
MESSAGE_CODEC(m_command_reply)

#endif
