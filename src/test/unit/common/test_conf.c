/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which value a program sees, out of all that files, environment, command line and monitors say. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/conf.h"
#include "common/conf_file.h"
#include "common/strbuf.h"

static void expect_str(struct conf *c, enum option_id id, const char *want)
{
    char *text = conf_str(c, id);
    assert_string_equal(text, want);
    free(text);
}

static void collect(void *arg, const char *line)
{
    struct strbuf *s = arg;
    strbuf_printf(s, "%s\n", line);
}

static int apply(struct conf *c, const char *text, struct strbuf *warnings, char **err)
{
    struct conf_file f;
    int r;

    conf_file_init(&f);
    assert_int_equal(conf_file_parse(&f, "t.conf", text, strlen(text), NULL), 0);
    r = conf_apply_file(c, &f, warnings ? collect : NULL, warnings, err);
    conf_file_destroy(&f);
    return r;
}

static void test_defaults_of_daemons_and_clients(void **state UNUSED)
{
    struct conf *client = conf_create("ceph", "client", "admin", false);
    struct conf *mon = conf_create("ceph", "mon", "a", true);

    assert_true(conf_i64(client, OPT_ms_bind_port_min) == 6800);
    assert_true(conf_bool(client, OPT_log_to_stderr));
    assert_false(conf_bool(mon, OPT_log_to_stderr));
    expect_str(mon, OPT_log_file, "/var/log/ceph/ceph-mon.a.log");
    expect_str(client, OPT_log_file, "");
    expect_str(mon, OPT_admin_socket, "/var/run/ceph/ceph-mon.a.asok");
    expect_str(mon, OPT_mon_data, "/var/lib/ceph/mon/ceph-a");
    assert_true(conf_seconds_ns(mon, OPT_ms_initial_backoff) == 200000000);
    assert_true(conf_u64(mon, OPT_ms_dispatch_throttle_bytes) == 104857600);
    assert_int_equal(conf_source(mon, OPT_ms_type), CONF_DEFAULT);
    conf_free(client);
    conf_free(mon);
}

static void test_most_specific_section_wins(void **state UNUSED)
{
    static const char text[] = "[mon.a]\nchdir = a\n[mon]\nchdir = mon\npid file = p\n"
                               "[global]\nchdir = g\npid_file = q\nlog_file = l\n[osd]\nlog_file = o\n";
    struct conf *a = conf_create("ceph", "mon", "a", true), *b = conf_create("ceph", "mon", "b", true);

    assert_int_equal(apply(a, text, NULL, NULL), 0);
    assert_int_equal(apply(b, text, NULL, NULL), 0);
    expect_str(a, OPT_chdir, "a");
    expect_str(b, OPT_chdir, "mon");
    expect_str(a, OPT_pid_file, "p");
    expect_str(a, OPT_log_file, "l");
    assert_int_equal(conf_source(a, OPT_chdir), CONF_FILE);
    conf_free(a);
    conf_free(b);
}

static void test_variables(void **state UNUSED)
{
    struct conf *c = conf_create("site", "mon", "a", true);
    char host[256], want[600];

    gethostname(host, sizeof(host));
    host[strcspn(host, ".")] = '\0';
    assert_int_equal(conf_set(c, CONF_FILE, "chdir", "$cluster/$type/$id/$name/${host}x/$pid", NULL), 0);
    snprintf(want, sizeof(want), "site/mon/a/mon.a/%sx/%d", host, (int)getpid());
    expect_str(c, OPT_chdir, want);
    /* other options, also when they change later */
    assert_int_equal(conf_set(c, CONF_FILE, "keyring", "$mon_data/keyring:${data_dir}", NULL), 0);
    expect_str(c, OPT_keyring, "/var/lib/ceph/mon/site-a/keyring:/var/lib/ceph/mon/site-a");
    assert_int_equal(conf_set(c, CONF_CMDLINE, "mon_data", "/d", NULL), 0);
    expect_str(c, OPT_keyring, "/d/keyring:/d");
    assert_int_equal(conf_set(c, CONF_CMDLINE, "host", "box", NULL), 0);
    /* what is no variable stays */
    assert_int_equal(conf_set(c, CONF_FILE, "chdir", "$$ $nope ${nope} ${ $ $1 ${host", NULL), 0);
    expect_str(c, OPT_chdir, "$$ $nope ${nope} ${ $ $1 ${host");
    assert_int_equal(conf_set(c, CONF_FILE, "chdir", "$host", NULL), 0);
    expect_str(c, OPT_chdir, "box");
    conf_free(c);
}

static void test_variables_that_loop_or_explode(void **state UNUSED)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);
    char *text;

    assert_int_equal(conf_set(c, CONF_FILE, "chdir", "<$chdir>", NULL), 0);
    expect_str(c, OPT_chdir, "<$chdir>");
    assert_int_equal(conf_set(c, CONF_FILE, "run_dir", "$log_file", NULL), 0);
    assert_int_equal(conf_set(c, CONF_FILE, "log_file", "$run_dir", NULL), 0);
    expect_str(c, OPT_log_file, "$log_file");

    assert_int_equal(conf_set(c, CONF_FILE, "run_dir", "$key$key$key$key$key$key$key$key$key$key", NULL), 0);
    assert_int_equal(conf_set(c, CONF_FILE, "key", "$keyfile$keyfile$keyfile$keyfile$keyfile$keyfile", NULL),
                     0);
    assert_int_equal(conf_set(c, CONF_FILE, "keyfile", "$setuser$setuser$setuser$setuser$setuser", NULL), 0);
    assert_int_equal(conf_set(c, CONF_FILE, "setuser", "$setgroup$setgroup$setgroup$setgroup", NULL), 0);
    assert_int_equal(conf_set(c, CONF_FILE, "setgroup", "0123456789$host$host$host$host$host", NULL), 0);
    text = conf_str(c, OPT_run_dir);
    assert_true(strlen(text) < 200000);
    free(text);
    conf_free(c);
}

static void test_order_of_sources(void **state UNUSED)
{
    struct conf *c = conf_create("ceph", "client", "x", false);

    for (int s = CONF_MON; s < CONF_SOURCE_COUNT; s++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", 1000 + s);
        assert_int_equal(conf_set(c, (enum conf_source)s, "ms-bind port_min", text, NULL), 0);
        assert_true(conf_i64(c, OPT_ms_bind_port_min) == 1000 + s);
        assert_int_equal(conf_source(c, OPT_ms_bind_port_min), s);
    }
    assert_int_equal(conf_set(c, CONF_FILE, "ms_bind_port_min", "7", NULL), 0);
    assert_true(conf_i64(c, OPT_ms_bind_port_min) == 1000 + CONF_OVERRIDE);
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "ms_bind_port_min", NULL, NULL), 0);
    assert_true(conf_i64(c, OPT_ms_bind_port_min) == 1000 + CONF_CMDLINE);
    conf_free(c);
}

static void test_bad_values_name_file_and_line(void **state UNUSED)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);
    struct strbuf warnings = STRBUF_INIT;
    char *err = NULL;

    assert_int_equal(apply(c,
                           "[mon.b]\nms_bind_port_min = x\n[global]\nfoo bar = 1\n\nms_bind_port_min = x\n",
                           &warnings, &err),
                     -EINVAL);
    assert_string_equal(err, "t.conf:6: ms_bind_port_min: 'x' is not an integer");
    assert_string_equal(strbuf_text(&warnings), "t.conf:4: unknown option 'foo_bar' is ignored\n");
    assert_true(conf_i64(c, OPT_ms_bind_port_min) == 6800);
    assert_int_equal(conf_set(c, CONF_CMDLINE, "nope", "1", &err), -ENOENT);
    assert_string_equal(err, "there is no option 'nope'");
    free(err);
    strbuf_destroy(&warnings);
    conf_free(c);
}

struct seen {
    atomic_int calls, options;
    atomic_long last;
};

static void on_change(void *arg, struct conf *c, const enum option_id *changed, size_t count)
{
    struct seen *s = arg;

    for (size_t i = 0; i < count; i++)
        if (changed[i] == OPT_ms_dump_corrupt_message_level)
            atomic_store(&s->last, (long)conf_i64(c, OPT_ms_dump_corrupt_message_level));
    atomic_fetch_add(&s->options, (int)count);
    atomic_fetch_add(&s->calls, 1);
}

static void test_observers(void **state UNUSED)
{
    static const enum option_id wanted[] = {OPT_ms_dump_corrupt_message_level, OPT_COUNT};
    struct conf *c = conf_create("ceph", "mon", "a", true);
    struct seen seen = {0};
    struct conf_observer o = {.changed = on_change, .arg = &seen, .options = wanted};
    char *err = NULL;

    conf_observe(c, &o);
    assert_int_equal(conf_set(c, CONF_FILE, "ms_dump_corrupt_message_level", "2", NULL), 0);
    assert_int_equal(seen.calls, 0); /* before the start nothing has changed */
    conf_started(c);
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "ms_dump_corrupt_message_level", "3", NULL), 0);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.last, 3);
    assert_int_equal(conf_set(c, CONF_MON, "ms_dump_corrupt_message_level", "9", NULL), 0);
    assert_int_equal(seen.calls, 1); /* the override hides it */
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "ms_tcp_nodelay", "false", NULL), 0);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "ms_type", "rsockets", &err), -EPERM);
    assert_string_equal(err, "ms_type can be set at start-up only");
    assert_true(conf_observed(c, OPT_ms_dump_corrupt_message_level));
    conf_unobserve(c, &o);
    assert_false(conf_observed(c, OPT_ms_dump_corrupt_message_level));
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "ms_dump_corrupt_message_level", "4", NULL), 0);
    assert_int_equal(seen.calls, 1);
    free(err);
    conf_free(c);
}

static void test_monitors_replace_all_they_said(void **state UNUSED)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);
    struct seen seen = {0};
    struct conf_observer o = {.changed = on_change, .arg = &seen};
    const char *names[] = {"ms_tcp_nodelay", "ms_dump_corrupt_message_level", "rbd_cache", "fsid",
                           "ms_max_backoff"};
    const char *texts[] = {"false", "7", "1", "x", "never"};
    const char *again[] = {"5"};

    conf_started(c);
    conf_observe(c, &o);
    assert_int_equal(conf_replace_mon(c, names, texts, 5), 3);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.options, 2);
    assert_false(conf_bool(c, OPT_ms_tcp_nodelay));
    assert_int_equal(conf_replace_mon(c, names + 1, again, 1), 0);
    assert_true(conf_bool(c, OPT_ms_tcp_nodelay));
    assert_int_equal(seen.last, 5);
    assert_int_equal(seen.calls, 2);
    assert_int_equal(conf_replace_mon(c, names + 1, again, 1), 0);
    assert_int_equal(seen.calls, 2);
    conf_unobserve(c, &o);
    conf_free(c);
}

static void *flip(void *arg)
{
    for (int i = 0; i < 300; i++)
        if (conf_set(arg, CONF_OVERRIDE, "ms_dump_corrupt_message_level", i % 2 ? "3" : "4", NULL) ||
            conf_set(arg, CONF_OVERRIDE, "log_stderr_prefix", i % 2 ? "a" : "bb", NULL))
            return arg;
    return NULL;
}

static void *look(void *arg)
{
    for (int i = 0; i < 300; i++) {
        char *text = conf_str(arg, OPT_log_stderr_prefix);
        int64_t n = conf_i64(arg, OPT_ms_dump_corrupt_message_level);
        bool good = (!*text || !strcmp(text, "a") || !strcmp(text, "bb")) && (n == 1 || n == 3 || n == 4);
        free(text);
        if (!good)
            return arg;
    }
    return NULL;
}

static void test_many_threads(void **state UNUSED)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);
    struct seen seen = {0};
    pthread_t t[4];

    conf_started(c);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, i % 2 ? flip : look, c), 0);
    for (int i = 0; i < 50; i++) {
        struct conf_observer o = {.changed = on_change, .arg = &seen};
        conf_observe(c, &o);
        conf_unobserve(c, &o);
    }
    for (int i = 0; i < 4; i++) {
        void *bad;
        pthread_join(t[i], &bad);
        assert_null(bad);
    }
    conf_free(c);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_where_the_file_is_looked_for(void **state UNUSED)
{
    char dir[] = "/tmp/test_conf.XXXXXX", path[64], list[160];
    struct conf *c = conf_create("zz", "mon", "a", true);
    struct conf_file f;
    char *err = NULL;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/zz.conf", dir);
    write_file(path, "[global]\nchdir = found\n");
    conf_file_init(&f);
    snprintf(list, sizeof(list), "%s/none.conf, %s/$cluster.conf", dir, dir);
    assert_int_equal(conf_find_file(c, list, &f, &err), 0);
    assert_string_equal(f.path, path);

    setenv("CEPH_CONF", list, 1);
    assert_int_equal(conf_find_file(c, NULL, &f, &err), 0);
    assert_string_equal(f.path, path);
    unsetenv("CEPH_CONF");

    snprintf(list, sizeof(list), "%s/.ceph", dir);
    setenv("HOME", dir, 1);
    assert_int_equal(mkdir(list, 0700), 0);
    snprintf(list, sizeof(list), "%s/.ceph/zz.conf", dir);
    assert_int_equal(rename(path, list), 0);
    assert_int_equal(conf_find_file(c, NULL, &f, &err), 0);
    assert_string_equal(f.path, list);

    snprintf(path, sizeof(path), "%s/config", dir);
    write_file(path, "[global]\nchdir = own\n");
    assert_int_equal(conf_set(c, CONF_CMDLINE, "mon_data", dir, NULL), 0);
    assert_int_equal(conf_find_file(c, NULL, &f, &err), 0);
    assert_string_equal(f.path, path);
    unlink(path);
    unlink(list);

    assert_int_equal(conf_find_file(c, "/nonexistent/x.conf", &f, &err), -ENOENT);
    assert_string_equal(err, "no configuration file at /nonexistent/x.conf");
    free(err);
    conf_file_destroy(&f);
    snprintf(list, sizeof(list), "%s/.ceph", dir);
    rmdir(list);
    rmdir(dir);
    conf_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_of_daemons_and_clients),
        cmocka_unit_test(test_most_specific_section_wins),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_variables_that_loop_or_explode),
        cmocka_unit_test(test_order_of_sources),
        cmocka_unit_test(test_bad_values_name_file_and_line),
        cmocka_unit_test(test_observers),
        cmocka_unit_test(test_monitors_replace_all_they_said),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_where_the_file_is_looked_for),
    };
    return unit_run("conf", tests);
}
