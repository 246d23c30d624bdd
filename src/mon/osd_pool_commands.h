/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_pool_commands: the handlers of `ceph osd pool ...`. See mon_commands.c. */
#ifndef CEPH_MON_OSD_POOL_COMMANDS_H
#define CEPH_MON_OSD_POOL_COMMANDS_H

#include "mon/mon_op.h"

/* osd_pool_commands.c: pools as a whole, quotas */
int osd_pool_command_create(struct mon_op *op);
int osd_pool_command_rm(struct mon_op *op);
int osd_pool_command_rename(struct mon_op *op);
int osd_pool_command_ls(struct mon_op *op);
int osd_pool_command_set_quota(struct mon_op *op);
int osd_pool_command_get_quota(struct mon_op *op);
int osd_pool_command_snap(struct mon_op *op); /* mksnap, rmsnap: refused */
int osd_pool_command_tier(struct mon_op *op); /* refused */

/* osd_pool_settings.c */
int osd_pool_command_set(struct mon_op *op);
int osd_pool_command_get(struct mon_op *op);

int osd_pool_command_stats(struct mon_op *op);

/* osd_pool_application.c */
int osd_pool_command_application_enable(struct mon_op *op);
int osd_pool_command_application_disable(struct mon_op *op);
int osd_pool_command_application_set(struct mon_op *op);
int osd_pool_command_application_rm(struct mon_op *op);
int osd_pool_command_application_get(struct mon_op *op);

/* ---- for these files ---- */

struct pg_pool;
struct osdmap_pool;

/* What a command changes of the pool that it names; sets the status line. Above 0: changed; 0: it is so
 * already; or a negative errno. */
typedef int (*osd_pool_edit)(struct mon_op *op, struct pg_pool *pool, int64_t id, const char *name);
/* The handler around it: finds the pool, waits, commits. An edit that fails has changed nothing. */
int osd_pool_change(struct mon_op *op, osd_pool_edit edit);
/* "10K" and so on, up to E; base is what K stands for. -EINVAL. */
int osd_pool_parse_count(const char *text, uint64_t base, uint64_t *out) MUST_CHECK;
/* The pool that the command names, of the newest epoch. -ENOENT with a status. */
int osd_pool_named(struct mon_op *op, const struct osdmap_pool **pool) MUST_CHECK;

#endif
