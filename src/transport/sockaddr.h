/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sockaddr: what the transports need to know about IPv4 and IPv6 socket addresses. */
#ifndef CEPH_TRANSPORT_SOCKADDR_H
#define CEPH_TRANSPORT_SOCKADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Enough for "[IPv6%scope]:port". */
#define SOCKADDR_TEXT_MAX 80

/* "192.0.2.1:6789", "[2001:db8::1]:6789", or "-" for anything else; returns text. */
const char *sockaddr_print(const struct sockaddr *sa, char text[SOCKADDR_TEXT_MAX]);

/* Host byte order; 0 for other families. */
uint16_t sockaddr_port(const struct sockaddr *sa);
/* The length of its family's address; 0 for other families. */
socklen_t sockaddr_len(const struct sockaddr *sa);
/* IP and port are the same. */
bool sockaddr_equal(const struct sockaddr *a, const struct sockaddr *b);

/* An IPv4 peer of an IPv6 wildcard listener gets its plain IPv4 address. */
void sockaddr_unmap(struct sockaddr_storage *ss);

#endif
