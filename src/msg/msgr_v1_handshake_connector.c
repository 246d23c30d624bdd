/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The side that dials. See msg/msgr_v1_handshake.h. */
#include "msg/msgr_v1_handshake_parts.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

void msgr_v1_handshake_init_connector(struct msgr_v1_handshake *hs, const struct msgr_v1_connect_facts *facts)
{
    assert(facts->peer_addr_count >= 1 && facts->peer_addr_count <= ENTITY_ADDRVEC_MAX);
    memset(hs, 0, sizeof(*hs));
    encode_init(&hs->out);
    memcpy(hs->known, facts->peer_addrs, facts->peer_addr_count * sizeof(hs->known[0]));
    hs->known_count = facts->peer_addr_count;
    hs->features_supported = facts->features_supported;
    hs->features_required = facts->features_required | HANDSHAKE_FEATURES_REQUIRED;
    hs->own_in_seq = facts->in_seq;
    hs->connect_seq = facts->connect_seq;
    hs->connect = (struct msgr_v1_connect){
        .features = facts->features_supported,
        .host_type = facts->host_type,
        .global_seq = facts->global_seq,
        .connect_seq = facts->connect_seq,
        .protocol_version = facts->protocol_version,
        .flags = facts->lossy ? MSGR_V1_CONNECT_LOSSY : 0,
    };
    handshake_expect(hs, STATE_BANNER, MSGR_V1_BANNER_LEN);
}

/* ---- addresses ---- */

/* v1 and rdma are two ways to one place. */
static bool same_place(const struct entity_addr *a, const struct entity_addr *b)
{
    bool types_fit = a->type == b->type || ((a->type == ENTITY_ADDR_V1 || a->type == ENTITY_ADDR_RDMA) &&
                                            (b->type == ENTITY_ADDR_V1 || b->type == ENTITY_ADDR_RDMA));

    return types_fit && a->nonce == b->nonce && entity_addr_port(a) == entity_addr_port(b);
}

bool msgr_v1_learn_addr(struct entity_addr *self, const struct entity_addr *seen)
{
    if (!entity_addr_is_blank_ip(self) || entity_addr_is_blank_ip(seen))
        return false;
    handshake_set_ip_of(self, seen);
    return true;
}

/* Is the one that answers the one that was dialled? An acceptor that does not know its ip announces none. */
void connector_check_announced(struct msgr_v1_handshake *hs)
{
    char announced[ENTITY_ADDR_TEXT_MAX], dialled[ENTITY_ADDR_TEXT_MAX];

    for (unsigned i = 0; i < hs->known_count; i++) {
        const struct entity_addr *known = &hs->known[i];
        if (!same_place(&hs->peer_addr, known))
            continue;
        if (entity_addr_is_blank_ip(&hs->peer_addr))
            handshake_set_ip_of(&hs->peer_addr, known);
        if (entity_addr_same_ip(&hs->peer_addr, known)) {
            handshake_ask(hs, MSGR_V1_NEED_SELF_ADDR, NULL, 0);
            return;
        }
    }
    handshake_fail(hs, -EPROTO, "the peer announces itself as %s, expected is %s",
                   entity_addr_print(&hs->peer_addr, announced), entity_addr_print(&hs->known[0], dialled));
}

/* ---- connects and replies ---- */

static void send_connect(struct msgr_v1_handshake *hs)
{
    uint8_t bytes[MSGR_V1_CONNECT_LEN];

    if (++hs->connects > MSGR_V1_CONNECTS_MAX) {
        handshake_fail(hs, -EPROTO, "no session after %u connects, the last answer was %s",
                       MSGR_V1_CONNECTS_MAX, msgr_v1_tag_name(hs->reply.tag));
        return;
    }
    hs->connect_seq = hs->connect.connect_seq;
    msgr_v1_connect_encode(&hs->connect, bytes);
    encode_bytes(&hs->out, bytes, sizeof(bytes));
    encode_bytes(&hs->out, hs->own_blob, hs->own_blob_len);
    handshake_expect(hs, STATE_REPLY, MSGR_V1_CONNECT_REPLY_LEN);
    handshake_check_output(hs);
}

void msgr_v1_handshake_give_self_addr(struct msgr_v1_handshake *hs, const struct entity_addr *self)
{
    assert(hs->step == MSGR_V1_NEED_SELF_ADDR);
    hs->self_addr = *self;
    encode_bytes(&hs->out, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
    entity_addr_encode_slot(self, &hs->out);
    handshake_ask(hs, MSGR_V1_NEED_AUTHORIZER, NULL, 0);
    handshake_check_output(hs);
}

void msgr_v1_handshake_give_authorizer(struct msgr_v1_handshake *hs, uint32_t protocol, const void *bytes,
                                       size_t len)
{
    assert(hs->step == MSGR_V1_NEED_AUTHORIZER);
    if (len > MSGR_V1_AUTHORIZER_MAX) {
        handshake_fail(hs, -E2BIG, "our authorizer has %zu bytes, limit %u", len, MSGR_V1_AUTHORIZER_MAX);
        return;
    }
    if (!handshake_set_blob(hs, &hs->own_blob, &hs->own_blob_len, bytes, len))
        return;
    hs->connect.authorizer_protocol = protocol;
    hs->connect.authorizer_len = (uint32_t)len;
    send_connect(hs);
}

static void opened_by_reply(struct msgr_v1_handshake *hs)
{
    const struct msgr_v1_connect_reply *reply = &hs->reply;
    uint64_t missing = hs->features_required & ~reply->features;

    if (missing) {
        handshake_fail(hs, -EPROTONOSUPPORT, "the peer lacks required features 0x%" PRIx64, missing);
        return;
    }
    if (reply->connect_seq != hs->connect.connect_seq + 1) {
        handshake_fail(hs, -EPROTO, "the peer opens connection %" PRIu32 " of the session, ours is %" PRIu32,
                       reply->connect_seq, hs->connect.connect_seq + 1);
        return;
    }
    hs->features = hs->features_supported & reply->features;
    hs->connect_seq = reply->connect_seq;
    hs->peer_global_seq = reply->global_seq;
    hs->lossy = reply->flags & MSGR_V1_CONNECT_LOSSY;
    if (reply->tag == MSGR_V1_TAG_SEQ)
        handshake_expect(hs, STATE_SEQ, MSGR_V1_SEQ_LEN);
    else
        handshake_finish(hs, MSGR_V1_READY);
}

static void act_on_reply(struct msgr_v1_handshake *hs)
{
    const struct msgr_v1_connect_reply *reply = &hs->reply;

    switch (reply->tag) {
    case MSGR_V1_TAG_READY:
    case MSGR_V1_TAG_SEQ:
        opened_by_reply(hs);
        break;
    case MSGR_V1_TAG_RETRY_GLOBAL:
        if (reply->global_seq > MSGR_V1_GLOBAL_SEQ_MAX)
            handshake_fail(hs, -EPROTO, "the peer asks for a global_seq above %" PRIu32, reply->global_seq);
        else
            handshake_ask(hs, MSGR_V1_NEED_GLOBAL_SEQ, NULL, 0);
        break;
    case MSGR_V1_TAG_RETRY_SESSION:
        if (reply->connect_seq <= hs->connect.connect_seq) {
            handshake_fail(hs, -EPROTO, "the peer asks for connect_seq %" PRIu32 " after %" PRIu32,
                           reply->connect_seq, hs->connect.connect_seq);
            break;
        }
        hs->connect.connect_seq = reply->connect_seq;
        send_connect(hs);
        break;
    case MSGR_V1_TAG_RESETSESSION:
        handshake_ask(hs, MSGR_V1_RESET_SESSION, NULL, 0);
        break;
    default: /* WAIT: connector_take_reply() let no other through */
        handshake_finish(hs, MSGR_V1_TOLD_TO_WAIT);
        break;
    }
}

void msgr_v1_handshake_give_reply_check(struct msgr_v1_handshake *hs, int error)
{
    assert(hs->step == MSGR_V1_CHECK_REPLY);
    if (error < 0)
        handshake_fail(hs, error, "the peer's authorizer reply (with %s) does not verify",
                       msgr_v1_tag_name(hs->reply.tag));
    else
        act_on_reply(hs);
}

void msgr_v1_handshake_give_global_seq(struct msgr_v1_handshake *hs, uint32_t global_seq)
{
    assert(hs->step == MSGR_V1_NEED_GLOBAL_SEQ && global_seq > hs->reply.global_seq);
    hs->connect.global_seq = global_seq;
    send_connect(hs);
}

void msgr_v1_handshake_give_session_reset(struct msgr_v1_handshake *hs)
{
    assert(hs->step == MSGR_V1_RESET_SESSION);
    hs->connect.connect_seq = 0;
    hs->own_in_seq = 0;
    send_connect(hs);
}

/* The reply and its bytes are here. */
void connector_take_reply(struct msgr_v1_handshake *hs)
{
    const struct msgr_v1_connect_reply *reply = &hs->reply;
    bool opens = reply->tag == MSGR_V1_TAG_READY || reply->tag == MSGR_V1_TAG_SEQ;

    switch (reply->tag) {
    case MSGR_V1_TAG_FEATURES:
        handshake_fail(hs, -EPROTONOSUPPORT, "the peer requires features that we lack: 0x%" PRIx64,
                       reply->features & ~hs->features_supported);
        return;
    case MSGR_V1_TAG_BADPROTOVER:
        handshake_fail(hs, -EPROTONOSUPPORT, "the peer wants protocol version %" PRIu32 ", ours is %" PRIu32,
                       reply->protocol_version, hs->connect.protocol_version);
        return;
    case MSGR_V1_TAG_BADAUTHORIZER:
        handshake_fail(hs, -EACCES, "the peer refuses our authorizer (protocol %" PRIu32 ", %zu bytes)",
                       hs->connect.authorizer_protocol, hs->own_blob_len);
        return;
    case MSGR_V1_TAG_CHALLENGE_AUTHORIZER:
        if (hs->own_blob_len && hs->blob_len)
            handshake_ask(hs, MSGR_V1_NEED_AUTHORIZER, hs->blob, hs->blob_len);
        else
            handshake_fail(hs, -EPROTO,
                           "the peer sends an authorizer challenge of %zu bytes, our authorizer had %zu",
                           hs->blob_len, hs->own_blob_len);
        return;
    case MSGR_V1_TAG_READY:
    case MSGR_V1_TAG_SEQ:
    case MSGR_V1_TAG_RESETSESSION:
    case MSGR_V1_TAG_WAIT:
    case MSGR_V1_TAG_RETRY_SESSION:
    case MSGR_V1_TAG_RETRY_GLOBAL:
        /* Where we showed who we are, the peer must too, at the latest when it opens. */
        if (hs->own_blob_len && (opens || hs->blob_len))
            handshake_ask(hs, MSGR_V1_CHECK_REPLY, hs->blob, hs->blob_len);
        else
            act_on_reply(hs);
        return;
    default:
        handshake_fail(hs, -EBADMSG, "the peer answers our connect with unknown tag %u", reply->tag);
    }
}

void connector_take_reply_head(struct msgr_v1_handshake *hs)
{
    struct msgr_v1_connect_reply *reply = &hs->reply;

    msgr_v1_connect_reply_decode(reply, hs->in);
    reply->features = handshake_believable_features(reply->features);
    if (reply->authorizer_len > MSGR_V1_AUTHORIZER_MAX)
        handshake_fail(hs, -E2BIG, "the peer's authorizer reply has %" PRIu32 " bytes, limit %u",
                       reply->authorizer_len, MSGR_V1_AUTHORIZER_MAX);
    else if (!handshake_set_blob(hs, &hs->blob, &hs->blob_len, NULL, reply->authorizer_len))
        return;
    else if (reply->authorizer_len)
        handshake_expect(hs, STATE_REPLY_BLOB, reply->authorizer_len);
    else
        connector_take_reply(hs);
}
