/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_osd_state: what OSDs tell monitors about themselves and each other: alive, beacon, failure, mark me down.
 */
#ifndef CEPH_MESSAGES_M_OSD_STATE_H
#define CEPH_MESSAGES_M_OSD_STATE_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/entity_addr.h"
#include "types/fsid.h"
#include "types/pg_id.h"
#include "types/utime.h"

/* MOSDAlive: the OSD asks that up_thru be raised before it serves writes in a new interval. */
struct m_osd_alive {
    struct paxos_prefix paxos; /* version: epoch */
    uint32_t want_up_thru;
};
MESSAGE_CODEC(m_osd_alive)

/* MOSDFull: how full the OSD finds itself, by the ratios of the map. */
struct m_osd_full {
    struct paxos_prefix paxos; /* version: epoch */
    uint32_t epoch;
    uint32_t state; /* OSD_FULL, OSD_BACKFILLFULL, OSD_NEARFULL or 0 */
};
MESSAGE_CODEC(m_osd_full)

/* MOSDBeacon: every osd_beacon_report_interval. */
struct m_osd_beacon {
    struct paxos_prefix paxos;
    struct pg_id *pgs; /* malloc'ed: the groups it is primary of */
    uint32_t pg_count;
    uint32_t min_last_epoch_clean;
    struct utime last_purged_snaps_scrub;
    uint32_t report_interval; /* seconds */
};
MESSAGE_CODEC(m_osd_beacon)

/* What begins a message about some OSD: which one, as the sender's map has it. */
struct osd_target {
    struct paxos_prefix paxos;
    struct fsid fsid;
    int32_t osd;
    struct entity_addrvec addrs;
    uint32_t epoch;
};

enum osd_failure_flag { OSD_FAILURE_FAILED = 1, OSD_FAILURE_IMMEDIATE = 2 };

/* MOSDFailure: another OSD does not answer, or does so again. */
struct m_osd_failure {
    struct osd_target target;
    uint8_t flags;      /* enum osd_failure_flag; 0: it is alive after all */
    int32_t failed_for; /* seconds */
};
MESSAGE_CODEC(m_osd_failure)

/* MOSDMarkMeDown, which the monitor sends back when it is done. */
struct m_osd_mark_me_down {
    struct osd_target target;
    bool request_ack, down_and_dead;
};
MESSAGE_CODEC(m_osd_mark_me_down)

#endif
