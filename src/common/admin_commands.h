/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* admin_commands: what every daemon answers on its admin socket: version, config, perf, log. */
#ifndef CEPH_COMMON_ADMIN_COMMANDS_H
#define CEPH_COMMON_ADMIN_COMMANDS_H

#include "common/admin_socket.h"
#include "common/conf.h"

/* Both must outlive the socket's thread. */
int admin_commands_register(struct admin_socket *as, struct conf *c) MUST_CHECK;

#endif
