/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/osd_op.h"

#include <string.h>

#include "common/bytes.h"

const char *osd_op_name(uint16_t code)
{
    switch (code) {
#define X(name, number) \
    case number:        \
        return #name;
        OSD_OPS(X)
#undef X
    default:
        return "???";
    }
}

struct osd_op_extent osd_op_extent(const struct osd_op *op)
{
    return (struct osd_op_extent){
        .offset = get_le64(op->args),
        .length = get_le64(op->args + 8),
        .truncate_size = get_le64(op->args + 16),
        .truncate_seq = get_le32(op->args + 24),
    };
}

void osd_op_set_extent(struct osd_op *op, struct osd_op_extent a)
{
    put_le64(op->args, a.offset);
    put_le64(op->args + 8, a.length);
    put_le64(op->args + 16, a.truncate_size);
    put_le32(op->args + 24, a.truncate_seq);
}

struct osd_op_xattr osd_op_xattr(const struct osd_op *op)
{
    return (struct osd_op_xattr){
        .name_len = get_le32(op->args),
        .value_len = get_le32(op->args + 4),
        .cmp_op = op->args[8],
        .cmp_mode = op->args[9],
    };
}

void osd_op_set_xattr(struct osd_op *op, struct osd_op_xattr a)
{
    put_le32(op->args, a.name_len);
    put_le32(op->args + 4, a.value_len);
    op->args[8] = a.cmp_op;
    op->args[9] = a.cmp_mode;
}

struct osd_op_cls osd_op_cls(const struct osd_op *op)
{
    return (struct osd_op_cls){
        .class_len = op->args[0],
        .method_len = op->args[1],
        .argc = op->args[2],
        .in_len = get_le32(op->args + 3),
    };
}

void osd_op_set_cls(struct osd_op *op, struct osd_op_cls a)
{
    op->args[0] = a.class_len;
    op->args[1] = a.method_len;
    op->args[2] = a.argc;
    put_le32(op->args + 3, a.in_len);
}

struct osd_op_pgls osd_op_pgls(const struct osd_op *op)
{
    return (struct osd_op_pgls){.count = get_le64(op->args), .start_epoch = get_le32(op->args + 8)};
}

void osd_op_set_pgls(struct osd_op *op, struct osd_op_pgls a)
{
    put_le64(op->args, a.count);
    put_le32(op->args + 8, a.start_epoch);
}

struct osd_op_watch osd_op_watch(const struct osd_op *op)
{
    return (struct osd_op_watch){
        .cookie = get_le64(op->args),
        .version = get_le64(op->args + 8),
        .op = op->args[16],
        .generation = get_le32(op->args + 17),
        .timeout = get_le32(op->args + 21),
    };
}

void osd_op_set_watch(struct osd_op *op, struct osd_op_watch a)
{
    put_le64(op->args, a.cookie);
    put_le64(op->args + 8, a.version);
    op->args[16] = a.op;
    put_le32(op->args + 17, a.generation);
    put_le32(op->args + 21, a.timeout);
}

struct osd_op_alloc_hint osd_op_alloc_hint(const struct osd_op *op)
{
    return (struct osd_op_alloc_hint){
        .object_size = get_le64(op->args),
        .write_size = get_le64(op->args + 8),
        .flags = get_le32(op->args + 16),
    };
}

void osd_op_set_alloc_hint(struct osd_op *op, struct osd_op_alloc_hint a)
{
    put_le64(op->args, a.object_size);
    put_le64(op->args + 8, a.write_size);
    put_le32(op->args + 16, a.flags);
}

struct osd_op_writesame osd_op_writesame(const struct osd_op *op)
{
    return (struct osd_op_writesame){
        .offset = get_le64(op->args),
        .length = get_le64(op->args + 8),
        .data_length = get_le64(op->args + 16),
    };
}

void osd_op_set_writesame(struct osd_op *op, struct osd_op_writesame a)
{
    put_le64(op->args, a.offset);
    put_le64(op->args + 8, a.length);
    put_le64(op->args + 16, a.data_length);
}

struct osd_op_checksum osd_op_checksum(const struct osd_op *op)
{
    return (struct osd_op_checksum){
        .offset = get_le64(op->args),
        .length = get_le64(op->args + 8),
        .chunk_size = get_le32(op->args + 16),
        .type = op->args[20],
    };
}

void osd_op_set_checksum(struct osd_op *op, struct osd_op_checksum a)
{
    put_le64(op->args, a.offset);
    put_le64(op->args + 8, a.length);
    put_le32(op->args + 16, a.chunk_size);
    op->args[20] = a.type;
}

struct osd_op_copy_from osd_op_copy_from(const struct osd_op *op)
{
    return (struct osd_op_copy_from){
        .snapid = get_le64(op->args),
        .version = get_le64(op->args + 8),
        .flags = op->args[16],
        .fadvise = get_le32(op->args + 17),
    };
}

void osd_op_set_copy_from(struct osd_op *op, struct osd_op_copy_from a)
{
    put_le64(op->args, a.snapid);
    put_le64(op->args + 8, a.version);
    op->args[16] = a.flags;
    put_le32(op->args + 17, a.fadvise);
}

uint64_t osd_op_u64(const struct osd_op *op, unsigned index)
{
    return get_le64(op->args + 8 * index);
}

void osd_op_set_u64(struct osd_op *op, unsigned index, uint64_t v)
{
    put_le64(op->args + 8 * index, v);
}

void osd_op_encode(const struct osd_op *op, uint32_t payload_len, struct encode *e)
{
    encode_u16(e, op->code);
    encode_u32(e, op->flags);
    encode_bytes(e, op->args, sizeof(op->args));
    encode_u32(e, payload_len);
}

void osd_op_decode(struct osd_op *op, uint32_t *payload_len, struct decode *d)
{
    memset(op, 0, sizeof(*op));
    op->code = decode_u16(d);
    op->flags = decode_u32(d);
    decode_bytes(d, op->args, sizeof(op->args));
    *payload_len = decode_u32(d);
}

void osd_op_destroy(struct osd_op *op)
{
    slice_put(&op->in);
    bufferlist_destroy(&op->out);
}
