/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects and placement groups of a genuine map go where genuine osdmaptool says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps/osdmap_mapping.h"
#include "test/unit/unit.h"
#include "test/unit/vector.h"

static struct osdmap map;
static struct osdmap_mapping mapping;

static int load(void **state UNUSED)
{
    struct decode d;
    size_t len;
    uint8_t *bytes = vector_load("maps/osdmap12.bin", &len);
    int r;

    decode_init(&d, bytes, len);
    r = osdmap_decode(&map, &d);
    free(bytes);
    return r < 0 ? r : osdmap_mapping_init(&mapping, &map);
}

static int unload(void **state UNUSED)
{
    osdmap_mapping_destroy(&mapping);
    osdmap_destroy(&map);
    return 0;
}

static const char *print_set(const struct osd_set *s, char buf[128])
{
    size_t n = (size_t)snprintf(buf, 128, "[");

    for (unsigned i = 0; i < s->count; i++)
        n += (size_t)snprintf(buf + n, 128 - n, "%s%d", i ? "," : "", s->osds[i]);
    snprintf(buf + n, 128 - n, "]");
    return buf;
}

static void test_objects(void **state UNUSED)
{
    size_t len;
    char *text = (char *)vector_load("maps/osdmap12.object-map.tsv", &len), *rest = text, *line;
    unsigned lines = 0;

    while ((line = strsep(&rest, "\n"))) {
        char name[128], pg_text[32], acting[128], got[128], pg_got[PG_ID_TEXT_MAX];
        const struct osdmap_pool *pool;
        unsigned hash, pps;
        struct pg_osds osds;
        struct pg_id pg;
        int id;
        if (*line == '#' || !*line)
            continue;
        assert_int_equal(
            sscanf(line, "%d\t%127[^\t]\t%x\t%31s\t%x\t%127s", &id, name, &hash, pg_text, &pps, acting), 6);
        pool = osdmap_find_pool(&map, id);
        assert_non_null(pool);
        assert_int_equal(osdmap_hash_object(NULL, NULL, name), hash);
        pg = osdmap_pg_of_hash(pool, hash);
        assert_string_equal(pg_id_print(pg, pg_got), pg_text);
        assert_int_equal(osdmap_placement_seed(pool, pg), pps);
        assert_int_equal(osdmap_map_pg(&mapping, pg, &osds), 0);
        assert_string_equal(print_set(&osds.acting, got), acting);
        lines++;
    }
    assert_int_equal(lines, 800);
    free(text);
}

static void test_groups(void **state UNUSED)
{
    size_t len;
    char *text = (char *)vector_load("maps/osdmap12.pg-map.txt", &len), *rest = text, *line;
    unsigned lines = 0;

    while ((line = strsep(&rest, "\n"))) {
        char raw[128], up[128], acting[128], got[128];
        int pool, raw_p, up_p, acting_p;
        struct pg_osds osds;
        unsigned seed;
        if (sscanf(line, "%d.%x raw (%127[^]]], p%d) up (%127[^]]], p%d) acting (%127[^]]], p%d)", &pool,
                   &seed, raw, &raw_p, up, &up_p, acting, &acting_p) != 8)
            continue;
        strcat(raw, "]");
        strcat(up, "]");
        strcat(acting, "]");
        assert_int_equal(osdmap_map_pg(&mapping, (struct pg_id){.pool = pool, .seed = seed}, &osds), 0);
        assert_string_equal(print_set(&osds.raw, got), raw);
        assert_string_equal(print_set(&osds.up, got), up);
        assert_string_equal(print_set(&osds.acting, got), acting);
        assert_int_equal(osds.raw.primary, raw_p);
        assert_int_equal(osds.up.primary, up_p);
        assert_int_equal(osds.acting.primary, acting_p);
        lines++;
    }
    assert_int_equal(lines, 187);
    free(text);
}

static void test_key_and_namespace(void **state UNUSED)
{
    uint32_t plain = osdmap_hash_object("", "", "name");

    assert_int_equal(osdmap_hash_object(NULL, "name", "other"), plain);
    assert_int_not_equal(osdmap_hash_object("ns", NULL, "name"), plain);
    assert_int_equal(osdmap_hash_object("ns", NULL, "name"), osdmap_hash_object(NULL, NULL, "ns\037name"));
}

static void test_no_such_pool(void **state UNUSED)
{
    struct pg_osds osds;

    assert_int_equal(osdmap_map_pg(&mapping, (struct pg_id){.pool = 77}, &osds), -ENOENT);
    assert_int_equal(osds.acting.count, 0);
    assert_int_equal(osds.acting.primary, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_key_and_namespace),
        cmocka_unit_test(test_no_such_pool),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("osdmap_mapping", tests, load, unload);
}
