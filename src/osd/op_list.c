/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing the objects of a placement group, part by part. */
#include <errno.h>
#include <string.h>

#include "osd/op_context.h"
#include "osd/osd.h"

enum { LIST_MAX = 4096, LIST_END = 1 }; /* objects in one answer; the result at the end of the group */

struct listing {
    const char *nspace; /* OBJECT_LOCATOR_ALL_NAMESPACES: any */
    uint64_t max;
    struct encode entries;
    uint32_t count;
    bool more;
    struct hobject next; /* where to go on, if there is more */
    int error;
};

static bool wanted(const struct listing *l, const struct hobject *o)
{
    return strcmp(l->nspace, OBJECT_LOCATOR_ALL_NAMESPACES) == 0 || strcmp(l->nspace, o->nspace) == 0;
}

static bool list_object(void *arg, const struct hobject *o)
{
    struct listing *l = arg;

    if (l->count == l->max) {
        l->error = hobject_copy(&l->next, o);
        l->more = true;
        return false;
    }
    if (!wanted(l, o))
        return true;
    encode_string(&l->entries, o->nspace);
    encode_string(&l->entries, o->name);
    encode_string(&l->entries, o->key);
    l->count++;
    return true;
}

/* The place where the next group begins, in the order of hashes: the group's own bits, reversed, plus one. */
static int end_of_group(const struct pg *pg, unsigned bits, struct hobject *out)
{
    uint64_t reversed = bits ? (uint64_t)(hobject_reverse_bits(pg->id.seed) >> (32 - bits)) + 1 : 1;

    if (reversed >= UINT64_C(1) << bits)
        return hobject_init_max(out);
    return hobject_init(out, pg->id.pool, hobject_reverse_bits((uint32_t)(reversed << (32 - bits))), NULL,
                        NULL, NULL, SNAP_HEAD);
}

static int give_listing(struct op_context *c, struct osd_op *op, struct listing *l)
{
    struct encode e;
    size_t at;
    int r = 0;

    if (!l->more)
        r = end_of_group(c->pg, c->pg->bits, &l->next);
    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    hobject_encode(&l->next, &e);
    encode_u32(&e, l->count);
    encode_bytes(&e, l->entries.data, l->entries.len);
    encode_end_struct(&e, at);
    if (r == 0)
        return step_give(op, &e);
    encode_destroy(&e);
    return r;
}

int step_pgnls(struct op_context *c, struct osd_op *op)
{
    struct osd_op_pgls x = osd_op_pgls(op);
    struct listing l = {.nspace = c->req->m.locator.nspace, .max = x.count < LIST_MAX ? x.count : LIST_MAX};
    struct hobject cursor;
    struct decode d;
    int r;

    decode_init(&d, op->in.data, op->in.len);
    hobject_decode(&cursor, &d);
    if (decode_error(&d)) {
        hobject_destroy(&cursor);
        return -EINVAL;
    }
    encode_init(&l.entries);
    r = object_store_list(osd_store(op_osd(c)), c->pg->coll, &cursor, list_object, &l);
    if (r == 0)
        r = l.error;
    if (r == 0)
        r = give_listing(c, op, &l);
    encode_destroy(&l.entries);
    hobject_destroy(&cursor);
    hobject_destroy(&l.next);
    return r ? r : l.more ? 0 : LIST_END;
}
