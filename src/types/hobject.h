/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hobject: Ceph's hobject_t: an object (or a place between objects) in the order in which placement groups
 * hold them: by bit-reversed hash, then namespace, key or name, name, snapshot.
 *
 * {4,3}: key, name, snap, hash, max, namespace, pool; see the mon/osd wire sheet. Pure.
 * Ownership: strings are malloc'ed, never NULL after init, decode or copy; destroy frees them.
 */
#ifndef CEPH_TYPES_HOBJECT_H
#define CEPH_TYPES_HOBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

#define SNAP_HEAD UINT64_C(0xfffffffffffffffe) /* the object itself, not a snapshot of it (NOSNAP) */
#define SNAP_DIR  UINT64_C(0xffffffffffffffff)

/* Longest that a daemon takes: osd_max_object_name_len, _namespace_len. */
#define HOBJECT_NAME_MAX      2048
#define HOBJECT_NAMESPACE_MAX 256

struct hobject {
    char *key; /* locator key; "" when it equals the name or there is none */
    char *name;
    char *nspace;
    uint64_t snap;
    uint32_t hash;
    bool max; /* behind every object */
    int64_t pool;
};

#define HOBJECT_POOL_MIN INT64_MIN /* the pool of the empty (first) object and of max */

/* The first place of all: before every object. 0 or -ENOMEM. */
int hobject_init_min(struct hobject *o) MUST_CHECK;
int hobject_init_max(struct hobject *o) MUST_CHECK;
/* Copies the strings; NULL counts as "". */
int hobject_init(struct hobject *o, int64_t pool, uint32_t hash, const char *nspace, const char *key,
                 const char *name, uint64_t snap) MUST_CHECK;
int hobject_copy(struct hobject *to, const struct hobject *from) MUST_CHECK;
void hobject_destroy(struct hobject *o);

bool hobject_is_min(const struct hobject *o);
/* <0, 0, >0 in the order of placement groups. */
int hobject_compare(const struct hobject *a, const struct hobject *b);

void hobject_encode(const struct hobject *o, struct encode *e);
/* Inits o; destroy it also after a failure. */
void hobject_decode(struct hobject *o, struct decode *d);

/* The order of hashes inside a pool. */
uint32_t hobject_reverse_bits(uint32_t hash);

/* "3:4c26dbbe:ns:key:name:head", MIN or MAX; malloc'ed, NULL: no memory. */
char *hobject_print(const struct hobject *o);

#endif
