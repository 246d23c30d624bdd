/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_tree: the OSDs of a map in their crush hierarchy, as `osd tree` and `osd crush tree` show them. Pure.
 */
#ifndef CEPH_MAPS_OSD_TREE_H
#define CEPH_MAPS_OSD_TREE_H

#include <jansson.h>
#include <stdbool.h>

#include "common/strbuf.h"
#include "crush/crush_tree.h"
#include "maps/osdmap.h"

/* Which OSDs to show; nothing set: all. */
struct osd_tree_filter {
    bool up, down, in, out, destroyed;
    bool shadows; /* also the trees of device classes ("default~hdd") */
};

/* states: with what the osdmap knows of each OSD (osd tree), else only the hierarchy (osd crush tree). */
json_t *osd_tree_dump(const struct osdmap *map, const struct crush_map *crush, bool states,
                      const struct osd_tree_filter *filter); /* a new reference; NULL: no memory */
int osd_tree_print(const struct osdmap *map, const struct crush_map *crush, bool states,
                   const struct osd_tree_filter *filter, struct strbuf *out) MUST_CHECK;

/* What the node weighs in the weight sets: an array of weights, one for each position, by names of pools and
 * "(compat)". A new reference. */
json_t *osd_tree_pool_weights(const struct osdmap *map, const struct crush_map *crush,
                              const struct crush_tree_node *n);

#endif
