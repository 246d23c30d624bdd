/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp_connector: TCP connections being made; transport.h describes the calls. */
#ifndef CEPH_TRANSPORT_TCP_CONNECTOR_H
#define CEPH_TRANSPORT_TCP_CONNECTOR_H

#include "transport/transport.h"

int tcp_connector_dial(const struct sockaddr *sa, socklen_t len, const struct sockaddr *local,
                       socklen_t local_len, const struct transport_socket_options *options,
                       uint64_t deadline_ns, transport_dialled_fn dialled, void *arg,
                       struct transport_dial **out) MUST_CHECK;
bool tcp_connector_cancel(struct transport_dial *d);

#endif
