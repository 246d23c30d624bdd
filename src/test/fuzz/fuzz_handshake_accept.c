/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as what dials us: four that decide what the driver answers and how the stream is cut, then the
 * connector's side of a handshake.
 */

#include "common/bytes.h"
#include "include/ceph_features.h"
#include "test/fuzz/fuzz_handshake.h"

static void answer_policy(struct msgr_v1_handshake *hs, uint32_t *choices)
{
    struct msgr_v1_accept_policy policy = {
        .protocol_version = decide(choices, 8) ? hs->connect.protocol_version : 99,
        .features_supported = CEPH_FEATURES_ALL,
        .features_required = decide(choices, 8) ? 0 : CEPH_FEATURE_OSDREPLYMUX,
        .lossy = decide(choices, 2),
    };

    msgr_v1_handshake_give_policy(hs, &policy);
}

static void answer_verdict(struct msgr_v1_handshake *hs, uint32_t *choices)
{
    struct msgr_v1_accept_facts facts = {
        .connect_seq = hs->connect.connect_seq,
        .global_seq = hs->connect.global_seq,
        .peer_addr = &hs->peer_addr,
        .self_addr = &hs->self_addr,
        .policy_resetcheck = decide(choices, 2),
        .anonymous = decide(choices, 4) == 0,
        .existing = (enum msgr_v1_existing)decide(choices, MSGR_V1_EXISTING_REPLACING + 1),
        .existing_connect_seq = decide(choices, 4),
        .existing_peer_global_seq = decide(choices, 4),
        .existing_lossy = decide(choices, 4) == 0,
        .existing_server = decide(choices, 2),
    };
    struct msgr_v1_verdict v = msgr_v1_accept_verdict(&facts);

    require(v.why != NULL);
    msgr_v1_handshake_give_verdict(hs, &v, 7, decide(choices, 3));
}

/* False: it waits for bytes, or is over. */
static bool answer(struct msgr_v1_handshake *hs, uint32_t *choices)
{
    switch (msgr_v1_handshake_next(hs)) {
    case MSGR_V1_NEED_POLICY:
        answer_policy(hs, choices);
        return true;
    case MSGR_V1_CHECK_AUTHORIZER:
        require(hs->len == hs->connect.authorizer_len);
        msgr_v1_handshake_give_authorizer_verdict(hs, (enum msgr_v1_auth_verdict)decide(choices, 3),
                                                  hs->bytes, hs->len);
        return true;
    case MSGR_V1_NEED_VERDICT:
        answer_verdict(hs, choices);
        return true;
    default:
        return false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msgr_v1_accept_init init = {
        .self_addr = {.type = ENTITY_ADDR_V1, .sin = {.sin_family = AF_INET, .sin_port = 1}},
        .seen_addr = {.type = ENTITY_ADDR_V1, .sin = {.sin_family = AF_INET, .sin_addr = {1}}},
    };
    struct msgr_v1_handshake hs;
    uint32_t choices;

    if (size < 4)
        return 0;
    choices = get_le32(data);
    msgr_v1_handshake_init_acceptor(&hs, &init);
    drive(&hs, answer, choices, data + 4, size - 4);
    msgr_v1_handshake_destroy(&hs);
    return 0;
}
