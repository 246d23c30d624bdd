/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* messenger_status: how the transports under a messenger are doing, for health checks. Threads: any. */
#ifndef CEPH_MSG_MESSENGER_STATUS_H
#define CEPH_MSG_MESSENGER_STATUS_H

#include <stdbool.h>

#include "transport/transport.h"

struct messenger;

/* Of the transport of that name ("simple", "rsockets"); false: it has not been used. */
bool messenger_transport_status(struct messenger *m, const char *name, struct transport_status *out);

#endif
