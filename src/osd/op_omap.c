/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps on an object's omap: its header, and keys with values in order. */
#include <errno.h>
#include <string.h>

#include "common/slice_codec.h"
#include "osd/op_context.h"
#include "osd/osd.h"

/* What a walk gives out, up to the client's limit and ours. */
struct omap_walk {
    struct step_list list;
    uint64_t max;
    uint64_t max_bytes;
    const struct slice *prefix; /* only keys that begin so; NULL: all */
    bool values, more;
};

static bool has_prefix(const struct slice *key, const struct slice *prefix)
{
    return key->len >= prefix->len && (!prefix->len || memcmp(key->data, prefix->data, prefix->len) == 0);
}

static bool walk_pair(void *arg, const struct slice *key, const struct slice *value)
{
    struct omap_walk *w = arg;

    if (w->prefix && !has_prefix(key, w->prefix))
        return false; /* they are in order: none will come */
    if (w->list.count >= w->max || w->list.e.len >= w->max_bytes) {
        w->more = true;
        return false;
    }
    step_list_add(&w->list, key, w->values ? value : NULL);
    return true;
}

/* From behind `after`; or from the prefix on, where that lies further. */
static int walk(struct op_context *c, struct osd_op *op, struct omap_walk *w, const struct slice *after)
{
    const struct osd_limits *l = osd_limits(op_osd(c));
    const struct slice *from = after;
    bool behind = true;
    int r = 0;

    if (!c->exists)
        return -ENOENT;
    if (w->max > l->omap_entries)
        w->max = l->omap_entries;
    w->max_bytes = l->omap_bytes;
    if (w->prefix && slice_compare(w->prefix, after) > 0) {
        from = w->prefix;
        behind = false;
    }
    step_list_init(&w->list);
    if (c->obc->exists)
        r = object_store_omap_scan(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, from,
                                   behind && from->len, walk_pair, w);
    encode_bool(&w->list.e, w->more);
    return step_give_list(op, &w->list, r);
}

int step_omap_get_keys(struct op_context *c, struct osd_op *op)
{
    struct omap_walk w = {.values = false};
    struct slice after;
    struct decode d;

    decode_init(&d, op->in.data, op->in.len);
    after = slice_borrow_blob(&d);
    w.max = decode_u64(&d);
    return decode_error(&d) ? -EINVAL : walk(c, op, &w, &after);
}

int step_omap_get_vals(struct op_context *c, struct osd_op *op)
{
    struct omap_walk w = {.values = true};
    struct slice after, prefix;
    struct decode d;

    decode_init(&d, op->in.data, op->in.len);
    after = slice_borrow_blob(&d);
    w.max = decode_u64(&d);
    prefix = slice_borrow_blob(&d);
    if (prefix.len)
        w.prefix = &prefix;
    return decode_error(&d) ? -EINVAL : walk(c, op, &w, &after);
}

int step_omap_get_header(struct op_context *c, struct osd_op *op)
{
    struct slice header = {0};
    int r = 0;

    if (!c->exists)
        return -ENOENT;
    if (c->obc->exists)
        r = object_store_omap_header(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, &header);
    return r ? r : bufferlist_append(&op->out, header);
}

static int get_value(struct op_context *c, const struct slice *key, struct slice *value)
{
    *value = (struct slice){0};
    if (!c->obc->exists)
        return -ENODATA;
    return object_store_omap_get(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, key, value);
}

int step_omap_get_vals_by_keys(struct op_context *c, struct osd_op *op)
{
    struct step_list found;
    struct decode d;
    uint32_t count;
    int r = 0;

    if (!c->exists)
        return -ENOENT;
    decode_init(&d, op->in.data, op->in.len);
    count = decode_count(&d, 4);
    step_list_init(&found);
    for (uint32_t i = 0; i < count && r == 0; i++) {
        struct slice key = slice_borrow_blob(&d), value;
        r = decode_error(&d) ? -EINVAL : get_value(c, &key, &value);
        if (r == 0) {
            step_list_add(&found, &key, &value);
            slice_put(&value);
        } else if (r == -ENODATA) {
            r = 0;
        }
    }
    if (r == 0 && decode_error(&d))
        r = -EINVAL;
    return step_give_list(op, &found, r);
}

static int check_value(struct op_context *c, const struct slice *key, const struct slice *want, uint32_t cmp)
{
    struct slice have;
    int r = get_value(c, key, &have), order;

    if (r && r != -ENODATA)
        return r;
    order = slice_compare(&have, want);
    slice_put(&have);
    switch (cmp) {
    case OSD_CMP_EQ:
        return order == 0 ? 0 : -ECANCELED;
    case OSD_CMP_LT:
        return order < 0 ? 0 : -ECANCELED;
    case OSD_CMP_GT:
        return order > 0 ? 0 : -ECANCELED;
    default:
        return -EINVAL;
    }
}

int step_omap_cmp(struct op_context *c, struct osd_op *op)
{
    struct decode d;
    uint32_t count;
    int r = 0;

    if (!c->exists)
        return -ENOENT;
    decode_init(&d, op->in.data, op->in.len);
    count = decode_count(&d, 12);
    for (uint32_t i = 0; i < count && r == 0; i++) {
        struct slice key = slice_borrow_blob(&d), want = slice_borrow_blob(&d);
        uint32_t cmp = decode_u32(&d);
        r = decode_error(&d) ? -EINVAL : check_value(c, &key, &want, cmp);
    }
    return r == 0 && decode_error(&d) ? -EINVAL : r;
}

/* ---- changes ---- */

/* A count and as many keys, with values or without, to the last byte. */
static int check_list(const struct slice *s, bool values)
{
    return slice_list_check(s, values) ? -EINVAL : 0;
}

static void changed(struct op_context *c)
{
    c->modified = c->user_modified = true;
}

int step_omap_set_vals(struct op_context *c, struct osd_op *op)
{
    int r = check_list(&op->in, true);

    if (r)
        return r;
    op_create_object(c);
    os_omap_setkeys(c->txn, &c->obc->name, &op->in);
    return 0;
}

int step_omap_set_header(struct op_context *c, struct osd_op *op)
{
    op_create_object(c);
    os_omap_setheader(c->txn, &c->obc->name, &op->in);
    return 0;
}

int step_omap_clear(struct op_context *c, struct osd_op *op UNUSED)
{
    if (!c->exists)
        return -ENOENT;
    os_omap_clear(c->txn, &c->obc->name);
    changed(c);
    return 0;
}

int step_omap_rm_keys(struct op_context *c, struct osd_op *op)
{
    int r = check_list(&op->in, false);

    if (r)
        return r;
    if (!c->exists)
        return -ENOENT;
    os_omap_rmkeys(c->txn, &c->obc->name, &op->in);
    changed(c);
    return 0;
}

int step_omap_rm_key_range(struct op_context *c, struct osd_op *op)
{
    struct slice first, end;
    struct decode d;

    decode_init(&d, op->in.data, op->in.len);
    first = slice_borrow_blob(&d);
    end = slice_borrow_blob(&d);
    if (decode_finish(&d))
        return -EINVAL;
    if (!c->exists)
        return -ENOENT;
    os_omap_rmkeyrange(c->txn, &c->obc->name, &first, &end);
    changed(c);
    return 0;
}
