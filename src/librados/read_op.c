/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builders of operations that read. */
#include <errno.h>
#include <stdlib.h>

#include "librados/pairs.h"
#include "types/osd_op.h"

rados_read_op_t rados_create_read_op(void)
{
    return rados_create_write_op();
}

void rados_release_read_op(rados_read_op_t op)
{
    rados_release_write_op(op);
}

void rados_read_op_set_flags(rados_read_op_t op, int flags)
{
    object_operation_flag_last(op, (uint32_t)flags);
}

/* ---- conditions: as builders of writes have them ---- */

void rados_read_op_assert_exists(rados_read_op_t op)
{
    rados_write_op_assert_exists(op);
}

void rados_read_op_assert_version(rados_read_op_t op, uint64_t ver)
{
    rados_write_op_assert_version(op, ver);
}

void rados_read_op_cmpext(rados_read_op_t op, const char *cmp_buf, size_t cmp_len, uint64_t off, int *prval)
{
    rados_write_op_cmpext(op, cmp_buf, cmp_len, off, prval);
}

void rados_read_op_cmpxattr(rados_read_op_t op, const char *name, uint8_t cmp_op, const char *value,
                            size_t value_len)
{
    rados_write_op_cmpxattr(op, name, cmp_op, value, value_len);
}

void rados_read_op_omap_cmp(rados_read_op_t op, const char *key, uint8_t cmp_op, const char *val,
                            size_t val_len, int *prval)
{
    rados_write_op_omap_cmp(op, key, cmp_op, val, val_len, prval);
}

void rados_read_op_omap_cmp2(rados_read_op_t op, const char *key, uint8_t cmp_op, const char *val,
                             size_t key_len, size_t val_len, int *prval)
{
    rados_write_op_omap_cmp2(op, key, cmp_op, val, key_len, val_len, prval);
}

/* ---- data ---- */

void rados_read_op_stat(rados_read_op_t op, uint64_t *psize, time_t *pmtime, int *prval)
{
    stat_step(op, psize, pmtime, prval);
}

/* Into the room that the program gave; to2 is told how much. */
static void take_bytes(struct object_step *s, int result, struct bufferlist *out)
{
    if (s->to2)
        *(size_t *)s->to2 = 0;
    if (result < 0)
        return;
    if (out->len > s->room) {
        if (s->result)
            *s->result = -ERANGE;
        return;
    }
    bufferlist_copy_out(out, 0, s->to, out->len);
    if (s->to2)
        *(size_t *)s->to2 = out->len;
}

static void into(struct object_operation *o, char *buf, size_t room, size_t *used, int *prval)
{
    struct object_step *s = object_operation_last_step(o);

    *s = (struct object_step){.finish = take_bytes, .to = buf, .to2 = used, .room = room, .result = prval};
}

void rados_read_op_read(rados_read_op_t op, uint64_t offset, size_t len, char *buffer, size_t *bytes_read,
                        int *prval)
{
    object_operation_extent(op, OSD_OP_READ, offset, len, (struct slice){0});
    into(op, buffer, len, bytes_read, prval);
}

void rados_read_op_checksum(rados_read_op_t op, rados_checksum_type_t type, const char *init_value,
                            size_t init_value_len, uint64_t offset, size_t len, size_t chunk_size,
                            char *pchecksum, size_t checksum_len, int *prval)
{
    struct osd_op *step = object_operation_add(op, OSD_OP_CHECKSUM);

    if (!step)
        return;
    osd_op_set_checksum(step, (struct osd_op_checksum){.offset = offset,
                                                       .length = len,
                                                       .chunk_size = (uint32_t)chunk_size,
                                                       .type = (uint8_t)type});
    step->in = slice_of(buffer_create_copy(init_value, init_value_len));
    into(op, pchecksum, checksum_len, NULL, prval);
}

char *bufferlist_dup(const struct bufferlist *bl)
{
    char *copy = malloc(bl->len + 1);

    if (!copy)
        return NULL;
    bufferlist_copy_out(bl, 0, copy, bl->len);
    copy[bl->len] = '\0';
    return copy;
}

static void take_new(struct object_step *s, int result, struct bufferlist *out)
{
    char *copy = result < 0 ? NULL : bufferlist_dup(out);

    if (!copy)
        return;
    *(char **)s->to = copy;
    *(size_t *)s->to2 = out->len;
}

void new_buffer_attach(struct object_operation *o, char **buf, size_t *len, int *result)
{
    struct object_step *s = object_operation_last_step(o);

    *buf = NULL;
    *len = 0;
    *s = (struct object_step){.finish = take_new, .to = buf, .to2 = len, .result = result};
}

void rados_read_op_exec(rados_read_op_t op, const char *cls, const char *method, const char *in_buf,
                        size_t in_len, char **out_buf, size_t *out_len, int *prval)
{
    object_operation_call(op, cls, method, in_buf, in_len);
    new_buffer_attach(op, out_buf, out_len, prval);
}

void rados_read_op_exec_user_buf(rados_read_op_t op, const char *cls, const char *method, const char *in_buf,
                                 size_t in_len, char *out_buf, size_t out_len, size_t *used_len, int *prval)
{
    object_operation_call(op, cls, method, in_buf, in_len);
    into(op, out_buf, out_len, used_len, prval);
}

/* ---- xattrs and omap ---- */

void rados_read_op_getxattrs(rados_read_op_t op, rados_xattrs_iter_t *iter, int *prval)
{
    pairs_step(op, OSD_OP_GETXATTRS, iter, NULL, prval);
}

void rados_read_op_omap_get_vals2(rados_read_op_t op, const char *start_after, const char *filter_prefix,
                                  uint64_t max_return, rados_omap_iter_t *iter, unsigned char *pmore,
                                  int *prval)
{
    struct encode e;

    encode_init(&e);
    encode_string(&e, start_after);
    encode_u64(&e, max_return);
    encode_string(&e, filter_prefix);
    pairs_step_encoded(op, OSD_OP_OMAPGETVALS, &e, iter, pmore, prval);
}

void rados_read_op_omap_get_vals(rados_read_op_t op, const char *start_after, const char *filter_prefix,
                                 uint64_t max_return, rados_omap_iter_t *iter, int *prval)
{
    rados_read_op_omap_get_vals2(op, start_after, filter_prefix, max_return, iter, NULL, prval);
}

void rados_read_op_omap_get_keys2(rados_read_op_t op, const char *start_after, uint64_t max_return,
                                  rados_omap_iter_t *iter, unsigned char *pmore, int *prval)
{
    struct encode e;

    encode_init(&e);
    encode_string(&e, start_after);
    encode_u64(&e, max_return);
    pairs_step_encoded(op, OSD_OP_OMAPGETKEYS, &e, iter, pmore, prval);
}

void rados_read_op_omap_get_keys(rados_read_op_t op, const char *start_after, uint64_t max_return,
                                 rados_omap_iter_t *iter, int *prval)
{
    rados_read_op_omap_get_keys2(op, start_after, max_return, iter, NULL, prval);
}

void rados_read_op_omap_get_vals_by_keys2(rados_read_op_t op, const char *const *keys, size_t num_keys,
                                          const size_t *key_lens, rados_omap_iter_t *iter, int *prval)
{
    struct encode e;

    /* A set; OSDs take it in any order. */
    encode_init(&e);
    encode_u32(&e, (uint32_t)num_keys);
    for (size_t i = 0; i < num_keys; i++)
        encode_blob(&e, keys[i], key_lens ? key_lens[i] : strlen(keys[i]));
    pairs_step_encoded(op, OSD_OP_OMAPGETVALSBYKEYS, &e, iter, NULL, prval);
}

void rados_read_op_omap_get_vals_by_keys(rados_read_op_t op, const char *const *keys, size_t keys_len,
                                         rados_omap_iter_t *iter, int *prval)
{
    rados_read_op_omap_get_vals_by_keys2(op, keys, keys_len, NULL, iter, prval);
}

/* ---- carrying out ---- */

int rados_read_op_operate(rados_read_op_t op, rados_ioctx_t io, const char *oid, int flags)
{
    struct sync_call s;

    sync_call_init(&s, io);
    if (object_operation_copy(&s.steps, op))
        s.steps.error = -ENOMEM;
    s.flags = operation_flags(flags);
    return sync_call_run(&s, oid);
}

int rados_aio_read_op_operate(rados_read_op_t op, rados_ioctx_t io, rados_completion_t c, const char *oid,
                              int flags)
{
    struct object_operation o;

    if (object_operation_copy(&o, op))
        o.error = -ENOMEM;
    return completion_run(c, io, oid, &o, operation_flags(flags), (struct utime){0});
}
