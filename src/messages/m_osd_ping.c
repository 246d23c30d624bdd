/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_ping.h"

#include <stdio.h>

static void ping_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg UNUSED)
{
    struct m_osd_ping *m = payload;

    fsid_decode(&m->fsid, d);
    m->map_epoch = decode_u32(d);
    m->op = decode_u8(d);
    m->stamp = utime_decode(d);
    m->padding = decode_u32(d);
    if (version >= 5) {
        m->up_from = decode_u32(d);
        m->mono_ping_ns = decode_u64(d);
        m->mono_send_ns = decode_u64(d);
        m->has_delta = decode_bool(d);
        if (m->has_delta)
            m->delta_ub = decode_u64(d);
    }
    (void)decode_take(d, m->padding);
}

static void ping_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                        struct message_version *v UNUSED)
{
    const struct m_osd_ping *m = payload;

    fsid_encode(&m->fsid, e);
    encode_u32(e, m->map_epoch);
    encode_u8(e, m->op);
    utime_encode(m->stamp, e);
    encode_u32(e, m->padding);
    encode_u32(e, m->up_from);
    encode_u64(e, m->mono_ping_ns);
    encode_u64(e, m->mono_send_ns);
    encode_bool(e, m->has_delta);
    if (m->has_delta)
        encode_u64(e, m->delta_ub);
    encode_zeroes(e, m->padding);
}

static void ping_destroy(void *payload UNUSED)
{
}

static void ping_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_ping *m = payload;
    char stamp[UTIME_TEXT_MAX];

    snprintf(buf, size, "%s e%u up_from %u stamp %s",
             m->op == OSD_PING         ? "ping"
             : m->op == OSD_PING_REPLY ? "ping_reply"
                                       : "you_died",
             m->map_epoch, m->up_from, utime_print(m->stamp, stamp));
}

const struct message_codec m_osd_ping_codec = {
    .type = MSG_OSD_PING,
    .version = 5,
    .compat = 4,
    .size = sizeof(struct m_osd_ping),
    .decode = ping_decode,
    .encode = ping_encode,
    .destroy = ping_destroy,
    .describe = ping_describe,
};
