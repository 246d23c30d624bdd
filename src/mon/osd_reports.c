/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_reports.h"

#include <errno.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "messages/m_osd_pg_create.h"
#include "messages/m_osd_state.h"
#include "messages/m_purged_snaps.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

int32_t osd_reports_sender(const struct mon_op *op)
{
    int32_t osd = mon_session_osd(op->session);

    if (osd >= 0 && mon_session_may(op->session, "osd", "x", NULL))
        return osd;
    dout(mon, 0, "%s of somebody who may not is dropped", message_type_name(op->msg->type));
    return -1;
}

bool osd_reports_is_up_at(const struct osdmap *map, int32_t osd, const struct entity_addrvec *addrs)
{
    const struct entity_addr *known, *told = entity_addrvec_canonical(addrs);

    if (!osdmap_is_up(map, osd) || !told)
        return false;
    known = entity_addrvec_canonical(&map->osds[osd].public_addrs);
    return known && entity_addr_equal(known, told);
}

/* The sender, if it is up where it sends from; else it gets the maps since it had_epoch, which say so, and
 * the op ends. */
static int32_t up_sender(struct mon_op *op, uint64_t had_epoch)
{
    int32_t osd = osd_reports_sender(op);

    if (osd >= 0 &&
        osd_reports_is_up_at(osd_monitor_map(service(op)), osd, connection_peer_addrs(op->session->con)))
        return osd;
    if (osd >= 0)
        osd_monitor_send_since(service(op), op->session, (uint32_t)had_epoch);
    mon_op_free(op);
    return -1;
}

bool osd_reports_writable(struct mon_op *op, void (*run)(struct mon_op *op))
{
    if (paxos_service_writable(service(op)))
        return true;
    op->run = run;
    paxos_service_wait_writable(service(op), op);
    return false;
}

void osd_reports_answer_with_maps(struct mon_op *op)
{
    osd_monitor_send_since(service(op), op->session, op->session->osd_epoch);
    mon_op_free(op);
}

/* ---- alive ---- */

static void alive(struct mon_op *op, const struct m_osd_alive *m)
{
    struct osd_pending *p = osd_monitor_pending(service(op));
    int32_t osd = up_sender(op, m->paxos.version);

    if (osd < 0)
        return;
    if (osd_monitor_map(service(op))->osds[osd].info.up_thru >= m->want_up_thru) {
        osd_reports_answer_with_maps(op);
        return;
    }
    if (osd_values_set(&p->inc.new_up_thru, osd, (uint32_t)m->paxos.version)) {
        mon_op_free(op);
        return;
    }
    op->committed = osd_reports_answer_with_maps;
    osd_monitor_commit(service(op), op);
}

void osd_reports_alive(struct mon_op *op)
{
    struct m_osd_alive m;

    if (!osd_reports_writable(op, osd_reports_alive) || !mon_op_decoded(op, m_osd_alive_decode(&m, op->msg)))
        return;
    alive(op, &m);
    m_osd_alive_destroy(&m);
}

/* ---- beacons ---- */

void osd_reports_beacon(struct mon_op *op)
{
    struct m_osd_beacon m;
    int32_t osd;

    if (!mon_op_decoded(op, m_osd_beacon_decode(&m, op->msg)))
        return;
    osd = up_sender(op, m.paxos.version);
    if (osd >= 0) {
        osd_liveness_heard(osd_monitor_liveness(service(op)), osd, m.report_interval);
        mon_op_free(op);
    }
    m_osd_beacon_destroy(&m);
}

/* ---- how full they are ---- */

static void full(struct mon_op *op, const struct m_osd_full *m)
{
    const uint32_t bits = OSD_FULL | OSD_BACKFILLFULL | OSD_NEARFULL;
    struct osd_pending *p = osd_monitor_pending(service(op));
    int32_t osd = up_sender(op, m->paxos.version);
    uint32_t wanted = m->state & bits;
    int r;

    if (osd < 0)
        return;
    if ((osd_pending_state(p, osd) & bits) == wanted) {
        osd_reports_answer_with_maps(op);
        return;
    }
    r = osd_pending_change_state(p, osd, bits & ~wanted, false);
    if (r == 0 && wanted)
        r = osd_pending_change_state(p, osd, wanted, true);
    if (r) {
        mon_op_free(op);
        return;
    }
    op->committed = osd_reports_answer_with_maps;
    osd_monitor_commit(service(op), op);
}

void osd_reports_full(struct mon_op *op)
{
    struct m_osd_full m;

    if (!osd_reports_writable(op, osd_reports_full) || !mon_op_decoded(op, m_osd_full_decode(&m, op->msg)))
        return;
    full(op, &m);
    m_osd_full_destroy(&m);
}

/* ---- going down ---- */

static void answer_mark_me_down(struct mon_op *op)
{
    struct m_osd_mark_me_down m;

    if (m_osd_mark_me_down_decode(&m, op->msg)) {
        mon_op_free(op);
        return;
    }
    osd_monitor_send_since(service(op), op->session, op->session->osd_epoch);
    if (!m.request_ack) {
        m_osd_mark_me_down_destroy(&m);
        mon_op_free(op);
        return;
    }
    m.target.epoch = (uint32_t)service(op)->last_committed;
    m.request_ack = false;
    mon_op_answer(op, m_osd_mark_me_down_message(&m));
}

static void mark_me_down(struct mon_op *op, const struct m_osd_mark_me_down *m)
{
    struct osd_pending *p = osd_monitor_pending(service(op));
    int32_t osd = osd_reports_sender(op);
    struct osd_xinfo *x;

    if (osd < 0 || osd != m->target.osd) {
        mon_op_free(op);
        return;
    }
    if (!osd_reports_is_up_at(osd_monitor_map(service(op)), osd, &m->target.addrs)) {
        answer_mark_me_down(op);
        return;
    }
    if (!osd_liveness_may_go_down(service(op), osd)) {
        mon_op_free(op);
        return;
    }
    monitor_clog(op->mon, LOG_ENTRY_INFO, "cluster", "osd.%d marked itself down%s", osd,
                 m->down_and_dead ? " and dead" : "");
    x = m->down_and_dead ? osd_pending_xinfo(p, osd) : NULL;
    if (x)
        x->dead_epoch = m->target.epoch;
    if (osd_pending_change_state(p, osd, OSD_UP, false)) {
        mon_op_free(op);
        return;
    }
    op->committed = answer_mark_me_down;
    osd_monitor_commit(service(op), op);
}

void osd_reports_mark_me_down(struct mon_op *op)
{
    struct m_osd_mark_me_down m;

    if (!osd_reports_writable(op, osd_reports_mark_me_down) ||
        !mon_op_decoded(op, m_osd_mark_me_down_decode(&m, op->msg)))
        return;
    if (mon_op_right_cluster(op, &m.target.fsid))
        mark_me_down(op, &m);
    m_osd_mark_me_down_destroy(&m);
}

/* ---- failures ---- */

static void failed(struct mon_op *op, const struct m_osd_failure *m, int32_t reporter)
{
    struct paxos_service *s = service(op);
    struct osd_liveness *l = osd_monitor_liveness(s);
    uint64_t now = clock_monotonic_ns(), silent = m->failed_for < 0 ? 0 : (uint64_t)m->failed_for;

    silent *= NSEC_PER_SEC;
    if (!(m->flags & OSD_FAILURE_FAILED)) {
        if (osd_failures_cancel(&l->failures, m->target.osd, reporter))
            monitor_clog(op->mon, LOG_ENTRY_DEBUG, "cluster", "osd.%d failure report canceled by osd.%d",
                         m->target.osd, reporter);
        return;
    }
    monitor_clog(op->mon, LOG_ENTRY_DEBUG, "cluster", "osd.%d reported %sfailed by osd.%d", m->target.osd,
                 m->flags & OSD_FAILURE_IMMEDIATE ? "immediately " : "", reporter);
    if (m->flags & OSD_FAILURE_IMMEDIATE) {
        if (!osd_liveness_may_go_down(s, m->target.osd) ||
            osd_pending_change_state(osd_monitor_pending(s), m->target.osd, OSD_UP, false))
            return;
        monitor_clog(op->mon, LOG_ENTRY_INFO, "cluster",
                     "osd.%d failed (connection refused reported by osd.%d)", m->target.osd, reporter);
        osd_monitor_commit(s, NULL);
        return;
    }
    if (osd_failures_add(&l->failures, m->target.osd, reporter, now > silent ? now - silent : 0) == 0)
        osd_liveness_check_reports(s, m->target.osd);
}

void osd_reports_failure(struct mon_op *op)
{
    struct m_osd_failure m;
    int32_t reporter;

    if (!osd_reports_writable(op, osd_reports_failure) ||
        !mon_op_decoded(op, m_osd_failure_decode(&m, op->msg)))
        return;
    reporter = mon_op_right_cluster(op, &m.target.fsid) ? up_sender(op, m.target.epoch) : -1;
    if (reporter >= 0) {
        if (osd_reports_is_up_at(osd_monitor_map(service(op)), m.target.osd, &m.target.addrs))
            failed(op, &m, reporter);
        else /* it is down already, or elsewhere: the reporter lacks maps */
            osd_monitor_send_since(service(op), op->session, m.target.epoch);
        mon_op_free(op);
    }
    m_osd_failure_destroy(&m);
}

/* ---- placement groups ---- */

void osd_reports_pg_stats(struct mon_op *op)
{
    struct m_pg_stats m;
    int32_t osd;

    if (!mon_op_decoded(op, m_pg_stats_decode(&m, op->msg)))
        return;
    osd = mon_op_right_cluster(op, &m.fsid) ? up_sender(op, m.epoch) : -1;
    if (osd >= 0) {
        if (osd_monitor_take_stats(service(op), osd, &m))
            dout(mon, 1, "statistics of osd.%d are dropped", osd);
        mon_op_free(op);
    }
    m_pg_stats_destroy(&m);
}

void osd_reports_pg_created(struct mon_op *op)
{
    struct m_osd_pg_created m;

    if (!osd_reports_writable(op, osd_reports_pg_created) ||
        !mon_op_decoded(op, m_osd_pg_created_decode(&m, op->msg)))
        return;
    if (osd_reports_sender(op) >= 0 && pg_creates_has(osd_monitor_creates(service(op)), m.pg)) {
        pg_creates_done(osd_monitor_pending_creates(service(op)), m.pg);
        paxos_service_commit_within(service(op), NULL,
                                    conf_seconds_ns(op->mon->conf, OPT_paxos_propose_interval));
    }
    m_osd_pg_created_destroy(&m);
    mon_op_free(op);
}

/* ---- what they ask for ---- */

void osd_reports_get_osdmap(struct mon_op *op)
{
    struct m_mon_get_osdmap m;

    if (!mon_op_decoded(op, m_mon_get_osdmap_decode(&m, op->msg)))
        return;
    osd_monitor_send_range(service(op), op->session, m.full_first, m.full_last, m.inc_first, m.inc_last);
    m_mon_get_osdmap_destroy(&m);
    mon_op_free(op);
}

/* No snapshot was ever purged, as there are none. */
void osd_reports_get_purged_snaps(struct mon_op *op)
{
    struct m_mon_get_purged_snaps_reply reply = {.paxos = PAXOS_PREFIX_INIT(service(op)->last_committed)};
    struct m_mon_get_purged_snaps m;

    if (!mon_op_decoded(op, m_mon_get_purged_snaps_decode(&m, op->msg)))
        return;
    reply.start = m.start;
    reply.last = m.last;
    m_mon_get_purged_snaps_destroy(&m);
    mon_op_answer(op, m_mon_get_purged_snaps_reply_message(&reply));
}
