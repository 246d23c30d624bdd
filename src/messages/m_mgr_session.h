/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_mgr_session: a daemon's session with the active manager: MMgrOpen begins it, MMgrConfigure says how often
 * it is to report, MMgrReport brings its counters and what bears on its health.
 */
#ifndef CEPH_MESSAGES_M_MGR_SESSION_H
#define CEPH_MESSAGES_M_MGR_SESSION_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/string_list.h"

struct m_mgr_open {
    char *daemon_name; /* "0" of osd.0 */
    char *service_name;
    bool service_daemon; /* one that no map knows; it has: */
    struct string_map metadata, status;
    struct slice config, config_defaults; /* as `ceph config show` wants them; may be empty */
};
MESSAGE_CODEC(m_mgr_open)

struct m_mgr_configure {
    uint32_t stats_period;    /* seconds */
    uint32_t stats_threshold; /* priority from which on counters are wanted */
};
MESSAGE_CODEC(m_mgr_configure)

/* A counter: what it is, and its value. */
struct mgr_counter {
    char *path, *description, *nick;
    uint8_t type, priority, unit; /* as genuine Ceph numbers them */
    uint64_t value;
    uint64_t count; /* of averages */
};

enum mgr_health_metric { MGR_HEALTH_SLOW_OPS = 0, MGR_HEALTH_PENDING_CREATING_PGS = 1 };
enum { MGR_HEALTH_METRICS = 2 };

struct mgr_health {
    uint32_t count;
    uint32_t oldest; /* seconds */
};

/* Counters in the order of their paths; the first report of a session says what they are. Reports of others
 * (with histograms, with counters that were said in an earlier one) are not read: only managers get them. */
struct m_mgr_report {
    char *daemon_name;
    struct mgr_counter *counters; /* malloc'ed */
    uint32_t counter_count;
    bool declares;
    struct mgr_health health[MGR_HEALTH_METRICS]; /* by enum mgr_health_metric */
};
MESSAGE_CODEC(m_mgr_report)

#endif
