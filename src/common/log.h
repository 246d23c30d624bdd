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
    X(ms, 0, 0)           \
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

const char *log_subsys_name(enum log_subsys subsys);
void log_set_levels(enum log_subsys subsys, int log_level, int gather_level);
void log_get_levels(enum log_subsys subsys, int *log_level, int *gather_level);

/* Where entries go. Before the first log_configure() it is standard error. */
struct log_config {
    const char *file; /* NULL or "": none */
    bool to_file;
    bool to_stderr, err_to_stderr; /* all that reach the sinks; errors only */
    bool to_syslog, err_to_syslog;
    bool to_journald, err_to_journald;
    const char *stderr_prefix; /* NULL or text */
    unsigned max_recent;       /* entries in the ring; 0: as it is */
    unsigned max_new;          /* entries that may wait for the thread; 0: as it is */
};

/*
 * Takes effect at once; the texts are copied. Returns negative errno and a message in *err when the file
 * cannot be opened or the journal was not built in; everything else is in effect even then.
 */
int log_configure(const struct log_config *config, char **err) MUST_CHECK;

/* Makes the file belong to a user, before privileges are given up. */
void log_chown(unsigned uid, unsigned gid);

/*
 * Without the thread every entry is written by its caller. With it, callers queue their entries; what finds
 * the queue full is dropped (errors and level 0 have eight times the room), and the number dropped is logged.
 * Start it after the last fork. log_stop() writes what is queued and goes back to direct writing; twice is
 * fine.
 */
int log_start(void) MUST_CHECK;
void log_stop(void);

/* Returns when everything logged before has reached its sinks. */
void log_flush(void);

/* Opens the file anew, after it was moved away. The old one stays in use when that fails. */
void log_reopen(void);

/* Writes the ring of recent entries and the levels into the file (standard error without one). */
void log_dump_recent(void);

/* Writes what is queued, closes the file and frees everything: for the end of a program, and for tests. */
void log_shutdown(void);

#endif
