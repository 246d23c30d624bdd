/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_weight_sets: the weight sets of a map (choose_args: other weights than the buckets' own, for all
 * pools or one): made and changed, and kept in step with the buckets: as many weights as items, and a
 * bucket's weight in its parent's set the sum of its own. Maps without weight sets are left alone. Pure.
 * Errors: -ENOMEM, then the map is not usable any more.
 */
#ifndef CEPH_CRUSH_CRUSH_WEIGHT_SETS_H
#define CEPH_CRUSH_CRUSH_WEIGHT_SETS_H

#include "crush/crush_map.h"

/* Buckets that a set does not know get their own weights in it. */
int crush_weight_sets_fill(struct crush_map *m) MUST_CHECK;
/* An item was put behind the others of the bucket id; or its place was taken out of it. */
int crush_weight_sets_add_item(struct crush_map *m, int32_t id, int32_t item, uint32_t weight) MUST_CHECK;
void crush_weight_sets_remove_item(struct crush_map *m, int32_t id, uint32_t place);
void crush_weight_sets_set_weight(struct crush_map *m, int32_t id, uint32_t place, uint32_t weight);
/* The weights of bucket id changed: those of its ancestors follow. */
void crush_weight_sets_sum_up(struct crush_map *m, int32_t id);
/* All, from the leaves up. */
void crush_weight_sets_sum_all(struct crush_map *m);
/* The weights of bucket id are those of new_id now, which had none. */
int crush_weight_sets_change_id(struct crush_map *m, int32_t id, int32_t new_id) MUST_CHECK;
void crush_weight_sets_remove_bucket(struct crush_map *m, int32_t id);

/* The bucket shadow has some of the items of original: places[i] is where its item i is in there. */
int crush_weight_sets_clone(struct crush_map *m, int32_t original, int32_t shadow,
                            const uint32_t *places) MUST_CHECK;

/* ---- the sets themselves; key: a pool, or CRUSH_WEIGHT_SET_COMPAT ---- */

#define CRUSH_WEIGHT_SET_COMPAT (-1) /* for pools without one of their own, and for old clients */

/* NULL: none. */
const struct crush_choose_args *crush_weight_sets_find(const struct crush_map *m, int64_t key);
/* The weights of a bucket's items in a set; NULL: none, or no weights. */
const struct crush_choose_arg *crush_weight_sets_of(const struct crush_choose_args *c, int32_t bucket);
/* All buckets get their own weights in it, for each of so many positions. -EEXIST: there is one. */
int crush_weight_sets_create(struct crush_map *m, int64_t key, uint32_t positions) MUST_CHECK;
void crush_weight_sets_remove(struct crush_map *m, int64_t key); /* if it is there */
/* What an item weighs in the set that is there, for each position. -EINVAL: those are not count; -ENOENT: no
 * bucket has the item. */
int crush_weight_sets_reweight(struct crush_map *m, int64_t key, int32_t item, const uint32_t *weights,
                               unsigned count) MUST_CHECK;

#endif
