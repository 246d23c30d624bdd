/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_location: a place in the hierarchy as people say it: "root=default host=a", as a map of types to
 * names of buckets. Types that a map does not have mean nothing to it. Pure.
 */
#ifndef CEPH_CRUSH_CRUSH_LOCATION_H
#define CEPH_CRUSH_CRUSH_LOCATION_H

#include "types/string_list.h"

/* Adds "type=name" to loc. -EINVAL: it has not that form. */
int crush_location_add(struct string_map *loc, const char *text) MUST_CHECK;
/* "{host=a,root=default}"; malloc'ed, NULL: no memory. */
char *crush_location_print(const struct string_map *loc);

/* Letters, digits and any of -_. at least one of them. */
bool crush_name_is_valid(const char *name);

#endif
