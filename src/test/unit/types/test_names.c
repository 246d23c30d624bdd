/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/unit/unit.h"
#include "types/entity_name.h"
#include "types/fsid.h"
#include "types/utime.h"

static void test_entity_name(void **state UNUSED)
{
    static const uint8_t wire[] = {8, 5, 0x10, 0, 0, 0, 0, 0, 0};
    struct entity_name n;
    char text[ENTITY_NAME_MAX];
    struct decode d;
    struct encode e;

    decode_init(&d, wire, sizeof(wire));
    entity_name_decode(&n, &d);
    assert_int_equal(decode_finish(&d), 0);
    assert_string_equal(entity_name_print(&n, text), "client.4101");
    encode_init(&e);
    entity_name_encode(&n, &e);
    assert_int_equal(e.len, ENTITY_NAME_WIRE_LEN);
    assert_memory_equal(e.data, wire, sizeof(wire));
    encode_destroy(&e);

    n = (struct entity_name){.type = ENTITY_TYPE_OSD, .num = ENTITY_NUM_NEW};
    assert_string_equal(entity_name_print(&n, text), "osd.?");
    n = (struct entity_name){.type = 77, .num = INT64_MAX};
    assert_string_equal(entity_name_print(&n, text), "???.9223372036854775807");
}

static void test_entity_id(void **state UNUSED)
{
    struct entity_id n, again;
    struct decode d;
    struct encode e;

    assert_int_equal(entity_id_parse(&n, "client.admin.of.dots"), 0);
    assert_int_equal(n.type, ENTITY_TYPE_CLIENT);
    assert_string_equal(n.id, "admin.of.dots");
    encode_init(&e);
    entity_id_encode(&n, &e);
    decode_init(&d, e.data, e.len);
    assert_int_equal(entity_id_decode(&again, &d), 0);
    assert_int_equal(decode_finish(&d), 0);
    assert_string_equal(again.id, n.id);
    entity_id_destroy(&again);
    entity_id_destroy(&n);

    assert_int_equal(entity_id_parse(&n, "mon."), 0);
    assert_string_equal(n.id, "");
    entity_id_destroy(&n);
    assert_int_equal(entity_id_parse(&n, "mon"), -EINVAL);
    assert_int_equal(entity_id_parse(&n, "moon.a"), -EINVAL);
    assert_int_equal(entity_id_parse(&n, ".a"), -EINVAL);

    decode_init(&d, e.data, e.len - 1);
    assert_int_equal(entity_id_decode(&again, &d), -EBADMSG);
    entity_id_destroy(&again);
    encode_destroy(&e);
}

static void test_fsid(void **state UNUSED)
{
    static const char *const bad[] = {
        "",
        "00010203-0405-0607-0809-0a0b0c0d0e0",
        "00010203-0405-0607-0809-0a0b0c0d0e0f0",
        "0001020304-05-0607-0809-0a0b0c0d0e0f",
        "0001020g-0405-0607-0809-0a0b0c0d0e0f",
    };
    char text[FSID_TEXT_LEN + 1];
    struct fsid f, g;

    assert_int_equal(fsid_parse(&f, "00010203-0405-0607-0809-0A0b0c0d0e0f"), 0);
    for (int i = 0; i < 16; i++)
        assert_int_equal(f.bytes[i], i);
    assert_string_equal(fsid_print(&f, text), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(fsid_parse(&g, bad[i]), -EINVAL);

    assert_int_equal(fsid_generate(&f), 0);
    assert_int_equal(fsid_generate(&g), 0);
    assert_false(fsid_equal(&f, &g));
    fsid_print(&f, text);
    assert_int_equal(text[14], '4');
    assert_non_null(strchr("89ab", text[19]));
    assert_false(fsid_is_zero(&f));
}

static void test_utime(void **state UNUSED)
{
    char text[UTIME_TEXT_MAX];
    struct utime t = utime_from_ns(UINT64_C(1795352245002999000));

    setenv("TZ", "UTC", 1);
    tzset();
    assert_string_equal(utime_print(t, text), "2026-11-22T12:57:25.002999+0000");
    assert_true(utime_to_ns(t) == UINT64_C(1795352245002999000));
    setenv("TZ", "XYZ-5:30", 1);
    tzset();
    assert_string_equal(utime_print(t, text), "2026-11-22T18:27:25.002999+0530");
    assert_string_equal(utime_print((struct utime){0, 0}, text), "0.000000");
    assert_string_equal(utime_print((struct utime){315359999, 1000}, text), "315359999.000001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entity_name),
        cmocka_unit_test(test_entity_id),
        cmocka_unit_test(test_fsid),
        cmocka_unit_test(test_utime),
    };
    return unit_run("names", tests);
}
