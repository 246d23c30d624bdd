/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signal_loop: what the main thread of a daemon does: wait for signals.
 * Start it before the first thread, so that all of them have these signals blocked.
 */
#ifndef CEPH_DAEMON_SIGNAL_LOOP_H
#define CEPH_DAEMON_SIGNAL_LOOP_H

#include <stdbool.h>

#include "common/compiler.h"

struct signal_loop {
    int signal_fd, stop_fd; /* -1: not started */
};

void signal_loop_init(struct signal_loop *s);

/* Blocks SIGTERM, SIGINT and SIGHUP: from here on they wait for signal_loop_wait(). */
int signal_loop_start(struct signal_loop *s, char **err) MUST_CHECK;
void signal_loop_destroy(struct signal_loop *s);

/* Calls reload on SIGHUP. Returns SIGTERM or SIGINT when it comes, 0 after signal_loop_stop(). */
int signal_loop_wait(struct signal_loop *s, void (*reload)(void));

/* Whether SIGTERM or SIGINT waits for signal_loop_wait(). From any thread. */
bool signal_loop_is_told(void);

/* From any thread. */
void signal_loop_stop(struct signal_loop *s);

#endif
