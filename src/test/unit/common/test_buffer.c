/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/buffer.h"
#include "common/crc32c.h"
#include "common/large_block.h"
#include "common/slice_codec.h"

static void test_crc32c_is_cephs(void **state UNUSED)
{
    assert_int_equal(crc32c(0, "123456789", 9), 0x58e3fa20);
    assert_int_equal(crc32c(0, "\0\0\0\0", 4), 0);
    /* in pieces the same as at once */
    assert_int_equal(crc32c(crc32c(0, "1234", 4), "56789", 5), 0x58e3fa20);
}

static void test_list_of_slices(void **state UNUSED)
{
    struct bufferlist a, b;
    struct slice flat;
    char out[8] = {0};

    bufferlist_init(&a);
    bufferlist_init(&b);
    assert_int_equal(bufferlist_append_copy(&a, "1234", 4), 0);
    assert_int_equal(bufferlist_append(&a, (struct slice){.data = (const uint8_t *)"56789", .len = 5}), 0);
    assert_int_equal(bufferlist_append_list(&b, &a), 0);
    bufferlist_destroy(&a);
    assert_int_equal(b.len, 9);
    assert_int_equal(bufferlist_crc32c(&b, 0), 0x58e3fa20);
    bufferlist_copy_out(&b, 2, out, 5);
    assert_string_equal(out, "34567");
    assert_int_equal(bufferlist_flatten(&b, &flat), 0);
    assert_memory_equal(flat.data, "123456789", 9);
    slice_put(&flat);
    bufferlist_destroy(&b);
}

/* The first slice has another place than the others. */
static void test_list_grows(void **state UNUSED)
{
    struct bufferlist a;
    char out[26];

    bufferlist_init(&a);
    for (unsigned n = 0; n < sizeof(out); n++) {
        const char letter = (char)('a' + n);
        assert_int_equal(bufferlist_append_copy(&a, &letter, 1), 0);
        assert_int_equal(a.count, n + 1);
        assert_int_equal(a.len, n + 1);
        for (unsigned i = 0; i <= n; i++)
            assert_int_equal(*bufferlist_slice(&a, i)->data, 'a' + i);
    }
    bufferlist_copy_out(&a, 0, out, sizeof(out));
    assert_memory_equal(out, "abcdefghijklmnopqrstuvwxyz", sizeof(out));
    bufferlist_destroy(&a);
    assert_int_equal(a.count, 0);
}

static void test_alignment(void **state UNUSED)
{
    struct buffer *b = buffer_create_aligned(1000, 4096, 123);

    assert_non_null(b);
    assert_int_equal((uintptr_t)b->data % 4096, 123);
    memset(b->data, 1, b->size);
    buffer_put(b);
}

/* As data that came by the network: as long as an object's, and gone over by one who asks for its crc twice.
 */
static void test_large(void **state UNUSED)
{
    enum { SIZE = 2 * LARGE_BLOCK_UNIT };
    struct buffer *a = buffer_create_aligned(SIZE, 4096, 0), *b = buffer_create(SIZE),
                  *odd = buffer_create(SIZE + 1);
    struct bufferlist bl;
    uint8_t *first;

    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(odd);
    assert_int_equal((uintptr_t)a->data % LARGE_BLOCK_UNIT, 0);
    assert_ptr_not_equal(a->data, b->data);
    first = a->data;
    memset(a->data, 'x', SIZE);
    memset(b->data, 'y', SIZE);
    memset(odd->data, 'z', SIZE + 1);
    assert_int_equal(a->data[SIZE - 1], 'x');
    bufferlist_init(&bl);
    assert_int_equal(bufferlist_append(&bl, slice_of(a)), 0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(bufferlist_crc32c(&bl, 0), crc32c(0, first, SIZE));
    assert_int_equal(bufferlist_crc32c(&bl, 1), crc32c(1, first, SIZE));
    bufferlist_slice(&bl, 0)->len = 9;
    assert_int_equal(bufferlist_crc32c(&bl, 0), crc32c(0, first, 9));
    bufferlist_destroy(&bl);
    a = buffer_create(SIZE);
    assert_non_null(a);
    assert_ptr_equal(a->data, first); /* kept for the next one */
    buffer_put(a);
    large_block_set_target(0);
    buffer_put(b);
    buffer_put(odd);
    large_block_set_target(LARGE_BLOCK_TARGET_DEFAULT);
}

static struct slice text(const char *s)
{
    return (struct slice){.data = (const uint8_t *)s, .len = strlen(s)};
}

static void test_order(void **state UNUSED)
{
    struct slice none = {0}, a = text("a"), ab = text("ab"), b = text("b"), high = text("\xff");

    assert_int_equal(slice_compare(&none, &none), 0);
    assert_true(slice_compare(&none, &a) < 0);
    assert_int_equal(slice_compare(&a, &a), 0);
    assert_true(slice_compare(&a, &ab) < 0);
    assert_true(slice_compare(&b, &ab) > 0);
    assert_true(slice_compare(&high, &b) > 0);
}

static void test_lists_of_blobs(void **state UNUSED)
{
    struct slice bytes, key, value;
    struct slice_list l;
    struct encode e;

    encode_init(&e);
    encode_u32(&e, 2);
    encode_string(&e, "k1");
    encode_string(&e, "");
    encode_string(&e, "");
    encode_string(&e, "v2");
    bytes = (struct slice){.data = e.data, .len = e.len};
    slice_list_begin(&l, &bytes, true);
    assert_true(slice_list_next(&l, &key, &value));
    assert_int_equal(key.len, 2);
    assert_int_equal(value.len, 0);
    assert_true(slice_list_next(&l, &key, &value));
    assert_int_equal(key.len, 0);
    assert_memory_equal(value.data, "v2", 2);
    assert_false(slice_list_next(&l, &key, &value));
    assert_int_equal(slice_list_finish(&l), 0);
    assert_int_equal(slice_list_check(&bytes, true), 0);
    assert_int_equal(slice_list_check(&bytes, false), -EBADMSG); /* two keys leave the rest over */
    for (bytes.len = 0; bytes.len < e.len; bytes.len++)
        assert_int_equal(slice_list_check(&bytes, true), -EBADMSG);
    encode_destroy(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c_is_cephs), cmocka_unit_test(test_list_of_slices),
        cmocka_unit_test(test_list_grows),      cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_large),           cmocka_unit_test(test_order),
        cmocka_unit_test(test_lists_of_blobs),
    };
    return unit_run("buffer", tests);
}
