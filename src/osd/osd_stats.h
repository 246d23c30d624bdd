/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_stats: how full the OSD is and how its placement groups are, as managers and monitors are told. */
#ifndef CEPH_OSD_OSD_STATS_H
#define CEPH_OSD_OSD_STATS_H

#include "messages/m_pg_stats.h"
#include "osd/osd.h"

/* A report of now; seq tells it from others of this OSD. The caller takes no lock. NULL: no memory. */
struct message *osd_stats_message(struct osd *osd, uint64_t seq);

#endif
