/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as what we dialled: four that decide what the driver answers and how the stream is cut, then the
 * acceptor's side of a handshake. Whatever address it announces is taken for the one that was dialled.
 */
#include <errno.h>

#include "common/bytes.h"
#include "include/ceph_features.h"
#include "test/fuzz/fuzz_handshake.h"

static void init(struct msgr_v1_handshake *hs, const uint8_t *data, size_t size, uint32_t *choices)
{
    struct entity_addr known[2] = {{.type = ENTITY_ADDR_RDMA, .sin = {.sin_family = AF_INET, .sin_port = 1}}};
    struct msgr_v1_connect_facts facts = {
        .peer_addrs = known,
        .peer_addr_count = 1,
        .host_type = ENTITY_TYPE_CLIENT,
        .features_supported = CEPH_FEATURES_ALL,
        .protocol_version = 15,
        .global_seq = 1,
        .connect_seq = decide(choices, 4) == 0,
        .in_seq = decide(choices, 2),
    };
    struct decode d;

    decode_init(&d, data + MSGR_V1_BANNER_LEN,
                size >= MSGR_V1_BANNER_LEN + ENTITY_ADDR_LEGACY_LEN ? ENTITY_ADDR_LEGACY_LEN : 0);
    entity_addr_decode_slot(&known[1], &d);
    if (decode_finish(&d) == 0)
        facts.peer_addr_count = 2;
    msgr_v1_handshake_init_connector(hs, &facts);
}

/* False: it waits for bytes, or is over. */
static bool answer(struct msgr_v1_handshake *hs, uint32_t *choices)
{
    struct entity_addr self = {.type = ENTITY_ADDR_V1, .nonce = 9};

    switch (msgr_v1_handshake_next(hs)) {
    case MSGR_V1_NEED_SELF_ADDR:
        msgr_v1_learn_addr(&self, &hs->seen_self);
        msgr_v1_handshake_give_self_addr(hs, &self);
        return true;
    case MSGR_V1_NEED_AUTHORIZER:
        require(hs->len <= MSGR_V1_AUTHORIZER_MAX);
        if (hs->len || decide(choices, 4))
            msgr_v1_handshake_give_authorizer(hs, MSGR_V1_AUTH_CEPHX, "an authorizer", 13);
        else
            msgr_v1_handshake_give_authorizer(hs, MSGR_V1_AUTH_UNKNOWN, NULL, 0);
        return true;
    case MSGR_V1_CHECK_REPLY:
        require(hs->len == hs->reply.authorizer_len);
        msgr_v1_handshake_give_reply_check(hs, decide(choices, 16) ? 0 : -EACCES);
        return true;
    case MSGR_V1_NEED_GLOBAL_SEQ:
        msgr_v1_handshake_give_global_seq(hs, hs->reply.global_seq + 1);
        return true;
    case MSGR_V1_RESET_SESSION:
        msgr_v1_handshake_give_session_reset(hs);
        return true;
    default:
        return false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msgr_v1_handshake hs;
    uint32_t choices;

    if (size < 4)
        return 0;
    choices = get_le32(data);
    init(&hs, data + 4, size - 4, &choices);
    drive(&hs, answer, choices, data + 4, size - 4);
    require(hs.step != MSGR_V1_READY || (hs.features & CEPH_FEATURE_NOSRCADDR));
    msgr_v1_handshake_destroy(&hs);
    return 0;
}
