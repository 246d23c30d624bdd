/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command line, CEPH_ARGS and a file make of the configuration, and what is left for the program. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/args.h"

static const struct args_program daemon_program = {"ceph-mon", "ceph-mon -i ID", "mon", NULL,
                                                   NULL,       ARGS_DAEMON};
static const struct args_program tool = {"ceph",       "ceph COMMAND", "client", "admin",
                                         "injectargs", ARGS_QUIET,     NULL};

#define NO_FILE "--no-config-file"

/* Parses and gives the result; a and err are for the caller to look at and destroy. */
#define PARSE(program, ...)                                                                   \
    (args_parse(&a, program, (int)(sizeof((char *[]){"prog", __VA_ARGS__}) / sizeof(char *)), \
                (char *[]){"prog", __VA_ARGS__, NULL}, &err))

static struct args a;
static char *err;

static int setup(void **state UNUSED)
{
    unsetenv("CEPH_ARGS");
    unsetenv("CEPH_CONF");
    unsetenv("CEPH_KEYRING");
    err = NULL;
    memset(&a, 0, sizeof(a));
    return 0;
}

static int teardown(void **state UNUSED)
{
    args_destroy(&a);
    free(err);
    return 0;
}

static void expect(enum option_id id, const char *want)
{
    char *text = conf_str(a.conf, id);

    assert_string_equal(text, want);
    free(text);
}

static void test_forms_of_options(void **state UNUSED)
{
    assert_int_equal(PARSE(&tool, NO_FILE, "--ms_bind_port_min", "7000", "--ms-bind-port_max=8000",
                           "--ms-tcp-nodelay", "false", "--no-ms-crc-data", "--ms_bind_ipv6",
                           "--keyring=", "-m", "1.2.3.4", "status"),
                     0);
    expect(OPT_ms_bind_port_min, "7000");
    expect(OPT_ms_bind_port_max, "8000");
    expect(OPT_ms_tcp_nodelay, "false");
    expect(OPT_ms_crc_data, "false");
    expect(OPT_ms_bind_ipv6, "true");
    expect(OPT_keyring, "");
    expect(OPT_mon_host, "1.2.3.4");
    assert_int_equal(conf_source(a.conf, OPT_mon_host), CONF_CMDLINE);
    assert_int_equal(a.argc, 2);
    assert_string_equal(a.argv[1], "status");
    assert_null(a.argv[2]);
}

static void test_what_is_left(void **state UNUSED)
{
    assert_int_equal(PARSE(&tool, "tell", NO_FILE, "-s", "--format", "json", "--debug_ms=1", "mon.a",
                           "injectargs", "--debug_ms", "5"),
                     0);
    assert_int_equal(a.argc, 9);
    assert_string_equal(a.argv[1], "tell");
    assert_string_equal(a.argv[2], "-s");
    assert_string_equal(a.argv[5], "mon.a");
    assert_string_equal(a.argv[6], "injectargs");
    assert_string_equal(a.argv[7], "--debug_ms");
    expect(OPT_debug_ms, "1/1");
}

static void test_double_dash(void **state UNUSED)
{
    assert_int_equal(PARSE(&tool, NO_FILE, "--", "--debug_ms", "5", "-n", "x"), 0);
    assert_int_equal(a.argc, 6);
    assert_string_equal(a.argv[1], "--");
    expect(OPT_debug_ms, "0/0");
}

static void test_names(void **state UNUSED)
{
    assert_int_equal(PARSE(&daemon_program, "-i", "a", NO_FILE), 0);
    assert_string_equal(conf_name(a.conf), "mon.a");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, "--id", "bob", NO_FILE), 0);
    assert_string_equal(conf_name(a.conf), "client.bob");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, "-n", "osd.3", NO_FILE), 0);
    assert_string_equal(conf_name(a.conf), "osd.3");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, NO_FILE), 0);
    assert_string_equal(conf_name(a.conf), "client.admin");
    args_destroy(&a);
    assert_int_equal(PARSE(&daemon_program, NO_FILE), -EINVAL);
    assert_string_equal(err, "which mon? -i ID says it");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, "-n", "foo.bar"), -EINVAL);
    assert_non_null(strstr(err, "error parsing 'foo.bar': expected string of the form TYPE.ID"));
}

static void test_foreground(void **state UNUSED)
{
    assert_int_equal(PARSE(&daemon_program, "-i", "a", NO_FILE), 0);
    expect(OPT_daemonize, "true");
    args_destroy(&a);
    assert_int_equal(PARSE(&daemon_program, "-i", "a", "-f", "--pid-file", "/x", NO_FILE), 0);
    expect(OPT_daemonize, "false");
    expect(OPT_pid_file, "");
    expect(OPT_log_to_stderr, "false");
    args_destroy(&a);
    assert_int_equal(PARSE(&daemon_program, "-i", "a", "-d", NO_FILE), 0);
    expect(OPT_daemonize, "false");
    expect(OPT_log_to_stderr, "true");
    expect(OPT_log_file, "");
}

static void test_errors(void **state UNUSED)
{
    assert_int_equal(PARSE(&tool, NO_FILE, "--ms_bind_port_min"), -EINVAL);
    assert_string_equal(err, "option --ms_bind_port_min requires an argument");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, "-c"), -EINVAL);
    assert_string_equal(err, "option -c requires an argument");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, NO_FILE, "--ms-bind-port-min=x"), -EINVAL);
    assert_string_equal(err, "--ms-bind-port-min=x: 'x' is not an integer");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, "-c", "/nonexistent.conf"), -ENOENT);
    assert_string_equal(err, "no configuration file at /nonexistent.conf");
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, NO_FILE, "--show-config-value", "nope"), -ENOENT);
    assert_string_equal(err, "failed to get config option 'nope': option not found");
}

static void test_file_environment_and_line(void **state UNUSED)
{
    char path[] = "/tmp/test_args.XXXXXX", named[64];
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");

    fputs("[global]\nms_bind_port_min = 1\nms_bind_port_max = 2\nms_bind_retry_count = 3\nnope = 1\nkeyring "
          "= f\n",
          f);
    fclose(f);
    setenv("CEPH_ARGS", "--ms_bind_port_max 22  --ms_bind_retry_count=33", 1);
    setenv("CEPH_KEYRING", "e", 1);
    assert_int_equal(PARSE(&tool, "-c", path, "--ms_bind_retry_count", "333"), 0);
    expect(OPT_ms_bind_port_min, "1");
    expect(OPT_ms_bind_port_max, "22");
    expect(OPT_ms_bind_retry_count, "333");
    expect(OPT_keyring, "e");
    assert_string_equal(a.conf_path, path);
    assert_string_equal(conf_cluster(a.conf), "ceph");
    assert_non_null(strstr(strbuf_text(&a.warnings), ":5: unknown option 'nope' is ignored\n"));
    args_destroy(&a);

    snprintf(named, sizeof(named), "/tmp/site%d.conf", (int)getpid());
    assert_int_equal(rename(path, named), 0);
    setenv("CEPH_CONF", named, 1);
    assert_int_equal(PARSE(&tool, "x"), 0);
    assert_string_equal(a.conf_path, named);
    args_destroy(&a);
    assert_int_equal(PARSE(&tool, "-c", named), 0);
    named[strlen(named) - 5] = '\0';
    assert_string_equal(conf_cluster(a.conf), named + 5);
    named[strlen(named)] = '.';
    unlink(named);
}

static void test_inject(void **state UNUSED)
{
    assert_int_equal(PARSE(&daemon_program, "-i", "a", NO_FILE), 0);
    conf_started(a.conf);
    assert_int_equal(args_inject(a.conf, "--debug_ms 7 --no-ms-crc-data", &err), 0);
    expect(OPT_debug_ms, "7/7");
    expect(OPT_ms_crc_data, "false");
    assert_int_equal(args_inject(a.conf, "--debug_ms x", &err), -EINVAL);
    assert_int_equal(args_inject(a.conf, "debug_ms 1", &err), -EINVAL);
    assert_string_equal(err, "unknown option 'debug_ms'");
    assert_int_equal(args_inject(a.conf, "", &err), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_forms_of_options),
        TEST(test_what_is_left),
        TEST(test_double_dash),
        TEST(test_names),
        TEST(test_foreground),
        TEST(test_errors),
        TEST(test_file_environment_and_line),
        TEST(test_inject),
    };
    return unit_run("args", tests);
}
