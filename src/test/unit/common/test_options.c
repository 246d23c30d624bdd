/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The texts that people give for options: what is understood, what is refused and with which words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/options.h"

static int parse(enum option_id id, const char *text, union option_value *v, char **err)
{
    *err = NULL;
    return option_parse(option_get(id), text, v, err);
}

static void accepts(enum option_id id, const char *text, const char *shown)
{
    union option_value v;
    char *err, *out;

    assert_int_equal(parse(id, text, &v, &err), 0);
    out = option_format(option_get(id), v, text);
    assert_string_equal(out, shown);
    free(out);
}

static void refuses(enum option_id id, const char *text, int error, const char *words)
{
    union option_value v;
    char *err;

    assert_int_equal(parse(id, text, &v, &err), error);
    assert_non_null(err);
    if (!strstr(err, words))
        fail_msg("'%s' gave \"%s\", without \"%s\"", text, err, words);
    free(err);
}

static void test_every_default_is_valid(void **state UNUSED)
{
    for (int id = 0; id < OPT_COUNT; id++) {
        const struct option_def *o = option_get((enum option_id)id);
        union option_value v;
        char *err = NULL;
        if (o->type != OPTION_STR || !strchr(o->def, '$'))
            assert_int_equal(option_parse(o, o->def, &v, &err), 0);
        if (o->daemon_def && !strchr(o->daemon_def, '$'))
            assert_int_equal(option_parse(o, o->daemon_def, &v, &err), 0);
        assert_true(*o->desc != '\0');
        assert_int_equal(option_find(o->name), id);
    }
}

static void test_names(void **state UNUSED)
{
    assert_int_equal(option_find("ms bind port-min"), OPT_ms_bind_port_min);
    assert_int_equal(option_find("debug ms"), OPT_debug_ms);
    assert_int_equal(option_find("ms_bind_port_minx"), OPT_COUNT);
    assert_int_equal(option_find("ms_bind_port_mi"), OPT_COUNT);
    assert_int_equal(option_find(""), OPT_COUNT);
    assert_int_equal(option_debug_subsys(OPT_debug_ms), LOG_ms);
    assert_int_equal(option_debug_subsys(OPT_ms_type), LOG_SUBSYS_COUNT);
}

static void test_integers(void **state UNUSED)
{
    accepts(OPT_ms_bind_port_min, "6K", "6000");
    accepts(OPT_ms_dump_corrupt_message_level, "-1", "-1");
    accepts(OPT_ms_inject_socket_failures, "1M", "1000000");
    accepts(OPT_ms_inject_socket_failures, "18446744073709551615", "18446744073709551615");
    refuses(OPT_ms_inject_socket_failures, "18446744073709551616", -ERANGE, "too large");
    refuses(OPT_ms_inject_socket_failures, "-1", -ERANGE, "negative");
    refuses(OPT_ms_bind_port_min, "abc", -EINVAL, "'abc' is not an integer");
    refuses(OPT_ms_bind_port_min, "", -EINVAL, "not an integer");
    refuses(OPT_ms_bind_port_min, " 5", -EINVAL, "not an integer");
    refuses(OPT_ms_bind_port_min, "0x10", -EINVAL, "not an integer");
    refuses(OPT_ms_bind_port_min, "4k", -EINVAL, "not an integer");
    refuses(OPT_ms_bind_port_min, "70000", -ERANGE, "not between 1 and 65535");
}

static void test_sizes(void **state UNUSED)
{
    accepts(OPT_ms_tcp_rcvbuf, "4K", "4096");
    accepts(OPT_ms_tcp_rcvbuf, "4Ki", "4096");
    accepts(OPT_ms_tcp_rcvbuf, "4KB", "4096");
    accepts(OPT_ms_tcp_rcvbuf, "4B", "4");
    accepts(OPT_mon_client_bytes, "1E", "1152921504606846976");
    refuses(OPT_mon_client_bytes, "16E", -ERANGE, "too large");
    refuses(OPT_mon_client_bytes, "1.5M", -EINVAL, "such as 4096, 4K");
    refuses(OPT_ms_tcp_rcvbuf, "2G", -ERANGE, "not between");
}

static void test_times(void **state UNUSED)
{
    accepts(OPT_rados_osd_op_timeout, "1h", "3600");
    accepts(OPT_rados_osd_op_timeout, "1h30m", "5400");
    accepts(OPT_rados_osd_op_timeout, "10 minutes", "600");
    accepts(OPT_rados_osd_op_timeout, "1mo", "2592000");
    accepts(OPT_ms_initial_backoff, "0.25", "0.250000");
    accepts(OPT_ms_initial_backoff, "2.5e-1", "0.250000");
    accepts(OPT_ms_initial_backoff, "500ms", "0.500000");
    accepts(OPT_ms_max_backoff, "2m", "120.000000");
    refuses(OPT_rados_osd_op_timeout, "1.5", -EINVAL, "whole seconds");
    refuses(OPT_rados_osd_op_timeout, "1 fortnight", -EINVAL, "not a time");
    refuses(OPT_rados_osd_op_timeout, "", -EINVAL, "not a time");
    refuses(OPT_rados_osd_op_timeout, "1000y", -ERANGE, "too long");
    refuses(OPT_ms_max_backoff, "-1", -EINVAL, "not a time");
    refuses(OPT_ms_max_backoff, "nan", -EINVAL, "not a time");
    refuses(OPT_ms_max_backoff, "2h", -ERANGE, "not between");
}

static void test_booleans(void **state UNUSED)
{
    static const char *const yes[] = {"true", "1", "yes", "ON", "True"};
    static const char *const no[] = {"false", "0", "no", "off"};

    for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
        accepts(OPT_ms_tcp_nodelay, yes[i], "true");
    for (size_t i = 0; i < ARRAY_SIZE(no); i++)
        accepts(OPT_ms_tcp_nodelay, no[i], "false");
    refuses(OPT_ms_tcp_nodelay, "2", -EINVAL, "neither true nor false");
    refuses(OPT_ms_tcp_nodelay, "", -EINVAL, "neither true nor false");
}

static void test_levels(void **state UNUSED)
{
    accepts(OPT_debug_ms, "1/5", "1/5");
    accepts(OPT_debug_ms, "20", "20/20");
    accepts(OPT_debug_ms, "-1/0", "-1/0");
    refuses(OPT_debug_ms, "zz", -EINVAL, "not a log level");
    refuses(OPT_debug_ms, "1/", -EINVAL, "not a log level");
    refuses(OPT_debug_ms, "1/100", -ERANGE, "from -1 to 99");
}

static void test_words(void **state UNUSED)
{
    accepts(OPT_ms_type, "rsockets,simple", "rsockets,simple");
    accepts(OPT_ms_type, "async+posix", "async+posix");
    accepts(OPT_ms_public_type, "", "");
    accepts(OPT_auth_client_required, "cephx, none", "cephx, none");
    accepts(OPT_mon_cluster_log_file_level, "warn", "warn");
    refuses(OPT_ms_type, "async+rdma", -EINVAL, "rsockets");
    refuses(OPT_ms_type, "simple,udp", -EINVAL, "'udp' is not one of simple rsockets");
    refuses(OPT_ms_type, "", -EINVAL, "'' is not one of");
    refuses(OPT_mon_cluster_log_file_level, "warn,info", -EINVAL, "is not one of");
}

static void test_uuid(void **state UNUSED)
{
    accepts(OPT_fsid, "11111111-2222-3333-4444-abcdefABCDEF", "11111111-2222-3333-4444-abcdefABCDEF");
    refuses(OPT_fsid, "11111111-2222-3333-4444-abcdefABCDE", -EINVAL, "not a UUID");
    refuses(OPT_fsid, "11111111-2222-3333-4444-abcdefABCDEF0", -EINVAL, "not a UUID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_default_is_valid),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_uuid),
    };
    return unit_run("options", tests);
}
