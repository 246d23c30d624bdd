/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as what dials us: four that decide what the driver answers and how the stream is cut, then the
 * connector's side of a handshake.
 */
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_handshake.h"
#include "test/fuzz/fuzz.h"

static void require(bool truth)
{
    if (!truth)
        abort();
}

static unsigned decide(uint32_t *state, unsigned n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 16) % n;
}

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
    size_t len, at = 4;

    if (size < 4)
        return 0;
    choices = get_le32(data);
    msgr_v1_handshake_init_acceptor(&hs, &init);
    for (;;) {
        while (answer(&hs, &choices))
            ;
        if (msgr_v1_handshake_pull(&hs, &len))
            msgr_v1_handshake_sent(&hs, 1 + decide(&choices, (unsigned)(len < 400 ? len : 400)));
        if (at == size || hs.step != MSGR_V1_NEED_IO)
            break;
        len = 1 + decide(&choices, 300);
        len = len < size - at ? len : size - at;
        at += msgr_v1_handshake_feed(&hs, data + at, len);
    }
    require(hs.step != MSGR_V1_FAILED || (hs.error < 0 && hs.reason[0]));
    require(hs.step == MSGR_V1_NEED_IO || msgr_v1_handshake_feed(&hs, "x", 1) == 0);
    msgr_v1_handshake_destroy(&hs);
    return 0;
}
