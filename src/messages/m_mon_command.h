/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_mon_command: MMonCommand and its ack. The input and the output of a command travel in the message's data
 * section; the ack repeats the request's tid.
 */
#ifndef CEPH_MESSAGES_M_MON_COMMAND_H
#define CEPH_MESSAGES_M_MON_COMMAND_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

struct m_mon_command {
    struct paxos_prefix paxos;
    struct fsid fsid;
    struct string_list cmd; /* one string, a JSON object */
};
MESSAGE_CODEC(m_mon_command)

struct m_mon_command_ack {
    struct paxos_prefix paxos;
    int32_t result; /* negative errno, or >= 0 */
    char *status;   /* text for people */
    struct string_list cmd;
};
MESSAGE_CODEC(m_mon_command_ack)

#endif
