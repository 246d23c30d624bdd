/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OSDMaps of genuine Ceph come back byte for byte, and show as genuine osdmaptool shows them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "common/bytes.h"
#include "common/crc32c.h"
#include "maps/osdmap.h"

static const char *const vectors[] = {"osdmap-initial", "osdmap12", "osdmap3-live", "osdmap-minimal",
                                      "osdmap-odd"};

static uint8_t *load_file(const char *vector, const char *suffix, size_t *len)
{
    char name[64];

    snprintf(name, sizeof(name), "maps/%s.%s", vector, suffix);
    return vector_load(name, len);
}

static void load(struct osdmap *m, const char *vector)
{
    struct decode d;
    size_t len;
    uint8_t *bytes = load_file(vector, "bin", &len);

    decode_init(&d, bytes, len);
    assert_int_equal(osdmap_decode(m, &d), 0);
    assert_int_equal(decode_finish(&d), 0);
    free(bytes);
}

static void check_bytes(const struct osdmap *m, const char *vector)
{
    struct encode e;
    size_t len;
    uint32_t crc;
    uint8_t *bytes = load_file(vector, "bin", &len);

    encode_init(&e);
    encode_u8(&e, 0xaa); /* the crc is of the map, wherever it stands */
    osdmap_encode(m, &e, &crc);
    assert_int_equal(encode_error(&e), 0);
    assert_int_equal(e.len, len + 1);
    assert_memory_equal(e.data + 1, bytes, len);
    assert_int_equal(crc, get_le32(bytes + len - 4));
    encode_destroy(&e);
    free(bytes);
}

static void test_bytes(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        struct osdmap m, copy;

        load(&m, vectors[i]);
        check_bytes(&m, vectors[i]);
        assert_int_equal(osdmap_copy(&copy, &m), 0);
        check_bytes(&copy, vectors[i]);
        osdmap_destroy(&copy);
        osdmap_destroy(&m);
    }
}

/* Genuine tools do not know the name of our type. */
static void forget_rdma(char *text)
{
    for (char *p; (p = strstr(text, "rdma"));) {
        memcpy(p, "???", 3);
        memmove(p + 3, p + 4, strlen(p + 4) + 1);
    }
}

static void test_print(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        struct osdmap m;
        char *text = NULL;
        size_t len;
        uint8_t *want = load_file(vectors[i], "txt", &len);
        FILE *f = open_memstream(&text, &len);

        load(&m, vectors[i]);
        osdmap_print(&m, true, f);
        fclose(f);
        forget_rdma(text);
        assert_string_equal(text, (char *)want);
        free(text);
        free(want);
        osdmap_destroy(&m);
    }
}

static void test_dump(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        struct osdmap m;
        size_t len;
        uint8_t *want = load_file(vectors[i], "json", &len);
        struct formatter f;
        json_t *tree;
        char *text;

        load(&m, vectors[i]);
        formatter_init(&f, FORMATTER_JSON);
        formatter_open_object(&f, NULL);
        osdmap_format(&m, &f);
        formatter_close(&f);
        text = formatter_steal(&f);
        formatter_destroy(&f);
        forget_rdma(text);
        assert_string_equal(text, (char *)want);
        free(text);

        tree = osdmap_dump(&m);
        assert_non_null(tree);
        text = json_dumps(tree, JSON_COMPACT | JSON_REAL_PRECISION(17));
        forget_rdma(text);
        assert_string_equal(text, (char *)want);
        free(text);
        json_decref(tree);
        free(want);
        osdmap_destroy(&m);
    }
}

/* What `ceph osd dump` prints: the same without the empty lines. */
static void test_print_of_the_monitor(void **state UNUSED)
{
    struct osdmap m;
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);

    load(&m, "osdmap3-live");
    osdmap_print(&m, false, f);
    fclose(f);
    assert_null(strstr(text, "\n\n"));
    assert_non_null(strstr(text, "stretch_mode_enabled false\npool 5 'p' replicated size 3"));
    assert_non_null(strstr(text, "stripe_width 0\nmax_osd 4\nosd.0 up "));
    free(text);
    osdmap_destroy(&m);
}

static void test_initial(void **state UNUSED)
{
    struct osdmap genuine, ours;

    load(&genuine, "osdmap-initial");
    assert_int_equal(osdmap_create_initial(&ours, &genuine.fsid, genuine.created), 0);
    check_bytes(&ours, "osdmap-initial");
    osdmap_destroy(&ours);
    osdmap_destroy(&genuine);
}

static void test_look_up(void **state UNUSED)
{
    struct osdmap m;

    load(&m, "osdmap12");
    assert_string_equal(osdmap_find_pool(&m, 2)->name, "hp");
    assert_int_equal(osdmap_find_pool_by_name(&m, "op")->id, 3);
    assert_null(osdmap_find_pool(&m, 5));
    assert_null(osdmap_find_pool_by_name(&m, "x"));
    assert_true(osdmap_is_up(&m, 11) && osdmap_is_in(&m, 11) && !osdmap_is_in(&m, 7));
    assert_false(osdmap_exists(&m, 12) || osdmap_exists(&m, -1));

    assert_int_equal(osdmap_set_max_osd(&m, 3), 0);
    assert_false(osdmap_exists(&m, 3));
    assert_int_equal(osdmap_set_max_osd(&m, 6), 0);
    assert_true(osdmap_exists(&m, 2) && !osdmap_exists(&m, 5));
    assert_int_equal(m.osds[5].primary_affinity, OSD_WEIGHT_ONE);
    assert_int_equal(osdmap_set_max_osd(&m, 0), 0);
    assert_int_equal(osdmap_set_max_osd(&m, OSDMAP_MAX_OSDS + 1), -E2BIG);
    osdmap_destroy(&m);
}

static void test_flags(void **state UNUSED)
{
    char text[OSDMAP_FLAGS_TEXT_MAX];

    assert_string_equal(osdmap_flags_print(OSDMAP_FLAGS_DEFAULT, text),
                        "sortbitwise,recovery_deletes,purged_snapdirs,pglog_hardlimit");
    assert_string_equal(osdmap_flags_print(0, text), "");
    assert_int_equal(osdmap_flag_parse("noout"), OSDMAP_NOOUT);
    assert_int_equal(osdmap_flag_parse("nothing"), 0);
}

static void refuse(const uint8_t *bytes, size_t len, const char *what, size_t at)
{
    struct osdmap m;
    struct decode d;

    decode_init(&d, bytes, len);
    if (osdmap_decode(&m, &d) == 0)
        fail_msg("%s at %zu was taken", what, at);
}

static void test_damage(void **state UNUSED)
{
    size_t len;
    uint8_t *bytes = load_file("osdmap-odd", "bin", &len);

    for (size_t cut = 0; cut < len; cut++)
        refuse(bytes, cut, "a cut", cut);
    for (size_t at = 2; at < len; at++) { /* the crc finds any flipped bit, the decoder most before it */
        bytes[at] ^= 0x10;
        refuse(bytes, len, "a flipped bit", at);
        bytes[at] ^= 0x10;
    }
    free(bytes);
}

/* With a crc that fits: the decoder alone must find what is wrong, or take it without harm. */
static void test_lies(void **state UNUSED)
{
    size_t len;
    uint8_t *bytes = load_file("osdmap-odd", "bin", &len);
    unsigned taken = 0;

    for (size_t at = 6; at < len - 4; at++) {
        struct osdmap m;
        struct decode d;
        uint8_t was = bytes[at];

        bytes[at] = 0xff;
        put_le32(bytes + len - 4, crc32c(UINT32_MAX, bytes, len - 4));
        decode_init(&d, bytes, len);
        if (osdmap_decode(&m, &d) == 0) {
            struct encode e;
            struct formatter json;
            FILE *f = fopen("/dev/null", "w");

            formatter_init(&json, FORMATTER_JSON);
            formatter_open_object(&json, NULL);
            osdmap_format(&m, &json);
            formatter_close(&json);
            formatter_destroy(&json);
            osdmap_print(&m, true, f);
            fclose(f);
            encode_init(&e);
            osdmap_encode(&m, &e, NULL);
            assert_int_equal(encode_error(&e), 0);
            encode_destroy(&e);
            osdmap_destroy(&m);
            taken++;
        }
        bytes[at] = was;
    }
    assert_true(taken > 100); /* most bytes are values, not lengths */
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),   cmocka_unit_test(test_print),
        cmocka_unit_test(test_dump),    cmocka_unit_test(test_print_of_the_monitor),
        cmocka_unit_test(test_initial), cmocka_unit_test(test_look_up),
        cmocka_unit_test(test_flags),   cmocka_unit_test(test_damage),
        cmocka_unit_test(test_lies),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return unit_run("osdmap", tests);
}
