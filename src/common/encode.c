/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/encode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

void encode_init(struct encode *e)
{
    memset(e, 0, sizeof(*e));
}

static void release(struct encode *e)
{
    if (e->secret && e->data)
        explicit_bzero(e->data, e->len);
    free(e->data);
    e->data = NULL;
}

void encode_destroy(struct encode *e)
{
    release(e);
    encode_init(e);
}

/* As realloc(), but nothing of a secret stays behind in what is given back. */
static uint8_t *resize(struct encode *e, size_t cap)
{
    uint8_t *p;

    if (!e->secret)
        return realloc(e->data, cap);
    p = malloc(cap);
    if (p) {
        if (e->len)
            memcpy(p, e->data, e->len);
        release(e);
    }
    return p;
}

uint8_t *encode_steal(struct encode *e, size_t *len)
{
    uint8_t *data = e->data;

    *len = e->len;
    if (e->error) {
        encode_destroy(e);
        *len = 0;
        return NULL;
    }
    encode_init(e);
    return data;
}

/* Room for n more bytes, or NULL. */
static uint8_t *grow(struct encode *e, size_t n)
{
    uint8_t *p;

    if (e->error)
        return NULL;
    if (n > e->cap - e->len) {
        size_t cap = e->cap ? e->cap * 2 : 128;
        if (cap < e->len + n)
            cap = e->len + n;
        p = resize(e, cap);
        if (!p) {
            e->error = -ENOMEM;
            return NULL;
        }
        e->data = p;
        e->cap = cap;
    }
    p = e->data + e->len;
    e->len += n;
    return p;
}

void encode_bytes(struct encode *e, const void *src, size_t n)
{
    uint8_t *p = n ? grow(e, n) : NULL;
    if (p)
        memcpy(p, src, n);
}

void encode_zeroes(struct encode *e, size_t n)
{
    uint8_t *p = n ? grow(e, n) : NULL;
    if (p)
        memset(p, 0, n);
}

void encode_u8(struct encode *e, uint8_t v)
{
    encode_bytes(e, &v, 1);
}

void encode_u16(struct encode *e, uint16_t v)
{
    uint8_t *p = grow(e, 2);
    if (p)
        put_le16(p, v);
}

void encode_u32(struct encode *e, uint32_t v)
{
    uint8_t *p = grow(e, 4);
    if (p)
        put_le32(p, v);
}

void encode_u64(struct encode *e, uint64_t v)
{
    uint8_t *p = grow(e, 8);
    if (p)
        put_le64(p, v);
}

void encode_f64(struct encode *e, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    encode_u64(e, bits);
}

void encode_f32(struct encode *e, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof(bits));
    encode_u32(e, bits);
}

void encode_blob(struct encode *e, const void *p, size_t n)
{
    encode_u32(e, (uint32_t)n);
    encode_bytes(e, p, n);
}

void encode_string(struct encode *e, const char *s)
{
    encode_blob(e, s, s ? strlen(s) : 0);
}

size_t encode_begin_blob(struct encode *e)
{
    size_t place = e->len;
    encode_u32(e, 0);
    return place;
}

void encode_end_blob(struct encode *e, size_t place)
{
    if (!e->error)
        put_le32(e->data + place, (uint32_t)(e->len - place - 4));
}

size_t encode_begin_struct(struct encode *e, uint8_t struct_v, uint8_t struct_compat)
{
    encode_u8(e, struct_v);
    encode_u8(e, struct_compat);
    return encode_begin_blob(e);
}
