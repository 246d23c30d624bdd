/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_mon_subscribe: MMonSubscribe and its ack: which maps the client wants to be sent, from which epoch on.
 * Peers without MON_STATEFUL_SUB get the old form (version 0), which names the epoch that is already had;
 * decoding turns that into the one that is wanted.
 */
#ifndef CEPH_MESSAGES_M_MON_SUBSCRIBE_H
#define CEPH_MESSAGES_M_MON_SUBSCRIBE_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/fsid.h"

#define MON_SUBSCRIBE_ONETIME 1 /* drop the subscription after one answer */

struct mon_subscribe_item {
    char *what; /* "osdmap", "monmap", "config", ... */
    uint64_t start;
    uint8_t flags;
};

struct m_mon_subscribe {
    struct mon_subscribe_item *items; /* malloc'ed; sorted by what when built by m_mon_subscribe_add() */
    uint32_t count;
    char *hostname; /* NULL or "": not told */
};
MESSAGE_CODEC(m_mon_subscribe)

int m_mon_subscribe_add(struct m_mon_subscribe *m, const char *what, uint64_t start,
                        uint8_t flags) MUST_CHECK;

struct m_mon_subscribe_ack {
    uint32_t interval; /* seconds until the client should subscribe again */
    struct fsid fsid;
};
MESSAGE_CODEC(m_mon_subscribe_ack)

#endif
