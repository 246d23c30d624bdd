/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp_accepter: listening TCP sockets; transport.h describes the calls. */
#ifndef CEPH_TRANSPORT_TCP_ACCEPTER_H
#define CEPH_TRANSPORT_TCP_ACCEPTER_H

#include "transport/transport.h"

int tcp_accepter_listen(const struct sockaddr *sa, socklen_t len,
                        const struct transport_socket_options *options, transport_accepted_fn accepted,
                        void *arg, struct sockaddr_storage *bound,
                        struct transport_listener **out) MUST_CHECK;
void tcp_accepter_unlisten(struct transport_listener *l);

#endif
