/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_heartbeat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "messages/m_osd_ping.h"
#include "messages/m_osd_state.h"
#include "osd/osd_messengers.h"

enum { MIN_PEERS = 10, PING_SIZE = 2000, PING_FIXED = 60 };

struct hb_peer {
    struct list link;
    int32_t osd;
    struct entity_addrvec front, back;
    uint64_t first_unanswered_ns; /* 0: all are answered */
    uint64_t last_front_ns, last_back_ns;
    bool reported;
};

struct osd_heartbeat {
    struct osd *osd;
    struct messenger *front_server, *back_server, *front_client, *back_client;
    struct mutex lock;
    struct list peers;     /* lock */
    uint32_t peers_epoch;  /* lock */
    uint64_t next_ping_ns; /* the timer's */
};

/* ---- answering ---- */

static void answer(struct osd_heartbeat *hb, struct message *msg, const struct m_osd_ping *ping)
{
    struct m_osd_ping reply = *ping;
    struct message *out;

    reply.op = OSD_PING_REPLY;
    reply.map_epoch = atomic_load(&hb->osd->epoch);
    reply.up_from = hb->osd->up_epoch;
    reply.mono_send_ns = clock_monotonic_ns();
    reply.has_delta = false;
    out = m_osd_ping_message(&reply);
    if (out)
        connection_send(msg->con, out);
}

static void answered(struct osd_heartbeat *hb, struct message *msg, const struct m_osd_ping *ping)
{
    struct messenger *m = connection_messenger(msg->con);
    uint64_t sent = ping->mono_ping_ns;

    mutex_lock(&hb->lock);
    list_for_each(p, &hb->peers, struct hb_peer, link) {
        if (p->osd != connection_peer_name(msg->con).num)
            continue;
        if (m == hb->front_client && sent > p->last_front_ns)
            p->last_front_ns = sent;
        if (m == hb->back_client && sent > p->last_back_ns)
            p->last_back_ns = sent;
        sent = p->last_front_ns < p->last_back_ns ? p->last_front_ns : p->last_back_ns;
        if (sent >= p->first_unanswered_ns)
            p->first_unanswered_ns = 0;
    }
    mutex_unlock(&hb->lock);
}

static bool hb_dispatch(void *arg, struct message *msg)
{
    struct osd_heartbeat *hb = arg;
    struct m_osd_ping ping;

    if (msg->type != MSG_OSD_PING)
        return false;
    if (m_osd_ping_decode(&ping, msg)) {
        connection_bad_message(msg->con, msg, "osd_ping");
    } else if (!fsid_equal(&ping.fsid, &hb->osd->superblock.cluster_fsid)) {
        dout(osd, 5, "a ping from another cluster");
    } else if (ping.op == OSD_PING) {
        answer(hb, msg, &ping);
    } else if (ping.op == OSD_PING_REPLY) {
        answered(hb, msg, &ping);
    }
    message_put(msg);
    return true;
}

/* ---- whom to ping ---- */

static void peer_free(struct hb_peer *p)
{
    list_remove(&p->link);
    entity_addrvec_destroy(&p->front);
    entity_addrvec_destroy(&p->back);
    free(p);
}

static struct hb_peer *find_peer_locked(struct osd_heartbeat *hb, int32_t osd)
{
    list_for_each(p, &hb->peers, struct hb_peer, link) {
        if (p->osd == osd)
            return p;
    }
    return NULL;
}

static void add_peer_locked(struct osd_heartbeat *hb, int32_t osd, const struct osdmap_osd *o)
{
    struct hb_peer *p = calloc(1, sizeof(*p));

    if (!p)
        return;
    list_init(&p->link);
    p->osd = osd;
    if (entity_addrvec_copy(&p->front, &o->hb_front_addrs) ||
        entity_addrvec_copy(&p->back, &o->hb_back_addrs)) {
        peer_free(p);
        return;
    }
    p->last_front_ns = p->last_back_ns = clock_monotonic_ns();
    list_add_tail(&hb->peers, &p->link);
}

/* Those next to us by number, around the ring: everybody is watched by some. */
static void choose_peers_locked(struct osd_heartbeat *hb, const struct osdmap *map)
{
    unsigned chosen = 0;

    if (map->epoch == hb->peers_epoch)
        return;
    list_for_each_safe(p, &hb->peers, struct hb_peer, link) {
        if (!osdmap_is_up(map, p->osd) ||
            !entity_addrvec_equal(&p->front, &map->osds[p->osd].hb_front_addrs) ||
            !entity_addrvec_equal(&p->back, &map->osds[p->osd].hb_back_addrs))
            peer_free(p);
    }
    for (unsigned i = 1; i < map->max_osd && chosen < MIN_PEERS; i++) {
        int32_t osd = (int32_t)(((unsigned)hb->osd->whoami + i) % map->max_osd);
        if (!osdmap_is_up(map, osd) || osd == hb->osd->whoami)
            continue;
        chosen++;
        if (!find_peer_locked(hb, osd))
            add_peer_locked(hb, osd, &map->osds[osd]);
    }
    hb->peers_epoch = map->epoch;
}

/* ---- pinging ---- */

static void ping(struct osd_heartbeat *hb, struct messenger *m, const struct entity_addrvec *addrs,
                 uint64_t now)
{
    struct m_osd_ping p = {
        .fsid = hb->osd->superblock.cluster_fsid,
        .map_epoch = atomic_load(&hb->osd->epoch),
        .op = OSD_PING,
        .stamp = utime_now(),
        .padding = PING_SIZE - PING_FIXED,
        .up_from = hb->osd->up_epoch,
        .mono_ping_ns = now,
        .mono_send_ns = now,
    };
    struct message *msg = m_osd_ping_message(&p);

    if (msg && messenger_send(m, msg, ENTITY_TYPE_OSD, addrs))
        dout(osd, 10, "a ping could not be sent");
}

static void report(struct osd_heartbeat *hb, const struct hb_peer *p, const struct osdmap *map, uint8_t flags,
                   uint64_t silent_ns)
{
    struct m_osd_failure f = {
        .target = osd_target_of(hb->osd, p->osd),
        .flags = flags,
        .failed_for = (int32_t)(silent_ns / NSEC_PER_SEC),
    };
    struct message *msg;

    if ((uint32_t)p->osd >= map->max_osd ||
        entity_addrvec_copy(&f.target.addrs, &map->osds[p->osd].public_addrs))
        return;
    msg = m_osd_failure_message(&f);
    if (msg)
        mon_client_send(hb->osd->monc, msg);
}

static void check_peer(struct osd_heartbeat *hb, struct hb_peer *p, const struct osdmap *map, uint64_t now)
{
    uint64_t grace = conf_seconds_ns(hb->osd->conf, OPT_osd_heartbeat_grace);
    uint64_t silent = p->first_unanswered_ns ? now - p->first_unanswered_ns : 0;

    if (silent > grace) {
        if (!p->reported)
            derr(osd, "no reply from osd.%d for %llu seconds", p->osd,
                 (unsigned long long)(silent / NSEC_PER_SEC));
        report(hb, p, map, OSD_FAILURE_FAILED, silent);
        p->reported = true;
    } else if (p->reported && !p->first_unanswered_ns) {
        report(hb, p, map, 0, 0);
        p->reported = false;
    }
}

/* Nobody listens where the map has it: it is dead, not slow. */
static void hb_refused(void *arg, struct connection *con)
{
    const struct entity_addrvec *at = connection_peer_addrs(con);
    struct osd_heartbeat *hb = arg;
    struct cluster_map *m = osd_current_map(hb->osd);

    if (!m || !conf_bool(hb->osd->conf, OPT_osd_fast_fail_on_connection_refused) ||
        hb->osd->state != OSD_STATE_ACTIVE) {
        cluster_map_put(m);
        return;
    }
    mutex_lock(&hb->lock);
    list_for_each(p, &hb->peers, struct hb_peer, link) {
        if (!entity_addrvec_equal(at, &p->front) && !entity_addrvec_equal(at, &p->back))
            continue;
        if (!p->reported)
            derr(osd, "osd.%d refuses connections", p->osd);
        report(hb, p, &m->map, OSD_FAILURE_FAILED | OSD_FAILURE_IMMEDIATE, 0);
        p->reported = true;
    }
    mutex_unlock(&hb->lock);
    cluster_map_put(m);
}

static const struct dispatcher_ops hb_dispatcher = {.dispatch = hb_dispatch, .handle_refused = hb_refused};

void osd_heartbeat_tick(struct osd *osd, uint64_t now)
{
    struct osd_heartbeat *hb = osd->heartbeat;
    struct cluster_map *m;

    if (now < hb->next_ping_ns || osd->state != OSD_STATE_ACTIVE)
        return;
    hb->next_ping_ns = now + conf_seconds_ns(osd->conf, OPT_osd_heartbeat_interval);
    m = osd_current_map(osd); /* there is one: we are up in it */
    mutex_lock(&hb->lock);
    choose_peers_locked(hb, &m->map);
    list_for_each(p, &hb->peers, struct hb_peer, link) {
        check_peer(hb, p, &m->map, now);
        if (!p->first_unanswered_ns)
            p->first_unanswered_ns = now;
        ping(hb, hb->front_client, &p->front, now);
        ping(hb, hb->back_client, &p->back, now);
    }
    mutex_unlock(&hb->lock);
    cluster_map_put(m);
}

int osd_heartbeat_peers(struct osd *osd, struct osd_ids *out)
{
    struct osd_heartbeat *hb = osd->heartbeat;
    int32_t ids[MIN_PEERS];
    uint32_t count = 0;

    mutex_lock(&hb->lock);
    list_for_each(p, &hb->peers, struct hb_peer, link) {
        if (count < ARRAY_SIZE(ids))
            ids[count++] = p->osd;
    }
    mutex_unlock(&hb->lock);
    return osd_ids_copy(out, ids, count);
}

/* ---- life ---- */

static struct messenger *create(struct osd *osd, enum messenger_side side, const char *lname, bool server,
                                char *err, size_t err_size)
{
    struct entity_name name = {ENTITY_TYPE_OSD, osd->whoami};
    struct policy p = server ? policy_stateless_server(0) : policy_lossy_client(0);
    char *ms_type = messenger_type_for(osd->conf, side);
    struct messenger *m =
        ms_type ? messenger_create(osd->conf, ms_type, name, lname, (uint32_t)getpid(), err, err_size) : NULL;

    free(ms_type);
    if (!m)
        return NULL;
    messenger_set_default_policy(m, &p);
    messenger_set_cluster_protocol(m, 10);
    osd_messenger_set_auth(osd, m);
    messenger_add_dispatcher(m, &hb_dispatcher, osd->heartbeat);
    return m;
}

int osd_heartbeat_create(struct osd *osd, char *err, size_t err_size)
{
    struct osd_heartbeat *hb = calloc(1, sizeof(*hb));
    int r;

    if (!hb)
        return -ENOMEM;
    osd->heartbeat = hb;
    hb->osd = osd;
    mutex_init(&hb->lock, "osd_heartbeat", LOCK_RANK_OSD_TABLES);
    list_init(&hb->peers);
    hb->front_server = create(osd, MESSENGER_PUBLIC, "hb_front_server", true, err, err_size);
    hb->back_server = create(osd, MESSENGER_CLUSTER, "hb_back_server", true, err, err_size);
    hb->front_client = create(osd, MESSENGER_PUBLIC, "hb_front_client", false, err, err_size);
    hb->back_client = create(osd, MESSENGER_CLUSTER, "hb_back_client", false, err, err_size);
    if (!hb->front_server || !hb->back_server || !hb->front_client || !hb->back_client)
        return -EINVAL;
    r = osd_messenger_bind(osd, hb->front_server, MESSENGER_PUBLIC, err, err_size);
    if (r == 0)
        r = osd_messenger_bind(osd, hb->back_server, MESSENGER_CLUSTER, err, err_size);
    if (r == 0)
        r = messenger_addrs(hb->front_server, &osd->hb_front_addrs);
    if (r == 0)
        r = messenger_addrs(hb->back_server, &osd->hb_back_addrs);
    struct messenger *const all[] = {hb->front_server, hb->back_server, hb->front_client, hb->back_client};
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(all); i++)
        r = messenger_start(all[i]);
    return r;
}

void osd_heartbeat_stop(struct osd *osd)
{
    struct osd_heartbeat *hb = osd->heartbeat;

    if (!hb)
        return;
    struct messenger *const all[] = {hb->front_server, hb->back_server, hb->front_client, hb->back_client};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        if (all[i])
            messenger_shutdown(all[i]);
    }
}

void osd_heartbeat_destroy(struct osd *osd)
{
    struct osd_heartbeat *hb = osd->heartbeat;

    if (!hb)
        return;
    messenger_destroy(hb->front_server);
    messenger_destroy(hb->back_server);
    messenger_destroy(hb->front_client);
    messenger_destroy(hb->back_client);
    list_for_each_safe(p, &hb->peers, struct hb_peer, link)
        peer_free(p);
    mutex_destroy(&hb->lock);
    free(hb);
    osd->heartbeat = NULL;
    entity_addrvec_destroy(&osd->hb_front_addrs);
    entity_addrvec_destroy(&osd->hb_back_addrs);
}
