/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op_request: one client operation from its message to its reply, and op_tracker: those in flight and the
 * slowest of late, for `ops` and `dump_historic_ops`.
 *
 * Owner: one at a time: the connection's worker, then a queue or a list of waiters, then whoever replies.
 * Threads: the tracker's calls from any.
 */
#ifndef CEPH_OSD_OP_REQUEST_H
#define CEPH_OSD_OP_REQUEST_H

#include <stdatomic.h>

#include "common/formatter.h"
#include "common/list.h"
#include "common/mutex.h"
#include "messages/m_osd_op.h"
#include "msg/messenger.h"
#include "types/hobject.h"

struct copy_fetch;
struct op_tracker;
struct pg;

/* How far it is, for people. */
#define OP_STATES(X)                                \
    X(RECEIVED, "received")                         \
    X(WAITING_FOR_MAP, "waiting for a newer map")   \
    X(WAITING_FOR_PG, "waiting for the pg")         \
    X(QUEUED, "queued for pg")                      \
    X(WAITING_FOR_OBJECT, "waiting for the object") \
    X(COPYING, "copying from another object")       \
    X(STARTED, "started")                           \
    X(COMMITTING, "waiting for commit")             \
    X(NOTIFYING, "waiting for watchers")

enum op_state {
#define X(name, text) OP_##name,
    OP_STATES(X)
#undef X
};

/* Something to be done in a placement group, by the thread that has its lock. */
struct pg_work {
    struct list link; /* of the queue or list of waiters that it is in */
    void (*run)(struct pg *pg, struct pg_work *w);
};

enum { OP_CODES_SHOWN = 8, OP_OID_SHOWN = 64, OP_HISTORY = 20 };

/* What is told of an operation while it is under way and afterwards. */
struct op_summary {
    struct osd_reqid reqid;
    struct entity_addr client_addr;
    struct pg_id pg;
    char oid[OP_OID_SHOWN]; /* cut off */
    uint16_t codes[OP_CODES_SHOWN];
    unsigned op_count; /* of all steps */
    uint32_t epoch;
    uint64_t start_ns; /* monotonic */
    uint64_t took_ns;  /* afterwards */
    int state;         /* enum op_state; afterwards */
};

struct op_request {
    struct pg_work work;
    struct message *msg;
    struct connection *con;
    struct m_osd_op m;
    struct osd_reqid reqid;
    struct hobject object; /* the name is m.oid's; borrowed strings */
    bool reads, writes;    /* what its steps do */
    bool on_pg;            /* it is about the group, not about an object */
    bool admitted;         /* it has had its turn in the group, and waits for its object at most */

    struct copy_fetch *copy; /* what its steps copy from; NULL: not fetched */

    struct op_tracker *tracker;
    struct list tracked;
    struct op_summary summary;
    atomic_int state;
};

/* Reads the message, whose reference it takes (also on failure). -EBADMSG and others of m_osd_op_decode(). */
int op_request_create(struct op_tracker *tracker, struct message *msg, struct op_request **out) MUST_CHECK;
void op_request_free(struct op_request *op); /* it is over; NULL is fine */
/* Frees those in a list of struct pg_work. */
void op_requests_drop(struct list *works);
static inline void op_request_mark(struct op_request *op, enum op_state state)
{
    atomic_store_explicit(&op->state, state, memory_order_relaxed);
}

struct op_tracker {
    struct mutex lock;
    /* lock */
    struct list ops;
    unsigned count;
    uint64_t done;                         /* so many in all */
    struct op_summary history[OP_HISTORY]; /* a ring: the next is put at done % OP_HISTORY */
    struct op_summary
        slowest[OP_HISTORY]; /* by the time that they took; those that were not have took_ns 0 */
};

void op_tracker_init(struct op_tracker *t);
void op_tracker_destroy(struct op_tracker *t); /* no op is left */
/* How many are under way for longer than that, and for how many seconds the oldest one. */
void op_tracker_slow(struct op_tracker *t, uint64_t age_ns, uint32_t *count, uint32_t *oldest);
void op_tracker_dump_ops(struct op_tracker *t, struct formatter *f);
void op_tracker_dump_history(struct op_tracker *t, bool slowest, struct formatter *f);

#endif
