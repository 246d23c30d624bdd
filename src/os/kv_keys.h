/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_keys: where things lie in the tables of a kv_object_store: keys that sort as what they stand for.
 *
 * Owner: a row key's bytes are malloc'ed, NULL: no memory; whoever is given one frees them. Threads: none of
 * its own. Pure.
 */
#ifndef CEPH_OS_KV_KEYS_H
#define CEPH_OS_KV_KEYS_H

#include "os/object_store.h"

enum {
    KV_COLL_KEY_LEN = 12,
    KV_KEY_MAX = 8 + 4 + HOBJECT_NAMESPACE_MAX + 2 * HOBJECT_NAME_MAX + 3 + 8,
};

struct kv_key {
    size_t len;
    uint8_t bytes[KV_KEY_MAX];
};

/* Of a table's row. */
struct kv_row_key {
    size_t len;
    uint8_t *bytes;
};

/* In M the header is kind 0, keys are kind 1; elsewhere there is no kind: -1. */
enum { OMAP_HEADER = 0, OMAP_KEY = 1 };

void kv_coll_key(struct coll_id id, uint8_t out[static KV_COLL_KEY_LEN]);
/* Sorts as hobject_compare() does; names have no NUL. -ENAMETOOLONG. */
int kv_object_key(const struct hobject *o, struct kv_key *k) MUST_CHECK;
void kv_number_key(struct kv_key *k, uint64_t number);
void kv_block_key(struct kv_key *k, uint64_t number, uint64_t block);
/* prefix, kind, name */
struct kv_row_key kv_row_key(const uint8_t *prefix, size_t prefix_len, int kind, const void *name,
                             size_t len);
/* A row of an object: number, kind, name. */
struct kv_row_key kv_object_row(uint64_t number, int kind, const void *name, size_t len);

#endif
