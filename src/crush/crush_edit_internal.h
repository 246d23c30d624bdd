/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_edit_internal: one item of one bucket, with weight sets and ancestors. */
#ifndef CEPH_CRUSH_CRUSH_EDIT_INTERNAL_H
#define CEPH_CRUSH_CRUSH_EDIT_INTERNAL_H

#include "crush/crush_edit.h"

/* crush_map_bucket() for changes. */
struct crush_bucket *crush_edit_bucket(struct crush_map *m, int32_t id);

/* Behind the others, with weight 0; in a uniform bucket with the weight of the others. */
int crush_edit_append(struct crush_map *m, int32_t bucket, int32_t item) MUST_CHECK;
/* The weight of the item in one bucket; ancestors follow. Returns in how many places of the bucket it was. */
int crush_edit_set_weight_in(struct crush_map *m, int32_t bucket, int32_t item, uint32_t weight) MUST_CHECK;
/* Takes the item out of one bucket; ancestors follow. Returns how often it was there. */
int crush_edit_take_out(struct crush_map *m, int32_t bucket, int32_t item) MUST_CHECK;
/* Whoever has the bucket as an item takes up its weight. */
int crush_edit_follow(struct crush_map *m, int32_t bucket) MUST_CHECK;

#endif
