/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a hostile or newer peer may send must end in an error or a skip, never outside the bytes. */
#include <errno.h>
#include <stdlib.h>

#include "test/unit/unit.h"
#include "common/decode.h"
#include "common/encode.h"

static void test_round_trip(void **state UNUSED)
{
    struct encode e;
    struct decode d, body;
    uint8_t v;
    char *s;

    encode_init(&e);
    encode_u8(&e, 7);
    size_t at = encode_begin_struct(&e, 3, 1);
    encode_u64(&e, UINT64_C(0x1122334455667788));
    encode_string(&e, "a name");
    encode_u32(&e, 99); /* a field of a version above the reader's */
    encode_end_struct(&e, at);
    encode_f64(&e, 0.5);
    assert_int_equal(encode_error(&e), 0);

    decode_init(&d, e.data, e.len);
    assert_int_equal(decode_u8(&d), 7);
    body = decode_struct(&d, 2, &v);
    assert_int_equal(v, 3);
    assert_true(decode_u64(&body) == UINT64_C(0x1122334455667788));
    s = decode_string(&body);
    assert_string_equal(s, "a name");
    free(s);
    decode_end(&d, &body);
    assert_true(decode_f64(&d) == 0.5);
    assert_int_equal(decode_finish(&d), 0);
    encode_destroy(&e);
}

static void test_every_truncation_fails(void **state UNUSED)
{
    static const uint8_t bytes[] = {1, 1, 8, 0, 0, 0, 4, 0, 0, 0, 'a', 'b', 'c', 'd'};

    for (size_t n = 0; n <= sizeof(bytes); n++) {
        struct decode d, body;
        uint8_t v;
        char *s;
        decode_init(&d, bytes, n);
        body = decode_struct(&d, 1, &v);
        s = decode_string(&body);
        decode_end(&d, &body);
        assert_int_equal(decode_finish(&d), n == sizeof(bytes) ? 0 : -EBADMSG);
        assert_int_equal(s != NULL, n == sizeof(bytes));
        free(s);
    }
}

static void test_refusals(void **state UNUSED)
{
    static const uint8_t incompatible[] = {9, 5, 0, 0, 0, 0};
    static const uint8_t huge_count[] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4};
    static const uint8_t nul_inside[] = {3, 0, 0, 0, 'a', 0, 'b'};
    struct decode d;
    uint8_t v;

    decode_init(&d, incompatible, sizeof(incompatible));
    (void)decode_struct(&d, 4, &v);
    assert_int_equal(decode_error(&d), -EOPNOTSUPP);

    decode_init(&d, huge_count, sizeof(huge_count));
    assert_int_equal(decode_count(&d, 1), 0);
    assert_int_equal(decode_error(&d), -EBADMSG);

    decode_init(&d, nul_inside, sizeof(nul_inside));
    assert_null(decode_string(&d));
    assert_int_equal(decode_error(&d), -EBADMSG);

    decode_init(&d, huge_count, sizeof(huge_count));
    assert_int_equal(decode_u8(&d), 0xff);
    assert_int_equal(decode_finish(&d), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_truncation_fails),
        cmocka_unit_test(test_refusals),
    };
    return unit_run("decode", tests);
}
