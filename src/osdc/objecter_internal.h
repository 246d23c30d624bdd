/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * objecter_internal: what the parts of the objecter share: objecter.c (life, maps), objecter_op.c (sending,
 * answers), osd_session.c (connections to OSDs, backoffs), objecter_command.c.
 *
 * Locks, outermost first: map_lock (read to find a target and send, written to change the map or a session's
 * connection), then a session's order (from taking a place in the queue to having sent), then its lock (the
 * table of operations, short).
 */
#ifndef CEPH_OSDC_OBJECTER_INTERNAL_H
#define CEPH_OSDC_OBJECTER_INTERNAL_H

#include <pthread.h>

#include "common/mutex.h"
#include "common/throttle.h"
#include "common/timer.h"
#include "messages/m_osd_backoff.h"
#include "osdc/objecter.h"

#define SESSION_BUCKETS 64

struct osd_backoff {
    struct list entry;
    struct m_osd_backoff range;
};

struct osd_session {
    atomic_uint refs;
    struct objecter *objecter;
    int32_t osd; /* -1: operations that have nowhere to go now */

    /* map_lock for writing, and lock, to change; either to read */
    struct connection *con;
    uint64_t incarnation; /* grows with each connection */

    struct mutex order;
    struct mutex lock;
    struct list ops; /* as they were submitted */
    struct list buckets[SESSION_BUCKETS];
    struct list backoffs;
};

struct objecter {
    /* fixed */
    struct conf *conf;
    struct messenger *messenger;
    struct mon_client *mon_client;
    struct timer_thread *timer; /* the process's */
    uint32_t incarnation;
    objecter_changed changed;
    void *changed_arg;

    pthread_rwlock_t map_lock;
    struct cluster_map *map;       /* NULL before the first */
    struct osd_session **sessions; /* by OSD; NULL: none */
    unsigned session_count;
    struct osd_session *homeless;
    bool stopping;

    atomic_uint_least64_t last_tid;

    struct mutex lock; /* what follows */
    struct cond map_changed;
    uint32_t epoch; /* of the map */
    bool is_stopping;
    bool wants_map, wants_version; /* when map_lock is released */
    bool asking_version;
    struct list commands;
    unsigned callbacks_out; /* of the mon client */

    struct timer_event tick;

    struct throttle inflight_ops, inflight_bytes;
};

/* objecter.c */
/* Both are done when map_lock, which is held, is released: monitors are never asked under it. */
void objecter_want_map(struct objecter *o);
void objecter_ask_version(struct objecter *o);
void objecter_map_unlock(struct objecter *o);

/* objecter_op.c; with map_lock held for writing */
void objecter_retarget_all(struct objecter *o, struct cluster_map *old, bool skipped, struct list *ended);
void objecter_resend_session(struct objecter *o, struct osd_session *s);
void objecter_resend_held(struct objecter *o, struct osd_session *s);
/* map_lock held in any way. One more tick for each operation: ended are those whose time is up; true when
 * another has waited for laggy_ticks. */
bool objecter_collect_timeouts(struct osd_session *s, uint64_t now, unsigned laggy_ticks, struct list *ended);
void objecter_end_op(struct objecter_op *op, const struct objecter_answer *answer); /* no lock held */
void objecter_end_all(struct list *ended, int error);
void objecter_handle_reply(struct objecter *o, struct message *m);
void osd_session_insert(struct osd_session *s, struct objecter_op *op); /* s->lock held */
void osd_session_remove(struct osd_session *s, struct objecter_op *op); /* the same */

/* osd_session.c; map_lock held for writing where a session is made or changed */
struct osd_session *osd_session_create(struct objecter *o, int32_t osd);
struct osd_session *osd_session_get(struct osd_session *s);
void osd_session_put(void *session);
struct osd_session *osd_session_find(struct objecter *o, int32_t osd); /* NULL: none yet */
struct osd_session *osd_session_make(struct objecter *o, int32_t osd);
void osd_session_open(struct osd_session *s);
void osd_session_close(struct osd_session *s);
/* The OSD is not where the session goes. */
bool osd_session_is_stale(const struct osd_session *s, const struct cluster_map *map);
bool osd_session_holds(const struct osd_session *s, const struct objecter_op *op); /* s->lock held */
void osd_session_handle_backoff(struct objecter *o, struct message *m);
void osd_session_drop_backoffs(struct osd_session *s);

/* objecter_command.c */
void objecter_resend_commands(struct objecter *o, const struct osd_session *lost); /* NULL: the map changed */
bool objecter_handle_command_reply(struct objecter *o, struct message *m);
void objecter_end_commands(struct objecter *o);

#endif
