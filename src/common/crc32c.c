/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/crc32c.h"

#include <isa-l/crc.h>
#include <limits.h>

uint32_t crc32c_bytes(uint32_t seed, const void *data, size_t len)
{
    unsigned char *p = (unsigned char *)data; /* isa-l reads only, but says otherwise */

    for (; len > INT_MAX; p += INT_MAX, len -= INT_MAX)
        seed = crc32_iscsi(p, INT_MAX, seed);
    return crc32_iscsi(p, (int)len, seed);
}
