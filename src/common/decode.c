/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

static const uint8_t zeroes[8];

void decode_init(struct decode *d, const void *data, size_t len)
{
    d->p = data ? data : zeroes;
    d->end = d->p + (data ? len : 0);
    d->error = 0;
}

void decode_fail(struct decode *d, int error)
{
    if (d->error == 0)
        d->error = error;
}

int decode_finish(struct decode *d)
{
    if (d->p != d->end)
        decode_fail(d, -EBADMSG);
    return d->error;
}

const uint8_t *decode_take(struct decode *d, size_t n)
{
    const uint8_t *p = d->p;

    if (d->error == 0 && n > decode_left(d))
        decode_fail(d, -EBADMSG);
    if (d->error)
        return NULL;
    d->p += n;
    return p;
}

/* Integers read from this when the cursor has failed: at most 8 bytes are taken. */
static const uint8_t *take_or_zero(struct decode *d, size_t n)
{
    const uint8_t *p = decode_take(d, n);
    return p ? p : zeroes;
}

uint8_t decode_u8(struct decode *d)
{
    return *take_or_zero(d, 1);
}

uint16_t decode_u16(struct decode *d)
{
    return get_le16(take_or_zero(d, 2));
}

uint32_t decode_u32(struct decode *d)
{
    return get_le32(take_or_zero(d, 4));
}

uint64_t decode_u64(struct decode *d)
{
    return get_le64(take_or_zero(d, 8));
}

double decode_f64(struct decode *d)
{
    uint64_t bits = decode_u64(d);
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

float decode_f32(struct decode *d)
{
    uint32_t bits = decode_u32(d);
    float v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

void decode_bytes(struct decode *d, void *out, size_t n)
{
    const uint8_t *p = decode_take(d, n);

    if (p)
        memcpy(out, p, n);
    else
        memset(out, 0, n);
}

const uint8_t *decode_blob(struct decode *d, uint32_t *len)
{
    const uint8_t *p;

    *len = decode_u32(d);
    p = decode_take(d, *len);
    if (!p)
        *len = 0;
    return p;
}

struct decode decode_sub(struct decode *d)
{
    struct decode sub;
    uint32_t len;
    const uint8_t *p = decode_blob(d, &len);

    decode_init(&sub, p, len);
    sub.error = d->error;
    return sub;
}

char *decode_string(struct decode *d)
{
    uint32_t len;
    const uint8_t *p = decode_blob(d, &len);
    char *s;

    if (!p)
        return NULL;
    if (memchr(p, 0, len)) {
        decode_fail(d, -EBADMSG);
        return NULL;
    }
    s = malloc((size_t)len + 1);
    if (!s) {
        decode_fail(d, -ENOMEM);
        return NULL;
    }
    memcpy(s, p, len);
    s[len] = '\0';
    return s;
}

uint32_t decode_count(struct decode *d, size_t min_size)
{
    uint32_t n = decode_u32(d);

    if (n > decode_left(d) / min_size) {
        decode_fail(d, -EBADMSG);
        return 0;
    }
    return d->error ? 0 : n;
}

struct decode decode_struct(struct decode *d, uint8_t understood, uint8_t *v)
{
    struct decode body;
    uint8_t compat;

    *v = decode_u8(d);
    compat = decode_u8(d);
    if (compat > understood)
        decode_fail(d, -EOPNOTSUPP);
    body = decode_sub(d);
    return body;
}

void decode_end(struct decode *d, const struct decode *body)
{
    if (body->error)
        decode_fail(d, body->error);
}
