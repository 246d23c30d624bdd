/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_crush_commands: the handlers of `ceph osd crush ...`. See mon_commands.c. */
#ifndef CEPH_MON_OSD_CRUSH_COMMANDS_H
#define CEPH_MON_OSD_CRUSH_COMMANDS_H

#include "mon/mon_op.h"

/* osd_crush_commands.c: the hierarchy */
int osd_crush_command_dump(struct mon_op *op);
int osd_crush_command_ls(struct mon_op *op);
int osd_crush_command_add_bucket(struct mon_op *op);
int osd_crush_command_rename_bucket(struct mon_op *op);
int osd_crush_command_swap_bucket(struct mon_op *op);
int osd_crush_command_add(struct mon_op *op);
int osd_crush_command_set(struct mon_op *op);
int osd_crush_command_create_or_move(struct mon_op *op);
int osd_crush_command_move(struct mon_op *op);
int osd_crush_command_link(struct mon_op *op);
int osd_crush_command_rm(struct mon_op *op);
int osd_crush_command_unlink(struct mon_op *op);
int osd_crush_command_reweight(struct mon_op *op);
int osd_crush_command_reweight_subtree(struct mon_op *op);
int osd_crush_command_reweight_all(struct mon_op *op);

/* osd_crush_import.c: all of it */
int osd_crush_command_import(struct mon_op *op);

/* osd_crush_class_commands.c: device classes */
int osd_crush_command_set_class(struct mon_op *op);
int osd_crush_command_rm_class(struct mon_op *op);
int osd_crush_command_get_class(struct mon_op *op);
int osd_crush_command_class_create(struct mon_op *op);
int osd_crush_command_class_rm(struct mon_op *op);
int osd_crush_command_class_rename(struct mon_op *op);
int osd_crush_command_class_ls(struct mon_op *op);
int osd_crush_command_class_ls_osd(struct mon_op *op);

/* osd_crush_rule_commands.c: rules and tunables */
int osd_crush_command_rule_ls(struct mon_op *op);
int osd_crush_command_rule_ls_by_class(struct mon_op *op);
int osd_crush_command_rule_dump(struct mon_op *op);
int osd_crush_command_rule_create_simple(struct mon_op *op);
int osd_crush_command_rule_create_replicated(struct mon_op *op);
int osd_crush_command_rule_create_erasure(struct mon_op *op); /* refused */
int osd_crush_command_rule_rm(struct mon_op *op);
int osd_crush_command_rule_rename(struct mon_op *op);
int osd_crush_command_tunables(struct mon_op *op);
int osd_crush_command_show_tunables(struct mon_op *op);
int osd_crush_command_set_tunable(struct mon_op *op);
int osd_crush_command_get_tunable(struct mon_op *op);
int osd_crush_command_straw_to_straw2(struct mon_op *op);

/* osd_crush_weight_set_commands.c: other weights than the buckets' own */
int osd_crush_command_weight_set_ls(struct mon_op *op);
int osd_crush_command_weight_set_dump(struct mon_op *op);
int osd_crush_command_weight_set_create_compat(struct mon_op *op);
int osd_crush_command_weight_set_create(struct mon_op *op);
int osd_crush_command_weight_set_rm_compat(struct mon_op *op);
int osd_crush_command_weight_set_rm(struct mon_op *op);
int osd_crush_command_weight_set_reweight_compat(struct mon_op *op);
int osd_crush_command_weight_set_reweight(struct mon_op *op);

#endif
