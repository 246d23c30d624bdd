/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mgr_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/command_sig.h"
#include "common/conf.h"
#include "messages/m_mgr_map.h"
#include "messages/m_mgr_session.h"
#include "mon/monitor.h"

struct mgr_monitor {
    struct paxos_service base;
    uint32_t epoch;
};

static struct mgr_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct mgr_monitor, base);
}

static int create_initial(struct paxos_service *s UNUSED)
{
    return 0;
}

static int update_from_store(struct paxos_service *s)
{
    of(s)->epoch = (uint32_t)s->last_committed;
    return 0;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    uint8_t epoch[4];

    put_le32(epoch, (uint32_t)s->last_committed + 1);
    mon_tx_put_version(tx, s->ops->name, s->last_committed + 1, epoch, sizeof(epoch));
}

static void destroy(struct paxos_service *s)
{
    paxos_service_destroy(s);
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "mgr",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .destroy = destroy,
};

struct paxos_service *mgr_monitor_create(struct monitor *mon)
{
    struct mgr_monitor *m = calloc(1, sizeof(*m));

    if (!m)
        return NULL;
    paxos_service_init(&m->base, &ops, mon);
    return &m->base;
}

/* Only OSDs that speak TCP need a manager: ours report to monitors. It comes after a map without a manager: a
 * genuine OSD does not dial one again that refused it, as a monitor does while it starts, before it was told
 * of another or of none. */
static void send_stand_in(struct paxos_service *s, struct mon_session *to)
{
    const struct entity_addr *addr = entity_addrvec_find(monitor_addrs(s->mon), ENTITY_ADDR_V1);
    struct m_mgr_map map = {.epoch = of(s)->epoch, .available = true};

    if (!addr)
        return;
    map.active_name = strdup("");
    if (map.active_name && entity_addrvec_push(&map.active_addrs, addr) == 0)
        mon_session_send(to, m_mgr_map_message(&map));
    else
        m_mgr_map_destroy(&map);
}

void mgr_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub)
{
    struct m_mgr_map map = {.epoch = of(s)->epoch};

    if (sub->next > of(s)->epoch)
        return;
    mon_session_send(sub->session, m_mgr_map_message(&map));
    if (mon_session_osd(sub->session) >= 0)
        send_stand_in(s, sub->session);
    mon_sub_sent(sub, of(s)->epoch);
}

void mgr_monitor_handle_open(struct mon_op *op)
{
    enum { NO_COUNTERS = 11 }; /* above the highest priority that counters have */
    struct m_mgr_configure reply = {.stats_threshold = NO_COUNTERS};
    uint64_t period = conf_seconds_ns(op->mon->conf, OPT_osd_mon_report_interval);
    struct m_mgr_open m;

    if (!mon_op_decoded(op, m_mgr_open_decode(&m, op->msg)))
        return;
    m_mgr_open_destroy(&m);
    reply.stats_period = (uint32_t)(period / NSEC_PER_SEC);
    mon_op_answer(op, m_mgr_configure_message(&reply));
}

json_t *mgr_monitor_summary(const struct paxos_service *s UNUSED)
{
    return json_pack("{s:b, s:i, s:[], s:{}}", "available", 0, "num_standbys", 0, "modules", "services");
}

int mgr_monitor_dump(struct mon_op *op)
{
    const struct mgr_monitor *m = of(op->mon->services[MON_SERVICE_MGR]);
    int64_t epoch = command_int(op->cmd, "epoch", m->epoch);
    json_t *o;

    if (epoch != m->epoch)
        return mon_op_fail(op, -ENOENT, "there is no map for epoch %" PRId64, epoch);
    o = json_pack("{s:i, s:i, s:s, s:{s:[]}, s:s, s:s, s:i, s:b, s:[], s:[], s:[], s:{}, s:{}, s:i, s:[]}",
                  "epoch", (int)m->epoch, "active_gid", 0, "active_name", "", "active_addrs", "addrvec",
                  "active_addr", "-", "active_change", "0.000000", "active_mgr_features", 0, "available", 0,
                  "standbys", "modules", "available_modules", "services", "always_on_modules",
                  "last_failure_osd_epoch", 0, "active_clients");
    return mon_op_json(op, o, true);
}

int mgr_monitor_stat(struct mon_op *op)
{
    const struct mgr_monitor *m = of(op->mon->services[MON_SERVICE_MGR]);

    return mon_op_json(op,
                       json_pack("{s:i, s:b, s:s, s:i}", "epoch", (int)m->epoch, "available", 0,
                                 "active_name", "", "num_standby", 0),
                       true);
}
