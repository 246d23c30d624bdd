/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accepter: one listening address of a messenger; turns what comes in into pipes.
 * Threads: created and freed by the messenger's owner; sockets arrive on a thread of the transport's.
 */
#ifndef CEPH_MSG_ACCEPTER_H
#define CEPH_MSG_ACCEPTER_H

#include "common/compiler.h"
#include "types/entity_addr.h"

struct accepter;
struct messenger;
struct messenger_transport;

/* Listens on addr; its port is the real one afterwards. */
int accepter_create(struct messenger *m, const struct messenger_transport *mt, struct entity_addr *addr,
                    struct accepter **out) MUST_CHECK;
/* No socket arrives after this. */
void accepter_free(struct accepter *a);

#endif
