/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages that come to an OSD, and the way of an operation to its placement group. */
#include <errno.h>

#include "auth/authorizer.h"
#include "common/log.h"
#include "messages/m_ping.h"
#include "messages/message_types.h"
#include "osd/osd.h"
#include "osd/osd_mgr.h"
#include "osd/osd_session.h"
#include "osd/watch_notify.h"

/* ---- the queue's calls ---- */

static struct pg *pg_of(struct op_lane *lane)
{
    return CONTAINER_OF(lane, struct pg, lane);
}

static void lane_run(void *arg UNUSED, struct op_lane *lane, struct list *item)
{
    struct pg_work *w = CONTAINER_OF(item, struct pg_work, link);

    w->run(pg_of(lane), w);
}

static void lane_unlock(void *arg UNUSED, struct op_lane *lane)
{
    pg_unlock(pg_of(lane));
}

static void lane_get(void *arg UNUSED, struct op_lane *lane)
{
    pg_get(pg_of(lane));
}

static void lane_put(void *arg UNUSED, struct op_lane *lane)
{
    pg_put(pg_of(lane));
}

const struct op_queue_ops osd_queue_ops = {
    .run = lane_run, .unlock = lane_unlock, .get = lane_get, .put = lane_put};

/* ---- operations ---- */

void osd_find_group(struct op_request *req, const struct cluster_map *map)
{
    const struct osdmap_pool *pool;

    if (!req->m.pg_is_raw || !map)
        return;
    pool = osdmap_find_pool(&map->map, req->m.pg.pool);
    if (pool)
        req->m.pg = osdmap_pg_of_hash(pool, req->m.hash);
}

static bool is_for_us(struct osd *osd, const struct cluster_map *map, struct pg_id id)
{
    struct pg_osds where;

    if (osdmap_map_pg(&map->mapping, id, &where))
        return false;
    return where.acting.primary == osd->whoami;
}

/* The group is not here. It may be on its way, or in a map that is: then the request waits; else its client
 * has to look again. False: it has come meanwhile. */
static bool waits_for_group(struct osd *osd, struct op_request *req)
{
    struct pg *pg;

    op_request_mark(req, OP_WAITING_FOR_PG);
    mutex_lock(&osd->pgs_lock);
    pg = osd_find_pg_locked(osd, req->m.pg);
    if (!pg)
        list_add_tail(&osd->waiting_for_pg, &req->work.link);
    mutex_unlock(&osd->pgs_lock);
    pg_put(pg);
    return !pg;
}

/* Those whose groups are not to come by the newest map: their clients have to look again. */
void osd_drop_waiting(struct osd *osd)
{
    struct cluster_map *map = osd_current_map(osd);
    struct list gone;

    list_init(&gone);
    mutex_lock(&osd->pgs_lock);
    list_for_each_safe(w, &osd->waiting_for_pg, struct pg_work, link) {
        struct op_request *req = CONTAINER_OF(w, struct op_request, work);

        osd_find_group(req, map);
        if (!map || req->m.osdmap_epoch > map->map.epoch || is_for_us(osd, map, req->m.pg))
            continue;
        list_remove(&w->link);
        list_add_tail(&gone, &w->link);
    }
    mutex_unlock(&osd->pgs_lock);
    cluster_map_put(map);
    op_requests_drop(&gone);
}

static void submit_request(struct osd *osd, struct op_request *req)
{
    uint32_t epoch = req->m.osdmap_epoch;
    struct pg *pg;

    while (!(pg = osd_find_pg(osd, req->m.pg)))
        if (waits_for_group(osd, req)) {
            if (epoch <= atomic_load(&osd->epoch))
                osd_drop_waiting(osd);
            return;
        }
    op_request_mark(req, OP_QUEUED);
    req->work.run = pg_do_op;
    op_queue_submit(osd->queue, &pg->lane, &req->work.link, osd->ops_at_once);
    pg_put(pg);
}

static void handle_op(struct osd *osd, struct message *msg)
{
    struct op_request *req;
    struct cluster_map *map;
    int r;

    message_get(msg);
    r = op_request_create(&osd->tracker, msg, &req);
    if (r) {
        connection_bad_message(msg->con, msg, "an operation that cannot be read");
        message_put(msg);
        return;
    }
    message_put(msg);
    if (req->m.osdmap_epoch > atomic_load(&osd->epoch))
        osd_want_map(osd, atomic_load(&osd->epoch) + 1); /* the group lets it wait */
    if (req->m.osdmap_epoch < atomic_load(&osd->epoch))
        osd_share_map(osd, req->con, req->m.osdmap_epoch);
    if (req->m.pg_is_raw) {
        map = osd_current_map(osd);
        osd_find_group(req, map);
        cluster_map_put(map);
    }
    submit_request(osd, req);
}

/* ---- dispatchers ---- */

static bool can_fast_dispatch(void *arg UNUSED, const struct message *m)
{
    return m->type == MSG_OSD_OP;
}

static void fast_dispatch(void *arg, struct message *m)
{
    handle_op(arg, m);
}

static void answer_ping(struct message *m)
{
    struct m_ping ping = {0};
    struct message *reply = m_ping_message(&ping);

    if (reply)
        connection_send(m->con, reply);
}

/* The cluster's own messages, and from whom they come: other peers could make the OSD believe what they like.
 */
static bool may_send(const struct message *m)
{
    const struct auth_identity *id = connection_identity(m->con);
    uint32_t peer = id ? id->entity_type : connection_peer_type(m->con), from = 0;

    switch (m->type) {
    case MSG_OSD_MAP:
        from = ENTITY_TYPE_MON | ENTITY_TYPE_OSD;
        break;
    case MSG_OSD_PG_CREATE2:
    case MSG_OSD_MARK_ME_DOWN:
    case MSG_MGR_MAP:
        from = ENTITY_TYPE_MON;
        break;
    default:
        return true;
    }
    if (peer & from)
        return true;
    dout(osd, 0, "%s from %s.%s is dropped: only monitors%s send that", message_type_name(m->type),
         entity_type_name(peer), id && id->entity_id ? id->entity_id : "?",
         from & ENTITY_TYPE_OSD ? " and OSDs" : "");
    return false;
}

static bool public_dispatch(void *arg, struct message *m)
{
    struct osd *osd = arg;

    if (!may_send(m)) {
        message_put(m);
        return true;
    }
    switch (m->type) {
    case MSG_OSD_MAP:
        osd_handle_map(osd, m);
        break;
    case MSG_OSD_PG_CREATE2:
        osd_handle_pg_create(osd, m);
        break;
    case MSG_OSD_MARK_ME_DOWN:
        osd_handle_mark_me_down(osd, m);
        break;
    case MSG_COMMAND:
        osd_handle_command(osd, m);
        break;
    case MSG_PING:
        answer_ping(m);
        break;
    case MSG_OSD_BACKOFF: /* only ever an answer to ours */
        break;
    default:
        return osd_mgr_dispatch(osd, m);
    }
    message_put(m);
    return true;
}

static bool cluster_dispatch(void *arg, struct message *m)
{
    if (m->type != MSG_OSD_MAP)
        return false;
    if (may_send(m))
        osd_handle_map(arg, m);
    message_put(m);
    return true;
}

static void lose_watches(void *con, struct pg *pg)
{
    pg_lock(pg);
    watch_connection_lost(pg, con);
    pg_unlock(pg);
}

static void handle_reset(void *arg, struct connection *con)
{
    const struct osd_session *session = connection_private(con);

    if (session && atomic_load(&session->watches))
        osd_each_pg(arg, lose_watches, con);
    osd_mgr_connection_lost(arg, con);
}

const struct dispatcher_ops osd_public_dispatcher = {
    .can_fast_dispatch = can_fast_dispatch,
    .fast_dispatch = fast_dispatch,
    .dispatch = public_dispatch,
    .handle_reset = handle_reset,
};

const struct dispatcher_ops osd_cluster_dispatcher = {
    .dispatch = cluster_dispatch,
};
