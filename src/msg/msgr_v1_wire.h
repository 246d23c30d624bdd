/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_v1_wire: the bytes of Ceph's messenger protocol v1: tags, layouts, sizes, and every limit that we set
 * a peer.
 *
 * Structures here are in host order; X_encode and X_decode turn them into their packed little-endian form.
 * Decoding cannot fail: every bit pattern is a value; what a value may be is for the machines to judge. Pure.
 * See: doc/msgr-v1-accept.md, src/test/unit/msg/test_msgr_v1_wire.c.
 */
#ifndef CEPH_MSG_MSGR_V1_WIRE_H
#define CEPH_MSG_MSGR_V1_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "types/entity_name.h"
#include "types/utime.h"

#define MSGR_V1_BANNER     "ceph v027"
#define MSGR_V1_BANNER_LEN 9

/* Limits on what a peer may claim. Ceph itself has none; these are above everything it sends. */
#define MSGR_V1_AUTHORIZER_MAX   (64u << 10)
#define MSGR_V1_FRONT_MAX        (16u << 20)
#define MSGR_V1_MIDDLE_MAX       (16u << 20)
#define MSGR_V1_DATA_MAX_DEFAULT (64u << 20)
#define MSGR_V1_DATA_MAX         (128u << 20) /* what the default may be raised to */
/* Connect messages on one socket: a dialogue that takes more is going in circles. */
#define MSGR_V1_CONNECTS_MAX 64
/* A peer that asks for a global_seq above this would soon make our counter wrap. */
#define MSGR_V1_GLOBAL_SEQ_MAX (UINT32_MAX - 65536u)
/* Sections above this are received straight into their own block, below it copied out of the read-ahead. */
#define MSGR_V1_DIRECT_MIN (8u << 10)
/* The rest of such a section that is no longer worth a read of its own. */
#define MSGR_V1_DIRECT_REST_MIN (4u << 10)
/* Alignment of large data sections; the header's data_off counts within it. */
#define MSGR_V1_DATA_ALIGNMENT 4096u

enum msgr_v1_tag {
    /* replies to a connect */
    MSGR_V1_TAG_READY = 1,
    MSGR_V1_TAG_RESETSESSION = 2,
    MSGR_V1_TAG_WAIT = 3,
    MSGR_V1_TAG_RETRY_SESSION = 4,
    MSGR_V1_TAG_RETRY_GLOBAL = 5,
    MSGR_V1_TAG_BADPROTOVER = 10,
    MSGR_V1_TAG_BADAUTHORIZER = 11,
    MSGR_V1_TAG_FEATURES = 12,
    MSGR_V1_TAG_SEQ = 13,
    MSGR_V1_TAG_CHALLENGE_AUTHORIZER = 16,
    /* open session */
    MSGR_V1_TAG_CLOSE = 6,
    MSGR_V1_TAG_MSG = 7,
    MSGR_V1_TAG_ACK = 8,
    MSGR_V1_TAG_KEEPALIVE = 9,
    MSGR_V1_TAG_KEEPALIVE2 = 14,
    MSGR_V1_TAG_KEEPALIVE2_ACK = 15,
};

/* "READY", "KEEPALIVE2_ACK", ...; "?" for anything else. */
const char *msgr_v1_tag_name(uint8_t tag);

/* ---- handshake ---- */

enum msgr_v1_auth_protocol { MSGR_V1_AUTH_UNKNOWN = 0, MSGR_V1_AUTH_NONE = 1, MSGR_V1_AUTH_CEPHX = 2 };

#define MSGR_V1_CONNECT_LOSSY 1 /* flags of connect and connect_reply */

struct msgr_v1_connect {
    uint64_t features;
    uint32_t host_type; /* entity type of the connector */
    uint32_t global_seq;
    uint32_t connect_seq;
    uint32_t protocol_version;
    uint32_t authorizer_protocol;
    uint32_t authorizer_len;
    uint8_t flags;
};
#define MSGR_V1_CONNECT_LEN 33

struct msgr_v1_connect_reply {
    uint8_t tag;
    uint64_t features;
    uint32_t global_seq;
    uint32_t connect_seq;
    uint32_t protocol_version;
    uint32_t authorizer_len;
    uint8_t flags;
};
#define MSGR_V1_CONNECT_REPLY_LEN 26

void msgr_v1_connect_encode(const struct msgr_v1_connect *c, uint8_t out[static MSGR_V1_CONNECT_LEN]);
void msgr_v1_connect_decode(struct msgr_v1_connect *c, const uint8_t in[static MSGR_V1_CONNECT_LEN]);
void msgr_v1_connect_reply_encode(const struct msgr_v1_connect_reply *r,
                                  uint8_t out[static MSGR_V1_CONNECT_REPLY_LEN]);
void msgr_v1_connect_reply_decode(struct msgr_v1_connect_reply *r,
                                  const uint8_t in[static MSGR_V1_CONNECT_REPLY_LEN]);

/* ---- open session ---- */

struct msgr_v1_header {
    uint64_t seq;
    uint64_t tid;
    uint16_t type;
    uint16_t priority;
    uint16_t version;
    uint32_t front_len, middle_len, data_len;
    uint16_t data_off; /* where data starts in a page of the receiver's: a hint */
    struct entity_name src;
    uint16_t compat_version;
    uint16_t reserved;
    uint32_t crc; /* of the bytes before it */
};
#define MSGR_V1_HEADER_LEN     53
#define MSGR_V1_HEADER_CRC_LEN 49 /* the bytes that crc covers */

enum msgr_v1_footer_flag {
    MSGR_V1_FOOTER_COMPLETE = 1,
    MSGR_V1_FOOTER_NOCRC = 2, /* data_crc was not computed */
    MSGR_V1_FOOTER_SIGNED = 4,
};

struct msgr_v1_footer {
    uint32_t front_crc, middle_crc, data_crc;
    uint64_t sig;
    uint8_t flags;
};
#define MSGR_V1_FOOTER_LEN     21 /* MSG_AUTH negotiated */
#define MSGR_V1_FOOTER_OLD_LEN 13 /* the same without sig */

/* Which of the two a session with these features uses. */
size_t msgr_v1_footer_len(uint64_t features);

/* h->crc is written as it is; msgr_v1_header_crc() computes it over the encoded bytes. */
void msgr_v1_header_encode(const struct msgr_v1_header *h, uint8_t out[static MSGR_V1_HEADER_LEN]);
void msgr_v1_header_decode(struct msgr_v1_header *h, const uint8_t in[static MSGR_V1_HEADER_LEN]);
uint32_t msgr_v1_header_crc(const uint8_t encoded[static MSGR_V1_HEADER_LEN]);

/* len is one of the two footer lengths; the old form has sig 0 and loses the SIGNED flag when read. */
void msgr_v1_footer_encode(const struct msgr_v1_footer *f, uint8_t *out, size_t len);
void msgr_v1_footer_decode(struct msgr_v1_footer *f, const uint8_t *in, size_t len);

#define MSGR_V1_STAMP_LEN 8 /* the utime behind KEEPALIVE2 and its ack */
#define MSGR_V1_SEQ_LEN   8 /* the u64 behind ACK and the SEQ replies */

#endif
