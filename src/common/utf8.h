/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utf8: whether bytes are well-formed UTF-8 (no overlong forms, surrogates or values above U+10FFFF). */
#ifndef CEPH_COMMON_UTF8_H
#define CEPH_COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The length of the well-formed character at p, or 0; n > 0 bytes are there. */
static inline size_t utf8_char(const char *p, size_t n)
{
    const uint8_t *u = (const uint8_t *)p;
    uint8_t low = 0x80, high = 0xbf;
    size_t len;

    if (u[0] < 0x80)
        return 1;
    if (u[0] < 0xc2 || u[0] > 0xf4)
        return 0;
    len = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    if (u[0] == 0xe0)
        low = 0xa0;
    else if (u[0] == 0xed)
        high = 0x9f;
    else if (u[0] == 0xf0)
        low = 0x90;
    else if (u[0] == 0xf4)
        high = 0x8f;
    if (n < len || u[1] < low || u[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* The number of bytes before the first that is not part of a well-formed character; n when all are fine. */
static inline size_t utf8_check(const char *p, size_t n)
{
    size_t at = 0;

    while (at < n) {
        size_t len = utf8_char(p + at, n - at);
        if (!len)
            break;
        at += len;
    }
    return at;
}

#endif
