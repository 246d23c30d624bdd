/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* monmap_monitor: the service that keeps the monmap. Locks: the monitor's. */
#ifndef CEPH_MON_MONMAP_MONITOR_H
#define CEPH_MON_MONMAP_MONITOR_H

#include "maps/monmap.h"
#include "mon/mon_session.h"
#include "mon/paxos_service.h"

struct paxos_service *monmap_monitor_create(struct monitor *mon);
const struct monmap *monmap_monitor_map(const struct paxos_service *s);

/* A message with the newest map, encoded for the session. NULL: no memory. */
struct message *monmap_monitor_message(const struct paxos_service *s, const struct mon_session *session);
/* Sends the map to the subscriber if it wants it; the subscription may be gone afterwards. */
void monmap_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub);

/* The names of MON_FEATURE_* bits; a new reference, NULL: no memory. */
json_t *monmap_monitor_feature_names(uint64_t features);

int monmap_monitor_dump(struct mon_op *op);     /* mon dump [epoch] */
int monmap_monitor_stat(struct mon_op *op);     /* mon stat */
int monmap_monitor_getmap(struct mon_op *op);   /* mon getmap [epoch] */
int monmap_monitor_features(struct mon_op *op); /* mon feature ls */

#endif
