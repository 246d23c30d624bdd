/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recorded sessions with genuine Ceph: given the same peer and the same decisions, our machines must write
 * the same bytes, as acceptor, as connector and in the open session, however the stream is cut; and they must
 * read what another implementation read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/bytes.h"
#include "common/encode.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_handshake.h"
#include "msg/msgr_v1_rx.h"
#include "msg/msgr_v1_tx.h"
#include "test/unit/msg/capture.h"

/* one piece, byte by byte, random pieces */
static const unsigned cuts[] = {0, 1, 2026, 77};

static struct entity_addr addr_of(const json_t *frame)
{
    struct entity_addr a;
    char err[128];

    assert_int_equal(
        entity_addr_parse(&a, capture_text(frame, "value"), ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    return a;
}

static void collect(struct msgr_v1_handshake *hs, struct encode *out)
{
    size_t len;
    const uint8_t *p = msgr_v1_handshake_pull(hs, &len);

    while (len) {
        encode_bytes(out, p, len > 100 ? 100 : len);
        msgr_v1_handshake_sent(hs, len > 100 ? 100 : len);
        p = msgr_v1_handshake_pull(hs, &len);
    }
}

static const json_t *opening_reply(const struct capture *c)
{
    const json_t *reply;
    size_t at = 0;

    while ((reply = capture_next(c, CAPTURE_S2C, "reply", &at)))
        if (capture_u64(reply, "tag") == MSGR_V1_TAG_SEQ || capture_u64(reply, "tag") == MSGR_V1_TAG_READY)
            return reply;
    return NULL;
}

/* The bytes that follow a reply or a connect, by its auth_len. */
static const uint8_t *blob_of(const struct capture *c, const json_t *frame, size_t *len)
{
    *len = capture_u64(frame, "auth_len");
    return capture_bytes(c, frame) + capture_frame_len(frame);
}

/* ---- acceptor ---- */

static void answer_as_captured(const struct capture *c, struct msgr_v1_handshake *hs, const json_t *reply)
{
    const json_t *opening = opening_reply(c);
    unsigned tag = (unsigned)capture_u64(reply, "tag");
    struct msgr_v1_accept_policy policy = {
        .protocol_version = (uint32_t)capture_u64(reply, "protocol"),
        .features_supported = opening ? capture_u64(opening, "features") : CEPH_FEATURES_ALL,
        .features_required = tag == MSGR_V1_TAG_FEATURES ? capture_u64(reply, "features") : 0,
        .lossy = opening && capture_u64(opening, "flags"),
    };
    size_t at = 0, len;
    const uint8_t *blob = blob_of(c, reply, &len);
    const json_t *seq = capture_next(c, CAPTURE_S2C, "acceptor in_seq", &at);
    struct msgr_v1_verdict v = {.connect_seq = (uint32_t)capture_u64(reply, "connect_seq"),
                                .global_seq = (uint32_t)capture_u64(reply, "global_seq")};

    msgr_v1_handshake_give_policy(hs, &policy);
    if (tag == MSGR_V1_TAG_FEATURES || tag == MSGR_V1_TAG_BADPROTOVER) {
        assert_int_equal(hs->step, MSGR_V1_NEED_IO);
        return;
    }
    assert_int_equal(hs->step, MSGR_V1_CHECK_AUTHORIZER);
    msgr_v1_handshake_give_authorizer_verdict(hs,
                                              tag == MSGR_V1_TAG_BADAUTHORIZER ? MSGR_V1_AUTH_BAD
                                              : tag == MSGR_V1_TAG_CHALLENGE_AUTHORIZER
                                                  ? MSGR_V1_AUTH_CHALLENGE
                                                  : MSGR_V1_AUTH_OK,
                                              blob, len);
    if (hs->step == MSGR_V1_NEED_IO)
        return;
    assert_int_equal(hs->step, MSGR_V1_NEED_VERDICT);
    switch (tag) {
    case MSGR_V1_TAG_READY: /* in these sessions always to a peer that restarted, or without bit 6 */
        v.action = MSGR_V1_REPLACE_RESET;
        break;
    case MSGR_V1_TAG_SEQ:
        v.action = MSGR_V1_OPEN_NEW;
        break;
    case MSGR_V1_TAG_RETRY_GLOBAL:
        v.action = MSGR_V1_RETRY_GLOBAL;
        break;
    case MSGR_V1_TAG_RETRY_SESSION:
        v.action = MSGR_V1_RETRY_SESSION;
        break;
    case MSGR_V1_TAG_RESETSESSION:
        v.action = MSGR_V1_RESETSESSION;
        break;
    default:
        v.action = MSGR_V1_WAIT;
        break;
    }
    msgr_v1_handshake_give_verdict(hs, &v, (uint32_t)capture_u64(reply, "global_seq"),
                                   seq ? capture_u64(seq, "value") : 0);
}

/* Ours demands NOSRCADDR, so it names that bit too. */
static void adjust_features_replies(const struct capture *c, uint8_t *expected)
{
    const json_t *reply;
    size_t at = 0;

    while ((reply = capture_next(c, CAPTURE_S2C, "reply FEATURES", &at)))
        put_le64(expected + capture_u64(reply, "off") + 1,
                 capture_u64(reply, "features") | CEPH_FEATURE_NOSRCADDR);
}

static void replay_acceptor(const struct capture *c, unsigned cut)
{
    struct msgr_v1_handshake hs;
    struct msgr_v1_accept_init init;
    struct encode out;
    size_t at = 0, fed = 0, replies = 0, hs_len = capture_handshake_len(c, CAPTURE_S2C);
    size_t connects = 0, len = c->len[CAPTURE_C2S];
    const json_t *frame, *opening = opening_reply(c);
    uint8_t *expected = malloc(hs_len);

    memcpy(expected, c->bytes[CAPTURE_S2C], hs_len);
    adjust_features_replies(c, expected);
    init.self_addr = addr_of(capture_next(c, CAPTURE_S2C, "addr server", &at));
    init.seen_addr = addr_of(capture_next(c, CAPTURE_S2C, "addr client-as-seen", &at));
    encode_init(&out);
    msgr_v1_handshake_init_acceptor(&hs, &init);
    for (;;) {
        collect(&hs, &out);
        if (msgr_v1_handshake_next(&hs) == MSGR_V1_NEED_POLICY) {
            frame = capture_next(c, CAPTURE_C2S, "connect", &connects);
            assert_non_null(frame);
            assert_int_equal(hs.connect.global_seq, capture_u64(frame, "global_seq"));
            assert_int_equal(hs.connect.connect_seq, capture_u64(frame, "connect_seq"));
            assert_int_equal(hs.connect.host_type, capture_u64(frame, "host_type"));
            assert_int_equal(hs.len, 0);
            answer_as_captured(c, &hs, capture_next(c, CAPTURE_S2C, "reply", &replies));
            continue;
        }
        if (msgr_v1_handshake_next(&hs) != MSGR_V1_NEED_IO || fed == len)
            break;
        fed += msgr_v1_handshake_feed(&hs, c->bytes[CAPTURE_C2S] + fed, capture_piece(&cut, len - fed));
    }
    assert_int_equal(out.len, hs_len);
    assert_memory_equal(out.data, expected, hs_len);
    assert_int_equal(fed, capture_handshake_len(c, CAPTURE_C2S));
    if (opening) {
        assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_READY);
        assert_true(hs.features == c->features);
        assert_int_equal(hs.connect_seq, capture_u64(opening, "connect_seq"));
        at = 0;
        frame = capture_next(c, CAPTURE_C2S, "connector in_seq", &at);
        assert_int_equal(hs.have_peer_in_seq, frame != NULL);
        assert_true(hs.peer_in_seq == (frame ? capture_u64(frame, "value") : 0));
    } else {
        assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_NEED_IO);
    }
    msgr_v1_handshake_destroy(&hs);
    encode_destroy(&out);
    free(expected);
}

/* ---- connector ---- */

static void start_connector(const struct capture *c, struct msgr_v1_handshake *hs)
{
    size_t at = 0, seq_at = 0;
    struct entity_addr server = addr_of(capture_next(c, CAPTURE_S2C, "addr server", &at));
    const json_t *connect, *seq = capture_next(c, CAPTURE_C2S, "connector in_seq", &seq_at);
    struct msgr_v1_connect_facts facts;

    at = 0;
    connect = capture_next(c, CAPTURE_C2S, "connect", &at);
    facts = (struct msgr_v1_connect_facts){
        .peer_addrs = &server,
        .peer_addr_count = 1,
        .host_type = (uint32_t)capture_u64(connect, "host_type"),
        .features_supported = capture_u64(connect, "features"),
        .protocol_version = (uint32_t)capture_u64(connect, "protocol"),
        .lossy = capture_u64(connect, "flags"),
        .global_seq = (uint32_t)capture_u64(connect, "global_seq"),
        .connect_seq = (uint32_t)capture_u64(connect, "connect_seq"),
        .in_seq = seq ? capture_u64(seq, "value") : 0,
    };
    msgr_v1_handshake_init_connector(hs, &facts);
}

/* The connect that ours sends next. */
static const json_t *next_connect(const struct capture *c, const struct msgr_v1_handshake *hs)
{
    const json_t *frame;
    size_t at = 0;
    unsigned n = 0;

    while ((frame = capture_next(c, CAPTURE_C2S, "connect", &at)))
        if (n++ == hs->connects)
            return frame;
    fail_msg("%s: no connect number %u", c->name, hs->connects);
    return NULL;
}

/* Answers one step; false: it is a final one. */
static bool step_connector(const struct capture *c, struct msgr_v1_handshake *hs)
{
    size_t at = 0, len;
    struct entity_addr a;
    const json_t *frame;
    const uint8_t *blob;

    switch (msgr_v1_handshake_next(hs)) {
    case MSGR_V1_NEED_SELF_ADDR:
        a = addr_of(capture_next(c, CAPTURE_S2C, "addr client-as-seen", &at));
        assert_true(entity_addr_equal(&hs->seen_self, &a));
        at = 0;
        a = addr_of(capture_next(c, CAPTURE_C2S, "addr client", &at));
        msgr_v1_handshake_give_self_addr(hs, &a);
        return true;
    case MSGR_V1_NEED_AUTHORIZER:
        frame = next_connect(c, hs);
        blob = blob_of(c, frame, &len);
        msgr_v1_handshake_give_authorizer(hs, (uint32_t)capture_u64(frame, "auth"), blob, len);
        return true;
    case MSGR_V1_CHECK_REPLY:
        assert_int_equal(hs->len, hs->connect.authorizer_protocol == MSGR_V1_AUTH_CEPHX ? 36 : 0);
        msgr_v1_handshake_give_reply_check(hs, 0);
        return true;
    case MSGR_V1_NEED_GLOBAL_SEQ:
        frame = next_connect(c, hs);
        msgr_v1_handshake_give_global_seq(hs, (uint32_t)capture_u64(frame, "global_seq"));
        return true;
    case MSGR_V1_RESET_SESSION:
        msgr_v1_handshake_give_session_reset(hs);
        return true;
    default:
        return false;
    }
}

static void replay_connector(const struct capture *c, unsigned cut)
{
    struct msgr_v1_handshake hs;
    struct encode out;
    const json_t *opening = opening_reply(c);
    size_t fed = 0, len = c->len[CAPTURE_S2C];
    size_t hs_len = capture_handshake_len(c, CAPTURE_C2S);

    encode_init(&out);
    start_connector(c, &hs);
    for (;;) {
        collect(&hs, &out);
        if (step_connector(c, &hs))
            continue;
        if (msgr_v1_handshake_next(&hs) != MSGR_V1_NEED_IO || fed == len)
            break;
        fed += msgr_v1_handshake_feed(&hs, c->bytes[CAPTURE_S2C] + fed, capture_piece(&cut, len - fed));
    }
    assert_int_equal(out.len, hs_len);
    assert_memory_equal(out.data, c->bytes[CAPTURE_C2S], hs_len);
    assert_int_equal(fed, capture_handshake_len(c, CAPTURE_S2C));
    if (opening) {
        assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_READY);
        assert_true(hs.features == c->features);
        assert_int_equal(hs.lossy, capture_u64(opening, "flags"));
        assert_int_equal(hs.peer_global_seq, capture_u64(opening, "global_seq"));
    }
    msgr_v1_handshake_destroy(&hs);
    encode_destroy(&out);
}

/* ---- the open session ---- */

/* Puts back the signature that the message came with. */
static int sign_as_received(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f,
                            uint64_t *sig)
{
    const struct msgr_v1_footer *received = *(const struct msgr_v1_footer *const *)arg;

    assert_true(h->crc != 0 && f->front_crc == received->front_crc && f->data_crc == received->data_crc);
    *sig = received->sig;
    return received->flags & MSGR_V1_FOOTER_SIGNED ? 0 : 1;
}

static int count_check(void *arg, const struct msgr_v1_header *h UNUSED,
                       const struct msgr_v1_footer *f UNUSED)
{
    ++*(unsigned *)arg;
    return 0;
}

static void release_message(void *arg)
{
    msgr_v1_rx_message_destroy(arg);
    free(arg);
}

static void compare_message(const struct msgr_v1_rx_message *m, const json_t *frame)
{
    const struct msgr_v1_header *h = &m->header;
    char src[32];

    assert_int_equal(h->type, capture_u64(frame, "type"));
    assert_true(h->seq == capture_u64(frame, "seq"));
    assert_true(h->tid == capture_u64(frame, "tid"));
    assert_int_equal(h->priority, capture_u64(frame, "prio"));
    assert_int_equal(h->version, capture_u64(frame, "version"));
    assert_int_equal(h->compat_version, capture_u64(frame, "compat"));
    assert_int_equal(h->data_off, capture_u64(frame, "data_off"));
    snprintf(src, sizeof(src), "%u.%lld", h->src.type, (long long)h->src.num);
    assert_string_equal(src, capture_text(frame, "src"));
    assert_int_equal(m->front.len, capture_u64(frame, "front"));
    assert_int_equal(m->middle.len, capture_u64(frame, "middle"));
    assert_int_equal(m->data.len, capture_u64(frame, "data"));
    assert_int_equal(h->crc, capture_u64(frame, "hdr_crc"));
    assert_int_equal(m->footer.front_crc, capture_u64(frame, "front_crc"));
    assert_int_equal(m->footer.data_crc, capture_u64(frame, "data_crc"));
    assert_true(m->footer.sig == capture_u64(frame, "sig"));
}

static void resend(struct msgr_v1_tx *tx, struct msgr_v1_rx_message *m,
                   const struct msgr_v1_footer **received)
{
    struct msgr_v1_tx_message out = {
        .header = m->header,
        .front_crc = m->footer.front_crc,
        .middle_crc = m->footer.middle_crc,
        .data_crc = bufferlist_crc32c(&m->data, 0),
        .front = &m->front,
        .middle = &m->middle,
        .data = &m->data,
        .release = release_message,
        .release_arg = m,
    };

    *received = &m->footer;
    tx->options.crc_data = !(m->footer.flags & MSGR_V1_FOOTER_NOCRC);
    assert_int_equal(msgr_v1_tx_message(tx, &out), 0);
}

static void forward(struct msgr_v1_tx *tx, enum msgr_v1_rx_kind kind, struct msgr_v1_rx_event *ev,
                    const json_t *frame, const struct msgr_v1_footer **received)
{
    struct msgr_v1_rx_message *m;

    assert_non_null(frame);
    switch (kind) {
    case MSGR_V1_RX_MESSAGE:
        m = malloc(sizeof(*m));
        *m = ev->message;
        compare_message(m, frame);
        resend(tx, m, received);
        break;
    case MSGR_V1_RX_ACK:
        assert_true(ev->seq == capture_u64(frame, "seq"));
        assert_int_equal(msgr_v1_tx_ack(tx, ev->seq), 0);
        break;
    case MSGR_V1_RX_KEEPALIVE2:
        assert_int_equal(ev->stamp.sec, capture_u64(frame, "sec"));
        assert_int_equal(ev->stamp.nsec, capture_u64(frame, "nsec"));
        assert_int_equal(msgr_v1_tx_keepalive2(tx, ev->stamp), 0);
        break;
    case MSGR_V1_RX_KEEPALIVE2_ACK:
        assert_int_equal(msgr_v1_tx_keepalive2_ack(tx, ev->stamp), 0);
        break;
    default:
        fail_msg("unexpected %s: %s", msgr_v1_rx_kind_name(kind), ev->reason);
    }
}

/* Sends everything, three vectors and at most 1000 bytes at a time. */
static void drain(struct msgr_v1_tx *tx, struct encode *out)
{
    struct iovec iov[3];
    size_t bytes;
    int n;

    while ((n = msgr_v1_tx_pull(tx, iov, 3, &bytes))) {
        size_t sent = bytes < 1000 ? bytes : 1000, left = sent;
        for (int i = 0; i < n && left; i++) {
            size_t part = iov[i].iov_len < left ? iov[i].iov_len : left;
            encode_bytes(out, iov[i].iov_base, part);
            left -= part;
        }
        msgr_v1_tx_sent(tx, sent);
    }
    assert_true(msgr_v1_tx_empty(tx) && tx->bytes_queued == 0);
}

static void replay_session(const struct capture *c, enum capture_dir dir, unsigned cut)
{
    const uint8_t *bytes = c->bytes[dir];
    size_t start = capture_handshake_len(c, dir), fed = start, at = 0;
    unsigned checked = 0, messages = 0;
    const struct msgr_v1_footer *received = NULL;
    struct msgr_v1_rx_options rx_options = {.features = c->features,
                                            .crc_header = true,
                                            .crc_data = true,
                                            .check = count_check,
                                            .check_arg = &checked};
    struct msgr_v1_tx_options tx_options = {.features = c->features,
                                            .crc_header = true,
                                            .crc_data = true,
                                            .sign = sign_as_received,
                                            .sign_arg = &received};
    struct msgr_v1_rx rx;
    struct msgr_v1_tx tx;
    struct encode out;
    const json_t *frame;

    do
        frame = capture_next(c, dir, "", &at);
    while (frame && capture_u64(frame, "off") < start);
    encode_init(&out);
    msgr_v1_rx_init(&rx, &rx_options);
    msgr_v1_tx_init(&tx, &tx_options);
    for (;;) {
        struct msgr_v1_rx_event ev;
        enum msgr_v1_rx_kind kind = msgr_v1_rx_next(&rx, &ev);
        if (kind == MSGR_V1_RX_HEADER) {
            msgr_v1_rx_proceed(&rx);
        } else if (kind == MSGR_V1_RX_NEED_BYTES) {
            if (fed == c->len[dir])
                break;
            fed += msgr_v1_rx_feed(&rx, bytes + fed, capture_piece(&cut, c->len[dir] - fed));
        } else {
            messages += kind == MSGR_V1_RX_MESSAGE;
            forward(&tx, kind, &ev, frame, &received);
            drain(&tx, &out);
            frame = capture_next(c, dir, "", &at);
        }
    }
    assert_null(frame);
    assert_int_equal(checked, messages);
    assert_int_equal(out.len, c->len[dir] - start);
    if (out.len)
        assert_memory_equal(out.data, bytes + start, out.len);
    msgr_v1_rx_destroy(&rx);
    msgr_v1_tx_destroy(&tx);
    encode_destroy(&out);
}

/* ---- all of them ---- */

static void for_each_capture(void (*fn)(const struct capture *c, unsigned cut),
                             bool (*wanted)(const char *name))
{
    json_t *index = capture_index(), *session;
    const char *name;

    assert_int_equal(json_object_size(index), 33);
    json_object_foreach(index, name, session)
    {
        struct capture c;
        if (!wanted(name))
            continue;
        capture_open(&c, name, session);
        for (size_t i = 0; i < ARRAY_SIZE(cuts); i++)
            fn(&c, cuts[i]);
        capture_close(&c);
    }
    json_decref(index);
}

/* Its connector lacks NOSRCADDR, which genuine Ceph lets pass and we refuse: see the test below. */
static bool speaks_our_header(const char *name)
{
    return strcmp(name, "none-minimal-features") != 0;
}

/* These connectors were scripts that changed what ours keeps (features, global_seq) or sent it in advance. */
static bool connects_as_we_do(const char *name)
{
    static const char *const others[] = {"none-minimal-features", "none-features-badproto-ok",
                                         "monpeer-reconnect", "monpeer-badauthorizer"};

    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return true;
}

static bool any_capture(const char *name UNUSED)
{
    return true;
}

static void test_acceptor_writes_the_same(void **state UNUSED)
{
    for_each_capture(replay_acceptor, speaks_our_header);
}

static void test_connector_writes_the_same(void **state UNUSED)
{
    for_each_capture(replay_connector, connects_as_we_do);
}

static void both_directions(const struct capture *c, unsigned cut)
{
    replay_session(c, CAPTURE_C2S, cut);
    replay_session(c, CAPTURE_S2C, cut);
}

static void test_session_reads_and_writes_the_same(void **state UNUSED)
{
    for_each_capture(both_directions, any_capture);
}

static bool refused_only(const char *name)
{
    return strcmp(name, "monpeer-badauthorizer") == 0 || strcmp(name, "none-features-badproto-ok") == 0;
}

/* The refusals in these captures end our connector's dialogue, with the reason named. */
static void connector_gives_up(const struct capture *c, unsigned cut)
{
    struct msgr_v1_handshake hs;
    struct encode out;
    bool bad_auth = strcmp(c->name, "monpeer-badauthorizer") == 0;
    size_t fed = 0, len = c->len[CAPTURE_S2C];

    encode_init(&out);
    start_connector(c, &hs);
    do {
        while (step_connector(c, &hs))
            ;
        collect(&hs, &out);
        fed += msgr_v1_handshake_feed(&hs, c->bytes[CAPTURE_S2C] + fed, capture_piece(&cut, len - fed));
    } while (fed < len && msgr_v1_handshake_next(&hs) != MSGR_V1_FAILED);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_FAILED);
    assert_int_equal(hs.error, bad_auth ? -EACCES : -EPROTONOSUPPORT);
    assert_non_null(strstr(hs.reason, bad_auth ? "refuses our authorizer" : "0x401020002040000"));
    msgr_v1_handshake_destroy(&hs);
    encode_destroy(&out);
}

static void test_connector_gives_up(void **state UNUSED)
{
    for_each_capture(connector_gives_up, refused_only);
}

static void refuse_old_header(const struct capture *c, unsigned cut)
{
    struct msgr_v1_accept_init init;
    struct msgr_v1_accept_policy policy = {.protocol_version = 15, .features_supported = CEPH_FEATURES_ALL};
    struct msgr_v1_handshake hs;
    size_t at = 0, fed = 0;

    init.self_addr = addr_of(capture_next(c, CAPTURE_S2C, "addr server", &at));
    init.seen_addr = addr_of(capture_next(c, CAPTURE_S2C, "addr client-as-seen", &at));
    msgr_v1_handshake_init_acceptor(&hs, &init);
    while (hs.step == MSGR_V1_NEED_IO)
        fed += msgr_v1_handshake_feed(&hs, c->bytes[CAPTURE_C2S] + fed, capture_piece(&cut, c->len[0] - fed));
    assert_int_equal(hs.step, MSGR_V1_NEED_POLICY);
    msgr_v1_handshake_give_policy(&hs, &policy);
    assert_int_equal(hs.reply.tag, MSGR_V1_TAG_FEATURES);
    assert_true(hs.reply.features == (c->features | CEPH_FEATURE_NOSRCADDR));
    msgr_v1_handshake_destroy(&hs);
}

static bool old_header(const char *name)
{
    return !speaks_our_header(name);
}

static void test_old_header_is_refused(void **state UNUSED)
{
    for_each_capture(refuse_old_header, old_header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acceptor_writes_the_same),
        cmocka_unit_test(test_connector_writes_the_same),
        cmocka_unit_test(test_session_reads_and_writes_the_same),
        cmocka_unit_test(test_connector_gives_up),
        cmocka_unit_test(test_old_header_is_refused),
    };
    return unit_run("msgr_v1_captures", tests);
}
