/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor's pure parts: whose options are whose, tables, ages, the tail of the log, health checks, trees.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/clock.h"
#include "common/text_table.h"
#include "maps/health_checks.h"
#include "maps/osd_tree.h"
#include "mon/config_map.h"
#include "mon/json_text.h"
#include "mon/log_tail.h"
#include "mon/text_age.h"
#include "mon/transport_health.h"

static void test_whom_an_option_is_for(void **state UNUSED)
{
    static const struct {
        const char *text, *printed; /* printed NULL: not accepted */
    } cases[] = {
        {"global", "global"},
        {"mon", "mon"},
        {"mon.a", "mon.a"},
        {"client.rgw.x", "client.rgw.x"},
        {"osd/host:foo", "osd/host:foo"},
        {"osd/class:ssd", "osd/class:ssd"},
        {"osd/class:ssd/rack:r1", "osd/rack:r1/class:ssd"},
        {"host:foo", "global/host:foo"},
        {"", NULL},
        {"foo", NULL},
        {"mon.", NULL},
        {"monitor", NULL},
        {"osd/", NULL},
        {"osd/host", NULL},
        {"osd/host:", NULL},
        {"osd/:foo", NULL},
        {"osd/host:a/host:b", NULL},
        {"osd/class:a/class:b", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct config_who w;
        int r = config_who_parse(&w, cases[i].text);
        char *printed;
        if (!cases[i].printed) {
            assert_int_equal(r, -EINVAL);
            continue;
        }
        assert_int_equal(r, 0);
        printed = config_who_print(&w);
        assert_string_equal(printed, cases[i].printed);
        free(printed);
        config_who_destroy(&w);
    }
}

static void test_the_nearest_option_wins(void **state UNUSED)
{
    static const char *const keys[] = {"global/o",        "client/o",        "client.rgw/o",
                                       "client.rgw.x/o",  "client/host:h/o", "osd/o",
                                       "osd/class:ssd/o", "osd/host:h/o",    "osd/host:h/class:ssd/o",
                                       "osd.3/o",         "global/only",     "mon/only"};
    static const struct {
        struct config_entity e;
        const char *o; /* the key that counts for option o */
    } cases[] = {
        {{"mon", "a", NULL, NULL}, "global/o"},
        {{"client", "admin", NULL, NULL}, "client/o"},
        {{"client", "admin", "h", NULL}, "client/host:h/o"},
        {{"client", "rgw.x", "h", NULL}, "client.rgw.x/o"},
        {{"client", "rgw.y", NULL, NULL}, "client.rgw/o"},
        {{"client", "rgwx", NULL, NULL}, "client/o"},
        {{"osd", "1", NULL, NULL}, "osd/o"},
        {{"osd", "1", NULL, "ssd"}, "osd/class:ssd/o"},
        {{"osd", "1", "h", NULL}, "osd/host:h/o"},
        {{"osd", "1", "h", "ssd"}, "osd/host:h/class:ssd/o"},
        {{"osd", "3", "h", "ssd"}, "osd.3/o"},
        {{"osd", NULL, "other", "hdd"}, "osd/o"},
    };
    struct config_map m;

    config_map_init(&m);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        assert_int_equal(config_map_add(&m, keys[i], keys[i]), 0);
    assert_int_equal(config_map_add(&m, "nobody/o", "x"), -EINVAL);
    assert_int_equal(config_map_add(&m, "mon/", "x"), -EINVAL);
    assert_int_equal(config_map_add(&m, "o", "x"), -EINVAL);
    assert_int_equal(m.count, ARRAY_SIZE(keys));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct config_item **items;
        unsigned n;
        assert_int_equal(config_map_resolve(&m, &cases[i].e, &items, &n), 0);
        assert_int_equal(n, 2);
        assert_string_equal(items[0]->value, cases[i].o);
        assert_string_equal(items[1]->value,
                            strcmp(cases[i].e.type, "mon") == 0 ? "mon/only" : "global/only");
        free(items);
    }
    assert_string_equal(m.items[0].key, "global/o"); /* in the order of `config dump` */
    assert_string_equal(m.items[m.count - 1].key, "client.rgw.x/o");
    config_map_destroy(&m);
}

static void test_table(void **state UNUSED)
{
    struct strbuf out = STRBUF_INIT;
    struct text_table t;

    text_table_init(&t, "NAME|>SIZE|X");
    text_table_row(&t, (const char *[]){"a", "1", "x"});
    text_table_row(&t, (const char *[]){"l\xc3\xa4nger", "12345", ""});
    assert_int_equal(text_table_print(&t, &out), 0);
    assert_string_equal(strbuf_text(&out), "NAME    SIZE   X\na           1  x\nl\xc3\xa4nger  12345   \n");
    text_table_destroy(&t);
    strbuf_destroy(&out);
}

static void test_ages(void **state UNUSED)
{
    char buf[TEXT_AGE_MAX];

    assert_string_equal(text_age(buf, 0), "0s");
    assert_string_equal(text_age(buf, 119), "119s");
    assert_string_equal(text_age(buf, 120), "2m");
    assert_string_equal(text_age(buf, 7200), "2h");
    assert_string_equal(text_age(buf, 3 * 86400), "3d");
    assert_string_equal(text_age(buf, 15 * 86400), "2w");
    assert_string_equal(text_age(buf, 800 * 86400), "2y");
}

static void test_log_tail(void **state UNUSED)
{
    struct log_entry e = {.name = {ENTITY_TYPE_OSD, "0"},
                          .rank = {ENTITY_TYPE_OSD, 0},
                          .stamp = {1000000000, 0},
                          .priority = LOG_ENTRY_WARN,
                          .channel = "cluster",
                          .message = "bad \xff byte"};
    struct strbuf line = STRBUF_INIT;
    struct log_tail t;
    json_t *o;

    log_tail_init(&t);
    for (e.seq = 1; e.seq <= 5; e.seq++)
        assert_int_equal(log_tail_add(&t, &e, 3), 0);
    e.channel = "audit";
    e.seq = 9;
    assert_int_equal(log_tail_add(&t, &e, 3), 0);
    assert_int_equal(t.count, 4); /* three of one channel, one of the other */
    assert_true(log_tail_has(&t, &e));
    e.seq = 2;
    assert_false(log_tail_has(&t, &e));
    assert_true(log_entry_matches(&e, "*", LOG_ENTRY_INFO));
    assert_true(log_entry_matches(&e, "audit", LOG_ENTRY_WARN));
    assert_false(log_entry_matches(&e, "cluster", LOG_ENTRY_INFO));
    assert_false(log_entry_matches(&e, "*", LOG_ENTRY_ERROR));
    log_entry_print(&e, &line);
    assert_non_null(strstr(strbuf_text(&line), " osd.0 (osd.0) 2 : audit [WRN] bad "));
    o = log_entry_dump(&e); /* what is no text must not break the JSON */
    assert_string_equal(json_string_value(json_object_get(o, "message")), "bad \xef\xbf\xbd byte");
    json_decref(o);
    assert_int_equal(log_entry_level_parse("sec"), LOG_ENTRY_SEC);
    assert_int_equal(log_entry_level_parse("nope"), -1);
    strbuf_destroy(&line);
    log_tail_destroy(&t);
}

static void test_health_text(void **state UNUSED)
{
    struct strbuf out = STRBUF_INIT;
    struct health_checks c;

    health_checks_init(&c);
    health_checks_line(&c, &out);
    assert_string_equal(strbuf_text(&out), "HEALTH_OK");
    health_checks_add(&c, "ZED", HEALTH_WARN, 1, "%s", "last");
    health_check_detail(health_checks_add(&c, "ABLE", HEALTH_ERR, 2, "first"), "more of %s", "it");
    strbuf_clear(&out);
    health_checks_line(&c, &out);
    health_checks_details(&c, &out);
    assert_string_equal(strbuf_text(&out),
                        "HEALTH_ERR first; last\n[ERR] ABLE: first\n    more of it\n[WRN] ZED: last");
    c.checks[0].muted = true;
    strbuf_clear(&out);
    health_checks_line(&c, &out);
    assert_string_equal(strbuf_text(&out), "HEALTH_WARN last (muted: ABLE)");
    strbuf_destroy(&out);
    health_checks_destroy(&c);
}

static void test_rdma_trouble_is_told(void **state UNUSED)
{
    struct transport_status st = {.sockets = 9, .capacity = 10};
    struct health_checks c;

    health_checks_init(&c);
    transport_health_check(&st, "mon.a", &c);
    assert_int_equal(c.count, 0);
    st.sockets = 10;
    st.stuck_closes = 3;
    st.accept_blocked_ns = 7 * NSEC_PER_SEC;
    transport_health_check(&st, "mon.a", &c);
    assert_int_equal(c.count, 3);
    assert_int_equal(health_checks_overall(&c), HEALTH_WARN);
    assert_int_equal(health_checks_find(&c, "RDMA_STUCK_CLOSES")->count, 3);
    assert_string_equal(health_checks_find(&c, "RDMA_AT_CAPACITY")->detail.items[0],
                        "mon.a has 10 of 10 connections (ms_rsockets_max_connections)");
    assert_non_null(health_checks_find(&c, "RDMA_ACCEPT_BLOCKED"));
    health_checks_destroy(&c);
}

/* An OSD map with two OSDs and one that no bucket holds. */
static void test_osd_tree(void **state UNUSED)
{
    struct osd_tree_filter all = {0}, down = {.down = true};
    struct strbuf out = STRBUF_INIT;
    struct crush_map crush;
    struct osdmap map;
    struct fsid fsid = {{1}};
    json_t *o;

    assert_int_equal(osdmap_create_initial(&map, &fsid, (struct utime){1, 0}), 0);
    assert_int_equal(crush_map_create_default(&crush), 0);
    assert_int_equal(osdmap_set_max_osd(&map, 2), 0);
    map.osds[0].state = OSD_EXISTS | OSD_UP;
    map.osds[1].state = OSD_EXISTS;
    map.osds[0].weight = map.osds[1].weight = OSD_WEIGHT_ONE;
    assert_int_equal(osd_tree_print(&map, &crush, true, &all, &out), 0);
    assert_string_equal(strbuf_text(&out), "ID  CLASS  WEIGHT  TYPE NAME     STATUS  REWEIGHT  PRI-AFF\n"
                                           "-1              0  root default                           \n"
                                           " 0              0  osd.0             up   1.00000  1.00000\n"
                                           " 1              0  osd.1           down   1.00000  1.00000\n");
    strbuf_clear(&out);
    assert_int_equal(osd_tree_print(&map, &crush, true, &down, &out), 0);
    assert_null(strstr(strbuf_text(&out), "osd.0"));
    assert_non_null(strstr(strbuf_text(&out), "osd.1"));
    o = osd_tree_dump(&map, &crush, true, &all);
    assert_int_equal(json_array_size(json_object_get(o, "nodes")), 1);
    assert_int_equal(json_array_size(json_object_get(o, "stray")), 2);
    json_decref(o);
    strbuf_destroy(&out);
    crush_map_destroy(&crush);
    osdmap_destroy(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whom_an_option_is_for),
        cmocka_unit_test(test_the_nearest_option_wins),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_log_tail),
        cmocka_unit_test(test_health_text),
        cmocka_unit_test(test_rdma_trouble_is_told),
        cmocka_unit_test(test_osd_tree),
    };
    return unit_run("mon_parts", tests);
}
