/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/msgr_v1_wire.h"

#include <assert.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "include/ceph_features.h"

static_assert(sizeof(MSGR_V1_BANNER) - 1 == MSGR_V1_BANNER_LEN, "the banner has no terminator on the wire");

const char *msgr_v1_tag_name(uint8_t tag)
{
    static const char *const names[] = {
        [MSGR_V1_TAG_READY] = "READY",
        [MSGR_V1_TAG_RESETSESSION] = "RESETSESSION",
        [MSGR_V1_TAG_WAIT] = "WAIT",
        [MSGR_V1_TAG_RETRY_SESSION] = "RETRY_SESSION",
        [MSGR_V1_TAG_RETRY_GLOBAL] = "RETRY_GLOBAL",
        [MSGR_V1_TAG_CLOSE] = "CLOSE",
        [MSGR_V1_TAG_MSG] = "MSG",
        [MSGR_V1_TAG_ACK] = "ACK",
        [MSGR_V1_TAG_KEEPALIVE] = "KEEPALIVE",
        [MSGR_V1_TAG_BADPROTOVER] = "BADPROTOVER",
        [MSGR_V1_TAG_BADAUTHORIZER] = "BADAUTHORIZER",
        [MSGR_V1_TAG_FEATURES] = "FEATURES",
        [MSGR_V1_TAG_SEQ] = "SEQ",
        [MSGR_V1_TAG_KEEPALIVE2] = "KEEPALIVE2",
        [MSGR_V1_TAG_KEEPALIVE2_ACK] = "KEEPALIVE2_ACK",
        [MSGR_V1_TAG_CHALLENGE_AUTHORIZER] = "CHALLENGE_AUTHORIZER",
    };

    return tag < sizeof(names) / sizeof(names[0]) && names[tag] ? names[tag] : "?";
}

void msgr_v1_connect_encode(const struct msgr_v1_connect *c, uint8_t out[static MSGR_V1_CONNECT_LEN])
{
    put_le64(out, c->features);
    put_le32(out + 8, c->host_type);
    put_le32(out + 12, c->global_seq);
    put_le32(out + 16, c->connect_seq);
    put_le32(out + 20, c->protocol_version);
    put_le32(out + 24, c->authorizer_protocol);
    put_le32(out + 28, c->authorizer_len);
    out[32] = c->flags;
}

void msgr_v1_connect_decode(struct msgr_v1_connect *c, const uint8_t in[static MSGR_V1_CONNECT_LEN])
{
    c->features = get_le64(in);
    c->host_type = get_le32(in + 8);
    c->global_seq = get_le32(in + 12);
    c->connect_seq = get_le32(in + 16);
    c->protocol_version = get_le32(in + 20);
    c->authorizer_protocol = get_le32(in + 24);
    c->authorizer_len = get_le32(in + 28);
    c->flags = in[32];
}

void msgr_v1_connect_reply_encode(const struct msgr_v1_connect_reply *r,
                                  uint8_t out[static MSGR_V1_CONNECT_REPLY_LEN])
{
    out[0] = r->tag;
    put_le64(out + 1, r->features);
    put_le32(out + 9, r->global_seq);
    put_le32(out + 13, r->connect_seq);
    put_le32(out + 17, r->protocol_version);
    put_le32(out + 21, r->authorizer_len);
    out[25] = r->flags;
}

void msgr_v1_connect_reply_decode(struct msgr_v1_connect_reply *r,
                                  const uint8_t in[static MSGR_V1_CONNECT_REPLY_LEN])
{
    r->tag = in[0];
    r->features = get_le64(in + 1);
    r->global_seq = get_le32(in + 9);
    r->connect_seq = get_le32(in + 13);
    r->protocol_version = get_le32(in + 17);
    r->authorizer_len = get_le32(in + 21);
    r->flags = in[25];
}

size_t msgr_v1_footer_len(uint64_t features)
{
    return ceph_has_feature(features, CEPH_FEATURE_MSG_AUTH) ? MSGR_V1_FOOTER_LEN : MSGR_V1_FOOTER_OLD_LEN;
}

void msgr_v1_header_encode(const struct msgr_v1_header *h, uint8_t out[static MSGR_V1_HEADER_LEN])
{
    put_le64(out, h->seq);
    put_le64(out + 8, h->tid);
    put_le16(out + 16, h->type);
    put_le16(out + 18, h->priority);
    put_le16(out + 20, h->version);
    put_le32(out + 22, h->front_len);
    put_le32(out + 26, h->middle_len);
    put_le32(out + 30, h->data_len);
    put_le16(out + 34, h->data_off);
    out[36] = h->src.type;
    put_le64(out + 37, (uint64_t)h->src.num);
    put_le16(out + 45, h->compat_version);
    put_le16(out + 47, h->reserved);
    put_le32(out + 49, h->crc);
}

void msgr_v1_header_decode(struct msgr_v1_header *h, const uint8_t in[static MSGR_V1_HEADER_LEN])
{
    h->seq = get_le64(in);
    h->tid = get_le64(in + 8);
    h->type = get_le16(in + 16);
    h->priority = get_le16(in + 18);
    h->version = get_le16(in + 20);
    h->front_len = get_le32(in + 22);
    h->middle_len = get_le32(in + 26);
    h->data_len = get_le32(in + 30);
    h->data_off = get_le16(in + 34);
    h->src.type = in[36];
    h->src.num = (int64_t)get_le64(in + 37);
    h->compat_version = get_le16(in + 45);
    h->reserved = get_le16(in + 47);
    h->crc = get_le32(in + 49);
}

uint32_t msgr_v1_header_crc(const uint8_t encoded[static MSGR_V1_HEADER_LEN])
{
    return crc32c(0, encoded, MSGR_V1_HEADER_CRC_LEN);
}

void msgr_v1_footer_encode(const struct msgr_v1_footer *f, uint8_t *out, size_t len)
{
    assert(len == MSGR_V1_FOOTER_LEN || len == MSGR_V1_FOOTER_OLD_LEN);
    put_le32(out, f->front_crc);
    put_le32(out + 4, f->middle_crc);
    put_le32(out + 8, f->data_crc);
    if (len == MSGR_V1_FOOTER_LEN)
        put_le64(out + 12, f->sig);
    out[len - 1] = f->flags;
}

void msgr_v1_footer_decode(struct msgr_v1_footer *f, const uint8_t *in, size_t len)
{
    assert(len == MSGR_V1_FOOTER_LEN || len == MSGR_V1_FOOTER_OLD_LEN);
    f->front_crc = get_le32(in);
    f->middle_crc = get_le32(in + 4);
    f->data_crc = get_le32(in + 8);
    f->flags = in[len - 1];
    f->sig = 0;
    if (len == MSGR_V1_FOOTER_LEN)
        f->sig = get_le64(in + 12);
    else /* genuine senders leave SIGNED set in the form that has no room for a signature */
        f->flags &= (uint8_t)~MSGR_V1_FOOTER_SIGNED;
}
