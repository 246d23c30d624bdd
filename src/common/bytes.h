/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bytes: unaligned integers in the byte orders of the wire, and the order of strings of bytes.
 * Ceph is little-endian everywhere except in the ports and the legacy family of an address.
 */
#ifndef CEPH_COMMON_BYTES_H
#define CEPH_COMMON_BYTES_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BYTES_ACCESSORS(bits, order)                                \
    static inline uint##bits##_t get_##order##bits(const void *p)   \
    {                                                               \
        uint##bits##_t v;                                           \
        memcpy(&v, p, sizeof(v));                                   \
        return order##bits##toh(v);                                 \
    }                                                               \
    static inline void put_##order##bits(void *p, uint##bits##_t v) \
    {                                                               \
        v = hto##order##bits(v);                                    \
        memcpy(p, &v, sizeof(v));                                   \
    }

BYTES_ACCESSORS(16, le)
BYTES_ACCESSORS(32, le)
BYTES_ACCESSORS(64, le)
BYTES_ACCESSORS(16, be)
BYTES_ACCESSORS(32, be)

#undef BYTES_ACCESSORS

/* Below, at or above 0 as a sorts before, as or behind b; a beginning sorts before what it begins. */
static inline int bytes_compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
    size_t n = a_len < b_len ? a_len : b_len;
    int r = n ? memcmp(a, b, n) : 0;

    return r ? r : (a_len > b_len) - (a_len < b_len);
}

#endif
