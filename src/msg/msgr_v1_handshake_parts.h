/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_v1_handshake_parts: what the three files of the handshake share: its states, and how a part fails,
 * asks and goes on. Nobody else includes this.
 */
#ifndef CEPH_MSG_MSGR_V1_HANDSHAKE_PARTS_H
#define CEPH_MSG_MSGR_V1_HANDSHAKE_PARTS_H

#include "common/compiler.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_handshake.h"

/*
 * What is being received. Connector: BANNER, ADDRS, then REPLY [REPLY_BLOB] for each connect, [SEQ] at the
 * end. Acceptor: BANNER, ADDRS, then CONNECT [AUTHORIZER] for each reply, [SEQ] at the end.
 */
enum handshake_state {
    STATE_BANNER,
    STATE_ADDRS,
    STATE_REPLY,
    STATE_REPLY_BLOB,
    STATE_CONNECT,
    STATE_AUTHORIZER,
    STATE_SEQ,
    STATE_OVER,
};

/* The header of peers without this feature is another one, which we do not speak. */
#define HANDSHAKE_FEATURES_REQUIRED CEPH_FEATURE_NOSRCADDR

/* The next step, with the bytes that go with it. */
void handshake_ask(struct msgr_v1_handshake *hs, enum msgr_v1_step step, const uint8_t *bytes, size_t len);
/* Receive `need` bytes as this state's. */
void handshake_expect(struct msgr_v1_handshake *hs, unsigned state, size_t need);
void handshake_finish(struct msgr_v1_handshake *hs, enum msgr_v1_step step);
PRINTF_LIKE(3, 4) void handshake_fail(struct msgr_v1_handshake *hs, int error, const char *format, ...);
/* Fails where the output could not grow. */
void handshake_check_output(struct msgr_v1_handshake *hs);
/* Replaces *blob by len bytes of room; they are filled from bytes where there are any. False: failed. */
bool handshake_set_blob(struct msgr_v1_handshake *hs, uint8_t **blob, size_t *blob_len, const void *bytes,
                        size_t len);
/* Without what peers with bit 63 claim by mistake. */
uint64_t handshake_believable_features(uint64_t features);
/* The ip of another address; port and nonce stay, and the type where there is one. */
void handshake_set_ip_of(struct entity_addr *a, const struct entity_addr *from);
/* The u64 that follows SEQ in both directions. */
void handshake_send_seq(struct msgr_v1_handshake *hs);

/* What came is complete. */
void connector_check_announced(struct msgr_v1_handshake *hs);
void connector_take_reply_head(struct msgr_v1_handshake *hs);
void connector_take_reply(struct msgr_v1_handshake *hs);
void acceptor_take_connect(struct msgr_v1_handshake *hs);

#endif
