/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_pg_create.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SPG_WIRE_LEN = 6 + PG_ID_WIRE_LEN + 1, CREATE_WIRE_LEN = SPG_WIRE_LEN + 4 + 8 };

static struct pg_id shard_decode(struct decode *d, int8_t *shard)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    struct pg_id pg = pg_id_decode(&body);

    *shard = (int8_t)decode_u8(&body);
    decode_end(d, &body);
    return pg;
}

static void shard_encode(const struct pg_create *c, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    pg_id_encode(c->pg, e);
    encode_u8(e, (uint8_t)c->shard);
    encode_end_struct(e, at);
}

/* The second map holds what the monitor knows of these groups' past, in the order of the first. */
static void decode_histories(struct m_osd_pg_create2 *m, struct decode *d, const struct slice *parent)
{
    uint32_t count = decode_count(d, SPG_WIRE_LEN + 6 + 6);

    if (count > m->count)
        decode_fail(d, -EBADMSG);
    for (uint32_t i = 0; i < count && !decode_error(d); i++) {
        struct decode past;
        uint8_t v;
        int8_t shard;
        struct pg_id pg = shard_decode(d, &shard);
        if (pg.pool != m->pgs[i].pg.pool || pg.seed != m->pgs[i].pg.seed) {
            decode_fail(d, -EBADMSG);
            return;
        }
        past = *d;
        decode_struct(&past, UINT8_MAX, &v);
        decode_struct(&past, UINT8_MAX, &v);
        if (decode_error(&past))
            decode_fail(d, decode_error(&past));
        slice_decode_bytes(&m->pgs[i].history, (size_t)(past.p - d->p), d, parent);
    }
}

static void create_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_osd_pg_create2 *m = payload;

    m->epoch = decode_u32(d);
    m->count = decode_count(d, CREATE_WIRE_LEN);
    m->pgs = calloc(m->count ? m->count : 1, sizeof(*m->pgs));
    if (!m->pgs) {
        m->count = 0;
        decode_fail(d, -ENOMEM);
    }
    for (uint32_t i = 0; i < m->count; i++) {
        m->pgs[i].pg = shard_decode(d, &m->pgs[i].shard);
        m->pgs[i].created = decode_u32(d);
        m->pgs[i].stamp = utime_decode(d);
    }
    if (version >= 2)
        decode_histories(m, d, &msg->front);
}

static void create_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                          struct message_version *v UNUSED)
{
    const struct m_osd_pg_create2 *m = payload;
    uint32_t histories = 0;

    encode_u32(e, m->epoch);
    encode_u32(e, m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        shard_encode(&m->pgs[i], e);
        encode_u32(e, m->pgs[i].created);
        utime_encode(m->pgs[i].stamp, e);
        histories += m->pgs[i].history.len != 0;
    }
    encode_u32(e, histories);
    for (uint32_t i = 0; i < m->count; i++) {
        if (!m->pgs[i].history.len)
            continue;
        shard_encode(&m->pgs[i], e);
        encode_bytes(e, m->pgs[i].history.data, m->pgs[i].history.len);
    }
}

static void create_destroy(void *payload)
{
    struct m_osd_pg_create2 *m = payload;

    for (uint32_t i = 0; i < m->count; i++)
        slice_put(&m->pgs[i].history);
    free(m->pgs);
}

static void create_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_pg_create2 *m = payload;

    snprintf(buf, size, "e%u %u pgs", m->epoch, m->count);
}

const struct message_codec m_osd_pg_create2_codec = {
    .type = MSG_OSD_PG_CREATE2,
    .version = 2,
    .compat = 1,
    .size = sizeof(struct m_osd_pg_create2),
    .decode = create_decode,
    .encode = create_encode,
    .destroy = create_destroy,
    .describe = create_describe,
};

/* ---- created ---- */

static void created_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg UNUSED)
{
    struct m_osd_pg_created *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->pg = pg_id_decode(d);
}

static void created_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_osd_pg_created *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    pg_id_encode(m->pg, e);
}

static void created_destroy(void *payload UNUSED)
{
}

static void created_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_pg_created *m = payload;
    char pg[PG_ID_TEXT_MAX];

    snprintf(buf, size, "%s", pg_id_print(m->pg, pg));
}

const struct message_codec m_osd_pg_created_codec = {
    .type = MSG_OSD_PG_CREATED,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_osd_pg_created),
    .decode = created_decode,
    .encode = created_encode,
    .destroy = created_destroy,
    .describe = created_describe,
};
