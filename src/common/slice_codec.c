/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/slice_codec.h"

#include <errno.h>

void slice_decode_bytes(struct slice *s, size_t n, struct decode *d, const struct slice *parent)
{
    const uint8_t *p = decode_take(d, n);

    *s = (struct slice){0};
    if (!p || n == 0)
        return;
    if (parent->buf) {
        *s = (struct slice){.buf = buffer_get(parent->buf), .data = p, .len = n};
        return;
    }
    *s = slice_of(buffer_create_copy(p, n));
    if (!s->buf)
        decode_fail(d, -ENOMEM);
}

void slice_decode_blob(struct slice *s, struct decode *d, const struct slice *parent)
{
    uint32_t len = decode_u32(d);

    slice_decode_bytes(s, len, d, parent);
}

void slice_decode_struct(struct slice *s, struct decode *d, const struct slice *parent)
{
    struct decode ahead = *d;
    uint8_t version;

    /* Only its length is of interest, so no compat version is too new. */
    decode_struct(&ahead, UINT8_MAX, &version);
    if (decode_error(&ahead))
        decode_fail(d, decode_error(&ahead));
    slice_decode_bytes(s, (size_t)(ahead.p - d->p), d, parent);
}

struct slice slice_borrow_blob(struct decode *d)
{
    uint32_t len;
    const uint8_t *p = decode_blob(d, &len);

    return (struct slice){.data = p, .len = p ? len : 0};
}

void slice_list_begin(struct slice_list *l, const struct slice *bytes, bool values)
{
    decode_init(&l->d, bytes->data, bytes->len);
    l->values = values;
    l->left = decode_count(&l->d, values ? 8 : 4);
}

bool slice_list_next(struct slice_list *l, struct slice *key, struct slice *value)
{
    if (!l->left)
        return false;
    l->left--;
    *key = slice_borrow_blob(&l->d);
    *value = l->values ? slice_borrow_blob(&l->d) : (struct slice){0};
    return !decode_error(&l->d);
}

int slice_list_finish(struct slice_list *l)
{
    return decode_finish(&l->d);
}

int slice_list_check(const struct slice *bytes, bool values)
{
    struct slice_list l;
    struct slice key, value;

    slice_list_begin(&l, bytes, values);
    while (slice_list_next(&l, &key, &value))
        ;
    return slice_list_finish(&l);
}
