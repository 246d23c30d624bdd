/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* privileges: becoming the user and group of --setuser and --setgroup. */
#ifndef CEPH_DAEMON_PRIVILEGES_H
#define CEPH_DAEMON_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/compiler.h"

struct conf;

struct privileges {
    bool change; /* there is something to do */
    uid_t uid;
    gid_t gid;
    char user[64]; /* the user's name where it has one, else empty */
};

/* Whom the options mean. -ENOENT: no such user or group. */
int privileges_find(struct conf *c, struct privileges *p, char **err) MUST_CHECK;

/* Becomes them, and gives them the log file. Only root can; anybody else is told that the options are
 * ignored. */
int privileges_drop(struct conf *c, char **err) MUST_CHECK;

#endif
