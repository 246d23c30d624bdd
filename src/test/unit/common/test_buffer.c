/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/buffer.h"
#include "common/crc32c.h"

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

static void test_alignment(void **state UNUSED)
{
    struct buffer *b = buffer_create_aligned(1000, 4096, 123);

    assert_non_null(b);
    assert_int_equal((uintptr_t)b->data % 4096, 123);
    memset(b->data, 1, b->size);
    buffer_put(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c_is_cephs),
        cmocka_unit_test(test_list_of_slices),
        cmocka_unit_test(test_alignment),
    };
    return unit_run("buffer", tests);
}
