/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pg_tables: what a pg_map holds as tables, and sets of OSDs, for plain output. -ENOMEM. */
#ifndef CEPH_MON_PG_TABLES_H
#define CEPH_MON_PG_TABLES_H

#include "common/strbuf.h"
#include "mon/pg_map.h"

int pg_tables_groups(const struct pg_map *m, struct strbuf *out) MUST_CHECK; /* of `pg dump` */
int pg_tables_groups_brief(const struct pg_map *m,
                           struct strbuf *out) MUST_CHECK; /* of `pg dump pgs_brief` */
int pg_tables_stuck(const struct pg_map_pg *const *pgs, unsigned count,
                    struct strbuf *out) MUST_CHECK; /* `pg dump_stuck` */
int pg_tables_list(const struct pg_map_pg *const *pgs, unsigned count,
                   struct strbuf *out) MUST_CHECK; /* `pg ls` */
int pg_tables_pools(const struct pg_map *m, bool headed, struct strbuf *out) MUST_CHECK;
int pg_tables_sum(const struct pg_map *m, bool headed, struct strbuf *out) MUST_CHECK;
int pg_tables_osds(const struct pg_map *m, bool each, struct strbuf *out) MUST_CHECK;

void pg_tables_print_set(const struct osd_set *s, struct strbuf *out); /* "[1,2]" */

#endif
