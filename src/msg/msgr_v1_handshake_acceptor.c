/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The side that listens. See msg/msgr_v1_handshake.h. */
#include "msg/msgr_v1_handshake_parts.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

void msgr_v1_handshake_init_acceptor(struct msgr_v1_handshake *hs, const struct msgr_v1_accept_init *facts)
{
    memset(hs, 0, sizeof(*hs));
    encode_init(&hs->out);
    hs->acceptor = true;
    hs->self_addr = facts->self_addr;
    hs->seen_addr = facts->seen_addr;
    hs->seen_addr.nonce = 0;
    encode_bytes(&hs->out, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
    entity_addr_encode_slot(&hs->self_addr, &hs->out);
    entity_addr_encode_slot(&hs->seen_addr, &hs->out);
    handshake_expect(hs, STATE_BANNER, MSGR_V1_BANNER_LEN);
    handshake_check_output(hs);
}

void acceptor_take_connect(struct msgr_v1_handshake *hs)
{
    struct msgr_v1_connect *c = &hs->connect;

    msgr_v1_connect_decode(c, hs->in);
    c->features = handshake_believable_features(c->features);
    if (++hs->connects > MSGR_V1_CONNECTS_MAX)
        handshake_fail(hs, -EPROTO, "the peer sent more than %u connects on one socket",
                       MSGR_V1_CONNECTS_MAX);
    else if (c->authorizer_len > MSGR_V1_AUTHORIZER_MAX)
        handshake_fail(hs, -E2BIG, "the peer's authorizer has %" PRIu32 " bytes, limit %u", c->authorizer_len,
                       MSGR_V1_AUTHORIZER_MAX);
    else if (!handshake_set_blob(hs, &hs->blob, &hs->blob_len, NULL, c->authorizer_len))
        return;
    else if (c->authorizer_len)
        handshake_expect(hs, STATE_AUTHORIZER, c->authorizer_len);
    else
        handshake_ask(hs, MSGR_V1_NEED_POLICY, NULL, 0);
}

/* Sends the reply, of which the caller has set the tag and what goes only with that tag. */
static void send_reply(struct msgr_v1_handshake *hs, const uint8_t *blob, size_t blob_len)
{
    uint8_t bytes[MSGR_V1_CONNECT_REPLY_LEN];
    struct msgr_v1_connect_reply *reply = &hs->reply;
    bool opens = reply->tag == MSGR_V1_TAG_READY || reply->tag == MSGR_V1_TAG_SEQ;

    reply->features = opens ? hs->features_supported
                            : (hs->connect.features & hs->features_supported) | hs->features_required;
    reply->protocol_version = hs->protocol_version;
    reply->authorizer_len = (uint32_t)blob_len;
    if (opens && hs->policy_lossy)
        reply->flags = MSGR_V1_CONNECT_LOSSY;
    msgr_v1_connect_reply_encode(reply, bytes);
    encode_bytes(&hs->out, bytes, sizeof(bytes));
    encode_bytes(&hs->out, blob, blob_len);
}

static void refuse(struct msgr_v1_handshake *hs, enum msgr_v1_tag tag, const uint8_t *blob, size_t blob_len)
{
    hs->reply = (struct msgr_v1_connect_reply){.tag = (uint8_t)tag};
    send_reply(hs, blob, blob_len);
    handshake_expect(hs, STATE_CONNECT, MSGR_V1_CONNECT_LEN);
    handshake_check_output(hs);
}

void msgr_v1_handshake_give_policy(struct msgr_v1_handshake *hs, const struct msgr_v1_accept_policy *policy)
{
    assert(hs->step == MSGR_V1_NEED_POLICY);
    hs->protocol_version = policy->protocol_version;
    hs->features_supported = policy->features_supported;
    hs->features_required = policy->features_required | HANDSHAKE_FEATURES_REQUIRED;
    hs->policy_lossy = policy->lossy;
    if (hs->connect.protocol_version != policy->protocol_version)
        refuse(hs, MSGR_V1_TAG_BADPROTOVER, NULL, 0);
    else if (hs->features_required & ~hs->connect.features)
        refuse(hs, MSGR_V1_TAG_FEATURES, NULL, 0);
    else
        handshake_ask(hs, MSGR_V1_CHECK_AUTHORIZER, hs->blob, hs->blob_len);
}

void msgr_v1_handshake_give_authorizer_verdict(struct msgr_v1_handshake *hs,
                                               enum msgr_v1_auth_verdict verdict, const void *bytes,
                                               size_t len)
{
    assert(hs->step == MSGR_V1_CHECK_AUTHORIZER && len <= MSGR_V1_AUTHORIZER_MAX);
    switch (verdict) {
    case MSGR_V1_AUTH_OK:
        if (handshake_set_blob(hs, &hs->own_blob, &hs->own_blob_len, bytes, len))
            handshake_ask(hs, MSGR_V1_NEED_VERDICT, NULL, 0);
        break;
    case MSGR_V1_AUTH_CHALLENGE:
        refuse(hs, MSGR_V1_TAG_CHALLENGE_AUTHORIZER, bytes, len);
        break;
    case MSGR_V1_AUTH_BAD:
        refuse(hs, MSGR_V1_TAG_BADAUTHORIZER, NULL, 0);
        break;
    }
}

/* SEQ tells the peer how far we have received. A peer that restarted is sent READY: it has nothing to match.
 */
static void open_session(struct msgr_v1_handshake *hs, const struct msgr_v1_verdict *verdict,
                         uint32_t global_seq, uint64_t in_seq)
{
    bool seq;

    hs->features = hs->connect.features & hs->features_supported;
    hs->connect_seq = verdict->connect_seq;
    hs->peer_global_seq = hs->connect.global_seq;
    hs->lossy = hs->policy_lossy;
    hs->own_in_seq = in_seq;
    seq = ceph_has_feature(hs->features, CEPH_FEATURE_RECONNECT_SEQ) &&
          verdict->action != MSGR_V1_REPLACE_RESET;
    hs->reply = (struct msgr_v1_connect_reply){
        .tag = seq ? MSGR_V1_TAG_SEQ : MSGR_V1_TAG_READY,
        .global_seq = global_seq,
        .connect_seq = verdict->connect_seq,
    };
    send_reply(hs, hs->own_blob, hs->own_blob_len);
    if (seq) {
        handshake_expect(hs, STATE_SEQ, MSGR_V1_SEQ_LEN);
        handshake_send_seq(hs);
    } else {
        handshake_finish(hs, MSGR_V1_READY);
        handshake_check_output(hs);
    }
}

void msgr_v1_handshake_give_verdict(struct msgr_v1_handshake *hs, const struct msgr_v1_verdict *verdict,
                                    uint32_t global_seq, uint64_t in_seq)
{
    static const uint8_t tags[] = {
        [MSGR_V1_RETRY_GLOBAL] = MSGR_V1_TAG_RETRY_GLOBAL,
        [MSGR_V1_RETRY_SESSION] = MSGR_V1_TAG_RETRY_SESSION,
        [MSGR_V1_RESETSESSION] = MSGR_V1_TAG_RESETSESSION,
        [MSGR_V1_WAIT] = MSGR_V1_TAG_WAIT,
    };

    assert(hs->step == MSGR_V1_NEED_VERDICT);
    if (msgr_v1_verdict_opens(verdict->action)) {
        open_session(hs, verdict, global_seq, in_seq);
        return;
    }
    hs->reply = (struct msgr_v1_connect_reply){
        .tag = tags[verdict->action],
        .global_seq = verdict->global_seq,
        .connect_seq = verdict->connect_seq,
    };
    send_reply(hs, hs->own_blob, hs->own_blob_len);
    handshake_expect(hs, STATE_CONNECT, MSGR_V1_CONNECT_LEN);
    handshake_check_output(hs);
}
