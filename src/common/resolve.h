/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resolve: host names to IP addresses, by the system's resolver (files, DNS). May block for as long as that
 * takes. Threads: any.
 */
#ifndef CEPH_COMMON_RESOLVE_H
#define CEPH_COMMON_RESOLVE_H

#include <sys/socket.h>

#include "common/compiler.h"

/*
 * Up to max addresses of host, each once, ports 0. Returns their number (at least 1), -ENOENT: no such name;
 * -EAGAIN: the resolver cannot tell now; -ENOMEM, -EIO.
 */
int resolve_host(const char *host, struct sockaddr_storage *out, unsigned max) MUST_CHECK;

#endif
