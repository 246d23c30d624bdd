/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_pool_op.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void pool_op_decode(void *payload, struct decode *d, uint16_t version,
                           const struct message *msg UNUSED)
{
    struct m_pool_op *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    m->pool = decode_u32(d);
    if (version < 2)
        m->name = decode_string(d);
    m->op = decode_u32(d);
    m->auid = decode_u64(d);
    m->snapid = decode_u64(d);
    if (version >= 2)
        m->name = decode_string(d);
    m->crush_rule = -1;
    if (version >= 3)
        m->pad = decode_u8(d);
    /* Version 3 had the rule in one byte. */
    if (version >= 4)
        m->crush_rule = (int16_t)decode_u16(d);
    else if (version == 3)
        m->crush_rule = m->pad;
}

static void pool_op_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_pool_op *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    encode_u32(e, m->pool);
    encode_u32(e, m->op);
    encode_u64(e, m->auid);
    encode_u64(e, m->snapid);
    encode_string(e, m->name);
    encode_u8(e, m->pad);
    encode_u16(e, (uint16_t)m->crush_rule);
}

static void pool_op_destroy(void *payload)
{
    struct m_pool_op *m = payload;

    free(m->name);
}

static const char *pool_op_name(uint32_t op)
{
    switch (op) {
    case POOL_OP_CREATE:
        return "create pool";
    case POOL_OP_DELETE:
        return "delete pool";
    case POOL_OP_AUID_CHANGE:
        return "change owner";
    case POOL_OP_CREATE_SNAP:
        return "create snap";
    case POOL_OP_DELETE_SNAP:
        return "delete snap";
    case POOL_OP_CREATE_UNMANAGED_SNAP:
        return "create unmanaged snap";
    case POOL_OP_DELETE_UNMANAGED_SNAP:
        return "delete unmanaged snap";
    }
    return "unknown op";
}

static void pool_op_describe(const void *payload, char *buf, size_t size)
{
    const struct m_pool_op *m = payload;

    snprintf(buf, size, "%s, pool %" PRIu32 ", name %s, v%" PRIu64, pool_op_name(m->op), m->pool, m->name,
             m->paxos.version);
}

const struct message_codec m_pool_op_codec = {
    .type = MSG_POOLOP,
    .version = 4,
    .compat = 2,
    .size = sizeof(struct m_pool_op),
    .decode = pool_op_decode,
    .encode = pool_op_encode,
    .destroy = pool_op_destroy,
    .describe = pool_op_describe,
};

static void pool_op_reply_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                                 const struct message *msg)
{
    struct m_pool_op_reply *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    m->result = decode_s32(d);
    m->epoch = decode_u32(d);
    m->has_data = decode_bool(d);
    if (m->has_data)
        slice_decode_blob(&m->data, d, &msg->front);
}

static void pool_op_reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                                 struct message_version *v UNUSED)
{
    const struct m_pool_op_reply *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    encode_s32(e, m->result);
    encode_u32(e, m->epoch);
    encode_bool(e, m->has_data);
    if (m->has_data)
        slice_encode_blob(&m->data, e);
}

static void pool_op_reply_destroy(void *payload)
{
    struct m_pool_op_reply *m = payload;

    slice_put(&m->data);
}

static void pool_op_reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_pool_op_reply *m = payload;

    snprintf(buf, size, "result %" PRId32 " epoch %" PRIu32 " v%" PRIu64, m->result, m->epoch,
             m->paxos.version);
}

const struct message_codec m_pool_op_reply_codec = {
    .type = MSG_POOLOP_REPLY,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_pool_op_reply),
    .decode = pool_op_reply_decode,
    .encode = pool_op_reply_encode,
    .destroy = pool_op_reply_destroy,
    .describe = pool_op_reply_describe,
};
