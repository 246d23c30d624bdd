/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that read an object's data. */
#include <errno.h>
#include <string.h>

#include "common/crc32c.h"
#include "osd/op_context.h"
#include "osd/osd.h"

enum { CMPEXT_MISMATCH = 4095 }; /* a difference at offset n is -(CMPEXT_MISMATCH + n) */

/* What of the range is in the object. */
static uint64_t clip(const struct op_context *c, uint64_t offset, uint64_t length)
{
    uint64_t size = c->exists ? c->info.size : 0;

    if (offset >= size)
        return 0;
    return length < size - offset ? length : size - offset;
}

int op_read_bytes(struct op_context *c, uint64_t offset, uint64_t length, struct bufferlist *out)
{
    length = clip(c, offset, length);
    if (!length || !c->obc->exists)
        return 0;
    return object_store_read(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, offset, length, out);
}

/* A client that truncated the object without having told us yet: what it cut off must not be seen. */
static uint64_t truncated(const struct op_context *c, const struct osd_op_extent *x)
{
    uint64_t size = c->info.size;

    if (x->truncate_seq && c->info.truncate_seq < x->truncate_seq &&
        x->offset + x->length > x->truncate_size && size > x->truncate_size)
        size = x->truncate_size;
    return size;
}

int step_read(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);
    uint64_t size = truncated(c, &x);
    int r;

    if (x.length == 0) /* all of it */
        x.length = size;
    if (x.offset >= size)
        x.length = 0;
    else if (x.length > size - x.offset)
        x.length = size - x.offset;
    r = op_read_bytes(c, x.offset, x.length, &op->out);
    x.length = op->out.len;
    osd_op_set_extent(op, x);
    return r;
}

int step_stat(struct op_context *c, struct osd_op *op)
{
    struct encode e;

    if (!c->exists)
        return -ENOENT;
    encode_init(&e);
    encode_u64(&e, c->info.size);
    utime_encode(c->info.mtime, &e);
    return step_give(op, &e);
}

/* ---- written parts ---- */

static void note_extent(void *arg, uint64_t offset, uint64_t length)
{
    struct step_list *l = arg;

    encode_u64(&l->e, offset);
    encode_u64(&l->e, length);
    l->count++;
}

static int find_extents(struct op_context *c, const struct osd_op *op, struct step_list *l)
{
    struct osd_op_extent x = osd_op_extent(op);
    uint64_t length;

    step_list_init(l);
    length = clip(c, x.offset, x.length);
    if (!length || !c->obc->exists)
        return 0;
    return object_store_extents(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, x.offset, length,
                                note_extent, l);
}

int step_mapext(struct op_context *c, struct osd_op *op)
{
    struct step_list l;
    int r;

    if (!c->exists)
        return -ENOENT;
    r = find_extents(c, op, &l);
    return step_give_list(op, &l, r);
}

/* The map, then the parts, one behind the other, as one blob. */
int step_sparse_read(struct op_context *c, struct osd_op *op)
{
    struct step_list l;
    struct bufferlist data;
    struct decode d;
    int r;

    if (!c->exists)
        return -ENOENT;
    bufferlist_init(&data);
    r = find_extents(c, op, &l);
    decode_init(&d, l.e.data, l.e.len);
    (void)decode_u32(&d); /* the count, to be filled in */
    for (uint32_t i = 0; r == 0 && i < l.count; i++) {
        uint64_t offset = decode_u64(&d), length = decode_u64(&d);
        r = op_read_bytes(c, offset, length, &data);
    }
    encode_u32(&l.e, (uint32_t)data.len);
    r = step_give_list(op, &l, r);
    if (r == 0)
        r = bufferlist_append_list(&op->out, &data);
    bufferlist_destroy(&data);
    return r;
}

/* ---- checksums ---- */

enum { CHECKSUM_XXHASH32 = 0, CHECKSUM_XXHASH64 = 1, CHECKSUM_CRC32C = 2 };

/* A chunk's crc goes on from the value that the client gave. */
static int checksum_chunks(const struct slice *data, uint64_t chunk, uint32_t seed, struct encode *e)
{
    encode_u32(e, (uint32_t)(data->len / chunk));
    for (uint64_t at = 0; at + chunk <= data->len; at += chunk)
        encode_u32(e, crc32c(seed, data->data + at, chunk));
    return 0;
}

int step_checksum(struct op_context *c, struct osd_op *op)
{
    struct osd_op_checksum x = osd_op_checksum(op);
    struct bufferlist data;
    struct slice flat = {0};
    struct encode e;
    struct decode d;
    uint32_t seed;
    int r;

    if (!c->exists)
        return -ENOENT;
    decode_init(&d, op->in.data, op->in.len);
    seed = decode_u32(&d);
    if (x.type != CHECKSUM_CRC32C)
        return x.type > CHECKSUM_CRC32C ? -EINVAL : -EOPNOTSUPP;
    if (decode_finish(&d))
        return -EINVAL;
    if (x.length == 0 && x.offset == 0)
        x.length = c->info.size;
    x.length = clip(c, x.offset, x.length);
    if (x.chunk_size && (x.length == 0 || x.length % x.chunk_size))
        return -EINVAL;
    bufferlist_init(&data);
    r = op_read_bytes(c, x.offset, x.length, &data);
    if (r == 0)
        r = bufferlist_flatten(&data, &flat);
    bufferlist_destroy(&data);
    if (r)
        return r;
    encode_init(&e);
    if (flat.len)
        checksum_chunks(&flat, x.chunk_size ? x.chunk_size : flat.len, seed, &e);
    else
        encode_u32(&e, 0);
    slice_put(&flat);
    return step_give(op, &e);
}

/* ---- comparing ---- */

static int64_t first_difference(const struct bufferlist *have, const struct slice *want)
{
    size_t at = 0;

    for (unsigned i = 0; i < have->count; i++) {
        const struct slice *s = bufferlist_slice(have, i);
        for (size_t k = 0; k < s->len; k++, at++) {
            if (s->data[k] != want->data[at])
                return (int64_t)at;
        }
    }
    for (; at < want->len; at++) { /* behind the end there are zeroes */
        if (want->data[at])
            return (int64_t)at;
    }
    return -1;
}

int step_cmpext(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);
    struct bufferlist have;
    int64_t at;
    int r;

    if (op->in.len != x.length)
        return -EINVAL;
    bufferlist_init(&have);
    r = op_read_bytes(c, x.offset, x.length, &have);
    at = r ? -1 : first_difference(&have, &op->in);
    bufferlist_destroy(&have);
    return r ? r : at >= 0 ? (int)(-CMPEXT_MISMATCH - at) : 0;
}

int step_assert_ver(struct op_context *c, struct osd_op *op)
{
    uint64_t version = osd_op_u64(op, 1);

    if (!version)
        return -EINVAL;
    if (version < c->info.user_version)
        return -ERANGE;
    return version > c->info.user_version ? -EOVERFLOW : 0;
}

/* There is the head alone. */
int step_list_snaps(struct op_context *c, struct osd_op *op)
{
    struct encode e;
    size_t set, clone;

    if (!c->exists)
        return -ENOENT;
    encode_init(&e);
    set = encode_begin_struct(&e, 2, 1);
    encode_u32(&e, 1);
    clone = encode_begin_struct(&e, 1, 1);
    encode_u64(&e, SNAP_HEAD);
    encode_u32(&e, 0);
    encode_u32(&e, 0);
    encode_u64(&e, c->info.size);
    encode_end_struct(&e, clone);
    encode_u64(&e, 0);
    encode_end_struct(&e, set);
    return step_give(op, &e);
}
