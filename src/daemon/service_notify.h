/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* service_notify: tells systemd how far we are. Nothing happens when it did not start us, or without
 * libsystemd. */
#ifndef CEPH_DAEMON_SERVICE_NOTIFY_H
#define CEPH_DAEMON_SERVICE_NOTIFY_H

void service_notify_ready(void);
void service_notify_stopping(void);

#endif
