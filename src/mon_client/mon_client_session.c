/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mon client's session: finding a monitor, authenticating, noticing that it is gone. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_registry.h"
#include "common/clock.h"
#include "common/conf.h"
#include "include/ceph_features.h"
#include "mon_client/mon_client_internal.h"

bool mon_client_is_ready_locked(const struct mon_client *mc)
{
    return mc->session && !fsid_is_zero(&mc->monmap.fsid);
}

/* ---- connections ---- */

struct mon_conn *mon_client_find_conn_locked(struct mon_client *mc, const struct connection *con)
{
    list_for_each(conn, &mc->conns, struct mon_conn, entry) {
        if (conn->con == con)
            return conn;
    }
    return NULL;
}

struct mon_conn *mon_client_dial_locked(struct mon_client *mc, int rank, const struct entity_addrvec *addrs)
{
    struct mon_conn *conn = calloc(1, sizeof(*conn));

    if (!conn)
        return NULL;
    conn->rank = rank;
    conn->con = messenger_get_new_connection(mc->messenger, ENTITY_TYPE_MON, addrs);
    if (!conn->con) {
        free(conn);
        return NULL;
    }
    list_add_tail(&mc->conns, &conn->entry);
    return conn;
}

void mon_client_drop_conn_locked(struct mon_client *mc, struct mon_conn *conn)
{
    if (mc->session == conn)
        mc->session = NULL;
    list_remove(&conn->entry);
    connection_mark_down(conn->con);
    connection_put(conn->con);
    if (conn->owns_auth)
        auth_client_free(conn->auth);
    free(conn);
}

/* Only those that are no request's own. */
static void drop_candidates(struct mon_client *mc, const struct mon_conn *except)
{
    list_for_each_safe(conn, &mc->conns, struct mon_conn, entry) {
        if (!conn->request && conn != except)
            mon_client_drop_conn_locked(mc, conn);
    }
}

static unsigned count_candidates(struct mon_client *mc)
{
    unsigned n = 0;

    list_for_each(conn, &mc->conns, struct mon_conn, entry)
        n += conn->request == NULL;
    return n;
}

static const char *conn_name(const struct mon_client *mc, const struct mon_conn *conn)
{
    return conn->rank >= 0 && (unsigned)conn->rank < mc->monmap.count ? mc->monmap.mons[conn->rank].name
                                                                      : "?";
}

/* ---- hunting ---- */

static void dial_try(struct mon_client *mc, struct mon_hunt_try t)
{
    struct entity_addrvec addrs;

    if (mon_hunt_addrs(&mc->monmap, t, &addrs))
        return;
    if (log_wants(LOG_monc, 10)) {
        char *text = entity_addrvec_print(&addrs);

        dout(monc, 10, "trying mon.%s at %s", mc->monmap.mons[t.rank].name, text ? text : "?");
        free(text);
    }
    mon_client_dial_locked(mc, (int)t.rank, &addrs);
    entity_addrvec_destroy(&addrs);
}

/* Keeps as many candidates dialling as are wanted and the round has, all over the same transport. */
static void dial_more(struct mon_client *mc)
{
    unsigned parallel = (unsigned)conf_u64(mc->conf, OPT_mon_client_hunt_parallel);
    struct mon_hunt_try t;

    for (unsigned n; (n = count_candidates(mc)) < parallel;) {
        if (!mon_hunt_next(&mc->hunt, n ? mc->hunt_type : 0, &t))
            return;
        mc->hunt_type = t.type;
        dial_try(mc, t);
    }
}

static void next_interval(struct mon_client *mc)
{
    mc->hunt_deadline_ns = clock_monotonic_ns() + mon_hunt_interval_ns(&mc->hunt);
}

static void start_round(struct mon_client *mc, int avoid)
{
    int r = mon_hunt_start(&mc->hunt, &mc->monmap, avoid);

    if (r <= 0)
        dout(monc, 1, "no monitor can be tried: %s",
             r ? strerror(-r) : "the monmap has no address of a transport in ms_client_type");
    dial_more(mc);
}

void mon_client_hunt_locked(struct mon_client *mc, int avoid_rank)
{
    drop_candidates(mc, NULL);
    mc->session = NULL;
    if (mc->stopping)
        return;
    start_round(mc, avoid_rank);
    next_interval(mc);
}

/* Nobody answered in time: the candidates have had their chance. */
static void hunt_on(struct mon_client *mc)
{
    drop_candidates(mc, NULL);
    mon_hunt_back_off(&mc->hunt);
    dial_more(mc);
    if (count_candidates(mc) == 0)
        start_round(mc, -1);
    next_interval(mc);
}

/* ---- authentication ---- */

static int send_auth(struct mon_client *mc, struct mon_conn *conn, uint32_t protocol, struct encode *payload)
{
    struct m_auth auth = {
        .paxos = PAXOS_PREFIX_INIT(0),
        .protocol = protocol,
        .monmap_epoch = mc->monmap.epoch,
    };
    int r = encode_error(payload);
    size_t len;
    uint8_t *bytes = encode_steal(payload, &len);
    struct message *m;

    encode_destroy(payload);
    if (r)
        return r;
    auth.payload = len ? slice_of(buffer_wrap_malloc(bytes, len)) : (struct slice){0};
    if (len && !auth.payload.buf)
        return -ENOMEM;
    m = m_auth_message(&auth);
    return m ? connection_send(conn->con, m) : -ENOMEM;
}

static int send_first_auth(struct mon_client *mc, struct mon_conn *conn)
{
    struct auth_request request = {
        .protocol_count = mc->protocol_count, .name = mc->name, /* borrowed */
    };
    struct encode payload;

    if (!conn->request && mc->auth && mc->auth->ops->keeps_global_id(mc->auth))
        request.global_id = mc->global_id;

    memcpy(request.protocols, mc->protocols, sizeof(request.protocols));
    encode_init(&payload);
    auth_request_encode(&request, &payload);
    return send_auth(mc, conn, AUTH_PROTOCOL_UNKNOWN, &payload);
}

static int send_next_auth(struct mon_client *mc, struct mon_conn *conn)
{
    struct encode payload;
    int r;

    encode_init(&payload);
    r = conn->auth->ops->build_request(conn->auth, &payload);
    if (r) {
        encode_destroy(&payload);
        return r;
    }
    return send_auth(mc, conn, conn->auth->ops->protocol, &payload);
}

static bool is_offered(const struct mon_client *mc, uint32_t protocol)
{
    for (unsigned i = 0; i < mc->protocol_count; i++)
        if (mc->protocols[i] == protocol)
            return true;
    return false;
}

/* The monitor chose a protocol: one of ours, or somebody wants us to take a weaker one. */
static int choose_auth(struct mon_client *mc, struct mon_conn *conn, const struct m_auth_reply *reply)
{
    if (reply->result < 0)
        return reply->result;
    if (!is_offered(mc, reply->protocol)) {
        derr(monc, "mon.%s chose authentication %s, which was not offered", conn_name(mc, conn),
             auth_protocol_name(reply->protocol));
        return -EPROTONOSUPPORT;
    }
    conn->owns_auth = conn->request != NULL;
    conn->auth = conn->owns_auth ? auth_client_create(reply->protocol, mc->conf, &mc->name, NULL)
                                 : mon_client_get_auth_locked(mc, reply->protocol);
    if (!conn->auth)
        return -EPROTONOSUPPORT;
    conn->auth->ops->start(conn->auth);
    return 0;
}

static void become_session(struct mon_client *mc, struct mon_conn *conn)
{
    struct entity_name name = messenger_name(mc->messenger);
    uint64_t now = clock_monotonic_ns();
    int error = 0;

    drop_candidates(mc, conn);
    mc->session = conn;
    mc->auth_error = 0;
    mc->alive_ns = mc->keepalive_sent_ns = now;
    mc->keepalive_ack = 0;
    if (name.type == ENTITY_TYPE_CLIENT) {
        name.num = (int64_t)mc->global_id;
        messenger_set_name(mc->messenger, name);
    }
    dout(monc, 1, "session with mon.%s over %s, global_id %" PRIu64, conn_name(mc, conn),
         connection_transport_name(conn->con), mc->global_id);
    mon_sub_new_session(&mc->sub);
    mon_sub_want(&mc->sub, "monmap", mc->monmap.epoch ? (uint64_t)mc->monmap.epoch + 1 : 0, 0, &error);
    mon_sub_want(&mc->sub, "config", 0, 0, &error);
    if (error)
        derr(monc, "no memory for subscriptions");
    mon_client_renew_subs_locked(mc, now);
    if (mon_client_is_ready_locked(mc))
        mon_client_send_requests_locked(mc);
    mon_client_send_log_locked(mc, true);
    mc->tell_opened = true;
    cond_broadcast(&mc->changed);
}

static void authenticated(struct mon_client *mc, struct mon_conn *conn, uint64_t global_id)
{
    if (conn->state == MON_CONN_OPEN) /* a renewal */
        return;
    conn->state = MON_CONN_OPEN;
    if (conn->request) {
        mon_client_request_conn_open_locked(mc, conn);
        return;
    }
    mc->global_id = global_id;
    become_session(mc, conn);
}

/* A monitor says no. Others may say yes, so hunting goes on, but whoever waits is told. */
static void refused(struct mon_client *mc, struct mon_conn *conn, int error)
{
    derr(monc, "mon.%s refuses %s: %s", conn_name(mc, conn), conf_name(mc->conf), strerror(-error));
    if (!conn->request) {
        mc->auth_error = error;
        cond_broadcast(&mc->changed);
    }
    mon_client_lost_locked(mc, conn, error);
}

void mon_client_handle_auth_reply_locked(struct mon_client *mc, struct mon_conn *conn,
                                         const struct message *m)
{
    struct m_auth_reply reply;
    int r;

    if (conn->state == MON_CONN_DIALLING || m_auth_reply_decode(&reply, m)) {
        mon_client_lost_locked(mc, conn, -EPROTO);
        return;
    }
    r = conn->auth ? 0 : choose_auth(mc, conn, &reply);
    if (r == 0)
        r = conn->auth->ops->handle_reply(conn->auth, reply.result, reply.global_id, reply.payload.data,
                                          reply.payload.len);
    if (r == AUTH_CLIENT_MORE) {
        r = send_next_auth(mc, conn);
        if (r)
            refused(mc, conn, r);
    } else if (r == 0) {
        authenticated(mc, conn, reply.global_id);
    } else {
        refused(mc, conn, r);
    }
    m_auth_reply_destroy(&reply);
}

/* ---- events ---- */

void mon_client_connected_locked(struct mon_client *mc, struct mon_conn *conn)
{
    int r;

    if (conn->state != MON_CONN_DIALLING)
        return;
    if (conn->request && conn->request->kind == MON_REQUEST_PING) {
        conn->state = MON_CONN_OPEN;
        mon_client_request_conn_open_locked(mc, conn);
        return;
    }
    /* The first that answers is taken; one authentication at a time is enough. */
    if (!conn->request)
        drop_candidates(mc, conn);
    conn->state = MON_CONN_AUTHENTICATING;
    r = send_first_auth(mc, conn);
    if (r)
        mon_client_lost_locked(mc, conn, r);
}

void mon_client_lost_locked(struct mon_client *mc, struct mon_conn *conn, int error)
{
    bool was_session = mc->session == conn;
    int rank = conn->rank;

    if (conn->request) {
        mon_client_request_conn_lost_locked(mc, conn, error);
        return;
    }
    /* The last candidates of a round go on dialling until the interval is over: a monitor may just be
     * starting.
     */
    if (!was_session && error == -ECONNREFUSED && mon_hunt_is_used_up(&mc->hunt))
        return;
    dout(monc, was_session ? 1 : 10, "%s mon.%s: %s",
         was_session ? "lost" : "not taken:", conn_name(mc, conn), strerror(-error));
    mon_client_drop_conn_locked(mc, conn);
    if (was_session) {
        mon_client_hunt_locked(mc, rank);
        return;
    }
    /* When the round is used up, the next one waits for the interval: no hot loop over dead monitors. */
    if (!mc->session && !mc->stopping)
        dial_more(mc);
}

void mon_client_renew_subs_locked(struct mon_client *mc, uint64_t now)
{
    struct m_mon_subscribe sub = {0};
    struct message *m;

    if (!mc->session || !mon_sub_must_ask(&mc->sub, now))
        return;
    if (mon_sub_ask(&mc->sub, now, &sub)) {
        m_mon_subscribe_destroy(&sub);
        derr(monc, "no memory for subscriptions");
        return;
    }
    m = m_mon_subscribe_message(&sub);
    if (m)
        connection_send(mc->session->con, m);
}

/* Keepalives, and whether they are answered. */
static bool session_is_well(struct mon_client *mc, uint64_t now, uint64_t *next)
{
    struct connection *con = mc->session->con;
    uint64_t interval = conf_seconds_ns(mc->conf, OPT_mon_client_ping_interval);
    uint64_t timeout = conf_seconds_ns(mc->conf, OPT_mon_client_ping_timeout);
    uint64_t ack = connection_last_keepalive_ack_ns(con);

    if (ack != mc->keepalive_ack ||
        !ceph_has_feature(connection_features(con), CEPH_FEATURE_MSGR_KEEPALIVE2)) {
        mc->keepalive_ack = ack;
        mc->alive_ns = now;
    }
    if (now >= mc->keepalive_sent_ns + interval) {
        /* Only an unanswered keepalive counts against the monitor. */
        if (now - mc->alive_ns > timeout)
            return false;
        connection_send_keepalive(con);
        mc->keepalive_sent_ns = now;
        mon_hunt_relax(&mc->hunt);
    }
    *next = mc->keepalive_sent_ns + interval;
    return true;
}

uint64_t mon_client_session_tick_locked(struct mon_client *mc, uint64_t now)
{
    uint64_t next = UINT64_MAX;

    if (!mc->started || mc->stopping)
        return UINT64_MAX;
    if (mc->session && !session_is_well(mc, now, &next)) {
        dout(monc, 0, "mon.%s does not answer", conn_name(mc, mc->session));
        mon_client_lost_locked(mc, mc->session, -ETIMEDOUT);
    }
    if (!mc->session) {
        if (now >= mc->hunt_deadline_ns)
            hunt_on(mc);
        return mc->hunt_deadline_ns;
    }
    mon_client_renew_subs_locked(mc, now);
    if (mc->session->auth->ops->wants_renewal(mc->session->auth, now) && send_next_auth(mc, mc->session))
        dout(monc, 1, "cannot renew tickets");
    if (mc->sub.renew_at_ns && mc->sub.renew_at_ns < next)
        next = mc->sub.renew_at_ns;
    return next;
}
