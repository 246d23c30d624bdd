/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_locator: Ceph's object_locator_t: where an object is looked for: pool, namespace, and a key that is
 * hashed instead of its name; or, for operations on a placement group, the hash itself. {6,3}, {6,6} with a
 * hash. Pure.
 */
#ifndef CEPH_TYPES_OBJECT_LOCATOR_H
#define CEPH_TYPES_OBJECT_LOCATOR_H

#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

#define OBJECT_LOCATOR_NO_HASH (-1)
/* Instead of a namespace: all of them (listing). */
#define OBJECT_LOCATOR_ALL_NAMESPACES "\001"

struct object_locator {
    int64_t pool;
    char *key, *nspace; /* malloc'ed, never NULL after init or decode */
    int64_t hash;       /* OBJECT_LOCATOR_NO_HASH, or 32 bits */
};

/* Copies; NULL counts as "". */
int object_locator_init(struct object_locator *l, int64_t pool, const char *key,
                        const char *nspace) MUST_CHECK;
void object_locator_destroy(struct object_locator *l);
void object_locator_encode(const struct object_locator *l, struct encode *e);
/* Inits l; destroy it also after a failure. */
void object_locator_decode(struct object_locator *l, struct decode *d);

#endif
