/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receive half: what lands where, and what a peer cannot do to us. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/encode.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_rx.h"

#define HUGE_LEN UINT32_C(0xffffffff)

static struct msgr_v1_rx_options options(void)
{
    return (struct msgr_v1_rx_options){.features = CEPH_FEATURES_ALL, .crc_header = true, .crc_data = true};
}

/* One message as a sender writes it; the sections are filled with a pattern. */
static void put_message(struct encode *e, size_t front, size_t middle, size_t data, uint16_t data_off)
{
    struct msgr_v1_header h = {.seq = 9,
                               .type = 42,
                               .priority = 127,
                               .version = 3,
                               .front_len = (uint32_t)front,
                               .middle_len = (uint32_t)middle,
                               .data_len = (uint32_t)data,
                               .data_off = data_off,
                               .src = {ENTITY_TYPE_OSD, 3}};
    struct msgr_v1_footer f = {.flags = MSGR_V1_FOOTER_COMPLETE};
    size_t lengths[] = {front, middle, data}, at;
    uint32_t crcs[3];
    uint8_t head[MSGR_V1_HEADER_LEN], foot[MSGR_V1_FOOTER_LEN];

    msgr_v1_header_encode(&h, head);
    put_le32(head + MSGR_V1_HEADER_CRC_LEN, msgr_v1_header_crc(head));
    encode_u8(e, MSGR_V1_TAG_MSG);
    encode_bytes(e, head, sizeof(head));
    for (int i = 0; i < 3; i++) {
        at = e->len;
        for (size_t n = 0; n < lengths[i]; n++)
            encode_u8(e, (uint8_t)(n * 7 + n / 251 + (size_t)i));
        crcs[i] = crc32c(0, e->data + at, lengths[i]);
    }
    f.front_crc = crcs[0];
    f.middle_crc = crcs[1];
    f.data_crc = crcs[2];
    msgr_v1_footer_encode(&f, foot, sizeof(foot));
    encode_bytes(e, foot, sizeof(foot));
}

static bool pattern_fits(const uint8_t *p, size_t len, int section)
{
    for (size_t n = 0; n < len; n++)
        if (p[n] != (uint8_t)(n * 7 + n / 251 + (size_t)section))
            return false;
    return true;
}

/* As a driver does it: straight into the section where that is wanted, else through a read-ahead of `ahead`.
 * Returns the last event, and how many bytes took the straight way. */
static enum msgr_v1_rx_kind receive(struct msgr_v1_rx *rx, const uint8_t *bytes, size_t len, size_t ahead,
                                    struct msgr_v1_rx_event *ev, size_t *straight)
{
    size_t at = 0;

    *straight = 0;
    for (;;) {
        enum msgr_v1_rx_kind kind = msgr_v1_rx_next(rx, ev);
        void *ptr;
        size_t n;
        if (kind == MSGR_V1_RX_HEADER) {
            msgr_v1_rx_proceed(rx);
            continue;
        }
        if (kind != MSGR_V1_RX_NEED_BYTES || at == len)
            return kind;
        if (msgr_v1_rx_want(rx, &ptr, &n)) {
            n = n < len - at ? n : len - at;
            n = n < 3000 ? n : 3000; /* sockets give less than asked for */
            memcpy(ptr, bytes + at, n);
            msgr_v1_rx_got(rx, n);
            *straight += n;
            at += n;
        } else {
            size_t end = at + (ahead < len - at ? ahead : len - at);
            while (at < end && (n = msgr_v1_rx_feed(rx, bytes + at, end - at)))
                at += n;
        }
    }
}

static void test_large_sections_land_in_place(void **state UNUSED)
{
    static const size_t sizes[] = {0, 1, 4095, 8192, 8193, 100000};
    struct msgr_v1_rx_options o = options();

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
        for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
            struct encode e;
            struct msgr_v1_rx rx;
            struct msgr_v1_rx_event ev;
            size_t straight, large;
            encode_init(&e);
            put_message(&e, sizes[i], 5, sizes[j], 4097);
            msgr_v1_rx_init(&rx, &o);
            assert_int_equal(receive(&rx, e.data, e.len, 4096, &ev, &straight), MSGR_V1_RX_MESSAGE);
            assert_int_equal(ev.message.front.len, sizes[i]);
            assert_true(pattern_fits(ev.message.front.data, sizes[i], 0));
            assert_true(pattern_fits(ev.message.middle.data, 5, 1));
            assert_int_equal(ev.message.data.len, sizes[j]);
            if (sizes[j])
                assert_true(pattern_fits(bufferlist_slice(&ev.message.data, 0)->data, sizes[j], 2));
            if (sizes[j] > MSGR_V1_DIRECT_MIN) /* aligned as the sender hinted */
                assert_int_equal((uintptr_t)bufferlist_slice(&ev.message.data, 0)->data % 4096, 1);
            large = (sizes[i] > MSGR_V1_DIRECT_MIN ? sizes[i] : 0) +
                    (sizes[j] > MSGR_V1_DIRECT_MIN ? sizes[j] : 0);
            assert_true(straight <= large);
            if (large >= 100000) /* at most a read-ahead's worth at each end was copied */
                assert_true(straight + 2 * 4096 * (large / 100000) + 2 * 8193 >= large);
            msgr_v1_rx_message_destroy(&ev.message);
            msgr_v1_rx_destroy(&rx);
            encode_destroy(&e);
        }
}

/* Receives e and expects it to be refused, with that error and that word. */
static void expect_refused(const struct msgr_v1_rx_options *o, const struct encode *e, int error,
                           const char *word)
{
    for (size_t ahead = 1; ahead < 70000; ahead = ahead * 5 + 1) {
        struct msgr_v1_rx rx;
        struct msgr_v1_rx_event ev;
        size_t straight;
        msgr_v1_rx_init(&rx, o);
        assert_int_equal(receive(&rx, e->data, e->len, ahead, &ev, &straight), MSGR_V1_RX_FAILED);
        assert_int_equal(ev.error, error);
        if (!strstr(ev.reason, word))
            fail_msg("\"%s\" does not say \"%s\"", ev.reason, word);
        /* for ever */
        assert_int_equal(msgr_v1_rx_feed(&rx, "\7", 1), 0);
        assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_FAILED);
        msgr_v1_rx_destroy(&rx);
    }
}

static void test_every_wrong_byte_is_noticed(void **state UNUSED)
{
    static const struct {
        size_t at;
        const char *word;
    } places[] = {
        {1 + 16, "header crc"},        {1 + 49, "header crc"},       {54, "front crc"},
        {54 + 19, "front crc"},        {54 + 20, "middle crc"},      {54 + 30, "data crc"},
        {54 + 10000 + 29, "data crc"}, {54 + 10030, "front crc"},    {54 + 10034, "middle crc"},
        {54 + 10038, "data crc"},      {54 + 10030 + 20, "aborted"},
    };
    struct msgr_v1_rx_options o = options();

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct encode e;
        encode_init(&e);
        put_message(&e, 20, 10, 10000, 0);
        e.data[places[i].at] ^= 0x01; /* the lowest flag is COMPLETE */
        expect_refused(&o, &e, -EBADMSG, places[i].word);
        encode_destroy(&e);
    }
}

static void put_header_only(struct encode *e, uint32_t front, uint32_t middle, uint32_t data)
{
    struct msgr_v1_header h = {
        .seq = 9, .type = 42, .front_len = front, .middle_len = middle, .data_len = data};
    uint8_t head[MSGR_V1_HEADER_LEN];

    encode_init(e);
    msgr_v1_header_encode(&h, head);
    put_le32(head + MSGR_V1_HEADER_CRC_LEN, msgr_v1_header_crc(head));
    encode_u8(e, MSGR_V1_TAG_MSG);
    encode_bytes(e, head, sizeof(head));
}

static void test_lengths_are_bounded(void **state UNUSED)
{
    static const struct {
        uint32_t front, middle, data, data_max;
        const char *word; /* NULL: taken */
    } rows[] = {
        {HUGE_LEN, 0, 0, 0, "front of 4294967295 bytes"},
        {0, HUGE_LEN, 0, 0, "middle of 4294967295 bytes"},
        {0, 0, HUGE_LEN, 0, "data of 4294967295 bytes"},
        {HUGE_LEN, HUGE_LEN, HUGE_LEN, HUGE_LEN, "front of"},
        {MSGR_V1_FRONT_MAX + 1, 0, 0, 0, "limit 16777216"},
        {0, MSGR_V1_MIDDLE_MAX + 1, 0, 0, "limit 16777216"},
        {0, 0, MSGR_V1_DATA_MAX_DEFAULT + 1, 0, "limit 67108864"},
        {0, 0, MSGR_V1_DATA_MAX + 1, HUGE_LEN, "limit 134217728"},
        {0, 0, 1001, 1000, "limit 1000"},
        {MSGR_V1_FRONT_MAX, MSGR_V1_MIDDLE_MAX, MSGR_V1_DATA_MAX_DEFAULT, 0, NULL},
        {0, 0, MSGR_V1_DATA_MAX, MSGR_V1_DATA_MAX, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct msgr_v1_rx_options o = options();
        struct msgr_v1_rx rx;
        struct msgr_v1_rx_event ev;
        struct encode e;
        o.data_max = rows[i].data_max;
        put_header_only(&e, rows[i].front, rows[i].middle, rows[i].data);
        if (rows[i].word) {
            expect_refused(&o, &e, -E2BIG, rows[i].word);
        } else {
            msgr_v1_rx_init(&rx, &o);
            assert_int_equal(msgr_v1_rx_feed(&rx, e.data, e.len), e.len);
            /* nothing is allocated before the driver lets it */
            assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_HEADER);
            assert_null(rx.section);
            assert_int_equal(msgr_v1_rx_feed(&rx, e.data, e.len), 0);
            assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_HEADER);
            assert_int_equal(ev.header.data_len, rows[i].data);
            msgr_v1_rx_destroy(&rx);
        }
        encode_destroy(&e);
    }
}

static void test_unknown_tags(void **state UNUSED)
{
    struct msgr_v1_rx_options o = options();

    for (unsigned tag = 0; tag < 256; tag++) {
        struct encode e;
        if (tag >= MSGR_V1_TAG_CLOSE && tag <= MSGR_V1_TAG_KEEPALIVE)
            continue;
        if (tag == MSGR_V1_TAG_KEEPALIVE2 || tag == MSGR_V1_TAG_KEEPALIVE2_ACK)
            continue;
        encode_init(&e);
        encode_u8(&e, (uint8_t)tag);
        expect_refused(&o, &e, -EBADMSG, "unknown tag");
        encode_destroy(&e);
    }
}

static void test_control_items(void **state UNUSED)
{
    static const uint8_t bytes[] = {9, 8, 5, 0,  0, 0, 1, 0, 0, 0, 14, 1, 0, 0, 0, 2,
                                    0, 0, 0, 15, 3, 0, 0, 0, 4, 0, 0,  0, 9, 6, 8, 8};
    struct msgr_v1_rx_options o = options();
    struct msgr_v1_rx rx;
    struct msgr_v1_rx_event ev;
    size_t at = 0;

    msgr_v1_rx_init(&rx, &o);
    at += msgr_v1_rx_feed(&rx, bytes, sizeof(bytes));
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_KEEPALIVE);
    at += msgr_v1_rx_feed(&rx, bytes + at, sizeof(bytes) - at);
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_ACK);
    assert_true(ev.seq == UINT64_C(0x100000005));
    at += msgr_v1_rx_feed(&rx, bytes + at, sizeof(bytes) - at);
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_KEEPALIVE2);
    assert_true(ev.stamp.sec == 1 && ev.stamp.nsec == 2);
    at += msgr_v1_rx_feed(&rx, bytes + at, sizeof(bytes) - at);
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_KEEPALIVE2_ACK);
    assert_true(ev.stamp.sec == 3 && ev.stamp.nsec == 4);
    at += msgr_v1_rx_feed(&rx, bytes + at, sizeof(bytes) - at);
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_KEEPALIVE);
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_NEED_BYTES);
    at += msgr_v1_rx_feed(&rx, bytes + at, sizeof(bytes) - at);
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_CLOSE);
    assert_int_equal(msgr_v1_rx_feed(&rx, bytes + at, sizeof(bytes) - at), 0); /* nothing counts after it */
    assert_int_equal(msgr_v1_rx_next(&rx, &ev), MSGR_V1_RX_CLOSE);
    assert_int_equal(at, sizeof(bytes) - 2);
    msgr_v1_rx_destroy(&rx);
}

static int refuse_signature(void *arg UNUSED, const struct msgr_v1_header *h UNUSED,
                            const struct msgr_v1_footer *f UNUSED)
{
    return -EACCES;
}

static void test_options(void **state UNUSED)
{
    struct msgr_v1_rx_options o = options();
    struct msgr_v1_rx rx;
    struct msgr_v1_rx_event ev;
    struct encode e;
    size_t straight;

    encode_init(&e);
    put_message(&e, 20, 10, 30, 0);

    o.check = refuse_signature;
    expect_refused(&o, &e, -EACCES, "missing");
    e.data[e.len - 1] |= MSGR_V1_FOOTER_SIGNED;
    expect_refused(&o, &e, -EACCES, "wrong");
    o.check = NULL;

    /* Unchecked crcs may be anything. */
    e.data[1 + 49] ^= 1;
    e.data[54] ^= 1;
    e.data[54 + 40] ^= 1;
    o.crc_header = o.crc_data = false;
    msgr_v1_rx_init(&rx, &o);
    assert_int_equal(receive(&rx, e.data, e.len, 4096, &ev, &straight), MSGR_V1_RX_MESSAGE);
    msgr_v1_rx_message_destroy(&ev.message);
    msgr_v1_rx_destroy(&rx);
    e.data[1 + 49] ^= 1;
    e.data[54] ^= 1;

    /* NOCRC excuses the data only. */
    o.crc_header = o.crc_data = true;
    expect_refused(&o, &e, -EBADMSG, "data crc");
    e.data[e.len - 1] |= MSGR_V1_FOOTER_NOCRC;
    msgr_v1_rx_init(&rx, &o);
    assert_int_equal(receive(&rx, e.data, e.len, 4096, &ev, &straight), MSGR_V1_RX_MESSAGE);
    msgr_v1_rx_message_destroy(&ev.message);
    msgr_v1_rx_destroy(&rx);
    e.data[54] ^= 1;
    expect_refused(&o, &e, -EBADMSG, "front crc");
    encode_destroy(&e);
}

/* Destroyed at any moment nothing leaks (the sanitizer looks). */
static void test_abandoned_anywhere(void **state UNUSED)
{
    struct msgr_v1_rx_options o = options();
    struct encode e;

    encode_init(&e);
    put_message(&e, 9000, 20, 9000, 0);
    for (size_t n = 0; n <= e.len; n += n < 200 || n > e.len - 200 ? 1 : 371) {
        struct msgr_v1_rx rx;
        struct msgr_v1_rx_event ev;
        size_t straight;
        msgr_v1_rx_init(&rx, &o);
        if (receive(&rx, e.data, n, 512, &ev, &straight) == MSGR_V1_RX_MESSAGE)
            msgr_v1_rx_message_destroy(&ev.message);
        msgr_v1_rx_destroy(&rx);
    }
    encode_destroy(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_sections_land_in_place),
        cmocka_unit_test(test_every_wrong_byte_is_noticed),
        cmocka_unit_test(test_lengths_are_bounded),
        cmocka_unit_test(test_unknown_tags),
        cmocka_unit_test(test_control_items),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_abandoned_anywhere),
    };
    return unit_run("msgr_v1_rx", tests);
}
