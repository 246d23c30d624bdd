/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_tree: the hierarchy of a map as a list, in the order in which Ceph shows it: what contains before
 * what is in it, devices by class and number, buckets by name. Pure. */
#ifndef CEPH_CRUSH_CRUSH_TREE_H
#define CEPH_CRUSH_CRUSH_TREE_H

#include "crush/crush_map.h"

struct crush_tree_node {
    int32_t id, parent; /* parent 0: a root */
    uint32_t place;     /* in the parent */
    uint32_t weight;
    unsigned depth;
};

/* shadows: also the trees of device classes. free(*nodes). -ENOMEM, -E2BIG. */
int crush_tree_list(const struct crush_map *m, bool shadows, struct crush_tree_node **nodes,
                    unsigned *count) MUST_CHECK;

#endif
