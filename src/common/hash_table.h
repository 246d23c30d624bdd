/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hash_table: an intrusive table of nodes by a hash of 32 bits. It grows by itself; without memory for that
 * it gets slower and nothing fails.
 *
 * Nodes are embedded in what they index and belong to the user, who compares what has the same hash. Threads:
 * none of its own.
 */
#ifndef CEPH_COMMON_HASH_TABLE_H
#define CEPH_COMMON_HASH_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct hash_node {
    struct hash_node *next; /* in the bucket */
    uint32_t hash;
};

struct hash_table {
    struct hash_node **buckets; /* &first, or malloc'ed */
    struct hash_node *first;
    unsigned bits; /* of the number of buckets */
    size_t count;
};

void hash_table_init(struct hash_table *t); /* it must not move any more */
/* The nodes are not touched. */
void hash_table_destroy(struct hash_table *t);
void hash_table_insert(struct hash_table *t, uint32_t hash, struct hash_node *node);
void hash_table_remove(struct hash_table *t, struct hash_node *node); /* which is in */
/* One that has this hash, and another one; NULL: no more. */
struct hash_node *hash_table_find(const struct hash_table *t, uint32_t hash);
struct hash_node *hash_table_find_next(const struct hash_node *node);

#endif
