/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces of an object as a genuine OSD gives them; cut off anywhere, they are refused. */
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "types/object_copy.h"

/* What ceph-osd 16.2.15 gave for an object of 6 bytes with one attribute and one omap key. */
static const char genuine[] =
    "0805ed0000000600000000000000c94a036bc691dc0501000000010000006e01000000760600000068656c6c6f"
    "0a0f00000001000000010000006b02000000763201010f00000001060000000000000001000000000100000000"
    "000000000000000000000000010000004127c2caffffffff030000000202150000000846100000000000000100"
    "000000000000000000000300000000000000020215000000084310000000000000010000000000000000000000"
    "020000000000000002021500000008401000000000000001000000000000000000000001000000000000000000"
    "000000000000000000000000000000000000";

static struct slice from_hex(const char *hex)
{
    size_t len = strlen(hex) / 2;
    struct slice s = slice_of(buffer_create(len));
    char pair[3] = "";

    assert_non_null(s.buf);
    for (size_t i = 0; i < len; i++) {
        memcpy(pair, hex + 2 * i, 2);
        s.buf->data[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return s;
}

static int decode_all(const struct slice *s, size_t len, struct object_copy_data *p)
{
    struct decode d;

    decode_init(&d, s->data, len);
    object_copy_data_decode(p, &d, s);
    return decode_finish(&d);
}

static void test_genuine_piece(void **state UNUSED)
{
    struct slice s = from_hex(genuine);
    struct object_copy_data p;

    assert_int_equal(decode_all(&s, s.len, &p), 0);
    assert_int_equal(p.size, 6);
    assert_int_equal(p.data.len, 6);
    assert_memory_equal(bufferlist_slice(&p.data, 0)->data, "hello\n", 6);
    assert_int_equal(p.attrs.len, 14);
    assert_int_equal(p.omap.len, 15);
    assert_int_equal(p.cursor.data_offset, 6);
    assert_true(object_copy_cursor_at_end(&p.cursor));
    object_copy_data_destroy(&p);
    slice_put(&s);
}

static void test_cut_off(void **state UNUSED)
{
    struct slice s = from_hex(genuine);
    struct object_copy_data p;

    for (size_t len = 0; len < s.len; len++) {
        assert_int_not_equal(decode_all(&s, len, &p), 0);
        object_copy_data_destroy(&p);
    }
    slice_put(&s);
}

static void test_there_and_back(void **state UNUSED)
{
    struct object_copy_data p, q;
    struct slice s;
    struct encode e;

    object_copy_data_init(&p);
    p.size = 1000;
    p.mtime = (struct utime){5, 6};
    p.truncate_seq = 7;
    p.truncate_size = 8;
    p.cursor.attrs_done = true;
    p.cursor.data_offset = 3;
    p.cursor.omap_offset = slice_of(buffer_create_copy("key", 3));
    p.omap_header = slice_of(buffer_create_copy("header", 6));
    assert_int_equal(bufferlist_append_copy(&p.data, "ab", 2), 0);
    assert_int_equal(bufferlist_append_copy(&p.data, "c", 1), 0);
    encode_init(&e);
    object_copy_data_encode(&p, &e);
    assert_int_equal(encode_error(&e), 0);
    s = slice_of(buffer_create_copy(e.data, e.len));
    encode_destroy(&e);
    assert_int_equal(decode_all(&s, s.len, &q), 0);
    assert_int_equal(q.size, 1000);
    assert_int_equal(q.mtime.nsec, 6);
    assert_int_equal(q.truncate_seq, 7);
    assert_int_equal(q.truncate_size, 8);
    assert_false(object_copy_cursor_at_end(&q.cursor));
    assert_int_equal(q.cursor.data_offset, 3);
    assert_int_equal(slice_compare(&q.cursor.omap_offset, &p.cursor.omap_offset), 0);
    assert_int_equal(slice_compare(&q.omap_header, &p.omap_header), 0);
    assert_int_equal(q.data.len, 3);
    assert_memory_equal(bufferlist_slice(&q.data, 0)->data, "abc", 3);
    object_copy_data_destroy(&p);
    object_copy_data_destroy(&q);
    slice_put(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_genuine_piece),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_there_and_back),
    };
    return unit_run("object_copy", tests);
}
