/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_session: one client or daemon that talks to the monitor, who it proved to be, and what it subscribed
 * to.
 *
 * A session belongs to a connection (connection_private) from its first message until the connection resets
 * or the monitor ends it. Subscriptions hang in the session and in a list of their kind, which the service
 * that serves the kind walks after a commit.
 *
 * Owner: counted; the table holds one reference while the session is open. Locks: the monitor's, for
 * everything here.
 */
#ifndef CEPH_MON_MON_SESSION_H
#define CEPH_MON_MON_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/caps.h"
#include "auth/cephx_server.h"
#include "common/list.h"
#include "msg/messenger.h"
#include "types/entity_name.h"

enum mon_sub_kind {
    MON_SUB_MONMAP,
    MON_SUB_OSDMAP,
    MON_SUB_PG_CREATES, /* osd_pg_creates */
    MON_SUB_MGRMAP,
    MON_SUB_CONFIG,
    MON_SUB_LOG, /* log-debug, log-info, log-sec, log-warn, log-error */
    MON_SUB_KV,  /* kv:PREFIX */
    MON_SUB_OTHER,
    MON_SUB_KINDS
};

struct mon_sub {
    struct list in_session, in_kind;
    struct mon_session *session;
    char *what;
    enum mon_sub_kind kind;
    uint64_t next; /* the first version that is wanted */
    bool onetime;
};

struct mon_sessions {
    struct list all;
    struct list subs[MON_SUB_KINDS];
    unsigned count;
    struct perf_counters *perf; /* borrowed */
};

struct mon_session {
    unsigned refs;
    bool open;                  /* in the table */
    struct mon_sessions *owner; /* fixed */
    struct connection *con;     /* a reference, fixed */
    struct list entry;          /* of the table */
    struct entity_name name;    /* type and global id */
    struct entity_id id;        /* who it authenticated as; id NULL before */
    uint32_t auth_protocol;     /* enum auth_protocol */
    uint64_t global_id;
    struct cephx_server_session cephx; /* where its login stands */
    struct caps *caps;                 /* for monitors; NULL: none */
    bool authenticated, caps_allow_all;
    char *remote_host;                   /* as the client told; NULL: it did not */
    char *sent_config;                   /* the options it was sent last, as one text; NULL: none */
    uint64_t established_ns, renewed_ns; /* monotonic: first message; last subscription */
    uint32_t osd_epoch;                  /* newest osdmap it was sent */
    struct list subs;
};

void mon_sessions_init(struct mon_sessions *t);
/* Ends all sessions. */
void mon_sessions_destroy(struct mon_sessions *t);

/* The connection's open session, or a new one in the table; borrowed. NULL: no memory. */
struct mon_session *mon_sessions_find_or_add(struct mon_sessions *t, struct connection *con, uint64_t now_ns);
/* The connection's open session; NULL: none. Borrowed. */
struct mon_session *mon_sessions_find(struct connection *con);
/* Takes the session out of the table with its subscriptions and drops the table's reference. */
void mon_session_close(struct mon_session *s);

struct mon_session *mon_session_get(struct mon_session *s);
void mon_session_put(struct mon_session *s); /* NULL is fine */

/* May the client do what a command of this module needs ("r", "rw", "rwx")? cmd: the command itself, which
 * may be allowed by name; NULL: it is none. */
bool mon_session_may(const struct mon_session *s, const char *module, const char *perm, const json_t *cmd);

/* The number of the OSD that the client proved to be, or -1. */
int32_t mon_session_osd(const struct mon_session *s);

/* Adds or changes a subscription. NULL: no memory. */
struct mon_sub *mon_session_subscribe(struct mon_session *s, const char *what, uint64_t next, bool onetime);
void mon_sub_remove(struct mon_sub *sub);
/* Something with this version was sent: moves on, or removes a onetime subscription. */
void mon_sub_sent(struct mon_sub *sub, uint64_t version);

/* Takes msg (NULL is fine: a reply that could not be built). */
void mon_session_send(struct mon_session *s, struct message *msg);

#endif
