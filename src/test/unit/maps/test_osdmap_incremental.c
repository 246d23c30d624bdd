/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Incrementals of a genuine monitor come back byte for byte, and make the maps that it had. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps/osdmap_incremental.h"
#include "test/unit/unit.h"
#include "test/unit/vector.h"

#define VECTORS 23

static uint8_t *load(unsigned n, struct osdmap_incremental *i, size_t *len)
{
    uint8_t *bytes;
    struct decode d;
    char name[32];

    snprintf(name, sizeof(name), "maps/inc/inc-%02u.bin", n);
    bytes = vector_load(name, len);
    decode_init(&d, bytes, *len);
    if (osdmap_incremental_decode(i, &d) < 0 || decode_finish(&d) < 0)
        fail_msg("%s: not decoded", name);
    return bytes;
}

static void test_same_bytes(void **state UNUSED)
{
    for (unsigned n = 1; n <= VECTORS; n++) {
        struct osdmap_incremental i;
        struct encode e;
        size_t len;
        uint8_t *bytes = load(n, &i, &len);
        encode_init(&e);
        osdmap_incremental_encode(&i, &e);
        assert_int_equal(encode_error(&e), 0);
        if (e.len != len || memcmp(e.data, bytes, len) != 0)
            fail_msg("inc-%02u: %zu bytes became %zu others", n, len, e.len);
        encode_destroy(&e);
        osdmap_incremental_destroy(&i);
        free(bytes);
    }
}

static void test_damage_is_found(void **state UNUSED)
{
    struct osdmap_incremental i;
    struct decode d;
    size_t len;
    uint8_t *bytes = load(1, &i, &len);

    osdmap_incremental_destroy(&i);
    for (size_t n = 0; n < len; n++) {
        decode_init(&d, bytes, n);
        assert_true(osdmap_incremental_decode(&i, &d) < 0);
        bytes[n] ^= 0x40;
        decode_init(&d, bytes, len);
        assert_true(osdmap_incremental_decode(&i, &d) < 0 || n >= len - 4);
        bytes[n] ^= 0x40;
    }
    free(bytes);
}

static uint32_t crc_of(const struct osdmap *m)
{
    struct encode e;
    uint32_t crc;

    encode_init(&e);
    osdmap_encode(m, &e, &crc);
    assert_int_equal(encode_error(&e), 0);
    encode_destroy(&e);
    return crc;
}

/* The vector that makes this epoch. */
static unsigned find_epoch(uint32_t epoch)
{
    for (unsigned n = 1; n <= VECTORS; n++) {
        struct osdmap_incremental i;
        size_t len;
        uint32_t makes;
        free(load(n, &i, &len));
        makes = i.epoch;
        osdmap_incremental_destroy(&i);
        if (makes == epoch)
            return n;
    }
    fail_msg("no vector makes epoch %u", epoch);
    return 0;
}

/* Epoch 1 is a whole map, 2 changes OSDs: what comes out is bit for bit what the monitor had. */
static void test_makes_what_the_monitor_had(void **state UNUSED)
{
    struct osdmap m;

    osdmap_init(&m);
    for (uint32_t epoch = 1; epoch <= 2; epoch++) {
        struct osdmap_incremental i;
        size_t len;
        free(load(find_epoch(epoch), &i, &len));
        assert_int_equal(osdmap_apply(&m, &i), 0);
        assert_int_equal(m.epoch, epoch);
        assert_int_equal(crc_of(&m), i.full_crc);
        assert_int_equal(osdmap_apply(&m, &i), -EINVAL); /* not the next one any more */
        osdmap_incremental_destroy(&i);
    }
    assert_int_equal(m.max_osd, 1);
    osdmap_destroy(&m);
}

/* Ours: a life of two OSDs and a pool. */
static void test_changes(void **state UNUSED)
{
    static const struct fsid fsid = {{1}};
    struct entity_addrvec addrs;
    struct osdmap_incremental i;
    struct osdmap m;
    char err[64];

    assert_int_equal(osdmap_create_initial(&m, &fsid, (struct utime){.sec = 1}), 0);
    assert_int_equal(
        entity_addrvec_parse(&addrs, "v1:127.0.0.1:6800/7", ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);

    assert_int_equal(osdmap_incremental_init(&i, &fsid, 2), 0);
    i.new_max_osd = 2;
    assert_int_equal(osd_values_set(&i.new_state, 1, OSD_EXISTS | OSD_NEW), 0);
    assert_int_equal(osd_values_set(&i.new_state, 0, OSD_EXISTS | OSD_NEW), 0);
    assert_int_equal(i.new_state.list[0].osd, 0); /* sorted */
    assert_int_equal(osdmap_apply(&m, &i), 0);
    osdmap_incremental_destroy(&i);
    assert_true(osdmap_exists(&m, 1) && !osdmap_is_up(&m, 1));

    assert_int_equal(osdmap_incremental_init(&i, &fsid, 3), 0);
    assert_int_equal(osd_addrs_set(&i.new_up_client, 1, &addrs), 0);
    assert_int_equal(osd_values_set(&i.new_weight, 1, OSD_WEIGHT_ONE), 0);
    assert_int_equal(osdmap_apply(&m, &i), 0);
    osdmap_incremental_destroy(&i);
    assert_true(osdmap_is_up(&m, 1) && osdmap_is_in(&m, 1));
    assert_false(m.osds[1].state & OSD_NEW);
    assert_int_equal(m.osds[1].info.up_from, 3);
    assert_true(entity_addrvec_equal(&m.osds[1].public_addrs, &addrs));

    assert_int_equal(osdmap_incremental_init(&i, &fsid, 4), 0);
    i.modified.sec = 99;
    assert_int_equal(osd_values_set(&i.new_state, 1, OSD_UP), 0);
    assert_int_equal(osd_values_set(&i.new_state, 0, OSD_EXISTS), 0);
    assert_int_equal(osdmap_apply(&m, &i), 0);
    osdmap_incremental_destroy(&i);
    assert_false(osdmap_is_up(&m, 1));
    assert_false(osdmap_exists(&m, 0));
    assert_int_equal(m.osds[1].info.down_at, 4);
    assert_int_equal(m.osds[1].xinfo.down_stamp.sec, 99);

    /* an address for an OSD that there is no room for */
    assert_int_equal(osdmap_incremental_init(&i, &fsid, 5), 0);
    assert_int_equal(osd_addrs_set(&i.new_up_client, 7, &addrs), 0);
    assert_int_equal(osdmap_apply(&m, &i), -EBADMSG);
    osdmap_incremental_destroy(&i);
    entity_addrvec_destroy(&addrs);
    osdmap_destroy(&m);
}

static void test_other_cluster(void **state UNUSED)
{
    static const struct fsid ours = {{1}}, theirs = {{2}};
    struct osdmap_incremental i;
    struct osdmap m;

    assert_int_equal(osdmap_create_initial(&m, &ours, (struct utime){.sec = 1}), 0);
    assert_int_equal(osdmap_incremental_init(&i, &theirs, 2), 0);
    assert_int_equal(osdmap_apply(&m, &i), -EINVAL);
    assert_int_equal(m.epoch, 1);
    osdmap_incremental_destroy(&i);
    osdmap_destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_damage_is_found),
        cmocka_unit_test(test_makes_what_the_monitor_had),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_other_cluster),
    };
    return unit_run("osdmap_incremental", tests);
}
