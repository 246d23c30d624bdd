/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_client_internal: what the parts of the mon client share: mon_client.c (life, maps, dispatch, ticks),
 * mon_client_session.c (finding a monitor and authenticating), mon_client_request.c (requests and commands),
 * mon_client_log.c (the cluster log).
 *
 * Locks: everything below is under mon_client.lock unless it says otherwise. Code that holds it never calls
 * back: it leaves what is to be called in `ended` and the flags beside it, and mon_client_unlock() does the
 * calling.
 */
#ifndef CEPH_MON_CLIENT_MON_CLIENT_INTERNAL_H
#define CEPH_MON_CLIENT_MON_CLIENT_INTERNAL_H

#include "auth/auth_client.h"
#include "common/list.h"
#include "common/mutex.h"
#include "common/timer.h"
#include "messages/m_auth.h"
#include "mon_client/mon_client.h"
#include "mon_client/mon_hunt.h"
#include "mon_client/mon_sub.h"

enum mon_conn_state {
    MON_CONN_DIALLING,       /* -> AUTHENTICATING; a ping's: -> OPEN */
    MON_CONN_AUTHENTICATING, /* -> OPEN */
    MON_CONN_OPEN,
};

struct mon_request;

#define AUTH_CLIENTS_MAX 3 /* enum auth_protocol is the index */

/* One connection to one monitor: a candidate while hunting, the session, or a request's own. */
struct mon_conn {
    struct list entry; /* mon_client.conns */
    struct connection *con;
    enum mon_conn_state state;
    int rank;                    /* in the current monmap; -1: not in it */
    struct auth_client *auth;    /* NULL before the monitor's first reply */
    bool owns_auth;              /* auth is not the mon client's */
    struct mon_request *request; /* NULL: a candidate or the session */
};

enum mon_request_kind {
    MON_REQUEST_COMMAND, /* MMonCommand on the session */
    MON_REQUEST_TELL,    /* MCommand on a connection of its own */
    MON_REQUEST_PING,    /* MPing on a connection of its own, unauthenticated */
    MON_REQUEST_VERSION, /* MMonGetVersion on the session */
    MON_REQUEST_MESSAGE, /* the user's, on the session */
};

struct mon_request {
    struct list entry; /* mon_client.requests, later ended */
    enum mon_request_kind kind;
    uint64_t tid;
    uint64_t deadline_ns; /* 0: none */
    char *text;           /* command: JSON; version: which map */
    struct bufferlist input;
    struct message *msg; /* as it goes out, once it could be built */

    /* tell and ping */
    char *target;
    struct mon_conn *conn;
    unsigned attempt; /* transports tried */
    bool sent;

    /* the end */
    int error;
    struct message *reply;
    union {
        mon_command_done command;
        mon_request_done message;
        mon_version_done version;
    } done;
    void *arg;
};

struct mon_client {
    /* fixed after creation */
    struct conf *conf;
    struct messenger *messenger;
    struct timer_thread *timer;
    struct entity_id name;
    struct mon_client_callbacks callbacks;
    void *callbacks_arg;
    uint32_t protocols[AUTH_REQUEST_MAX_PROTOCOLS];
    unsigned protocol_count;

    struct mutex lock;
    struct cond changed; /* session, auth_error, config_seen, stopping; and waiters of requests */
    bool started, stopping;
    struct monmap monmap;
    /* The session's: one for each protocol that ever was chosen, kept over sessions and until the end,
     * because workers may be using it. */
    struct auth_client *auths[AUTH_CLIENTS_MAX];
    struct auth_client *_Atomic auth;  /* the one in use; NULL: none yet. Read without the lock */
    struct auth_service *auth_service; /* where a daemon's rotating keys go; NULL: nowhere */
    uint64_t global_id;
    int auth_error; /* of the last monitor that refused us; 0: none did since the last start */
    bool config_seen;
    struct mon_sub sub;

    /* the session */
    struct list conns;
    struct mon_conn *session; /* NULL: hunting or not started */
    struct mon_hunt hunt;
    uint64_t hunt_deadline_ns;
    uint32_t hunt_type;                   /* of the candidates */
    uint64_t keepalive_sent_ns, alive_ns; /* alive: when the session was last known to be well */
    uint64_t keepalive_ack;               /* as the messenger told it then */

    /* requests */
    struct list requests;
    uint64_t last_tid;

    /* the cluster log */
    struct log_entry *log_entries; /* malloc'ed: not acknowledged yet */
    unsigned log_count;
    uint64_t log_last_seq, log_sent_seq;

    /* for mon_client_unlock() */
    struct list ended;
    bool tell_opened, tell_monmap;

    struct timer_event tick;
    uint64_t tick_ns; /* armed for; 0: not */
};

/* mon_client_auth.c: the client for the protocol that the monitor has chosen; NULL: it cannot be. */
struct auth_client *mon_client_get_auth_locked(struct mon_client *mc, uint32_t protocol);

/* Unlocking calls what is to be called and arms the tick. */
void mon_client_lock(struct mon_client *mc);
void mon_client_unlock(struct mon_client *mc);

/* mon_client_session.c */
void mon_client_hunt_locked(struct mon_client *mc,
                            int avoid_rank); /* drops the session and looks for another */
uint64_t mon_client_session_tick_locked(struct mon_client *mc,
                                        uint64_t now); /* when next; UINT64_MAX: never */
void mon_client_handle_auth_reply_locked(struct mon_client *mc, struct mon_conn *conn,
                                         const struct message *m);
void mon_client_connected_locked(struct mon_client *mc, struct mon_conn *conn);
void mon_client_lost_locked(struct mon_client *mc, struct mon_conn *conn, int error);
struct mon_conn *mon_client_dial_locked(struct mon_client *mc, int rank, const struct entity_addrvec *addrs);
struct mon_conn *mon_client_find_conn_locked(struct mon_client *mc, const struct connection *con);
void mon_client_drop_conn_locked(struct mon_client *mc, struct mon_conn *conn);
void mon_client_renew_subs_locked(struct mon_client *mc, uint64_t now);
/* The session is there and the cluster's fsid is known. */
bool mon_client_is_ready_locked(const struct mon_client *mc);

/* mon_client_request.c */
void mon_client_send_requests_locked(struct mon_client *mc); /* all of them: the session is new */
void mon_client_request_conn_open_locked(struct mon_client *mc, struct mon_conn *conn);
void mon_client_request_conn_lost_locked(struct mon_client *mc, struct mon_conn *conn, int error);
/* True when it was an answer to something, in time or late. */
bool mon_client_handle_reply_locked(struct mon_client *mc, struct mon_conn *conn, struct message *m);
uint64_t mon_client_request_tick_locked(struct mon_client *mc, uint64_t now);
void mon_client_end_request_locked(struct mon_client *mc, struct mon_request *r, int error,
                                   struct message *reply);
void mon_request_call_and_free(struct mon_request *r);

/* mon_client_log.c */
void mon_client_send_log_locked(struct mon_client *mc, bool again);
void mon_client_handle_log_ack_locked(struct mon_client *mc, const struct message *m);
void mon_client_log_destroy(struct mon_client *mc);

/* mon_client_bootstrap.c: the transports of ms_client_type, best first; their number. */
unsigned mon_client_addr_types(const struct conf *conf, uint32_t *types, unsigned max);

#endif
