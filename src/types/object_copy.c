/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/object_copy.h"

#include <errno.h>
#include <string.h>

#include "common/slice_codec.h"

#define DATA_V      8
#define DATA_COMPAT 5
#define NO_DIGEST   UINT32_MAX

void object_copy_cursor_destroy(struct object_copy_cursor *c)
{
    slice_put(&c->omap_offset);
    memset(c, 0, sizeof(*c));
}

void object_copy_cursor_encode(const struct object_copy_cursor *c, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_bool(e, c->attrs_done);
    encode_u64(e, c->data_offset);
    encode_bool(e, c->data_done);
    slice_encode_blob(&c->omap_offset, e);
    encode_bool(e, c->omap_done);
    encode_end_struct(e, at);
}

void object_copy_cursor_decode(struct object_copy_cursor *c, struct decode *d, const struct slice *parent)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    memset(c, 0, sizeof(*c));
    c->attrs_done = decode_bool(&body);
    c->data_offset = decode_u64(&body);
    c->data_done = decode_bool(&body);
    slice_decode_blob(&c->omap_offset, &body, parent);
    c->omap_done = decode_bool(&body);
    decode_end(d, &body);
}

void object_copy_data_init(struct object_copy_data *p)
{
    memset(p, 0, sizeof(*p));
    bufferlist_init(&p->data);
}

void object_copy_data_destroy(struct object_copy_data *p)
{
    slice_put(&p->attrs);
    bufferlist_destroy(&p->data);
    slice_put(&p->omap);
    slice_put(&p->omap_header);
    object_copy_cursor_destroy(&p->cursor);
    object_copy_data_init(p);
}

static void encode_data(const struct bufferlist *data, struct encode *e)
{
    encode_u32(e, (uint32_t)data->len);
    for (unsigned i = 0; i < data->count; i++)
        encode_bytes(e, bufferlist_slice(data, i)->data, bufferlist_slice(data, i)->len);
}

void object_copy_data_encode(const struct object_copy_data *p, struct encode *e)
{
    size_t at = encode_begin_struct(e, DATA_V, DATA_COMPAT);

    encode_u64(e, p->size);
    utime_encode(p->mtime, e);
    if (p->attrs.len)
        encode_bytes(e, p->attrs.data, p->attrs.len);
    else
        encode_u32(e, 0);
    encode_data(&p->data, e);
    slice_encode_blob(&p->omap, e);
    object_copy_cursor_encode(&p->cursor, e);
    slice_encode_blob(&p->omap_header, e);
    encode_u32(e, 0); /* snapshots of a clone */
    encode_u64(e, 0); /* the newest snapshot */
    encode_u32(e, 0); /* flags: no digest is known */
    encode_u32(e, NO_DIGEST);
    encode_u32(e, NO_DIGEST);
    encode_u32(e, 0); /* requests that changed it: cache tiers want them */
    encode_u64(e, p->truncate_seq);
    encode_u64(e, p->truncate_size);
    encode_u32(e, 0); /* what those requests gave */
    encode_end_struct(e, at);
}

/* A list that stands in d without its length. */
static void decode_attrs(struct slice *s, struct decode *d, const struct slice *parent)
{
    struct decode start = *d;
    uint32_t count = decode_count(d, 8);

    for (uint32_t i = 0; i < 2 * count && !decode_error(d); i++)
        (void)slice_borrow_blob(d);
    if (!decode_error(d))
        slice_decode_bytes(s, (size_t)(d->p - start.p), &start, parent);
    if (decode_error(&start))
        decode_fail(d, decode_error(&start));
}

static void skip_tail(struct decode *d)
{
    uint8_t v;

    for (uint32_t n = decode_count(d, 8); n > 0; n--)
        (void)decode_u64(d);
    (void)decode_u64(d);
    for (int i = 0; i < 3; i++)
        (void)decode_u32(d);
    for (uint32_t n = decode_count(d, 14); n > 0 && !decode_error(d); n--) {
        (void)decode_struct(d, UINT8_MAX, &v); /* who asked */
        (void)decode_u64(d);
    }
}

void object_copy_data_decode(struct object_copy_data *p, struct decode *d, const struct slice *parent)
{
    uint8_t v;
    struct decode body = decode_struct(d, DATA_V, &v);
    struct slice data = {0};

    object_copy_data_init(p);
    if (v < DATA_COMPAT)
        decode_fail(&body, -EBADMSG);
    p->size = decode_u64(&body);
    p->mtime = utime_decode(&body);
    decode_attrs(&p->attrs, &body, parent);
    slice_decode_blob(&data, &body, parent);
    if (bufferlist_append(&p->data, data))
        decode_fail(&body, -ENOMEM);
    slice_decode_blob(&p->omap, &body, parent);
    object_copy_cursor_decode(&p->cursor, &body, parent);
    slice_decode_blob(&p->omap_header, &body, parent);
    skip_tail(&body);
    p->truncate_seq = v >= 7 ? (uint32_t)decode_u64(&body) : 0;
    p->truncate_size = v >= 7 ? decode_u64(&body) : 0;
    if (!decode_error(&body) && p->omap.len && slice_list_check(&p->omap, true))
        decode_fail(&body, -EBADMSG);
    decode_end(d, &body);
}
