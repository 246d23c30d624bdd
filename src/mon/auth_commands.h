/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* auth_commands: the handlers of `ceph auth ...`. See mon_commands.c. */
#ifndef CEPH_MON_AUTH_COMMANDS_H
#define CEPH_MON_AUTH_COMMANDS_H

#include "mon/mon_op.h"

int auth_command_ls(struct mon_op *op);                /* auth ls */
int auth_command_get(struct mon_op *op);               /* auth get <entity> */
int auth_command_get_key(struct mon_op *op);           /* auth get-key <entity>, print-key, print_key */
int auth_command_export(struct mon_op *op);            /* auth export [<entity>] */
int auth_command_add(struct mon_op *op);               /* auth add <entity> [<caps>...] */
int auth_command_get_or_create(struct mon_op *op);     /* auth get-or-create <entity> [<caps>...] */
int auth_command_get_or_create_key(struct mon_op *op); /* auth get-or-create-key <entity> [<caps>...] */
int auth_command_caps(struct mon_op *op);              /* auth caps <entity> <caps>... */
int auth_command_import(struct mon_op *op);            /* auth import -i <file> */
int auth_command_rm(struct mon_op *op);                /* auth rm <entity>, del */

#endif
