/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport_health: what of the monitor's own RDMA transport is worth a warning: that it has run out of
 * connections, or that calls of its library hang. Pure. */
#ifndef CEPH_MON_TRANSPORT_HEALTH_H
#define CEPH_MON_TRANSPORT_HEALTH_H

#include "maps/health_checks.h"
#include "transport/transport.h"

/* who: "mon.a". */
void transport_health_check(const struct transport_status *rdma, const char *who,
                            struct health_checks *checks);

#endif
