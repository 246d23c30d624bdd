/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_poller: rpoll behind the poller calls of transport.h, where they are described.
 *
 * One for the process, because any event wakes every thread that is in rpoll. rpoll is called with a time-out
 * of 0 or -1 only: librdmacm 44.0 hangs for good after a positive one has expired. Time comes from a timerfd
 * in the set, wakes from an eventfd. The thread that waits must have its signals blocked.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_POLLER_H
#define CEPH_TRANSPORT_RSOCKETS_POLLER_H

#include "transport/transport.h"

int rsockets_poller_create(struct transport_poller **out) MUST_CHECK;
void rsockets_poller_destroy(struct transport_poller *p);
int rsockets_poller_add(struct transport_poller *p, struct transport_socket *s, unsigned interest,
                        void *arg) MUST_CHECK;
void rsockets_poller_set(struct transport_poller *p, struct transport_socket *s, unsigned interest);
void rsockets_poller_remove(struct transport_poller *p, struct transport_socket *s);
int rsockets_poller_wait(struct transport_poller *p, uint64_t deadline_ns, uint64_t spin_ns,
                         struct transport_event **events);
void rsockets_poller_wake(struct transport_poller *p);

#endif
