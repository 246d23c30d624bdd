/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * health_monitor: the service that asks all others what is wrong, says so in the cluster log when it changes,
 * and keeps which checks have been muted. Locks: the monitor's.
 */
#ifndef CEPH_MON_HEALTH_MONITOR_H
#define CEPH_MON_HEALTH_MONITOR_H

#include "maps/health_checks.h"
#include "mon/paxos_service.h"

struct paxos_service *health_monitor_create(struct monitor *mon);

/* What is wrong now; inits checks. */
void health_monitor_gather(struct monitor *mon, struct health_checks *checks);
/* {"status", "checks", "mutes"}. NULL: no memory. */
json_t *health_monitor_report(struct monitor *mon, bool detail);

int health_monitor_health(struct mon_op *op); /* health [detail] */
int health_monitor_mute(struct mon_op *op);   /* health mute <code> [<ttl>] [--sticky] */
int health_monitor_unmute(struct mon_op *op); /* health unmute [<code>] */

#endif
