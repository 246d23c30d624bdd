/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mon client with monitors of the test's own making, over TCP: what a program sees of it. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/clock.h"
#include "maps/mon_features.h"
#include "messages/m_mon_subscribe.h"
#include "messages/m_statfs.h"
#include "mon_client/mon_client.h"
#include "test/unit/mon_client/fake_mon.h"

#define SEC     NSEC_PER_SEC
#define PATIENT (60 * SEC)

static struct conf *conf;

static void set(const char *name, const char *value)
{
    assert_int_equal(conf_set(conf, CONF_CMDLINE, name, value, NULL), 0);
}

/* A client with its messenger. */
struct client {
    struct messenger *m;
    struct mon_client *mc;
    atomic_uint opened, monmaps, configs, unclaimed;
};

static void on_opened(void *arg, uint64_t global_id)
{
    assert_int_equal(global_id, 4242);
    ((struct client *)arg)->opened++;
}
static void on_monmap(void *arg, const struct monmap *map)
{
    assert_true(map->epoch > 0);
    ((struct client *)arg)->monmaps++;
}
static void on_config(void *arg)
{
    ((struct client *)arg)->configs++;
}
static const struct mon_client_callbacks callbacks = {on_opened, on_monmap, on_config};

/* The program's own dispatcher gets what the mon client leaves. */
static bool on_message(void *arg, struct message *m)
{
    ((struct client *)arg)->unclaimed++;
    message_put(m);
    return true;
}
static const struct dispatcher_ops ops = {.dispatch = on_message};

static void client_start(struct client *c)
{
    struct entity_name name = {.type = ENTITY_TYPE_CLIENT, .num = ENTITY_NUM_NEW};
    struct policy policy = policy_lossy_client(0);
    char err[200] = "";

    memset(c, 0, sizeof(*c));
    c->m = messenger_create(conf, "simple", name, "client", 77, err, sizeof(err));
    if (!c->m)
        fail_msg("%s", err);
    messenger_set_default_policy(c->m, &policy);
    c->mc = mon_client_create(conf, c->m, err, sizeof(err));
    if (!c->mc)
        fail_msg("%s", err);
    mon_client_set_callbacks(c->mc, &callbacks, c);
    messenger_add_dispatcher(c->m, &ops, c);
    assert_int_equal(messenger_start(c->m), 0);
}

static void client_stop(struct client *c)
{
    mon_client_stop(c->mc);
    messenger_shutdown(c->m);
    mon_client_free(c->mc);
    messenger_destroy(c->m);
}

static void client_open(struct client *c)
{
    char err[300] = "";

    if (mon_client_authenticate(c->mc, PATIENT, err, sizeof(err)))
        fail_msg("%s", err);
}

#define MONS 3

/* Monitors a, b, c, a map of them, and mon_host. */
struct cluster {
    struct fake_mon mons[MONS];
    struct monmap map;
};

static void cluster_start(struct cluster *c, unsigned hosts)
{
    char mon_host[400] = "";

    monmap_init(&c->map);
    c->map.persistent_features = MON_FEATURE_NAUTILUS | MON_FEATURE_MIMIC;
    c->map.epoch = 5;
    assert_int_equal(fsid_parse(&c->map.fsid, "11111111-2222-3333-4444-555555555555"), 0);
    for (int i = 0; i < MONS; i++) {
        char name[] = {(char)('a' + i), 0};
        char *text;

        fake_mon_start(&c->mons[i], conf, i);
        c->mons[i].map = &c->map;
        assert_int_equal(monmap_add(&c->map, name, &c->mons[i].addrs), 0);
        text = entity_addrvec_print(&c->mons[i].addrs);
        if ((unsigned)i < hosts)
            snprintf(mon_host + strlen(mon_host), sizeof(mon_host) - strlen(mon_host), "%s ", text);
        free(text);
    }
    set("mon_host", mon_host);
}

static void cluster_stop(struct cluster *c)
{
    for (int i = 0; i < MONS; i++)
        fake_mon_stop(&c->mons[i]);
    monmap_destroy(&c->map);
}

static unsigned total_auths(struct cluster *c)
{
    unsigned n = 0;

    for (int i = 0; i < MONS; i++) {
        mutex_lock(&c->mons[i].lock);
        n += c->mons[i].auths;
        mutex_unlock(&c->mons[i].lock);
    }
    return n;
}

/* Which monitor the session is with, and that it was forgotten there. */
static struct fake_mon *session_of(struct cluster *c)
{
    struct fake_mon *found = NULL;

    for (int i = 0; i < MONS; i++) {
        mutex_lock(&c->mons[i].lock);
        if (c->mons[i].session && !connection_is_dead(c->mons[i].session))
            found = &c->mons[i];
        mutex_unlock(&c->mons[i].lock);
    }
    assert_non_null(found);
    return found;
}

static bool soon(bool (*what)(void *), void *arg)
{
    for (int i = 0; i < 6000; i++) {
        if (what(arg))
            return true;
        usleep(10000);
    }
    return false;
}

/* ---- tests ---- */

static void test_session(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    struct mon_command_reply reply;
    struct bufferlist input;
    struct monmap map;
    struct slice output;

    cluster_start(&mons, 1);
    mons.mons[0].config_name = "mon_client_ping_interval";
    mons.mons[0].config_value = "7";
    client_start(&c);
    assert_false(mon_client_is_open(c.mc));
    client_open(&c);
    assert_true(mon_client_is_open(c.mc));
    assert_int_equal(mon_client_global_id(c.mc), 4242);
    assert_int_equal(messenger_name(c.m).num, 4242);
    assert_int_equal(mon_client_copy_monmap(c.mc, &map), 0);
    assert_int_equal(map.epoch, 5);
    assert_int_equal(map.count, MONS);
    monmap_destroy(&map);

    assert_int_equal(mon_client_wait_config(c.mc, PATIENT), 0);
    assert_int_equal(conf_source(conf, OPT_mon_client_ping_interval), CONF_MON);

    bufferlist_init(&input);
    assert_int_equal(bufferlist_append_copy(&input, "data", 4), 0);
    assert_int_equal(mon_client_command_wait(c.mc, "{\"prefix\":\"x\"}", &input, 0, &reply), 0);
    bufferlist_destroy(&input);
    assert_int_equal(reply.result, -7);
    assert_string_equal(reply.status, "{\"prefix\":\"x\"}");
    assert_int_equal(bufferlist_flatten(&reply.output, &output), 0);
    assert_int_equal(output.len, 4);
    assert_memory_equal(output.data, "data", 4);
    slice_put(&output);
    mon_command_reply_destroy(&reply);
    client_stop(&c);
    assert_int_equal(c.opened, 1);
    assert_int_equal(c.monmaps, 1);
    assert_int_equal(c.configs, 1);
    cluster_stop(&mons);
}

/* What one thread waits for and another brings about. */
struct result {
    atomic_bool done;
    atomic_int error;
    char status[128];
    uint64_t newest, oldest;
};

static void on_command(void *arg, int result, const char *status, struct bufferlist *output UNUSED)
{
    struct result *r = arg;

    r->error = result;
    snprintf(r->status, sizeof(r->status), "%s", status);
    r->done = true;
}
static void on_version(void *arg, int error, uint64_t newest, uint64_t oldest)
{
    struct result *r = arg;

    r->error = error;
    r->newest = newest;
    r->oldest = oldest;
    r->done = true;
}
static void on_reply(void *arg, int error, const struct message *reply)
{
    struct result *r = arg;
    struct m_statfs_reply statfs;

    r->error = error;
    if (error == 0 && m_statfs_reply_decode(&statfs, reply) == 0)
        r->newest = statfs.kb;
    r->done = true;
}
static bool is_done(void *arg)
{
    return ((struct result *)arg)->done;
}
static bool opened_twice(void *arg)
{
    return ((struct client *)arg)->opened >= 2;
}

/* The monitor goes away with a command unanswered: another session, the subscriptions, the command again. */
static void test_reconnect(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    struct result r = {0};
    struct fake_mon *first, *second;

    set("mon_client_hunt_parallel", "1"); /* of several at once any may be the first to answer */
    cluster_start(&mons, MONS);
    for (int i = 0; i < MONS; i++)
        mons.mons[i].commands_to_ignore = 1;
    client_start(&c);
    assert_int_equal(mon_client_sub_want(c.mc, "osdmap", 0, 0), 0);
    client_open(&c);
    first = session_of(&mons);
    assert_int_equal(first->auth_global_id, 0);
    mon_client_sub_got(c.mc, "osdmap", 30);
    assert_true(mon_client_command(c.mc, "{}", NULL, 0, on_command, &r) > 0);
    fake_mon_wait(first, &first->commands, 1);
    fake_mon_cut(first);
    assert_true(soon(opened_twice, &c));
    second = session_of(&mons);
    assert_ptr_not_equal(first, second); /* the one that broke is tried last */
    fake_mon_wait(second, &second->commands, 1);
    assert_int_equal(second->auth_global_id, 4242);
    assert_string_equal(second->subs, "config=0+,monmap=6+,osdmap=31+");
    assert_false(r.done);
    for (int i = 0; i < MONS; i++) {
        mutex_lock(&mons.mons[i].lock);
        mons.mons[i].commands_to_ignore = 0;
        mutex_unlock(&mons.mons[i].lock);
    }
    fake_mon_cut(second);
    assert_true(soon(is_done, &r));
    assert_int_equal(r.error, -7);
    client_stop(&c);
    cluster_stop(&mons);
    set("mon_client_hunt_parallel", "3");
}

static void test_refused(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    char err[300];

    cluster_start(&mons, MONS);
    for (int i = 0; i < MONS; i++)
        mons.mons[i].auth_result = -EACCES;
    client_start(&c);
    assert_int_equal(mon_client_authenticate(c.mc, PATIENT, err, sizeof(err)), -EACCES);
    assert_string_equal(err, "the monitors refuse client.admin: Permission denied");
    assert_true(total_auths(&mons) >= 1);
    client_stop(&c);
    cluster_stop(&mons);
}

/* Monitors that take connections and say nothing are given their time, and no more. */
static void test_mute_monitors(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    char err[300];

    set("mon_client_hunt_interval", "0.1");
    set("mon_client_hunt_parallel", "1");
    cluster_start(&mons, MONS);
    mons.mons[0].mute = mons.mons[2].mute = true;
    for (int i = 0; i < 5; i++) { /* whichever comes first */
        client_start(&c);
        client_open(&c);
        assert_ptr_equal(session_of(&mons), &mons.mons[1]);
        client_stop(&c);
    }
    mutex_lock(&mons.mons[1].lock);
    mons.mons[1].mute = true;
    mutex_unlock(&mons.mons[1].lock);
    client_start(&c);
    assert_int_equal(mon_client_authenticate(c.mc, SEC, err, sizeof(err)), -ETIMEDOUT);
    assert_string_equal(err, "no monitor could be reached in time");
    mutex_lock(&mons.mons[2].lock);
    mons.mons[2].mute = false; /* it goes on looking */
    mutex_unlock(&mons.mons[2].lock);
    client_open(&c);
    client_stop(&c);
    cluster_stop(&mons);
    set("mon_client_hunt_interval", "3");
    set("mon_client_hunt_parallel", "3");
}

/* Requests end by time, by cancelling, by an answer, by the end of the client. */
static void test_requests_end(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    struct result r = {0}, canceled = {0}, version = {0}, statfs = {0}, late = {0};
    struct m_statfs request = {.paxos = PAXOS_PREFIX_INIT(0)};
    struct mon_command_reply reply;
    uint64_t tid;

    cluster_start(&mons, 1);
    mons.mons[0].commands_to_ignore = 1000;
    client_start(&c);
    client_open(&c);

    assert_true(mon_client_command(c.mc, "{}", NULL, SEC / 10, on_command, &r) > 0);
    assert_true(soon(is_done, &r));
    assert_int_equal(r.error, -ETIMEDOUT);
    assert_string_equal(r.status, "no answer in time");

    tid = mon_client_command(c.mc, "{}", NULL, 0, on_command, &canceled);
    assert_true(mon_client_cancel(c.mc, tid));
    assert_true(canceled.done);
    assert_int_equal(canceled.error, -ECANCELED);
    assert_false(mon_client_cancel(c.mc, tid));

    assert_true(mon_client_get_version(c.mc, "osdmap", on_version, &version) > 0);
    assert_true(soon(is_done, &version));
    assert_int_equal(version.error, 0);
    assert_int_equal(version.newest, 7);
    assert_int_equal(version.oldest, 2);

    assert_true(mon_client_request(c.mc, m_statfs_message(&request), 0, on_reply, &statfs) > 0);
    assert_true(soon(is_done, &statfs));
    assert_int_equal(statfs.newest, 1000);

    assert_true(mon_client_command(c.mc, "{}", NULL, 0, on_command, &late) > 0);
    client_stop(&c);
    assert_true(late.done);
    assert_int_equal(late.error, -ESHUTDOWN);
    cluster_stop(&mons);

    /* After the end nothing is taken any more. */
    cluster_start(&mons, 1);
    client_start(&c);
    mon_client_stop(c.mc);
    assert_int_equal(mon_client_command(c.mc, "{}", NULL, 0, on_command, &late), 0);
    assert_int_equal(mon_client_command_wait(c.mc, "{}", NULL, 0, &reply), -ESHUTDOWN);
    client_stop(&c);
    cluster_stop(&mons);
}

static void told(struct client *c, const char *target, int error, const char *status)
{
    struct mon_command_reply reply;

    assert_int_equal(mon_client_tell_wait(c->mc, target, "{\"prefix\":\"v\"}", NULL, PATIENT, &reply), 0);
    assert_int_equal(reply.result, error);
    assert_string_equal(reply.status, status);
    mon_command_reply_destroy(&reply);
}

static void test_tell_and_ping(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    struct mon_command_reply reply;
    char err[200];

    cluster_start(&mons, 1);
    client_start(&c);
    client_open(&c);
    assert_int_equal(mon_client_ping_wait(c.mc, "b", PATIENT, &reply), 0);
    assert_int_equal(reply.result, 0);
    assert_string_equal(reply.status, "{\"health\":{}}");
    mon_command_reply_destroy(&reply);
    assert_int_equal(mons.mons[1].pings, 1);
    assert_int_equal(mons.mons[1].auths, 0);

    told(&c, "b", 0, "told");
    told(&c, "2", 0, "told");
    assert_int_equal(mons.mons[1].auths, 1);
    assert_int_equal(mons.mons[2].auths, 1);
    told(&c, "zz", -ENOENT, "there is no mon.zz in the monmap");
    told(&c, "3", -ENOENT, "there is no mon.3 in the monmap");
    mutex_lock(&mons.mons[1].lock);
    mons.mons[1].auth_result = -EACCES;
    mutex_unlock(&mons.mons[1].lock);
    told(&c, "b", -EACCES, "mon.b: Permission denied");
    messenger_shutdown(mons.mons[2].m);
    told(&c, "c", -ECONNREFUSED, "mon.c: Connection refused");
    assert_true(mon_client_is_open(c.mc));
    assert_int_equal(c.opened, 1); /* none of it touched the session */
    client_stop(&c);

    /* Monitors that only mon_host names can be pinged before any session. */
    client_start(&c);
    assert_int_equal(mon_client_open(c.mc, err, sizeof(err)), 0);
    assert_int_equal(mon_client_ping_wait(c.mc, "a", PATIENT, &reply), 0);
    assert_int_equal(reply.result, 0);
    mon_command_reply_destroy(&reply);
    client_stop(&c);
    cluster_stop(&mons);
}

static void test_log(void **state UNUSED)
{
    struct cluster mons;
    struct client c;

    cluster_start(&mons, 1);
    client_start(&c);
    assert_int_equal(mon_client_log(c.mc, LOG_ENTRY_WARN, "cluster", "before the session"), 0);
    client_open(&c);
    fake_mon_wait(&mons.mons[0], &mons.mons[0].log_entries, 1);
    assert_string_equal(mons.mons[0].last_log, "before the session");
    assert_int_equal(mon_client_log(c.mc, LOG_ENTRY_INFO, "cluster", "in it"), 0);
    fake_mon_wait(&mons.mons[0], &mons.mons[0].log_entries, 2);
    assert_string_equal(mons.mons[0].last_log, "in it");
    client_stop(&c);
    cluster_stop(&mons);
}

static bool moved_on(void *arg)
{
    struct fake_mon *f = arg;
    bool r;

    mutex_lock(&f->lock);
    r = f->session && !connection_is_dead(f->session);
    mutex_unlock(&f->lock);
    return r;
}

/* A monmap without the session's monitor: on to one that is in it. */
static void test_monitor_removed(void **state UNUSED)
{
    struct cluster mons;
    struct client c;
    struct monmap smaller, got;

    cluster_start(&mons, 1);
    client_start(&c);
    client_open(&c);
    assert_int_equal(monmap_copy(&smaller, &mons.map), 0);
    assert_int_equal(monmap_remove(&smaller, "a"), 0);
    assert_int_equal(monmap_remove(&smaller, "b"), 0);
    smaller.epoch = 6;
    fake_mon_send_monmap(&mons.mons[0], &smaller);
    assert_true(soon(moved_on, &mons.mons[2]));
    assert_true(soon(opened_twice, &c));
    assert_int_equal(mon_client_copy_monmap(c.mc, &got), 0);
    assert_int_equal(got.epoch, 6); /* the older map that mon.c sent is not taken */
    monmap_destroy(&got);
    client_stop(&c);
    monmap_destroy(&smaller);
    cluster_stop(&mons);
}

static void bad_mon_host(const char *mon_host, int error, const char *expected)
{
    struct client c;
    char err[300] = "";

    set("mon_host", mon_host);
    client_start(&c);
    assert_int_equal(mon_client_authenticate(c.mc, SEC, err, sizeof(err)), error);
    if (!strstr(err, expected))
        fail_msg("'%s' says '%s'", mon_host, err);
    client_stop(&c);
}

static void test_bad_mon_host(void **state UNUSED)
{
    bad_mon_host("", -ENOENT, "no monitor is named: set mon_host, or give -m ADDRESS");
    bad_mon_host(" , ", -EINVAL, "mon_host ' , ': ' , ' names no monitor");
    bad_mon_host("v1:1.2.3.4:99999", -EINVAL, "mon_host 'v1:1.2.3.4:99999': ");
    bad_mon_host("10.0.0.300", -EINVAL, "mon_host '10.0.0.300': ");
}

static void test_fetch_config(void **state UNUSED)
{
    struct cluster mons;
    struct monmap map;
    char err[300] = "";

    cluster_start(&mons, 1);
    mons.mons[0].config_name = "rados_mon_op_timeout";
    mons.mons[0].config_value = "33";
    if (mon_client_fetch_config(conf, PATIENT, &map, err, sizeof(err)))
        fail_msg("%s", err);
    assert_int_equal(conf_i64(conf, OPT_rados_mon_op_timeout), 33);
    assert_int_equal(map.epoch, 5);
    monmap_destroy(&map);
    mutex_lock(&mons.mons[0].lock);
    mons.mons[0].mute = true;
    mutex_unlock(&mons.mons[0].lock);
    assert_int_equal(mon_client_fetch_config(conf, SEC / 5, NULL, err, sizeof(err)), -ETIMEDOUT);
    cluster_stop(&mons);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session),      cmocka_unit_test(test_reconnect),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_mute_monitors),
        cmocka_unit_test(test_requests_end), cmocka_unit_test(test_tell_and_ping),
        cmocka_unit_test(test_log),          cmocka_unit_test(test_monitor_removed),
        cmocka_unit_test(test_bad_mon_host), cmocka_unit_test(test_fetch_config),
    };
    int r;

    conf = conf_create("ceph", "client", "admin", false);
    set("auth_client_required", "none");
    r = unit_run("mon_client", tests);
    conf_free(conf);
    return r;
}
