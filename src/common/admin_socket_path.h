/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* admin_socket_path: the file of an admin socket: making it, replacing a dead one, removing it. */
#ifndef CEPH_COMMON_ADMIN_SOCKET_PATH_H
#define CEPH_COMMON_ADMIN_SOCKET_PATH_H

#include <sys/types.h>

#include "common/compiler.h"

/* A listening, non-blocking descriptor and the number of the file it has made. */
int admin_socket_listen(const char *path, int mode, int *fd, ino_t *inode, char **err) MUST_CHECK;

/* Removes the file, unless it is another process's by now. */
void admin_socket_remove(const char *path, ino_t inode);

#endif
