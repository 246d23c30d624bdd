/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_watch_notify.h"

#include <stdio.h>

enum { PROTOCOL = 1 };

static void watch_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_watch_notify *m = payload;

    (void)decode_u8(d); /* the protocol, 1 for ever */
    m->event = decode_u8(d);
    m->cookie = decode_u64(d);
    m->version = decode_u64(d);
    m->notify_id = decode_u64(d);
    slice_decode_blob(&m->payload, d, &msg->front);
    if (version >= 2)
        m->result = decode_s32(d);
    if (version >= 3)
        m->notifier = decode_u64(d);
}

static void watch_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                         struct message_version *v UNUSED)
{
    const struct m_watch_notify *m = payload;

    encode_u8(e, PROTOCOL);
    encode_u8(e, m->event);
    encode_u64(e, m->cookie);
    encode_u64(e, m->version);
    encode_u64(e, m->notify_id);
    slice_encode_blob(&m->payload, e);
    encode_s32(e, m->result);
    encode_u64(e, m->notifier);
}

static void watch_destroy(void *payload)
{
    struct m_watch_notify *m = payload;

    slice_put(&m->payload);
}

static void watch_describe(const void *payload, char *buf, size_t size)
{
    const struct m_watch_notify *m = payload;

    snprintf(buf, size, "%s cookie %llu notify %llu ret %d",
             m->event == WATCH_NOTIFY            ? "notify"
             : m->event == WATCH_NOTIFY_COMPLETE ? "notify_complete"
             : m->event == WATCH_DISCONNECT      ? "disconnect"
                                                 : "???",
             (unsigned long long)m->cookie, (unsigned long long)m->notify_id, m->result);
}

const struct message_codec m_watch_notify_codec = {
    .type = MSG_WATCH_NOTIFY,
    .version = 3,
    .compat = 1,
    .size = sizeof(struct m_watch_notify),
    .decode = watch_decode,
    .encode = watch_encode,
    .destroy = watch_destroy,
    .describe = watch_describe,
};
