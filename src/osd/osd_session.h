/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_session: what an OSD keeps for a client's connection: what it may do, and which map it was sent last.
 *
 * Owner: the connection (its private pointer), which frees it. Threads: any; what a client may do is fixed
 * from the first message on, as the ticket that it connected with is.
 */
#ifndef CEPH_OSD_OSD_SESSION_H
#define CEPH_OSD_OSD_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct caps;
struct connection;
struct op_request;

struct osd_session {
    atomic_uint sent_epoch; /* newest map that it was sent without asking */
    atomic_bool watches;    /* it has begun a watch */
    bool everything;        /* `allow *`, or nobody is asked who he is */
    struct caps *caps;      /* else; NULL: none that can be read */
};

/* That of con, made when there is none yet. NULL: no memory. */
struct osd_session *osd_session_of(struct connection *con);

/* May it do this to the object, or to the group, of that pool? */
bool osd_session_allows(const struct osd_session *s, const struct op_request *req, const char *pool);

#endif
