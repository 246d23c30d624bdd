/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures of commands: how they are described to clients and which commands pass them. */
#include <errno.h>
#include <stdlib.h>

#include "test/unit/unit.h"
#include "common/command_sig.h"
#include "common/formatter.h"

static const char set_sig[] = "config set name=var,type=CephString name=val,type=CephString,n=N";
static const char osd_sig[] =
    "osd do name=id,type=CephInt,range=0|99 name=w,type=CephFloat,range=0|1,req=false "
    "name=how,type=CephChoices,strings=fast|slow,req=false name=sure,type=CephBool,req=false";

static void test_prefix(void **state UNUSED)
{
    char *prefix = command_sig_prefix(set_sig);

    assert_string_equal(prefix, "config set");
    free(prefix);
    assert_true(command_sig_matches(set_sig, "config set"));
    assert_false(command_sig_matches(set_sig, "config"));
    assert_false(command_sig_matches(set_sig, "config set name=var,type=CephString"));
    assert_false(command_sig_matches(set_sig, "config sets"));
    assert_true(command_sig_matches("version", "version"));
}

static void test_description(void **state UNUSED)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    command_sig_describe(&f, set_sig);
    formatter_close(&f);
    assert_string_equal(
        formatter_text(&f),
        "{\"sig\":[\"config\",\"set\",{\"name\":\"var\",\"type\":\"CephString\"},{\"name\":\"val\","
        "\"type\":\"CephString\",\"n\":\"N\"}]}");
    formatter_destroy(&f);
}

static void check(const char *sig, const char *text, int want, const char *message)
{
    json_t *cmd = json_loads(text, 0, NULL);
    char *err = NULL;

    assert_non_null(cmd);
    assert_int_equal(command_sig_check(sig, cmd, &err), want);
    if (message)
        assert_string_equal(err, message);
    free(err);
    json_decref(cmd);
}

static void test_checks(void **state UNUSED)
{
    check(set_sig, "{\"var\":\"a\",\"val\":[\"1\",\"2\"]}", 0, NULL);
    check(set_sig, "{\"var\":\"a\",\"val\":\"1\"}", 0, NULL);
    check(set_sig, "{\"var\":\"a\"}", -EINVAL, "argument val is missing");
    check(set_sig, "{\"var\":[\"a\"],\"val\":\"1\"}", -EINVAL, "argument var takes one value");
    check(set_sig, "{\"var\":{},\"val\":\"1\"}", -EINVAL, "argument var is not a string");
    check(osd_sig, "{\"id\":7}", 0, NULL);
    check(osd_sig, "{\"id\":\"7\",\"w\":0.5,\"how\":\"slow\",\"sure\":true}", 0, NULL);
    check(osd_sig, "{\"id\":7.5}", -EINVAL, "argument id is not an integer");
    check(osd_sig, "{\"id\":100}", -EINVAL, "argument id: 100 is out of range 0|99");
    check(osd_sig, "{\"id\":1,\"w\":\"x\"}", -EINVAL, "argument w is not a number");
    check(osd_sig, "{\"id\":1,\"how\":\"s\"}", -EINVAL, "argument how is not one of fast|slow");
    check(osd_sig, "{\"id\":1,\"sure\":\"maybe\"}", -EINVAL, "argument sure is neither true nor false");
}

static void test_doubles(const json_t *cmd)
{
    unsigned count;
    double *values = command_doubles(cmd, "list", &count);

    assert_int_equal(count, 2);
    assert_true(values[0] == 1.5 && values[1] == -2);
    free(values);
    values = command_doubles(cmd, "d", &count);
    assert_int_equal(count, 1);
    assert_true(values[0] == 0.25);
    free(values);
    assert_null(command_doubles(cmd, "missing", &count));
    assert_int_equal(count, 0);
}

static void test_values(void **state UNUSED)
{
    json_t *cmd =
        json_loads("{\"s\":\"x\",\"i\":\"-5\",\"big\":9007199254740993,\"d\":\"0.25\",\"b\":\"true\","
                   "\"n\":[\"a\",\"b c\"],\"list\":[1.5,\"-2\"]}",
                   0, NULL);
    char *joined = command_joined(cmd, "n");

    assert_string_equal(command_str(cmd, "s", "?"), "x");
    assert_string_equal(command_str(cmd, "n", "?"), "a");
    assert_string_equal(command_str(cmd, "missing", "?"), "?");
    assert_true(command_int(cmd, "i", 0) == -5);
    assert_true(command_int(cmd, "big", 0) == INT64_C(9007199254740993));
    assert_true(command_int(cmd, "missing", 3) == 3);
    assert_true(command_double(cmd, "d", 0) == 0.25);
    test_doubles(cmd);
    assert_true(command_bool(cmd, "b", false));
    assert_true(command_bool(cmd, "missing", true));
    assert_string_equal(joined, "a b c");
    free(joined);
    json_decref(cmd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_checks),
        cmocka_unit_test(test_values),
    };
    return unit_run("command_sig", tests);
}
