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
#include "common/log.h"
#include "common/mutex.h"
#include "common/slice_codec.h"
#include "common/treap.h"
#include "os/extents.h"
#include "os/object_store.h"

enum { MEM_OVERHEAD = 512 }; /* what an object takes beside its data, roughly */

/* A name or key with its value: attributes, omap, records. */
struct mem_pair {
    struct treap_node node;
    struct slice key, value;
};

struct mem_object {
    struct treap_node node;
    struct hobject name;
    uint64_t size;
    struct extents data;
    struct treap attrs, omap;
    struct slice omap_header;
};

struct os_collection {
    struct list link; /* mem_store.collections; the store's lock */
    struct coll_id id;
    unsigned refs; /* the store's lock */
    struct mutex lock;
    unsigned bits;        /* lock */
    struct treap objects; /* lock */
    struct treap records; /* lock */
};

struct mem_store {
    struct object_store base;
    uint64_t size_limit;
    struct mutex lock;
    struct list collections; /* lock */
    atomic_llong bytes, objects;
};

static struct mem_store *mem_of(struct object_store *s)
{
    return CONTAINER_OF(s, struct mem_store, base);
}

/* In the middle of a transaction there is no way back: what is half done must not be seen. */
static void no_memory(void)
{
    derr(osd, "memstore: no memory left in the middle of a transaction");
    abort();
}

static void must(int r)
{
    if (r)
        no_memory();
}

/* ---- pairs ---- */

static int compare_pair(const void *key, const struct treap_node *n)
{
    return slice_compare(key, &CONTAINER_OF(n, struct mem_pair, node)->key);
}

static struct slice kept(const struct slice *s)
{
    struct slice copy;

    if (!s->len)
        return (struct slice){0};
    if (s->buf && s->buf->size <= 2 * s->len)
        return slice_get(s);
    copy = slice_of(buffer_create_copy(s->data, s->len));
    if (!copy.buf)
        no_memory();
    return copy;
}

static void pair_set(struct mem_store *s, struct treap *t, const struct slice *key, const struct slice *value)
{
    struct mem_pair *p = treap_entry(treap_find(t, key), struct mem_pair, node);

    if (!p) {
        p = calloc(1, sizeof(*p));
        if (!p)
            no_memory();
        p->key = kept(key);
        treap_insert(t, &p->key, &p->node);
        atomic_fetch_add_explicit(&s->bytes, (long long)key->len, memory_order_relaxed);
    }
    atomic_fetch_add_explicit(&s->bytes, (long long)value->len - (long long)p->value.len,
                              memory_order_relaxed);
    slice_put(&p->value);
    p->value = kept(value);
}

static void pair_free(struct mem_store *s, struct mem_pair *p)
{
    atomic_fetch_sub_explicit(&s->bytes, (long long)(p->key.len + p->value.len), memory_order_relaxed);
    slice_put(&p->key);
    slice_put(&p->value);
    free(p);
}

static void pair_remove(struct mem_store *s, struct treap *t, const struct slice *key)
{
    struct mem_pair *p = treap_entry(treap_remove(t, key), struct mem_pair, node);

    if (p)
        pair_free(s, p);
}

static void pairs_clear(struct mem_store *s, struct treap *t)
{
    while (t->root)
        pair_remove(s, t, &CONTAINER_OF(t->root, struct mem_pair, node)->key);
}

static void pairs_remove_range(struct mem_store *s, struct treap *t, const struct slice *first,
                               const struct slice *end)
{
    struct mem_pair *p;

    while ((p = treap_entry(treap_lower_bound(t, first), struct mem_pair, node)) &&
           slice_compare(&p->key, end) < 0)
        pair_remove(s, t, &p->key);
}

static void pairs_visit(const struct treap *t, const struct slice *from, bool after, os_visit_pair visit,
                        void *arg)
{
    struct treap_node *n = after ? treap_upper_bound(t, from) : treap_lower_bound(t, from);

    while (n) {
        struct mem_pair *p = CONTAINER_OF(n, struct mem_pair, node);
        if (!visit(arg, &p->key, &p->value))
            return;
        n = treap_upper_bound(t, &p->key);
    }
}

static struct slice text_slice(const char *text)
{
    return (struct slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

/* ---- objects ---- */

static int compare_object(const void *key, const struct treap_node *n)
{
    return hobject_compare(key, &CONTAINER_OF(n, struct mem_object, node)->name);
}

static struct mem_object *find(const struct os_collection *c, const struct hobject *o)
{
    return treap_entry(treap_find(&c->objects, o), struct mem_object, node);
}

static struct mem_object *find_or_make(struct mem_store *s, struct os_collection *c, const struct hobject *o)
{
    struct mem_object *m = find(c, o);

    if (m)
        return m;
    m = calloc(1, sizeof(*m));
    if (!m)
        no_memory();
    must(hobject_copy(&m->name, o));
    treap_init(&m->attrs, compare_pair);
    treap_init(&m->omap, compare_pair);
    treap_insert(&c->objects, &m->name, &m->node);
    atomic_fetch_add_explicit(&s->objects, 1, memory_order_relaxed);
    return m;
}

/* What follows changes m->data: the store counts the bytes by the difference. */
static void count_data(struct mem_store *s, const struct mem_object *m, uint64_t before)
{
    atomic_fetch_add_explicit(&s->bytes, (long long)m->data.bytes - (long long)before, memory_order_relaxed);
}

static void object_clear(struct mem_store *s, struct mem_object *m)
{
    uint64_t before = m->data.bytes;

    extents_destroy(&m->data);
    count_data(s, m, before);
    m->size = 0;
    pairs_clear(s, &m->attrs);
    pairs_clear(s, &m->omap);
    slice_put(&m->omap_header);
    m->omap_header = (struct slice){0};
}

static void object_remove(struct mem_store *s, struct os_collection *c, const struct hobject *o)
{
    struct mem_object *m = treap_entry(treap_remove(&c->objects, o), struct mem_object, node);

    if (!m)
        return;
    object_clear(s, m);
    hobject_destroy(&m->name);
    free(m);
    atomic_fetch_sub_explicit(&s->objects, 1, memory_order_relaxed);
}

static void object_write(struct mem_store *s, struct mem_object *m, uint64_t offset, const struct slice *data)
{
    uint64_t before = m->data.bytes;

    must(extents_write(&m->data, offset, data));
    if (m->size < offset + data->len)
        m->size = offset + data->len;
    count_data(s, m, before);
}

static void object_zero(struct mem_store *s, struct mem_object *m, uint64_t offset, uint64_t length)
{
    uint64_t before = m->data.bytes;

    must(extents_punch(&m->data, offset, length));
    if (m->size < offset + length)
        m->size = offset + length;
    count_data(s, m, before);
}

static void object_truncate(struct mem_store *s, struct mem_object *m, uint64_t size)
{
    uint64_t before = m->data.bytes;

    if (size < m->size)
        must(extents_punch(&m->data, size, m->size - size));
    m->size = size;
    count_data(s, m, before);
}

static bool copy_pair(void *arg, const struct slice *key, const struct slice *value)
{
    void **a = arg;

    pair_set(a[0], a[1], key, value);
    return true;
}

static void object_clone(struct mem_store *s, struct os_collection *c, const struct mem_object *from,
                         const struct hobject *to)
{
    struct mem_object *m = find_or_make(s, c, to);
    struct slice none = {0};
    void *attrs[] = {s, &m->attrs}, *omap[] = {s, &m->omap};

    object_clear(s, m);
    must(extents_copy(&m->data, &from->data));
    count_data(s, m, 0);
    m->size = from->size;
    m->omap_header = slice_get(&from->omap_header);
    pairs_visit(&from->attrs, &none, false, copy_pair, attrs);
    pairs_visit(&from->omap, &none, false, copy_pair, omap);
}

static void object_clone_range(struct mem_store *s, struct os_collection *c, const struct mem_object *from,
                               const struct hobject *to, const struct os_op *op)
{
    struct mem_object *m = find_or_make(s, c, to);
    uint64_t length = op->offset >= from->size               ? 0
                      : op->length > from->size - op->offset ? from->size - op->offset
                                                             : op->length;
    uint64_t at = op->target_offset;
    struct bufferlist bl;

    bufferlist_init(&bl);
    must(extents_read(&from->data, op->offset, length, &bl));
    for (unsigned i = 0; i < bl.count; i++) {
        object_write(s, m, at, &bl.slices[i]);
        at += bl.slices[i].len;
    }
    bufferlist_destroy(&bl);
}

/* ---- transactions ---- */

static void set_pairs(struct mem_store *s, struct treap *t, const struct slice *pairs)
{
    struct slice key, value;
    struct slice_list l;

    slice_list_begin(&l, pairs, true);
    while (slice_list_next(&l, &key, &value))
        pair_set(s, t, &key, &value);
}

static void remove_pairs(struct mem_store *s, struct treap *t, const struct slice *keys)
{
    struct slice key, value;
    struct slice_list l;

    slice_list_begin(&l, keys, false);
    while (slice_list_next(&l, &key, &value))
        pair_remove(s, t, &key);
}

/* Ops on the data of one object. */
static bool apply_data(struct mem_store *s, struct os_collection *c, const struct hobject *o,
                       const struct os_op *op)
{
    switch (op->code) {
    case OS_OP_TOUCH:
        find_or_make(s, c, o);
        return true;
    case OS_OP_WRITE:
        object_write(s, find_or_make(s, c, o), op->offset, &op->data);
        return true;
    case OS_OP_ZERO:
        object_zero(s, find_or_make(s, c, o), op->offset, op->length);
        return true;
    case OS_OP_TRUNCATE:
        object_truncate(s, find_or_make(s, c, o), op->length);
        return true;
    case OS_OP_REMOVE:
        object_remove(s, c, o);
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
    m = find_or_make(s, c, o);
    switch (op->code) {
    case OS_OP_SETATTR:
        pair_set(s, &m->attrs, &op->name, &op->data);
        break;
    case OS_OP_RMATTR:
        pair_remove(s, &m->attrs, &op->name);
        break;
    case OS_OP_RMATTRS:
        pairs_clear(s, &m->attrs);
        break;
    case OS_OP_OMAP_CLEAR:
        pairs_clear(s, &m->omap);
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
        pairs_remove_range(s, &m->omap, &op->name, &op->data);
        break;
    case OS_OP_OMAP_SETHEADER:
        slice_put(&m->omap_header);
        m->omap_header = kept(&op->data);
        break;
    }
    return true;
}

static void apply_clone(struct mem_store *s, struct os_collection *c, const struct os_transaction *t,
                        const struct os_op *op)
{
    const struct mem_object *from = find(c, t->objects[op->object]);
    const struct hobject *to = t->objects[op->target];

    if (!from && op->code == OS_OP_CLONE)
        object_remove(s, c, to);
    else if (from && op->code == OS_OP_CLONE)
        object_clone(s, c, from, to);
    else if (from)
        object_clone_range(s, c, from, to, op);
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
        no_memory();
    c->id = id;
    c->refs = 1;
    c->bits = bits;
    mutex_init(&c->lock, "mem_collection", LOCK_RANK_OS);
    treap_init(&c->objects, compare_object);
    treap_init(&c->records, compare_pair);
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
    while (c->objects.root)
        object_remove(s, c, &CONTAINER_OF(c->objects.root, struct mem_object, node)->name);
    pairs_clear(s, &c->records);
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
    struct treap_node *n = treap_first(&c->objects);

    c->bits = (unsigned)op->length;
    while (n) {
        struct mem_object *m = CONTAINER_OF(n, struct mem_object, node);
        n = treap_upper_bound(&c->objects, &m->name);
        if ((m->name.hash & mask) != id.seed)
            continue;
        treap_remove(&c->objects, &m->name);
        treap_insert(&child->objects, &m->name, &m->node);
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
        pair_set(s, &c->records, &op->name, &op->data);
        break;
    case OS_OP_COLL_RMKEY:
        pair_remove(s, &c->records, &op->name);
        break;
    case OS_OP_COLL_RMKEYRANGE:
        pairs_remove_range(s, &c->records, &op->name, &op->data);
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
        if (removes && c->objects.count)
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
    m = find(c, o);
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
    pairs_visit(&m->attrs, &none, false, visit, arg);
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
    pairs_visit(&m->omap, from, after, visit, arg);
    mutex_unlock(&c->lock);
    return 0;
}

static int mem_list(struct object_store *s UNUSED, struct os_collection *c, const struct hobject *from,
                    os_visit_object visit, void *arg)
{
    struct treap_node *n;

    mutex_lock(&c->lock);
    n = treap_lower_bound(&c->objects, from);
    while (n) {
        struct mem_object *m = CONTAINER_OF(n, struct mem_object, node);
        if (!visit(arg, &m->name))
            break;
        n = treap_upper_bound(&c->objects, &m->name);
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
    pairs_visit(&c->records, &k, false, visit, arg);
    mutex_unlock(&c->lock);
    return 0;
}

static void mem_statfs(struct object_store *base, struct object_store_statfs *out)
{
    struct mem_store *s = mem_of(base);
    uint64_t bytes = (uint64_t)atomic_load(&s->bytes);

    *out = (struct object_store_statfs){
        .total = s->size_limit,
        .stored = bytes,
        .allocated = bytes + (uint64_t)atomic_load(&s->objects) * MEM_OVERHEAD,
    };
    out->available = out->total > out->allocated ? out->total - out->allocated : 0;
}

/* ---- life ---- */

static int mem_mkfs(const char *path UNUSED, char *err UNUSED, size_t err_size UNUSED)
{
    return 0;
}

static int mem_open(const char *path UNUSED, uint64_t size_limit, struct object_store **out,
                    char **repaired UNUSED, char *err, size_t err_size)
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
