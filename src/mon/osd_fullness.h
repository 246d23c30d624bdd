/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_fullness: pools that may not be written to: because an OSD that they use is full, or because they hold
 * as much as their quota allows. Clients learn it by flags of the pools. Locks: the monitor's.
 */
#ifndef CEPH_MON_OSD_FULLNESS_H
#define CEPH_MON_OSD_FULLNESS_H

#include "mon/osd_pending.h"
#include "mon/paxos_service.h"

/* The pools of the next epoch are as full as the fullest of the OSDs that they may use. -ENOMEM. */
int osd_fullness_mark_pools(struct osd_pending *p) MUST_CHECK;

/* Marks pools that have reached their quota, and those that have room again. While the map is writable. */
void osd_fullness_check_quotas(struct paxos_service *s);

#endif
