/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon_client/mon_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "maps/mon_features.h"
#include "messages/m_config.h"
#include "messages/m_mon_map.h"
#include "mon_client/mon_client_internal.h"

/* ---- lock, and what is called when it is released ---- */

/* A program may have many handles. */
static struct timer_share timers = TIMER_SHARE_INIT("mon_client.timers", LOCK_RANK_DAEMON_INNER);

void mon_client_lock(struct mon_client *mc)
{
    mutex_lock(&mc->lock);
}

static void arm_tick(struct mon_client *mc)
{
    uint64_t now = clock_monotonic_ns(), next, at;

    if (mc->stopping)
        return;
    next = mon_client_session_tick_locked(mc, now);
    at = mon_client_request_tick_locked(mc, now);
    if (at < next)
        next = at;
    if (next == UINT64_MAX || next == mc->tick_ns)
        return;
    mc->tick_ns = next;
    if (timer_thread_arm(mc->timer, &mc->tick, next))
        derr(monc, "no memory for a timer");
}

void mon_client_unlock(struct mon_client *mc)
{
    struct list ended;
    struct monmap map;
    uint64_t global_id;
    bool opened, monmap;

    arm_tick(mc);
    list_init(&ended);
    list_splice_tail(&ended, &mc->ended);
    opened = mc->tell_opened && mc->callbacks.opened;
    monmap = mc->tell_monmap && mc->callbacks.monmap && monmap_copy(&map, &mc->monmap) == 0;
    mc->tell_opened = mc->tell_monmap = false;
    global_id = mc->global_id;
    mutex_unlock(&mc->lock);

    if (opened)
        mc->callbacks.opened(mc->callbacks_arg, global_id);
    if (monmap) {
        mc->callbacks.monmap(mc->callbacks_arg, &map);
        monmap_destroy(&map);
    }
    list_for_each_safe(r, &ended, struct mon_request, entry) {
        list_remove(&r->entry);
        mon_request_call_and_free(r);
    }
}

static void tick(void *arg)
{
    struct mon_client *mc = arg;

    mon_client_lock(mc);
    mc->tick_ns = 0; /* whatever is due is done by unlocking */
    mon_client_unlock(mc);
}

/* ---- dispatch ---- */

/* The session's monitor by its address in a new map; -1: it is not in it. */
static int rank_in(const struct monmap *map, const struct mon_conn *conn)
{
    const struct entity_addrvec *addrs = connection_peer_addrs(conn->con);
    int rank = -1;

    for (unsigned i = 0; i < addrs->count && rank < 0; i++)
        rank = monmap_find_addr(map, &addrs->addrs[i]);
    return rank < 0 ? -1 : rank;
}

/* mon_host may leave out what the monmap tells: genuine programs that read the same ceph.conf would not take
 * an rdma: address there. Nothing has been asked of the first session yet, so it can go. */
static bool knows_better(struct mon_client *mc, const struct monmap *map)
{
    return fsid_is_zero(&mc->monmap.fsid) && !mon_hunt_has_better(&mc->hunt, &mc->monmap, mc->hunt_type) &&
           mon_hunt_has_better(&mc->hunt, map, mc->hunt_type);
}

static void take_monmap(struct mon_client *mc, struct monmap *map)
{
    bool first = fsid_is_zero(&mc->monmap.fsid), better = knows_better(mc, map);

    monmap_destroy(&mc->monmap);
    mc->monmap = *map;
    mc->tell_monmap = true;
    list_for_each(conn, &mc->conns, struct mon_conn, entry)
        conn->rank = rank_in(&mc->monmap, conn);
    dout(monc, 10, "monmap e%u, %u monitors", mc->monmap.epoch, mc->monmap.count);
    if (mc->session && mc->session->rank < 0) {
        dout(monc, 1, "the monitor of this session is not in monmap e%u", mc->monmap.epoch);
        mon_client_hunt_locked(mc, -1);
    } else if (better) {
        dout(monc, 1, "the monmap has addresses of a transport that is better than that of this session");
        mon_client_hunt_locked(mc, -1);
    } else if (first && mon_client_is_ready_locked(mc)) {
        mon_client_send_requests_locked(mc);
        mon_client_send_log_locked(mc, false);
    }
    cond_broadcast(&mc->changed);
}

static void handle_monmap(struct mon_client *mc, const struct message *m)
{
    struct m_mon_map payload;
    struct monmap map;
    struct decode d;

    if (m_mon_map_decode(&payload, m))
        goto bad;
    decode_init(&d, payload.monmap.data, payload.monmap.len);
    if (monmap_decode(&map, &d)) {
        m_mon_map_destroy(&payload);
        goto bad;
    }
    m_mon_map_destroy(&payload);
    mon_sub_got(&mc->sub, "monmap", map.epoch);
    if (fsid_is_zero(&mc->monmap.fsid) || map.epoch > mc->monmap.epoch)
        take_monmap(mc, &map);
    else
        monmap_destroy(&map);
    return;
bad:
    derr(monc, "a monmap that cannot be read is ignored");
}

/* Outside of the lock: observers of the conf may do what they like. */
static void handle_config(struct mon_client *mc, const struct message *m)
{
    struct m_config config;
    const char **names, **texts;
    uint32_t n;

    if (m_config_decode(&config, m)) {
        derr(monc, "options from the monitors cannot be read and are ignored");
        return;
    }
    n = config.options.count;
    names = calloc(n + 1, sizeof(*names));
    texts = calloc(n + 1, sizeof(*texts));
    for (uint32_t i = 0; names && texts && i < n; i++) {
        names[i] = config.options.pairs[i].key;
        texts[i] = config.options.pairs[i].value;
    }
    if (names && texts)
        conf_replace_mon(mc->conf, names, texts, n);
    free(names);
    free(texts);
    m_config_destroy(&config);

    mutex_lock(&mc->lock);
    mc->config_seen = true;
    cond_broadcast(&mc->changed);
    mutex_unlock(&mc->lock);
    if (mc->callbacks.config)
        mc->callbacks.config(mc->callbacks_arg);
}

static bool handle_locked(struct mon_client *mc, struct mon_conn *conn, struct message *m)
{
    struct m_mon_subscribe_ack ack;

    switch (m->type) {
    case MSG_AUTH_REPLY:
        mon_client_handle_auth_reply_locked(mc, conn, m);
        return true;
    case MSG_MON_MAP:
        handle_monmap(mc, m);
        return true;
    case MSG_MON_SUBSCRIBE_ACK:
        if (m_mon_subscribe_ack_decode(&ack, m) == 0)
            mon_sub_acked(&mc->sub, ack.interval);
        return true;
    case MSG_LOGACK:
        mon_client_handle_log_ack_locked(mc, m);
        return true;
    default:
        return mon_client_handle_reply_locked(mc, conn, m);
    }
}

/* From a monitor these are for us, also when they come from a session that is over. */
static bool is_of_sessions(const struct message *m)
{
    return connection_peer_type(m->con) == ENTITY_TYPE_MON &&
           (m->type == MSG_CONFIG || m->type == MSG_AUTH_REPLY || m->type == MSG_MON_MAP ||
            m->type == MSG_MON_SUBSCRIBE_ACK || m->type == MSG_LOGACK);
}

static bool dispatch(void *arg, struct message *m)
{
    struct mon_client *mc = arg;
    struct mon_conn *conn;
    bool is_session, taken = false;

    mon_client_lock(mc);
    conn = mon_client_find_conn_locked(mc, m->con);
    is_session = conn && conn == mc->session;
    if (conn && m->type != MSG_CONFIG)
        taken = handle_locked(mc, conn, m);
    mon_client_unlock(mc);
    if (m->type == MSG_CONFIG && is_session)
        handle_config(mc, m);
    if (!taken && !is_of_sessions(m))
        return false;
    message_put(m);
    return true;
}

static void handle_connect(void *arg, struct connection *con)
{
    struct mon_client *mc = arg;
    struct mon_conn *conn;

    mon_client_lock(mc);
    conn = mon_client_find_conn_locked(mc, con);
    if (conn)
        mon_client_connected_locked(mc, conn);
    mon_client_unlock(mc);
}

static void lost(struct mon_client *mc, struct connection *con, int error)
{
    struct mon_conn *conn;

    mon_client_lock(mc);
    conn = mon_client_find_conn_locked(mc, con);
    if (conn)
        mon_client_lost_locked(mc, conn, error);
    mon_client_unlock(mc);
}

static void handle_reset(void *arg, struct connection *con)
{
    lost(arg, con, -ECONNRESET);
}

static void handle_refused(void *arg, struct connection *con)
{
    lost(arg, con, -ECONNREFUSED);
}

static const struct dispatcher_ops dispatcher = {
    .dispatch = dispatch,
    .handle_connect = handle_connect,
    .handle_reset = handle_reset,
    .handle_remote_reset = handle_reset,
    .handle_refused = handle_refused,
};

/* ---- life ---- */

static void init_hunt(struct mon_client *mc)
{
    struct mon_hunt_params p = {
        .interval_ns = conf_seconds_ns(mc->conf, OPT_mon_client_hunt_interval),
        .backoff = conf_double(mc->conf, OPT_mon_client_hunt_interval_backoff),
        .min_multiple = conf_double(mc->conf, OPT_mon_client_hunt_interval_min_multiple),
        .max_multiple = conf_double(mc->conf, OPT_mon_client_hunt_interval_max_multiple),
    };
    uint64_t seed;

    if (getentropy(&seed, sizeof(seed)))
        seed = clock_realtime_ns() ^ (uint64_t)getpid() << 32;
    p.type_count = mon_client_addr_types(mc->conf, p.types, ARRAY_SIZE(p.types));
    mon_hunt_init(&mc->hunt, &p, seed);
}

struct mon_client *mon_client_create(struct conf *conf, struct messenger *m, char *err, size_t err_size)
{
    struct mon_client *mc = calloc(1, sizeof(*mc));
    struct auth_upcalls upcalls;

    snprintf(err, err_size, "no memory");
    if (!mc)
        return NULL;
    mc->conf = conf;
    mc->messenger = m;
    mutex_init(&mc->lock, "mon_client", LOCK_RANK_MON_CLIENT);
    cond_init(&mc->changed);
    monmap_init(&mc->monmap);
    list_init(&mc->conns);
    list_init(&mc->requests);
    list_init(&mc->ended);
    timer_event_init(&mc->tick, tick, mc);
    init_hunt(mc);
    if (entity_id_parse(&mc->name, conf_name(conf))) {
        snprintf(err, err_size, "'%s' is no name of a Ceph entity", conf_name(conf));
        goto fail;
    }
    mc->protocol_count =
        auth_client_protocols(conf, &mc->name, mc->protocols, ARRAY_SIZE(mc->protocols), err, err_size);
    if (mc->protocol_count == 0)
        goto fail;
    mc->timer = timer_share_get(&timers, "mon_client");
    if (!mc->timer) {
        snprintf(err, err_size, "cannot start a thread");
        goto fail;
    }
    messenger_add_dispatcher(m, &dispatcher, mc);
    upcalls = mon_client_auth_upcalls(mc);
    messenger_set_auth(m, &upcalls);
    return mc;
fail:
    mon_client_free(mc);
    return NULL;
}

void mon_client_set_callbacks(struct mon_client *mc, const struct mon_client_callbacks *callbacks, void *arg)
{
    mc->callbacks = *callbacks;
    mc->callbacks_arg = arg;
}

void mon_client_stop(struct mon_client *mc)
{
    mon_client_lock(mc);
    mc->stopping = true;
    list_for_each_safe(r, &mc->requests, struct mon_request, entry)
        mon_client_end_request_locked(mc, r, -ESHUTDOWN, NULL);
    list_for_each_safe(conn, &mc->conns, struct mon_conn, entry)
        mon_client_drop_conn_locked(mc, conn);
    cond_broadcast(&mc->changed);
    mon_client_unlock(mc);
    timer_thread_disarm_sync(mc->timer, &mc->tick);
}

void mon_client_free(struct mon_client *mc)
{
    if (!mc)
        return;
    mc->stopping = true;
    if (mc->timer)
        timer_thread_disarm_sync(mc->timer, &mc->tick);
    timer_share_put(&timers, mc->timer);
    for (unsigned i = 0; i < AUTH_CLIENTS_MAX; i++)
        auth_client_free(mc->auths[i]);
    mon_client_log_destroy(mc);
    mon_sub_destroy(&mc->sub);
    mon_hunt_destroy(&mc->hunt);
    monmap_destroy(&mc->monmap);
    entity_id_destroy(&mc->name);
    cond_destroy(&mc->changed);
    mutex_destroy(&mc->lock);
    free(mc);
}

int mon_client_set_monmap(struct mon_client *mc, const struct monmap *map)
{
    struct monmap copy;
    int r = monmap_copy(&copy, map);

    if (r)
        return r;
    mutex_lock(&mc->lock);
    monmap_destroy(&mc->monmap);
    mc->monmap = copy;
    mutex_unlock(&mc->lock);
    return 0;
}

int mon_client_open(struct mon_client *mc, char *err, size_t err_size)
{
    struct monmap initial;
    bool named;
    int r = 0;

    mutex_lock(&mc->lock);
    named = mc->monmap.count > 0;
    mutex_unlock(&mc->lock);
    if (named)
        monmap_init(&initial);
    else
        r = mon_client_initial_monmap(mc->conf, &initial, err, err_size); /* may ask the resolver: no lock */
    if (r)
        return r;

    mon_client_lock(mc);
    if (!mc->started && mc->monmap.count == 0) {
        mc->monmap = initial;
        monmap_init(&initial);
    }
    if (!mc->started) {
        mc->started = true;
        mon_client_hunt_locked(mc, -1);
    }
    mon_client_unlock(mc);
    monmap_destroy(&initial);
    return 0;
}

#define LOOK_UP_NS (NSEC_PER_SEC / 2)

static struct {
    bool (*wanted)(void *arg);
    void *arg;
} end;

void mon_client_end_waits_when(bool (*wanted)(void *arg), void *arg)
{
    end.wanted = wanted;
    end.arg = arg;
}

static bool is_to_end(const struct mon_client *mc)
{
    return mc->stopping || (end.wanted && end.wanted(end.arg));
}

/* Waits until what() is not -EAGAIN, or the time is up. */
static int wait_until(struct mon_client *mc, uint64_t timeout_ns, int (*what)(const struct mon_client *mc))
{
    uint64_t now = clock_monotonic_ns(), deadline = timeout_ns ? now + timeout_ns : UINT64_MAX;
    int r;

    mutex_lock(&mc->lock);
    while ((r = is_to_end(mc) ? -ESHUTDOWN : what(mc)) == -EAGAIN && now < deadline) {
        cond_wait_until(&mc->changed, &mc->lock, deadline - now < LOOK_UP_NS ? deadline : now + LOOK_UP_NS);
        now = clock_monotonic_ns();
    }
    mutex_unlock(&mc->lock);
    return r == -EAGAIN ? -ETIMEDOUT : r;
}

static int authenticated(const struct mon_client *mc)
{
    if (mon_client_is_ready_locked(mc))
        return 0;
    return mc->auth_error ? mc->auth_error : -EAGAIN;
}

int mon_client_authenticate(struct mon_client *mc, uint64_t timeout_ns, char *err, size_t err_size)
{
    int r = mon_client_open(mc, err, err_size);

    if (r)
        return r;
    r = wait_until(mc, timeout_ns, authenticated);
    if (r == -ETIMEDOUT)
        snprintf(err, err_size, "no monitor could be reached in time");
    else if (r == -ESHUTDOWN)
        snprintf(err, err_size, "told to end before a monitor was reached");
    else if (r == -EOPNOTSUPP)
        snprintf(err, err_size, "the monitor demands an authentication protocol that is not offered");
    else if (r)
        snprintf(err, err_size, "the monitors refuse %s: %s", conf_name(mc->conf), strerror(-r));
    return r;
}

/* Monitors before Mimic have no options to give. */
static int config_seen(const struct mon_client *mc)
{
    bool none = mon_client_is_ready_locked(mc) && !(mc->monmap.persistent_features & MON_FEATURE_MIMIC);

    return mc->config_seen || none ? 0 : -EAGAIN;
}

int mon_client_wait_config(struct mon_client *mc, uint64_t timeout_ns)
{
    return wait_until(mc, timeout_ns, config_seen);
}

/* ---- questions ---- */

bool mon_client_is_open(struct mon_client *mc)
{
    bool open;

    mutex_lock(&mc->lock);
    open = mc->session != NULL;
    mutex_unlock(&mc->lock);
    return open;
}

uint64_t mon_client_global_id(struct mon_client *mc)
{
    uint64_t id;

    mutex_lock(&mc->lock);
    id = mc->global_id;
    mutex_unlock(&mc->lock);
    return id;
}

struct fsid mon_client_fsid(struct mon_client *mc)
{
    struct fsid fsid;

    mutex_lock(&mc->lock);
    fsid = mc->monmap.fsid;
    mutex_unlock(&mc->lock);
    return fsid;
}

int mon_client_copy_monmap(struct mon_client *mc, struct monmap *out)
{
    int r;

    mutex_lock(&mc->lock);
    r = monmap_copy(out, &mc->monmap);
    mutex_unlock(&mc->lock);
    return r;
}

/* ---- subscriptions ---- */

int mon_client_sub_want(struct mon_client *mc, const char *what, uint64_t start, uint8_t flags)
{
    int error = 0;

    mon_client_lock(mc);
    if (mon_sub_want(&mc->sub, what, start, flags, &error))
        mon_client_renew_subs_locked(mc, clock_monotonic_ns());
    mon_client_unlock(mc);
    return error;
}

void mon_client_sub_unwant(struct mon_client *mc, const char *what)
{
    mutex_lock(&mc->lock);
    mon_sub_unwant(&mc->sub, what);
    mutex_unlock(&mc->lock);
}

void mon_client_sub_got(struct mon_client *mc, const char *what, uint64_t epoch)
{
    mutex_lock(&mc->lock);
    mon_sub_got(&mc->sub, what, epoch);
    mutex_unlock(&mc->lock);
}
