/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bench's data check: it accepts every payload that the bench makes and sees every byte that is changed.
 */
#include "test/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "tools/msgr_bench_wire.h"

#define CHECKED (MSGR_BENCH_STREAM | MSGR_BENCH_CHECKED)

/* What a receiver would hold: the same bytes, in pieces of another size and in memory of its own. */
static struct message *received(const struct message *m, size_t piece)
{
    struct message *r = message_create(m->type, 1, 1);
    struct slice flat;

    assert_int_equal(bufferlist_flatten(&m->data, &flat), 0);
    r->tid = m->tid;
    for (size_t at = 0; at < flat.len; at += piece)
        assert_int_equal(
            bufferlist_append_copy(&r->data, flat.data + at, flat.len - at < piece ? flat.len - at : piece),
            0);
    slice_put(&flat);
    return r;
}

static void test_accepts_its_own(void **state UNUSED)
{
    static const uint32_t sizes[] = {0, 1, 63, 64, 4096, 100001, 4u << 20, (9u << 20) + 7};

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
        for (uint64_t tid = 1; tid < 4000; tid = tid * 5 + 1) {
            struct message *m = msgr_bench_with_data(CHECKED, tid, sizes[i]);
            struct message *r = received(m, 70000);
            assert_int_equal(m->data.len, sizes[i]);
            assert_true(msgr_bench_data_is_good(m, sizes[i]));
            assert_true(msgr_bench_data_is_good(r, sizes[i]));
            assert_false(msgr_bench_data_is_good(r, sizes[i] + 1));
            message_put(m);
            message_put(r);
        }
}

static void test_sees_changes(void **state UNUSED)
{
    const uint32_t size = 5000;
    struct message *m = msgr_bench_with_data(CHECKED, 77, size);
    struct message *r = received(m, size);
    uint8_t *bytes = bufferlist_slice(&r->data, 0)->buf->data;

    for (uint32_t i = 0; i < size; i++) {
        bytes[i] ^= 0x10;
        assert_false(msgr_bench_data_is_good(r, size));
        bytes[i] ^= 0x10;
    }
    assert_true(msgr_bench_data_is_good(r, size));
    r->tid++; /* somebody else's data */
    assert_false(msgr_bench_data_is_good(r, size));
    message_put(m);
    message_put(r);
}

static void test_pull(void **state UNUSED)
{
    struct message *m = msgr_bench_pull(MSGR_BENCH_PULL, 9, 4096, 100);
    struct message *cut = msgr_bench_pull(MSGR_BENCH_PULL, 9, 4096, 100);
    struct message *large = msgr_bench_pull(MSGR_BENCH_PULL, 9, MSGR_BENCH_SIZE_MAX + 1, 1);
    uint32_t size, count;

    assert_int_equal(msgr_bench_read_pull(m, &size, &count), 0);
    assert_int_equal(size, 4096);
    assert_int_equal(count, 100);
    cut->front.len--;
    assert_int_equal(msgr_bench_read_pull(cut, &size, &count), -EBADMSG);
    assert_int_equal(msgr_bench_read_pull(large, &size, &count), -EBADMSG);
    message_put(m);
    message_put(cut);
    message_put(large);
}

static void test_stats(void **state UNUSED)
{
    struct msgr_bench_stats own, read;
    struct message *m;

    msgr_bench_own_stats(&own);
    assert_true(own.cpu_ns > 0 && own.rss > 4096 && own.threads == 1);
    own.messages = 12;
    own.bad = 3;
    m = msgr_bench_stats_reply(5, &own);
    assert_int_equal(m->tid, 5);
    assert_int_equal(msgr_bench_read_stats(m, &read), 0);
    assert_memory_equal(&own, &read, sizeof(own));
    message_put(m);
}

static int setup(void **state UNUSED)
{
    return msgr_bench_wire_init();
}

static int teardown(void **state UNUSED)
{
    msgr_bench_wire_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts_its_own),
        cmocka_unit_test(test_sees_changes),
        cmocka_unit_test(test_pull),
        cmocka_unit_test(test_stats),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("msgr_bench_wire", tests, setup, teardown);
}
