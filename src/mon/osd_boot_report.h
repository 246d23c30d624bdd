/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_boot_report: MOSDBoot: an OSD is there, says where and of what kind it is, and wants to be up. */
#ifndef CEPH_MON_OSD_BOOT_REPORT_H
#define CEPH_MON_OSD_BOOT_REPORT_H

#include "mon/mon_op.h"

/* Ends the op, now or after a commit. Locks: the monitor's. */
void osd_boot_report(struct mon_op *op);

#endif
