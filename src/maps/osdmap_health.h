/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osdmap_health: what an OSDMap says is wrong with OSDs, pools and the crush map. Pure. */
#ifndef CEPH_MAPS_OSDMAP_HEALTH_H
#define CEPH_MAPS_OSDMAP_HEALTH_H

#include "crush/crush_map.h"
#include "maps/health_checks.h"
#include "maps/osdmap.h"

struct conf;

/* crush: the map's, decoded. */
void osdmap_health_check(const struct osdmap *map, const struct crush_map *crush, const struct conf *conf,
                         struct health_checks *checks);

#endif
