/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/transport_health.h"

#include "common/clock.h"

/* An accepter that has been in one call of the library for so long is held up by a peer. */
#define ACCEPT_BLOCKED_NS (5 * NSEC_PER_SEC)

void transport_health_check(const struct transport_status *rdma, const char *who,
                            struct health_checks *checks)
{
    if (rdma->capacity > 0 && rdma->sockets >= rdma->capacity)
        health_check_detail(health_checks_add(checks, "RDMA_AT_CAPACITY", HEALTH_WARN, 1,
                                              "RDMA connections are used up and new ones refused"),
                            "%s has %u of %u connections (ms_rsockets_max_connections)", who, rdma->sockets,
                            rdma->capacity);
    if (rdma->stuck_closes > 0)
        health_check_detail(health_checks_add(checks, "RDMA_STUCK_CLOSES", HEALTH_WARN, rdma->stuck_closes,
                                              "%u RDMA connections cannot be closed", rdma->stuck_closes),
                            "%s: their peers are gone, and the library waits for them", who);
    if (rdma->accept_blocked_ns > ACCEPT_BLOCKED_NS)
        health_check_detail(health_checks_add(checks, "RDMA_ACCEPT_BLOCKED", HEALTH_WARN, 1,
                                              "a peer holds up the accepting of RDMA connections"),
                            "%s: for %llu seconds; sessions that are open go on", who,
                            (unsigned long long)(rdma->accept_blocked_ns / NSEC_PER_SEC));
}
