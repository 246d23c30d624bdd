/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses on the wire: what genuine Ceph wrote comes back byte for byte, and rdma never looks like v1. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "include/ceph_features.h"
#include "types/entity_addr.h"

static struct entity_addr addr(const char *text)
{
    struct entity_addr a;
    char err[128];

    if (entity_addr_parse(&a, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)) < 0)
        fail_msg("%s: %s", text, err);
    return a;
}

static void check_addr_vector(const char *name, const char *text)
{
    char printed[ENTITY_ADDR_TEXT_MAX];
    struct entity_addr a;
    struct decode d;
    struct encode e;
    size_t len;
    uint8_t *bytes = vector_load(name, &len);

    decode_init(&d, bytes, len);
    entity_addr_decode(&a, &d);
    assert_int_equal(decode_finish(&d), 0);
    assert_string_equal(entity_addr_print(&a, printed), text);
    encode_init(&e);
    entity_addr_encode(&a, 0, &e);
    assert_int_equal(e.len, len);
    assert_memory_equal(e.data, bytes, len);
    encode_destroy(&e);
    free(bytes);
}

static void check_addrvec_vector(const char *name, const char *text)
{
    struct entity_addrvec v;
    struct decode d;
    struct encode e;
    size_t len;
    uint8_t *bytes = vector_load(name, &len);
    char *printed;

    decode_init(&d, bytes, len);
    entity_addrvec_decode(&v, &d);
    assert_int_equal(decode_finish(&d), 0);
    printed = entity_addrvec_print(&v);
    assert_string_equal(printed, text);
    free(printed);
    encode_init(&e);
    entity_addrvec_encode(&v, CEPH_FEATURES_ALL, &e);
    assert_int_equal(e.len, len);
    assert_memory_equal(e.data, bytes, len);
    encode_destroy(&e);
    entity_addrvec_destroy(&v);

    for (size_t cut = 0; cut < len; cut++) {
        decode_init(&d, bytes, cut);
        entity_addrvec_decode(&v, &d);
        assert_int_equal(decode_error(&d), -EBADMSG);
        entity_addrvec_destroy(&v);
    }
    free(bytes);
}

static void test_vectors(void **state UNUSED)
{
    check_addr_vector("types/addr-legacy-ipv4.bin", "v1:127.0.0.1:17789/0");
    check_addr_vector("types/addr-legacy-ipv6.bin", "v1:[fd00::1]:4660/43981");
    check_addrvec_vector("types/addrvec-v1-ipv6.bin", "v1:[fd00::1]:6789/0");
    check_addrvec_vector("types/addrvec-v2-v1-ipv4.bin", "[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]");
}

static void test_blank(void **state UNUSED)
{
    struct entity_addr blank = {0}, back;
    struct decode d;
    struct encode e;
    static const uint8_t no_sockaddr[] = {1, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    encode_init(&e);
    entity_addr_encode(&blank, CEPH_FEATURES_ALL, &e);
    assert_int_equal(e.len, 19 + 28);
    entity_addr_encode_legacy(&blank, &e);
    decode_init(&d, e.data, e.len);
    for (int i = 0; i < 2; i++) {
        memset(&back, 0xff, sizeof(back));
        entity_addr_decode(&back, &d);
        assert_true(entity_addr_is_blank(&back));
    }
    assert_int_equal(decode_finish(&d), 0);
    encode_destroy(&e);

    decode_init(&d, no_sockaddr, sizeof(no_sockaddr));
    entity_addr_decode(&back, &d);
    assert_int_equal(decode_finish(&d), 0);
    assert_true(entity_addr_is_blank(&back));
}

static void test_rdma_stays_addr2(void **state UNUSED)
{
    static const uint8_t zeroes[ENTITY_ADDR_LEGACY_LEN];
    struct entity_addr a = addr("rdma:[2001:db8::7]:6789/258"), back;
    struct entity_addrvec v, w;
    struct decode d;
    struct encode e;
    size_t vector;

    encode_init(&e);
    entity_addr_encode_legacy(&a, &e);
    assert_int_equal(e.len, ENTITY_ADDR_LEGACY_LEN);
    assert_memory_equal(e.data, zeroes, ENTITY_ADDR_LEGACY_LEN);

    entity_addr_encode_slot(&a, &e);
    assert_int_equal(e.len, 2 * ENTITY_ADDR_LEGACY_LEN);
    assert_int_equal(e.data[ENTITY_ADDR_LEGACY_LEN], 1);
    assert_int_equal(e.data[ENTITY_ADDR_LEGACY_LEN + 7], ENTITY_ADDR_RDMA);
    assert_memory_equal(e.data + ENTITY_ADDR_LEGACY_LEN + 47, zeroes, ENTITY_ADDR_LEGACY_LEN - 47);

    entity_addrvec_init(&v);
    assert_int_equal(entity_addrvec_push(&v, &a), 0);
    entity_addrvec_encode(&v, 0, &e); /* nothing that an old peer could reach */
    assert_memory_equal(e.data + 2 * ENTITY_ADDR_LEGACY_LEN, zeroes, ENTITY_ADDR_LEGACY_LEN);
    vector = e.len;
    entity_addrvec_encode(&v, CEPH_FEATURES_ALL, &e);

    decode_init(&d, e.data, e.len);
    entity_addr_decode_slot(&back, &d);
    assert_true(entity_addr_is_blank(&back));
    entity_addr_decode_slot(&back, &d);
    assert_true(entity_addr_equal(&a, &back));
    decode_init(&d, e.data + vector, e.len - vector);
    entity_addrvec_decode(&w, &d);
    assert_int_equal(decode_finish(&d), 0);
    assert_true(entity_addrvec_equal(&v, &w));
    entity_addrvec_destroy(&v);
    entity_addrvec_destroy(&w);
    encode_destroy(&e);
}

static void test_dual(void **state UNUSED)
{
    struct entity_addr rdma = addr("rdma:192.0.2.1:6789/0"), v1 = addr("v1:192.0.2.1:6789/0"), back;
    struct entity_addrvec v, copy;
    struct decode d;
    struct encode e;

    entity_addrvec_init(&v);
    assert_null(entity_addrvec_canonical(&v));
    assert_int_equal(entity_addrvec_push(&v, &rdma), 0);
    assert_true(entity_addr_equal(entity_addrvec_canonical(&v), &rdma));
    assert_int_equal(entity_addrvec_push(&v, &v1), 0);
    assert_true(entity_addr_equal(entity_addrvec_canonical(&v), &v1));
    assert_int_equal(entity_addrvec_copy(&copy, &v), 0);
    assert_true(entity_addrvec_equal(&copy, &v));
    copy.addrs[1].nonce++;
    assert_false(entity_addrvec_equal(&copy, &v));

    encode_init(&e);
    entity_addrvec_encode(&v, 0, &e);
    decode_init(&d, e.data, e.len);
    entity_addr_decode(&back, &d);
    assert_int_equal(decode_finish(&d), 0);
    assert_true(entity_addr_equal(&back, &v1));
    while (v.count < ENTITY_ADDRVEC_MAX)
        assert_int_equal(entity_addrvec_push(&v, &v1), 0);
    assert_int_equal(entity_addrvec_push(&v, &v1), -E2BIG);
    encode_destroy(&e);
    entity_addrvec_destroy(&copy);
    entity_addrvec_destroy(&v);
}

static void test_any_becomes_v1_before_nautilus(void **state UNUSED)
{
    struct entity_addr any = addr("any:192.0.2.1:6789/0");
    struct encode e;

    encode_init(&e);
    entity_addr_encode(&any, CEPH_FEATURE_MSG_ADDR2, &e);
    assert_int_equal(e.data[7], ENTITY_ADDR_V1);
    e.len = 0;
    entity_addr_encode(&any, CEPH_FEATURES_ALL, &e);
    assert_int_equal(e.data[7], ENTITY_ADDR_ANY);
    encode_destroy(&e);
}

static void test_malformed(void **state UNUSED)
{
    static const uint8_t marker[] = {3, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t crowd[] = {2, 0xff, 0xff, 0xff, 0x7f};
    uint8_t legacy[ENTITY_ADDR_LEGACY_LEN] = {0};
    /* type v1, nonce 0, sockaddr length and family to be spoilt */
    uint8_t addr2[] = {1, 1, 1, 28,   0,    0,   0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0,
                       0, 2, 0, 0x1a, 0x85, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,  0};
    struct entity_addrvec v;
    struct entity_addr a;
    struct decode d;

    decode_init(&d, marker, sizeof(marker));
    entity_addr_decode(&a, &d);
    assert_int_equal(decode_error(&d), -EBADMSG);
    decode_init(&d, crowd, sizeof(crowd));
    entity_addrvec_decode(&v, &d);
    assert_int_equal(decode_error(&d), -EBADMSG);
    entity_addrvec_destroy(&v);
    legacy[9] = 77; /* no such family */
    decode_init(&d, legacy, sizeof(legacy));
    entity_addr_decode(&a, &d);
    assert_int_equal(decode_error(&d), -EBADMSG);

    decode_init(&d, addr2, sizeof(addr2));
    entity_addr_decode(&a, &d);
    assert_int_equal(decode_finish(&d), 0);
    for (unsigned len = 1; len < 40; len++) {
        addr2[15] = (uint8_t)len;
        decode_init(&d, addr2, sizeof(addr2));
        entity_addr_decode(&a, &d);
        assert_int_equal(decode_finish(&d), len >= 2 && len <= 16 ? 0 : -EBADMSG);
    }
    addr2[15] = 16;
    addr2[19] = 1;
    decode_init(&d, addr2, sizeof(addr2));
    entity_addr_decode(&a, &d);
    assert_int_equal(decode_error(&d), -EBADMSG);
}

static void test_race_order(void **state UNUSED)
{
    /* Each lies below the next one: type, nonce by its lowest byte first, family, port, ip. */
    static const char *const order[] = {
        "v1:192.0.2.9:6789/0", "v1:[::1]:6789/0",       "v1:192.0.2.1:6789/256", "v1:192.0.2.1:1/1",
        "v1:192.0.2.1:6789/1", "v1:192.0.2.2:6789/1",   "v1:192.0.2.1:6790/1",   "v1:192.0.2.1:6789/4096",
        "v1:192.0.2.1:6789/2", "rdma:192.0.2.1:6789/0",
    };
    /* 256 and 4096 have a lowest byte of 0, so they come before every nonce with a higher one. */
    static const unsigned rank[] = {0, 1, 2, 4, 5, 6, 7, 3, 8, 9};

    for (size_t i = 0; i < ARRAY_SIZE(order); i++)
        for (size_t j = 0; j < ARRAY_SIZE(order); j++) {
            struct entity_addr a = addr(order[i]), b = addr(order[j]);
            int c = entity_addr_compare(&a, &b);
            int want = (rank[i] > rank[j]) - (rank[i] < rank[j]);
            if ((c > 0) - (c < 0) != want)
                fail_msg("%s and %s compare as %d", order[i], order[j], c);
        }
}

static void test_equality(void **state UNUSED)
{
    static const char *const all[] = {
        "v1:192.0.2.1:6789/0", "rdma:192.0.2.1:6789/0", "v1:192.0.2.1:6789/1",
        "v1:192.0.2.1:6790/0", "v1:192.0.2.2:6789/0",   "v1:[::1]:6789/0",
    };
    struct entity_addr a = addr("v1:192.0.2.1:6789/0"), from_socket = {.type = ENTITY_ADDR_V1};
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(6789)};

    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        for (size_t j = 0; j < ARRAY_SIZE(all); j++) {
            struct entity_addr x = addr(all[i]), y = addr(all[j]);
            assert_int_equal(entity_addr_equal(&x, &y), i == j);
        }
    inet_pton(AF_INET, "192.0.2.1", &sin.sin_addr);
    memset(sin.sin_zero, 0xee, sizeof(sin.sin_zero)); /* padding is no part of an address */
    entity_addr_set_sockaddr(&from_socket, (struct sockaddr *)&sin);
    assert_true(entity_addr_equal(&a, &from_socket));
    assert_int_equal(entity_addr_compare(&a, &from_socket), 0);
    assert_int_equal(entity_addr_socklen(&a), sizeof(struct sockaddr_in));
    entity_addr_set_port(&a, 1);
    assert_true(entity_addr_same_ip(&a, &from_socket));
    assert_false(entity_addr_equal(&a, &from_socket));
    assert_false(entity_addr_is_blank_ip(&a));
    a = addr("0.0.0.0:5");
    assert_true(entity_addr_is_blank_ip(&a));
    a = addr("[::]:5");
    assert_true(entity_addr_is_blank_ip(&a));
    assert_false(entity_addr_is_blank(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_blank),
        cmocka_unit_test(test_rdma_stays_addr2),
        cmocka_unit_test(test_dual),
        cmocka_unit_test(test_any_becomes_v1_before_nautilus),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_race_order),
        cmocka_unit_test(test_equality),
    };
    return unit_run("entity_addr", tests);
}
