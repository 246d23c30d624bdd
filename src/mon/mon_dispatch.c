/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of each message that a monitor gets, and of connections that come and go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "messages/m_mon_get_version.h"
#include "messages/m_mon_subscribe.h"
#include "messages/m_ping.h"
#include "messages/m_pool_stats.h"
#include "messages/m_statfs.h"
#include "messages/message_factory.h"
#include "mon/auth_monitor.h"
#include "mon/config_monitor.h"
#include "mon/log_monitor.h"
#include "mon/mgr_monitor.h"
#include "mon/mon_command.h"
#include "mon/mon_perf.h"
#include "mon/mon_status.h"
#include "mon/mon_tell.h"
#include "mon/monitor.h"
#include "mon/monmap_monitor.h"
#include "mon/osd_boot_report.h"
#include "mon/osd_monitor.h"
#include "mon/osd_pools.h"
#include "mon/osd_reports.h"

static void handle_ping(struct mon_op *op)
{
    json_t *report = mon_status_ping(op->mon);
    struct m_ping reply = {.report = report ? json_dumps(report, JSON_INDENT(4)) : NULL};

    json_decref(report);
    mon_op_answer(op, reply.report ? m_ping_message(&reply) : NULL);
}

static void handle_get_map(struct mon_op *op)
{
    mon_op_answer(op, monmap_monitor_message(op->mon->services[MON_SERVICE_MONMAP], op->session));
}

/* ---- subscriptions ---- */

static void check_sub(struct monitor *mon, struct mon_sub *sub)
{
    switch (sub->kind) {
    case MON_SUB_MONMAP:
        monmap_monitor_check_sub(mon->services[MON_SERVICE_MONMAP], sub);
        break;
    case MON_SUB_OSDMAP:
        osd_monitor_check_sub(mon->services[MON_SERVICE_OSD], sub);
        break;
    case MON_SUB_PG_CREATES:
        osd_monitor_check_pg_creates(mon->services[MON_SERVICE_OSD], sub);
        break;
    case MON_SUB_MGRMAP:
        mgr_monitor_check_sub(mon->services[MON_SERVICE_MGR], sub);
        break;
    case MON_SUB_CONFIG:
        config_monitor_check_sub(mon->services[MON_SERVICE_CONFIG], sub);
        break;
    case MON_SUB_LOG:
        log_monitor_check_sub(mon->services[MON_SERVICE_LOG], sub);
        break;
    default: /* nothing here has it: it waits, as for a map that never comes */
        break;
    }
}

static void acknowledge(struct mon_op *op)
{
    struct m_mon_subscribe_ack ack = {.fsid = op->mon->store.fsid};

    ack.interval = (uint32_t)(conf_seconds_ns(op->mon->conf, OPT_mon_subscribe_interval) / NSEC_PER_SEC);
    mon_session_send(op->session, m_mon_subscribe_ack_message(&ack));
}

static bool may_subscribe(const struct mon_session *s, const char *what)
{
    if (strcmp(what, "osdmap") || mon_session_may(s, "osd", "r", NULL))
        return true;
    dout(mon, 0, "%s.%s may not see the OSDMap", entity_type_name(s->id.type), s->id.id ? s->id.id : "?");
    return false;
}

static void handle_subscribe(struct mon_op *op)
{
    struct mon_session *s = op->session;
    struct m_mon_subscribe m;

    if (!mon_op_decoded(op, m_mon_subscribe_decode(&m, op->msg)))
        return;
    s->renewed_ns = clock_monotonic_ns();
    if (m.hostname && m.hostname[0]) {
        free(s->remote_host);
        s->remote_host = m.hostname;
        m.hostname = NULL;
    }
    for (uint32_t i = 0; i < m.count; i++) {
        const struct mon_subscribe_item *item = &m.items[i];
        struct mon_sub *sub =
            may_subscribe(s, item->what)
                ? mon_session_subscribe(s, item->what, item->start, item->flags & MON_SUBSCRIBE_ONETIME)
                : NULL;
        if (sub)
            check_sub(op->mon, sub);
    }
    m_mon_subscribe_destroy(&m);
    if (!ceph_has_feature(connection_features(s->con), CEPH_FEATURE_MON_STATEFUL_SUB))
        acknowledge(op);
    mon_op_free(op);
}

static void handle_get_version(struct mon_op *op)
{
    static const struct {
        const char *what;
        enum mon_service service;
    } maps[] = {{"osdmap", MON_SERVICE_OSD}, {"monmap", MON_SERVICE_MONMAP}, {"mgrmap", MON_SERVICE_MGR}};
    struct m_mon_get_version_reply reply = {.newest = 1, .oldest = 1}; /* of maps that never change */
    struct m_mon_get_version m;

    if (!mon_op_decoded(op, m_mon_get_version_decode(&m, op->msg)))
        return;
    reply.handle = m.handle;
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
        if (strcmp(m.what, maps[i].what) == 0) {
            reply.newest = op->mon->services[maps[i].service]->last_committed;
            reply.oldest = op->mon->services[maps[i].service]->first_committed;
        }
    m_mon_get_version_destroy(&m);
    mon_op_answer(op, m_mon_get_version_reply_message(&reply));
}

/* ---- space and pools ---- */

static const struct pg_map *pg_map_of(const struct mon_op *op)
{
    return osd_monitor_pg_map(op->mon->services[MON_SERVICE_OSD]);
}

/* Of one pool: what its objects take; of all: what the OSDs have. */
static void handle_statfs(struct mon_op *op)
{
    struct m_statfs_reply reply = {.fsid = op->mon->store.fsid,
                                   .version = op->mon->services[MON_SERVICE_OSD]->last_committed};
    struct pg_map_space space = pg_map_space(pg_map_of(op));
    struct pg_map_sum sum;
    struct m_statfs m;

    if (!mon_op_decoded(op, m_statfs_decode(&m, op->msg)))
        return;
    sum = pg_map_sum(pg_map_of(op), m.has_pool ? m.pool : PG_MAP_ALL_POOLS);
    reply.kb = space.total / 1024;
    reply.kb_avail = space.avail / 1024;
    reply.kb_used = m.has_pool ? (uint64_t)sum.stats.num_bytes / 1024 : space.used_raw / 1024;
    reply.num_objects = (uint64_t)sum.stats.num_objects;
    if (mon_op_right_cluster(op, &m.fsid))
        mon_op_answer(op, m_statfs_reply_message(&reply));
    m_statfs_destroy(&m);
}

/* pool_stat_t {7,5} */
static int add_pool_stats(struct m_get_pool_stats_reply *reply, const struct pg_map *map, const char *name,
                          int64_t pool)
{
    static const struct store_statfs none;
    struct pg_map_sum sum = pg_map_sum(map, pool);
    struct pool_stats_item *grown = array_insert(reply->items, reply->count, sizeof(*grown), reply->count);
    struct encode e;
    size_t at, len;
    uint8_t *bytes;

    if (!grown)
        return -ENOMEM;
    reply->items = grown;
    grown = &grown[reply->count++];
    encode_init(&e);
    at = encode_begin_struct(&e, 7, 5);
    object_stat_collection_encode(&sum.stats, &e);
    encode_s64(&e, sum.log_size);
    encode_s64(&e, sum.ondisk_log_size);
    encode_u32(&e, sum.up);
    encode_u32(&e, sum.acting);
    store_statfs_encode(&none, &e);
    encode_u32(&e, 0);
    encode_end_struct(&e, at);
    bytes = encode_steal(&e, &len);
    grown->pool = strdup(name);
    grown->stat = slice_of(bytes ? buffer_wrap_malloc(bytes, len) : NULL);
    return grown->pool && grown->stat.len ? 0 : -ENOMEM;
}

static void handle_get_pool_stats(struct mon_op *op)
{
    const struct osdmap *map = osd_monitor_map(op->mon->services[MON_SERVICE_OSD]);
    struct m_get_pool_stats_reply reply = {.paxos = PAXOS_PREFIX_INIT(map->epoch)};
    struct m_get_pool_stats m;
    int r = 0;

    if (!mon_op_decoded(op, m_get_pool_stats_decode(&m, op->msg)))
        return;
    for (unsigned i = 0; r == 0 && i < m.pools.count; i++) {
        const struct osdmap_pool *pool = osdmap_find_pool_by_name(map, m.pools.items[i]);
        if (pool)
            r = add_pool_stats(&reply, pg_map_of(op), pool->name, pool->id);
    }
    if (r)
        m_get_pool_stats_reply_destroy(&reply);
    if (mon_op_right_cluster(op, &m.fsid))
        mon_op_answer(op, r ? NULL : m_get_pool_stats_reply_message(&reply));
    else
        m_get_pool_stats_reply_destroy(&reply);
    m_get_pool_stats_destroy(&m);
}

/* ---- routing ---- */

struct handler {
    uint16_t type;
    bool anybody; /* also from those who are not authenticated */
    void (*handle)(struct mon_op *op);
    const char *module, *perm; /* what the sender must be allowed; NULL: nothing, or the handler looks */
};

static const struct handler handlers[] = {
    {MSG_PING, true, handle_ping},
    {MSG_AUTH, true, auth_monitor_handle},
    {MSG_MON_GET_MAP, false, handle_get_map},
    {MSG_MON_SUBSCRIBE, false, handle_subscribe},
    {MSG_MON_GET_VERSION, false, handle_get_version},
    {MSG_MON_COMMAND, false, mon_command_handle},
    {MSG_LOG, false, log_monitor_handle, "log", "w"},
    {MSG_STATFS, false, handle_statfs, "pg", "r"},
    {MSG_GETPOOLSTATS, false, handle_get_pool_stats, "pg", "r"},
    {MSG_POOLOP, false, osd_pools_handle_op},
    {MSG_OSD_BOOT, false, osd_boot_report},
    {MSG_OSD_ALIVE, false, osd_reports_alive},
    {MSG_OSD_BEACON, false, osd_reports_beacon},
    {MSG_OSD_FULL, false, osd_reports_full},
    {MSG_OSD_MARK_ME_DOWN, false, osd_reports_mark_me_down},
    {MSG_OSD_FAILURE, false, osd_reports_failure},
    {MSG_PGSTATS, false, osd_reports_pg_stats},
    {MSG_OSD_PG_CREATED, false, osd_reports_pg_created},
    {MSG_MON_GET_OSDMAP, false, osd_reports_get_osdmap},
    {MSG_MON_GET_PURGED_SNAPS, false, osd_reports_get_purged_snaps},
    {MSG_MGR_OPEN, false, mgr_monitor_handle_open},
    {MSG_MGR_REPORT, false, mon_op_free}, /* counters, which nobody here asks for */
};

static bool may_send(const struct mon_session *s, const struct handler *h)
{
    if (!s->authenticated && !h->anybody) {
        dout(mon, 5, "%s before authentication is dropped", message_type_name(h->type));
        return false;
    }
    if (!h->module || mon_session_may(s, h->module, h->perm, NULL))
        return true;
    dout(mon, 0, "%s.%s may not send %s: dropped", entity_type_name(s->id.type), s->id.id ? s->id.id : "?",
         message_type_name(h->type));
    return false;
}

static void route(struct monitor *mon, struct message *msg)
{
    struct mon_session *s = mon_sessions_find_or_add(&mon->sessions, msg->con, clock_monotonic_ns());
    struct mon_op *op;

    if (s)
        auth_monitor_take_ticket(mon->services[MON_SERVICE_AUTH], s);
    for (size_t i = 0; s && i < ARRAY_SIZE(handlers); i++) {
        if (handlers[i].type != msg->type)
            continue;
        if (!may_send(s, &handlers[i]))
            return;
        perf_inc(mon->perf, MON_PERF_MESSAGES);
        op = mon_op_create(mon, s, msg);
        if (op)
            handlers[i].handle(op);
        else
            derr(mon, "no memory for a request");
        return;
    }
    dout(mon, s ? 5 : 0, "%s is dropped: %s", message_type_name(msg->type),
         s ? "monitors do not take it" : "no memory");
}

static bool dispatch(void *arg, struct message *msg)
{
    struct monitor *mon = arg;

    if (msg->type == MSG_COMMAND) {
        mon_tell_handle(mon, msg);
        message_put(msg);
        return true;
    }
    monitor_lock(mon);
    if (!monitor_is_stopping(mon) && !connection_is_dead(msg->con))
        route(mon, msg);
    monitor_unlock(mon);
    message_put(msg);
    return true;
}

static void reset(void *arg, struct connection *con)
{
    struct monitor *mon = arg;
    struct mon_session *s;

    monitor_lock(mon);
    s = mon_sessions_find(con);
    if (s)
        mon_session_close(s);
    monitor_unlock(mon);
}

static const struct dispatcher_ops dispatcher = {
    .dispatch = dispatch,
    .handle_reset = reset,
};

void monitor_attach(struct monitor *mon, struct messenger *m)
{
    mon->messenger = m;
    messenger_add_dispatcher(m, &dispatcher, mon);
}

/* What Ceph 16.2 requires of the peers of a monitor whose OSDMap is that of a new cluster. */
#define CLIENT_REQUIRED                                                                          \
    (CEPH_FEATURE_CRUSH_TUNABLES | CEPH_FEATURE_CRUSH_TUNABLES2 | CEPH_FEATURE_CRUSH_TUNABLES3 | \
     CEPH_FEATURE_CRUSH_V4 | CEPH_FEATURE_CRUSH_TUNABLES5)
#define OSD_REQUIRED                                                                                     \
    (CLIENT_REQUIRED | CEPH_FEATURE_SERVER_KRAKEN | CEPH_FEATURE_SERVER_JEWEL | CEPH_FEATURE_MSG_ADDR2 | \
     CEPH_FEATURE_CEPHX_V2)

void monitor_set_policies(struct messenger *m)
{
    struct policy any = policy_stateless_server(0), client = policy_stateless_server(CLIENT_REQUIRED);
    struct policy osd = policy_stateless_server(OSD_REQUIRED);
    struct policy mon = policy_lossless_peer_reuse(CLIENT_REQUIRED | CEPH_FEATURE_SERVER_LUMINOUS);

    messenger_set_default_policy(m, &any);
    messenger_set_policy(m, ENTITY_TYPE_CLIENT, &client);
    messenger_set_policy(m, ENTITY_TYPE_MDS, &client);
    messenger_set_policy(m, ENTITY_TYPE_OSD, &osd);
    messenger_set_policy(m, ENTITY_TYPE_MON, &mon);
}
