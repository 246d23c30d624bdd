/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/mem_pairs.h"

#include <stdlib.h>

#include "common/log.h"

/* In the middle of a transaction there is no way back: what is half done must not be seen. */
_Noreturn void mem_no_memory(void)
{
    derr(osd, "memstore: no memory left in the middle of a transaction");
    abort();
}

void mem_must(int r)
{
    if (r)
        mem_no_memory();
}

int mem_pair_compare(const void *key, const struct treap_node *n)
{
    return slice_compare(key, &CONTAINER_OF(n, struct mem_pair, node)->key);
}

struct slice mem_keep(const struct slice *s)
{
    struct slice copy;

    if (!s->len)
        return (struct slice){0};
    if (s->buf && s->buf->size <= 2 * s->len)
        return slice_get(s);
    copy = slice_of(buffer_create_copy(s->data, s->len));
    if (!copy.buf)
        mem_no_memory();
    return copy;
}

void mem_pair_set(struct mem_usage *u, struct treap *t, const struct slice *key, const struct slice *value)
{
    struct mem_pair *p = treap_entry(treap_find(t, key), struct mem_pair, node);

    if (!p) {
        p = calloc(1, sizeof(*p));
        if (!p)
            mem_no_memory();
        p->key = mem_keep(key);
        treap_insert(t, &p->key, &p->node);
        atomic_fetch_add_explicit(&u->bytes, (long long)key->len, memory_order_relaxed);
    }
    atomic_fetch_add_explicit(&u->bytes, (long long)value->len - (long long)p->value.len,
                              memory_order_relaxed);
    slice_put(&p->value);
    p->value = mem_keep(value);
}

static void pair_free(struct mem_usage *u, struct mem_pair *p)
{
    atomic_fetch_sub_explicit(&u->bytes, (long long)(p->key.len + p->value.len), memory_order_relaxed);
    slice_put(&p->key);
    slice_put(&p->value);
    free(p);
}

void mem_pair_remove(struct mem_usage *u, struct treap *t, const struct slice *key)
{
    struct mem_pair *p = treap_entry(treap_remove(t, key), struct mem_pair, node);

    if (p)
        pair_free(u, p);
}

void mem_pairs_clear(struct mem_usage *u, struct treap *t)
{
    while (t->root)
        mem_pair_remove(u, t, &CONTAINER_OF(t->root, struct mem_pair, node)->key);
}

void mem_pairs_remove_range(struct mem_usage *u, struct treap *t, const struct slice *first,
                            const struct slice *end)
{
    struct mem_pair *p;

    while ((p = treap_entry(treap_lower_bound(t, first), struct mem_pair, node)) &&
           slice_compare(&p->key, end) < 0)
        mem_pair_remove(u, t, &p->key);
}

void mem_pairs_visit(const struct treap *t, const struct slice *from, bool after, os_visit_pair visit,
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
