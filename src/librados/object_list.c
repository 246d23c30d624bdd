/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing the objects of a pool: from group to group in the order of reversed hashes, a piece at a time. */
#include <errno.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "types/hobject.h"

#define PIECE 1024 /* objects that are asked for at once */

/* One piece of a group's list. */
struct list_piece {
    struct hobject next; /* where the following one begins */
    rados_object_list_item *items;
    unsigned count;
    int error;
};

struct object_list {
    struct rados_ioctx *io; /* a reference */
    char *nspace;           /* the context's when the list was opened: that may change meanwhile */
    struct hobject cursor;  /* of the next piece */
    bool started;
    struct list_piece piece;
    unsigned at; /* in the piece */
};

/* ---- a piece ---- */

static void item_destroy(rados_object_list_item *i)
{
    free(i->oid);
    free(i->nspace);
    free(i->locator);
    memset(i, 0, sizeof(*i));
}

static void piece_destroy(struct list_piece *p)
{
    for (unsigned i = 0; i < p->count; i++)
        item_destroy(&p->items[i]);
    free(p->items);
    hobject_destroy(&p->next);
    memset(p, 0, sizeof(*p));
}

static char *decode_name(struct decode *d, size_t *len)
{
    char *text = decode_string(d);

    *len = text ? strlen(text) : 0;
    return text;
}

static int decode_piece(struct list_piece *p, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    uint32_t count;

    hobject_decode(&p->next, &body);
    count = decode_count(&body, 12);
    p->items = calloc((size_t)count + 1, sizeof(*p->items));
    if (!p->items)
        return -ENOMEM;
    for (; p->count < count && !decode_error(&body); p->count++) {
        rados_object_list_item *i = &p->items[p->count];

        i->nspace = decode_name(&body, &i->nspace_length);
        i->oid = decode_name(&body, &i->oid_length);
        i->locator = decode_name(&body, &i->locator_length);
    }
    return decode_error(&body);
}

static void take_piece(struct object_step *s, int result, struct bufferlist *out)
{
    struct list_piece *p = s->to;
    struct slice flat;
    struct decode d;

    if (result < 0)
        return;
    p->error = bufferlist_flatten(out, &flat);
    if (p->error)
        return;
    decode_init(&d, flat.data, flat.len);
    p->error = decode_piece(p, &d);
    slice_put(&flat);
}

static void answered(void *arg, const struct objecter_answer *a)
{
    sync_call_end(arg, a->result);
}

static int submit(struct rados_ioctx *io, const char *nspace, const struct hobject *from, uint64_t max,
                  struct list_piece *p, struct sync_call *s)
{
    struct objecter_op *op = objecter_op_create(io->pool, nspace, "", "", answered, s);
    struct cluster_map *m = objecter_map(io->cluster->objecter);
    struct object_step *step;
    struct osd_op *list;
    struct encode e;

    if (!op) {
        cluster_map_put(m);
        return -ENOMEM;
    }
    encode_init(&e);
    hobject_encode(from, &e);
    object_operation_encoded(&op->operation, OSD_OP_PGNLS, &e);
    step = object_operation_last_step(&op->operation);
    step->finish = take_piece;
    step->to = p;
    if (!op->operation.error) {
        list = &op->operation.ops[0];
        memset(list->args, 0, sizeof(list->args));
        osd_op_set_pgls(list, (struct osd_op_pgls){.count = max, .start_epoch = m->map.epoch});
    }
    cluster_map_put(m);
    op->snapid = io->read_snap;
    op->pg_hash = from->hash;
    objecter_submit_limited(io->cluster->objecter, op);
    return 0;
}

/* Fetches what lies behind from. */
static int fetch(struct rados_ioctx *io, const char *nspace, const struct hobject *from, uint64_t max,
                 struct list_piece *p)
{
    struct sync_call s;
    int r = cluster_check(io->cluster);

    memset(p, 0, sizeof(*p));
    if (r)
        return r;
    sync_call_init(&s, io);
    r = submit(io, nspace, from, max, p, &s);
    if (r)
        sync_call_end(&s, r);
    r = sync_call_wait(&s);
    if (r >= 0 && p->error)
        r = p->error;
    if (r >= 0 && !p->next.name)
        r = -EIO;
    if (r < 0)
        piece_destroy(p);
    return r < 0 ? r : 0;
}

/* ---- lists ---- */

int rados_nobjects_list_open(rados_ioctx_t io, rados_list_ctx_t *ctx)
{
    struct rados_ioctx *c = io;
    struct object_list *l = calloc(1, sizeof(*l));

    if (!l)
        return -ENOMEM;
    l->nspace = strdup(c->nspace);
    if (!l->nspace || hobject_init_min(&l->cursor)) {
        free(l->nspace);
        free(l);
        return -ENOMEM;
    }
    l->io = ioctx_get(c);
    *ctx = l;
    return 0;
}

void rados_nobjects_list_close(rados_list_ctx_t ctx)
{
    struct object_list *l = ctx;

    piece_destroy(&l->piece);
    hobject_destroy(&l->cursor);
    ioctx_put(l->io);
    free(l->nspace);
    free(l);
}

/* The next piece that is not empty. -ENOENT: there is none. */
static int next_piece(struct object_list *l)
{
    struct hobject cursor;
    int r;

    do {
        if (l->cursor.max)
            return -ENOENT;
        piece_destroy(&l->piece);
        l->at = 0;
        r = fetch(l->io, l->nspace, &l->cursor, PIECE, &l->piece);
        if (r)
            return r;
        cursor = l->piece.next;
        memset(&l->piece.next, 0, sizeof(l->piece.next));
        hobject_destroy(&l->cursor);
        l->cursor = cursor;
    } while (l->piece.count == 0);
    return 0;
}

int rados_nobjects_list_next2(rados_list_ctx_t ctx, const char **entry, const char **key, const char **nspace,
                              size_t *entry_size, size_t *key_size, size_t *nspace_size)
{
    struct object_list *l = ctx;
    rados_object_list_item *i;

    if (l->at >= l->piece.count) {
        int r = next_piece(l);

        if (r)
            return r;
    }
    i = &l->piece.items[l->at++];
    *entry = i->oid;
    if (key)
        *key = i->locator_length ? i->locator : NULL;
    if (nspace)
        *nspace = i->nspace;
    if (entry_size)
        *entry_size = i->oid_length;
    if (key_size)
        *key_size = i->locator_length;
    if (nspace_size)
        *nspace_size = i->nspace_length;
    return 0;
}

int rados_nobjects_list_next(rados_list_ctx_t ctx, const char **entry, const char **key, const char **nspace)
{
    return rados_nobjects_list_next2(ctx, entry, key, nspace, NULL, NULL, NULL);
}

/* ---- places in lists ---- */

/* The group that the list is in. */
static uint32_t position(struct object_list *l)
{
    struct cluster_map *m = objecter_map(l->io->cluster->objecter);
    const struct osdmap_pool *pool = osdmap_find_pool(&m->map, l->io->pool);
    uint32_t seed = pool && !l->cursor.max ? osdmap_pg_of_hash(pool, l->cursor.hash).seed : 0;

    cluster_map_put(m);
    return seed;
}

uint32_t rados_nobjects_list_get_pg_hash_position(rados_list_ctx_t ctx)
{
    struct object_list *l = ctx;

    return cluster_check(l->io->cluster) ? 0 : position(l);
}

static uint32_t seek(struct object_list *l, struct hobject *to)
{
    piece_destroy(&l->piece);
    l->at = 0;
    hobject_destroy(&l->cursor);
    l->cursor = *to;
    return rados_nobjects_list_get_pg_hash_position(l);
}

uint32_t rados_nobjects_list_seek(rados_list_ctx_t ctx, uint32_t pos)
{
    struct object_list *l = ctx;
    struct hobject to;

    if (hobject_init(&to, l->io->pool, pos, "", "", "", 0))
        abort();
    return seek(l, &to);
}

uint32_t rados_nobjects_list_seek_cursor(rados_list_ctx_t ctx, rados_object_list_cursor cursor)
{
    struct hobject to;

    if (hobject_copy(&to, cursor))
        abort();
    return seek(ctx, &to);
}

static rados_object_list_cursor new_cursor(const struct hobject *from)
{
    struct hobject *c = calloc(1, sizeof(*c));

    if (c && hobject_copy(c, from)) {
        free(c);
        c = NULL;
    }
    return c;
}

/* Before the object that comes next. */
int rados_nobjects_list_get_cursor(rados_list_ctx_t ctx, rados_object_list_cursor *cursor)
{
    struct object_list *l = ctx;
    rados_object_list_item *i = l->at < l->piece.count ? &l->piece.items[l->at] : NULL;
    struct hobject at;

    if (!i) {
        *cursor = new_cursor(&l->cursor);
        return *cursor ? 0 : -ENOMEM;
    }
    if (hobject_init(&at, l->io->pool, osdmap_hash_object(i->nspace, i->locator, i->oid), i->nspace,
                     i->locator, i->oid, SNAP_HEAD))
        return -ENOMEM;
    *cursor = new_cursor(&at);
    hobject_destroy(&at);
    return *cursor ? 0 : -ENOMEM;
}

/* ---- lists of old: one namespace, as the others ---- */

int rados_objects_list_open(rados_ioctx_t io, rados_list_ctx_t *ctx)
{
    return rados_nobjects_list_open(io, ctx);
}

uint32_t rados_objects_list_get_pg_hash_position(rados_list_ctx_t ctx)
{
    return rados_nobjects_list_get_pg_hash_position(ctx);
}

uint32_t rados_objects_list_seek(rados_list_ctx_t ctx, uint32_t pos)
{
    return rados_nobjects_list_seek(ctx, pos);
}

int rados_objects_list_next(rados_list_ctx_t ctx, const char **entry, const char **key)
{
    return rados_nobjects_list_next(ctx, entry, key, NULL);
}

void rados_objects_list_close(rados_list_ctx_t ctx)
{
    rados_nobjects_list_close(ctx);
}

/* ---- by cursors ---- */

rados_object_list_cursor rados_object_list_begin(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;
    struct hobject *c = calloc(1, sizeof(*c));

    if (c && hobject_init(c, ctx->pool, 0, "", "", "", 0)) {
        free(c);
        c = NULL;
    }
    return c;
}

rados_object_list_cursor rados_object_list_end(rados_ioctx_t io UNUSED)
{
    struct hobject *c = calloc(1, sizeof(*c));

    if (c && hobject_init_max(c)) {
        free(c);
        c = NULL;
    }
    return c;
}

int rados_object_list_is_end(rados_ioctx_t io UNUSED, rados_object_list_cursor cur)
{
    const struct hobject *c = cur;

    return c->max;
}

void rados_object_list_cursor_free(rados_ioctx_t io UNUSED, rados_object_list_cursor cur)
{
    struct hobject *c = cur;

    if (c)
        hobject_destroy(c);
    free(c);
}

int rados_object_list_cursor_cmp(rados_ioctx_t io UNUSED, rados_object_list_cursor lhs,
                                 rados_object_list_cursor rhs)
{
    int r = hobject_compare(lhs, rhs);

    return r < 0 ? -1 : r > 0;
}

/* Drops items that lie at or behind finish, and says so. */
static bool cut_at(struct rados_ioctx *io, struct list_piece *p, const struct hobject *finish)
{
    for (unsigned n = 0; n < p->count; n++) {
        rados_object_list_item *i = &p->items[n];
        struct hobject at = {.key = i->locator,
                             .name = i->oid,
                             .nspace = i->nspace,
                             .snap = SNAP_HEAD,
                             .hash = osdmap_hash_object(i->nspace, i->locator, i->oid),
                             .pool = io->pool};

        if (hobject_compare(&at, finish) < 0)
            continue;
        for (unsigned k = n; k < p->count; k++)
            item_destroy(&p->items[k]);
        p->count = n;
        return true;
    }
    return hobject_compare(&p->next, finish) >= 0;
}

int rados_object_list(rados_ioctx_t io, rados_object_list_cursor start, rados_object_list_cursor finish,
                      size_t result_size, const char *filter_buf UNUSED, size_t filter_buf_len,
                      rados_object_list_item *results, rados_object_list_cursor *next)
{
    const struct hobject *from = start;
    struct hobject *to = *next;
    struct list_piece p;
    int r, n;

    if (filter_buf_len > 0)
        return -EOPNOTSUPP;
    if (hobject_compare(from, finish) >= 0) {
        memset(&p, 0, sizeof(p));
        r = hobject_copy(&p.next, finish);
    } else {
        r = fetch(io, ((struct rados_ioctx *)io)->nspace, from, result_size, &p);
    }
    if (r)
        return r;
    if (p.count > result_size)
        r = -EIO;
    else if (cut_at(io, &p, finish)) {
        hobject_destroy(&p.next);
        r = hobject_copy(&p.next, finish);
    }
    if (r) {
        piece_destroy(&p);
        return r;
    }
    n = (int)p.count;
    memcpy(results, p.items, p.count * sizeof(*results));
    p.count = 0;
    hobject_destroy(to);
    *to = p.next;
    memset(&p.next, 0, sizeof(p.next));
    piece_destroy(&p);
    return n;
}

void rados_object_list_free(size_t result_size, rados_object_list_item *results)
{
    for (size_t i = 0; i < result_size; i++)
        item_destroy(&results[i]);
}

/* In reversed bits hashes are in the order of the list; the end counts as one behind the last. */
static uint64_t reversed(const struct hobject *c)
{
    return c->max ? UINT64_C(1) << 32 : hobject_reverse_bits(c->hash);
}

static struct hobject at_reversed(struct rados_ioctx *io, uint64_t where)
{
    struct hobject c;
    int r = where >> 32 ? hobject_init_max(&c)
                        : hobject_init(&c, io->pool, hobject_reverse_bits((uint32_t)where), "", "", "", 0);

    if (r)
        abort(); /* the interface has no way to say it */
    return c;
}

void rados_object_list_slice(rados_ioctx_t io, rados_object_list_cursor start,
                             rados_object_list_cursor finish, size_t n, size_t m,
                             rados_object_list_cursor *split_start, rados_object_list_cursor *split_finish)
{
    uint64_t from = reversed(start), to = reversed(finish), width = to - from;
    struct hobject *first = *split_start, *last = *split_finish;

    hobject_destroy(first);
    hobject_destroy(last);
    *first = at_reversed(io, from + width * n / m);
    *last = at_reversed(io, from + width * (n + 1) / m);
}
