/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_op.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_LEN  24 /* three u64 of a tracing framework, zero */
#define SHARD_NONE (-1)

void osd_reqid_encode(const struct osd_reqid *r, struct encode *e)
{
    size_t at = encode_begin_struct(e, 2, 2);

    entity_name_encode(&r->name, e);
    encode_u64(e, r->tid);
    encode_s32(e, r->incarnation);
    encode_end_struct(e, at);
}

void osd_reqid_decode(struct osd_reqid *r, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 2, &v);

    entity_name_decode(&r->name, &body);
    r->tid = decode_u64(&body);
    r->incarnation = decode_s32(&body);
    decode_end(d, &body);
}

static void spg_encode(struct pg_id pg, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    pg_id_encode(pg, e);
    encode_u8(e, (uint8_t)SHARD_NONE);
    encode_end_struct(e, at);
}

static struct pg_id spg_decode(struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    struct pg_id pg = pg_id_decode(&body);

    (void)decode_u8(&body);
    decode_end(d, &body);
    return pg;
}

/* ---- the steps and their data ---- */

static struct osd_op *ops_decode(struct decode *d, uint32_t count, uint32_t *lens)
{
    struct osd_op *ops;

    if (count > OSD_OPS_MAX || count > decode_left(d) / OSD_OP_WIRE_LEN)
        decode_fail(d, -EBADMSG);
    if (decode_error(d))
        return NULL;
    ops = calloc(count ? count : 1, sizeof(*ops));
    if (!ops) {
        decode_fail(d, -ENOMEM);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        osd_op_decode(&ops[i], &lens[i], d);
    return ops;
}

/* Cuts the data section into the parts of the steps; parts and data must fit exactly. */
static int hand_out_data(struct osd_op *ops, uint32_t count, const uint32_t *lens,
                         const struct bufferlist *data, struct slice *(*part)(struct osd_op *op))
{
    struct slice flat;
    size_t at = 0;
    int r = bufferlist_flatten(data, &flat);

    if (r < 0)
        return r;
    for (uint32_t i = 0; i < count; i++) {
        struct slice *s = part(&ops[i]);
        if (lens[i] > flat.len - at) {
            r = -EBADMSG;
            break;
        }
        *s = slice_part(&flat, at, lens[i]);
        at += lens[i];
    }
    if (at != flat.len && r == 0)
        r = -EBADMSG;
    slice_put(&flat);
    return r;
}

static void ops_free(struct osd_op *ops, uint32_t count)
{
    for (uint32_t i = 0; ops && i < count; i++)
        osd_op_destroy(&ops[i]);
    free(ops);
}

static void describe_ops(const struct osd_op *ops, uint32_t count, char *buf, size_t size)
{
    size_t n = 0;

    for (uint32_t i = 0; i < count && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? "," : "", osd_op_name(ops[i].code));
}

/* ---- the request ---- */

static void decode_snaps(struct m_osd_op *m, struct decode *d)
{
    m->snapid = decode_u64(d);
    m->snap_seq = decode_u64(d);
    m->snap_count = decode_count(d, 8);
    m->snaps = calloc(m->snap_count ? m->snap_count : 1, sizeof(*m->snaps));
    if (!m->snaps) {
        m->snap_count = 0;
        decode_fail(d, -ENOMEM);
    }
    for (uint32_t i = 0; i < m->snap_count; i++)
        m->snaps[i] = decode_u64(d);
}

static void decode_ops(struct m_osd_op *m, struct decode *d, uint32_t *lens)
{
    uint16_t count = decode_u16(d);

    m->ops = ops_decode(d, count, lens);
    if (m->ops)
        m->op_count = count;
}

static void raw_pg(struct m_osd_op *m, struct decode *d)
{
    m->pg = pg_id_decode(d);
    m->pg_is_raw = true;
    m->hash = m->pg.seed;
}

/* From client_inc on; the same since version 7. */
static void decode_request(struct m_osd_op *m, struct decode *d, uint32_t *lens)
{
    m->client_inc = decode_u32(d);
    m->mtime = utime_decode(d);
    object_locator_decode(&m->locator, d);
    m->oid = decode_string(d);
    decode_ops(m, d, lens);
    decode_snaps(m, d);
    m->retry_attempt = decode_s32(d);
    m->features = decode_u64(d);
}

static void decode_v8(struct m_osd_op *m, struct decode *d, uint32_t *lens)
{
    m->pg = spg_decode(d);
    m->hash = decode_u32(d);
    m->osdmap_epoch = decode_u32(d);
    m->flags = decode_u32(d);
    osd_reqid_decode(&m->reqid, d);
    (void)decode_take(d, TRACE_LEN);
    decode_request(m, d, lens);
}

static void decode_v7(struct m_osd_op *m, struct decode *d, uint32_t *lens)
{
    raw_pg(m, d);
    m->osdmap_epoch = decode_u32(d);
    m->flags = decode_u32(d);
    (void)eversion_decode(d);
    osd_reqid_decode(&m->reqid, d);
    decode_request(m, d, lens);
}

static void decode_v6(struct m_osd_op *m, struct decode *d, uint32_t *lens)
{
    m->client_inc = decode_u32(d);
    m->osdmap_epoch = decode_u32(d);
    m->flags = decode_u32(d);
    m->mtime = utime_decode(d);
    (void)eversion_decode(d);
    object_locator_decode(&m->locator, d);
    raw_pg(m, d);
    m->oid = decode_string(d);
    decode_ops(m, d, lens);
    decode_snaps(m, d);
    m->retry_attempt = decode_s32(d);
    m->features = decode_u64(d);
    osd_reqid_decode(&m->reqid, d);
}

static struct slice *in_part(struct osd_op *op)
{
    return &op->in;
}

static void osd_op_msg_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_osd_op *m = payload;
    uint32_t lens[OSD_OPS_MAX];
    int r;

    if (version >= 8)
        decode_v8(m, d, lens);
    else if (version == 7)
        decode_v7(m, d, lens);
    else if (version == 6)
        decode_v6(m, d, lens);
    else
        decode_fail(d, -EOPNOTSUPP);
    if (decode_error(d))
        return;
    r = hand_out_data(m->ops, m->op_count, lens, &msg->data, in_part);
    if (r < 0)
        decode_fail(d, r);
}

static void osd_op_msg_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                              struct message_version *v UNUSED)
{
    const struct m_osd_op *m = payload;

    spg_encode(m->pg, e);
    encode_u32(e, m->hash);
    encode_u32(e, m->osdmap_epoch);
    encode_u32(e, m->flags);
    osd_reqid_encode(&m->reqid, e);
    encode_zeroes(e, TRACE_LEN);
    encode_u32(e, m->client_inc);
    utime_encode(m->mtime, e);
    object_locator_encode(&m->locator, e);
    encode_string(e, m->oid);
    encode_u16(e, m->op_count);
    for (unsigned i = 0; i < m->op_count; i++)
        osd_op_encode(&m->ops[i], (uint32_t)m->ops[i].in.len, e);
    encode_u64(e, m->snapid);
    encode_u64(e, m->snap_seq);
    encode_u32(e, m->snap_count);
    for (uint32_t i = 0; i < m->snap_count; i++)
        encode_u64(e, m->snaps[i]);
    encode_s32(e, m->retry_attempt);
    encode_u64(e, m->features);
}

static void osd_op_msg_destroy(void *payload)
{
    struct m_osd_op *m = payload;

    object_locator_destroy(&m->locator);
    free(m->oid);
    free(m->snaps);
    ops_free(m->ops, m->op_count);
}

static void osd_op_msg_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_op *m = payload;
    char pg[PG_ID_TEXT_MAX], ops[128];

    describe_ops(m->ops, m->op_count, ops, sizeof(ops));
    snprintf(buf, size, "%s %s [%s] flags %#x e%u", pg_id_print(m->pg, pg), m->oid, ops, m->flags,
             m->osdmap_epoch);
}

const struct message_codec m_osd_op_codec = {
    .type = MSG_OSD_OP,
    .version = 8,
    .compat = 3,
    .size = sizeof(struct m_osd_op),
    .decode = osd_op_msg_decode,
    .encode = osd_op_msg_encode,
    .destroy = osd_op_msg_destroy,
    .describe = osd_op_msg_describe,
};

/* msg with the data, which it takes; NULL where something of that failed. */
static struct message *with_data(struct message *msg, struct bufferlist *data, int error)
{
    if (!msg || error) {
        message_put(msg);
        bufferlist_destroy(data);
        return NULL;
    }
    msg->data = *data;
    return msg;
}

struct message *m_osd_op_send(struct m_osd_op *m)
{
    struct bufferlist data;
    int r = 0;

    bufferlist_init(&data);
    for (unsigned i = 0; i < m->op_count && r == 0; i++)
        r = bufferlist_append(&data, slice_get(&m->ops[i].in));
    return with_data(m_osd_op_message(m), &data, r);
}

/* ---- the reply ---- */

/* A reply's data stands in the slices of requests while it is being cut. */
static void decode_out(struct m_osd_op_reply *m, struct decode *d, const uint32_t *lens,
                       const struct message *msg)
{
    int r = hand_out_data(m->ops, m->op_count, lens, &msg->data, in_part);

    for (uint32_t i = 0; i < m->op_count; i++) {
        if (r == 0)
            r = bufferlist_append(&m->ops[i].out, m->ops[i].in);
        else
            slice_put(&m->ops[i].in);
        m->ops[i].in = (struct slice){0};
    }
    if (r < 0)
        decode_fail(d, r);
}

static void reply_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_osd_op_reply *m = payload;
    uint32_t lens[OSD_OPS_MAX], count;

    if (version < 6) {
        decode_fail(d, -EOPNOTSUPP);
        return;
    }
    m->oid = decode_string(d);
    m->pg = pg_id_decode(d);
    m->flags = decode_u64(d);
    m->result = decode_s32(d);
    m->bad_replay_version = eversion_decode(d);
    m->osdmap_epoch = decode_u32(d);
    count = decode_u32(d);
    m->ops = ops_decode(d, count, lens);
    if (m->ops)
        m->op_count = count;
    m->retry_attempt = decode_s32(d);
    for (uint32_t i = 0; i < m->op_count; i++)
        m->ops[i].result = decode_s32(d);
    m->replay_version = eversion_decode(d);
    m->user_version = decode_u64(d);
    if (version == 6)
        (void)decode_take(d, decode_left(d)); /* a redirect, always, and empty */
    else if (decode_bool(d))
        decode_fail(d, -EOPNOTSUPP); /* redirects come from cache tiers only */
    if (version >= 8)
        (void)decode_take(d, TRACE_LEN);
    if (!decode_error(d))
        decode_out(m, d, lens, msg);
}

static void reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                         struct message_version *v UNUSED)
{
    const struct m_osd_op_reply *m = payload;

    encode_string(e, m->oid);
    pg_id_encode(m->pg, e);
    encode_u64(e, m->flags);
    encode_s32(e, m->result);
    eversion_encode(m->bad_replay_version, e);
    encode_u32(e, m->osdmap_epoch);
    encode_u32(e, m->op_count);
    for (uint32_t i = 0; i < m->op_count; i++)
        osd_op_encode(&m->ops[i], (uint32_t)m->ops[i].out.len, e);
    encode_s32(e, m->retry_attempt);
    for (uint32_t i = 0; i < m->op_count; i++)
        encode_s32(e, m->ops[i].result);
    eversion_encode(m->replay_version, e);
    encode_u64(e, m->user_version);
    encode_bool(e, false);
    encode_zeroes(e, TRACE_LEN);
}

static void reply_destroy(void *payload)
{
    struct m_osd_op_reply *m = payload;

    free(m->oid);
    ops_free(m->ops, m->op_count);
}

static void reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_op_reply *m = payload;
    char pg[PG_ID_TEXT_MAX], version[EVERSION_TEXT_MAX], ops[128];

    describe_ops(m->ops, m->op_count, ops, sizeof(ops));
    snprintf(buf, size, "%s %s [%s] v%s uv%" PRIu64 " = %d e%u", pg_id_print(m->pg, pg), m->oid, ops,
             eversion_print(m->replay_version, version), m->user_version, m->result, m->osdmap_epoch);
}

const struct message_codec m_osd_op_reply_codec = {
    .type = MSG_OSD_OPREPLY,
    .version = 8,
    .compat = 2,
    .size = sizeof(struct m_osd_op_reply),
    .decode = reply_decode,
    .encode = reply_encode,
    .destroy = reply_destroy,
    .describe = reply_describe,
};

struct message *m_osd_op_reply_send(struct m_osd_op_reply *m)
{
    struct bufferlist data;
    int r = 0;

    bufferlist_init(&data);
    for (uint32_t i = 0; i < m->op_count && r == 0; i++)
        r = bufferlist_append_list(&data, &m->ops[i].out);
    return with_data(m_osd_op_reply_message(m), &data, r);
}
