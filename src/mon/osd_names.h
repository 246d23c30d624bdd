/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_names: lists of names as answers. Locks: the monitor's. */
#ifndef CEPH_MON_OSD_NAMES_H
#define CEPH_MON_OSD_NAMES_H

#include "mon/mon_op.h"

/* Answers with a list of strings and numbers, as lines or JSON. Takes list; NULL gives -ENOMEM. */
int osd_names_show(struct mon_op *op, json_t *list);

#endif
