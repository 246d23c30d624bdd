/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * objecter: brings operations to the OSDs that serve their objects, and again to others as the map changes,
 * until they are answered.
 *
 *     o = objecter_create(conf, messenger, mon_client);   before messenger_start()
 *     objecter_start(o);                                  after the mon client's session is there
 *     op = objecter_op_create(pool, "", "", "name", done, arg);
 *     object_operation_extent(&op->operation, OSD_OP_READ, 0, 4096, (struct slice){0});
 *     objecter_submit(o, op);                             done() is called once, op is freed
 *     objecter_stop(o); messenger_shutdown(messenger); objecter_free(o);
 *
 * Operations on one object that are submitted one after the other are carried out in that order. Owner:
 * create and free; conf, messenger and mon client outlive it. Threads: everything from any thread with no
 * lock held of LOCK_RANK_OBJECTER or above. Callbacks come without a lock, on a thread that serves
 * connections, on the timer's, the dispatch thread or the caller's: they must be quick and must not wait. No
 * thread per operation: one timer for all objecters of the process. Errors: negative errno. See:
 * src/test/unit/osdc/test_objecter.c.
 */
#ifndef CEPH_OSDC_OBJECTER_H
#define CEPH_OSDC_OBJECTER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/list.h"
#include "messages/m_osd_op.h"
#include "mon_client/mon_client.h"
#include "osdc/object_operation.h"
#include "osdc/objecter_target.h"

struct objecter;
struct osd_session;

/* What came back, besides the steps' own. */
struct objecter_answer {
    int result;            /* negative errno, or what the last step gave */
    uint64_t user_version; /* the object's, 0: no answer */
    struct eversion replay_version;
    const struct objecter_target *target;
    struct osd_session *session; /* compared only; NULL: no answer */
    uint64_t incarnation;        /* of that session's connection */
};

typedef void (*objecter_done)(void *arg, const struct objecter_answer *answer);

struct objecter_op {
    /* set after creation, before objecter_submit() */
    struct object_operation operation;
    uint64_t snapid;   /* to read; SNAP_HEAD */
    uint64_t snap_seq; /* to write in */
    uint64_t *snaps;   /* newest first; malloc'ed, the operation's */
    uint32_t snap_count;
    uint32_t flags;      /* more of enum osd_flag; reading and writing are seen from the steps */
    struct utime mtime;  /* zero: now */
    uint64_t timeout_ns; /* 0: what rados_osd_op_timeout says */
    int64_t pg_hash;     /* an operation on the placement group of this hash; -1: on an object */

    /* fixed */
    objecter_done done;
    void *arg;
    const char *name, *key, *nspace; /* in the same memory */
    struct objecter_target target;   /* its pool and hash are fixed */

    /* the objecter's */
    struct list entry, bucket; /* session.ops, session.buckets */
    struct osd_session *session;
    uint64_t tid, deadline_ns;
    uint64_t no_pool_epoch; /* there was no pool in any map up to this one; 0: not known */
    int32_t attempts;
    unsigned ticks;              /* of the objecter's clock that it has waited */
    bool paused, held;           /* by the map, by a backoff of the OSD */
    struct objecter *limited_by; /* whose limits it counts against, with bytes; NULL: none's */
    uint64_t bytes;
};

/* Copies the names; key and nspace may be "". NULL: no memory. */
struct objecter_op *objecter_op_create(int64_t pool, const char *nspace, const char *key, const char *name,
                                       objecter_done done, void *arg);
void objecter_op_free(struct objecter_op *op); /* one that was not submitted */

struct objecter *objecter_create(struct conf *conf, struct messenger *m, struct mon_client *mc);
/* Subscribes to the map and waits for the first. -ETIMEDOUT. */
int objecter_start(struct objecter *o, uint64_t timeout_ns) MUST_CHECK;
/* Instead, for daemons that take the maps up by themselves: each epoch is handed in by objecter_take_map(),
 * which takes the reference; older ones than there is are let go. By one thread at a time. */
void objecter_start_fed(struct objecter *o);
void objecter_take_map(struct objecter *o, struct cluster_map *map);
/* Operations end with -ESHUTDOWN. Nothing is called back afterwards, but for what the caller itself does. */
void objecter_stop(struct objecter *o);
void objecter_free(struct objecter *o);

/* Takes op; returns its tid, for cancelling. done may come before this returns. */
uint64_t objecter_submit(struct objecter *o, struct objecter_op *op);
/* The same, for programs: first waits until there are fewer operations and bytes under way than
 * objecter_inflight_ops and objecter_inflight_op_bytes say. Not from callbacks. */
uint64_t objecter_submit_limited(struct objecter *o, struct objecter_op *op);
/* Ends an operation with error, by its callback; false: it is over already. Its data may still be on its way
 * out after that, and after a timeout: so it must not be borrowed where that can happen. */
bool objecter_cancel(struct objecter *o, uint64_t tid, int error);

/* The newest map; a reference. */
struct cluster_map *objecter_map(struct objecter *o);
/* Waits until the map is of that epoch or later. timeout_ns 0: none. -ETIMEDOUT, -ESHUTDOWN. */
int objecter_wait_for_epoch(struct objecter *o, uint32_t epoch, uint64_t timeout_ns) MUST_CHECK;
/* Asks the monitors for their newest epoch, and waits for that. */
int objecter_wait_for_latest(struct objecter *o, uint64_t timeout_ns) MUST_CHECK;

/* Called after each new map, on the dispatch thread, and after each session that was lost. For lingers. */
typedef void (*objecter_changed)(void *arg);
void objecter_set_changed(struct objecter *o, objecter_changed changed, void *arg); /* before start */
/* Where an answer came from is connected still and is where the target is now. was: the map that t was found
 * in; replaced by the newest one while the answer is true. */
bool objecter_still_there(struct objecter *o, const struct objecter_target *t, struct cluster_map **was,
                          struct osd_session *session, uint64_t incarnation);
struct timer_thread *objecter_timer(struct objecter *o);

/* Commands to an OSD, or to the primary of a placement group. */
uint64_t objecter_osd_command(struct objecter *o, int32_t osd, const char *json,
                              const struct bufferlist *input, mon_command_done done, void *arg);
uint64_t objecter_pg_command(struct objecter *o, struct pg_id pg, const char *json,
                             const struct bufferlist *input, mon_command_done done, void *arg);

#endif
