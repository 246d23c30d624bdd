/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of ceph.conf, as genuine Ceph reads it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/conf_file.h"

/* Parses text and expects the value of key in section; value NULL: no such key. */
static void gives(const char *text, const char *section, const char *key, const char *value)
{
    struct conf_file f;
    const struct conf_file_entry *e;
    char *err = NULL;

    conf_file_init(&f);
    if (conf_file_parse(&f, "t.conf", text, strlen(text), &err))
        fail_msg("refused: %s", err);
    e = conf_file_entry(conf_file_section(&f, section), key);
    if (value) {
        assert_non_null(e);
        assert_string_equal(e->value, value);
    } else {
        assert_null(e);
    }
    conf_file_destroy(&f);
}

static void refused_n(const char *text, size_t len, const char *message)
{
    struct conf_file f;
    char *err = NULL;

    conf_file_init(&f);
    assert_int_equal(conf_file_parse(&f, "t.conf", text, len, &err), -EINVAL);
    assert_non_null(err);
    assert_string_equal(err, message);
    free(err);
    conf_file_destroy(&f);
}

static void refused(const char *text, const char *message)
{
    refused_n(text, strlen(text), message);
}

static void test_keys(void **state UNUSED)
{
    gives("[global]\nlog file = x\n", "global", "log_file", "x");
    gives("[global]\nlog_file = x\n", "global", "log file", "x");
    gives("[global]\nlog-file=x\n", "global", "log_file", "x");
    gives("[global]\n  log \t file\t=x\n", "global", "log_file", "x");
    gives("[global]\nLOG_FILE = x\n", "global", "log_file", NULL);
    gives("[global]\nlog_file = 1\nlog_file = 2\n", "global", "log_file", "2");
    gives("[global]\na=1\n[mon]\na=2\n[global]\na=3\n", "global", "a", "3");
    gives("[global]\na=1\n[mon]\na=2\n[global]\na=3\n", "mon", "a", "2");
    gives("a = 1\n", "global", "a", "1");
    gives("[ mon.a ] # remark\na=b=c", "mon.a", "a", "b=c");
    gives("\xef\xbb\xbf[global]\r\na = 1\r\nb = 2\r\n", "global", "a", "1");
}

static void test_values(void **state UNUSED)
{
    gives("[g]\na =   x  y   \n", "g", "a", "x  y");
    gives("[g]\na =\nb = 1\n", "g", "a", "");
    gives("[g]\na = x # y\n", "g", "a", "x");
    gives("[g]\na = x;y\n", "g", "a", "x");
    gives("[g]\na = x\\#y\\;z\n", "g", "a", "x#y;z");
    gives("[g]\na = c\\\\d\\ \n", "g", "a", "c\\d ");
    gives("[g]\na = \" x \" ; y\n", "g", "a", " x ");
    gives("[g]\na = 'x y'\n", "g", "a", "x y");
    gives("[g]\na = \"q\\\"r\"\n", "g", "a", "q\"r");
    gives("[g]\na = \"x#y\"\n", "g", "a", "x#y");
    gives("[g]\na = it's\n", "g", "a", "it's");
    gives("[g]\na = h\xc3\xa9\n", "g", "a", "h\xc3\xa9");
}

static void test_continuation(void **state UNUSED)
{
    gives("[g]\na = 1, \\\n   2\n", "g", "a", "1,    2");
    gives("[g]\na = 1 \\\n  # no\nb = 2\n", "g", "a", "1");
    gives("[g]\na = 1 \\\n  # no\nb = 2\n", "g", "b", "2");
    gives("[g]\n# remark \\\nb = 2\n", "g", "b", "2");
    gives("[g]\na = 1 \\", "g", "a", "1");
    gives("[g]\na = 1\\\r\n2\r\n", "g", "a", "12");
}

static void test_errors_name_file_and_line(void **state UNUSED)
{
    refused("[g]\n\nkeyfile\n", "t.conf:3: expected \"key = value\" or \"[section]\"");
    refused("[g]\n= 5\n", "t.conf:2: expected \"key = value\" or \"[section]\"");
    refused("[g\na=1\n", "t.conf:1: ']' is missing behind the name of a section");
    refused("[]\na=1\n", "t.conf:1: a section needs a name");
    refused("[g] x\n", "t.conf:1: text behind the name of a section");
    refused("[g]\na = \"x\nb = 1\n", "t.conf:2: a quote is not closed");
    refused("[g]\na = \"x\" y\n", "t.conf:2: text behind a quoted value");
    refused("a = 1\n[g]\n", "t.conf:2: values stand before the first [section]");
    refused("[g]\na = 1\\\n2\nnonsense\n", "t.conf:4: expected \"key = value\" or \"[section]\"");
    refused("[g]\na = \xff\n", "t.conf:2: not valid UTF-8");
    refused_n("[g]\n\na = \0b\n", 12, "t.conf:3: a NUL byte");
}

static void test_unreadable(void **state UNUSED)
{
    struct conf_file f;
    char *err = NULL;

    conf_file_init(&f);
    assert_int_equal(conf_file_read(&f, "/nonexistent/ceph.conf", &err), -ENOENT);
    assert_string_equal(err, "/nonexistent/ceph.conf: No such file or directory");
    conf_file_destroy(&f);
    assert_int_equal(conf_file_read(&f, "/", &err), -EISDIR);
    free(err);
    conf_file_destroy(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),         cmocka_unit_test(test_values),
        cmocka_unit_test(test_continuation), cmocka_unit_test(test_errors_name_file_and_line),
        cmocka_unit_test(test_unreadable),
    };
    return unit_run("conf_file", tests);
}
