/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_mgr: the session with the active manager, which is told of the OSD's placement groups, space and
 * counters. In a cluster without a manager the monitors are told of the former two.
 *
 * Threads: any; nobody waits for a manager.
 */
#ifndef CEPH_OSD_OSD_MGR_H
#define CEPH_OSD_OSD_MGR_H

#include "osd/osd.h"

int osd_mgr_create(struct osd *osd) MUST_CHECK;
void osd_mgr_destroy(struct osd *osd); /* the messengers are shut down */
/* Takes the messages of managers and of monitors about them. */
bool osd_mgr_dispatch(struct osd *osd, struct message *m);
void osd_mgr_connection_lost(struct osd *osd, struct connection *con);
/* Once a second: reports that are due. */
void osd_mgr_tick(struct osd *osd, uint64_t now_ns);

#endif
