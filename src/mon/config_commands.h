/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* config_commands: the handlers of `ceph config ...`. See mon_commands.c. */
#ifndef CEPH_MON_CONFIG_COMMANDS_H
#define CEPH_MON_CONFIG_COMMANDS_H

#include "mon/mon_op.h"

int config_command_set(struct mon_op *op);          /* config set <who> <name> <value> [--force] */
int config_command_rm(struct mon_op *op);           /* config rm <who> <name> */
int config_command_get(struct mon_op *op);          /* config get <who> [<key>] */
int config_command_dump(struct mon_op *op);         /* config dump */
int config_command_ls(struct mon_op *op);           /* config ls */
int config_command_help(struct mon_op *op);         /* config help <key> */
int config_command_show(struct mon_op *op);         /* config show <who> [<key>] */
int config_command_log(struct mon_op *op);          /* config log [<num>] */
int config_command_reset(struct mon_op *op);        /* config reset <num> */
int config_command_assimilate(struct mon_op *op);   /* config assimilate-conf */
int config_command_minimal_conf(struct mon_op *op); /* config generate-minimal-conf */

#endif
