/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tell_command: `ceph tell` to a daemon: an MCommand is a command of the admin socket that came by a message.
 */
#ifndef CEPH_DAEMON_TELL_COMMAND_H
#define CEPH_DAEMON_TELL_COMMAND_H

#include <stdbool.h>

#include "common/admin_socket.h"

struct message;

/* Runs an MCommand and answers it, one that is not allowed by EACCES. as NULL: this daemon takes no commands.
 * Takes no reference to msg. The caller holds no lock that a command takes. */
void tell_command_handle(struct admin_socket *as, struct message *msg, bool allowed);

#endif
