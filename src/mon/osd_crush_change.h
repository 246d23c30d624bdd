/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_crush_change: what commands that edit the crush map have in common. Locks: the monitor's. */
#ifndef CEPH_MON_OSD_CRUSH_CHANGE_H
#define CEPH_MON_OSD_CRUSH_CHANGE_H

#include "mon/mon_op.h"
#include "mon/osd_pending.h"
#include "types/string_list.h"

/*
 * Edits a copy of the map of the next epoch and sets the status line. Returns above 0: the copy becomes the
 * map; 0: nothing has to change; or a negative errno: the copy is dropped.
 */
typedef int (*osd_crush_edit)(struct mon_op *op, struct crush_map *map);

/* The handler around it: waits, commits, and refuses maps that clients of the least release allowed cannot
 * use. */
int osd_crush_change(struct mon_op *op, osd_crush_edit edit);

/* For handlers that look only: of the newest epoch. */
const struct crush_map *osd_crush_map(const struct mon_op *op);
/* What the next epoch will be. */
struct osd_pending *osd_crush_pending(const struct mon_op *op);

/* Reads the argument "args", "type=name"...; inits loc. -EINVAL with a status: one has not that form. */
int osd_crush_location(struct mon_op *op, struct string_map *loc) MUST_CHECK;
/* Reads "weight" as 16.16. -EINVAL, -EOVERFLOW with a status. */
int osd_crush_weight(struct mon_op *op, uint32_t *weight) MUST_CHECK;

#endif
