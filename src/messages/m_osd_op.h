/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_osd_op: MOSDOp, an operation on one object (or placement group), and its reply.
 *
 * The data section is the data of all steps, one behind the other: decoding gives each step its part (a
 * reference to the message's buffer), and m_osd_op_send() and m_osd_op_reply_send() put the parts into the
 * message. Requests are read in versions 8 (now) and 7 and 6 (peers before them), and written as 8.
 */
#ifndef CEPH_MESSAGES_M_OSD_OP_H
#define CEPH_MESSAGES_M_OSD_OP_H

#include "messages/message_codec.h"
#include "types/entity_name.h"
#include "types/eversion.h"
#include "types/object_locator.h"
#include "types/osd_op.h"
#include "types/pg_id.h"
#include "types/utime.h"

#define OSD_OPS_MAX 1024 /* steps of one operation that we take */

/* osd_reqid_t {2,2}: who asked, and the number it gave to that: the same for every resend. */
struct osd_reqid {
    struct entity_name name;
    uint64_t tid;
    int32_t incarnation;
};

struct m_osd_op {
    struct pg_id pg; /* the actual one (versions before 8: the raw one, seed = hash) */
    bool pg_is_raw;
    uint32_t hash;          /* of the object, all 32 bits */
    uint32_t osdmap_epoch;  /* the sender's */
    uint32_t flags;         /* enum osd_flag */
    struct osd_reqid reqid; /* zero from clients: then it is (header.src, header.tid) */
    uint32_t client_inc;
    struct utime mtime;
    struct object_locator locator;
    char *oid; /* "" for operations on a placement group */
    struct osd_op *ops;
    uint16_t op_count;
    uint64_t snapid, snap_seq;
    uint64_t *snaps; /* newest first */
    uint32_t snap_count;
    int32_t retry_attempt;
    uint64_t features;
};
MESSAGE_CODEC(m_osd_op)

/* m_osd_op_message() with the data of its steps in it. */
struct message *m_osd_op_send(struct m_osd_op *m);

struct m_osd_op_reply {
    char *oid;
    struct pg_id pg;
    uint64_t flags;
    int32_t result;
    struct eversion bad_replay_version;
    uint32_t osdmap_epoch;
    struct osd_op *ops; /* out and result are filled in */
    uint32_t op_count;
    int32_t retry_attempt;
    struct eversion replay_version;
    uint64_t user_version;
};
MESSAGE_CODEC(m_osd_op_reply)

struct message *m_osd_op_reply_send(struct m_osd_op_reply *m);

void osd_reqid_encode(const struct osd_reqid *r, struct encode *e);
void osd_reqid_decode(struct osd_reqid *r, struct decode *d);
static inline bool osd_reqid_equal(const struct osd_reqid *a, const struct osd_reqid *b)
{
    return a->tid == b->tid && a->name.num == b->name.num && a->name.type == b->name.type &&
           a->incarnation == b->incarnation;
}

#endif
