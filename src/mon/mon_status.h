/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_status: the commands that show the cluster and the monitor as a whole. Locks: the monitor's. */
#ifndef CEPH_MON_MON_STATUS_H
#define CEPH_MON_MON_STATUS_H

#include <jansson.h>

#include "mon/mon_op.h"

/* New references; NULL: no memory. */
json_t *mon_status_cluster(struct monitor *mon);  /* status */
json_t *mon_status_monitor(struct monitor *mon);  /* mon_status */
json_t *mon_status_quorum(struct monitor *mon);   /* quorum_status */
json_t *mon_status_sessions(struct monitor *mon); /* sessions */
json_t *mon_status_ping(struct monitor *mon);     /* the report that answers a ping */
/* "luminous": the newest release that has all features of such a peer. */
const char *mon_status_release_of(uint64_t features);

int mon_status_command(struct mon_op *op);        /* status */
int mon_status_quorum_command(struct mon_op *op); /* quorum_status */
int mon_status_fsid(struct mon_op *op);           /* fsid */
int mon_status_version(struct mon_op *op);        /* version */
int mon_status_versions(struct mon_op *op);       /* versions */
int mon_status_mon_versions(struct mon_op *op);   /* mon versions */
int mon_status_metadata(struct mon_op *op);       /* mon metadata [id] */
int mon_status_features(struct mon_op *op);       /* features */
int mon_status_nodes(struct mon_op *op);          /* node ls [type] */
int mon_status_time_sync(struct mon_op *op);      /* time-sync-status */
int mon_status_report(struct mon_op *op);         /* report */
int mon_status_empty_object(struct mon_op *op);   /* versions of daemons that there are none of */
int mon_status_empty_list(struct mon_op *op);     /* and their metadata */

#endif
