/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects, synchronously. */
#include <errno.h>
#include <limits.h>

#include "librados/librados_internal.h"
#include "librados/pairs.h"

/* Longest data of one operation. */
#define DATA_MAX ((size_t)INT_MAX / 2)

/* ---- data ---- */

static int write_data(rados_ioctx_t io, const char *oid, enum osd_op_code code, const char *buf, size_t len,
                      uint64_t off)
{
    struct sync_call s;

    if (len > DATA_MAX)
        return -E2BIG;
    sync_call_init(&s, io);
    object_operation_extent(&s.steps, code, off, len, sync_call_data(&s, buf, len));
    return sync_call_run(&s, oid);
}

int rados_write(rados_ioctx_t io, const char *oid, const char *buf, size_t len, uint64_t off)
{
    return write_data(io, oid, OSD_OP_WRITE, buf, len, off);
}

int rados_write_full(rados_ioctx_t io, const char *oid, const char *buf, size_t len)
{
    return write_data(io, oid, OSD_OP_WRITEFULL, buf, len, 0);
}

int rados_append(rados_ioctx_t io, const char *oid, const char *buf, size_t len)
{
    return write_data(io, oid, OSD_OP_APPEND, buf, len, 0);
}

int rados_writesame(rados_ioctx_t io, const char *oid, const char *buf, size_t data_len, size_t write_len,
                    uint64_t off)
{
    struct sync_call s;

    if (data_len > DATA_MAX)
        return -E2BIG;
    sync_call_init(&s, io);
    object_operation_writesame(&s.steps, off, write_len, sync_call_data(&s, buf, data_len));
    return sync_call_run(&s, oid);
}

int rados_read(rados_ioctx_t io, const char *oid, char *buf, size_t len, uint64_t off)
{
    struct sync_call s;

    if (len > INT_MAX)
        return -EDOM;
    sync_call_init(&s, io);
    object_operation_extent(&s.steps, OSD_OP_READ, off, len, (struct slice){0});
    return sync_call_read(&s, oid, buf, len);
}

int rados_cmpext(rados_ioctx_t io, const char *oid, const char *cmp_buf, size_t cmp_len, uint64_t off)
{
    struct sync_call s;

    if (cmp_len > DATA_MAX)
        return -E2BIG;
    sync_call_init(&s, io);
    object_operation_extent(&s.steps, OSD_OP_CMPEXT, off, cmp_len, sync_call_data(&s, cmp_buf, cmp_len));
    return sync_call_run(&s, oid);
}

int rados_checksum(rados_ioctx_t io, const char *oid, rados_checksum_type_t type, const char *init_value,
                   size_t init_value_len, size_t len, uint64_t off, size_t chunk_size, char *pchecksum,
                   size_t checksum_len)
{
    struct osd_op *op;
    struct sync_call s;

    sync_call_init(&s, io);
    op = object_operation_add(&s.steps, OSD_OP_CHECKSUM);
    if (op) {
        osd_op_set_checksum(
            op, (struct osd_op_checksum){
                    .offset = off, .length = len, .chunk_size = (uint32_t)chunk_size, .type = (uint8_t)type});
        op->in = sync_call_data(&s, init_value, init_value_len);
    }
    return sync_call_read(&s, oid, pchecksum, checksum_len);
}

int rados_trunc(rados_ioctx_t io, const char *oid, uint64_t size)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_extent(&s.steps, OSD_OP_TRUNCATE, size, 0, (struct slice){0});
    return sync_call_run(&s, oid);
}

int rados_remove(rados_ioctx_t io, const char *oid)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_add(&s.steps, OSD_OP_DELETE);
    return sync_call_run(&s, oid);
}

int rados_set_alloc_hint2(rados_ioctx_t io, const char *oid, uint64_t expected_object_size,
                          uint64_t expected_write_size, uint32_t flags)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_alloc_hint(&s.steps, (struct osd_op_alloc_hint){.object_size = expected_object_size,
                                                                     .write_size = expected_write_size,
                                                                     .flags = flags});
    return sync_call_run(&s, oid);
}

int rados_set_alloc_hint(rados_ioctx_t io, const char *oid, uint64_t expected_object_size,
                         uint64_t expected_write_size)
{
    return rados_set_alloc_hint2(io, oid, expected_object_size, expected_write_size, 0);
}

/* Cache tiers are not for us. */
int rados_cache_pin(rados_ioctx_t io UNUSED, const char *oid UNUSED)
{
    return -EOPNOTSUPP;
}

int rados_cache_unpin(rados_ioctx_t io UNUSED, const char *oid UNUSED)
{
    return -EOPNOTSUPP;
}

/* ---- stat ---- */

int rados_stat(rados_ioctx_t io, const char *oid, uint64_t *psize, time_t *pmtime)
{
    struct sync_call s;

    sync_call_init(&s, io);
    stat_step(&s.steps, psize, pmtime, NULL);
    return sync_call_run(&s, oid);
}

/* ---- classes ---- */

int rados_exec(rados_ioctx_t io, const char *oid, const char *cls, const char *method, const char *in_buf,
               size_t in_len, char *buf, size_t out_len)
{
    struct read_target target;
    struct sync_call s;
    int r;

    sync_call_init(&s, io);
    object_operation_call(&s.steps, cls, method, in_buf, in_len);
    read_target_attach(&target, &s.steps, buf, buf ? out_len : 0);
    r = sync_call_run(&s, oid);
    if (r < 0 || !buf)
        return r;
    return target.error ? target.error : to_int(target.got);
}

/* ---- extended attributes ---- */

int rados_getxattr(rados_ioctx_t io, const char *oid, const char *name, char *buf, size_t len)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_xattr(&s.steps, OSD_OP_GETXATTR, name, NULL, 0, 0, 0);
    return sync_call_read(&s, oid, buf, len);
}

int rados_setxattr(rados_ioctx_t io, const char *oid, const char *name, const char *buf, size_t len)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_xattr(&s.steps, OSD_OP_SETXATTR, name, buf, len, 0, 0);
    return sync_call_run(&s, oid);
}

int rados_rmxattr(rados_ioctx_t io, const char *oid, const char *name)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_xattr(&s.steps, OSD_OP_RMXATTR, name, NULL, 0, 0, 0);
    return sync_call_run(&s, oid);
}

int rados_getxattrs(rados_ioctx_t io, const char *oid, rados_xattrs_iter_t *iter)
{
    struct sync_call s;
    int failed = 0, r;

    sync_call_init(&s, io);
    pairs_step(&s.steps, OSD_OP_GETXATTRS, iter, NULL, &failed);
    r = sync_call_run(&s, oid);
    if (r >= 0 && failed >= 0)
        return 0;
    rados_getxattrs_end(*iter);
    *iter = NULL;
    return r < 0 ? r : failed;
}
