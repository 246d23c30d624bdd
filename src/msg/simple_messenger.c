/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/simple_messenger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/throttle.h"
#include "include/ceph_features.h"
#include "msg/accepter.h"
#include "msg/connection.h"
#include "msg/pipe.h"
#include "msg/transport_choice.h"

#define FIRST_BUCKETS 64

/* ---- life ---- */

static void read_options(struct messenger *m)
{
    struct messenger_options *o = &m->options;
    const struct conf *conf = m->conf;

    o->crc_data = conf_bool(conf, OPT_ms_crc_data);
    o->crc_header = conf_bool(conf, OPT_ms_crc_header);
    o->tcp_nodelay = conf_bool(conf, OPT_ms_tcp_nodelay);
    o->bind_before_connect = conf_bool(conf, OPT_ms_bind_before_connect);
    o->learn_addr = conf_bool(conf, OPT_ms_learn_addr_from_peer);
    o->tcp_rcvbuf = (int)conf_i64(conf, OPT_ms_tcp_rcvbuf);
    o->tcp_sndbuf = (int)conf_i64(conf, OPT_ms_tcp_sndbuf);
    o->listen_backlog = (int)conf_i64(conf, OPT_ms_tcp_listen_backlog);
    o->initial_backoff_ns = conf_seconds_ns(conf, OPT_ms_initial_backoff);
    o->max_backoff_ns = conf_seconds_ns(conf, OPT_ms_max_backoff);
    o->handshake_timeout_ns = conf_seconds_ns(conf, OPT_ms_handshake_timeout);
    o->dial_timeout_ns = (uint64_t)conf_i64(conf, OPT_ms_connection_ready_timeout) * NSEC_PER_SEC;
    o->max_message_bytes = conf_u64(conf, OPT_ms_max_data_bytes);
}

static pthread_mutex_t opening =
    PTHREAD_MUTEX_INITIALIZER; /* of transports; held while one starts, so no ranked lock */

int messenger_transport_open(struct messenger *m, struct messenger_transport *mt, char *err, size_t err_size)
{
    struct worker_pool *pool;
    int r = 0;

    if (atomic_load(&mt->pool))
        return 0;
    pthread_mutex_lock(&opening);
    if (!atomic_load(&mt->pool)) {
        r = worker_pool_get(mt->transport, m->conf, &pool, err, err_size);
        if (r == 0)
            atomic_store(&mt->pool, pool);
    }
    pthread_mutex_unlock(&opening);
    return r;
}

static int choose_transports(struct messenger *m, const char *ms_type, char *err, size_t err_size)
{
    struct transport_choice list[MESSENGER_TRANSPORTS_MAX];
    int n = transport_choice_parse(ms_type, list, MESSENGER_TRANSPORTS_MAX, err, err_size);

    for (int i = 0; i < n; i++) {
        struct messenger_transport *mt = &m->transports[m->transport_count++];
        bool tcp = list[i].transport == &transport_tcp;
        mt->transport = list[i].transport;
        mt->addr_type = list[i].addr_type;
        mt->keepalive_interval_ns =
            conf_seconds_ns(m->conf, tcp ? OPT_ms_keepalive_interval : OPT_ms_rsockets_keepalive_interval);
        mt->keepalive_timeout_ns =
            conf_seconds_ns(m->conf, tcp ? OPT_ms_keepalive_timeout : OPT_ms_rsockets_keepalive_timeout);
    }
    if (n == 1) /* no other to fall back on: better to know now */
        return messenger_transport_open(m, &m->transports[0], err, err_size);
    return n < 0 ? n : 0;
}

static void deliver(void *arg, enum dispatch_event event, struct connection *con, struct message *msg);

static struct connection *make_loopback(struct messenger *m)
{
    struct entity_addrvec none;
    struct connection *c;

    entity_addrvec_init(&none);
    c = connection_create(m, m->my_type, &none, NULL, &m->default_policy);
    if (c) {
        c->loopback = true;
        c->transport_name = "loopback";
        /* It must not keep the messenger alive: the messenger keeps it. */
        messenger_put(m);
    }
    return c;
}

static void messenger_free(struct messenger *m)
{
    if (m->dispatch)
        dispatch_queue_free(m->dispatch);
    if (m->dispatch_throttle) {
        throttle_destroy(m->dispatch_throttle);
        free(m->dispatch_throttle);
    }
    entity_addrvec_destroy(&m->addrs);
    mutex_destroy(&m->lock);
    cond_destroy(&m->quiet);
    free(m->table);
    free(m->lname);
    free(m);
}

struct messenger *messenger_get(struct messenger *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void messenger_put(struct messenger *m)
{
    if (atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
        messenger_free(m);
}

/* A client's own address before it knows any: blank, but for the nonce and the type it dials with first. */
static int set_client_addr(struct messenger *m)
{
    struct entity_addr a = {.type = m->transports[0].addr_type, .nonce = m->nonce};

    m->canonical = a;
    return entity_addrvec_push(&m->addrs, &a);
}

static int setup(struct messenger *m, const char *ms_type, const char *lname, char *err, size_t err_size)
{
    int r;

    read_options(m);
    m->buckets = FIRST_BUCKETS;
    m->lname = strdup(lname);
    m->table = malloc(m->buckets * sizeof(*m->table));
    m->dispatch_throttle = calloc(1, sizeof(*m->dispatch_throttle));
    m->dispatch = dispatch_queue_create(deliver, m, conf_u64(m->conf, OPT_ms_pq_max_tokens_per_priority),
                                        conf_u64(m->conf, OPT_ms_pq_min_cost));
    m->loopback = make_loopback(m);
    if (m->dispatch_throttle)
        throttle_init(m->dispatch_throttle, "msgr_dispatch_throttler",
                      conf_u64(m->conf, OPT_ms_dispatch_throttle_bytes));
    if (!m->lname || !m->table || !m->dispatch_throttle || !m->dispatch || !m->loopback) {
        snprintf(err, err_size, "out of memory");
        return -ENOMEM;
    }
    for (unsigned i = 0; i < m->buckets; i++)
        list_init(&m->table[i]);
    r = choose_transports(m, ms_type, err, err_size);
    return r < 0 ? r : set_client_addr(m);
}

static void close_transports(struct messenger *m)
{
    for (unsigned i = 0; i < m->transport_count; i++)
        worker_pool_put(atomic_exchange(&m->transports[i].pool, NULL));
    m->transport_count = 0;
}

struct messenger *messenger_create(const struct conf *conf, const char *ms_type, struct entity_name name,
                                   const char *lname, uint32_t nonce, char *err, size_t err_size)
{
    struct messenger *m = calloc(1, sizeof(*m));

    if (!m) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    atomic_init(&m->refs, 1);
    m->conf = conf;
    m->nonce = nonce;
    m->my_type = name.type;
    atomic_init(&m->my_num, name.num);
    m->default_policy = policy_lossless_client(0);
    entity_addrvec_init(&m->addrs);
    list_init(&m->connections);
    list_init(&m->accepting);
    mutex_init(&m->lock, "messenger", LOCK_RANK_MESSENGER);
    cond_init(&m->quiet);
    if (setup(m, ms_type, lname, err, err_size) < 0) {
        m->stopping = true;
        messenger_destroy(m);
        return NULL;
    }
    return m;
}

void messenger_destroy(struct messenger *m)
{
    struct connection *loopback;

    if (!m)
        return;
    if (!m->stopping)
        messenger_shutdown(m);
    close_transports(m);
    loopback = m->loopback;
    m->loopback = NULL;
    if (loopback) {
        messenger_get(m); /* what make_loopback() took away */
        connection_put(loopback);
    }
    messenger_put(m);
}

/* ---- settings ---- */

void messenger_set_default_policy(struct messenger *m, const struct policy *p)
{
    mutex_lock(&m->lock);
    m->default_policy = *p;
    mutex_unlock(&m->lock);
}

static struct policy *find_policy_locked(struct messenger *m, uint32_t peer_type)
{
    for (unsigned i = 0; i < m->policy_count; i++)
        if (m->policies[i].type == peer_type)
            return &m->policies[i].policy;
    return NULL;
}

const struct policy *messenger_policy_locked(struct messenger *m, uint32_t peer_type)
{
    const struct policy *p = find_policy_locked(m, peer_type);

    return p ? p : &m->default_policy;
}

static struct policy *make_policy_locked(struct messenger *m, uint32_t peer_type)
{
    struct policy *p = find_policy_locked(m, peer_type);

    if (p || m->policy_count == MESSENGER_POLICIES_MAX)
        return p;
    m->policies[m->policy_count].type = peer_type;
    p = &m->policies[m->policy_count++].policy;
    *p = m->default_policy;
    return p;
}

void messenger_set_policy(struct messenger *m, uint32_t peer_type, const struct policy *p)
{
    struct policy *mine;

    mutex_lock(&m->lock);
    mine = make_policy_locked(m, peer_type);
    if (mine)
        *mine = *p;
    mutex_unlock(&m->lock);
}

void messenger_set_required_features(struct messenger *m, uint32_t peer_type, uint64_t required)
{
    struct policy *mine;

    mutex_lock(&m->lock);
    mine = make_policy_locked(m, peer_type);
    if (mine)
        mine->features_required = required;
    mutex_unlock(&m->lock);
}

struct policy messenger_get_policy(struct messenger *m, uint32_t peer_type)
{
    struct policy copy;

    mutex_lock(&m->lock);
    copy = *messenger_policy_locked(m, peer_type);
    mutex_unlock(&m->lock);
    return copy;
}

void messenger_set_cluster_protocol(struct messenger *m, uint32_t version)
{
    m->cluster_protocol = version;
}

void messenger_add_dispatcher(struct messenger *m, const struct dispatcher_ops *ops, void *arg)
{
    if (m->dispatcher_count == MESSENGER_DISPATCHERS_MAX)
        abort(); /* our own programs: a handful */
    m->dispatchers[m->dispatcher_count].ops = ops;
    m->dispatchers[m->dispatcher_count++].arg = arg;
}

void messenger_set_auth(struct messenger *m, const struct auth_upcalls *auth)
{
    m->auth = *auth;
}

uint32_t messenger_protocol(const struct messenger *m, uint32_t peer_type, bool dialling)
{
    uint32_t dialled = dialling ? peer_type : m->my_type;

    if (peer_type == m->my_type)
        return m->cluster_protocol;
    switch (dialled) {
    case ENTITY_TYPE_MON:
        return 15;
    case ENTITY_TYPE_OSD:
        return 24;
    case ENTITY_TYPE_MDS:
        return 32;
    default:
        return 0;
    }
}

uint64_t messenger_auth_features(struct messenger *m, uint32_t peer_type, uint32_t protocol)
{
    return m->auth.required_features ? m->auth.required_features(m->auth.acceptor_arg, peer_type, protocol)
                                     : 0;
}

/* ---- who we are ---- */

struct entity_name messenger_name(struct messenger *m)
{
    return (struct entity_name){.type = m->my_type, .num = atomic_load(&m->my_num)};
}

void messenger_set_name(struct messenger *m, struct entity_name name)
{
    atomic_store(&m->my_num, name.num);
}

int messenger_addrs(struct messenger *m, struct entity_addrvec *out)
{
    int r;

    mutex_lock(&m->lock);
    r = entity_addrvec_copy(out, &m->addrs);
    mutex_unlock(&m->lock);
    return r;
}

struct entity_addr messenger_canonical_addr(struct messenger *m)
{
    struct entity_addr a;

    mutex_lock(&m->lock);
    a = m->canonical;
    mutex_unlock(&m->lock);
    return a;
}

void messenger_learn_addr(struct messenger *m, const struct entity_addr *seen)
{
    char text[ENTITY_ADDR_TEXT_MAX];
    bool learned;

    if (!m->options.learn_addr)
        return;
    mutex_lock(&m->lock);
    learned = msgr_v1_learn_addr(&m->canonical, seen);
    for (unsigned i = 0; i < m->addrs.count; i++)
        msgr_v1_learn_addr(&m->addrs.addrs[i], seen);
    mutex_unlock(&m->lock);
    if (learned)
        dout(ms, 5, "%s: a peer sees us as %s", m->lname, entity_addr_print(seen, text));
}

uint32_t messenger_next_global_seq(struct messenger *m, uint32_t old)
{
    uint32_t seq;

    mutex_lock(&m->lock);
    if (old > m->global_seq)
        m->global_seq = old;
    seq = ++m->global_seq;
    mutex_unlock(&m->lock);
    return seq;
}

/* ---- transports and sockets ---- */

bool messenger_pipe_begins(struct messenger *m)
{
    bool may;

    mutex_lock(&m->lock);
    may = !m->stopping;
    if (may)
        m->pipes++;
    mutex_unlock(&m->lock);
    return may;
}

void messenger_pipe_ended(struct messenger *m)
{
    mutex_lock(&m->lock);
    if (--m->pipes == 0)
        cond_broadcast(&m->quiet);
    mutex_unlock(&m->lock);
}

const struct messenger_transport *messenger_transport_of(const struct messenger *m, const struct transport *t)
{
    for (unsigned i = 0; i < m->transport_count; i++)
        if (m->transports[i].transport == t)
            return &m->transports[i];
    return NULL;
}

struct messenger_transport *messenger_transport_for(struct messenger *m, uint32_t addr_type)
{
    for (unsigned i = 0; i < m->transport_count; i++)
        if (m->transports[i].addr_type == addr_type)
            return &m->transports[i];
    return NULL;
}

const struct messenger_transport *messenger_choose(const struct messenger *m,
                                                   const struct entity_addrvec *peer, unsigned n,
                                                   const struct entity_addr **addr)
{
    for (unsigned i = 0; i < m->transport_count; i++) {
        *addr = entity_addrvec_find(peer, m->transports[i].addr_type);
        if (*addr && atomic_load(&m->transports[i].pool) && n-- == 0)
            return &m->transports[i];
    }
    return NULL;
}

/* ---- start and end ---- */

int messenger_start(struct messenger *m)
{
    mutex_lock(&m->lock);
    m->started = true;
    mutex_unlock(&m->lock);
    return 0;
}

void messenger_shutdown(struct messenger *m)
{
    mutex_lock(&m->lock);
    m->stopping = true;
    mutex_unlock(&m->lock);
    messenger_unbind(m);
    messenger_kill_all(m, false);
    mutex_lock(&m->lock);
    list_for_each(p, &m->accepting, struct pipe, accepting_link)
        pipe_ask(p, PIPE_TODO_STOP);
    while (m->pipes)
        cond_wait(&m->quiet, &m->lock);
    mutex_unlock(&m->lock);
    dispatch_queue_stop(m->dispatch);
}

/* ---- telling the dispatchers ---- */

static const char *(*describer)(const struct message *m, char *buf, size_t size);

void messenger_set_describer(const char *(*describe)(const struct message *m, char *buf, size_t size))
{
    describer = describe;
}

const char *messenger_describe_message(const struct message *m, char *buf, size_t size)
{
    if (describer)
        return describer(m, buf, size);
    snprintf(buf, size, "message type %u v%u tid %llu", m->type, m->version, (unsigned long long)m->tid);
    return buf;
}

void messenger_deliver(struct messenger *m, struct message *msg)
{
    for (unsigned i = 0; i < m->dispatcher_count; i++) {
        const struct dispatcher_ops *ops = m->dispatchers[i].ops;
        if (ops->can_fast_dispatch && ops->can_fast_dispatch(m->dispatchers[i].arg, msg)) {
            ops->fast_dispatch(m->dispatchers[i].arg, msg);
            return;
        }
    }
    dispatch_queue_push_message(m->dispatch, msg);
}

static void deliver_message(struct messenger *m, struct message *msg)
{
    for (unsigned i = 0; i < m->dispatcher_count; i++) {
        const struct dispatcher_ops *ops = m->dispatchers[i].ops;
        if (ops->dispatch && ops->dispatch(m->dispatchers[i].arg, msg))
            return;
    }
    derr(ms, "%s: nobody takes message type %u version %u from %s.%lld", m->lname, msg->type, msg->version,
         entity_type_name(msg->src.type), (long long)msg->src.num);
    if (conf_bool(m->conf, OPT_ms_die_on_unhandled_msg))
        abort();
    message_put(msg);
}

static void tell(const struct dispatcher_ops *ops, void *arg, enum dispatch_event event,
                 struct connection *con)
{
    void (*const handler[])(void *, struct connection *) = {
        [DISPATCH_CONNECT] = ops->handle_connect, [DISPATCH_ACCEPT] = ops->handle_accept,
        [DISPATCH_RESET] = ops->handle_reset,     [DISPATCH_REMOTE_RESET] = ops->handle_remote_reset,
        [DISPATCH_REFUSED] = ops->handle_refused,
    };

    if (handler[event])
        handler[event](arg, con);
}

static void deliver(void *arg, enum dispatch_event event, struct connection *con, struct message *msg)
{
    struct messenger *m = arg;

    if (event == DISPATCH_MESSAGE)
        deliver_message(m, msg);
    else
        for (unsigned i = 0; i < m->dispatcher_count; i++)
            tell(m->dispatchers[i].ops, m->dispatchers[i].arg, event, con);
    connection_put(con);
}
