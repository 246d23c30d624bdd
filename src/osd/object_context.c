/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/object_context.h"

#include <errno.h>
#include <stdlib.h>

void object_contexts_init(struct object_contexts *c, unsigned keep)
{
    hash_table_init(&c->all);
    list_init(&c->unused);
    c->unused_count = 0;
    c->keep = keep;
}

static void forget(struct object_contexts *c, struct object_context *o)
{
    list_remove(&o->unused_link);
    c->unused_count--;
    hash_table_remove(&c->all, &o->node);
    object_info_destroy(&o->info);
    hobject_destroy(&o->name);
    free(o);
}

void object_contexts_destroy(struct object_contexts *c)
{
    while (!list_empty(&c->unused))
        forget(c, list_first(&c->unused, struct object_context, unused_link));
    hash_table_destroy(&c->all);
}

static int load(struct object_context *o, struct object_store *s, struct os_collection *coll)
{
    struct slice bytes;
    struct decode d;
    int r = object_store_getattr(s, coll, &o->name, OBJECT_INFO_ATTR, &bytes);

    if (r == -ENOENT || r == -ENODATA)
        return 0;
    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    object_info_decode(&o->info, &d);
    r = decode_error(&d) ? -EIO : 0;
    o->exists = r == 0;
    slice_put(&bytes);
    return r;
}

int object_context_get(struct object_contexts *c, struct object_store *s, struct os_collection *coll,
                       const struct hobject *name, struct object_context **out)
{
    struct object_context *o = object_context_peek(c, name);
    int r;

    if (o) {
        if (o->refs++ == 0) {
            list_remove(&o->unused_link);
            c->unused_count--;
        }
        *out = o;
        return 0;
    }
    o = calloc(1, sizeof(*o));
    r = o ? hobject_copy(&o->name, name) : -ENOMEM;
    if (r == 0)
        r = load(o, s, coll);
    if (r) {
        if (o) {
            object_info_destroy(&o->info);
            hobject_destroy(&o->name);
        }
        free(o);
        return r;
    }
    o->refs = 1;
    list_init(&o->unused_link);
    list_init(&o->waiting);
    list_init(&o->watches);
    hash_table_insert(&c->all, o->name.hash, &o->node);
    *out = o;
    return 0;
}

struct object_context *object_context_peek(struct object_contexts *c, const struct hobject *name)
{
    struct hash_node *n = hash_table_find(&c->all, name->hash);

    for (; n; n = hash_table_find_next(n)) {
        struct object_context *o = CONTAINER_OF(n, struct object_context, node);
        if (hobject_compare(&o->name, name) == 0)
            return o;
    }
    return NULL;
}

void object_context_put(struct object_contexts *c, struct object_context *o)
{
    if (!o || --o->refs)
        return;
    list_add_tail(&c->unused, &o->unused_link);
    if (++c->unused_count > c->keep)
        forget(c, list_first(&c->unused, struct object_context, unused_link));
}
