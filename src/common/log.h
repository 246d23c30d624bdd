/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log: subsystem levels, a ring of recent entries, and sinks (file, stderr, syslog, journald).
 *
 * Each subsystem has a log level (what reaches the sinks) and a gather level (what is kept in the ring for a
 * crash), as in Ceph's `debug_ms = 1/5`. An entry above both costs one load and one compare. Threads: every
 * call may be made from any thread, also with locks held. Errors: logging never fails to its caller.
 */
#ifndef CEPH_COMMON_LOG_H
#define CEPH_COMMON_LOG_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/compiler.h"

/* name, default log level, default gather level */
#define LOG_SUBSYSTEMS(X) \
    X(none, 0, 5)         \
    X(ms, 0, 5)           \
    X(rdma, 0, 5)         \
    X(auth, 1, 5)         \
    X(mon, 1, 5)          \
    X(paxos, 1, 5)        \
    X(monc, 0, 10)        \
    X(objecter, 0, 1)     \
    X(rados, 0, 5)        \
    X(osd, 1, 5)          \
    X(filestore, 1, 3)    \
    X(rocksdb, 4, 5)      \
    X(asok, 1, 5)         \
    X(crush, 1, 1)

enum log_subsys {
#define X(name, log_level, gather_level) LOG_##name,
    LOG_SUBSYSTEMS(X)
#undef X
        LOG_SUBSYS_COUNT
};

/* The higher of log and gather level of each subsystem: what log_wants() reads. */
extern atomic_int log_thresholds[LOG_SUBSYS_COUNT];

static inline bool log_wants(enum log_subsys subsys, int level)
{
    return level <= atomic_load_explicit(&log_thresholds[subsys], memory_order_relaxed);
}

/* One entry; level -1 is an error and reaches every sink. A newline at the end is not needed. */
void log_write(enum log_subsys subsys, int level, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define dout(subsys, level, ...)                           \
    do {                                                   \
        if (log_wants(LOG_##subsys, (level)))              \
            log_write(LOG_##subsys, (level), __VA_ARGS__); \
    } while (0)
#define derr(subsys, ...) log_write(LOG_##subsys, -1, __VA_ARGS__)

#endif
