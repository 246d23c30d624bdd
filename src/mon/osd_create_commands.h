/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_create_commands: commands that make OSDs. See mon_commands.c. */
#ifndef CEPH_MON_OSD_CREATE_COMMANDS_H
#define CEPH_MON_OSD_CREATE_COMMANDS_H

#include "mon/mon_op.h"

int osd_command_new(struct mon_op *op);    /* osd new <uuid> [id] -i <secrets> */
int osd_command_create(struct mon_op *op); /* osd create [uuid] [id] */

#endif
