/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_weight_sets: keeping the weight sets of a map (choose_args: other weights than the buckets' own, for
 * all pools or one) in step with its buckets: as many weights as items, and a bucket's weight in its parent's
 * set the sum of its own. Maps without weight sets are left alone. Pure. Errors: -ENOMEM, then the map is not
 * usable any more.
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

#endif
