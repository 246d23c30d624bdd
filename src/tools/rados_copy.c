/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `rados cp`: data, extended attributes, omap and its header, read and written by the client. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "include/rados/librados_more.h"
#include "tools/rados_tool.h"

#define OMAP_PIECE 512

static int add_xattrs(rados_ioctx_t io, const char *from, rados_write_op_t op)
{
    const char *name, *value;
    rados_xattrs_iter_t iter;
    size_t len;
    int r = rados_getxattrs(io, from, &iter);

    if (r < 0)
        return r;
    while (rados_getxattrs_next(iter, &name, &value, &len) == 0 && name)
        rados_write_op_setxattr(op, name, value, len);
    rados_getxattrs_end(iter);
    return 0;
}

static int add_omap_header(rados_ioctx_t io, const char *from, rados_write_op_t op)
{
    char *header;
    size_t len;
    int r = rados_omap_get_header(io, from, &header, &len);

    if (r == 0 && len > 0)
        rados_write_op_omap_set_header(op, header, len);
    rados_buffer_free(header);
    return r;
}

/* An empty object with the attributes of the other one. */
static int begin_copy(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    rados_write_op_t op = rados_create_write_op();
    int r = -ENOMEM;

    if (!op)
        return r;
    rados_write_op_create(op, LIBRADOS_CREATE_IDEMPOTENT, NULL);
    rados_write_op_truncate(op, 0);
    r = add_xattrs(t->io, from, op);
    if (r == 0)
        r = add_omap_header(t->io, from, op);
    if (r == 0)
        r = rados_write_op_operate(op, to_io, to, NULL, 0);
    rados_release_write_op(op);
    return r < 0 ? r : 0;
}

static int copy_data(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    uint64_t offset = 0;
    char *buf = malloc(t->op_size);
    int n, r = buf ? 0 : -ENOMEM;

    while (r == 0) {
        n = rados_read(t->io, from, buf, t->op_size, offset);
        if (n <= 0) {
            r = n;
            break;
        }
        r = rados_write(to_io, to, buf, (size_t)n, offset);
        offset += (uint64_t)n;
        if ((uint64_t)n < t->op_size)
            break;
    }
    free(buf);
    return r;
}

struct omap_copy {
    rados_ioctx_t io;
    const char *oid;
    rados_write_op_t op; /* NULL: nothing is waiting */
    unsigned count;      /* of pairs in it */
};

static int flush_pairs(struct omap_copy *c)
{
    int r = 0;

    if (c->op) {
        r = rados_write_op_operate(c->op, c->io, c->oid, NULL, 0);
        rados_release_write_op(c->op);
    }
    c->op = NULL;
    c->count = 0;
    return r < 0 ? r : 0;
}

static int copy_pair(void *arg, const char *key, size_t key_len, const char *val, size_t val_len)
{
    struct omap_copy *c = arg;

    if (!c->op && !(c->op = rados_create_write_op()))
        return -ENOMEM;
    rados_write_op_omap_set2(c->op, &key, &val, &key_len, &val_len, 1);
    return ++c->count < OMAP_PIECE ? 0 : flush_pairs(c);
}

static int copy_omap(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    struct omap_copy c = {.io = to_io, .oid = to};
    int r = tool_walk_omap(t, from, true, copy_pair, &c), flushed = flush_pairs(&c);

    return r ? r : flushed;
}

static int copy_object(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    int r = begin_copy(t, from, to_io, to);

    if (r == 0)
        r = copy_data(t, from, to_io, to);
    return r ? r : copy_omap(t, from, to_io, to);
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
