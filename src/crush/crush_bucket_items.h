/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_bucket_items: buckets made and changed item by item, with what each kind keeps beside the weights:
 * sums of lists, nodes of trees, lengths of straws.
 *
 * straw_calc_version is the map's tunable. Threads: none of its own. Errors: -ENOMEM; -ERANGE: the weights
 * add up to more than 32 bits, or a tree has more than 64 items; -EINVAL: items of a uniform bucket weigh the
 * same. The bucket is then as before. Pure. See: src/test/unit/crush/test_crush_edit.c.
 */
#ifndef CEPH_CRUSH_CRUSH_BUCKET_ITEMS_H
#define CEPH_CRUSH_CRUSH_BUCKET_ITEMS_H

#include "crush/crush_map.h"

/* Fills b, whose alg, type, hash and id are set and which has no items yet. */
int crush_bucket_fill(struct crush_bucket *b, const int32_t *items, const uint32_t *weights, uint32_t size,
                      uint8_t straw_calc_version) MUST_CHECK;
void crush_bucket_destroy(struct crush_bucket *b); /* leaves a hole */

/* The place of an item, -1: not there. */
int64_t crush_bucket_find(const struct crush_bucket *b, int32_t item);
uint32_t crush_bucket_item_weight(const struct crush_bucket *b, uint32_t place);

int crush_bucket_add_item(struct crush_bucket *b, int32_t item, uint32_t weight,
                          uint8_t straw_calc_version) MUST_CHECK;
/* A tree keeps its shape: an item in its middle leaves device 0 with weight 0 in its place. */
int crush_bucket_remove_item(struct crush_bucket *b, uint32_t place, uint8_t straw_calc_version) MUST_CHECK;
/* The items of a uniform bucket all get the weight. */
int crush_bucket_set_item_weight(struct crush_bucket *b, uint32_t place, uint32_t weight,
                                 uint8_t straw_calc_version) MUST_CHECK;

/* "straw2" and so on; NULL and CRUSH_ALG_HOLE for what is none. */
const char *crush_alg_name(uint8_t alg);
enum crush_alg crush_alg_parse(const char *name);

#endif
