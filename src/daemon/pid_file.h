/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pid_file: a file with our process id that stays locked as long as we run, so that a second daemon is
 * refused and a file left over by a crash is not in the way.
 */
#ifndef CEPH_DAEMON_PID_FILE_H
#define CEPH_DAEMON_PID_FILE_H

#include "common/compiler.h"

struct pid_file {
    char *path;
    int fd; /* -1: none */
};

void pid_file_init(struct pid_file *p);

/* Locks the file and writes our id. -EBUSY: another process has it locked; the message says which. */
int pid_file_create(struct pid_file *p, const char *path, char **err) MUST_CHECK;

/* Removes it; nothing happens when there is none. */
void pid_file_remove(struct pid_file *p);

#endif
