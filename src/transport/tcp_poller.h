/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp_poller: epoll behind the poller calls of transport.h, where they are described. */
#ifndef CEPH_TRANSPORT_TCP_POLLER_H
#define CEPH_TRANSPORT_TCP_POLLER_H

#include "transport/transport.h"

int tcp_poller_create(struct transport_poller **out) MUST_CHECK;
void tcp_poller_destroy(struct transport_poller *p);
int tcp_poller_add(struct transport_poller *p, struct transport_socket *s, unsigned interest,
                   void *arg) MUST_CHECK;
void tcp_poller_set(struct transport_poller *p, struct transport_socket *s, unsigned interest);
void tcp_poller_remove(struct transport_poller *p, struct transport_socket *s);
int tcp_poller_wait(struct transport_poller *p, uint64_t deadline_ns, uint64_t spin_ns,
                    struct transport_event **events);
void tcp_poller_wake(struct transport_poller *p);

#endif
