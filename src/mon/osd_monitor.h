/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_monitor: the service that keeps the OSDMap. Each version is kept whole, as full_EPOCH. Locks: the
 * monitor's.
 */
#ifndef CEPH_MON_OSD_MONITOR_H
#define CEPH_MON_OSD_MONITOR_H

#include "maps/osdmap.h"
#include "mon/mon_session.h"
#include "mon/paxos_service.h"

struct paxos_service *osd_monitor_create(struct monitor *mon);
const struct osdmap *osd_monitor_map(const struct paxos_service *s);
/* The map that becomes the next epoch, while the service is writable. */
struct osdmap *osd_monitor_pending(struct paxos_service *s);
/* The map of an epoch, 0 meaning the newest; inits map. -ENOENT: it is not kept (any more). */
int osd_monitor_load(const struct paxos_service *s, uint64_t epoch, struct osdmap *map) MUST_CHECK;

void osd_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub);

struct osd_counts {
    unsigned osds, up, in;
    uint64_t up_since, in_since; /* seconds since 1970; 0: never changed */
};
void osd_monitor_count(const struct osdmap *map, struct osd_counts *out);

#endif
