/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_prime: makes librdmacm's tables large enough before they are used.
 *
 * Two threads of the library keep all accepted and dialled rsockets, and all listeners, in tables that grow
 * by four. Releases before 53 go on using the old table after it has grown: the heap is corrupted at the
 * fifth connection. But a table that its last user has left keeps its size and grows once more at the next
 * use, before anything is in it. So each table is used and left often enough, first of all.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_PRIME_H
#define CEPH_TRANSPORT_RSOCKETS_PRIME_H

#include <stddef.h>

#include "common/compiler.h"

/* An address of this machine that an RDMA device has, with port 0. -EADDRNOTAVAIL where there is none. */
struct sockaddr_storage;
int rsockets_prime_find_address(struct sockaddr_storage *local) MUST_CHECK;

/* No rsocket may exist. err gets one line. */
int rsockets_prime(unsigned connections, unsigned listeners, char *err, size_t err_size) MUST_CHECK;

#endif
