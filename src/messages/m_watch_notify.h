/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_watch_notify: MWatchNotify: an OSD tells a watcher that it is notified or cut off, or a notifier that all
 * watchers have answered (what they answered is then the message's data section).
 */
#ifndef CEPH_MESSAGES_M_WATCH_NOTIFY_H
#define CEPH_MESSAGES_M_WATCH_NOTIFY_H

#include "messages/message_codec.h"
#include "messages/payload.h"

enum watch_event { WATCH_NOTIFY = 1, WATCH_NOTIFY_COMPLETE = 2, WATCH_DISCONNECT = 3 };

struct m_watch_notify {
    uint8_t event; /* enum watch_event */
    uint64_t cookie, version, notify_id;
    struct slice payload;
    int32_t result;
    uint64_t notifier; /* global id */
};
MESSAGE_CODEC(m_watch_notify)

#endif
