/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osdmap_upmap: exceptions to what crush says (pg_upmap, pg_upmap_items): which of them are of no use any
 * more, and new ones that spread the placement groups of a pool more evenly.
 *
 * The balancer is our own: from the OSD that has most above its share it moves one group after the other to
 * the one that has least, as the pool's rule allows. Changes are put into an incremental map; nothing else
 * in it is looked at. Pure. Errors: -ENOMEM, -EBADMSG for a map whose crush map is damaged.
 * See: src/test/unit/maps/test_osdmap_upmap.c.
 */
#ifndef CEPH_MAPS_OSDMAP_UPMAP_H
#define CEPH_MAPS_OSDMAP_UPMAP_H

#include <stdio.h>

#include "maps/osdmap.h"
#include "maps/osdmap_incremental.h"

/* Removes or shortens exceptions that lead where the rule does not, to OSDs that are out, or nowhere. */
int osdmap_upmap_clean(const struct osdmap *m, struct osdmap_incremental *inc) MUST_CHECK;

/* Until no OSD has max_deviation groups of the pool too many or too few, or max groups have changed, or
 * nothing helps any more. Returns how many have. */
int osdmap_upmap_balance(const struct osdmap *m, int64_t pool, unsigned max_deviation, unsigned max,
                         struct osdmap_incremental *inc) MUST_CHECK;

/* The commands that make the changes: "ceph osd pg-upmap-items 1.a 3 4". */
void osdmap_upmap_commands(const struct osdmap_incremental *inc, FILE *out);

#endif
