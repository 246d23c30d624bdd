/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people write is read as they mean it, and a slip is pointed at. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "types/entity_addr.h"

static void test_one(void **state UNUSED)
{
    static const char *const pairs[][2] = {
        {"192.0.2.1", "v1:192.0.2.1:0/0"},
        {"192.0.2.1:6789", "v1:192.0.2.1:6789/0"},
        {"192.0.2.1/7", "v1:192.0.2.1:0/7"},
        {"v1:192.0.2.1:65535/4294967295", "v1:192.0.2.1:65535/4294967295"},
        {"v2:192.0.2.1:3300", "v2:192.0.2.1:3300/0"},
        {"rdma:192.0.2.1:6789/0", "rdma:192.0.2.1:6789/0"},
        {"any:192.0.2.1:6789/0", "192.0.2.1:6789/0"},
        {"rdma:[2001:db8::1]:6789/0", "rdma:[2001:db8::1]:6789/0"},
        {"[2001:DB8:0::1]:6789/5", "v1:[2001:db8::1]:6789/5"},
        {"[::1]", "v1:[::1]:0/0"},
        {"::1", "v1:[::1]:0/0"},
        {"fe80::1/3", "v1:[fe80::1]:0/3"},
        {"v1:::", "v1:[::]:0/0"},
        {"::ffff:192.0.2.1", "v1:[::ffff:192.0.2.1]:0/0"},
        {"0.0.0.0:0/0", "v1:0.0.0.0:0/0"},
        {"-", "-"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        char text[ENTITY_ADDR_TEXT_MAX], err[128];
        struct entity_addr a;
        if (entity_addr_parse(&a, pairs[i][0], ENTITY_ADDR_V1, NULL, err, sizeof(err)) < 0)
            fail_msg("%s: %s", pairs[i][0], err);
        assert_string_equal(entity_addr_print(&a, text), pairs[i][1]);
    }
}

static void test_default_type_and_end(void **state UNUSED)
{
    static const char text[] = "192.0.2.1:6789, and more";
    char err[128];
    const char *end;
    struct entity_addr a;

    assert_int_equal(entity_addr_parse(&a, text, ENTITY_ADDR_RDMA, &end, err, sizeof(err)), 0);
    assert_int_equal(a.type, ENTITY_ADDR_RDMA);
    assert_ptr_equal(end, text + 14);
}

static void test_unknown_type_prints(void **state UNUSED)
{
    char text[ENTITY_ADDR_TEXT_MAX];
    struct entity_addr a = {.type = 9, .sin6.sin6_family = AF_INET6};

    assert_string_equal(entity_addr_print(&a, text), "???:[::]:0/0");
    memset(&a.sin6.sin6_addr, 0xff, 16);
    a.sin6.sin6_port = 0xffff;
    a.nonce = UINT32_MAX;
    assert_string_equal(entity_addr_print(&a, text),
                        "???:[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535/4294967295");
}

static void test_lists(void **state UNUSED)
{
    static const char *const pairs[][2] = {
        {"[rdma:192.0.2.1:6789,v1:192.0.2.1:6789]", "[rdma:192.0.2.1:6789/0,v1:192.0.2.1:6789/0]"},
        {"[v1:192.0.2.1:6789]", "v1:192.0.2.1:6789/0"},
        {"[192.0.2.1:6789]", "v1:192.0.2.1:6789/0"},
        {"[192.0.2.1]", "v1:192.0.2.1:0/0"},
        {"[::1]", "v1:[::1]:0/0"},
        {"[::1]:5", "v1:[::1]:5/0"},
        {"[[::1]:5,[::2]:6/7]", "[v1:[::1]:5/0,v1:[::2]:6/7]"},
        {"[::1,::2]", "[v1:[::1]:0/0,v1:[::2]:0/0]"},
        {"rdma:[::1]:5/6", "rdma:[::1]:5/6"},
        {"-", "-"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        struct entity_addrvec v;
        char err[128], *text;
        if (entity_addrvec_parse(&v, pairs[i][0], ENTITY_ADDR_V1, NULL, err, sizeof(err)) < 0)
            fail_msg("%s: %s", pairs[i][0], err);
        text = entity_addrvec_print(&v);
        assert_string_equal(text, pairs[i][1]);
        free(text);
        entity_addrvec_destroy(&v);
    }
}

/* The fault stands at this character, counted from 1. */
static const struct {
    const char *text;
    int at;
} garbage[] = {
    {"", 1},
    {"x", 1},
    {" 192.0.2.1", 1},
    {"192.0.2.1 ", 10},
    {"192.0.2", 8},
    {"192.0.2.", 9},
    {"192.0.2.256", 9},
    {"192.0.2.1.5", 10},
    {"192.0.2.1:", 11},
    {"192.0.2.1:x", 11},
    {"192.0.2.1:65536", 11},
    {"192.0.2.1:99999999999999999999999", 11},
    {"192.0.2.1:-1", 11},
    {"192.0.2.1:6789/", 16},
    {"192.0.2.1:6789/4294967296", 16},
    {"192.0.2.1:6789/0x", 17},
    {"v3:192.0.2.1", 1},
    {"rdma", 1},
    {"rdma:", 6},
    {"RDMA:192.0.2.1", 1},
    {"v1:v1:192.0.2.1", 4},
    {"localhost:6789", 1},
    {"[::1", 5},
    {"[::1]6789", 6},
    {"1::2::3", 6},
    {"12345::", 5},
    {"[1:2:3:4:5:6:7:8:9]:1", 17},
    {"fe80::1%eth0", 8},
    {"192.0.2.1\xff", 10},
};

static void test_garbage_is_pointed_at(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
        const char *text = garbage[i].text, *place;
        char err[160] = "";
        struct entity_addrvec v;
        struct entity_addr a;

        assert_int_equal(entity_addr_parse(&a, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)), -EINVAL);
        place = strstr(err, "character ");
        if (!place || atoi(place + strlen("character ")) != garbage[i].at)
            fail_msg("'%s': wanted character %d, got: %s", text, garbage[i].at, err);
        assert_int_equal(entity_addrvec_parse(&v, text, ENTITY_ADDR_V1, NULL, NULL, 0), -EINVAL);
        entity_addrvec_destroy(&v);
    }
}

static void test_garbage_in_lists(void **state UNUSED)
{
    static const struct {
        const char *text, *err;
    } lists[] = {
        {"[", "at the end (character 2)"},
        {"[]", "character 2 (']')"},
        {"[v1:192.0.2.1:6789", "at the end (character 19): expected ',' or ']'"},
        {"[v1:192.0.2.1:6789,]", "character 20 (']')"},
        {"[v1:192.0.2.1:6789;v1:192.0.2.2]", "character 19 (';')"},
        {"[v1:192.0.2.1]x", "character 15 ('x')"},
        {"[[::1]:5,[::2]:6/7]]", "character 20 (']')"},
        {"[1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
         "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1]",
         "character 130 ('1'): more than 16 addresses"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        struct entity_addrvec v;
        char err[160] = "";
        assert_int_equal(entity_addrvec_parse(&v, lists[i].text, ENTITY_ADDR_V1, NULL, err, sizeof(err)),
                         -EINVAL);
        if (!strstr(err, lists[i].err))
            fail_msg("'%s': wanted '%s', got '%s'", lists[i].text, lists[i].err, err);
        assert_int_equal(v.count, 0);
        entity_addrvec_destroy(&v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_default_type_and_end),
        cmocka_unit_test(test_unknown_type_prints),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_garbage_is_pointed_at),
        cmocka_unit_test(test_garbage_in_lists),
    };
    return unit_run("entity_addr_text", tests);
}
