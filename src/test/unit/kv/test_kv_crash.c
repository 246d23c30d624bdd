/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A commit that was reported must be there after kill -9 at any point, and one that was not must be there
 * whole or not at all. A child commits in a loop and reports each commit by a pipe; it is killed at a random
 * time; the store is opened again and checked; and so on, over the same store.
 */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/unit.h"
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

/* A program of its own: a mere fork would inherit the memory of the store's threads without the threads. */
static void become_child(const char *path, uint64_t next, int report)
{
    char number[24], fd[16];

    snprintf(number, sizeof(number), "%" PRIu64, next);
    snprintf(fd, sizeof(fd), "%d", report);
    execl("/proc/self/exe", "test_kv_crash", path, number, fd, (char *)NULL);
    _exit(4);
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

static uint64_t last_reported(int fd, uint64_t before)
{
    uint64_t n;

    while (read(fd, &n, sizeof(n)) == sizeof(n))
        before = n;
    return before;
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
        int fds[2], status;
        pid_t pid;
        assert_int_equal(pipe(fds), 0);
        pid = fork();
        if (pid == 0) {
            close(fds[0]);
            become_child(path, reported + 1, fds[1]);
        }
        close(fds[1]);
        usleep(1000u * (20 + (unsigned)rand_r(&seed) % MAX_RUN_MS));
        kill(pid, SIGKILL);
        found = last_reported(fds[0], reported);
        close(fds[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
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
