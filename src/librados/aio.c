/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects, asynchronously. The caller's data is copied: it may go when the call returns. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "librados/pairs.h"

#define DATA_MAX ((size_t)INT_MAX / 2)

static const struct utime now; /* zero: the time is taken when it is sent */

static struct slice copy_of(struct object_operation *o, const void *buf, size_t len)
{
    struct slice s = {0};

    if (len > 0) {
        s = slice_of(buffer_create_copy(buf, len));
        if (!s.buf)
            o->error = -ENOMEM;
    }
    return s;
}

static int write_data(rados_ioctx_t io, const char *oid, rados_completion_t c, enum osd_op_code code,
                      const char *buf, size_t len, uint64_t off)
{
    struct object_operation o;

    if (len > DATA_MAX)
        return -E2BIG;
    object_operation_init(&o);
    object_operation_extent(&o, code, off, len, copy_of(&o, buf, len));
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_write(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf, size_t len,
                    uint64_t off)
{
    return write_data(io, oid, c, OSD_OP_WRITE, buf, len, off);
}

int rados_aio_append(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf, size_t len)
{
    return write_data(io, oid, c, OSD_OP_APPEND, buf, len, 0);
}

int rados_aio_write_full(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf, size_t len)
{
    return write_data(io, oid, c, OSD_OP_WRITEFULL, buf, len, 0);
}

int rados_aio_writesame(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf,
                        size_t data_len, size_t write_len, uint64_t off)
{
    struct object_operation o;

    if (data_len > DATA_MAX)
        return -E2BIG;
    object_operation_init(&o);
    object_operation_writesame(&o, off, write_len, copy_of(&o, buf, data_len));
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_remove(rados_ioctx_t io, const char *oid, rados_completion_t c)
{
    struct object_operation o;

    object_operation_init(&o);
    object_operation_add(&o, OSD_OP_DELETE);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_read(rados_ioctx_t io, const char *oid, rados_completion_t c, char *buf, size_t len,
                   uint64_t off)
{
    struct object_operation o;

    if (len > INT_MAX)
        return -EDOM;
    object_operation_init(&o);
    object_operation_extent(&o, OSD_OP_READ, off, len, (struct slice){0});
    completion_read_into(c, &o, buf, len);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_cmpext(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *cmp_buf,
                     size_t cmp_len, uint64_t off)
{
    struct object_operation o;

    if (cmp_len > DATA_MAX)
        return -E2BIG;
    object_operation_init(&o);
    object_operation_extent(&o, OSD_OP_CMPEXT, off, cmp_len, copy_of(&o, cmp_buf, cmp_len));
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_stat(rados_ioctx_t io, const char *oid, rados_completion_t c, uint64_t *psize, time_t *pmtime)
{
    struct object_operation o;

    object_operation_init(&o);
    stat_step(&o, psize, pmtime, NULL);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_exec(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *cls,
                   const char *method, const char *in_buf, size_t in_len, char *buf, size_t out_len)
{
    struct object_operation o;

    object_operation_init(&o);
    object_operation_call(&o, cls, method, in_buf, in_len);
    completion_read_into(c, &o, buf, buf ? out_len : 0);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_getxattr(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *name, char *buf,
                       size_t len)
{
    struct object_operation o;

    object_operation_init(&o);
    object_operation_xattr(&o, OSD_OP_GETXATTR, name, NULL, 0, 0, 0);
    completion_read_into(c, &o, buf, len);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_setxattr(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *name,
                       const char *buf, size_t len)
{
    struct object_operation o;

    object_operation_init(&o);
    object_operation_xattr(&o, OSD_OP_SETXATTR, name, buf, len, 0, 0);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_rmxattr(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *name)
{
    struct object_operation o;

    object_operation_init(&o);
    object_operation_xattr(&o, OSD_OP_RMXATTR, name, NULL, 0, 0, 0);
    return completion_run(c, io, oid, &o, 0, now);
}

int rados_aio_getxattrs(rados_ioctx_t io, const char *oid, rados_completion_t c, rados_xattrs_iter_t *iter)
{
    struct object_operation o;

    object_operation_init(&o);
    pairs_step(&o, OSD_OP_GETXATTRS, iter, NULL, NULL);
    return completion_run(c, io, oid, &o, 0, now);
}
