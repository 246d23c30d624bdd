/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pg: one placement group: which interval it is in and who serves it, its log, the objects in use, the
 * operations that wait, and the writes that are under way.
 *
 * Life: made when a monitor says so, or found in the store; advanced by each epoch of the map; removed with
 * its pool. A group is active where its acting set is this OSD alone; else it says in `inactive_why` what it
 * lacks. Threads: everything under `lock`, which an op_lane hands from thread to thread; what the lock's
 * holder wants to send goes out when it unlocks (pg_unlock()). Errors: negative errno.
 */
#ifndef CEPH_OSD_PG_H
#define CEPH_OSD_PG_H

#include <stdatomic.h>

#include "common/formatter.h"
#include "os/object_store.h"
#include "osd/object_context.h"
#include "osd/op_queue.h"
#include "osd/op_request.h"
#include "osd/osd_map.h"
#include "osd/pg_log.h"
#include "types/pg_stat.h"

struct osd;

/* Epochs of a group's past, as genuine Ceph's pg_history. */
struct pg_history {
    uint32_t epoch_created, epoch_pool_created;
    uint32_t last_epoch_started, last_interval_started;
    uint32_t last_epoch_clean, last_interval_clean;
    uint32_t last_epoch_split;
    uint32_t same_up_since, same_interval_since, same_primary_since;
};

struct pg_stats {
    int64_t objects, bytes;
    uint64_t reads, read_bytes, writes, written_bytes;
};

struct objecter_op;
struct pg_out; /* what waits for the unlock, to be sent */

struct pg {
    atomic_uint refs;
    struct osd *osd;        /* fixed */
    struct pg_id id;        /* fixed */
    struct list table_link; /* the osd's pgs_lock */
    struct op_lane lane;

    struct mutex sending; /* taken before lock is given back, while messages go out */
    struct mutex lock;
    /* lock */
    struct os_collection *coll; /* NULL: the objects are elsewhere, */
    char absent_why[120];       /* and where */
    unsigned bits;              /* of the hash that all its objects share */
    struct cluster_map *map;    /* the epoch that it is at */
    struct pg_osds where;
    bool primary, active, removed;
    char inactive_why[120];
    struct pg_history history;
    struct pg_stats stats;
    struct pg_log log;
    struct eversion last_update, last_committed;
    uint64_t last_user_version;
    unsigned unsaved_trim; /* entries trimmed from the log in memory whose records are still there */
    struct eversion disk_tail;
    struct object_contexts objects;
    struct list waiting; /* struct pg_work: until the group is active, or has their map */
    struct list repops;  /* in order of versions */
    struct pg_out *out, **out_end;
    struct list watches;   /* struct watch: of all objects */
    struct list notifies;  /* struct notify */
    uint32_t notify_count; /* so far */
    struct utime created_stamp, last_change, last_active, last_became_active;
    uint64_t reported_seq; /* of what managers are told */
};

/* With a reference; locked. The collection is opened, or made by the caller's transaction later. */
struct pg *pg_create(struct osd *osd, struct pg_id id);
struct pg *pg_get(struct pg *pg);
void pg_put(struct pg *pg);
void pg_lock(struct pg *pg);
/* Sends what was left for it. */
void pg_unlock(struct pg *pg);

/* Sends a message after unlocking; takes the reference of msg. */
void pg_send(struct pg *pg, struct connection *con, struct message *msg);
/* Submits an operation to another OSD after unlocking. -ENOMEM: it is the caller's still. */
int pg_submit(struct pg *pg, struct objecter_op *op) MUST_CHECK;

/* Makes the group's collection and records; waits for the store. */
int pg_make(struct pg *pg, struct cluster_map *map, uint32_t created, struct utime stamp) MUST_CHECK;
/* Reads info and log. */
int pg_load(struct pg *pg) MUST_CHECK;
/* Takes note of a newer map: interval, roles, whether it is active. */
void pg_advance(struct pg *pg, struct cluster_map *map);
/* The pool is gone: everybody who waits is let go; the collection goes with its objects. */
void pg_remove(struct pg *pg);
/* Puts the group's info into t: with every change. */
void pg_save_info(struct pg *pg, struct os_transaction *t);

/* Takes all struct pg_work out of works and runs them in order; one that still has to wait goes back there.
 */
void pg_run_works(struct pg *pg, struct list *works);
/* An operation's turn has come. */
void pg_do_op(struct pg *pg, struct pg_work *w);
/* pg_dump.c: with the group's lock. In short; as genuine Ceph's `pg query`, with the map known; the info
 * alone. */
void pg_dump(struct pg *pg, struct formatter *f);
void pg_query(const struct pg *pg, struct formatter *f);
void pg_dump_info(const struct pg *pg, const char *name, struct formatter *f);
/* What a collection's records say of its group, as an object with genuine Ceph's names: for a look at a store
 * without its OSD. -EBADMSG. */
int pg_dump_record(struct object_store *s, struct os_collection *coll, struct pg_id id,
                   struct formatter *f) MUST_CHECK;
/* Bits of enum pg_state_bit. */
uint64_t pg_state(const struct pg *pg);

#endif
