/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pg_dump: everything that a pg_map holds, as objects of genuine Ceph's shape. A new reference each; NULL: no
 * memory. */
#ifndef CEPH_MON_PG_DUMP_H
#define CEPH_MON_PG_DUMP_H

#include <jansson.h>

#include "mon/pg_map.h"

json_t *pg_dump_set(const struct osd_set *s); /* its OSDs */
json_t *pg_dump_group(const struct pg_map_pg *pg);
json_t *pg_dump_groups(const struct pg_map *m);
json_t *pg_dump_groups_brief(const struct pg_map *m);
json_t *pg_dump_pools(const struct pg_map *m);
json_t *pg_dump_osds(const struct pg_map *m);
json_t *pg_dump_osd_sum(const struct pg_map *m);
/* Of all pools, or one. */
json_t *pg_dump_sum(const struct pg_map *m, int64_t pool);

#endif
