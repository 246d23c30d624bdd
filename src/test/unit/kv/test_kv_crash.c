/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A commit that was reported must be there after kill -9 at any point, and one that was not must be there
 * whole or not at all. A child commits in a loop and reports each commit by a pipe; it is killed at a random
 * time; the store is opened again and checked; and so on, over the same store.
 */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/killed_child.h"
#include "common/bytes.h"
#include "kv/kv_store.h"

enum { ROUNDS = 12, KEYS_PER_COMMIT = 20, VALUE_BYTES = 2000, MAX_RUN_MS = 160 };

static char err[512];

static int remove_one(const char *path, const struct stat *st UNUSED, int flag UNUSED, struct FTW *ftw UNUSED)
{
    return remove(path);
}

/* Commit n writes n into KEYS_PER_COMMIT keys, each followed by filler that depends on n. */
static void build(struct kv_batch *b, uint64_t n)
{
    uint8_t value[VALUE_BYTES];
    char key[16];

    memset(value, (int)(n & 0xff), sizeof(value));
    put_le64(value, n);
    for (int i = 0; i < KEYS_PER_COMMIT; i++)
        kv_batch_put(b, "t", key, (size_t)snprintf(key, sizeof(key), "k%d", i), value, sizeof(value));
}

static int child(const char *path, uint64_t next, int report)
{
    struct kv_store *s;
    struct kv_batch b;

    if (kv_store_open("rocksdb", path, 0, &s, err, sizeof(err)))
        return 1;
    for (kv_batch_init(&b);; kv_batch_clear(&b), next++) {
        build(&b, next);
        if (kv_store_apply(s, &b, true, err, sizeof(err)))
            return 2;
        if (write(report, &next, sizeof(next)) != sizeof(next))
            return 3;
    }
}

/* The number that all keys hold; fails when they differ or a value is torn. */
static uint64_t check(const char *path)
{
    struct kv_store *s;
    struct kv_iter *it;
    uint64_t n = 0;
    int keys = 0;

    if (kv_store_open("rocksdb", path, 0, &s, err, sizeof(err)))
        fail_msg("after the kill: %s", err);
    it = kv_store_iterate(s, "t");
    for (bool more = kv_iter_seek(it, NULL, 0); more; more = kv_iter_next(it), keys++) {
        size_t len;
        const uint8_t *v = kv_iter_value(it, &len);
        assert_int_equal(len, VALUE_BYTES);
        if (keys == 0)
            n = get_le64(v);
        assert_true(get_le64(v) == n);
        for (size_t i = 8; i < len; i++)
            assert_int_equal(v[i], n & 0xff);
    }
    assert_int_equal(kv_iter_error(it), 0);
    assert_true(keys == 0 || keys == KEYS_PER_COMMIT);
    kv_iter_close(it);
    kv_store_close(s);
    return n;
}

static void test_kill_at_any_point(void **state UNUSED)
{
    char dir[] = "/tmp/test_kv_crash.XXXXXX", path[64];
    struct kv_store *s;
    uint64_t reported = 0, found, committed = 0;
    unsigned seed = (unsigned)getpid();

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/store", dir);
    assert_int_equal(kv_store_open("rocksdb", path, KV_CREATE, &s, err, sizeof(err)), 0);
    kv_store_close(s);
    print_message("seed %u\n", seed);
    for (int round = 0; round < ROUNDS; round++) {
        found = killed_child_run(path, reported, round % 2, 20 + (unsigned)rand_r(&seed) % MAX_RUN_MS);
        committed += found - reported;
        reported = found;
        found = check(path);
        /* The commit in flight may have made it without being reported. */
        assert_true(found == reported || found == reported + 1);
        reported = found;
    }
    assert_true(committed > 0);
    assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_at_any_point),
    };
    if (argc == 4)
        return child(argv[1], strtoull(argv[2], NULL, 10), atoi(argv[3]));
    return unit_run("kv_crash", tests);
}
