/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_commands: the handlers of `ceph osd ...` that show the map or change its flags. See mon_commands.c. */
#ifndef CEPH_MON_OSD_COMMANDS_H
#define CEPH_MON_OSD_COMMANDS_H

#include "mon/mon_op.h"

struct osdmap;

/* The object that `osd stat` and `status` have. NULL: no memory. */
json_t *osd_stat_dump(const struct osdmap *map);
/* "0 osds: 0 up, 0 in", and a line with what of the flags is not the default, after prefix. */
void osd_stat_print(const struct osdmap *map, const char *prefix, struct strbuf *out);

int osd_command_dump(struct mon_op *op);         /* osd dump [epoch] */
int osd_command_stat(struct mon_op *op);         /* osd stat */
int osd_command_tree(struct mon_op *op);         /* osd tree [epoch] [states...] */
int osd_command_crush_tree(struct mon_op *op);   /* osd crush tree [--show-shadow] */
int osd_command_ls(struct mon_op *op);           /* osd ls [epoch] */
int osd_command_getmap(struct mon_op *op);       /* osd getmap [epoch] */
int osd_command_getcrushmap(struct mon_op *op);  /* osd getcrushmap [epoch] */
int osd_command_getmaxosd(struct mon_op *op);    /* osd getmaxosd */
int osd_command_setmaxosd(struct mon_op *op);    /* osd setmaxosd <newmax> */
int osd_command_set(struct mon_op *op);          /* osd set <key> */
int osd_command_unset(struct mon_op *op);        /* osd unset <key> */
int osd_command_pause(struct mon_op *op);        /* osd pause */
int osd_command_unpause(struct mon_op *op);      /* osd unpause */
int osd_command_lspools(struct mon_op *op);      /* osd lspools */
int osd_command_blocklist_ls(struct mon_op *op); /* osd blocklist ls */
int osd_command_profiles(struct mon_op *op);     /* osd erasure-code-profile ls */

#endif
