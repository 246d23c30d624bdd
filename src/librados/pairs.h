/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pairs: names and values that a step gave (xattrs, omap), as iterators give them to programs; and the steps
 * that get them.
 *
 * Owner: an iterator is the program's until rados_getxattrs_end() or rados_omap_get_end(). Threads: one at a
 * time.
 */
#ifndef CEPH_LIBRADOS_PAIRS_H
#define CEPH_LIBRADOS_PAIRS_H

#include "librados/librados_internal.h"

/* GETXATTRS, OMAPGETVALS, OMAPGETVALSBYKEYS (maps) or OMAPGETKEYS (a list): *iter gets the iterator, *more
 * (may be NULL) whether there is more, *result (may be NULL) the step's result. The data of the step is for
 * the caller to add. */
struct osd_op *pairs_step(struct object_operation *o, enum osd_op_code code, void **iter, unsigned char *more,
                          int *result);
/* The same, with its data, which is emptied. */
void pairs_step_encoded(struct object_operation *o, enum osd_op_code code, struct encode *e, void **iter,
                        unsigned char *more, int *result);
/* STAT; any may be NULL. */
void stat_step(struct object_operation *o, uint64_t *size, time_t *mtime, int *result);

#endif
