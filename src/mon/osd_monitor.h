/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_monitor: the service that keeps the OSDMap: each epoch whole, as full_EPOCH, and as what changed, as
 * EPOCH. Subscribers get what changed since the epoch that they have.
 *
 * A command that changes the map looks like this; it may be run again from the start:
 *
 *     struct paxos_service *s = op->mon->services[MON_SERVICE_OSD];
 *     struct osd_pending *p;
 *
 *     if (!paxos_service_writable(s))
 *         return paxos_service_wait_writable(s, op);
 *     p = osd_monitor_pending(s);
 *     if (osd_pending_pool_by_name(p, name) >= 0)          look at the next epoch, not at this one
 *         return mon_op_fail(op, -EEXIST, ...);
 *     pool = osd_pending_add_pool(p, name, &id); ...        all checks first: nothing takes a change back
 *     mon_op_status(op, "pool '%s' created", name);         said together with op->result after the commit
 *     return osd_monitor_commit(s, op);
 *
 * A change of the crush map: osd_pending_copy_crush(), edit the copy, osd_pending_set_crush(). Commands that
 * find that the map is as they want it, or will be, answer 0 at once if osd_monitor_unchanged(), else they
 * commit, too, so that they are answered when it is so.
 *
 * Locks: the monitor's.
 */
#ifndef CEPH_MON_OSD_MONITOR_H
#define CEPH_MON_OSD_MONITOR_H

#include "mon/mon_session.h"
#include "mon/osd_liveness.h"
#include "mon/osd_pending.h"
#include "mon/paxos_service.h"
#include "mon/pg_creates.h"
#include "mon/pg_map.h"

struct paxos_service *osd_monitor_create(struct monitor *mon);

/* The newest committed map, and its crush map. Borrowed until the lock is let go. */
const struct osdmap *osd_monitor_map(const struct paxos_service *s);
const struct crush_map *osd_monitor_crush(const struct paxos_service *s);
/* The changes that make the next epoch, while the service is writable. */
struct osd_pending *osd_monitor_pending(struct paxos_service *s);
/* The pending changes become an epoch, then op (NULL: none) is answered. Returns MON_OP_WAITS. */
static inline int osd_monitor_commit(struct paxos_service *s, struct mon_op *op)
{
    return paxos_service_commit(s, op);
}
/* Nothing is pending: what the committed map says is what the next one would. */
static inline bool osd_monitor_unchanged(const struct paxos_service *s)
{
    return !s->pending_changed;
}

/* What else is stored together with the next epoch, likewise. */
struct kv_batch *osd_monitor_pending_tx(struct paxos_service *s);
/* Groups that are still to be made, likewise; new pools and removed ones are seen to at the commit. */
struct pg_creates *osd_monitor_pending_creates(struct paxos_service *s);
const struct pg_creates *osd_monitor_creates(const struct paxos_service *s);
struct osd_liveness *osd_monitor_liveness(struct paxos_service *s);
/* What OSDs told last of their groups and space; and when one does. Takes what stats holds. */
const struct pg_map *osd_monitor_pg_map(const struct paxos_service *s);
int osd_monitor_take_stats(struct paxos_service *s, int32_t osd, struct m_pg_stats *stats) MUST_CHECK;

/* The map of an epoch, 0 meaning the newest; inits map. -ENOENT: it is not kept (any more). */
int osd_monitor_load(const struct paxos_service *s, uint64_t epoch, struct osdmap *map) MUST_CHECK;

/* Sends a subscriber what it lacks. */
void osd_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub);
/* Tells an OSD which groups to make. */
void osd_monitor_check_pg_creates(struct paxos_service *s, struct mon_sub *sub);
/* Sends what changed in the epochs after have, to somebody who has that one. */
void osd_monitor_send_since(struct paxos_service *s, struct mon_session *to, uint32_t have);
/* Sends the full maps and the increments of these epochs, as far as they are kept; 0: none. */
void osd_monitor_send_range(struct paxos_service *s, struct mon_session *to, uint32_t full_first,
                            uint32_t full_last, uint32_t inc_first, uint32_t inc_last);

struct osd_counts {
    unsigned osds, up, in;
    uint64_t up_since, in_since; /* seconds since 1970; 0: never changed */
};
void osd_monitor_count(const struct osdmap *map, struct osd_counts *out);

#endif
