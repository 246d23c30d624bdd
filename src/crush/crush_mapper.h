/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_mapper: from an input (a placement group's number) to devices, by a rule of a map.
 * Pure: the same map, weights and input give the same devices everywhere, bit for bit as in Ceph.
 * See: src/test/unit/crush/test_crush_mapper.c (tables of genuine crushtool).
 */
#ifndef CEPH_CRUSH_CRUSH_MAPPER_H
#define CEPH_CRUSH_CRUSH_MAPPER_H

#include "crush/crush_map.h"

#define CRUSH_ITEM_NONE  0x7fffffff /* no device for this place (rules that keep places) */
#define CRUSH_RESULT_MAX 64

/*
 * Devices for x by rule number rule: at most result_max (<= CRUSH_RESULT_MAX) into result; returns how many.
 * weights: how much of each device is in, 16.16, of weight_count devices (the others are out). args: NULL, or
 * the weight sets to use. -ENOENT: no such rule.
 */
int crush_map_do_rule(const struct crush_map *m, uint32_t rule, uint32_t x, int32_t *result,
                      unsigned result_max, const uint32_t *weights, unsigned weight_count,
                      const struct crush_choose_args *args) MUST_CHECK;

/* The same, and counts: tries[n] goes up by one for each item that was found after n failures, of places that
 * keep their numbers for each set of them. n is at most the map's choose_total_tries. NULL: nothing is
 * counted. */
int crush_map_do_rule_counted(const struct crush_map *m, uint32_t rule, uint32_t x, int32_t *result,
                              unsigned result_max, const uint32_t *weights, unsigned weight_count,
                              const struct crush_choose_args *args, uint32_t *tries) MUST_CHECK;

/* The weight sets of a pool, the ones for all pools (key -1), or NULL. */
const struct crush_choose_args *crush_map_choose_args(const struct crush_map *m, int64_t pool);

#endif
