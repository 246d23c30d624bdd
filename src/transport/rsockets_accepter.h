/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_accepter: the thread that opens listening rsockets and looks at them every
 * ms_rsockets_accept_tick; transport.h describes the calls.
 *
 * Ticking, because librdmacm tells a poller of new connections only every wake_up_interval (5 s).
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_ACCEPTER_H
#define CEPH_TRANSPORT_RSOCKETS_ACCEPTER_H

#include "transport/transport.h"

int rsockets_accepter_start(void) MUST_CHECK;
void rsockets_accepter_begin_stop(void);
void rsockets_accepter_end_stop(uint64_t deadline_ns);

int rsockets_accepter_listen(const struct sockaddr *sa, socklen_t len,
                             const struct transport_socket_options *options, transport_accepted_fn accepted,
                             void *arg, struct sockaddr_storage *bound,
                             struct transport_listener **out) MUST_CHECK;
void rsockets_accepter_unlisten(struct transport_listener *l);

#endif
