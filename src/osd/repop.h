/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * repop: one change of a placement group on its way: it is done when every OSD of the acting set has it on
 * disk. Here that is this OSD alone; sending it to others is added beside repop_start().
 *
 * Owner: repop_create(); it frees itself when it is done. Threads: under the group's lock.
 */
#ifndef CEPH_OSD_REPOP_H
#define CEPH_OSD_REPOP_H

#include "osd/pg.h"

struct repop {
    struct list link;           /* pg.repops */
    struct pg *pg;              /* reference */
    struct object_context *obc; /* reference; NULL: of no object */
    struct os_transaction txn;
    struct eversion version;
    unsigned waiting; /* acting OSDs that have not committed it */
    bool had_error;
    struct op_request *req; /* what is answered then; NULL: nobody asked */
    struct message *reply;
    struct list duplicates; /* struct pg_work of op_requests: the same request come again meanwhile */
};

/* Takes the reference of obc. NULL: no memory. */
struct repop *repop_create(struct pg *pg, struct object_context *obc);
void repop_free(struct repop *r); /* one that was not started */
/* Takes entry into the log and starts; r and entry are not the caller's any more. It may be done on return.
 */
void repop_start(struct repop *r, struct pg_log_entry *entry);
/* The one of that version; NULL: it is done. */
struct repop *repop_find(struct pg *pg, struct eversion version);

#endif
