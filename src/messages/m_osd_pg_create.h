/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_osd_pg_create: MOSDPGCreate2, by which monitors have an OSD make the placement groups of a new pool, and
 * MOSDPGCreated, which says that one is there.
 */
#ifndef CEPH_MESSAGES_M_OSD_PG_CREATE_H
#define CEPH_MESSAGES_M_OSD_PG_CREATE_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/pg_id.h"
#include "types/utime.h"

struct pg_create {
    struct pg_id pg;
    int8_t shard;     /* -1 in replicated pools */
    uint32_t created; /* epoch */
    struct utime stamp;
    struct slice history; /* pg_history and past intervals as they came; empty: none */
};

struct m_osd_pg_create2 {
    uint32_t epoch;
    struct pg_create *pgs; /* malloc'ed */
    uint32_t count;
};
MESSAGE_CODEC(m_osd_pg_create2)

struct m_osd_pg_created {
    struct paxos_prefix paxos;
    struct pg_id pg;
};
MESSAGE_CODEC(m_osd_pg_created)

#endif
