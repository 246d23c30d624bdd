/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_info_commands: where OSDs and objects are, what OSDs say of themselves, and what the map demands of
 * those who take part. See mon_commands.c. */
#ifndef CEPH_MON_OSD_INFO_COMMANDS_H
#define CEPH_MON_OSD_INFO_COMMANDS_H

#include "mon/mon_op.h"

int osd_command_find(struct mon_op *op);               /* osd find <id> */
int osd_command_map(struct mon_op *op);                /* osd map <pool> <object> [nspace] */
int osd_command_metadata(struct mon_op *op);           /* osd metadata [id] */
int osd_command_versions(struct mon_op *op);           /* osd versions */
int osd_command_require_release(struct mon_op *op);    /* osd require-osd-release <release> */
int osd_command_require_client(struct mon_op *op);     /* osd set-require-min-compat-client <version> */
int osd_command_get_require_client(struct mon_op *op); /* osd get-require-min-compat-client */
int osd_command_set_nearfull(struct mon_op *op);       /* osd set-nearfull-ratio <ratio> */
int osd_command_set_backfillfull(struct mon_op *op);   /* osd set-backfillfull-ratio <ratio> */
int osd_command_set_full(struct mon_op *op);           /* osd set-full-ratio <ratio> */

#endif
