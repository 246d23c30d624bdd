/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * messenger: sends and receives Ceph messages over TCP and rsockets.
 *
 * A program creates a messenger, sets policies and dispatchers, binds it (servers) and starts it; then it
 * gets connections by peer address and sends messages on them. What arrives comes to the dispatchers.
 *
 *     m = messenger_create(conf, "simple", name, "client", nonce);
 *     messenger_set_default_policy(m, &policy);
 *     messenger_add_dispatcher(m, &ops, arg);
 *     messenger_start(m);
 *     con = messenger_get_connection(m, ENTITY_TYPE_MON, &addrs);
 *     connection_send(con, msg);
 *     ...
 *     messenger_shutdown(m); messenger_destroy(m);
 *
 * Threads: everything may be called from any thread and with any lock of the caller's held, except where it
 * says otherwise. Sending never calls back and never blocks on the network. Callbacks run without a lock of
 * the messenger's; those marked [worker] run on a thread that serves other connections too and must not
 * block. Ownership: get/put count references; a callback that gets a message takes its reference over.
 * Errors: 0 or negative errno. Times: nanoseconds of the monotonic clock.
 */
#ifndef CEPH_MSG_MESSENGER_H
#define CEPH_MSG_MESSENGER_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/authorizer.h"
#include "msg/message.h"
#include "msg/policy.h"
#include "types/entity_addr.h"
#include "types/entity_name.h"

struct conf;
struct formatter;
struct messenger;
struct connection;

/* ---- dispatchers ---- */

/* Any member may be NULL. Without [worker] a call runs on the messenger's dispatch thread, one after the
 * other. */
struct dispatcher_ops {
    /* [worker] Does this dispatcher want the message right there? Must be quick and is asked for each
     * message. */
    bool (*can_fast_dispatch)(void *arg, const struct message *m);
    /* [worker] Takes the message. In order for each connection. */
    void (*fast_dispatch)(void *arg, struct message *m);
    /* Takes the message and returns true, or returns false and leaves it to the next dispatcher. */
    bool (*dispatch)(void *arg, struct message *m);

    void (*handle_connect)(void *arg, struct connection *con); /* we dialled and the session is open */
    void (*handle_accept)(void *arg, struct connection *con);  /* the peer dialled */
    void (*handle_reset)(void *arg, struct connection *con);   /* the session is gone, once for each */
    void (*handle_remote_reset)(
        void *arg, struct connection *con); /* the peer lost its state; the session starts anew */
    void (*handle_refused)(void *arg, struct connection *con); /* nobody listens at the peer's address */
};

/* ---- messenger ---- */

/*
 * ms_type: which transports, in order of preference, as in ceph.conf ("simple", "rsockets,simple"); see
 * messenger_type_for(). name: who we are (a client's number may be ENTITY_NUM_NEW). lname: for logs
 * ("public", "hb_front"). nonce: tells this incarnation from others at the same address. NULL with a line in
 * err when a type is unknown or cannot be had here.
 */
struct messenger *messenger_create(const struct conf *conf, const char *ms_type, struct entity_name name,
                                   const char *lname, uint32_t nonce, char *err, size_t err_size);
/* After messenger_shutdown(). Connections that are still referenced stay valid, but dead. */
void messenger_destroy(struct messenger *m);

enum messenger_side { MESSENGER_PUBLIC, MESSENGER_CLUSTER, MESSENGER_CLIENT };
/* ms_public_type, ms_cluster_type or ms_client_type, else ms_type. The caller frees it. */
char *messenger_type_for(const struct conf *conf, enum messenger_side side);
/* What an address without a prefix is under this ms_type: ENTITY_ADDR_V1 or ENTITY_ADDR_RDMA (the first
 * named). */
uint32_t messenger_default_addr_type(const char *ms_type);

/* Before start. */
void messenger_set_default_policy(struct messenger *m, const struct policy *p);
void messenger_set_policy(struct messenger *m, uint32_t peer_type, const struct policy *p);
struct policy messenger_get_policy(struct messenger *m, uint32_t peer_type);
/* Protocol number between entities of our own type (monitors 13, osds 10); 0 where there is none. */
void messenger_set_cluster_protocol(struct messenger *m, uint32_t version);
/* Asked in the order of adding. */
void messenger_add_dispatcher(struct messenger *m, const struct dispatcher_ops *ops, void *arg);
/* Before start; copied. */
void messenger_set_auth(struct messenger *m, const struct auth_upcalls *auth);

/* Later policy changes: what the osdmap requires of peers of this type. */
void messenger_set_required_features(struct messenger *m, uint32_t peer_type, uint64_t required);

/*
 * Listens on every address of addrs (one for each transport; a port of 0 is chosen from ms_bind_port_min to
 * ms_bind_port_max and is the same for all). Retries as ms_bind_retry_count says. On failure err says which
 * address and why, and nothing stays bound. The nonce of the messenger is put into the addresses.
 */
int messenger_bind(struct messenger *m, const struct entity_addrvec *addrs, char *err,
                   size_t err_size) MUST_CHECK;
int messenger_start(struct messenger *m) MUST_CHECK;
/* Ends all sessions, waits until no callback runs and none will come. Not from a callback. */
void messenger_shutdown(struct messenger *m);

/* Our addresses, as known by now (a client learns its ip from the first peer). The caller destroys the copy.
 */
int messenger_addrs(struct messenger *m, struct entity_addrvec *out) MUST_CHECK;
struct entity_name messenger_name(struct messenger *m);
void messenger_set_name(struct messenger *m, struct entity_name name); /* a client's global_id */

/*
 * The connection to a peer, made if need be; dialling goes on in the background (but the first use of rdma
 * addresses in a process prepares librdmacm first, which may take a second). addrs: all addresses of the
 * peer; the first transport of ms_type that both have is used. NULL: no common transport, or shut down. A
 * lossy policy gives the existing connection as long as it lives, then a new one.
 */
struct connection *messenger_get_connection(struct messenger *m, uint32_t peer_type,
                                            const struct entity_addrvec *addrs);
/* A connection of its own, never shared (short sessions to monitors). */
struct connection *messenger_get_new_connection(struct messenger *m, uint32_t peer_type,
                                                const struct entity_addrvec *addrs);
/* To ourselves: messages go round by the dispatch queue. */
struct connection *messenger_get_loopback(struct messenger *m);
/* get_connection, send, put. Takes the reference of msg. */
int messenger_send(struct messenger *m, struct message *msg, uint32_t peer_type,
                   const struct entity_addrvec *addrs);

/* Forgets all sessions; reset events come for them where by_address marks would give them. */
void messenger_mark_down_all(struct messenger *m);
/* As connection_mark_down(), but tells the owner by a reset event. */
void messenger_mark_down_addr(struct messenger *m, const struct entity_addrvec *addrs);

/* How messages are described in logs: set once, at start, by whoever knows their payloads. */
void messenger_set_describer(const char *(*describe)(const struct message *m, char *buf, size_t size));

/* Every connection: peer, transport, state, queues, bytes, age: for the admin socket. */
void messenger_dump(struct messenger *m, struct formatter *f);

/* ---- connection: what users hold; it outlives sockets and, dead, the messenger ---- */

struct connection *connection_get(struct connection *c);
void connection_put(struct connection *c); /* NULL is fine */

/* Queues a message; takes its reference, also on error. -ENOTCONN: the connection is dead and the message
 * dropped. */
int connection_send(struct connection *c, struct message *msg);
int connection_send_keepalive(struct connection *c);
/* The message, which came by c, cannot be decoded: logs it (what: a few words), and ends the session with a
 * reset event; ms_die_on_bad_msg aborts instead. */
void connection_bad_message(struct connection *c, const struct message *msg, const char *what);
/* Drops the queue, closes, forgets. No reset event comes for it. */
void connection_mark_down(struct connection *c);
/* From now on the session is lossy. */
void connection_mark_disposable(struct connection *c);

struct messenger *connection_messenger(const struct connection *c);
uint32_t connection_peer_type(const struct connection *c);
/* The number is known for clients that dialled us only from their messages. */
struct entity_name connection_peer_name(const struct connection *c);
void connection_set_peer_num(struct connection *c, int64_t num);
uint64_t connection_features(const struct connection *c); /* of the session; 0 before it is open */
bool connection_is_open(const struct connection *c);
bool connection_is_dead(const struct connection *c);
/* The peer's addresses: what we dialled, or what it claimed. Borrowed, fixed. */
const struct entity_addrvec *connection_peer_addrs(const struct connection *c);
/* The address of the peer's socket end, type by transport. */
struct entity_addr connection_peer_socket_addr(const struct connection *c);
const char *connection_transport_name(const struct connection *c); /* "simple", "rsockets", "loopback" */
/* Who the peer's authorizer said it is; NULL when it sent none. Borrowed, fixed once open. */
const struct auth_identity *connection_identity(const struct connection *c);
uint64_t connection_last_keepalive_ns(const struct connection *c); /* last KEEPALIVE(2) received */
uint64_t connection_last_keepalive_ack_ns(
    const struct connection *c); /* stamp of the last ack, as we sent it; 0: none */

/* One pointer of the user's, with a function that drops it when the connection goes or another is set. */
void connection_set_private(struct connection *c, void *priv, void (*put)(void *priv));
/* Borrowed: valid as long as the user's own rules say. */
void *connection_private(const struct connection *c);

#endif
