/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_tell: commands to this one monitor: those of its admin socket, which `ceph tell mon.a` sends as
 * MCommand.
 */
#ifndef CEPH_MON_MON_TELL_H
#define CEPH_MON_MON_TELL_H

#include "common/admin_socket.h"

struct message;
struct monitor;

/* Adds the monitor's own commands. admin_socket_unregister(as, mon) takes them out. */
int mon_tell_register(struct monitor *mon, struct admin_socket *as) MUST_CHECK;

/* Answers an MCommand; takes no reference. Without the monitor's lock. */
void mon_tell_handle(struct monitor *mon, struct message *msg);

#endif
