/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both kinds of store must behave alike; the one on disk must also refuse with a line that helps. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "kv/kv_store.h"

static char dir[64];
static char err[512];

static int remove_one(const char *path, const struct stat *st UNUSED, int flag UNUSED, struct FTW *ftw UNUSED)
{
    return remove(path);
}

static int make_dir(void **state UNUSED)
{
    strcpy(dir, "/tmp/test_kv.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state UNUSED)
{
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *store_path(void)
{
    static char path[96];
    snprintf(path, sizeof(path), "%s/store", dir);
    return path;
}

static struct kv_store *open_store(const char *kind, unsigned flags)
{
    struct kv_store *s;
    int r = kv_store_open(kind, store_path(), flags, &s, err, sizeof(err));
    if (r)
        fail_msg("open %s: %s", kind, err);
    return s;
}

static void put(struct kv_batch *b, const char *prefix, const char *key, const char *value)
{
    kv_batch_put(b, prefix, key, strlen(key), value, strlen(value));
}

static void apply(struct kv_store *s, struct kv_batch *b)
{
    assert_int_equal(kv_store_apply(s, b, true, err, sizeof(err)), 0);
    kv_batch_clear(b);
}

/* "key=value key=value": all of the prefix, in order. */
static const char *walk(struct kv_iter *it)
{
    static char text[512];
    size_t at = 0;

    text[0] = 0;
    for (bool more = kv_iter_seek(it, NULL, 0); more; more = kv_iter_next(it)) {
        size_t klen, vlen;
        const uint8_t *k = kv_iter_key(it, &klen), *v = kv_iter_value(it, &vlen);
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s=%.*s", at ? " " : "", (int)klen, k,
                               (int)vlen, v);
    }
    assert_int_equal(kv_iter_error(it), 0);
    return text;
}

static void assert_prefix(struct kv_store *s, const char *prefix, const char *expect)
{
    struct kv_iter *it = kv_store_iterate(s, prefix);
    assert_string_equal(walk(it), expect);
    kv_iter_close(it);
}

static void assert_value(struct kv_store *s, const char *prefix, const char *key, const char *expect)
{
    struct slice v;
    int r = kv_store_get(s, prefix, key, strlen(key), &v);

    assert_int_equal(r, expect ? 0 : -ENOENT);
    if (r == 0) {
        assert_int_equal(v.len, strlen(expect));
        assert_memory_equal(v.data, expect, v.len);
        slice_put(&v);
    }
}

static void check_kind(const char *kind)
{
    struct kv_store *s = open_store(kind, KV_CREATE);
    struct kv_batch b;
    struct kv_iter *before;
    struct kv_stats stats;

    kv_batch_init(&b);
    put(&b, "osd", "b", "2");
    put(&b, "osd", "a", "1");
    put(&b, "osd", "c", "");
    put(&b, "osdmap", "x", "other table"); /* a prefix of a prefix is another table */
    put(&b, "os", "y", "and this");
    apply(s, &b);
    assert_prefix(s, "osd", "a=1 b=2 c=");
    assert_value(s, "osd", "b", "2");
    assert_value(s, "osd", "c", "");
    assert_value(s, "osd", "d", NULL);
    assert_value(s, "nosuch", "a", NULL);
    assert_value(s, "os", "y", "and this");

    /* In order within a batch; an open iterator keeps what it saw. */
    before = kv_store_iterate(s, "osd");
    put(&b, "osd", "d", "4");
    kv_batch_delete(&b, "osd", "d", 1);
    kv_batch_delete(&b, "osd", "a", 1);
    kv_batch_delete(&b, "osd", "never was", 9);
    put(&b, "osd", "b", "two");
    apply(s, &b);
    assert_prefix(s, "osd", "b=two c=");
    assert_string_equal(walk(before), "a=1 b=2 c=");
    kv_iter_close(before);

    /* Seeks land on the first key at or behind. */
    put(&b, "osd", "m", "5");
    put(&b, "osd", "n", "6");
    put(&b, "osd", "o", "7");
    apply(s, &b);
    before = kv_store_iterate(s, "osd");
    assert_true(kv_iter_seek(before, "d", 1));
    size_t len;
    assert_memory_equal(kv_iter_key(before, &len), "m", 1);
    assert_false(kv_iter_seek(before, "p", 1));
    kv_iter_close(before);

    /* A range without its end, and a whole table. */
    kv_batch_delete_range(&b, "osd", "c", 1, "n", 1);
    apply(s, &b);
    assert_prefix(s, "osd", "b=two n=6 o=7");
    kv_batch_delete_range(&b, "osd", "", 0, "", 0);
    put(&b, "osd", "z", "last");
    apply(s, &b);
    assert_prefix(s, "osd", "z=last");
    assert_prefix(s, "osdmap", "x=other table");
    assert_prefix(s, "os", "y=and this");

    kv_store_compact(s);
    assert_prefix(s, "osd", "z=last");
    kv_store_stats(s, &stats);
    assert_int_equal(stats.commits, 5);
    assert_true(stats.gets == 5);
    kv_batch_destroy(&b);
    kv_store_close(s);
}

/* Ranges with more keys than are deleted one by one, and with keys that the batch itself puts before and
 * after. */
static void check_ranges(const char *kind)
{
    struct kv_store *s = open_store(kind, KV_CREATE);
    struct kv_batch b;
    char key[16];

    kv_batch_init(&b);
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(key, sizeof(key), "k%04u", i);
        put(&b, "many", key, "x");
    }
    apply(s, &b);
    kv_batch_delete_range(&b, "many", "k0001", 5, "k2999", 5);
    kv_batch_delete_range(&b, "many", "z", 1, "a", 1); /* none */
    apply(s, &b);
    assert_prefix(s, "many", "k0000=x k2999=x");

    put(&b, "few", "a", "1");
    put(&b, "few", "b", "2");
    apply(s, &b);
    put(&b, "few", "c", "new");
    put(&b, "many", "c", "elsewhere");
    kv_batch_delete_range(&b, "few", "b", 1, "", 0);
    put(&b, "few", "d", "later");
    apply(s, &b);
    assert_prefix(s, "few", "a=1 d=later");
    assert_prefix(s, "many", "c=elsewhere k0000=x k2999=x");
    kv_batch_destroy(&b);
    kv_store_close(s);
}

static void test_memory(void **state UNUSED)
{
    check_kind("memory");
}

static void test_rocksdb(void **state UNUSED)
{
    check_kind("rocksdb");
}

static void test_ranges_in_memory(void **state UNUSED)
{
    check_ranges("memory");
}

static void test_ranges_in_rocksdb(void **state UNUSED)
{
    check_ranges("rocksdb");
}

static void test_binary_keys_and_long_values(void **state UNUSED)
{
    struct kv_store *s = open_store("rocksdb", KV_CREATE);
    struct kv_batch b;
    struct slice v;
    uint8_t key[1000];
    size_t big = 3 << 20;
    char *value = malloc(big);

    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)i;
    memset(value, 'v', big);
    kv_batch_init(&b);
    kv_batch_put(&b, "bin", key, sizeof(key), value, big);
    apply(s, &b);
    kv_store_close(s);
    s = open_store("rocksdb", 0);
    assert_int_equal(kv_store_get(s, "bin", key, sizeof(key), &v), 0);
    assert_int_equal(v.len, big);
    assert_memory_equal(v.data, value, big);
    slice_put(&v);
    kv_batch_destroy(&b);
    free(value);
    kv_store_close(s);
}

static int open_error(unsigned flags)
{
    struct kv_store *s;
    int r = kv_store_open("rocksdb", store_path(), flags, &s, err, sizeof(err));
    if (r == 0)
        kv_store_close(s);
    return r;
}

static void test_refusals_of_the_store_on_disk(void **state UNUSED)
{
    struct kv_store *s;
    int status;
    pid_t pid;

    assert_int_equal(open_error(0), -ENOENT);
    assert_non_null(strstr(err, "there is no store"));

    s = open_store("rocksdb", KV_CREATE);
    pid = fork();
    if (pid == 0) /* another process, as another daemon would be */
        _exit(open_error(0) == -EBUSY && strstr(err, "another daemon") ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    kv_store_close(s);

    assert_int_equal(open_error(KV_CREATE), -EEXIST);
    assert_non_null(strstr(err, "already"));
    assert_int_equal(open_error(0), 0);
    assert_int_equal(kv_store_open("leveldb", store_path(), 0, &s, err, sizeof(err)), -EINVAL);
    assert_non_null(strstr(err, "leveldb"));
}

static void overwrite(const char *name, off_t at, const char *bytes)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", store_path(), name);
    fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, strlen(bytes), at), strlen(bytes));
    close(fd);
}

static void test_damage_is_told(void **state UNUSED)
{
    struct kv_store *s = open_store("rocksdb", KV_CREATE);
    kv_store_close(s);

    overwrite("CURRENT", 0, "garbage");
    assert_int_equal(open_error(0), -EUCLEAN);
    assert_non_null(strstr(err, "damaged"));
}

static void test_malformed_batch_bytes(void **state UNUSED)
{
    static const uint8_t bad_kind[] = {9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t cut[] = {1, 3, 0, 0, 0, 'o', 's'};
    struct decode d;
    struct kv_op op;

    decode_init(&d, bad_kind, sizeof(bad_kind));
    assert_false(kv_op_next(&d, &op));
    assert_int_equal(decode_error(&d), -EBADMSG);
    decode_init(&d, cut, sizeof(cut));
    assert_false(kv_op_next(&d, &op));
    assert_int_equal(decode_error(&d), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_rocksdb, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_ranges_in_memory, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_ranges_in_rocksdb, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_binary_keys_and_long_values, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_refusals_of_the_store_on_disk, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_damage_is_told, make_dir, remove_dir),
        cmocka_unit_test(test_malformed_batch_bytes),
    };
    return unit_run("kv_store", tests);
}
