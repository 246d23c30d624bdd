/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pg_status: a pg_map in a few lines, or as the object that `status` has; `pg stat`; what of it is wrong. */
#ifndef CEPH_MON_PG_STATUS_H
#define CEPH_MON_PG_STATUS_H

#include <jansson.h>

#include "common/strbuf.h"
#include "maps/health_checks.h"
#include "mon/pg_map.h"

/* "pgmap" of `status -f json`. NULL: no memory. */
json_t *pg_status_dump(const struct pg_map *m);
/* The parts "data" and "io" of a plain `status`. */
void pg_status_print(const struct pg_map *m, struct strbuf *out);

/* The line and the object of `pg stat`. */
void pg_status_print_line(const struct pg_map *m, struct strbuf *out);
json_t *pg_status_dump_line(const struct pg_map *m);

/* "12 KiB/s rd, 3 op/s rd"; empty without traffic. */
void pg_status_print_rates(const struct pg_map_rates *r, struct strbuf *out);
/* Their members, of those that are not zero. */
void pg_status_add_rates(json_t *to, const struct pg_map_rates *r);

/* Groups that do not serve. */
void pg_status_health(const struct pg_map *m, struct health_checks *checks);

#endif
