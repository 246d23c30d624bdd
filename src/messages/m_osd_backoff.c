/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_backoff.h"

#include <stdio.h>

static void backoff_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg UNUSED)
{
    struct m_osd_backoff *m = payload;
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    m->pg = pg_id_decode(&body);
    m->shard = (int8_t)decode_u8(&body);
    decode_end(d, &body);
    m->map_epoch = decode_u32(d);
    m->op = decode_u8(d);
    m->id = decode_u64(d);
    hobject_decode(&m->begin, d);
    hobject_decode(&m->end, d);
}

static void backoff_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_osd_backoff *m = payload;
    size_t at = encode_begin_struct(e, 1, 1);

    pg_id_encode(m->pg, e);
    encode_u8(e, (uint8_t)m->shard);
    encode_end_struct(e, at);
    encode_u32(e, m->map_epoch);
    encode_u8(e, m->op);
    encode_u64(e, m->id);
    hobject_encode(&m->begin, e);
    hobject_encode(&m->end, e);
}

static void backoff_destroy(void *payload)
{
    struct m_osd_backoff *m = payload;

    hobject_destroy(&m->begin);
    hobject_destroy(&m->end);
}

static void backoff_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_backoff *m = payload;
    char pg[PG_ID_TEXT_MAX];

    snprintf(buf, size, "%s %s id %llu e%u", pg_id_print(m->pg, pg),
             m->op == OSD_BACKOFF_BLOCK       ? "block"
             : m->op == OSD_BACKOFF_ACK_BLOCK ? "ack-block"
                                              : "unblock",
             (unsigned long long)m->id, m->map_epoch);
}

const struct message_codec m_osd_backoff_codec = {
    .type = MSG_OSD_BACKOFF,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_osd_backoff),
    .decode = backoff_decode,
    .encode = backoff_encode,
    .destroy = backoff_destroy,
    .describe = backoff_describe,
};
