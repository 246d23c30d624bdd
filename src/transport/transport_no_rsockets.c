/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport_no_rsockets: stands in for transport_rsockets.c in a build without librdmacm. */
#include <stddef.h>

#include "transport/transport.h"

const struct transport *transport_rsockets(void)
{
    return NULL;
}
