/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/copy_from.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "osd/osd.h"
#include "osdc/objecter.h"

struct copy_fetch {
    struct pg *pg;              /* reference, while pieces come */
    struct object_context *obc; /* reference, while pieces come */
    struct op_request *req;
    unsigned at; /* the source that pieces come from */
    struct object_copy_cursor cursor;
    int piece_error;
    unsigned count;
    struct copy_source sources[];
};

static bool copies(const struct osd_op *op)
{
    return op->code == OSD_OP_COPY_FROM || op->code == OSD_OP_COPY_FROM2;
}

static unsigned count_copies(const struct op_request *req)
{
    unsigned count = 0;

    for (unsigned i = 0; i < req->m.op_count; i++)
        count += copies(&req->m.ops[i]);
    return count;
}

bool copy_fetch_is_due(const struct op_request *req)
{
    return !req->copy && req->writes && count_copies(req) > 0;
}

const struct copy_source *copy_fetch_source(const struct op_request *req, const struct osd_op *step)
{
    unsigned i = 0;

    while (req->copy->sources[i].step != (unsigned)(step - req->m.ops))
        i++;
    return &req->copy->sources[i];
}

static void source_destroy(struct copy_source *s)
{
    free(s->name);
    object_locator_destroy(&s->locator);
    bufferlist_destroy(&s->attrs);
    bufferlist_destroy(&s->omap);
    bufferlist_destroy(&s->data);
    slice_put(&s->omap_header);
}

void copy_fetch_free(struct copy_fetch *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < f->count; i++)
        source_destroy(&f->sources[i]);
    object_copy_cursor_destroy(&f->cursor);
    free(f);
}

/* ---- what is to be fetched ---- */

static bool is_itself(const struct copy_source *s, const struct hobject *o)
{
    return s->locator.pool == o->pool && s->snapid == o->snap && strcmp(s->name, o->name) == 0 &&
           strcmp(s->locator.key, o->key) == 0 && strcmp(s->locator.nspace, o->nspace) == 0;
}

static int read_source(struct copy_source *s, const struct osd_op *op, const struct hobject *writes_to)
{
    struct osd_op_copy_from x = osd_op_copy_from(op);
    struct decode d;

    decode_init(&d, op->in.data, op->in.len);
    s->name = decode_string(&d);
    object_locator_decode(&s->locator, &d);
    s->snapid = x.snapid;
    s->version = x.version;
    s->truncation_given = op->code == OSD_OP_COPY_FROM2 && x.flags & OSD_COPY_FROM_TRUNCATE;
    if (s->truncation_given) {
        s->truncate_seq = decode_u32(&d);
        s->truncate_size = decode_u64(&d);
    }
    if (decode_error(&d) || (op->code == OSD_OP_COPY_FROM2 && x.flags & ~OSD_COPY_FROM_FLAGS))
        return -EINVAL;
    return is_itself(s, writes_to) ? -EINVAL : 0;
}

static void read_sources(struct copy_fetch *f, const struct op_request *req)
{
    for (unsigned i = 0; i < req->m.op_count; i++) {
        struct copy_source *s = &f->sources[f->count];
        if (!copies(&req->m.ops[i]))
            continue;
        s->step = i;
        s->error = read_source(s, &req->m.ops[i], &req->object);
        f->count++;
    }
}

/* ---- pieces ---- */

static bool same_place(const struct object_copy_cursor *a, const struct object_copy_cursor *b)
{
    return a->attrs_done == b->attrs_done && a->data_done == b->data_done && a->omap_done == b->omap_done &&
           a->data_offset == b->data_offset && slice_compare(&a->omap_offset, &b->omap_offset) == 0;
}

/* Moves what the piece brought to the source. */
static int take_piece(struct copy_fetch *f, struct object_copy_data *p)
{
    struct copy_source *s = &f->sources[f->at];
    int r = 0;

    if (same_place(&p->cursor, &f->cursor))
        return -EIO; /* it would never end */
    if (p->size > osd_limits(f->pg->osd)->object_size || p->data.len > p->size - s->data.len)
        return -EFBIG;
    if (p->attrs.len)
        r = bufferlist_append(&s->attrs, slice_get(&p->attrs));
    if (r == 0)
        r = bufferlist_append_list(&s->data, &p->data);
    if (r == 0 && p->omap.len)
        r = bufferlist_append(&s->omap, slice_get(&p->omap));
    if (p->omap_header.len) {
        slice_put(&s->omap_header);
        s->omap_header = slice_get(&p->omap_header);
    }
    s->size = p->size;
    s->mtime = p->mtime;
    if (!s->truncation_given) {
        s->truncate_seq = p->truncate_seq;
        s->truncate_size = p->truncate_size;
    }
    object_copy_cursor_destroy(&f->cursor);
    f->cursor = p->cursor;
    memset(&p->cursor, 0, sizeof(p->cursor));
    return r;
}

static void read_piece(struct object_step *step, int result, struct bufferlist *out)
{
    struct copy_fetch *f = step->to;
    struct object_copy_data p;
    struct slice flat = {0};
    struct decode d;

    if (result < 0)
        return;
    object_copy_data_init(&p);
    f->piece_error = bufferlist_flatten(out, &flat);
    if (f->piece_error == 0) {
        decode_init(&d, flat.data, flat.len);
        object_copy_data_decode(&p, &d, &flat);
        f->piece_error = decode_error(&d) ? -EIO : take_piece(f, &p);
    }
    object_copy_data_destroy(&p);
    slice_put(&flat);
}

static void piece_came(void *arg, const struct objecter_answer *answer);

static struct objecter_op *next_piece(struct copy_fetch *f)
{
    const struct copy_source *s = &f->sources[f->at];
    uint64_t max = conf_u64(f->pg->osd->conf, OPT_osd_copyfrom_max_chunk);
    struct objecter_op *op =
        objecter_op_create(s->locator.pool, s->locator.nspace, s->locator.key, s->name, piece_came, f);
    struct object_step *step;
    struct encode e;

    if (!op)
        return NULL;
    if (s->version)
        object_operation_assert_version(&op->operation, s->version);
    encode_init(&e);
    object_copy_cursor_encode(&f->cursor, &e);
    encode_u64(&e, max);
    object_operation_encoded(&op->operation, OSD_OP_COPY_GET, &e);
    step = object_operation_last_step(&op->operation);
    step->finish = read_piece;
    step->to = f;
    op->snapid = s->snapid;
    f->piece_error = -EIO; /* until one has come */
    return op;
}

/* The operation's next turn, in its group's lane, with what it copies at hand. */
static void go_on(struct pg *pg, struct pg_work *w)
{
    struct op_request *req = CONTAINER_OF(w, struct op_request, work);
    struct object_context *obc = req->copy->obc;
    struct list waiting;

    obc->copying = false;
    list_init(&waiting);
    list_splice_tail(&waiting, &obc->waiting); /* whoever came later goes after it */
    req->work.run = pg_do_op;
    pg_do_op(pg, w);
    pg_run_works(pg, &waiting);
    object_context_put(&pg->objects, obc);
    pg_put(pg);
}

static void end(struct copy_fetch *f)
{
    f->req->work.run = go_on;
    op_queue_submit(f->pg->osd->queue, &f->pg->lane, &f->req->work.link, false);
}

/* What is to be sent next; NULL: there is nothing, the operation goes on. */
static struct objecter_op *advance(struct copy_fetch *f)
{
    for (; f->at < f->count; f->at++) {
        struct copy_source *s = &f->sources[f->at];
        struct objecter_op *op;
        if (s->error == 0 && !object_copy_cursor_at_end(&f->cursor)) {
            op = next_piece(f);
            if (op)
                return op;
            s->error = -ENOMEM;
        }
        object_copy_cursor_destroy(&f->cursor);
    }
    end(f);
    return NULL;
}

static void piece_came(void *arg, const struct objecter_answer *answer)
{
    struct copy_fetch *f = arg;
    struct copy_source *s = &f->sources[f->at];
    struct objecter *objecter = f->pg->osd->objecter;
    struct objecter_op *op;

    s->error = answer->result < 0 ? answer->result : f->piece_error;
    s->version = answer->user_version;
    op = advance(f);
    if (op)
        objecter_submit(objecter, op);
}

int copy_fetch_start(struct pg *pg, struct object_context *obc, struct op_request *req)
{
    struct copy_fetch *f = calloc(1, sizeof(*f) + count_copies(req) * sizeof(f->sources[0]));
    struct objecter_op *op;

    if (!f)
        return -ENOMEM;
    read_sources(f, req);
    f->req = req;
    req->copy = f;
    f->pg = pg_get(pg);
    f->obc = obc;
    object_context_ref(obc);
    obc->copying = true;
    op_request_mark(req, OP_COPYING);
    op = advance(f);
    if (op && pg_submit(pg, op)) {
        objecter_op_free(op);
        f->sources[f->at].error = -ENOMEM;
        end(f);
    }
    return 0;
}
