/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemonize: goes to the background without losing the errors of the start: the parent waits until the child
 * is ready, and leaves with the child's status when it never is.
 */
#ifndef CEPH_DAEMON_DAEMONIZE_H
#define CEPH_DAEMON_DAEMONIZE_H

#include "common/compiler.h"

struct daemonize {
    int ready_fd; /* to the parent; -1: not forked, or said already */
};

void daemonize_init(struct daemonize *d);
void daemonize_destroy(struct daemonize *d);

/* Returns in the child only, in a session of its own and with /dev/null as standard input. There must be no
 * other thread. Negative errno when there is no child. */
int daemonize_fork(struct daemonize *d, char **err) MUST_CHECK;

/* Lets the parent leave with status 0 and puts /dev/null in the place of standard output and error. Nothing
 * happens without a fork. */
void daemonize_ready(struct daemonize *d);

#endif
