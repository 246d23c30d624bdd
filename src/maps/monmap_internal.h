/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* monmap_internal: what the files of monmap share with each other. */
#ifndef CEPH_MAPS_MONMAP_INTERNAL_H
#define CEPH_MAPS_MONMAP_INTERNAL_H

#include "maps/monmap.h"

void mon_info_destroy(struct mon_info *info);
/* The address of a monitor where there is room for one: v1 if it has any, else its first; blank: none. */
const struct entity_addr *mon_info_one_addr(const struct mon_info *info);

/* Puts info at rank at and takes what it holds, also when it fails. */
int monmap_insert(struct monmap *m, unsigned at, struct mon_info *info) MUST_CHECK;
int monmap_note_removed_rank(struct monmap *m, uint32_t rank) MUST_CHECK;
void monmap_sort_by_addr(struct monmap *m);

#endif
