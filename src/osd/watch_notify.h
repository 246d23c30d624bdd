/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch_notify: who watches an object, by which connection, and notifies that wait for the watchers' answers.
 *
 * A watch is kept in the object's info (so that it outlives us) and here, from when its object is first used
 * on: with the connection of its client, or until the time has run out that the client has to come back. A
 * notify is over when all watchers have answered or its time has run out. Threads: under the group's lock.
 */
#ifndef CEPH_OSD_WATCH_NOTIFY_H
#define CEPH_OSD_WATCH_NOTIFY_H

#include "osd/op_context.h"

/* ---- for steps: what happens once the operation is certain ---- */

enum watch_change_kind { WATCH_BEGINS, WATCH_BEGINS_LEGACY /* one that never pings */, WATCH_ENDS };

int watch_plan(struct op_context *c, enum watch_change_kind kind, const struct watcher_info *w) MUST_CHECK;
/* Takes payload. id: of the notify, not 0. */
int notify_plan(struct op_context *c, uint64_t cookie, uint32_t timeout_s, struct slice payload,
                uint64_t *id) MUST_CHECK;
/* The client of this operation is alive and means this watch. -ENOTCONN, -ETIMEDOUT: it has none. */
int watch_ping(struct op_context *c, uint64_t cookie) MUST_CHECK;
/* It has seen the notify. Takes reply. One that is over already is ignored. */
void notify_ack(struct op_context *c, uint64_t cookie, uint64_t notify_id, struct slice reply);

/* ---- for the operation ---- */

/* The object is in memory from now on: so are its watchers, none of them connected yet. */
void watch_load(struct pg *pg, struct object_context *obc);
/* Does what the steps planned. Before the answer goes out. */
void watch_effects_apply(struct op_context *c);
void watch_effects_drop(struct op_context *c);

/* ---- for the group ---- */

/* Ends watches and notifies whose time has run out, and watches of clients that the map shuts out. */
void watch_tick(struct pg *pg, uint64_t now_ns);
/* It serves no more: watchers and notifiers find out by themselves. */
void watch_drop_all(struct pg *pg);
void watch_connection_lost(struct pg *pg, const struct connection *con);

#endif
