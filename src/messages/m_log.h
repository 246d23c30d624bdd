/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_log: MLog and MLogAck: entries for the cluster log. */
#ifndef CEPH_MESSAGES_M_LOG_H
#define CEPH_MESSAGES_M_LOG_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/entity_addr.h"
#include "types/entity_name.h"
#include "types/fsid.h"
#include "types/utime.h"

enum log_entry_priority {
    LOG_ENTRY_DEBUG = 0,
    LOG_ENTRY_INFO = 1,
    LOG_ENTRY_SEC = 2,
    LOG_ENTRY_WARN = 3,
    LOG_ENTRY_ERROR = 4,
};

struct log_entry {
    struct entity_id name;   /* "mon.a", "client.admin" */
    struct entity_name rank; /* "mon.0", "client.4101" */
    struct entity_addrvec addrs;
    struct utime stamp;
    uint64_t seq; /* of the sender, from 1 */
    uint16_t priority;
    char *message;
    char *channel; /* "cluster", "audit" */
};

void log_entry_encode(const struct log_entry *l, struct encode *e, uint64_t features);
void log_entry_decode(struct log_entry *l, struct decode *d); /* destroy it also on failure */
int log_entry_copy(struct log_entry *to, const struct log_entry *from) MUST_CHECK; /* on error to is empty */
void log_entry_destroy(struct log_entry *l);
/* "DBG", "INF", "SEC", "WRN", "ERR", as in the cluster log; "???". */
const char *log_entry_priority_name(uint16_t priority);

struct m_log {
    struct paxos_prefix paxos;
    struct fsid fsid;
    struct log_entry *entries; /* malloc'ed */
    uint32_t count;
};
MESSAGE_CODEC(m_log)

struct m_log_ack {
    struct fsid fsid;
    uint64_t last_seq;
    char *channel;
};
MESSAGE_CODEC(m_log_ack)

#endif
