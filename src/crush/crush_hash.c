/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_hash.h"

#include "common/bytes.h"

#define SEED   1315423911u
#define GOLDEN 0x9e3779b9u /* what a name's hash starts from */
#define PAD_X  231232u
#define PAD_Y  1232u

/* One third of the mix: p takes part of what q and r hold. */
#define STIR(p, q, r, shifted) \
    do {                       \
        (p) -= (q);            \
        (p) -= (r);            \
        (p) ^= (shifted);      \
    } while (0)

static void mix(uint32_t *pa, uint32_t *pb, uint32_t *pc)
{
    uint32_t a = *pa, b = *pb, c = *pc;

    STIR(a, b, c, c >> 13);
    STIR(b, c, a, a << 8);
    STIR(c, a, b, b >> 13);
    STIR(a, b, c, c >> 12);
    STIR(b, c, a, a << 16);
    STIR(c, a, b, b >> 5);
    STIR(a, b, c, c >> 3);
    STIR(b, c, a, a << 10);
    STIR(c, a, b, b >> 15);
    *pa = a;
    *pb = b;
    *pc = c;
}

uint32_t crush_hash2(uint32_t a, uint32_t b)
{
    uint32_t h = SEED ^ a ^ b, x = PAD_X, y = PAD_Y;

    mix(&a, &b, &h);
    mix(&x, &a, &h);
    mix(&b, &y, &h);
    return h;
}

uint32_t crush_hash3(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t h = SEED ^ a ^ b ^ c, x = PAD_X, y = PAD_Y;

    mix(&a, &b, &h);
    mix(&c, &x, &h);
    mix(&y, &a, &h);
    mix(&b, &x, &h);
    mix(&y, &c, &h);
    return h;
}

uint32_t crush_hash4(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t h = SEED ^ a ^ b ^ c ^ d, x = PAD_X, y = PAD_Y;

    mix(&a, &b, &h);
    mix(&c, &d, &h);
    mix(&a, &x, &h);
    mix(&y, &b, &h);
    mix(&c, &x, &h);
    mix(&y, &d, &h);
    return h;
}

/* Up to four bytes as a little-endian number. */
static uint32_t partial(const uint8_t *p, size_t n)
{
    uint32_t v = 0;

    for (size_t i = 0; i < n && i < 4; i++)
        v |= (uint32_t)p[i] << (8 * i);
    return v;
}

uint32_t crush_hash_name(const void *name, size_t len)
{
    uint32_t a = GOLDEN, b = GOLDEN, c = 0;
    const uint8_t *p = name;
    size_t left = len;

    for (; left >= 12; p += 12, left -= 12) {
        a += get_le32(p);
        b += get_le32(p + 4);
        c += get_le32(p + 8);
        mix(&a, &b, &c);
    }
    /* The low byte of the last word is the length's. */
    c += (uint32_t)len;
    a += partial(p, left);
    b += left > 4 ? partial(p + 4, left - 4) : 0;
    c += left > 8 ? partial(p + 8, left - 8) << 8 : 0;
    mix(&a, &b, &c);
    return c;
}
