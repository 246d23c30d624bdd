/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * auth_monitor: the service that lets clients in: picks the protocol, runs its rounds, hands out global ids
 * and tickets, keeps the entities and rolls the rotating keys.
 *
 * Ids are handed out from a block that is reserved in the store, so that none is given twice across restarts
 * and not every client costs a commit. Locks: the monitor's, but for the upcalls.
 */
#ifndef CEPH_MON_AUTH_MONITOR_H
#define CEPH_MON_AUTH_MONITOR_H

#include "auth/authorizer.h"
#include "mon/auth_db.h"
#include "mon/paxos_service.h"

struct paxos_service *auth_monitor_create(struct monitor *mon);

/* Handles an MAuth and ends the op. */
void auth_monitor_handle(struct mon_op *op);

/* Who showed a ticket when it dialled, as those do who take the monitor for a manager, needs no login: it is
 * who the ticket says, and may what the monitors' keyring says. */
void auth_monitor_take_ticket(struct paxos_service *s, struct mon_session *session);

/* For the monitor's messenger: authorizers of other monitors, and for managers. Lives as long as the service.
 */
struct auth_upcalls auth_monitor_upcalls(struct paxos_service *s);

/* What is committed, and what will be; for the commands. */
const struct auth_db *auth_monitor_db(const struct paxos_service *s);
struct auth_db *auth_monitor_pending(struct paxos_service *s);

#endif
