/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * auth_monitor: the service that lets clients in: picks the protocol, runs its rounds, hands out global ids.
 *
 * Ids are handed out from a block that is reserved in the store, so that none is given twice across restarts
 * and not every client costs a commit. Locks: the monitor's.
 */
#ifndef CEPH_MON_AUTH_MONITOR_H
#define CEPH_MON_AUTH_MONITOR_H

#include "mon/paxos_service.h"

struct paxos_service *auth_monitor_create(struct monitor *mon);

/* Handles an MAuth and ends the op. */
void auth_monitor_handle(struct mon_op *op);

#endif
