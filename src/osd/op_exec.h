/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op_exec: runs the steps of a client's operation and answers it. All steps take effect or none.
 * Threads: under the group's lock. Owner: takes the request.
 */
#ifndef CEPH_OSD_OP_EXEC_H
#define CEPH_OSD_OP_EXEC_H

#include "osd/pg.h"

void op_exec(struct pg *pg, struct op_request *req);

/* Answers without having done anything; frees the request. */
void op_reply_error(struct pg *pg, struct op_request *req, int error);
/* Gives the object another info, on disk too, without anybody having asked; takes info. */
void op_update_info(struct pg *pg, struct object_context *obc, struct object_info *info);

#endif
