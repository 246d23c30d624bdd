/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * simple_messenger: the inside of a messenger, for the files of this folder: who is connected, policies, our
 * own addresses, and what connections and pipes ask of it. Users see msg/messenger.h.
 *
 * Locks: `lock` (rank messenger) covers the table of sessions, the list of connections, addresses and
 * counters; a connection's session lock may be taken below it.
 */
#ifndef CEPH_MSG_SIMPLE_MESSENGER_H
#define CEPH_MSG_SIMPLE_MESSENGER_H

#include <stdatomic.h>

#include "common/list.h"
#include "common/mutex.h"
#include "msg/dispatch_queue.h"
#include "msg/messenger.h"
#include "msg/worker.h"

struct accepter;
struct pipe;
struct throttle;

#define MESSENGER_TRANSPORTS_MAX  2
#define MESSENGER_POLICIES_MAX    8
#define MESSENGER_DISPATCHERS_MAX 8
/* Sockets that have come in and not finished their handshake: beyond this, new ones are closed at once. */
#define MESSENGER_ACCEPTING_MAX 4096

/* Options, read once. Times in nanoseconds. */
struct messenger_options {
    bool crc_data, crc_header;
    bool tcp_nodelay, bind_before_connect, learn_addr;
    int tcp_rcvbuf, tcp_sndbuf, listen_backlog;
    uint64_t initial_backoff_ns, max_backoff_ns;
    uint64_t handshake_timeout_ns, dial_timeout_ns;
    uint64_t max_message_bytes;
};

/* One transport of this messenger, in order of preference. Its workers are started when an address of its
 * type is first used, because for rsockets that costs memory, time and a device. */
struct messenger_transport {
    const struct transport *transport;
    uint32_t addr_type;                 /* ENTITY_ADDR_V1 or ENTITY_ADDR_RDMA */
    _Atomic(struct worker_pool *) pool; /* NULL: not started */
    atomic_bool unavailable;            /* it could not be started, which was logged: the others are used */
    uint64_t keepalive_interval_ns, keepalive_timeout_ns;
};

struct messenger {
    atomic_uint refs; /* the user, each connection, each pipe */

    /* Fixed after start. */
    const struct conf *conf;
    struct messenger_options options;
    char *lname;
    uint32_t nonce;
    uint32_t cluster_protocol;
    struct messenger_transport transports[MESSENGER_TRANSPORTS_MAX];
    unsigned transport_count;
    struct auth_upcalls auth; /* fixed after start; all NULL: nobody is authenticated */
    struct {
        const struct dispatcher_ops *ops;
        void *arg;
    } dispatchers[MESSENGER_DISPATCHERS_MAX];
    unsigned dispatcher_count;
    struct dispatch_queue *dispatch;
    struct throttle *dispatch_throttle; /* ms_dispatch_throttle_bytes */
    struct accepter *accepters[ENTITY_ADDRVEC_MAX];
    unsigned accepter_count;
    struct connection *loopback;

    uint8_t my_type;            /* fixed */
    atomic_int_fast64_t my_num; /* a client learns it late */

    struct mutex lock;
    struct entity_addrvec addrs;  /* lock: what we listen on, or a client's blank one with its nonce */
    struct entity_addr canonical; /* lock: identifies our sessions */
    struct policy default_policy; /* lock */
    struct {
        uint32_t type;
        struct policy policy;
    } policies[MESSENGER_POLICIES_MAX]; /* lock */
    unsigned policy_count;              /* lock */
    struct list *table;                 /* lock: buckets of connections by canonical peer address */
    unsigned buckets, registered;       /* lock */
    struct list connections;            /* lock: all that live */
    uint32_t global_seq;                /* lock */
    unsigned pipes;                     /* lock: sockets and dials that are not closed yet */
    struct list accepting;              /* lock: pipes in an acceptor's handshake */
    unsigned accepting_count;           /* lock */
    bool started, stopping;             /* lock */
    struct cond quiet;                  /* pipes has become 0 */
};

struct messenger *messenger_get(struct messenger *m);
void messenger_put(struct messenger *m);

/* next(): above old and above all before. */
uint32_t messenger_next_global_seq(struct messenger *m, uint32_t old);
/* A connector has been told its ip by a peer. */
void messenger_learn_addr(struct messenger *m, const struct entity_addr *seen_by_peer);
struct entity_addr messenger_canonical_addr(struct messenger *m);
/* The number that a connection between us and peer_type must carry; dialling: by us. */
uint32_t messenger_protocol(const struct messenger *m, uint32_t peer_type, bool dialling);
uint64_t messenger_auth_features(struct messenger *m, uint32_t peer_type, uint32_t protocol);
/* Starts it if need be; may block for a second or so, so no lock of the messenger's may be held. */
int messenger_transport_open(struct messenger *m, struct messenger_transport *mt, char *err,
                             size_t err_size) MUST_CHECK;
const struct messenger_transport *messenger_transport_of(const struct messenger *m,
                                                         const struct transport *t);
/* The n-th of our transports, in our order, that are started and that the peer has an address of; or NULL. */
const struct messenger_transport *messenger_choose(const struct messenger *m,
                                                   const struct entity_addrvec *peer, unsigned n,
                                                   const struct entity_addr **addr);

struct messenger_transport *messenger_transport_for(struct messenger *m, uint32_t addr_type); /* NULL: none */

/* ---- messenger_bind.c ---- */

/* Nothing comes in after this. */
void messenger_unbind(struct messenger *m);

/* ---- messenger_peers.c ---- */

void messenger_kill_all(struct messenger *m, bool tell_owners);

/* The rest under the messenger's lock. */
const struct policy *messenger_policy_locked(struct messenger *m, uint32_t peer_type);
struct connection *messenger_find_locked(struct messenger *m, const struct entity_addr *canonical);
void messenger_register_locked(struct messenger *m, struct connection *c);
void messenger_forget_locked(struct messenger *m, struct connection *c);

/* Counts a socket or a dial; false: we are stopping. */
bool messenger_pipe_begins(struct messenger *m);
void messenger_pipe_ended(struct messenger *m);

/* Hands a complete message over, by fast dispatch or the queue. Takes it. */
void messenger_deliver(struct messenger *m, struct message *msg);

/* One line on a message, for logs. Returns buf. */
const char *messenger_describe_message(const struct message *m, char *buf, size_t size);

#endif
