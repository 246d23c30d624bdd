/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch_notify: who watches an object, by which connection, and notifies that wait for the watchers' answers.
 *
 * A watch is kept in the object's info (so that it outlives us) and, while its client is connected or its
 * time has not run out, here. Threads: under the group's lock; timers and lost connections come by the
 * group's queue. See: doc/architecture.md, "Watch and notify".
 */
#ifndef CEPH_OSD_WATCH_NOTIFY_H
#define CEPH_OSD_WATCH_NOTIFY_H

#include "osd/op_context.h"

/* What an operation changes, once it is certain: watches begin or end. */
void watch_changes_apply(struct op_context *c);
void watch_changes_drop(struct op_context *c);
/* The notify of this operation goes out. */
void watch_notify_started(struct op_context *c);

/* The group serves again: watches on disk have their timeouts to come back. */
void watch_restore(struct pg *pg);
/* It serves no more: watchers and notifiers find out by themselves. */
void watch_drop_all(struct pg *pg);

void watch_connection_lost(struct osd *osd, struct connection *con);

#endif
