/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log_crash: on a fatal signal, the signal, a backtrace and the recent log entries in the log file and on
 * standard error; then the signal does what it would have done.
 */
#ifndef CEPH_COMMON_LOG_CRASH_H
#define CEPH_COMMON_LOG_CRASH_H

/* Handles SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGXCPU and SIGXFSZ from here on. Twice is fine.
 */
void log_crash_install(void);

/* Of log.c, for the handler: the dump of recent entries, with what can be had of the log's locks. */
void log_crash_dump(void);

#endif
