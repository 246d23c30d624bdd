/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/hash_table.h"

#include <stdlib.h>

enum { BITS_MAX = 30, BITS_STEP = 2 };

void hash_table_init(struct hash_table *t)
{
    *t = (struct hash_table){.buckets = &t->first};
}

void hash_table_destroy(struct hash_table *t)
{
    if (t->buckets != &t->first)
        free(t->buckets);
    hash_table_init(t);
}

/* By the high bits of a product: they depend on all bits of the hash, whatever its owner has used already. */
static struct hash_node **bucket_of(const struct hash_table *t, uint32_t hash)
{
    return &t->buckets[(uint64_t)(hash * UINT32_C(0x9e3779b1)) >> (32 - t->bits)];
}

static void push(struct hash_table *t, struct hash_node *node)
{
    struct hash_node **bucket = bucket_of(t, node->hash);

    node->next = *bucket;
    *bucket = node;
}

static void grow(struct hash_table *t)
{
    struct hash_table old = *t;
    struct hash_node **from = t->buckets == &t->first ? &old.first : old.buckets;
    struct hash_node **bigger = calloc((size_t)1 << (t->bits + BITS_STEP), sizeof(struct hash_node *));

    if (!bigger)
        return;
    t->buckets = bigger;
    t->bits += BITS_STEP;
    for (size_t i = 0; i < (size_t)1 << old.bits; i++) {
        for (struct hash_node *n = from[i], *next; n; n = next) {
            next = n->next;
            push(t, n);
        }
    }
    if (from != &old.first)
        free(from);
}

void hash_table_insert(struct hash_table *t, uint32_t hash, struct hash_node *node)
{
    if (t->count >= (size_t)1 << t->bits && t->bits < BITS_MAX)
        grow(t);
    node->hash = hash;
    push(t, node);
    t->count++;
}

void hash_table_remove(struct hash_table *t, struct hash_node *node)
{
    struct hash_node **at = bucket_of(t, node->hash);

    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    t->count--;
}

static struct hash_node *skip_others(struct hash_node *n, uint32_t hash)
{
    while (n && n->hash != hash)
        n = n->next;
    return n;
}

struct hash_node *hash_table_find(const struct hash_table *t, uint32_t hash)
{
    return skip_others(*bucket_of(t, hash), hash);
}

struct hash_node *hash_table_find_next(const struct hash_node *node)
{
    return skip_others(node->next, node->hash);
}
