/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_map: the hierarchy that data is placed in: devices (ids from 0 up), buckets of devices and buckets
 * (ids from -1 down), the rules that pick from it, and their names.
 *
 * Weights are 16.16 fixed point. Owner: storage is the caller's; init or decode before, destroy after.
 * Threads: none of its own. Errors: negative errno. Pure. Source of the format: maps of crushtool and of
 * ceph-mon 16.2. See: src/test/unit/crush/test_crush_map.c.
 */
#ifndef CEPH_CRUSH_CRUSH_MAP_H
#define CEPH_CRUSH_CRUSH_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

#define CRUSH_MAX_DEPTH 64 /* buckets inside each other */

enum crush_alg {
    CRUSH_ALG_HOLE = 0, /* no bucket has this id */
    CRUSH_ALG_UNIFORM = 1,
    CRUSH_ALG_LIST = 2,
    CRUSH_ALG_TREE = 3,
    CRUSH_ALG_STRAW = 4,
    CRUSH_ALG_STRAW2 = 5,
};

struct crush_bucket {
    int32_t id; /* -1 - its index */
    uint16_t type;
    uint8_t alg; /* enum crush_alg */
    uint8_t hash;
    uint32_t weight;
    uint32_t size;
    int32_t *items; /* size of them */
    /* uniform: one for all items. tree: one for each node. Else one for each item. */
    uint32_t *weights;
    uint32_t weight_count;
    uint32_t *extra; /* list: sums, straw: straw lengths; one for each item. Else NULL */
};

enum crush_op {
    CRUSH_OP_NOOP = 0,
    CRUSH_OP_TAKE = 1,
    CRUSH_OP_CHOOSE_FIRSTN = 2,
    CRUSH_OP_CHOOSE_INDEP = 3,
    CRUSH_OP_EMIT = 4,
    CRUSH_OP_CHOOSELEAF_FIRSTN = 6,
    CRUSH_OP_CHOOSELEAF_INDEP = 7,
    CRUSH_OP_SET_CHOOSE_TRIES = 8,
    CRUSH_OP_SET_CHOOSELEAF_TRIES = 9,
    CRUSH_OP_SET_CHOOSE_LOCAL_TRIES = 10,
    CRUSH_OP_SET_CHOOSE_LOCAL_FALLBACK_TRIES = 11,
    CRUSH_OP_SET_CHOOSELEAF_VARY_R = 12,
    CRUSH_OP_SET_CHOOSELEAF_STABLE = 13,
};

struct crush_step {
    uint32_t op;
    int32_t arg1, arg2;
};

struct crush_rule {
    bool exists;
    uint8_t ruleset; /* equals its index */
    uint8_t type;    /* of pool: 1 replicated, 3 erasure */
    uint8_t min_size, max_size;
    struct crush_step *steps;
    uint32_t len;
};

struct crush_name {
    int32_t id;
    char *name;
};

struct crush_names {
    struct crush_name *names; /* ascending ids */
    unsigned count;
};

struct crush_pair { /* item -> class, class -> shadow bucket */
    int32_t key, value;
};

struct crush_class_bucket {
    int32_t bucket;
    struct crush_pair *shadows;
    unsigned count;
};

struct crush_weight_set {
    uint32_t *weights;
    uint32_t count;
};

struct crush_choose_arg {
    uint32_t bucket; /* index */
    struct crush_weight_set *positions;
    uint32_t position_count;
    int32_t *ids;
    uint32_t id_count;
};

struct crush_choose_args {
    int64_t key; /* a pool, or -1 for the compat weight set */
    struct crush_choose_arg *args;
    uint32_t count;
};

struct crush_tunables {
    uint32_t choose_local_tries, choose_local_fallback_tries, choose_total_tries;
    uint32_t chooseleaf_descend_once;
    uint8_t chooseleaf_vary_r, straw_calc_version;
    uint32_t allowed_bucket_algs; /* bit N: enum crush_alg N */
    uint8_t chooseleaf_stable;
};

struct crush_map {
    struct crush_bucket *buckets; /* bucket -1 - i at i */
    uint32_t max_buckets;
    struct crush_rule *rules;
    uint32_t max_rules;
    int32_t max_devices;
    struct crush_names types, items, rule_names;
    struct crush_tunables tunables;
    struct crush_pair *class_map; /* item -> class */
    unsigned class_map_count;
    struct crush_names class_names;
    struct crush_class_bucket *class_buckets;
    unsigned class_bucket_count;
    struct crush_choose_args *choose_args;
    unsigned choose_args_count;
};

void crush_map_init(struct crush_map *m); /* empty, with the tunables of the oldest maps */
void crush_map_destroy(struct crush_map *m);

void crush_choose_arg_destroy(struct crush_choose_arg *a); /* what it holds */

/* The map of a new cluster: root "default" without items, Ceph's usual types, rule replicated_rule over
 * hosts. */
int crush_map_create_default(struct crush_map *m) MUST_CHECK; /* inits m */

void crush_map_encode(const struct crush_map *m, struct encode *e);
/* Inits m; after a failure there is nothing to destroy. -EBADMSG also for buckets inside themselves, or more
 * than CRUSH_MAX_DEPTH inside each other. */
int crush_map_decode(struct crush_map *m, struct decode *d) MUST_CHECK;

const struct crush_bucket *crush_map_bucket(const struct crush_map *m, int32_t id); /* NULL: none */
const char *crush_names_find(const struct crush_names *n, int32_t id);              /* NULL: none */
/* True and *id when something has that name. */
bool crush_names_find_id(const struct crush_names *n, const char *name, int32_t *id);
int crush_names_set(struct crush_names *n, int32_t id, const char *name) MUST_CHECK;
void crush_names_remove(struct crush_names *n, int32_t id); /* if it is there */
void crush_names_destroy(struct crush_names *n);

/* The oldest release whose clients place data as this map wants it (enum ceph_release). */
uint8_t crush_map_min_release(const struct crush_map *m);

#endif
