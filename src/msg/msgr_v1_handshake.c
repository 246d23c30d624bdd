/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/msgr_v1_handshake.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "msg/msgr_v1_handshake_parts.h"

void handshake_ask(struct msgr_v1_handshake *hs, enum msgr_v1_step step, const uint8_t *bytes, size_t len)
{
    hs->step = step;
    hs->bytes = bytes;
    hs->len = len;
}

void handshake_expect(struct msgr_v1_handshake *hs, unsigned state, size_t need)
{
    hs->state = state;
    hs->have = 0;
    hs->need = need;
    handshake_ask(hs, MSGR_V1_NEED_IO, NULL, 0);
}

void handshake_finish(struct msgr_v1_handshake *hs, enum msgr_v1_step step)
{
    handshake_expect(hs, STATE_OVER, 0);
    handshake_ask(hs, step, NULL, 0);
}

void handshake_fail(struct msgr_v1_handshake *hs, int error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(hs->reason, sizeof(hs->reason), format, args);
    va_end(args);
    hs->error = error;
    handshake_finish(hs, MSGR_V1_FAILED);
}

void handshake_check_output(struct msgr_v1_handshake *hs)
{
    if (encode_error(&hs->out))
        handshake_fail(hs, encode_error(&hs->out), "no memory for the handshake");
}

bool handshake_set_blob(struct msgr_v1_handshake *hs, uint8_t **blob, size_t *blob_len, const void *bytes,
                        size_t len)
{
    free(*blob);
    *blob = len ? malloc(len) : NULL;
    *blob_len = 0;
    if (len && !*blob) {
        handshake_fail(hs, -ENOMEM, "no memory for %zu bytes of authorizer", len);
        return false;
    }
    *blob_len = len;
    if (len && bytes)
        memcpy(*blob, bytes, len);
    return true;
}

uint64_t handshake_believable_features(uint64_t features)
{
    return features & CEPH_FEATURE_RESERVED_BROKEN ? CEPH_FEATURES_OF_BROKEN : features;
}

void handshake_set_ip_of(struct entity_addr *a, const struct entity_addr *from)
{
    uint16_t port = entity_addr_port(a);

    entity_addr_set_sockaddr(a, &from->sa);
    entity_addr_set_port(a, port);
    if (a->type == ENTITY_ADDR_NONE)
        a->type = from->type;
}

void handshake_send_seq(struct msgr_v1_handshake *hs)
{
    encode_u64(&hs->out, hs->own_in_seq);
    handshake_check_output(hs);
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
    handshake_fail(hs, error, "%s", reason);
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
        handshake_fail(hs, -EPROTONOSUPPORT, "the peer speaks msgr v2, here is msgr v1");
        return false;
    }
    for (size_t i = 0; i < hs->have; i++) {
        uint8_t c = hs->in[i];
        bool plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
        at += (size_t)snprintf(text + at, sizeof(text) - at, plain ? "%c" : "\\x%02x", c);
    }
    handshake_fail(hs, -EBADMSG, "banner is not %s but \"%s\"", MSGR_V1_BANNER, text);
    return false;
}

static void take_addrs(struct msgr_v1_handshake *hs)
{
    struct decode d;

    decode_init(&d, hs->in, hs->need);
    entity_addr_decode_slot(&hs->peer_addr, &d);
    if (!hs->acceptor)
        entity_addr_decode_slot(&hs->seen_self, &d);
    if (decode_finish(&d) < 0) {
        handshake_fail(hs, -EBADMSG, "the peer's address cannot be read (unknown family or type)");
        return;
    }
    if (!hs->acceptor) {
        connector_check_announced(hs);
        return;
    }
    if (entity_addr_is_blank_ip(&hs->peer_addr))
        handshake_set_ip_of(&hs->peer_addr, &hs->seen_addr);
    handshake_expect(hs, STATE_CONNECT, MSGR_V1_CONNECT_LEN);
}

/* ---- the bytes ---- */

static void take_seq(struct msgr_v1_handshake *hs)
{
    hs->have_peer_in_seq = true;
    hs->peer_in_seq = get_le64(hs->in);
    handshake_finish(hs, MSGR_V1_READY);
    if (!hs->acceptor)
        handshake_send_seq(hs);
}

static void take(struct msgr_v1_handshake *hs)
{
    switch (hs->state) {
    case STATE_BANNER:
        handshake_expect(hs, STATE_ADDRS, hs->acceptor ? ENTITY_ADDR_LEGACY_LEN : 2 * ENTITY_ADDR_LEGACY_LEN);
        break;
    case STATE_ADDRS:
        take_addrs(hs);
        break;
    case STATE_REPLY:
        connector_take_reply_head(hs);
        break;
    case STATE_REPLY_BLOB:
        connector_take_reply(hs);
        break;
    case STATE_CONNECT:
        acceptor_take_connect(hs);
        break;
    case STATE_AUTHORIZER:
        handshake_ask(hs, MSGR_V1_NEED_POLICY, NULL, 0);
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
