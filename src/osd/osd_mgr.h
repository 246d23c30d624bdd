/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_mgr: the session with the active manager, which is told of the OSD's placement groups and space. */
#ifndef CEPH_OSD_OSD_MGR_H
#define CEPH_OSD_OSD_MGR_H

#include "osd/osd.h"

/* Takes the messages of managers and of monitors about them. */
bool osd_mgr_dispatch(struct osd *osd, struct message *m);
void osd_mgr_connection_lost(struct osd *osd, struct connection *con);
void osd_mgr_tick(struct osd *osd, uint64_t now_ns);

#endif
