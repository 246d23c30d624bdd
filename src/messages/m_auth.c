/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_auth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void auth_decode(void *payload, struct decode *d, uint16_t version UNUSED, const struct message *msg)
{
    struct m_auth *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->protocol = decode_u32(d);
    slice_decode_blob(&m->payload, d, &msg->front);
    if (decode_left(d) > 0) /* very old senders end here */
        m->monmap_epoch = decode_u32(d);
}

static void auth_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                        struct message_version *v UNUSED)
{
    const struct m_auth *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->protocol);
    slice_encode_blob(&m->payload, e);
    encode_u32(e, m->monmap_epoch);
}

static void auth_destroy(void *payload)
{
    struct m_auth *m = payload;

    slice_put(&m->payload);
}

static void auth_describe(const void *payload, char *buf, size_t size)
{
    const struct m_auth *m = payload;

    snprintf(buf, size, "proto %" PRIu32 " %zu bytes epoch %" PRIu32, m->protocol, m->payload.len,
             m->monmap_epoch);
}

const struct message_codec m_auth_codec = {
    .type = MSG_AUTH,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_auth),
    .decode = auth_decode,
    .encode = auth_encode,
    .destroy = auth_destroy,
    .describe = auth_describe,
};

static void auth_reply_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                              const struct message *msg)
{
    struct m_auth_reply *m = payload;

    m->protocol = decode_u32(d);
    m->result = decode_s32(d);
    m->global_id = decode_u64(d);
    slice_decode_blob(&m->payload, d, &msg->front);
    m->message = decode_string(d);
}

static void auth_reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                              struct message_version *v UNUSED)
{
    const struct m_auth_reply *m = payload;

    encode_u32(e, m->protocol);
    encode_s32(e, m->result);
    encode_u64(e, m->global_id);
    slice_encode_blob(&m->payload, e);
    encode_string(e, m->message);
}

static void auth_reply_destroy(void *payload)
{
    struct m_auth_reply *m = payload;

    slice_put(&m->payload);
    free(m->message);
}

static void auth_reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_auth_reply *m = payload;

    snprintf(buf, size, "proto %" PRIu32 " result %" PRId32 " gid %" PRIu64 " %zu bytes%s%s", m->protocol,
             m->result, m->global_id, m->payload.len, m->message[0] ? ": " : "", m->message);
}

const struct message_codec m_auth_reply_codec = {
    .type = MSG_AUTH_REPLY,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_auth_reply),
    .decode = auth_reply_decode,
    .encode = auth_reply_encode,
    .destroy = auth_reply_destroy,
    .describe = auth_reply_describe,
};

void auth_request_encode(const struct auth_request *r, struct encode *e)
{
    encode_u8(e, 1);
    encode_u32(e, r->protocol_count);
    for (unsigned i = 0; i < r->protocol_count; i++)
        encode_u32(e, r->protocols[i]);
    entity_id_encode(&r->name, e);
    encode_u64(e, r->global_id);
}

int auth_request_decode(struct auth_request *r, const struct slice *payload)
{
    struct decode d;
    uint32_t offered;
    int error;

    *r = (struct auth_request){0};
    decode_init(&d, payload->data, payload->len);
    if (decode_u8(&d) < 1)
        decode_fail(&d, -EBADMSG);
    offered = decode_count(&d, sizeof(uint32_t));
    for (uint32_t i = 0; i < offered; i++) {
        uint32_t protocol = decode_u32(&d);

        if (r->protocol_count < AUTH_REQUEST_MAX_PROTOCOLS)
            r->protocols[r->protocol_count++] = protocol;
    }
    error = entity_id_decode(&r->name, &d);
    if (error)
        decode_fail(&d, error);
    r->global_id = decode_u64(&d);
    error = decode_finish(&d);
    if (error)
        auth_request_destroy(r);
    return error;
}

void auth_request_destroy(struct auth_request *r)
{
    entity_id_destroy(&r->name);
    *r = (struct auth_request){0};
}
