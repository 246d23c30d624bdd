/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `rados cp`: the OSDs copy; data, extended attributes, omap and its header, all at once. */
#include <errno.h>
#include <string.h>

#include "include/rados/librados_more.h"
#include "tools/rados_tool.h"

/* Nobody is expected to read either of them soon. */
static int copy_object(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    rados_write_op_t op = rados_create_write_op();
    int r;

    if (!op)
        return -ENOMEM;
    rados_write_op_copy_from(op, from, t->io, 0,
                             LIBRADOS_OP_FLAG_FADVISE_SEQUENTIAL | LIBRADOS_OP_FLAG_FADVISE_NOCACHE);
    rados_write_op_set_flags(op, LIBRADOS_OP_FLAG_FADVISE_SEQUENTIAL | LIBRADOS_OP_FLAG_FADVISE_DONTNEED);
    r = rados_write_op_operate(op, to_io, to, NULL, 0);
    rados_release_write_op(op);
    return r < 0 ? r : 0;
}

int rados_copy(struct rados_tool *t, int argc, char **argv)
{
    const char *to = argc > 1 ? argv[1] : argv[0], *pool = t->target_pool ? t->target_pool : t->pool;
    rados_ioctx_t io;
    int r;

    if (argc < 2 && !t->target_pool)
        return tool_line(-EINVAL, "cannot copy object into itself");
    r = rados_ioctx_create(t->cluster, pool, &io);
    if (r < 0)
        return tool_error(r, "error opening target pool %s", pool);
    rados_ioctx_set_namespace(io, t->target_nspace ? t->target_nspace : t->nspace);
    rados_ioctx_locator_set_key(io, t->target_locator ? t->target_locator : t->locator);
    if (strcmp(to, argv[0]) == 0 && !t->target_pool && !t->target_locator && !t->target_nspace)
        r = -EINVAL;
    else
        r = copy_object(t, argv[0], io, to);
    rados_ioctx_destroy(io);
    return r < 0 ? tool_error(r, "error copying %s/%s => %s/%s", t->pool, argv[0], pool, to) : 0;
}
