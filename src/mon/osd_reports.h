/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_reports: what OSDs tell the monitor of themselves and of each other; for MOSDBoot see
 * osd_boot_report.h. Each handler ends the op, now or
 * after a commit. Locks: the monitor's.
 */
#ifndef CEPH_MON_OSD_REPORTS_H
#define CEPH_MON_OSD_REPORTS_H

#include "maps/osdmap.h"
#include "mon/mon_op.h"

void osd_reports_alive(struct mon_op *op);        /* MOSDAlive: it wants its up_thru raised */
void osd_reports_beacon(struct mon_op *op);       /* MOSDBeacon: it is there */
void osd_reports_full(struct mon_op *op);         /* MOSDFull: how full it is */
void osd_reports_mark_me_down(struct mon_op *op); /* MOSDMarkMeDown: it stops */
void osd_reports_failure(struct mon_op *op);      /* MOSDFailure: another one does not answer */
void osd_reports_pg_stats(struct mon_op *op);     /* MPGStats: how its groups are, without a manager */
void osd_reports_pg_created(struct mon_op *op);   /* MOSDPGCreated: it made a placement group */

/* What they ask for. */
void osd_reports_get_osdmap(struct mon_op *op);       /* MMonGetOSDMap: maps by their epochs */
void osd_reports_get_purged_snaps(struct mon_op *op); /* MMonGetPurgedSnaps */

/* ---- pieces of handlers ---- */

/* The OSD that sent the message, or -1: it is none, or one that may not (with a line in the log). */
int32_t osd_reports_sender(const struct mon_op *op);
/* The map has the OSD up with this public address. */
bool osd_reports_is_up_at(const struct osdmap *map, int32_t osd, const struct entity_addrvec *addrs);
/* False: the op runs again when the map may be changed. */
bool osd_reports_writable(struct mon_op *op, void (*run)(struct mon_op *op));
/* Ends the op: the sender gets the maps that it was not sent yet. Also for op->committed. */
void osd_reports_answer_with_maps(struct mon_op *op);

#endif
