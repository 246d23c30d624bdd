/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_closer: closes a TCP socket so that what was sent before still arrives.
 *
 * A plain close throws the unsent away when unread input waits or comes in later: the kernel answers that
 * with a reset. So a socket with bytes on their way is kept, its input read and dropped, until the peer has
 * it all.
 */
#ifndef CEPH_TRANSPORT_TCP_CLOSER_H
#define CEPH_TRANSPORT_TCP_CLOSER_H

#include "transport/transport.h"

void tcp_closer_close(struct transport_socket *s);

#endif
