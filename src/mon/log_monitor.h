/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log_monitor: the service that keeps the cluster log: what daemons and people report, in channels.
 *
 * Each version holds the entries that came in since the one before. The newest of each channel are also kept
 * in memory for `log last`, and written to mon_cluster_log_file. Locks: the monitor's.
 */
#ifndef CEPH_MON_LOG_MONITOR_H
#define CEPH_MON_LOG_MONITOR_H

#include "messages/m_log.h"
#include "mon/paxos_service.h"

struct mon_sub;

struct paxos_service *log_monitor_create(struct monitor *mon);
/* Sends what is new to the subscriber. */
void log_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub);

/* An entry of the monitor's own, with the time of now. */
void log_monitor_add_own(struct monitor *mon, enum log_entry_priority priority, const char *channel,
                         const char *text);

void log_monitor_handle(struct mon_op *op); /* MLog */

int log_monitor_log(struct mon_op *op);  /* log <text>... */
int log_monitor_last(struct mon_op *op); /* log last [num] [level] [channel] */

#endif
