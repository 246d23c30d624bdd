/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mgr_monitor: the service that keeps the MgrMap, which is that of a cluster without managers.
 *
 * Genuine OSDs tell managers only how their placement groups are. So OSDs see a map whose active manager is
 * the monitor, without a name: they open a session as if with a manager, and what they report there is taken
 * as what ours tell the monitor. Locks: the monitor's.
 */
#ifndef CEPH_MON_MGR_MONITOR_H
#define CEPH_MON_MGR_MONITOR_H

#include "mon/paxos_service.h"

struct mon_sub;

struct paxos_service *mgr_monitor_create(struct monitor *mon);
void mgr_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub);
/* MMgrOpen: an OSD asks how often it is to report. Ends the op. */
void mgr_monitor_handle_open(struct mon_op *op);

/* {"available": false, ...} of `status`. NULL: no memory. */
json_t *mgr_monitor_summary(const struct paxos_service *s);

int mgr_monitor_dump(struct mon_op *op); /* mgr dump [epoch] */
int mgr_monitor_stat(struct mon_op *op); /* mgr stat */

#endif
