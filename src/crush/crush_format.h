/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_format: a crush map, its rules and its tunables as JSON, as `ceph osd crush dump` and `crushtool
 * --dump` show them. Everything is written into the object that is open. Pure. */
#ifndef CEPH_CRUSH_CRUSH_FORMAT_H
#define CEPH_CRUSH_CRUSH_FORMAT_H

#include "common/formatter.h"
#include "crush/crush_map.h"

/* The members of the dump. */
void crush_map_format(const struct crush_map *m, struct formatter *f);
/* The members of one rule that exists; of all rules, as elements of the array that is open. */
void crush_rule_format(const struct crush_map *m, uint32_t rule, struct formatter *f);
void crush_rules_format(const struct crush_map *m, struct formatter *f);
/* The members of "tunables": values, and what they ask of clients. */
void crush_tunables_format(const struct crush_map *m, struct formatter *f);

/* All weight sets, as an object of that name. */
void crush_weight_sets_format(const struct crush_map *m, const char *name, struct formatter *f);

/* The oldest release that knows all that the map uses, by its name. */
const char *crush_minimum_version(const struct crush_map *m);

/* "choose_firstn" and so on; NULL: unknown. */
const char *crush_op_name(uint32_t op);

#endif
