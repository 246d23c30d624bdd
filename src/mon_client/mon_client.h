/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_client: the session of a client or daemon with the monitors of its cluster.
 *
 * It finds a monitor (from mon_host at first, from the monmap later), authenticates, keeps the subscriptions,
 * carries requests, and does all of it again with another monitor when the session breaks: requests are then
 * sent anew. What monitors send unasked and is not its own business (osdmaps, mgrmaps, log entries) goes on
 * to the messenger's other dispatchers, which tell it by mon_client_sub_got() what came.
 *
 *     mc = mon_client_create(conf, messenger, err, sizeof(err));   before messenger_start()
 *     mon_client_authenticate(mc, timeout_ns, err, sizeof(err));   finds a monitor, waits for the session
 *     mon_client_command_wait(mc, "{\"prefix\":\"status\"}", NULL, 0, &reply);
 *     mon_client_stop(mc); messenger_shutdown(messenger); mon_client_free(mc);
 *
 * Owner: create and free; conf and messenger outlive it. Threads: everything from any thread, with no lock
 * held whose rank is LOCK_RANK_MON_CLIENT or above. Callbacks come without a lock, on the messenger's
 * dispatch thread, on the timer's or on the caller's; they may call back but not wait for an answer. Times:
 * nanoseconds; a timeout of 0 is none. Errors: negative errno. See: doc/architecture.md, "Mon client".
 */
#ifndef CEPH_MON_CLIENT_MON_CLIENT_H
#define CEPH_MON_CLIENT_MON_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/compiler.h"
#include "maps/monmap.h"
#include "messages/m_log.h"
#include "msg/messenger.h"

struct auth_service;
struct conf;
struct mon_client;

/* Any may be NULL. */
struct mon_client_callbacks {
    void (*opened)(void *arg, uint64_t global_id);       /* a session is open; again after each reconnect */
    void (*monmap)(void *arg, const struct monmap *map); /* another epoch; borrowed */
    void (*config)(void *arg); /* the monitors' options have been put into the conf */
};

/* Becomes a dispatcher of the messenger, which has not been started. The name to authenticate as is the
 * conf's. NULL with a line in err. */
struct mon_client *mon_client_create(struct conf *conf, struct messenger *m, char *err, size_t err_size);
void mon_client_set_callbacks(struct mon_client *mc, const struct mon_client_callbacks *callbacks,
                              void *arg); /* before the first session */
/*
 * Authentication towards others than monitors: the connector's half of messenger_set_auth(), which lives as
 * long as mc. mon_client_create() sets it in its messenger; daemons add their acceptor's half and set it in
 * theirs.
 */
struct auth_upcalls mon_client_auth_upcalls(struct mon_client *mc);
/* A daemon's rotating keys go there; before the first session, and it outlives mc. */
void mon_client_set_auth_service(struct mon_client *mc, struct auth_service *service);

/* Ends the session; requests end with -ESHUTDOWN. Nothing is called back afterwards. */
void mon_client_stop(struct mon_client *mc);
void mon_client_free(struct mon_client *mc); /* after messenger_shutdown() */

/* Monitors to begin with instead of those that the conf names; before the first session. */
int mon_client_set_monmap(struct mon_client *mc, const struct monmap *map) MUST_CHECK;
/* Starts looking for a monitor and returns. -EINVAL, -ENOENT with a line in err: the conf names none. */
int mon_client_open(struct mon_client *mc, char *err, size_t err_size) MUST_CHECK;
/* Opens and waits for the session. timeout_ns 0: for ever. -ETIMEDOUT; -EACCES and other refusals as soon as
 * a monitor says so; -ESHUTDOWN. */
int mon_client_authenticate(struct mon_client *mc, uint64_t timeout_ns, char *err,
                            size_t err_size) MUST_CHECK;
bool mon_client_is_open(struct mon_client *mc);
uint64_t mon_client_global_id(struct mon_client *mc); /* 0: none yet */
/* The cluster's; zero before the first monmap came. */
struct fsid mon_client_fsid(struct mon_client *mc);
int mon_client_copy_monmap(struct mon_client *mc, struct monmap *out) MUST_CHECK; /* inits out */

/* Subscriptions; flags: MON_SUBSCRIBE_ONETIME. monmap and config are always subscribed. */
int mon_client_sub_want(struct mon_client *mc, const char *what, uint64_t start, uint8_t flags);
void mon_client_sub_unwant(struct mon_client *mc, const char *what);
void mon_client_sub_got(struct mon_client *mc, const char *what, uint64_t epoch);
/* Waits until the monitors' options came once; at once for monitors that have none to give. */
int mon_client_wait_config(struct mon_client *mc, uint64_t timeout_ns) MUST_CHECK;

/* For a daemon, before its first mon client: waiting for a session and for options ends with -ESHUTDOWN soon
 * after wanted() is true. It is called from any thread that waits. */
void mon_client_end_waits_when(bool (*wanted)(void *arg), void *arg);

/* ---- requests ---- */

/* The end of a command. result: the monitor's, or negative errno when there was no answer (then status is a
 * line about that). The callee may move output away. */
typedef void (*mon_command_done)(void *arg, int result, const char *status, struct bufferlist *output);

/*
 * Sends {"prefix": ...} to whichever monitor the session is with. input (may be NULL) is copied by reference.
 * timeout_ns 0: what rados_mon_op_timeout says. Returns the tid for mon_client_cancel(); 0: no memory or
 * stopped, and done is not called.
 */
uint64_t mon_client_command(struct mon_client *mc, const char *json, const struct bufferlist *input,
                            uint64_t timeout_ns, mon_command_done done, void *arg);
/* The same to one monitor, by name ("a") or rank ("0"), over a session of its own (`ceph tell`). */
uint64_t mon_client_tell(struct mon_client *mc, const char *target, const char *json,
                         const struct bufferlist *input, uint64_t timeout_ns, mon_command_done done,
                         void *arg);
/* Asks one monitor how it is, without authentication: status is its report, JSON. */
uint64_t mon_client_ping(struct mon_client *mc, const char *target, uint64_t timeout_ns,
                         mon_command_done done, void *arg);

/* Any message to a monitor that is answered with the same tid (statfs, pool operations): takes msg and sets
 * its tid. done gets the reply (borrowed), or NULL and an error. Returns the tid, 0 as above. */
typedef void (*mon_request_done)(void *arg, int error, const struct message *reply);
uint64_t mon_client_request(struct mon_client *mc, struct message *msg, uint64_t timeout_ns,
                            mon_request_done done, void *arg);

/* A message that is not answered, or by other means, to the monitor that the session is with; takes msg.
 * -ENOTCONN: there is no session, and msg is dropped: send it again when `opened` is called. */
int mon_client_send(struct mon_client *mc, struct message *msg);

/* The newest and the oldest epoch of a map. */
typedef void (*mon_version_done)(void *arg, int error, uint64_t newest, uint64_t oldest);
uint64_t mon_client_get_version(struct mon_client *mc, const char *what, mon_version_done done, void *arg);

/* Ends a request with -ECANCELED, by its callback; false: there is no such request any more. */
bool mon_client_cancel(struct mon_client *mc, uint64_t tid);

struct mon_command_reply {
    int result;
    char *status; /* malloc'ed, never NULL after a call that returned 0 */
    struct bufferlist output;
};
void mon_command_reply_destroy(struct mon_command_reply *r);

/* The same, waiting. 0: reply is filled in, whatever its result; -ENOMEM, -ESHUTDOWN: it was not sent. */
int mon_client_command_wait(struct mon_client *mc, const char *json, const struct bufferlist *input,
                            uint64_t timeout_ns, struct mon_command_reply *reply) MUST_CHECK;
int mon_client_tell_wait(struct mon_client *mc, const char *target, const char *json,
                         const struct bufferlist *input, uint64_t timeout_ns,
                         struct mon_command_reply *reply) MUST_CHECK;
int mon_client_ping_wait(struct mon_client *mc, const char *target, uint64_t timeout_ns,
                         struct mon_command_reply *reply) MUST_CHECK;

/* ---- cluster log ---- */

/* Queues an entry, with the time of now; it is sent until a monitor has acknowledged it. */
int mon_client_log(struct mon_client *mc, enum log_entry_priority priority, const char *channel,
                   const char *text);

/* ---- bootstrap ---- */

/* The monitors that the conf names: mon_host_override, else mon_host; bare addresses get the types of
 * ms_client_type. Inits map. -ENOENT: none is named; -EINVAL: what is named is none; with a line in err. */
int mon_client_initial_monmap(const struct conf *conf, struct monmap *map, char *err,
                              size_t err_size) MUST_CHECK;

/* What a daemon does before anything else: a short session that puts the monitors' options into the conf and,
 * where map is not NULL, the monmap into it (which it inits). */
int mon_client_fetch_config(struct conf *conf, uint64_t timeout_ns, struct monmap *map, char *err,
                            size_t err_size) MUST_CHECK;

#endif
