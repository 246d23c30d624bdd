/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crc32c: CRC-32C as Ceph uses it: the seed goes in as it is and nothing is inverted at the end.
 * crc32c(0, "123456789", 9) is 0x58e3fa20. Runs of zero bytes under seed 0 give 0.
 */
#ifndef CEPH_COMMON_CRC32C_H
#define CEPH_COMMON_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c_bytes(uint32_t seed, const void *data, size_t len); /* what crc32c() is for some */
/* Most messages have empty sections: they take no call. */
static inline uint32_t crc32c(uint32_t seed, const void *data, size_t len)
{
    return len ? crc32c_bytes(seed, data, len) : seed;
}

#endif
