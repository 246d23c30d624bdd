/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor's services by their commands, on a store in memory, without a network. */
#include <errno.h>

#include "test/unit/mon/mon_fixture.h"
#include "mon/health_monitor.h"
#include "mon/osd_monitor.h"

static int open_fixture(void **state)
{
    static struct fixture f;

    fixture_open_memory(&f);
    *state = &f;
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(*state);
    return 0;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in '%s'", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' is in '%s'", part, text);
}

static void test_a_new_cluster(void **state)
{
    struct fixture *f = *state;

    assert_has(fixture_ask(f, "{\"prefix\":\"status\"}"), "id:     " FIXTURE_FSID);
    assert_has(f->output, "mon: 1 daemons, quorum a (age 0s)");
    assert_has(fixture_ask(f, "{\"prefix\":\"mon dump\",\"format\":\"json\"}"), "\"epoch\":1,");
    assert_has(f->output, "\"min_mon_release_name\":\"pacific\"");
    assert_has(f->status, "dumped monmap epoch 1");
    assert_has(fixture_ask(f, "{\"prefix\":\"osd dump\"}"), "epoch 1\nfsid " FIXTURE_FSID "\n");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"fsid\"}"), FIXTURE_FSID "\n");
    fixture_settle(f);
    assert_has(fixture_ask(f, "{\"prefix\":\"log last\"}"), "cluster [INF] mon.a is new leader");
}

static void test_what_is_wrong_with_a_command(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "{\"prefix\":\"nonesuch\"}", -EINVAL, "command not known");
    fixture_expect(f, "{\"prefix\":7}", -EINVAL, "no prefix");
    fixture_expect(f, "[\"status\"]", -EINVAL, "not a JSON object");
    fixture_expect(f, "{\"prefix\":", -EINVAL, "not a JSON object");
    fixture_expect(f, "{\"prefix\":\"osd tree\",\"states\":[\"bogus\"]}", -EINVAL, "states");
    fixture_expect(f, "{\"prefix\":\"osd dump\",\"epoch\":-1}", -EINVAL, "epoch");
    fixture_expect(f, "{\"prefix\":\"osd dump\",\"epoch\":9}", -ENOENT, "there is no map for epoch 9");
    fixture_expect(f, "{\"prefix\":\"config set\",\"who\":\"mon\",\"name\":\"debug_ms\"}", -EINVAL, "value");
    fixture_expect(f, "{\"prefix\":\"log\",\"logtext\":{}}", -EINVAL, "logtext");
}

static void test_descriptions_are_whole(void **state UNUSED)
{
    char *text = mon_command_descriptions();
    json_t *all = json_loads(text, 0, NULL), *one;
    const char *name;

    assert_int_equal(json_object_size(all), mon_command_count);
    json_object_foreach(all, name, one)
    {
        assert_true(json_array_size(json_object_get(one, "sig")) > 0);
        assert_true(strlen(json_string_value(json_object_get(one, "help"))) > 10);
        assert_true(json_is_string(json_object_get(one, "module")));
        assert_true(json_is_string(json_object_get(one, "perm")));
        assert_true(json_is_integer(json_object_get(one, "flags")));
    }
    json_decref(all);
    free(text);
}

static void test_config(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "{\"prefix\":\"config set\",\"who\":\"mon.a\",\"name\":\"debug-mon\",\"value\":\"7\"}",
                   0, "");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"config get\",\"who\":\"mon.a\",\"key\":\"debug_mon\"}"),
                        "7/7\n");
    /* The monitor's own options take effect in it. */
    int log_level, gather_level;
    conf_levels(f->conf, OPT_debug_mon, &log_level, &gather_level);
    assert_int_equal(log_level, 7);
    fixture_expect(
        f, "{\"prefix\":\"config set\",\"who\":\"global\",\"name\":\"debug_mon\",\"value\":\"1/2\"}", 0, "");
    assert_string_equal(
        fixture_ask(f, "{\"prefix\":\"config get\",\"who\":\"client.x\",\"key\":\"debug_mon\"}"), "1/2\n");
    assert_has(fixture_ask(f, "{\"prefix\":\"config log\"}"), "--- 3 --- ");
    assert_has(f->output, "+ global/debug_mon = 1/2\n");
    assert_has(f->output, "--- 1 --- 0.000000 ---\n");
    fixture_expect(f, "{\"prefix\":\"config rm\",\"who\":\"mon.a\",\"name\":\"debug_mon\"}", 0, "");
    assert_has(fixture_ask(f, "{\"prefix\":\"config log\",\"num\":1}"), "- mon.a/debug_mon = 7/7\n");
    fixture_expect(f, "{\"prefix\":\"config reset\",\"num\":2}", 0, "");
    assert_has(fixture_ask(f, "{\"prefix\":\"config dump\"}"), "    mon.a        advanced  debug_mon  7/7");
    assert_lacks(f->output, "global");

    fixture_expect(f, "{\"prefix\":\"config set\",\"who\":\"mon\",\"name\":\"nope\",\"value\":\"1\"}",
                   -EINVAL, "unrecognized config option 'nope'");
    fixture_expect(f, "{\"prefix\":\"config set\",\"who\":\"x.y\",\"name\":\"debug_ms\",\"value\":\"1\"}",
                   -EINVAL, "unrecognized config target 'x.y'");
    fixture_expect(f, "{\"prefix\":\"config set\",\"who\":\"mon\",\"name\":\"fsid\",\"value\":\"1\"}",
                   -EINVAL, "cannot be stored");
    fixture_expect(
        f, "{\"prefix\":\"config set\",\"who\":\"mon\",\"name\":\"nope\",\"value\":\"1\",\"force\":true}", 0,
        "");
}

static void test_assimilated_file(void **state)
{
    struct fixture *f = *state;

    fixture_ask_with(f, "{\"prefix\":\"config assimilate-conf\"}",
                     "[global]\nfsid = " FIXTURE_FSID "\n[mon]\ndebug mon = 3\n[osd.1]\nstrange = thing\n");
    assert_int_equal(f->result, 0);
    assert_string_equal(f->output, "[global]\n\tfsid = " FIXTURE_FSID "\n[osd.1]\n\tstrange = thing\n");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"config get\",\"who\":\"mon.a\",\"key\":\"debug_mon\"}"),
                        "3/3\n");
    fixture_ask_with(f, "{\"prefix\":\"config assimilate-conf\"}", "[mon\n");
    assert_int_equal(f->result, -EINVAL);
    assert_has(f->status, "input:1");
}

static void test_config_keys(void **state)
{
    struct fixture *f = *state;
    char *big = malloc(70000);

    fixture_expect(f, "{\"prefix\":\"config-key set\",\"key\":\"a/b\",\"val\":\"v\"}", 0, "set a/b");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"config-key get\",\"key\":\"a/b\"}"), "v");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"config-key ls\",\"format\":\"json\"}"), "[\"a/b\"]");
    fixture_expect(f, "{\"prefix\":\"config-key get\",\"key\":\"a\"}", -ENOENT, "");
    memset(big, 'x', 69999);
    big[69999] = 0;
    fixture_ask_with(f, "{\"prefix\":\"config-key set\",\"key\":\"big\"}", big);
    assert_int_equal(f->result, -EFBIG);
    free(big);
    fixture_expect(f, "{\"prefix\":\"config-key rm\",\"key\":\"a/b\"}", 0, "key deleted");
    fixture_expect(f, "{\"prefix\":\"config-key exists\",\"key\":\"a/b\"}", -ENOENT, "doesn't exist");
}

static void test_flags_health_and_log(void **state)
{
    struct fixture *f = *state;
    struct paxos_service *health = f->mon->services[MON_SERVICE_HEALTH];

    assert_string_equal(fixture_ask(f, "{\"prefix\":\"health\"}"), "HEALTH_OK\n");
    fixture_expect(f, "{\"prefix\":\"osd set\",\"key\":\"noout\"}", 0, "noout is set");
    assert_has(fixture_ask(f, "{\"prefix\":\"osd stat\"}"), "epoch: e2\nflags noout\n");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"health\",\"detail\":\"detail\"}"),
                        "HEALTH_WARN noout flag(s) set\n[WRN] OSDMAP_FLAGS: noout flag(s) set\n");
    monitor_lock(f->mon);
    health->ops->tick(health);
    monitor_unlock(f->mon);
    fixture_settle(f);
    assert_has(fixture_ask(f, "{\"prefix\":\"log last\"}"),
               "[WRN] Health check failed: noout flag(s) set (OSDMAP_FLAGS)");

    fixture_expect(f, "{\"prefix\":\"health mute\",\"code\":\"NOPE\"}", -ENOENT, "not currently raised");
    fixture_expect(f, "{\"prefix\":\"health mute\",\"code\":\"OSDMAP_FLAGS\"}", 0, "");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"health\"}"), "HEALTH_OK (muted: OSDMAP_FLAGS)\n");
    /* More of the same ends the mute. */
    fixture_expect(f, "{\"prefix\":\"osd pause\"}", 0, "pauserd,pausewr is set");
    monitor_lock(f->mon);
    health->ops->tick(health);
    monitor_unlock(f->mon);
    fixture_settle(f);
    assert_has(fixture_ask(f, "{\"prefix\":\"health\"}"), "HEALTH_WARN pauserd,pausewr,noout flag(s) set");
    fixture_expect(f, "{\"prefix\":\"osd unpause\"}", 0, "is unset");
    fixture_expect(f, "{\"prefix\":\"osd unset\",\"key\":\"noout\"}", 0, "noout is unset");
    monitor_lock(f->mon);
    health->ops->tick(health);
    monitor_unlock(f->mon);
    fixture_settle(f);
    assert_has(fixture_ask(f, "{\"prefix\":\"log last\"}"), "Cluster is now healthy");
}

static void test_changes_share_commits(void **state)
{
    struct fixture *f = *state;
    struct kv_stats before, after;
    uint64_t epoch = f->mon->services[MON_SERVICE_OSD]->last_committed;

    fixture_settle(f);
    kv_store_stats(f->mon->store.kv, &before);
    monitor_lock(f->mon); /* while a commit is on its way, more come in */
    monitor_unlock(f->mon);
    fixture_send(f, "{\"prefix\":\"osd set\",\"key\":\"noout\"}", NULL);
    fixture_send(f, "{\"prefix\":\"osd set\",\"key\":\"noup\"}", NULL);
    fixture_send(f, "{\"prefix\":\"osd set\",\"key\":\"noin\"}", NULL);
    assert_false(f->answered); /* nothing is told before it is stored */
    for (int i = 0; i < 4; i++)
        fixture_settle(f);
    assert_true(f->answered);
    kv_store_stats(f->mon->store.kv, &after);
    assert_has(fixture_ask(f, "{\"prefix\":\"osd stat\"}"), "flags noup,noout,noin");
    /* The first went alone, the other two together. */
    assert_int_equal(f->mon->services[MON_SERVICE_OSD]->last_committed, epoch + 2);
    assert_true(after.commits - before.commits <= 5);
}

static void test_old_maps_are_trimmed(void **state)
{
    struct fixture *f = *state;
    const struct paxos_service *s = f->mon->services[MON_SERVICE_OSD];
    struct osdmap map;

    assert_int_equal(conf_set(f->conf, CONF_OVERRIDE, "mon_min_osdmap_epochs", "5", NULL), 0);
    for (int i = 0; i < 10; i++) {
        fixture_expect(f, "{\"prefix\":\"osd set\",\"key\":\"noout\"}", 0, "");
        fixture_expect(f, "{\"prefix\":\"osd unset\",\"key\":\"noout\"}", 0, "");
    }
    assert_int_equal(s->last_committed, 21);
    assert_int_equal(s->first_committed, 15);
    assert_int_equal(osd_monitor_load(s, 14, &map), -ENOENT);
    assert_int_equal(osd_monitor_load(s, 15, &map), 0);
    assert_int_equal(map.epoch, 15);
    osdmap_destroy(&map);
    assert_false(mon_store_exists(&f->mon->store, "osdmap", "full_14"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_new_cluster, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_with_a_command, open_fixture, close_fixture),
        cmocka_unit_test(test_descriptions_are_whole),
        cmocka_unit_test_setup_teardown(test_config, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_assimilated_file, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_config_keys, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_flags_health_and_log, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_changes_share_commits, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_old_maps_are_trimmed, open_fixture, close_fixture),
    };
    return unit_run("mon_services", tests);
}
