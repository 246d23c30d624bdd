/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_metadata: what a monitor tells of the machine and the program it runs in (`mon metadata`). */
#ifndef CEPH_MON_MON_METADATA_H
#define CEPH_MON_MON_METADATA_H

#include <jansson.h>

/* An object of texts; a new reference, NULL: no memory. */
json_t *mon_metadata_collect(void);

#endif
