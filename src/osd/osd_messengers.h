/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_messengers: the messengers of an OSD and their addresses: public (clients, monitors, managers), cluster
 * (other OSDs); heartbeats have theirs in osd_heartbeat.h.
 */
#ifndef CEPH_OSD_OSD_MESSENGERS_H
#define CEPH_OSD_OSD_MESSENGERS_H

#include "osd/osd.h"

int osd_messengers_start(struct osd *osd, char *err, size_t err_size) MUST_CHECK;
void osd_messengers_stop(struct osd *osd);
void osd_messengers_destroy(struct osd *osd);

/* Binds m to the addresses of that side with a port of its own choice; used for heartbeats, too. */
int osd_messenger_bind(struct osd *osd, struct messenger *m, enum messenger_side side, char *err,
                       size_t err_size) MUST_CHECK;

/* Before messenger_start(): we prove who we are by the mon client's tickets, and check who dials m. */
void osd_messenger_set_auth(struct osd *osd, struct messenger *m);

#endif
