/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that give an object to another OSD, and that make one of what another OSD gave. */
#include <errno.h>
#include <stdlib.h>

#include "common/slice_codec.h"
#include "osd/copy_from.h"
#include "osd/op_context.h"
#include "osd/osd.h"

/* ---- giving ---- */

struct giving {
    struct object_copy_data piece;
    uint64_t left; /* bytes that this piece may still have */
    struct step_list list;
    size_t last_at, last_len; /* the last key in it */
    bool more;
};

static void use(struct giving *g, uint64_t bytes)
{
    g->left -= bytes < g->left ? bytes : g->left;
}

static bool give_attr(void *arg, const struct slice *key, const struct slice *value)
{
    struct giving *g = arg;

    step_list_add(&g->list, key, value);
    return true;
}

static bool give_pair(void *arg, const struct slice *key, const struct slice *value)
{
    struct giving *g = arg;

    if (g->left == 0) {
        g->more = true;
        return false;
    }
    g->last_at = g->list.e.len + 4;
    g->last_len = key->len;
    step_list_add(&g->list, key, value);
    use(g, key->len + value->len + 8);
    return true;
}

static int take_list(struct step_list *l, struct slice *out)
{
    size_t len;
    uint8_t *bytes;
    int r;

    step_list_finish(l);
    r = encode_error(&l->e);
    bytes = encode_steal(&l->e, &len);
    encode_destroy(&l->e);
    if (r)
        return r;
    *out = slice_of(buffer_wrap_malloc(bytes, len));
    return out->buf ? 0 : -ENOMEM;
}

static int give_attrs(struct op_context *c, struct giving *g)
{
    int r, taken;

    step_list_init(&g->list);
    r = op_each_attr(c, give_attr, g);
    taken = take_list(&g->list, &g->piece.attrs);
    if (r || taken)
        return r ? r : taken;
    use(g, g->piece.attrs.len);
    g->piece.cursor.attrs_done = true;
    return 0;
}

static int give_data(struct op_context *c, struct giving *g)
{
    struct object_copy_cursor *cursor = &g->piece.cursor;
    int r = op_read_bytes(c, cursor->data_offset, g->left, &g->piece.data);

    use(g, g->piece.data.len);
    cursor->data_offset += g->piece.data.len;
    cursor->data_done = cursor->data_offset >= c->info.size;
    return r;
}

static int give_omap(struct op_context *c, struct giving *g)
{
    struct object_copy_cursor *cursor = &g->piece.cursor;
    struct object_store *s = osd_store(op_osd(c));
    int r = 0, taken;

    if (!cursor->omap_offset.len)
        r = object_store_omap_header(s, c->pg->coll, &c->obc->name, &g->piece.omap_header);
    if (r)
        return r;
    step_list_init(&g->list);
    r = object_store_omap_scan(s, c->pg->coll, &c->obc->name, &cursor->omap_offset,
                               cursor->omap_offset.len > 0, give_pair, g);
    taken = take_list(&g->list, &g->piece.omap);
    if (r || taken)
        return r ? r : taken;
    slice_put(&cursor->omap_offset);
    cursor->omap_offset = g->more ? slice_part(&g->piece.omap, g->last_at, g->last_len) : (struct slice){0};
    cursor->omap_done = !g->more;
    return 0;
}

static int give_piece(struct op_context *c, struct giving *g)
{
    const struct object_copy_cursor *cursor = &g->piece.cursor;
    int r = 0;

    if (!cursor->attrs_done)
        r = give_attrs(c, g);
    if (r == 0 && g->left && !cursor->data_done)
        r = give_data(c, g);
    if (r == 0 && g->left && cursor->data_done && !cursor->omap_done)
        r = give_omap(c, g);
    return r;
}

int step_copy_get(struct op_context *c, struct osd_op *op)
{
    struct giving g = {.left = 0};
    struct encode e;
    struct decode d;
    int r;

    object_copy_data_init(&g.piece);
    decode_init(&d, op->in.data, op->in.len);
    object_copy_cursor_decode(&g.piece.cursor, &d, &op->in);
    g.left = decode_u64(&d);
    r = decode_error(&d) || !g.left ? -EINVAL : 0;
    if (r == 0 && !c->obc->exists)
        r = -ENOENT;
    if (r == 0)
        r = give_piece(c, &g);
    if (r == 0) {
        g.piece.size = c->info.size;
        g.piece.mtime = c->info.mtime;
        g.piece.truncate_seq = c->info.truncate_seq;
        g.piece.truncate_size = c->info.truncate_size;
        encode_init(&e);
        object_copy_data_encode(&g.piece, &e);
        r = step_give(op, &e);
    }
    object_copy_data_destroy(&g.piece);
    return r;
}

/* ---- making ---- */

static int set_attr(struct op_context *c, const struct slice *name, const struct slice *value)
{
    char *stored;
    int r = op_attr_name(c, name->data, name->len, &stored);

    if (r)
        return r;
    os_setattr(c->txn, &c->obc->name, stored, value);
    free(stored);
    return 0;
}

static int set_attrs(struct op_context *c, const struct slice *attrs)
{
    struct slice name, value;
    struct slice_list l;
    int r = 0;

    slice_list_begin(&l, attrs, true);
    while (r == 0 && slice_list_next(&l, &name, &value))
        r = set_attr(c, &name, &value);
    return r ? r : slice_list_finish(&l);
}

static void replace(struct op_context *c, const struct copy_source *s)
{
    uint64_t at = 0;

    if (c->exists)
        os_remove(c->txn, &c->obc->name);
    os_touch(c->txn, &c->obc->name);
    c->exists = true;
    c->replaced = true;
    for (unsigned i = 0; i < s->data.count; at += bufferlist_slice(&s->data, i++)->len)
        os_write(c->txn, &c->obc->name, at, bufferlist_slice(&s->data, i));
    for (unsigned i = 0; i < s->omap.count; i++)
        os_omap_setkeys(c->txn, &c->obc->name, bufferlist_slice(&s->omap, i));
    if (s->omap_header.len)
        os_omap_setheader(c->txn, &c->obc->name, &s->omap_header);
    c->pg->stats.written_bytes += s->data.len;
}

/* The copy has the version and the time of what it was made from. */
int step_copy_from(struct op_context *c, struct osd_op *op)
{
    const struct copy_source *s = copy_fetch_source(c->req, op);
    int r = s->error;

    if (r)
        return r;
    replace(c, s);
    for (unsigned i = 0; i < s->attrs.count && r == 0; i++)
        r = set_attrs(c, bufferlist_slice(&s->attrs, i));
    c->info.size = s->data.len;
    c->info.mtime = s->mtime;
    c->info.truncate_seq = s->truncate_seq;
    c->info.truncate_size = s->truncate_size;
    c->info.user_version = s->version;
    if (c->pg->last_user_version < s->version)
        c->pg->last_user_version = s->version;
    c->modified = true;
    return r;
}
