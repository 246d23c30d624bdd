/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* space_commands: how much room there is and who takes it. See mon_commands.c. */
#ifndef CEPH_MON_SPACE_COMMANDS_H
#define CEPH_MON_SPACE_COMMANDS_H

#include "mon/mon_op.h"

int osd_command_df(struct mon_op *op);      /* df [detail] */
int osd_command_df_osds(struct mon_op *op); /* osd df [plain|tree]: osd_df.c */

#endif
