/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_heartbeat: pings between OSDs, over the public network (front) and the cluster's (back), and reports to
 * the monitors of those that do not answer.
 */
#ifndef CEPH_OSD_OSD_HEARTBEAT_H
#define CEPH_OSD_OSD_HEARTBEAT_H

#include "osd/osd.h"
#include "types/osd_stat.h"

/* Makes, binds and starts the messengers, and fills in the OSD's heartbeat addresses. */
int osd_heartbeat_create(struct osd *osd, char *err, size_t err_size) MUST_CHECK;
void osd_heartbeat_stop(struct osd *osd);
void osd_heartbeat_destroy(struct osd *osd);
/* Those that are pinged; inits out. */
int osd_heartbeat_peers(struct osd *osd, struct osd_ids *out) MUST_CHECK;
/* Once a second: pings that are due, peers that are overdue. */
void osd_heartbeat_tick(struct osd *osd, uint64_t now_ns);

#endif
