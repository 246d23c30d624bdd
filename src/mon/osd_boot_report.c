/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_boot_report.h"

#include <errno.h>
#include <stdlib.h>

#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "messages/m_osd_boot.h"
#include "mon/monitor.h"
#include "mon/osd_metadata.h"
#include "mon/osd_monitor.h"
#include "mon/osd_reports.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

/* Why it may not be up at all; NULL: it may. */
static const char *refusal(const struct mon_op *op, const struct m_osd_boot *m)
{
    const struct osdmap *map = osd_monitor_map(service(op));
    int32_t osd = m->superblock.whoami;
    const struct fsid *known = osdmap_exists(map, osd) ? &map->osds[osd].uuid : NULL;

    if (!fsid_equal(&m->superblock.cluster_fsid, &op->mon->store.fsid))
        return "it is of another cluster";
    if (osd != mon_session_osd(op->session))
        return "it did not prove to be that OSD";
    if (!ceph_has_feature(m->osd_features, CEPH_FEATURE_SERVER_NAUTILUS))
        return "it is older than what require_osd_release allows beside it";
    if (osd >= conf_i64(op->mon->conf, OPT_mon_max_osd))
        return "its number is not below mon_max_osd";
    if (known && !fsid_is_zero(known) && !fsid_equal(known, &m->superblock.osd_fsid))
        return "that number belongs to an OSD with another uuid";
    if (known && map->osds[osd].state & OSD_DESTROYED)
        return "that OSD was destroyed";
    return NULL;
}

/* Nothing is to be done for it now: it gets the maps that say why. */
static bool is_settled(const struct mon_op *op, const struct m_osd_boot *m)
{
    const struct osdmap *map = osd_monitor_map(service(op));
    int32_t osd = m->superblock.whoami;
    bool noup = map->flags & OSDMAP_NOUP || (osdmap_exists(map, osd) && map->osds[osd].state & OSD_NOUP);

    if (osd_reports_is_up_at(map, osd, connection_peer_addrs(op->session->con)))
        return true;
    if (osdmap_exists(map, osd) && map->osds[osd].info.up_from > m->paxos.version) {
        dout(mon, 5, "osd.%d boots with maps from before it was up last: ignored", osd);
        return true;
    }
    if (noup)
        dout(mon, 5, "osd.%d stays down: noup is set", osd);
    return noup;
}

static int set_addrs(struct osd_pending *p, int32_t osd, const struct mon_op *op, const struct m_osd_boot *m)
{
    int r = osd_addrs_set(&p->inc.new_up_cluster, osd, &m->cluster);

    if (r == 0)
        r = osd_addrs_set(&p->inc.new_hb_back, osd, &m->hb_back);
    if (r == 0)
        r = osd_addrs_set(&p->inc.new_hb_front, osd, &m->hb_front);
    return r ? r : osd_addrs_set(&p->inc.new_up_client, osd, connection_peer_addrs(op->session->con));
}

/* Since when it was clean, as far as it knows; and that a store that is new lost what the old one had. */
static int set_info(struct osd_pending *p, int32_t osd, const struct osd_superblock *sb)
{
    static const struct osd_info nothing;
    const struct osd_info *i = osdmap_exists(p->map, osd) ? &p->map->osds[osd].info : &nothing;
    int r = 0;

    if (sb->newest_map == 0 && i->up_from > i->lost_at)
        r = osd_values_set(&p->inc.new_lost, osd, p->map->epoch);
    if (r == 0 && (sb->mounted > i->last_clean_begin ||
                   (sb->mounted == i->last_clean_begin && sb->clean_thru > i->last_clean_end)))
        r = osd_pending_set_last_clean(p, osd, sb->mounted, sb->clean_thru);
    return r;
}

/* An OSD that is out comes in when it is new or was put out by nobody but us. */
static int bring_in(struct paxos_service *s, int32_t osd, struct osd_xinfo *x)
{
    const struct conf *conf = s->mon->conf;
    struct osd_pending *p = osd_monitor_pending(s);
    uint32_t state = osdmap_exists(p->map, osd) ? p->map->osds[osd].state : OSD_NEW, weight;
    bool wanted = conf_bool(conf, OPT_mon_osd_auto_mark_in) ||
                  (state & OSD_AUTOOUT && conf_bool(conf, OPT_mon_osd_auto_mark_auto_out_in)) ||
                  (state & OSD_NEW && conf_bool(conf, OPT_mon_osd_auto_mark_new_in));

    if (osd_pending_weight(p, osd) || !wanted || !osd_liveness_may_come_in(s, osd))
        return 0;
    weight = x->old_weight ? x->old_weight : OSD_WEIGHT_ONE;
    x->old_weight = 0;
    return osd_pending_set_weight(p, osd, weight);
}

static int bring_up(struct mon_op *op, const struct m_osd_boot *m)
{
    struct paxos_service *s = service(op);
    struct osd_pending *p = osd_monitor_pending(s);
    int32_t osd = m->superblock.whoami;
    struct osd_xinfo *x;
    int r = 0;

    if ((unsigned)osd >= osd_pending_max_osd(p))
        p->inc.new_max_osd = osd + 1;
    r = set_addrs(p, osd, op, m);
    if (r == 0)
        r = osd_pending_set_uuid(p, osd, &m->superblock.osd_fsid);
    if (r == 0)
        r = set_info(p, osd, &m->superblock);
    x = osd_pending_xinfo(p, osd);
    if (r || !x)
        return r ? r : -ENOMEM;
    x->features = m->osd_features;
    x->last_purged_snaps_scrub = m->superblock.last_purged_snaps_scrub;
    r = bring_in(s, osd, x);
    if (r == 0)
        r = osd_metadata_put(osd_monitor_pending_tx(s), osd, &m->metadata);
    return r;
}

static void booted(struct mon_op *op)
{
    char *addrs = entity_addrvec_print(connection_peer_addrs(op->session->con));

    monitor_clog(op->mon, LOG_ENTRY_INFO, "cluster", "osd.%d %s boot", mon_session_osd(op->session),
                 addrs ? addrs : "?");
    free(addrs);
    osd_reports_answer_with_maps(op);
}

static void boot(struct mon_op *op, const struct m_osd_boot *m)
{
    struct paxos_service *s = service(op);
    struct osd_pending *p = osd_monitor_pending(s);
    int32_t osd = m->superblock.whoami;
    const char *why = refusal(op, m);

    if (why || osd_reports_sender(op) < 0) {
        monitor_clog(op->mon, LOG_ENTRY_WARN, "cluster", "osd.%d may not boot: %s", osd,
                     why ? why : "its capabilities do not allow it");
        mon_op_free(op);
    } else if (is_settled(op, m)) {
        osd_monitor_send_since(s, op->session, (uint32_t)m->paxos.version);
        mon_op_free(op);
    } else if (osd_pending_is_up(p, osd)) {
        /* Up somewhere else, or the same that is asked for twice: an epoch with it down comes between. */
        if (osdmap_is_up(p->map, osd) && osd_pending_change_state(p, osd, OSD_UP, false)) {
            mon_op_free(op);
            return;
        }
        osd_monitor_commit(s, NULL);
        paxos_service_wait_writable(s, op);
    } else if (bring_up(op, m)) {
        monitor_fatal(op->mon, -ENOMEM, "no memory for an OSD that boots");
        mon_op_free(op);
    } else {
        op->committed = booted;
        osd_monitor_commit(s, op);
    }
}

void osd_boot_report(struct mon_op *op)
{
    struct m_osd_boot m;

    op->run = osd_boot_report;
    if (!osd_reports_writable(op, osd_boot_report) || !mon_op_decoded(op, m_osd_boot_decode(&m, op->msg)))
        return;
    boot(op, &m);
    m_osd_boot_destroy(&m);
}
