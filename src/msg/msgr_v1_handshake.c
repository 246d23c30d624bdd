/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/msgr_v1_handshake.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/compiler.h"
#include "include/ceph_features.h"

/*
 * What is being received. Connector: BANNER, ADDRS, then REPLY [REPLY_BLOB] for each connect, [SEQ] at the
 * end. Acceptor: BANNER, ADDRS, then CONNECT [AUTHORIZER] for each reply, [SEQ] at the end.
 */
enum {
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
#define ALWAYS_REQUIRED CEPH_FEATURE_NOSRCADDR

static void ask(struct msgr_v1_handshake *hs, enum msgr_v1_step step, const uint8_t *bytes, size_t len)
{
    hs->step = step;
    hs->bytes = bytes;
    hs->len = len;
}

static void expect(struct msgr_v1_handshake *hs, unsigned state, size_t need)
{
    hs->state = state;
    hs->have = 0;
    hs->need = need;
    ask(hs, MSGR_V1_NEED_IO, NULL, 0);
}

static void finish(struct msgr_v1_handshake *hs, enum msgr_v1_step step)
{
    expect(hs, STATE_OVER, 0);
    ask(hs, step, NULL, 0);
}

PRINTF_LIKE(3, 4) static void fail(struct msgr_v1_handshake *hs, int error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(hs->reason, sizeof(hs->reason), format, args);
    va_end(args);
    hs->error = error;
    finish(hs, MSGR_V1_FAILED);
}

static void check_output(struct msgr_v1_handshake *hs)
{
    if (encode_error(&hs->out))
        fail(hs, encode_error(&hs->out), "no memory for the handshake");
}

/* Replaces *blob by len bytes of room; they are filled from bytes where there are any. */
static bool set_blob(struct msgr_v1_handshake *hs, uint8_t **blob, size_t *blob_len, const void *bytes,
                     size_t len)
{
    free(*blob);
    *blob = len ? malloc(len) : NULL;
    *blob_len = 0;
    if (len && !*blob) {
        fail(hs, -ENOMEM, "no memory for %zu bytes of authorizer", len);
        return false;
    }
    *blob_len = len;
    if (len && bytes)
        memcpy(*blob, bytes, len);
    return true;
}

static uint64_t believable_features(uint64_t features)
{
    return features & CEPH_FEATURE_RESERVED_BROKEN ? CEPH_FEATURES_OF_BROKEN : features;
}

void msgr_v1_handshake_init_connector(struct msgr_v1_handshake *hs, const struct msgr_v1_connect_facts *facts)
{
    assert(facts->peer_addr_count >= 1 && facts->peer_addr_count <= ENTITY_ADDRVEC_MAX);
    memset(hs, 0, sizeof(*hs));
    encode_init(&hs->out);
    memcpy(hs->known, facts->peer_addrs, facts->peer_addr_count * sizeof(hs->known[0]));
    hs->known_count = facts->peer_addr_count;
    hs->features_supported = facts->features_supported;
    hs->features_required = facts->features_required | ALWAYS_REQUIRED;
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
    expect(hs, STATE_BANNER, MSGR_V1_BANNER_LEN);
}

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
    expect(hs, STATE_BANNER, MSGR_V1_BANNER_LEN);
    check_output(hs);
}

void msgr_v1_handshake_destroy(struct msgr_v1_handshake *hs)
{
    free(hs->blob);
    free(hs->own_blob);
    encode_destroy(&hs->out);
    memset(hs, 0, sizeof(*hs));
    hs->step = MSGR_V1_FAILED;
    hs->state = STATE_OVER;
}

void msgr_v1_handshake_fail(struct msgr_v1_handshake *hs, int error, const char *reason)
{
    fail(hs, error, "%s", reason);
}

/* ---- banner and addresses ---- */

/* Refuses at the first wrong byte: a port scanner may never send nine. */
static bool banner_fits(struct msgr_v1_handshake *hs)
{
    static const char v2[] = "ceph v2";
    char text[4 * MSGR_V1_BANNER_LEN + 1];
    size_t at = 0;

    if (memcmp(hs->in, MSGR_V1_BANNER, hs->have) == 0)
        return true;
    if (hs->have >= sizeof(v2) - 1 && memcmp(hs->in, v2, sizeof(v2) - 1) == 0) {
        fail(hs, -EPROTONOSUPPORT, "the peer speaks msgr v2, here is msgr v1");
        return false;
    }
    for (size_t i = 0; i < hs->have; i++) {
        uint8_t c = hs->in[i];
        bool plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
        at += (size_t)snprintf(text + at, sizeof(text) - at, plain ? "%c" : "\\x%02x", c);
    }
    fail(hs, -EBADMSG, "banner is not %s but \"%s\"", MSGR_V1_BANNER, text);
    return false;
}

/* v1 and rdma are two ways to one place. */
static bool same_place(const struct entity_addr *a, const struct entity_addr *b)
{
    bool types_fit = a->type == b->type || ((a->type == ENTITY_ADDR_V1 || a->type == ENTITY_ADDR_RDMA) &&
                                            (b->type == ENTITY_ADDR_V1 || b->type == ENTITY_ADDR_RDMA));

    return types_fit && a->nonce == b->nonce && entity_addr_port(a) == entity_addr_port(b);
}

static void set_ip_of(struct entity_addr *a, const struct entity_addr *from)
{
    uint16_t port = entity_addr_port(a);

    entity_addr_set_sockaddr(a, &from->sa);
    entity_addr_set_port(a, port);
    if (a->type == ENTITY_ADDR_NONE)
        a->type = from->type;
}

bool msgr_v1_learn_addr(struct entity_addr *self, const struct entity_addr *seen)
{
    if (!entity_addr_is_blank_ip(self) || entity_addr_is_blank_ip(seen))
        return false;
    set_ip_of(self, seen);
    return true;
}

/* Is the one that answers the one that was dialled? An acceptor that does not know its ip announces none. */
static void check_announced(struct msgr_v1_handshake *hs)
{
    char announced[ENTITY_ADDR_TEXT_MAX], dialled[ENTITY_ADDR_TEXT_MAX];

    for (unsigned i = 0; i < hs->known_count; i++) {
        const struct entity_addr *known = &hs->known[i];
        if (!same_place(&hs->peer_addr, known))
            continue;
        if (entity_addr_is_blank_ip(&hs->peer_addr))
            set_ip_of(&hs->peer_addr, known);
        if (entity_addr_same_ip(&hs->peer_addr, known)) {
            ask(hs, MSGR_V1_NEED_SELF_ADDR, NULL, 0);
            return;
        }
    }
    fail(hs, -EPROTO, "the peer announces itself as %s, expected is %s",
         entity_addr_print(&hs->peer_addr, announced), entity_addr_print(&hs->known[0], dialled));
}

static void take_addrs(struct msgr_v1_handshake *hs)
{
    struct decode d;

    decode_init(&d, hs->in, hs->need);
    entity_addr_decode_slot(&hs->peer_addr, &d);
    if (!hs->acceptor)
        entity_addr_decode_slot(&hs->seen_self, &d);
    if (decode_finish(&d) < 0) {
        fail(hs, -EBADMSG, "the peer's address cannot be read (unknown family or type)");
        return;
    }
    if (!hs->acceptor) {
        check_announced(hs);
        return;
    }
    if (entity_addr_is_blank_ip(&hs->peer_addr))
        set_ip_of(&hs->peer_addr, &hs->seen_addr);
    expect(hs, STATE_CONNECT, MSGR_V1_CONNECT_LEN);
}

/* ---- connector ---- */

static void send_connect(struct msgr_v1_handshake *hs)
{
    uint8_t bytes[MSGR_V1_CONNECT_LEN];

    if (++hs->connects > MSGR_V1_CONNECTS_MAX) {
        fail(hs, -EPROTO, "no session after %u connects, the last answer was %s", MSGR_V1_CONNECTS_MAX,
             msgr_v1_tag_name(hs->reply.tag));
        return;
    }
    hs->connect_seq = hs->connect.connect_seq;
    msgr_v1_connect_encode(&hs->connect, bytes);
    encode_bytes(&hs->out, bytes, sizeof(bytes));
    encode_bytes(&hs->out, hs->own_blob, hs->own_blob_len);
    expect(hs, STATE_REPLY, MSGR_V1_CONNECT_REPLY_LEN);
    check_output(hs);
}

void msgr_v1_handshake_give_self_addr(struct msgr_v1_handshake *hs, const struct entity_addr *self)
{
    assert(hs->step == MSGR_V1_NEED_SELF_ADDR);
    hs->self_addr = *self;
    encode_bytes(&hs->out, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
    entity_addr_encode_slot(self, &hs->out);
    ask(hs, MSGR_V1_NEED_AUTHORIZER, NULL, 0);
    check_output(hs);
}

void msgr_v1_handshake_give_authorizer(struct msgr_v1_handshake *hs, uint32_t protocol, const void *bytes,
                                       size_t len)
{
    assert(hs->step == MSGR_V1_NEED_AUTHORIZER);
    if (len > MSGR_V1_AUTHORIZER_MAX) {
        fail(hs, -E2BIG, "our authorizer has %zu bytes, limit %u", len, MSGR_V1_AUTHORIZER_MAX);
        return;
    }
    if (!set_blob(hs, &hs->own_blob, &hs->own_blob_len, bytes, len))
        return;
    hs->connect.authorizer_protocol = protocol;
    hs->connect.authorizer_len = (uint32_t)len;
    send_connect(hs);
}

static void send_seq(struct msgr_v1_handshake *hs)
{
    encode_u64(&hs->out, hs->own_in_seq);
    check_output(hs);
}

static void opened_by_reply(struct msgr_v1_handshake *hs)
{
    const struct msgr_v1_connect_reply *reply = &hs->reply;
    uint64_t missing = hs->features_required & ~reply->features;

    if (missing) {
        fail(hs, -EPROTONOSUPPORT, "the peer lacks required features 0x%" PRIx64, missing);
        return;
    }
    if (reply->connect_seq != hs->connect.connect_seq + 1) {
        fail(hs, -EPROTO, "the peer opens connection %" PRIu32 " of the session, ours is %" PRIu32,
             reply->connect_seq, hs->connect.connect_seq + 1);
        return;
    }
    hs->features = hs->features_supported & reply->features;
    hs->connect_seq = reply->connect_seq;
    hs->peer_global_seq = reply->global_seq;
    hs->lossy = reply->flags & MSGR_V1_CONNECT_LOSSY;
    if (reply->tag == MSGR_V1_TAG_SEQ)
        expect(hs, STATE_SEQ, MSGR_V1_SEQ_LEN);
    else
        finish(hs, MSGR_V1_READY);
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
            fail(hs, -EPROTO, "the peer asks for a global_seq above %" PRIu32, reply->global_seq);
        else
            ask(hs, MSGR_V1_NEED_GLOBAL_SEQ, NULL, 0);
        break;
    case MSGR_V1_TAG_RETRY_SESSION:
        if (reply->connect_seq <= hs->connect.connect_seq) {
            fail(hs, -EPROTO, "the peer asks for connect_seq %" PRIu32 " after %" PRIu32, reply->connect_seq,
                 hs->connect.connect_seq);
            break;
        }
        hs->connect.connect_seq = reply->connect_seq;
        send_connect(hs);
        break;
    case MSGR_V1_TAG_RESETSESSION:
        ask(hs, MSGR_V1_RESET_SESSION, NULL, 0);
        break;
    default: /* WAIT: take_reply() let no other through */
        finish(hs, MSGR_V1_TOLD_TO_WAIT);
        break;
    }
}

void msgr_v1_handshake_give_reply_check(struct msgr_v1_handshake *hs, int error)
{
    assert(hs->step == MSGR_V1_CHECK_REPLY);
    if (error < 0)
        fail(hs, error, "the peer's authorizer reply (with %s) does not verify",
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
static void take_reply(struct msgr_v1_handshake *hs)
{
    const struct msgr_v1_connect_reply *reply = &hs->reply;
    bool opens = reply->tag == MSGR_V1_TAG_READY || reply->tag == MSGR_V1_TAG_SEQ;

    switch (reply->tag) {
    case MSGR_V1_TAG_FEATURES:
        fail(hs, -EPROTONOSUPPORT, "the peer requires features that we lack: 0x%" PRIx64,
             reply->features & ~hs->features_supported);
        return;
    case MSGR_V1_TAG_BADPROTOVER:
        fail(hs, -EPROTONOSUPPORT, "the peer wants protocol version %" PRIu32 ", ours is %" PRIu32,
             reply->protocol_version, hs->connect.protocol_version);
        return;
    case MSGR_V1_TAG_BADAUTHORIZER:
        fail(hs, -EACCES, "the peer refuses our authorizer (protocol %" PRIu32 ", %zu bytes)",
             hs->connect.authorizer_protocol, hs->own_blob_len);
        return;
    case MSGR_V1_TAG_CHALLENGE_AUTHORIZER:
        if (hs->own_blob_len && hs->blob_len)
            ask(hs, MSGR_V1_NEED_AUTHORIZER, hs->blob, hs->blob_len);
        else
            fail(hs, -EPROTO, "the peer sends an authorizer challenge of %zu bytes, our authorizer had %zu",
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
            ask(hs, MSGR_V1_CHECK_REPLY, hs->blob, hs->blob_len);
        else
            act_on_reply(hs);
        return;
    default:
        fail(hs, -EBADMSG, "the peer answers our connect with unknown tag %u", reply->tag);
    }
}

static void take_reply_head(struct msgr_v1_handshake *hs)
{
    struct msgr_v1_connect_reply *reply = &hs->reply;

    msgr_v1_connect_reply_decode(reply, hs->in);
    reply->features = believable_features(reply->features);
    if (reply->authorizer_len > MSGR_V1_AUTHORIZER_MAX)
        fail(hs, -E2BIG, "the peer's authorizer reply has %" PRIu32 " bytes, limit %u", reply->authorizer_len,
             MSGR_V1_AUTHORIZER_MAX);
    else if (!set_blob(hs, &hs->blob, &hs->blob_len, NULL, reply->authorizer_len))
        return;
    else if (reply->authorizer_len)
        expect(hs, STATE_REPLY_BLOB, reply->authorizer_len);
    else
        take_reply(hs);
}

/* ---- acceptor ---- */

static void take_connect(struct msgr_v1_handshake *hs)
{
    struct msgr_v1_connect *c = &hs->connect;

    msgr_v1_connect_decode(c, hs->in);
    c->features = believable_features(c->features);
    if (++hs->connects > MSGR_V1_CONNECTS_MAX)
        fail(hs, -EPROTO, "the peer sent more than %u connects on one socket", MSGR_V1_CONNECTS_MAX);
    else if (c->authorizer_len > MSGR_V1_AUTHORIZER_MAX)
        fail(hs, -E2BIG, "the peer's authorizer has %" PRIu32 " bytes, limit %u", c->authorizer_len,
             MSGR_V1_AUTHORIZER_MAX);
    else if (!set_blob(hs, &hs->blob, &hs->blob_len, NULL, c->authorizer_len))
        return;
    else if (c->authorizer_len)
        expect(hs, STATE_AUTHORIZER, c->authorizer_len);
    else
        ask(hs, MSGR_V1_NEED_POLICY, NULL, 0);
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
    expect(hs, STATE_CONNECT, MSGR_V1_CONNECT_LEN);
    check_output(hs);
}

void msgr_v1_handshake_give_policy(struct msgr_v1_handshake *hs, const struct msgr_v1_accept_policy *policy)
{
    assert(hs->step == MSGR_V1_NEED_POLICY);
    hs->protocol_version = policy->protocol_version;
    hs->features_supported = policy->features_supported;
    hs->features_required = policy->features_required | ALWAYS_REQUIRED;
    hs->policy_lossy = policy->lossy;
    if (hs->connect.protocol_version != policy->protocol_version)
        refuse(hs, MSGR_V1_TAG_BADPROTOVER, NULL, 0);
    else if (hs->features_required & ~hs->connect.features)
        refuse(hs, MSGR_V1_TAG_FEATURES, NULL, 0);
    else
        ask(hs, MSGR_V1_CHECK_AUTHORIZER, hs->blob, hs->blob_len);
}

void msgr_v1_handshake_give_authorizer_verdict(struct msgr_v1_handshake *hs,
                                               enum msgr_v1_auth_verdict verdict, const void *bytes,
                                               size_t len)
{
    assert(hs->step == MSGR_V1_CHECK_AUTHORIZER && len <= MSGR_V1_AUTHORIZER_MAX);
    switch (verdict) {
    case MSGR_V1_AUTH_OK:
        if (set_blob(hs, &hs->own_blob, &hs->own_blob_len, bytes, len))
            ask(hs, MSGR_V1_NEED_VERDICT, NULL, 0);
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
        expect(hs, STATE_SEQ, MSGR_V1_SEQ_LEN);
        send_seq(hs);
    } else {
        finish(hs, MSGR_V1_READY);
        check_output(hs);
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
    expect(hs, STATE_CONNECT, MSGR_V1_CONNECT_LEN);
    check_output(hs);
}

/* ---- both: the bytes ---- */

static void take_seq(struct msgr_v1_handshake *hs)
{
    hs->have_peer_in_seq = true;
    hs->peer_in_seq = get_le64(hs->in);
    finish(hs, MSGR_V1_READY);
    if (!hs->acceptor)
        send_seq(hs);
}

static void take(struct msgr_v1_handshake *hs)
{
    switch (hs->state) {
    case STATE_BANNER:
        expect(hs, STATE_ADDRS, hs->acceptor ? ENTITY_ADDR_LEGACY_LEN : 2 * ENTITY_ADDR_LEGACY_LEN);
        break;
    case STATE_ADDRS:
        take_addrs(hs);
        break;
    case STATE_REPLY:
        take_reply_head(hs);
        break;
    case STATE_REPLY_BLOB:
        take_reply(hs);
        break;
    case STATE_CONNECT:
        take_connect(hs);
        break;
    case STATE_AUTHORIZER:
        ask(hs, MSGR_V1_NEED_POLICY, NULL, 0);
        break;
    case STATE_SEQ:
        take_seq(hs);
        break;
    }
}

size_t msgr_v1_handshake_feed(struct msgr_v1_handshake *hs, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    size_t used = 0;

    while (used < len && hs->step == MSGR_V1_NEED_IO) {
        bool blob = hs->state == STATE_REPLY_BLOB || hs->state == STATE_AUTHORIZER;
        size_t n = hs->need - hs->have;
        if (n > len - used)
            n = len - used;
        memcpy((blob ? hs->blob : hs->in) + hs->have, p + used, n);
        hs->have += n;
        used += n;
        if (hs->state == STATE_BANNER && !banner_fits(hs))
            break;
        if (hs->have == hs->need)
            take(hs);
    }
    return used;
}

const uint8_t *msgr_v1_handshake_pull(const struct msgr_v1_handshake *hs, size_t *len)
{
    *len = encode_error(&hs->out) ? 0 : hs->out.len - hs->out_sent;
    return *len ? hs->out.data + hs->out_sent : NULL;
}

void msgr_v1_handshake_sent(struct msgr_v1_handshake *hs, size_t n)
{
    assert(n <= hs->out.len - hs->out_sent);
    hs->out_sent += n;
    if (hs->out_sent == hs->out.len)
        hs->out_sent = hs->out.len = 0;
}

enum msgr_v1_step msgr_v1_handshake_next(const struct msgr_v1_handshake *hs)
{
    return hs->step == MSGR_V1_READY && hs->out.len ? MSGR_V1_NEED_IO : hs->step;
}

const char *msgr_v1_step_name(enum msgr_v1_step step)
{
    static const char *const names[] = {
        [MSGR_V1_NEED_IO] = "need_io",
        [MSGR_V1_NEED_SELF_ADDR] = "need_self_addr",
        [MSGR_V1_NEED_AUTHORIZER] = "need_authorizer",
        [MSGR_V1_CHECK_REPLY] = "check_reply",
        [MSGR_V1_NEED_GLOBAL_SEQ] = "need_global_seq",
        [MSGR_V1_RESET_SESSION] = "reset_session",
        [MSGR_V1_TOLD_TO_WAIT] = "told_to_wait",
        [MSGR_V1_NEED_POLICY] = "need_policy",
        [MSGR_V1_CHECK_AUTHORIZER] = "check_authorizer",
        [MSGR_V1_NEED_VERDICT] = "need_verdict",
        [MSGR_V1_READY] = "ready",
        [MSGR_V1_FAILED] = "failed",
    };

    return (size_t)step < ARRAY_SIZE(names) ? names[step] : "?";
}
