/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_connector: rsockets being connected; transport.h describes the calls.
 *
 * Two threads: the caller makes the calls that the library may hold up (rsocket, rconnect), the ticker looks
 * how they are getting on, keeps the deadlines and tells the users, whatever the caller is stuck in.
 * Connecting is always non-blocking: librdmacm 44.0 never notices the death of a peer that was connected to
 * by a blocking call.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_CONNECTOR_H
#define CEPH_TRANSPORT_RSOCKETS_CONNECTOR_H

#include "transport/transport.h"

int rsockets_connector_start(void) MUST_CHECK;
void rsockets_connector_begin_stop(void);
/* Waits for connections that are left alone, until the deadline. */
void rsockets_connector_end_stop(uint64_t deadline_ns);

/* Connections that nobody waits for any more and that are not over: they are left to finish, then closed. */
void rsockets_connector_count(unsigned *left_alone);

int rsockets_connector_dial(const struct sockaddr *sa, socklen_t len, const struct sockaddr *local,
                            socklen_t local_len, const struct transport_socket_options *options,
                            uint64_t deadline_ns, transport_dialled_fn dialled, void *arg,
                            struct transport_dial **out) MUST_CHECK;
bool rsockets_connector_cancel(struct transport_dial *d);

#endif
