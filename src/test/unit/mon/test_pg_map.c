/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics of groups and OSDs, what is made of them, and how it is told. */
#include "test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "mon/osd_health.h"
#include "mon/osd_pending.h"
#include "mon/pg_status.h"
#include "mon/text_size.h"

/* A map with a pool of four groups and one OSD that is up. */
static void make_map(struct osdmap *map)
{
    const struct fsid fsid = {.bytes = {1}};
    struct entity_addrvec addrs;
    struct osdmap_incremental inc;

    assert_int_equal(osdmap_create_initial(map, &fsid, (struct utime){1, 0}), 0);
    assert_int_equal(osdmap_incremental_init(&inc, &fsid, 2), 0);
    assert_int_equal(entity_addrvec_parse(&addrs, "v1:127.0.0.1:6800/1", ENTITY_ADDR_V1, NULL, NULL, 0), 0);
    assert_int_equal(osd_addrs_set(&inc.new_up_client, 0, &addrs), 0);
    inc.new_max_osd = 1;
    inc.new_pools = calloc(1, sizeof(*inc.new_pools));
    inc.new_pool_count = 1;
    pg_pool_init(&inc.new_pools[0].pool);
    inc.new_pools[0].id = 7;
    inc.new_pools[0].pool.pg_num = 4;
    assert_int_equal(osdmap_apply(map, &inc), 0);
    osdmap_incremental_destroy(&inc);
    entity_addrvec_destroy(&addrs);
}

static struct m_pg_stats make_report(uint32_t epoch, uint64_t state, int64_t writes)
{
    struct m_pg_stats m = {.count = 2, .items = calloc(2, sizeof(*m.items))};

    for (uint32_t i = 0; i < 2; i++) {
        m.items[i].pg = (struct pg_id){.pool = 7, .seed = i};
        m.items[i].stat.reported_epoch = epoch;
        m.items[i].stat.state = state;
        m.items[i].stat.stats.num_objects = 3;
        m.items[i].stat.stats.num_bytes = 4096;
        m.items[i].stat.stats.num_wr = writes;
        m.items[i].stat.stats.num_wr_kb = writes * 4;
    }
    m.osd.statfs.total = 10 << 20;
    m.osd.statfs.available = 9 << 20;
    return m;
}

static void report(struct pg_map *m, const struct osdmap *map, uint32_t epoch, uint64_t state, int64_t writes)
{
    struct m_pg_stats r = make_report(epoch, state, writes);

    assert_int_equal(pg_map_report(m, map, 0, &r), 0);
    m_pg_stats_destroy(&r);
}

static bool wants_application(const struct osdmap *map, const struct pg_map *pgs, const struct conf *conf)
{
    struct health_checks checks;
    struct crush_map crush;
    const struct health_check *check;
    bool found;

    health_checks_init(&checks);
    assert_int_equal(osdmap_get_crush(map, &crush), 0);
    osd_health_check(map, &crush, pgs, conf, &checks);
    check = health_checks_find(&checks, "POOL_APP_NOT_ENABLED");
    found = check != NULL;
    if (check) {
        assert_string_equal(check->summary, "1 pool(s) do not have an application enabled");
        assert_int_equal(check->count, 1);
        assert_int_equal(check->detail.count, 2);
        assert_string_equal(check->detail.items[0], "application not enabled on pool 'data'");
    }
    crush_map_destroy(&crush);
    health_checks_destroy(&checks);
    return found;
}

static void test_application(void **state UNUSED)
{
    struct conf *conf = conf_create("ceph", "mon", "a", true);
    struct osdmap map;
    struct pg_map m;

    make_map(&map);
    pg_map_init(&m);
    map.pools[0].name = strdup("data");
    assert_int_equal(pg_map_take_map(&m, &map, NULL), 0);
    assert_false(wants_application(&map, &m, conf)); /* nothing is in it */
    report(&m, &map, 2, PG_STATE(ACTIVE), 1);
    assert_true(wants_application(&map, &m, conf));
    assert_int_equal(conf_set(conf, CONF_CMDLINE, "mon_warn_on_pool_no_app", "false", NULL), 0);
    assert_false(wants_application(&map, &m, conf));
    assert_int_equal(conf_set(conf, CONF_CMDLINE, "mon_warn_on_pool_no_app", "true", NULL), 0);
    assert_non_null(pg_pool_add_application(&map.pools[0].pool, "rbd"));
    assert_false(wants_application(&map, &m, conf));
    pg_map_destroy(&m);
    osdmap_destroy(&map);
    conf_free(conf);
}

static void assert_line(const struct pg_map *m, const char *want)
{
    struct strbuf text = STRBUF_INIT;

    pg_status_print_line(m, &text);
    assert_string_equal(strbuf_text(&text), want);
    strbuf_destroy(&text);
}

static void test_reports_and_states(void **state UNUSED)
{
    const uint64_t clean = PG_STATE(ACTIVE) | PG_STATE(CLEAN);
    struct pg_creates creates;
    struct osdmap map;
    struct pg_map m;

    make_map(&map);
    pg_map_init(&m);
    pg_creates_init(&creates);
    assert_int_equal(pg_creates_add_pool(&creates, 7, 1, 2, (struct utime){0}), 0);
    assert_int_equal(pg_map_take_map(&m, &map, &creates), 0);
    assert_line(&m, "4 pgs: 3 unknown, 1 creating; 0 B data, 0 B used, 0 B / 0 B avail");
    report(&m, &map, 5, clean, 0);
    assert_line(&m, "4 pgs: 2 active+clean, 2 unknown; 8 KiB data, 1 MiB used, 9 MiB / 10 MiB avail");
    report(&m, &map, 4, PG_STATE(PEERING), 0); /* late */
    assert_int_equal(pg_map_find(&m, (struct pg_id){.pool = 7})->state, clean);
    assert_int_equal(pg_map_sum(&m, 7).stats.num_objects, 6);
    assert_int_equal(pg_map_sum(&m, 8).pgs, 0);

    map.osds[0].state &= ~OSD_UP; /* nobody tells of its groups any more */
    assert_int_equal(pg_map_take_map(&m, &map, &creates), 0);
    assert_int_equal(pg_map_find(&m, (struct pg_id){.pool = 7})->state, clean | PG_STATE(STALE));
    map.pools[0].pool.pg_num = 1;
    assert_int_equal(pg_map_take_map(&m, &map, &creates), 0);
    assert_int_equal(m.count, 1);
    pg_creates_destroy(&creates);
    pg_map_destroy(&m);
    osdmap_destroy(&map);
}

static void test_rates(void **state UNUSED)
{
    const uint64_t second = 1000000000;
    struct pg_map_rates r;
    struct strbuf text = STRBUF_INIT;
    struct osdmap map;
    struct pg_map m;

    make_map(&map);
    pg_map_init(&m);
    assert_int_equal(pg_map_take_map(&m, &map, NULL), 0);
    for (uint64_t t = 0; t < 10; t++) {
        report(&m, &map, 5, PG_STATE(ACTIVE), (int64_t)t * 10);
        pg_map_take_sample(&m, t * second);
    }
    r = pg_map_rates(&m, 7);
    assert_int_equal(r.writes, 20);
    assert_int_equal(r.write_bytes, 20 * 4096);
    assert_int_equal(r.reads, 0);
    pg_status_print_rates(&r, &text);
    assert_string_equal(strbuf_text(&text), "80 KiB/s wr, 0 op/s rd, 20 op/s wr");
    strbuf_destroy(&text);
    report(&m, &map, 6, PG_STATE(ACTIVE), 0); /* counted anew */
    pg_map_take_sample(&m, 10 * second);
    assert_int_equal(pg_map_rates(&m, PG_MAP_ALL_POOLS).writes, 0);
    pg_map_destroy(&m);
    osdmap_destroy(&map);
}

static void test_sizes(void **state UNUSED)
{
    char text[TEXT_SIZE_MAX];

    assert_string_equal(text_size_bytes(text, 0), "0 B");
    assert_string_equal(text_size_bytes(text, 900000), "879 KiB");
    assert_string_equal(text_size_bytes(text, UINT64_C(2) << 30), "2 GiB");
    assert_string_equal(text_size_bytes(text, UINT64_C(2146524602)), "2.0 GiB");
    assert_string_equal(text_size_bytes(text, (UINT64_C(1) << 30) - 1), "1024 MiB");
    assert_string_equal(text_size_bytes(text, UINT64_MAX), "16 EiB");
    assert_string_equal(text_size_count(text, 999), "999");
    assert_string_equal(text_size_count(text, 1210), "1.21k");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports_and_states),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_application),
    };
    return unit_run("pg_map", tests);
}
