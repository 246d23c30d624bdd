/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file is replaced as a whole or not at all. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/file_io.h"

static char dir[] = "/tmp/test_file_io.XXXXXX";

static const char *path(const char *name)
{
    static char buf[128];

    snprintf(buf, sizeof(buf), "%s/%s", dir, name);
    return buf;
}

static void check(const char *name, const char *want)
{
    uint8_t *data;
    size_t len;

    assert_int_equal(file_read(path(name), 1000, &data, &len), 0);
    assert_int_equal(len, strlen(want));
    assert_string_equal((char *)data, want);
    free(data);
}

static unsigned files(void)
{
    unsigned n = 0;
    DIR *d = opendir(dir);

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2; /* . and .. */
}

static void test_replace(void **state UNUSED)
{
    struct stat st;

    umask(022);
    assert_int_equal(file_write(path("a"), "one", 3, 0666), 0);
    check("a", "one");
    assert_int_equal(stat(path("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(chmod(path("a"), 0600), 0);
    assert_int_equal(file_write(path("a"), "second", 6, 0666), 0);
    check("a", "second");
    assert_int_equal(stat(path("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(symlink("a", path("link")), 0);
    assert_int_equal(file_write(path("link"), "", 0, 0666), 0);
    assert_int_equal(lstat(path("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    check("a", "");
    assert_int_equal(files(), 2);
}

static void test_errors(void **state UNUSED)
{
    uint8_t *data;
    size_t len;

    assert_int_equal(file_write(dir, "x", 1, 0666), -EISDIR);
    assert_int_equal(file_write(path("nothing/a"), "x", 1, 0666), -ENOENT);
    assert_int_equal(file_write("/dev/full", "x", 1, 0666), -ENOSPC);
    assert_int_equal(file_read(path("nothing"), 10, &data, &len), -ENOENT);
    assert_int_equal(file_read(dir, 10, &data, &len), -EISDIR);
    assert_int_equal(file_write(path("b"), "12345", 5, 0666), 0);
    assert_int_equal(file_read(path("b"), 5, &data, &len), 0);
    free(data);
    assert_int_equal(file_read(path("b"), 4, &data, &len), -EFBIG);
    assert_null(data);
}

static void test_large(void **state UNUSED)
{
    size_t len, size = 300000;
    char *bytes = malloc(size);
    uint8_t *data;

    memset(bytes, 'x', size);
    assert_int_equal(file_write(path("c"), bytes, size, 0666), 0);
    assert_int_equal(file_read(path("c"), size, &data, &len), 0);
    assert_int_equal(len, size);
    assert_memory_equal(data, bytes, size);
    free(data);
    free(bytes);
}

static void test_names(void **state UNUSED)
{
    assert_int_equal(file_sync_name(path("whatever")), 0);
    assert_int_equal(file_sync_name(path("no/such")), -ENOENT);
}

static int make_dir(void **state UNUSED)
{
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state UNUSED)
{
    static const char *const names[] = {"a", "link", "b", "c"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        unlink(path(names[i]));
    return rmdir(dir); /* fails when something else was left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_names),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("file_io", tests, make_dir, remove_dir);
}
