/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_arguments: the arguments of commands that name OSDs: "3", "osd.3", 3, and "all" in lists. On failure
 * the op has the line that says what is wrong. Locks: the monitor's.
 */
#ifndef CEPH_MON_OSD_ARGUMENTS_H
#define CEPH_MON_OSD_ARGUMENTS_H

#include "maps/osdmap.h"
#include "mon/mon_op.h"

/* The number in text. -EINVAL: it is none. */
int osd_argument_parse(const char *text, int32_t *osd) MUST_CHECK;
/* The OSD that the argument names, which need not exist. missing: the value where it may be left out. */
int osd_argument_id(struct mon_op *op, const char *name, int32_t missing, int32_t *osd) MUST_CHECK;
/* The same of one that exists. -ENOENT. */
int osd_argument_existing(struct mon_op *op, const char *name, const struct osdmap *map,
                          int32_t *osd) MUST_CHECK;
/* All that a list names; "all", "any" and "*": all that exist. malloc'ed. */
int osd_argument_list(struct mon_op *op, const char *name, const struct osdmap *map, int32_t **osds,
                      unsigned *count) MUST_CHECK;

#endif
