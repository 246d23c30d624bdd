/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_liveness: which OSDs the monitor still hears of, and what follows from silence: down when enough others
 * report it or its beacons stay away, out when it is down for long. None of this is stored: a monitor that
 * starts begins to count anew.
 *
 * Locks: the monitor's. Times are monotonic.
 */
#ifndef CEPH_MON_OSD_LIVENESS_H
#define CEPH_MON_OSD_LIVENESS_H

#include "maps/osdmap.h"
#include "mon/osd_failure.h"
#include "mon/paxos_service.h"

struct osd_life {
    uint64_t heard_ns;          /* its last beacon or boot; 0: not yet */
    uint64_t down_ns;           /* since when it has been down and in; 0: it is not */
    uint32_t beacon_interval_s; /* as it says itself */
};

struct osd_liveness {
    struct osd_life *osds; /* by number */
    unsigned count;
    struct osd_failures failures;
};

void osd_liveness_init(struct osd_liveness *l);
void osd_liveness_destroy(struct osd_liveness *l);

/* A sign of life. */
void osd_liveness_heard(struct osd_liveness *l, int32_t osd, uint32_t beacon_interval_s);
/* A new epoch is there: what it says of OSDs counts from now. */
void osd_liveness_take_map(struct osd_liveness *l, const struct osdmap *map);

/* May it be marked so, by flags and by how many there are? A line in the log says why not. */
bool osd_liveness_may_go_down(struct paxos_service *s, int32_t osd);
bool osd_liveness_may_come_in(struct paxos_service *s, int32_t osd);

/* Enough reports by now? Then the OSD is down in the next epoch. The service must be writable. */
void osd_liveness_check_reports(struct paxos_service *s, int32_t osd);
/* What time brings. The service must be writable. */
void osd_liveness_tick(struct paxos_service *s);

#endif
