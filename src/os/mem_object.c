/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/mem_object.h"

#include <stdlib.h>

static int compare(const void *key, const struct treap_node *n)
{
    return hobject_compare(key, &CONTAINER_OF(n, struct mem_object, node)->name);
}

void mem_objects_init(struct mem_objects *objects)
{
    treap_init(&objects->ordered, compare);
    hash_table_init(&objects->by_hash);
}

void mem_objects_insert(struct mem_objects *objects, struct mem_object *m)
{
    treap_insert(&objects->ordered, &m->name, &m->node);
    hash_table_insert(&objects->by_hash, m->name.hash, &m->hash_node);
}

void mem_objects_take(struct mem_objects *objects, struct mem_object *m)
{
    treap_remove(&objects->ordered, &m->name);
    hash_table_remove(&objects->by_hash, &m->hash_node);
}

struct mem_object *mem_object_find(const struct mem_objects *objects, const struct hobject *o)
{
    struct hash_node *n = hash_table_find(&objects->by_hash, o->hash);

    for (; n; n = hash_table_find_next(n)) {
        struct mem_object *m = CONTAINER_OF(n, struct mem_object, hash_node);
        if (hobject_compare(&m->name, o) == 0)
            return m;
    }
    return NULL;
}

struct mem_object *mem_object_make(struct mem_usage *u, struct mem_objects *objects, const struct hobject *o)
{
    struct mem_object *m = mem_object_find(objects, o);

    if (m)
        return m;
    m = calloc(1, sizeof(*m));
    if (!m)
        mem_no_memory();
    mem_must(hobject_copy(&m->name, o));
    treap_init(&m->attrs, mem_pair_compare);
    treap_init(&m->omap, mem_pair_compare);
    mem_objects_insert(objects, m);
    atomic_fetch_add_explicit(&u->objects, 1, memory_order_relaxed);
    return m;
}

/* What follows changes m->data: the store counts the bytes by the difference. */
static void count_data(struct mem_usage *u, const struct mem_object *m, uint64_t before)
{
    atomic_fetch_add_explicit(&u->bytes, (long long)m->data.bytes - (long long)before, memory_order_relaxed);
}

static void object_clear(struct mem_usage *u, struct mem_object *m)
{
    uint64_t before = m->data.bytes;

    extents_destroy(&m->data);
    count_data(u, m, before);
    m->size = 0;
    mem_pairs_clear(u, &m->attrs);
    mem_pairs_clear(u, &m->omap);
    slice_put(&m->omap_header);
    m->omap_header = (struct slice){0};
}

static void object_free(struct mem_usage *u, struct mem_objects *objects, struct mem_object *m)
{
    mem_objects_take(objects, m);
    object_clear(u, m);
    hobject_destroy(&m->name);
    free(m);
    atomic_fetch_sub_explicit(&u->objects, 1, memory_order_relaxed);
}

void mem_object_remove(struct mem_usage *u, struct mem_objects *objects, const struct hobject *o)
{
    struct mem_object *m = mem_object_find(objects, o);

    if (m)
        object_free(u, objects, m);
}

void mem_objects_destroy(struct mem_usage *u, struct mem_objects *objects)
{
    while (objects->ordered.root)
        object_free(u, objects, CONTAINER_OF(objects->ordered.root, struct mem_object, node));
    hash_table_destroy(&objects->by_hash);
}

void mem_object_write(struct mem_usage *u, struct mem_object *m, uint64_t offset, const struct slice *data)
{
    uint64_t before = m->data.bytes;

    mem_must(extents_write(&m->data, offset, data));
    if (m->size < offset + data->len)
        m->size = offset + data->len;
    count_data(u, m, before);
}

void mem_object_zero(struct mem_usage *u, struct mem_object *m, uint64_t offset, uint64_t length)
{
    uint64_t before = m->data.bytes;

    mem_must(extents_punch(&m->data, offset, length));
    if (m->size < offset + length)
        m->size = offset + length;
    count_data(u, m, before);
}

void mem_object_truncate(struct mem_usage *u, struct mem_object *m, uint64_t size)
{
    uint64_t before = m->data.bytes;

    if (size < m->size)
        mem_must(extents_punch(&m->data, size, m->size - size));
    m->size = size;
    count_data(u, m, before);
}

static bool copy_pair(void *arg, const struct slice *key, const struct slice *value)
{
    void **a = arg;

    mem_pair_set(a[0], a[1], key, value);
    return true;
}

void mem_object_clone(struct mem_usage *u, struct mem_objects *objects, const struct mem_object *from,
                      const struct hobject *to)
{
    struct mem_object *m = mem_object_make(u, objects, to);
    struct slice none = {0};
    void *attrs[] = {u, &m->attrs}, *omap[] = {u, &m->omap};

    object_clear(u, m);
    mem_must(extents_copy(&m->data, &from->data));
    count_data(u, m, 0);
    m->size = from->size;
    m->omap_header = slice_get(&from->omap_header);
    mem_pairs_visit(&from->attrs, &none, false, copy_pair, attrs);
    mem_pairs_visit(&from->omap, &none, false, copy_pair, omap);
}

void mem_object_clone_range(struct mem_usage *u, struct mem_objects *objects, const struct mem_object *from,
                            const struct hobject *to, const struct os_op *op)
{
    struct mem_object *m = mem_object_make(u, objects, to);
    uint64_t length = op->offset >= from->size               ? 0
                      : op->length > from->size - op->offset ? from->size - op->offset
                                                             : op->length;
    uint64_t at = op->target_offset;
    struct bufferlist bl;

    bufferlist_init(&bl);
    mem_must(extents_read(&from->data, op->offset, length, &bl));
    for (unsigned i = 0; i < bl.count; i++) {
        mem_object_write(u, m, at, bufferlist_slice(&bl, i));
        at += bufferlist_slice(&bl, i)->len;
    }
    bufferlist_destroy(&bl);
}
