/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_perf.h"

static const struct perf_counter_def defs[MON_PERF_COUNT] = {
    [MON_PERF_NUM_SESSIONS] = {"num_sessions", PERF_GAUGE, "open sessions", PERF_NONE, "sess",
                               PERF_PRIO_USEFUL},
    [MON_PERF_SESSION_ADD] = {"session_add", PERF_COUNTER, "sessions opened", PERF_NONE, "sadd",
                              PERF_PRIO_INTERESTING},
    [MON_PERF_SESSION_RM] = {"session_rm", PERF_COUNTER, "sessions ended", PERF_NONE, "srm",
                             PERF_PRIO_INTERESTING},
    [MON_PERF_SESSION_TRIM] = {"session_trim", PERF_COUNTER, "sessions ended because the peer was silent",
                               PERF_NONE, "strm", PERF_PRIO_USEFUL},
    [MON_PERF_MESSAGES] = {"messages", PERF_COUNTER, "messages handled", PERF_NONE, "msgs", PERF_PRIO_USEFUL},
    [MON_PERF_COMMANDS] = {"commands", PERF_COUNTER, "commands run", PERF_NONE, "cmds", PERF_PRIO_USEFUL},
    [MON_PERF_COMMIT] = {"commit", PERF_COUNTER, "commits", PERF_NONE, "cmt", PERF_PRIO_USEFUL},
    [MON_PERF_COMMIT_BYTES] = {"commit_bytes", PERF_COUNTER, "bytes in commits", PERF_BYTES, "cmtb",
                               PERF_PRIO_USEFUL},
    [MON_PERF_COMMIT_LATENCY] = {"commit_latency", PERF_TIME_AVG, "time until a commit is on disk", PERF_NONE,
                                 "cmtl", PERF_PRIO_INTERESTING},
};

struct perf_counters *mon_perf_create(void)
{
    return perf_counters_create("mon", defs, MON_PERF_COUNT);
}
