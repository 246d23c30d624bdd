/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log_sinks: where the entries end up: file, standard error, syslog, journal; and the ring of recent ones.
 * Inside of the log only. Threads: one caller at a time, which is whoever holds the log's sinks lock; the
 * crash handler calls log_sinks_dump() with or without it.
 */
#ifndef CEPH_COMMON_LOG_SINKS_H
#define CEPH_COMMON_LOG_SINKS_H

#include "common/log_entry.h"

int log_sinks_configure(const struct log_config *config, char **err) MUST_CHECK;
void log_sinks_chown(unsigned uid, unsigned gid);
int log_sinks_reopen(char **err) MUST_CHECK;
void log_sinks_close(void);

/* Writes the entries that are for the sinks and moves all of them into the ring. */
void log_sinks_write(struct log_queue *entries);

/* The ring, then the entries of *waiting (may be NULL), then the levels, to the file, or to standard error
 * where there is no file. Allocates nothing and calls nothing that a signal handler must not. */
void log_sinks_dump(const struct log_queue *waiting);

/* Text for the crash handler: to the file and to standard error, at once. */
void log_sinks_raw(const char *text, size_t len);
/* Those two descriptors, -1 where there is none. */
void log_sinks_fds(int fds[static 2]);

/* The journal; -ENOSYS when it was not built in. */
int log_journald_available(void);
void log_journald_write(const struct log_entry *e);

#endif
