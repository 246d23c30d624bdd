/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that change an object's data. */
#include <errno.h>
#include <string.h>

#include "osd/op_context.h"
#include "osd/osd.h"

static int check_range(const struct op_context *c, uint64_t offset, uint64_t length)
{
    uint64_t max = osd_limits(op_osd(c))->object_size;

    if (offset > max || length > max || offset + length > max)
        return -EFBIG;
    return 0;
}

static void changed(struct op_context *c)
{
    c->modified = c->user_modified = true;
    c->exists = true;
}

/* The client knows of a truncation that we do not: it comes first. */
static void catch_up_truncation(struct op_context *c, const struct osd_op_extent *x)
{
    if (x->truncate_seq <= c->info.truncate_seq)
        return;
    if (c->exists && c->info.size > x->truncate_size) {
        os_truncate(c->txn, &c->obc->name, x->truncate_size);
        c->info.size = x->truncate_size;
    }
    c->info.truncate_seq = x->truncate_seq;
    c->info.truncate_size = x->truncate_size;
}

int op_write_bytes(struct op_context *c, uint64_t offset, const struct slice *data)
{
    int r = check_range(c, offset, data->len);

    if (r)
        return r;
    if (data->len)
        os_write(c->txn, &c->obc->name, offset, data);
    else if (!c->exists)
        os_touch(c->txn, &c->obc->name);
    if (data->len && offset + data->len > c->info.size)
        c->info.size = offset + data->len;
    c->pg->stats.written_bytes += data->len;
    changed(c);
    return 0;
}

int step_write(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);

    if (x.length != op->in.len)
        return -EINVAL;
    catch_up_truncation(c, &x);
    return op_write_bytes(c, x.offset, &op->in);
}

int op_write_full(struct op_context *c, const struct slice *data)
{
    int r = check_range(c, 0, data->len);

    if (r)
        return r;
    if (c->exists && c->info.size > data->len)
        os_truncate(c->txn, &c->obc->name, data->len);
    c->info.size = data->len;
    return op_write_bytes(c, 0, data);
}

int step_writefull(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);

    return x.length == op->in.len ? op_write_full(c, &op->in) : -EINVAL;
}

int step_append(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);

    if (x.length != op->in.len)
        return -EINVAL;
    return op_write_bytes(c, c->exists ? c->info.size : 0, &op->in);
}

int step_writesame(struct op_context *c, struct osd_op *op)
{
    struct osd_op_writesame x = osd_op_writesame(op);
    struct slice all;
    int r;

    if (x.length == 0)
        return 0;
    if (x.data_length == 0 || x.length % x.data_length || op->in.len != x.data_length)
        return -EINVAL;
    r = check_range(c, x.offset, x.length);
    if (r)
        return r;
    all = slice_of(buffer_create(x.length));
    if (!all.buf)
        return -ENOMEM;
    for (uint64_t at = 0; at < x.length; at += x.data_length)
        memcpy(all.buf->data + at, op->in.data, x.data_length);
    r = op_write_bytes(c, x.offset, &all);
    slice_put(&all);
    return r;
}

/* Nothing is made: what is not there is zero. */
int step_zero(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);
    int r = check_range(c, x.offset, x.length);

    if (r || !c->exists)
        return r;
    if (x.offset < c->info.size && x.length) {
        if (x.length > c->info.size - x.offset)
            x.length = c->info.size - x.offset;
        os_zero(c->txn, &c->obc->name, x.offset, x.length);
    }
    changed(c);
    return 0;
}

int step_truncate(struct op_context *c, struct osd_op *op)
{
    struct osd_op_extent x = osd_op_extent(op);
    int r = check_range(c, x.offset, 0);

    if (r || !c->exists)
        return r;
    if (x.truncate_seq) {
        if (x.truncate_seq <= c->info.truncate_seq)
            return 0; /* an old one */
        c->info.truncate_seq = x.truncate_seq;
        c->info.truncate_size = x.truncate_size;
    }
    os_truncate(c->txn, &c->obc->name, x.offset);
    c->info.size = x.offset;
    changed(c);
    return 0;
}

int step_create(struct op_context *c, struct osd_op *op)
{
    if (c->exists)
        return op->flags & OSD_OP_FLAG_EXCL ? -EEXIST : 0;
    op_create_object(c);
    return 0;
}

int op_delete(struct op_context *c)
{
    if (!c->exists)
        return -ENOENT;
    os_remove(c->txn, &c->obc->name);
    c->exists = false;
    c->replaced = true;
    c->modified = c->user_modified = true;
    c->info.size = 0;
    c->info.watcher_count = 0;
    return 0;
}

int step_delete(struct op_context *c, struct osd_op *op UNUSED)
{
    return op_delete(c);
}

int step_setallochint(struct op_context *c, struct osd_op *op)
{
    struct osd_op_alloc_hint x = osd_op_alloc_hint(op);

    if (!c->exists)
        op_create_object(c);
    c->info.expected_object_size = x.object_size;
    c->info.expected_write_size = x.write_size;
    c->info.alloc_hint_flags = x.flags;
    c->modified = true;
    return 0;
}
