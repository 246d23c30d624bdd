/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>

#include "transport/transport.h"

const struct transport *transport_rsockets(void)
{
    return NULL;
}
