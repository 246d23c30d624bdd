/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem_store: an object store in memory. What was written is referenced, not copied, and reads give out
 * references to it. Transactions are durable, as far as memory goes, when object_store_queue() returns.
 *
 * Locks: one for the table of collections, one for each collection, never both at once but for splits.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/list.h"
#include "common/mutex.h"
#include "common/slice_codec.h"
#include "common/treap.h"
#include "os/mem_object.h"

enum { MEM_OVERHEAD = 512 }; /* what an object takes beside its data, roughly */

struct os_collection {
    struct list link; /* mem_store.collections; the store's lock */
    struct coll_id id;
    unsigned refs; /* the store's lock */
    struct mutex lock;
    unsigned bits;              /* lock */
    struct mem_objects objects; /* lock */
    struct treap records;       /* lock */
};

struct mem_store {
    struct object_store base;
    uint64_t size_limit;
    struct mutex lock;
    struct list collections; /* lock */
    struct mem_usage usage;
};

static struct mem_store *mem_of(struct object_store *s)
{
    return CONTAINER_OF(s, struct mem_store, base);
}

static struct slice text_slice(const char *text)
{
    return (struct slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

/* ---- transactions ---- */

static void set_pairs(struct mem_store *s, struct treap *t, const struct slice *pairs)
{
    struct slice key, value;
    struct slice_list l;

    slice_list_begin(&l, pairs, true);
    while (slice_list_next(&l, &key, &value))
        mem_pair_set(&s->usage, t, &key, &value);
}

static void remove_pairs(struct mem_store *s, struct treap *t, const struct slice *keys)
{
    struct slice key, value;
    struct slice_list l;

    slice_list_begin(&l, keys, false);
    while (slice_list_next(&l, &key, &value))
        mem_pair_remove(&s->usage, t, &key);
}

/* Ops on the data of one object. */
static bool apply_data(struct mem_store *s, struct os_collection *c, const struct hobject *o,
                       const struct os_op *op)
{
    switch (op->code) {
    case OS_OP_TOUCH:
        mem_object_make(&s->usage, &c->objects, o);
        return true;
    case OS_OP_WRITE:
        mem_object_write(&s->usage, mem_object_make(&s->usage, &c->objects, o), op->offset, &op->data);
        return true;
    case OS_OP_ZERO:
        mem_object_zero(&s->usage, mem_object_make(&s->usage, &c->objects, o), op->offset, op->length);
        return true;
    case OS_OP_TRUNCATE:
        mem_object_truncate(&s->usage, mem_object_make(&s->usage, &c->objects, o), op->length);
        return true;
    case OS_OP_REMOVE:
        mem_object_remove(&s->usage, &c->objects, o);
        return true;
    default:
        return false;
    }
}

/* Ops on its attributes and its omap. */
static bool apply_pairs(struct mem_store *s, struct os_collection *c, const struct hobject *o,
                        const struct os_op *op)
{
    struct mem_object *m;

    if (op->code < OS_OP_SETATTR || op->code >= OS_OP_MKCOLL || op->code == OS_OP_CLONE ||
        op->code == OS_OP_CLONE_RANGE)
        return false;
    m = mem_object_make(&s->usage, &c->objects, o);
    switch (op->code) {
    case OS_OP_SETATTR:
        mem_pair_set(&s->usage, &m->attrs, &op->name, &op->data);
        break;
    case OS_OP_RMATTR:
        mem_pair_remove(&s->usage, &m->attrs, &op->name);
        break;
    case OS_OP_RMATTRS:
        mem_pairs_clear(&s->usage, &m->attrs);
        break;
    case OS_OP_OMAP_CLEAR:
        mem_pairs_clear(&s->usage, &m->omap);
        slice_put(&m->omap_header);
        m->omap_header = (struct slice){0};
        break;
    case OS_OP_OMAP_SETKEYS:
        set_pairs(s, &m->omap, &op->data);
        break;
    case OS_OP_OMAP_RMKEYS:
        remove_pairs(s, &m->omap, &op->data);
        break;
    case OS_OP_OMAP_RMKEYRANGE:
        mem_pairs_remove_range(&s->usage, &m->omap, &op->name, &op->data);
        break;
    case OS_OP_OMAP_SETHEADER:
        slice_put(&m->omap_header);
        m->omap_header = mem_keep(&op->data);
        break;
    }
    return true;
}

static void apply_clone(struct mem_store *s, struct os_collection *c, const struct os_transaction *t,
                        const struct os_op *op)
{
    const struct mem_object *from = mem_object_find(&c->objects, t->objects[op->object]);
    const struct hobject *to = t->objects[op->target];

    if (!from && op->code == OS_OP_CLONE)
        mem_object_remove(&s->usage, &c->objects, to);
    else if (from && op->code == OS_OP_CLONE)
        mem_object_clone(&s->usage, &c->objects, from, to);
    else if (from)
        mem_object_clone_range(&s->usage, &c->objects, from, to, op);
}

static struct os_collection *collection_find_locked(struct mem_store *s, struct coll_id id)
{
    list_for_each(c, &s->collections, struct os_collection, link) {
        if (coll_id_equal(c->id, id))
            return c;
    }
    return NULL;
}

static struct os_collection *collection_make(struct mem_store *s, struct coll_id id, unsigned bits)
{
    struct os_collection *c = calloc(1, sizeof(*c));

    if (!c)
        mem_no_memory();
    c->id = id;
    c->refs = 1;
    c->bits = bits;
    mutex_init(&c->lock, "mem_collection", LOCK_RANK_OS);
    mem_objects_init(&c->objects);
    treap_init(&c->records, mem_pair_compare);
    mutex_lock(&s->lock);
    list_add_tail(&s->collections, &c->link);
    mutex_unlock(&s->lock);
    return c;
}

static void collection_put(struct object_store *base, struct os_collection *c)
{
    struct mem_store *s = mem_of(base);
    bool last;

    mutex_lock(&s->lock);
    last = --c->refs == 0;
    mutex_unlock(&s->lock);
    if (!last)
        return;
    mem_objects_destroy(&s->usage, &c->objects);
    mem_pairs_clear(&s->usage, &c->records);
    mutex_destroy(&c->lock);
    free(c);
}

static struct os_collection *mem_collection(struct object_store *base, struct coll_id id)
{
    struct mem_store *s = mem_of(base);
    struct os_collection *c;

    mutex_lock(&s->lock);
    c = collection_find_locked(s, id);
    if (c)
        c->refs++;
    mutex_unlock(&s->lock);
    return c;
}

static void apply_split(struct mem_store *s, struct os_collection *c, const struct os_op *op)
{
    struct coll_id id = {c->id.pool, (uint32_t)op->target_offset};
    struct os_collection *child = collection_make(s, id, (unsigned)op->length);
    uint32_t mask = op->length >= 32 ? UINT32_MAX : (1u << op->length) - 1;
    struct treap_node *n = treap_first(&c->objects.ordered);

    c->bits = (unsigned)op->length;
    while (n) {
        struct mem_object *m = CONTAINER_OF(n, struct mem_object, node);
        n = treap_upper_bound(&c->objects.ordered, &m->name);
        if ((m->name.hash & mask) != id.seed)
            continue;
        mem_objects_take(&c->objects, m);
        mem_objects_insert(&child->objects, m);
    }
}

static void apply_collection(struct mem_store *s, struct os_collection *c, const struct os_op *op)
{
    switch (op->code) {
    case OS_OP_RMCOLL:
        mutex_lock(&s->lock);
        list_remove(&c->link);
        mutex_unlock(&s->lock);
        break;
    case OS_OP_COLL_SETKEY:
        mem_pair_set(&s->usage, &c->records, &op->name, &op->data);
        break;
    case OS_OP_COLL_RMKEY:
        mem_pair_remove(&s->usage, &c->records, &op->name);
        break;
    case OS_OP_COLL_RMKEYRANGE:
        mem_pairs_remove_range(&s->usage, &c->records, &op->name, &op->data);
        break;
    default:
        break;
    }
}

/* Everything that can be wrong with a transaction, before anything is changed. */
static int check(const struct os_transaction *t, bool *makes, bool *removes)
{
    *makes = *removes = false;
    for (unsigned i = 0; i < t->op_count; i++) {
        const struct os_op *op = &t->ops[i];
        int r = 0;
        *makes |= op->code == OS_OP_MKCOLL;
        *removes |= op->code == OS_OP_RMCOLL;
        if (op->code == OS_OP_OMAP_SETKEYS || op->code == OS_OP_OMAP_RMKEYS)
            r = slice_list_check(&op->data, op->code == OS_OP_OMAP_SETKEYS);
        if (r)
            return r;
    }
    return 0;
}

static void apply_op(struct mem_store *s, struct os_collection *c, const struct os_transaction *t,
                     const struct os_op *op)
{
    if (op->object != OS_NO_OBJECT) {
        const struct hobject *o = t->objects[op->object];
        if (!apply_data(s, c, o, op) && !apply_pairs(s, c, o, op))
            apply_clone(s, c, t, op);
    } else if (op->code == OS_OP_SPLIT) {
        apply_split(s, c, op);
    } else {
        apply_collection(s, c, op);
    }
}

static int mem_queue(struct object_store *base, struct os_transaction *t, os_committed committed, void *arg)
{
    struct mem_store *s = mem_of(base);
    struct os_collection *c = mem_collection(base, t->coll);
    bool makes, removes;
    int r = check(t, &makes, &removes);

    if (r == 0 && !c && makes) {
        c = collection_make(s, t->coll, (unsigned)t->ops[0].length);
        c->refs++;
    }
    if (r == 0 && !c)
        r = -ENOENT;
    if (r == 0) {
        mutex_lock(&c->lock);
        if (removes && c->objects.ordered.root)
            r = -ENOTEMPTY;
        for (unsigned i = 0; r == 0 && i < t->op_count; i++)
            apply_op(s, c, t, &t->ops[i]);
        mutex_unlock(&c->lock);
    }
    if (c && r == 0 && removes)
        collection_put(base, c);
    if (c)
        collection_put(base, c);
    if (r == 0)
        committed(arg, 0);
    return r;
}

static void mem_drain(struct object_store *s UNUSED)
{
}

/* ---- reads ---- */

static int mem_collections(struct object_store *base, os_visit_collection visit, void *arg)
{
    struct mem_store *s = mem_of(base);

    mutex_lock(&s->lock);
    list_for_each(c, &s->collections, struct os_collection, link)
        visit(arg, c->id, c->bits);
    mutex_unlock(&s->lock);
    return 0;
}

/* The object with its collection locked; NULL: there is none, and nothing is locked. */
static struct mem_object *lock_object(struct os_collection *c, const struct hobject *o)
{
    struct mem_object *m;

    mutex_lock(&c->lock);
    m = mem_object_find(&c->objects, o);
    if (!m)
        mutex_unlock(&c->lock);
    return m;
}

static int mem_stat(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                    uint64_t *size)
{
    struct mem_object *m = lock_object(c, o);

    if (!m)
        return -ENOENT;
    *size = m->size;
    mutex_unlock(&c->lock);
    return 0;
}

static uint64_t clip(uint64_t offset, uint64_t length, uint64_t size)
{
    if (offset >= size)
        return 0;
    return length < size - offset ? length : size - offset;
}

static int mem_read(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                    uint64_t offset, uint64_t length, struct bufferlist *out)
{
    struct mem_object *m = lock_object(c, o);
    int r;

    if (!m)
        return -ENOENT;
    r = extents_read(&m->data, offset, clip(offset, length, m->size), out);
    mutex_unlock(&c->lock);
    return r;
}

static int mem_extents(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                       uint64_t offset, uint64_t length, os_visit_extent visit, void *arg)
{
    struct mem_object *m = lock_object(c, o);

    if (!m)
        return -ENOENT;
    extents_visit(&m->data, offset, clip(offset, length, m->size), visit, arg);
    mutex_unlock(&c->lock);
    return 0;
}

static int get_pair(const struct treap *t, const struct slice *key, int missing, struct slice *value)
{
    struct mem_pair *p = treap_entry(treap_find(t, key), struct mem_pair, node);

    if (!p)
        return missing;
    *value = slice_get(&p->value);
    return 0;
}

static int mem_getattr(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                       const char *name, struct slice *value)
{
    struct mem_object *m = lock_object(c, o);
    struct slice key = text_slice(name);
    int r;

    if (!m)
        return -ENOENT;
    r = get_pair(&m->attrs, &key, -ENODATA, value);
    mutex_unlock(&c->lock);
    return r;
}

static int mem_getattrs(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                        os_visit_pair visit, void *arg)
{
    struct mem_object *m = lock_object(c, o);
    struct slice none = {0};

    if (!m)
        return -ENOENT;
    mem_pairs_visit(&m->attrs, &none, false, visit, arg);
    mutex_unlock(&c->lock);
    return 0;
}

static int mem_omap_header(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                           struct slice *header)
{
    struct mem_object *m = lock_object(c, o);

    if (!m)
        return -ENOENT;
    *header = slice_get(&m->omap_header);
    mutex_unlock(&c->lock);
    return 0;
}

static int mem_omap_get(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                        const struct slice *key, struct slice *value)
{
    struct mem_object *m = lock_object(c, o);
    int r;

    if (!m)
        return -ENOENT;
    r = get_pair(&m->omap, key, -ENODATA, value);
    mutex_unlock(&c->lock);
    return r;
}

static int mem_omap_scan(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *o,
                         const struct slice *from, bool after, os_visit_pair visit, void *arg)
{
    struct mem_object *m = lock_object(c, o);

    if (!m)
        return -ENOENT;
    mem_pairs_visit(&m->omap, from, after, visit, arg);
    mutex_unlock(&c->lock);
    return 0;
}

static int mem_list(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *from,
                    os_visit_object visit, void *arg)
{
    struct treap_node *n;

    mutex_lock(&c->lock);
    n = treap_lower_bound(&c->objects.ordered, from);
    while (n) {
        struct mem_object *m = CONTAINER_OF(n, struct mem_object, node);
        if (!visit(arg, &m->name))
            break;
        n = treap_upper_bound(&c->objects.ordered, &m->name);
    }
    mutex_unlock(&c->lock);
    return 0;
}

static int mem_coll_getkey(struct object_store *s UNUSED, struct os_collection *c, const char *key,
                           struct slice *value)
{
    struct slice k = text_slice(key);
    int r;

    mutex_lock(&c->lock);
    r = get_pair(&c->records, &k, -ENOENT, value);
    mutex_unlock(&c->lock);
    return r;
}

static int mem_coll_scan(struct object_store *s UNUSED, struct os_collection *c, const char *from,
                         os_visit_pair visit, void *arg)
{
    struct slice k = text_slice(from);

    mutex_lock(&c->lock);
    mem_pairs_visit(&c->records, &k, false, visit, arg);
    mutex_unlock(&c->lock);
    return 0;
}

static void mem_statfs(struct object_store *base, struct object_store_statfs *out)
{
    struct mem_store *s = mem_of(base);
    uint64_t bytes = (uint64_t)atomic_load(&s->usage.bytes);

    *out = (struct object_store_statfs){
        .total = s->size_limit,
        .stored = bytes,
        .allocated = bytes + (uint64_t)atomic_load(&s->usage.objects) * MEM_OVERHEAD,
    };
    out->available = out->total > out->allocated ? out->total - out->allocated : 0;
}

/* ---- life ---- */

static int mem_mkfs(const char *path UNUSED, char *err UNUSED, size_t err_size UNUSED)
{
    return 0;
}

static int mem_open(const char *path UNUSED, unsigned flags UNUSED, uint64_t size_limit,
                    struct object_store **out, char **repaired UNUSED, char *err, size_t err_size)
{
    struct mem_store *s = calloc(1, sizeof(*s));

    if (!s) {
        snprintf(err, err_size, "no memory for a store");
        return -ENOMEM;
    }
    s->base.ops = &mem_store_ops;
    s->size_limit = size_limit;
    mutex_init(&s->lock, "mem_store", LOCK_RANK_OS_TABLE);
    list_init(&s->collections);
    *out = &s->base;
    return 0;
}

static void mem_close(struct object_store *base)
{
    struct mem_store *s = mem_of(base);

    list_for_each_safe(c, &s->collections, struct os_collection, link) {
        list_remove(&c->link);
        collection_put(base, c);
    }
    mutex_destroy(&s->lock);
    free(s);
}

const struct object_store_ops mem_store_ops = {
    .kind = "memstore",
    .is_fast = true,
    .mkfs = mem_mkfs,
    .open = mem_open,
    .close = mem_close,
    .queue = mem_queue,
    .drain = mem_drain,
    .collection = mem_collection,
    .put = collection_put,
    .collections = mem_collections,
    .stat = mem_stat,
    .read = mem_read,
    .extents = mem_extents,
    .getattr = mem_getattr,
    .getattrs = mem_getattrs,
    .omap_header = mem_omap_header,
    .omap_get = mem_omap_get,
    .omap_scan = mem_omap_scan,
    .list = mem_list,
    .coll_getkey = mem_coll_getkey,
    .coll_scan = mem_coll_scan,
    .statfs = mem_statfs,
};
