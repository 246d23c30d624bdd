/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_admin_commands: commands that change which OSDs there are, how they count, and who is shut out. See
 * mon_commands.c. */
#ifndef CEPH_MON_OSD_ADMIN_COMMANDS_H
#define CEPH_MON_OSD_ADMIN_COMMANDS_H

#include "mon/mon_op.h"

int osd_command_out(struct mon_op *op);              /* osd out <ids...> */
int osd_command_in(struct mon_op *op);               /* osd in <ids...> */
int osd_command_down(struct mon_op *op);             /* osd down <ids...> */
int osd_command_rm(struct mon_op *op);               /* osd rm <ids...> */
int osd_command_destroy(struct mon_op *op);          /* osd destroy <id> */
int osd_command_purge(struct mon_op *op);            /* osd purge <id> */
int osd_command_lost(struct mon_op *op);             /* osd lost <id> */
int osd_command_reweight(struct mon_op *op);         /* osd reweight <id> <weight> */
int osd_command_primary_affinity(struct mon_op *op); /* osd primary-affinity <id> <weight> */
int osd_command_blocklist(struct mon_op *op);        /* osd blocklist add|rm <addr> [expire] */
int osd_command_blocklist_clear(struct mon_op *op);  /* osd blocklist clear */

#endif
