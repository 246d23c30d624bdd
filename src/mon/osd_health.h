/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_health: what is wrong with OSDs, pools and placement groups. Pure. */
#ifndef CEPH_MON_OSD_HEALTH_H
#define CEPH_MON_OSD_HEALTH_H

#include "maps/health_checks.h"
#include "mon/pg_map.h"

struct conf;

void osd_health_check(const struct osdmap *map, const struct crush_map *crush, const struct pg_map *pgs,
                      const struct conf *conf, struct health_checks *checks);

#endif
