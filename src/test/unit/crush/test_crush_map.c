/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Crush maps of genuine Ceph come back byte for byte; a new cluster's is the one that genuine Ceph makes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "crush/crush_map.h"
#include "types/ceph_release.h"

static const struct {
    const char *file;
    uint8_t min_release;
} vectors[] = {
    {"crush/initial.bin", CEPH_RELEASE_JEWEL},      {"crush/device-classes.bin", CEPH_RELEASE_JEWEL},
    {"crush/straw2_jewel.bin", CEPH_RELEASE_JEWEL}, {"crush/straw2_argonaut.bin", CEPH_RELEASE_HAMMER},
    {"crush/straw1_jewel.bin", CEPH_RELEASE_JEWEL}, {"crush/list_jewel.bin", CEPH_RELEASE_JEWEL},
    {"crush/tree_jewel.bin", CEPH_RELEASE_JEWEL},   {"crush/uniform_hosts.bin", CEPH_RELEASE_JEWEL},
};

static void expect_encoding(const struct crush_map *m, const uint8_t *bytes, size_t len)
{
    struct encode e;

    encode_init(&e);
    crush_map_encode(m, &e);
    assert_int_equal(e.len, len);
    assert_memory_equal(e.data, bytes, len);
    encode_destroy(&e);
}

static void test_vectors(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        size_t len;
        uint8_t *bytes = vector_load(vectors[i].file, &len);
        struct crush_map m;
        struct decode d;

        decode_init(&d, bytes, len);
        assert_int_equal(crush_map_decode(&m, &d), 0);
        assert_int_equal(decode_finish(&d), 0);
        assert_int_equal(crush_map_min_release(&m), vectors[i].min_release);
        expect_encoding(&m, bytes, len);
        crush_map_destroy(&m);
        free(bytes);
    }
}

static void test_default(void **state UNUSED)
{
    size_t len;
    uint8_t *bytes = vector_load("crush/initial.bin", &len);
    struct crush_map m;

    assert_int_equal(crush_map_create_default(&m), 0);
    expect_encoding(&m, bytes, len);
    crush_map_destroy(&m);
    free(bytes);
}

static void test_content(void **state UNUSED)
{
    size_t len;
    uint8_t *bytes = vector_load("crush/device-classes.bin", &len);
    const struct crush_bucket *b;
    struct crush_map m;
    struct decode d;
    int32_t id;

    decode_init(&d, bytes, len);
    assert_int_equal(crush_map_decode(&m, &d), 0);
    assert_true(crush_names_find_id(&m.items, "default", &id));
    assert_int_equal(id, -1);
    b = crush_map_bucket(&m, id);
    assert_non_null(b);
    assert_int_equal(b->alg, CRUSH_ALG_STRAW2);
    assert_string_equal(crush_names_find(&m.types, b->type), "root");
    assert_null(crush_map_bucket(&m, 0));
    assert_null(crush_map_bucket(&m, INT32_MIN));
    assert_null(crush_names_find(&m.items, 77));
    assert_int_equal(m.class_names.count, 1);
    assert_int_equal(crush_names_set(&m.items, 77, "osd.77"), 0);
    assert_string_equal(crush_names_find(&m.items, 77), "osd.77");
    crush_map_destroy(&m);
    free(bytes);
}

/* Old maps end early, at the end of a block; any other end is an error. */
static void test_truncation(void **state UNUSED)
{
    size_t len, good = 0;
    uint8_t *bytes = vector_load("crush/straw2_jewel.bin", &len);

    for (size_t cut = 0; cut < len; cut++) {
        struct crush_map m;
        struct decode d;

        decode_init(&d, bytes, cut);
        if (crush_map_decode(&m, &d) == 0) {
            if (good++ == 0)
                assert_int_equal(m.tunables.choose_total_tries, 19);
            crush_map_destroy(&m);
        }
    }
    assert_int_equal(good, 8);
    free(bytes);
}

static void test_malformed(void **state UNUSED)
{
    static const struct {
        size_t at;
        uint8_t value;
    } faults[] = {
        {0, 1},     /* magic */
        {7, 0x7f},  /* more buckets than bytes */
        {11, 0x7f}, /* more rules than bytes */
        {16, 6},    /* no such kind of bucket */
        {20, 0xfe}, /* a bucket in another's place */
        {26, 4},    /* two kinds at once */
        {35, 0x7f}, /* more items than bytes */
        {71, 0x7f}, /* more steps than bytes */
    };
    size_t len;
    uint8_t *bytes = vector_load("crush/initial.bin", &len);

    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        uint8_t was = bytes[faults[i].at];
        struct crush_map m;
        struct decode d;

        bytes[faults[i].at] = faults[i].value;
        decode_init(&d, bytes, len);
        if (crush_map_decode(&m, &d) != -EBADMSG)
            fail_msg("fault %zu was taken", i);
        bytes[faults[i].at] = was;
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),    cmocka_unit_test(test_default),   cmocka_unit_test(test_content),
        cmocka_unit_test(test_truncation), cmocka_unit_test(test_malformed),
    };
    return unit_run("crush_map", tests);
}
