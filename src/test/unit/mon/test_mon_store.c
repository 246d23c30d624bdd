/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The monitor's store on disk: whose it is, and that a monitor which is killed at any moment comes back with
 * every change that it had confirmed, each of them whole.
 */
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/killed_child.h"
#include "test/unit/mon/mon_fixture.h"

enum { ROUNDS = 8, MAX_RUN_MS = 250 };

static char dir[64], err[512];

static int remove_one(const char *path, const struct stat *st UNUSED, int flag UNUSED, struct FTW *ftw UNUSED)
{
    return remove(path);
}

static int make_store(void **state UNUSED)
{
    struct kv_batch first;
    struct fsid fsid;
    char path[96];

    strcpy(dir, "/tmp/test_mon_store.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/mon.a", dir);
    assert_int_equal(fsid_parse(&fsid, FIXTURE_FSID), 0);
    fixture_first_batch(&first);
    if (mon_store_create("rocksdb", path, &fsid, "a", &first, err, sizeof(err)))
        fail_msg("%s", err);
    kv_batch_destroy(&first);
    return 0;
}

static int remove_store(void **state UNUSED)
{
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int open_store(struct mon_store *s, const char *fsid_text, const char *name)
{
    struct fsid fsid = {0};
    char path[96];

    snprintf(path, sizeof(path), "%s/mon.a", dir);
    if (fsid_text)
        assert_int_equal(fsid_parse(&fsid, fsid_text), 0);
    return mon_store_open(s, "rocksdb", path, &fsid, name, err, sizeof(err));
}

static void test_whose_it_is(void **state UNUSED)
{
    static const char other[] = "00000000-1111-4222-8333-444444444444";
    struct mon_store s;
    struct kv_batch none;
    struct fsid fsid;
    char path[96];

    assert_int_equal(open_store(&s, FIXTURE_FSID, "a"), 0);
    mon_store_close(&s);
    assert_int_equal(open_store(&s, NULL, NULL), 0);
    assert_string_equal(s.name, "a");
    mon_store_close(&s);
    assert_int_equal(open_store(&s, other, "a"), -EPERM);
    assert_non_null(strstr(err, "belongs to cluster " FIXTURE_FSID ", not to 00000000"));
    assert_int_equal(open_store(&s, FIXTURE_FSID, "b"), -EPERM);
    assert_non_null(strstr(err, "belongs to mon.a, not to mon.b"));

    snprintf(path, sizeof(path), "%s/mon.a", dir);
    assert_int_equal(fsid_parse(&fsid, FIXTURE_FSID), 0);
    kv_batch_init(&none);
    assert_int_equal(mon_store_create("rocksdb", path, &fsid, "a", &none, err, sizeof(err)), -EEXIST);
    assert_int_equal(mon_store_open(&s, "rocksdb", dir, NULL, NULL, err, sizeof(err)), -ENOENT);
    assert_non_null(strstr(err, "--mkfs"));
    kv_batch_destroy(&none);
}

/* Changes several things of several services with each round, and reports by number what was confirmed. */
static void work(uint64_t n, int report)
{
    struct fixture f;
    struct mon_store s;
    char json[256];

    if (open_store(&s, FIXTURE_FSID, "a"))
        _exit(1);
    fixture_open(&f, &s);
    for (;; n++) {
        snprintf(
            json, sizeof(json),
            "{\"prefix\":\"config set\",\"who\":\"osd.1\",\"name\":\"n\",\"value\":\"%llu\",\"force\":true}",
            (unsigned long long)n);
        fixture_ask(&f, json);
        fixture_ask(&f, n % 2 ? "{\"prefix\":\"osd set\",\"key\":\"noout\"}"
                              : "{\"prefix\":\"osd unset\",\"key\":\"noout\"}");
        if (f.result || write(report, &n, sizeof(n)) != sizeof(n))
            _exit(2);
    }
}

/* Opens the monitor again: everything must be readable and as new as what was reported. */
static uint64_t check(uint64_t reported)
{
    struct fixture f;
    struct mon_store s;
    uint64_t n;

    if (open_store(&s, FIXTURE_FSID, "a"))
        fail_msg("after the kill: %s", err);
    fixture_open(&f, &s);
    fixture_ask(&f, "{\"prefix\":\"config get\",\"who\":\"osd.1\",\"key\":\"n\"}");
    n = f.result ? 0 : strtoull(f.output, NULL, 10);
    assert_true(n == reported || n == reported + 1); /* the one in flight may have made it */
    /* Each version's history is there, and the newest says what the option is. */
    fixture_ask(&f, "{\"prefix\":\"config log\",\"num\":1000000}");
    if (n) {
        char line[64];
        snprintf(line, sizeof(line), "\n+ osd.1/n = %llu\n", (unsigned long long)n);
        assert_non_null(strstr(f.output, line));
        assert_int_equal(f.mon->services[MON_SERVICE_CONFIG]->last_committed, n + 1);
    }
    fixture_ask(&f, "{\"prefix\":\"osd dump\"}");
    assert_int_equal(f.result, 0);
    fixture_close(&f);
    return n;
}

static void test_killed_at_any_moment(void **state UNUSED)
{
    unsigned seed = (unsigned)getpid();
    uint64_t reported = 0;

    print_message("seed %u\n", seed);
    for (int round = 0; round < ROUNDS; round++) {
        reported = killed_child_run(dir, reported, round % 2, 50 + (unsigned)rand_r(&seed) % MAX_RUN_MS);
        reported = check(reported);
    }
    assert_true(reported >= ROUNDS / 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whose_it_is, make_store, remove_store),
        cmocka_unit_test_setup_teardown(test_killed_at_any_moment, make_store, remove_store),
    };

    if (argc == 4) {
        snprintf(dir, sizeof(dir), "%s", argv[1]);
        work(strtoull(argv[2], NULL, 10), atoi(argv[3]));
    }
    return unit_run("mon_store", tests);
}
