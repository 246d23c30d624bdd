/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pg_commands: the handlers of `ceph pg ...`. See mon_commands.c. */
#ifndef CEPH_MON_PG_COMMANDS_H
#define CEPH_MON_PG_COMMANDS_H

#include "mon/mon_op.h"

int pg_command_stat(struct mon_op *op);          /* pg stat */
int pg_command_dump(struct mon_op *op);          /* pg dump [what...] */
int pg_command_dump_stuck(struct mon_op *op);    /* pg dump_stuck [states...] [seconds] */
int pg_command_map(struct mon_op *op);           /* pg map <pgid> */
int pg_command_ls(struct mon_op *op);            /* pg ls [pool] [states...] */
int pg_command_ls_by_pool(struct mon_op *op);    /* pg ls-by-pool <poolstr> [states...] */
int pg_command_ls_by_osd(struct mon_op *op);     /* pg ls-by-osd <osd> [pool] [states...] */
int pg_command_ls_by_primary(struct mon_op *op); /* pg ls-by-primary <osd> [pool] [states...] */

#endif
