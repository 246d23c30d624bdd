/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_perf: what a monitor counts: sessions, requests, commits (`perf dump`). Threads: any. */
#ifndef CEPH_MON_MON_PERF_H
#define CEPH_MON_MON_PERF_H

#include "common/perf_counters.h"

enum mon_counter {
    MON_PERF_NUM_SESSIONS,
    MON_PERF_SESSION_ADD,
    MON_PERF_SESSION_RM,
    MON_PERF_SESSION_TRIM,
    MON_PERF_MESSAGES,
    MON_PERF_COMMANDS,
    MON_PERF_COMMIT,
    MON_PERF_COMMIT_BYTES,
    MON_PERF_COMMIT_LATENCY,
    MON_PERF_COUNT
};

/* The set "mon"; NULL: no memory. */
struct perf_counters *mon_perf_create(void);

#endif
