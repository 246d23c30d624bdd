/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The send half: batches, partial sends, and who lets go of what when. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/bytes.h"
#include "common/crc32c.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_tx.h"

static struct msgr_v1_tx_options options(void)
{
    return (struct msgr_v1_tx_options){.features = CEPH_FEATURES_ALL, .crc_header = true, .crc_data = true};
}

static void count_release(void *arg)
{
    ++*(unsigned *)arg;
}

static struct msgr_v1_tx_message message(uint64_t seq, const struct slice *front,
                                         const struct bufferlist *data, unsigned *released)
{
    return (struct msgr_v1_tx_message){
        .header = {.seq = seq, .type = 7, .priority = 127, .version = 1},
        .front_crc = crc32c(0, front->data, front->len),
        .data_crc = data ? bufferlist_crc32c(data, 0) : 0,
        .front = front,
        .data = data,
        .release = count_release,
        .release_arg = released,
    };
}

static void test_small_things_share_a_batch(void **state UNUSED)
{
    struct msgr_v1_tx_options o = options();
    struct msgr_v1_tx tx;
    struct iovec iov[32];
    struct slice front = {.data = (const uint8_t *)"front", .len = 5};
    unsigned released = 0;
    struct msgr_v1_tx_message m = message(1, &front, NULL, &released);
    size_t bytes;

    msgr_v1_tx_init(&tx, &o);
    assert_int_equal(msgr_v1_tx_ack(&tx, 3), 0);
    assert_int_equal(msgr_v1_tx_message(&tx, &m), 0);
    assert_int_equal(msgr_v1_tx_keepalive2(&tx, (struct utime){5, 6}), 0);
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 32, &bytes), 5); /* ack, head, front, foot, keepalive2 */
    assert_int_equal(bytes, 9 + 54 + 5 + 21 + 9);
    assert_int_equal(tx.bytes_queued, bytes);
    assert_ptr_equal(iov[2].iov_base, front.data); /* payload is not copied */
    msgr_v1_tx_sent(&tx, 9 + 54 + 5 + 20);
    assert_int_equal(released, 0);
    msgr_v1_tx_sent(&tx, 1);
    assert_int_equal(released, 1);
    msgr_v1_tx_sent(&tx, 9);
    assert_true(msgr_v1_tx_empty(&tx));
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 32, &bytes), 0);
    msgr_v1_tx_destroy(&tx);
    assert_int_equal(released, 1);
}

static void test_nothing_follows_an_old_keepalive(void **state UNUSED)
{
    struct msgr_v1_tx_options o = options();
    struct msgr_v1_tx tx;
    struct iovec iov[8];
    size_t bytes;

    msgr_v1_tx_init(&tx, &o);
    assert_int_equal(msgr_v1_tx_ack(&tx, 3), 0);
    assert_int_equal(msgr_v1_tx_keepalive(&tx), 0);
    assert_int_equal(msgr_v1_tx_close(&tx), 0);
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 8, &bytes), 2);
    assert_int_equal(bytes, 10);
    msgr_v1_tx_sent(&tx, bytes);
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 8, &bytes), 1);
    assert_int_equal(*(uint8_t *)iov[0].iov_base, MSGR_V1_TAG_CLOSE);
    msgr_v1_tx_destroy(&tx);
}

static void test_room(void **state UNUSED)
{
    struct msgr_v1_tx_options o = options();
    struct msgr_v1_tx tx;
    struct slice front = {.data = (const uint8_t *)"front", .len = 5};
    unsigned released = 0;
    struct msgr_v1_tx_message m = message(1, &front, NULL, &released);

    msgr_v1_tx_init(&tx, &o);
    while (msgr_v1_tx_room(&tx))
        assert_int_equal(msgr_v1_tx_message(&tx, &m), 0);
    assert_int_equal(msgr_v1_tx_message(&tx, &m), -EAGAIN);
    assert_int_equal(msgr_v1_tx_ack(&tx, 1), -EAGAIN);
    assert_int_equal(released, 0);
    msgr_v1_tx_destroy(&tx); /* what was not sent is let go */
    assert_int_equal(released, MSGR_V1_TX_SLOTS);
}

/* Sends everything in pieces of random size; returns how many bytes that were. */
static size_t send_in_pieces(struct msgr_v1_tx *tx, uint8_t *out, unsigned *seed)
{
    size_t len = 0;

    while (!msgr_v1_tx_empty(tx)) {
        struct iovec iov[16];
        size_t room = *seed ? (size_t)rand_r(seed) % 100 : SIZE_MAX, sent = 0;
        int n = msgr_v1_tx_pull(tx, iov, *seed ? 1 + rand_r(seed) % 16 : 16, NULL);
        for (int i = 0; i < n && sent < room; i++) {
            size_t part = iov[i].iov_len < room - sent ? iov[i].iov_len : room - sent;
            memcpy(out + len + sent, iov[i].iov_base, part);
            sent += part;
        }
        msgr_v1_tx_sent(tx, sent);
        len += sent;
    }
    return len;
}

static void test_partial_sends(void **state UNUSED)
{
    static uint8_t whole[8192], pieces[8192];
    struct msgr_v1_tx_options o = options();
    struct slice front = {.data = (const uint8_t *)"some front bytes", .len = 16};
    struct bufferlist data;
    size_t whole_len = 0;

    bufferlist_init(&data);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(bufferlist_append_copy(&data, "0123456789abcdefghij", i * 5), 0);
    for (unsigned run = 0; run < 400; run++) {
        unsigned released = 0, seed = run;
        struct msgr_v1_tx tx;
        msgr_v1_tx_init(&tx, &o);
        for (unsigned i = 0; i < 6; i++) {
            struct msgr_v1_tx_message m = message(i + 1, &front, i & 1 ? &data : NULL, &released);
            assert_int_equal(msgr_v1_tx_message(&tx, &m), 0);
            assert_int_equal(msgr_v1_tx_ack(&tx, i), 0);
        }
        if (run == 0) {
            whole_len = send_in_pieces(&tx, whole, &seed);
            assert_int_equal(whole_len, 6 * (54 + 16 + 21 + 9) + 3 * 50);
        } else {
            assert_int_equal(send_in_pieces(&tx, pieces, &seed), whole_len);
            assert_memory_equal(pieces, whole, whole_len);
        }
        assert_int_equal(released, 6);
        msgr_v1_tx_destroy(&tx);
    }
    bufferlist_destroy(&data);
}

static int sign(void *arg, const struct msgr_v1_header *h UNUSED, const struct msgr_v1_footer *f UNUSED,
                uint64_t *sig)
{
    *sig = UINT64_C(0x1122334455667788);
    return *(int *)arg;
}

static void test_footers(void **state UNUSED)
{
    struct msgr_v1_tx_options o = options();
    struct slice front = {.data = (const uint8_t *)"front", .len = 5};
    unsigned released = 0;
    struct msgr_v1_tx_message m = message(1, &front, NULL, &released);
    struct msgr_v1_footer f;
    struct msgr_v1_tx tx;
    struct iovec iov[4];
    int verdict = 0;

    o.sign = sign;
    o.sign_arg = &verdict;
    msgr_v1_tx_init(&tx, &o);
    assert_int_equal(msgr_v1_tx_message(&tx, &m), 0);
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 4, NULL), 3);
    assert_int_equal(iov[2].iov_len, 21);
    msgr_v1_footer_decode(&f, iov[2].iov_base, 21);
    assert_true(f.sig == UINT64_C(0x1122334455667788));
    assert_int_equal(f.flags, MSGR_V1_FOOTER_COMPLETE | MSGR_V1_FOOTER_SIGNED);
    assert_int_equal(f.front_crc, m.front_crc);
    msgr_v1_tx_destroy(&tx);

    verdict = 1; /* this session does not sign */
    tx.options.crc_data = tx.options.crc_header = false;
    assert_int_equal(msgr_v1_tx_message(&tx, &m), 0);
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 4, NULL), 3);
    assert_int_equal(get_le32((uint8_t *)iov[0].iov_base + 50), 0);
    msgr_v1_footer_decode(&f, iov[2].iov_base, 21);
    assert_int_equal(f.flags, MSGR_V1_FOOTER_COMPLETE | MSGR_V1_FOOTER_NOCRC);
    assert_int_equal(f.front_crc, 0);
    msgr_v1_tx_destroy(&tx);

    verdict = -EIO; /* nothing is queued */
    released = 0;
    assert_int_equal(msgr_v1_tx_message(&tx, &m), -EIO);
    assert_true(msgr_v1_tx_empty(&tx) && released == 0);
    msgr_v1_tx_destroy(&tx);

    o.features &= ~CEPH_FEATURE_MSG_AUTH;
    msgr_v1_tx_init(&tx, &o);
    assert_int_equal(msgr_v1_tx_message(&tx, &m), 0); /* not asked to sign */
    assert_int_equal(msgr_v1_tx_pull(&tx, iov, 4, NULL), 3);
    assert_int_equal(iov[2].iov_len, 13);
    msgr_v1_tx_destroy(&tx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_things_share_a_batch),
        cmocka_unit_test(test_nothing_follows_an_old_keepalive),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_partial_sends),
        cmocka_unit_test(test_footers),
    };
    return unit_run("msgr_v1_tx", tests);
}
