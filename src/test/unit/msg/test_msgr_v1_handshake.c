/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handshake with peers that are not who we think, and the connector's reaction to every reply. */
#include <errno.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/bytes.h"
#include "common/encode.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_handshake.h"

#define OSD_PROTOCOL 24

static struct entity_addr addr(const char *text)
{
    struct entity_addr a;
    char err[128];

    assert_int_equal(entity_addr_parse(&a, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    return a;
}

static void drop_output(struct msgr_v1_handshake *hs)
{
    size_t len;

    if (msgr_v1_handshake_pull(hs, &len))
        msgr_v1_handshake_sent(hs, len);
}

/* ---- acceptor: strangers ---- */

static void init_acceptor(struct msgr_v1_handshake *hs)
{
    struct msgr_v1_accept_init init = {.self_addr = addr("192.0.2.1:6800/77"),
                                       .seen_addr = addr("192.0.2.9:40000/5")};

    msgr_v1_handshake_init_acceptor(hs, &init);
}

static void test_strangers(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        size_t len;
        int error;
        const char *reason;
    } rows[] = {
        {"\0", 1, -EBADMSG, "banner is not ceph v027 but \"\\x00\""},
        {"GET / HTTP/1.1\r\n\r\n", 18, -EBADMSG, "banner is not ceph v027 but \"GET / HTT\""},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03", 10, -EBADMSG,
         "banner is not ceph v027 but \"\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xfc\""},
        {"SSH-2.0-x", 9, -EBADMSG, "\"SSH-2.0-x\""},
        {"ceph v026", 9, -EBADMSG, "\"ceph v026\""},
        {"ceph v2\n", 8, -EPROTONOSUPPORT, "msgr v2"},
        {"say \"\\\"", 8, -EBADMSG, "\"say \\x22\\x5c\\x22"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct msgr_v1_handshake hs;
        size_t len;
        init_acceptor(&hs);
        assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_NEED_IO);
        msgr_v1_handshake_feed(&hs, rows[i].bytes, rows[i].len);
        assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_FAILED);
        assert_int_equal(hs.error, rows[i].error);
        if (!strstr(hs.reason, rows[i].reason))
            fail_msg("\"%s\" lacks \"%s\"", hs.reason, rows[i].reason);
        /* what it was to be greeted with is still there to be sent */
        assert_non_null(msgr_v1_handshake_pull(&hs, &len));
        assert_int_equal(len, 281);
        assert_int_equal(msgr_v1_handshake_feed(&hs, "x", 1), 0);
        msgr_v1_handshake_destroy(&hs);
    }
}

static void put_hello(struct encode *e, const struct entity_addr *self)
{
    encode_bytes(e, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
    entity_addr_encode_slot(self, e);
}

static void put_connect(struct encode *e, const struct msgr_v1_connect *c)
{
    uint8_t bytes[MSGR_V1_CONNECT_LEN];

    msgr_v1_connect_encode(c, bytes);
    encode_bytes(e, bytes, sizeof(bytes));
    for (uint32_t i = 0; i < c->authorizer_len && i <= MSGR_V1_AUTHORIZER_MAX; i++)
        encode_u8(e, (uint8_t)i);
}

static const struct msgr_v1_connect good_connect = {
    .features = CEPH_FEATURES_ALL,
    .host_type = ENTITY_TYPE_CLIENT,
    .global_seq = 1,
    .protocol_version = OSD_PROTOCOL,
};

static const struct msgr_v1_accept_policy good_policy = {
    .protocol_version = OSD_PROTOCOL,
    .features_supported = CEPH_FEATURES_ALL,
    .features_required = CEPH_FEATURE_OSDENC,
    .lossy = true,
};

static void test_hostile_connects(void **state UNUSED)
{
    struct entity_addr self = addr("192.0.2.9:0/1234");
    struct msgr_v1_connect c = good_connect;
    struct msgr_v1_handshake hs;
    struct encode e;

    /* an address of a family that does not exist */
    encode_init(&e);
    put_hello(&e, &self);
    e.data[MSGR_V1_BANNER_LEN + 9] = 99;
    init_acceptor(&hs);
    msgr_v1_handshake_feed(&hs, e.data, e.len);
    assert_int_equal(hs.error, -EBADMSG);
    assert_non_null(strstr(hs.reason, "address cannot be read"));
    msgr_v1_handshake_destroy(&hs);
    encode_destroy(&e);

    /* 4 GiB of authorizer: refused before a byte of it is waited for */
    encode_init(&e);
    put_hello(&e, &self);
    c.authorizer_len = UINT32_MAX;
    put_connect(&e, &c);
    init_acceptor(&hs);
    assert_int_equal(msgr_v1_handshake_feed(&hs, e.data, e.len),
                     MSGR_V1_BANNER_LEN + ENTITY_ADDR_LEGACY_LEN + MSGR_V1_CONNECT_LEN);
    assert_int_equal(hs.error, -E2BIG);
    assert_non_null(strstr(hs.reason, "4294967295"));
    msgr_v1_handshake_destroy(&hs);
    encode_destroy(&e);

    /* connects without end */
    encode_init(&e);
    put_hello(&e, &self);
    init_acceptor(&hs);
    msgr_v1_handshake_feed(&hs, e.data, e.len);
    c = good_connect;
    c.protocol_version = 1;
    encode_destroy(&e);
    encode_init(&e);
    put_connect(&e, &c);
    for (unsigned i = 0; i < MSGR_V1_CONNECTS_MAX; i++) {
        assert_int_equal(msgr_v1_handshake_feed(&hs, e.data, e.len), e.len);
        assert_int_equal(hs.step, MSGR_V1_NEED_POLICY);
        msgr_v1_handshake_give_policy(&hs, &good_policy);
        assert_int_equal(hs.reply.tag, MSGR_V1_TAG_BADPROTOVER);
        drop_output(&hs);
    }
    msgr_v1_handshake_feed(&hs, e.data, e.len);
    assert_int_equal(hs.step, MSGR_V1_FAILED);
    assert_int_equal(hs.error, -EPROTO);
    msgr_v1_handshake_destroy(&hs);
    encode_destroy(&e);
}

static void accept_until_policy(struct msgr_v1_handshake *hs, const char *claimed,
                                const struct msgr_v1_connect *c)
{
    struct entity_addr self = addr(claimed);
    struct encode e;

    encode_init(&e);
    put_hello(&e, &self);
    put_connect(&e, c);
    init_acceptor(hs);
    assert_int_equal(msgr_v1_handshake_feed(hs, e.data, e.len), e.len);
    assert_int_equal(hs->step, MSGR_V1_NEED_POLICY);
    encode_destroy(&e);
}

static void test_claimed_addresses(void **state UNUSED)
{
    static const struct {
        const char *claimed, *taken;
    } rows[] = {
        {"v1:192.0.2.9:0/1234", "v1:192.0.2.9:0/1234"},
        {"v1:198.51.100.7:6801/9", "v1:198.51.100.7:6801/9"}, /* the claim counts, not the socket */
        {"v1:0.0.0.0:6801/9", "v1:192.0.2.9:6801/9"},
        {"v1:[::]:6801/9", "v1:192.0.2.9:6801/9"},
        {"rdma:0.0.0.0:6801/9", "rdma:192.0.2.9:6801/9"},
        {"rdma:[2001:db8::1]:6801/9", "rdma:[2001:db8::1]:6801/9"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct msgr_v1_handshake hs;
        char text[ENTITY_ADDR_TEXT_MAX];
        accept_until_policy(&hs, rows[i].claimed, &good_connect);
        assert_string_equal(entity_addr_print(&hs.peer_addr, text), rows[i].taken);
        msgr_v1_handshake_destroy(&hs);
    }
}

static void test_features_of_broken_peers(void **state UNUSED)
{
    struct msgr_v1_connect c = good_connect;
    struct msgr_v1_handshake hs;
    struct msgr_v1_verdict v = {.action = MSGR_V1_OPEN_NEW, .connect_seq = 1};

    c.features = UINT64_MAX;
    accept_until_policy(&hs, "192.0.2.9:0/1", &c);
    assert_true(hs.connect.features == CEPH_FEATURES_OF_BROKEN);
    msgr_v1_handshake_give_policy(&hs, &good_policy);
    assert_int_equal(hs.step, MSGR_V1_CHECK_AUTHORIZER);
    msgr_v1_handshake_give_authorizer_verdict(&hs, MSGR_V1_AUTH_OK, NULL, 0);
    msgr_v1_handshake_give_verdict(&hs, &v, 1, 0);
    assert_true(hs.features == (CEPH_FEATURES_OF_BROKEN & CEPH_FEATURES_ALL));
    assert_int_equal(hs.reply.tag, MSGR_V1_TAG_SEQ);
    assert_int_equal(hs.reply.flags, MSGR_V1_CONNECT_LOSSY);
    msgr_v1_handshake_destroy(&hs);
}

/* READY only when everything is out, and not a byte more is taken than the handshake's. */
static void test_where_the_session_begins(void **state UNUSED)
{
    static const uint8_t seq_and_more[] = {7, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9};
    struct msgr_v1_connect c = good_connect;
    struct msgr_v1_verdict v = {.action = MSGR_V1_OPEN_NEW, .connect_seq = 1};
    struct msgr_v1_handshake hs;

    accept_until_policy(&hs, "192.0.2.9:0/1", &c);
    msgr_v1_handshake_give_policy(&hs, &good_policy);
    msgr_v1_handshake_give_authorizer_verdict(&hs, MSGR_V1_AUTH_OK, "yes", 3);
    msgr_v1_handshake_give_verdict(&hs, &v, 1, 0);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_NEED_IO);
    assert_int_equal(msgr_v1_handshake_feed(&hs, seq_and_more, sizeof(seq_and_more)), 8);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_NEED_IO); /* our reply is still here */
    drop_output(&hs);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_READY);
    assert_true(hs.have_peer_in_seq && hs.peer_in_seq == 7);
    msgr_v1_handshake_destroy(&hs);

    c.features &= ~CEPH_FEATURE_RECONNECT_SEQ;
    accept_until_policy(&hs, "192.0.2.9:0/1", &c);
    msgr_v1_handshake_give_policy(&hs, &good_policy);
    msgr_v1_handshake_give_authorizer_verdict(&hs, MSGR_V1_AUTH_OK, NULL, 0);
    msgr_v1_handshake_give_verdict(&hs, &v, 1, 0);
    assert_int_equal(hs.reply.tag, MSGR_V1_TAG_READY);
    assert_int_equal(msgr_v1_handshake_feed(&hs, seq_and_more, sizeof(seq_and_more)), 0);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_NEED_IO);
    drop_output(&hs);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_READY);
    assert_false(hs.have_peer_in_seq);
    msgr_v1_handshake_destroy(&hs);
}

/* ---- connector ---- */

static void init_connector(struct msgr_v1_handshake *hs, const char *const *known, unsigned n)
{
    struct entity_addr addrs[ENTITY_ADDRVEC_MAX];
    struct msgr_v1_connect_facts facts = {
        .peer_addrs = addrs,
        .peer_addr_count = n,
        .host_type = ENTITY_TYPE_CLIENT,
        .features_supported = CEPH_FEATURES_ALL,
        .features_required = CEPH_FEATURE_OSDREPLYMUX,
        .protocol_version = OSD_PROTOCOL,
        .lossy = true,
        .global_seq = 10,
        .connect_seq = 3,
        .in_seq = 55,
    };

    for (unsigned i = 0; i < n; i++)
        addrs[i] = addr(known[i]);
    msgr_v1_handshake_init_connector(hs, &facts);
}

static void feed_acceptor_hello(struct msgr_v1_handshake *hs, const char *announced, const char *seen)
{
    struct entity_addr a = addr(announced), s = addr(seen);
    struct encode e;

    encode_init(&e);
    put_hello(&e, &a);
    entity_addr_encode_slot(&s, &e);
    msgr_v1_handshake_feed(hs, e.data, e.len);
    encode_destroy(&e);
}

static void test_announced_addresses(void **state UNUSED)
{
    static const struct {
        const char *known[3];
        const char *announced;
        const char *taken; /* NULL: refused */
    } rows[] = {
        {{"v1:192.0.2.1:6800/7"}, "v1:192.0.2.1:6800/7", "v1:192.0.2.1:6800/7"},
        {{"rdma:192.0.2.1:6800/7"}, "v1:192.0.2.1:6800/7", "v1:192.0.2.1:6800/7"},
        {{"v1:192.0.2.1:6800/7"}, "rdma:192.0.2.1:6800/7", "rdma:192.0.2.1:6800/7"},
        {{"rdma:198.51.100.1:6800/7", "v1:192.0.2.1:6800/7"}, "v1:192.0.2.1:6800/7", "v1:192.0.2.1:6800/7"},
        {{"v1:192.0.2.1:6800/7"}, "v1:0.0.0.0:6800/7", "v1:192.0.2.1:6800/7"},
        {{"v1:192.0.2.1:6800/7"}, "v1:192.0.2.1:6800/8", NULL}, /* another incarnation */
        {{"v1:192.0.2.1:6800/7"}, "v1:192.0.2.1:6801/7", NULL},
        {{"v1:192.0.2.1:6800/7"}, "v1:192.0.2.2:6800/7", NULL},
        {{"v1:192.0.2.1:6800/7"}, "v1:0.0.0.0:6800/8", NULL},
        {{"v1:192.0.2.1:6800/7"}, "v1:[2001:db8::1]:6800/7", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct msgr_v1_handshake hs;
        char text[ENTITY_ADDR_TEXT_MAX];
        init_connector(&hs, rows[i].known, rows[i].known[1] ? 2 : 1);
        feed_acceptor_hello(&hs, rows[i].announced, "192.0.2.9:40000/0");
        if (rows[i].taken) {
            assert_int_equal(hs.step, MSGR_V1_NEED_SELF_ADDR);
            assert_string_equal(entity_addr_print(&hs.peer_addr, text), rows[i].taken);
        } else {
            assert_int_equal(hs.step, MSGR_V1_FAILED);
            assert_int_equal(hs.error, -EPROTO);
            assert_non_null(strstr(hs.reason, rows[i].announced));
            assert_non_null(strstr(hs.reason, rows[i].known[0]));
        }
        msgr_v1_handshake_destroy(&hs);
    }
}

static void test_learning(void **state UNUSED)
{
    struct entity_addr self = addr("v1:0.0.0.0:0/99"), seen = addr("v1:192.0.2.9:40000/0");
    struct entity_addr none = {0};
    char text[ENTITY_ADDR_TEXT_MAX];

    assert_false(msgr_v1_learn_addr(&self, &none));
    assert_true(msgr_v1_learn_addr(&self, &seen));
    assert_string_equal(entity_addr_print(&self, text), "v1:192.0.2.9:0/99");
    seen = addr("v1:192.0.2.10:40000/0");
    assert_false(msgr_v1_learn_addr(&self, &seen)); /* only once */
    assert_string_equal(entity_addr_print(&self, text), "v1:192.0.2.9:0/99");
}

/* A connector that has sent its first connect, with an authorizer or without. */
static void connect_until_reply(struct msgr_v1_handshake *hs, bool authorizer)
{
    static const char *const known[] = {"v1:192.0.2.1:6800/7"};
    struct entity_addr self = addr("192.0.2.9:0/99");

    init_connector(hs, known, 1);
    feed_acceptor_hello(hs, known[0], "192.0.2.9:40000/0");
    msgr_v1_handshake_give_self_addr(hs, &self);
    assert_int_equal(hs->step, MSGR_V1_NEED_AUTHORIZER);
    msgr_v1_handshake_give_authorizer(hs, authorizer ? 2 : 0, "authorizer", authorizer ? 10 : 0);
    drop_output(hs);
}

static void feed_reply(struct msgr_v1_handshake *hs, const struct msgr_v1_connect_reply *reply)
{
    uint8_t bytes[MSGR_V1_CONNECT_REPLY_LEN];

    msgr_v1_connect_reply_encode(reply, bytes);
    assert_int_equal(msgr_v1_handshake_feed(hs, bytes, sizeof(bytes)), sizeof(bytes));
    for (uint32_t i = 0; i < reply->authorizer_len && hs->step == MSGR_V1_NEED_IO; i++)
        assert_int_equal(msgr_v1_handshake_feed(hs, "r", 1), 1);
}

#define ALL CEPH_FEATURES_ALL

static void test_replies(void **state UNUSED)
{
    static const struct {
        bool authorizer;
        struct msgr_v1_connect_reply reply;
        enum msgr_v1_step step;
        int error;
        const char *reason;
    } rows[] = {
        {0, {1, ALL, 5, 4, 24, 0, 1}, MSGR_V1_READY, 0, NULL},
        {0,
         {1, ALL, 5, 4, 24, 7, 1},
         MSGR_V1_READY,
         0,
         NULL}, /* bytes that nobody asked for are passed over */
        {1,
         {1, ALL, 5, 4, 24, 0, 1},
         MSGR_V1_CHECK_REPLY,
         0,
         NULL}, /* it must prove itself, by nothing too */
        {1, {13, ALL, 5, 4, 24, 36, 1}, MSGR_V1_CHECK_REPLY, 0, NULL},
        {0, {13, ALL, 5, 4, 24, 0, 1}, MSGR_V1_NEED_IO, 0, NULL},
        {0, {1, ALL, 5, 3, 24, 0, 1}, MSGR_V1_FAILED, -EPROTO, "connection 3"},
        {0, {1, ALL & ~CEPH_FEATURE_OSDREPLYMUX, 5, 4, 24, 0, 1}, MSGR_V1_FAILED, -EPROTONOSUPPORT, "0x1000"},
        {0, {1, ALL & ~CEPH_FEATURE_NOSRCADDR, 5, 4, 24, 0, 1}, MSGR_V1_FAILED, -EPROTONOSUPPORT, "0x2"},
        {0, {2, ALL, 0, 0, 24, 0, 0}, MSGR_V1_RESET_SESSION, 0, NULL},
        {1, {2, ALL, 0, 0, 24, 36, 0}, MSGR_V1_CHECK_REPLY, 0, NULL},
        {0, {3, ALL, 0, 0, 24, 0, 0}, MSGR_V1_TOLD_TO_WAIT, 0, NULL},
        {1, {3, ALL, 0, 0, 24, 36, 0}, MSGR_V1_CHECK_REPLY, 0, NULL},
        {0, {4, ALL, 0, 9, 24, 0, 0}, MSGR_V1_NEED_IO, 0, NULL},
        {0, {4, ALL, 0, 3, 24, 0, 0}, MSGR_V1_FAILED, -EPROTO, "connect_seq 3 after 3"},
        {0, {5, ALL, 77, 0, 24, 0, 0}, MSGR_V1_NEED_GLOBAL_SEQ, 0, NULL},
        {1, {5, ALL, 77, 0, 24, 0, 0}, MSGR_V1_NEED_GLOBAL_SEQ, 0, NULL},
        {0, {5, ALL, UINT32_MAX, 0, 24, 0, 0}, MSGR_V1_FAILED, -EPROTO, "4294967295"},
        {0, {10, ALL, 0, 0, 10, 0, 0}, MSGR_V1_FAILED, -EPROTONOSUPPORT, "protocol version 10, ours is 24"},
        {0, {11, ALL, 0, 0, 24, 0, 0}, MSGR_V1_FAILED, -EACCES, "protocol 0, 0 bytes"},
        {1, {11, ALL, 0, 0, 24, 0, 0}, MSGR_V1_FAILED, -EACCES, "refuses our authorizer"},
        {0,
         {12, ALL | CEPH_FEATURE_BIT(33), 0, 0, 24, 0, 0},
         MSGR_V1_FAILED,
         -EPROTONOSUPPORT,
         "0x200000000"},
        {1, {16, ALL, 0, 0, 24, 32, 0}, MSGR_V1_NEED_AUTHORIZER, 0, NULL},
        {1, {16, ALL, 0, 0, 24, 0, 0}, MSGR_V1_FAILED, -EPROTO, "challenge of 0 bytes"},
        {0, {16, ALL, 0, 0, 24, 32, 0}, MSGR_V1_FAILED, -EPROTO, "our authorizer had 0"},
        {1, {1, ALL, 5, 4, 24, 1 << 20, 0}, MSGR_V1_FAILED, -E2BIG, "1048576"},
        {0, {0, ALL, 0, 0, 24, 0, 0}, MSGR_V1_FAILED, -EBADMSG, "unknown tag 0"},
        {0, {6, ALL, 0, 0, 24, 0, 0}, MSGR_V1_FAILED, -EBADMSG, "unknown tag 6"},
        {1, {255, ALL, 0, 0, 24, 9, 0}, MSGR_V1_FAILED, -EBADMSG, "unknown tag 255"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct msgr_v1_handshake hs;
        connect_until_reply(&hs, rows[i].authorizer);
        feed_reply(&hs, &rows[i].reply);
        if (hs.step != rows[i].step || hs.error != rows[i].error)
            fail_msg("row %zu: %s %d %s", i, msgr_v1_step_name(hs.step), hs.error, hs.reason);
        if (rows[i].reason && !strstr(hs.reason, rows[i].reason))
            fail_msg("row %zu: \"%s\" lacks \"%s\"", i, hs.reason, rows[i].reason);
        msgr_v1_handshake_destroy(&hs);
    }
}

/* What the next connect says after each kind of answer; the authorizer goes with it unchanged. */
static void test_repeated_connects(void **state UNUSED)
{
    const struct msgr_v1_connect_reply retry_global = {5, ALL, 77, 0, 24, 3, 0};
    const struct msgr_v1_connect_reply retry_session = {4, ALL, 0, 9, 24, 3, 0};
    const struct msgr_v1_connect_reply reset = {2, ALL, 0, 0, 24, 3, 0};
    const struct msgr_v1_connect_reply seq = {13, ALL, 6, 1, 24, 3, 1};
    struct msgr_v1_handshake hs;
    struct msgr_v1_connect c;
    const uint8_t *p;
    size_t len;

    connect_until_reply(&hs, true);
    feed_reply(&hs, &retry_global);
    msgr_v1_handshake_give_reply_check(&hs, 0);
    msgr_v1_handshake_give_global_seq(&hs, 78);
    p = msgr_v1_handshake_pull(&hs, &len);
    assert_int_equal(len, MSGR_V1_CONNECT_LEN + 10);
    msgr_v1_connect_decode(&c, p);
    assert_int_equal(c.global_seq, 78);
    assert_int_equal(c.connect_seq, 3);
    assert_memory_equal(p + MSGR_V1_CONNECT_LEN, "authorizer", 10);
    drop_output(&hs);

    feed_reply(&hs, &retry_session);
    msgr_v1_handshake_give_reply_check(&hs, 0);
    msgr_v1_connect_decode(&c, msgr_v1_handshake_pull(&hs, &len));
    assert_int_equal(c.global_seq, 78);
    assert_int_equal(c.connect_seq, 9);
    assert_int_equal(hs.connect_seq, 9);
    drop_output(&hs);

    feed_reply(&hs, &reset);
    msgr_v1_handshake_give_reply_check(&hs, 0);
    assert_int_equal(hs.step, MSGR_V1_RESET_SESSION);
    msgr_v1_handshake_give_session_reset(&hs);
    msgr_v1_connect_decode(&c, msgr_v1_handshake_pull(&hs, &len));
    assert_int_equal(c.connect_seq, 0);
    drop_output(&hs);

    feed_reply(&hs, &seq);
    msgr_v1_handshake_give_reply_check(&hs, 0);
    msgr_v1_handshake_feed(&hs, "\1\0\0\0\0\0\0\0", 8);
    p = msgr_v1_handshake_pull(&hs, &len);
    assert_int_equal(len, 8);
    assert_true(get_le64(p) == 0); /* the 55 of before went with the session */
    drop_output(&hs);
    assert_int_equal(msgr_v1_handshake_next(&hs), MSGR_V1_READY);
    assert_true(hs.lossy && hs.peer_in_seq == 1 && hs.connect_seq == 1 && hs.peer_global_seq == 6);
    msgr_v1_handshake_destroy(&hs);
}

static void test_false_reply(void **state UNUSED)
{
    const struct msgr_v1_connect_reply ready = {1, ALL, 5, 4, 24, 36, 1};
    struct msgr_v1_handshake hs;

    connect_until_reply(&hs, true);
    feed_reply(&hs, &ready);
    assert_int_equal(hs.len, 36);
    msgr_v1_handshake_give_reply_check(&hs, -EACCES);
    assert_int_equal(hs.step, MSGR_V1_FAILED);
    assert_int_equal(hs.error, -EACCES);
    assert_non_null(strstr(hs.reason, "does not verify"));
    msgr_v1_handshake_destroy(&hs);
}

static void test_endless_retries(void **state UNUSED)
{
    struct msgr_v1_connect_reply retry = {5, ALL, 77, 0, 24, 0, 0};
    struct msgr_v1_handshake hs;

    connect_until_reply(&hs, false);
    for (unsigned i = 1; i < MSGR_V1_CONNECTS_MAX; i++) {
        feed_reply(&hs, &retry);
        assert_int_equal(hs.step, MSGR_V1_NEED_GLOBAL_SEQ);
        msgr_v1_handshake_give_global_seq(&hs, ++retry.global_seq);
        drop_output(&hs);
    }
    feed_reply(&hs, &retry);
    msgr_v1_handshake_give_global_seq(&hs, ++retry.global_seq);
    assert_int_equal(hs.step, MSGR_V1_FAILED);
    assert_non_null(strstr(hs.reason, "RETRY_GLOBAL"));
    msgr_v1_handshake_destroy(&hs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_hostile_connects),
        cmocka_unit_test(test_claimed_addresses),
        cmocka_unit_test(test_features_of_broken_peers),
        cmocka_unit_test(test_where_the_session_begins),
        cmocka_unit_test(test_announced_addresses),
        cmocka_unit_test(test_learning),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_repeated_connects),
        cmocka_unit_test(test_false_reply),
        cmocka_unit_test(test_endless_retries),
    };
    return unit_run("msgr_v1_handshake", tests);
}
