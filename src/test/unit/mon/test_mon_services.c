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

/* Who makes a placement group begins with the map in which its pool was new. */
static void test_maps_stay_while_groups_are_to_be_made(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(conf_set(f->conf, CONF_OVERRIDE, "mon_min_osdmap_epochs", "5", NULL), 0);
    fixture_expect(f, "{\"prefix\":\"osd pool create\",\"pool\":\"p\",\"pg_num\":1,\"size\":1}", 0, "");
    for (int i = 0; i < 10; i++) {
        fixture_expect(f, "{\"prefix\":\"osd set\",\"key\":\"noout\"}", 0, "");
        fixture_expect(f, "{\"prefix\":\"osd unset\",\"key\":\"noout\"}", 0, "");
    }
    assert_int_equal(f->mon->services[MON_SERVICE_OSD]->first_committed, 1);
}

static void test_making_and_removing_osds(void **state)
{
    struct fixture *f = *state;
    const char *uuid = "{\"prefix\":\"osd new\",\"uuid\":\"11111111-1111-1111-1111-111111111111\"%s}";
    const char *secrets = "{\"cephx_secret\":\"AQCyZhFnAAAAABAAGHeZxb1ikVsyKQ8fkTXUVA==\"}";
    char command[200];

    snprintf(command, sizeof(command), uuid, "");
    assert_string_equal(fixture_ask_with(f, command, secrets), "0\n");
    assert_has(fixture_ask(f, "{\"prefix\":\"auth get\",\"entity\":\"osd.0\"}"),
               "caps mon = \"allow profile osd\"");
    assert_string_equal(fixture_ask_with(f, command, secrets), "0\n"); /* asked for again */
    fixture_ask_with(f, command, "{\"cephx_secret\":\"AQCyZhFnAAAAABAAGHeZxb1ikVsyKQ8fkTXUVQ==\"}");
    assert_int_equal(f->result, -EEXIST);
    fixture_ask_with(f, command, "{}");
    assert_int_equal(f->result, -EINVAL);
    fixture_ask_with(f, command, "[");
    assert_int_equal(f->result, -EINVAL);
    snprintf(command, sizeof(command), uuid, ",\"id\":\"osd.3\"");
    fixture_expect(f, command, -EINVAL, "in use by osd.0");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"osd create\"}"), "1\n");
    fixture_expect(f, "{\"prefix\":\"osd create\",\"id\":\"1\"}", -EEXIST, "osd.1 exists");
    fixture_expect(f, "{\"prefix\":\"osd create\",\"id\":\"70000\"}", -ERANGE, "mon_max_osd");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"osd ls\",\"format\":\"json\"}"), "[0,1]");

    fixture_expect(f, "{\"prefix\":\"osd in\",\"ids\":[\"0\",\"osd.1\",\"7\"]}", 0,
                   "marked in osd.0. marked in osd.1. osd.7 does not exist. ");
    fixture_expect(f, "{\"prefix\":\"osd in\",\"ids\":[\"all\"]}", 0, "osd.0 is already in. ");
    fixture_expect(f, "{\"prefix\":\"osd out\",\"ids\":[\"x\"]}", -EINVAL, "invalid osd id 'x'");
    fixture_expect(f, "{\"prefix\":\"osd reweight\",\"id\":0,\"weight\":0.5}", 0,
                   "reweighted osd.0 to 0.5 (8000)");
    assert_has(fixture_ask(f, "{\"prefix\":\"osd dump\"}"), "osd.0 down in  weight 0.5 ");

    fixture_expect(f, "{\"prefix\":\"osd purge\",\"id\":0}", -EPERM, "--yes-i-really-mean-it");
    fixture_expect(f, "{\"prefix\":\"osd purge\",\"id\":0,\"yes_i_really_mean_it\":true}", 0, "purged osd.0");
    fixture_expect(f, "{\"prefix\":\"auth get\",\"entity\":\"osd.0\"}", -ENOENT, "");
    fixture_expect(f, "{\"prefix\":\"osd destroy\",\"id\":1,\"yes_i_really_mean_it\":true}", 0,
                   "destroyed osd.1");
    snprintf(command, sizeof(command), uuid, ",\"id\":1");
    assert_string_equal(fixture_ask_with(f, command, secrets), "1\n"); /* the number is free for another */
    fixture_expect(f, "{\"prefix\":\"osd rm\",\"ids\":[\"1\"]}", 0, "removed osd.1");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"osd ls\"}"), "");
}

static void test_shutting_clients_out(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "{\"prefix\":\"osd blocklist\",\"blocklistop\":\"add\",\"addr\":\"127.0.0.1:0/7\"}", 0,
                   "blocklisting 127.0.0.1:0/7 until ");
    assert_has(fixture_ask(f, "{\"prefix\":\"osd blocklist ls\"}"), "127.0.0.1:0/7 ");
    fixture_expect(f, "{\"prefix\":\"osd blocklist\",\"blocklistop\":\"add\",\"addr\":\"nowhere\"}", -EINVAL,
                   "unable to parse address");
    fixture_expect(f, "{\"prefix\":\"osd blocklist\",\"blocklistop\":\"rm\",\"addr\":\"127.0.0.1:0/8\"}", 0,
                   "isn't blocklisted");
    fixture_expect(f, "{\"prefix\":\"osd blocklist clear\"}", 0, "removed all blocklist entries");
    assert_string_equal(fixture_ask(f, "{\"prefix\":\"osd blocklist ls\"}"), "");
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
        cmocka_unit_test_setup_teardown(test_maps_stay_while_groups_are_to_be_made, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(test_making_and_removing_osds, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_shutting_clients_out, open_fixture, close_fixture),
    };
    return unit_run("mon_services", tests);
}
