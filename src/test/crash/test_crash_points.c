/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stores, and a whole OSD, are used in processes of their own, with every write, rename and sync written
 * down; then a disk as it was after any of these is put together, and a store on it must open with everything
 * that was told durable by then, and nothing in halves. There are too many points to try each time:
 * CRASH_POINTS says how many, 0 all.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test/unit/unit.h"
#include "common/file_io.h"
#include "test/crash/crash_subject.h"
#include "test/crash/disk_image.h"

enum { DEFAULT_POINTS = 120, PATH_ROOM = 256 };

static char preload[4096];

static int remove_one(const char *path, const struct stat *st UNUSED, int flag UNUSED, struct FTW *ftw UNUSED)
{
    return remove(path);
}

static void remove_all(const char *dir)
{
    assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Syncs cost nothing there, and a crash of this machine is not what is tried. */
static void make_dir(char out[static PATH_ROOM])
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    snprintf(out, PATH_ROOM, "%s/test_crash_points.XXXXXX", base);
    assert_non_null(mkdtemp(out));
}

static bool ended_well(pid_t pid)
{
    int status;

    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The program that uses the store: this one, started anew so that the library is loaded first. */
static void use(const struct crash_subject *s, const char *dir, const char *journal, unsigned session)
{
    char number[16], asan[512];
    const char *options = getenv("ASAN_OPTIONS");
    pid_t pid = fork();

    if (pid == 0) {
        snprintf(number, sizeof(number), "%u", session);
        snprintf(asan, sizeof(asan), "%s:verify_asan_link_order=0:detect_leaks=0", options ? options : "");
        setenv("ASAN_OPTIONS", asan, 1);
        setenv("LD_PRELOAD", preload, 1);
        setenv(JOURNAL_FILE_ENV, journal, 1);
        setenv(JOURNAL_ROOT_ENV, dir, 1);
        execl("/proc/self/exe", "test_crash_points", s->name, dir, journal, number, (char *)NULL);
        _exit(1);
    }
    assert_true(ended_well(pid));
}

static int used_as(char **argv)
{
    const struct crash_subject *all[] = {&crash_object_store, &crash_mon_store, &crash_osd};
    int journal = open(argv[3], O_WRONLY | O_APPEND | O_CLOEXEC);

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        if (strcmp(all[i]->name, argv[1]) == 0)
            _exit(all[i]->run(argv[2], journal, (unsigned)atoi(argv[4])) ? 0 : 1);
    }
    return 1;
}

static void note_mark(struct crash_marks *m, const char *text, size_t len)
{
    char mark[64] = "";
    long long number;
    unsigned lane;

    assert_true(len < sizeof(mark));
    memcpy(mark, text, len);
    if (strcmp(mark, "made") == 0)
        m->made = true;
    else if (sscanf(mark, "%u %lld", &lane, &number) == 2 && lane < CRASH_LANES)
        m->durable[lane] = number > m->durable[lane] ? number : m->durable[lane]; /* threads race to tell */
    else
        fail_msg("unknown mark %s", mark);
}

/* The store on a disk that looks like this, in a process of its own. */
static bool survives(const struct crash_subject *s, const struct disk_image *d, enum disk_image_version v,
                     unsigned seed, const struct crash_marks *marks)
{
    char dir[PATH_ROOM];
    bool good;
    pid_t pid;

    make_dir(dir);
    disk_image_write(d, v, seed, dir);
    pid = fork();
    if (pid == 0) {
        bool r = s->check(dir, marks);
        fflush(stdout);
        _exit(r ? 0 : 1);
    }
    good = ended_well(pid);
    remove_all(dir);
    return good;
}

static void check_point(const struct crash_subject *s, const struct disk_image *d, unsigned at,
                        const struct crash_marks *marks)
{
    static const char *const versions[] = {"all", "only what was synced", "some of what was not synced"};

    for (unsigned v = 0; v < ARRAY_SIZE(versions); v++) {
        if (!survives(s, d, v, at, marks))
            fail_msg("%s: after record %u, with %s", s->name, at, versions[v]);
    }
}

/* The disk changes in a way that counts: data alone matters once it is synced. */
static bool is_turn(enum journal_kind kind)
{
    return kind != JOURNAL_WRITE && kind != JOURNAL_EXTEND && kind != JOURNAL_SYNC;
}

struct journal_bytes {
    uint8_t *data;
    size_t len;
    unsigned records, turns;
};

static struct journal_bytes load(const char *path)
{
    struct journal_bytes j = {0};
    struct journal_record r;
    const char *text;
    const uint8_t *p, *data;

    assert_int_equal(file_read(path, SIZE_MAX, &j.data, &j.len), 0);
    for (p = j.data; (p = journal_next(p, j.data + j.len, &r, &text, &data)); j.records++)
        j.turns += is_turn(r.kind);
    return j;
}

/* Every so many turns, and every so many of the other records. */
static void replay(const struct crash_subject *s, const char *dir, const struct journal_bytes *j)
{
    const char *wanted = getenv("CRASH_POINTS");
    unsigned points = wanted ? (unsigned)atoi(wanted) : DEFAULT_POINTS, tried = 0, turns = 0, others = 0;
    unsigned every_turn = points ? j->turns * 5 / (points * 4) + 1 : 1;
    unsigned every_other = points ? (j->records - j->turns) * 5 / points + 1 : 1;
    struct crash_marks marks = {.durable = {-1, -1, -1}};
    struct disk_image *d = disk_image_create();
    struct journal_record r;
    const char *text;
    const uint8_t *p, *data;
    unsigned at = 0;

    for (p = j->data; (p = journal_next(p, j->data + j->len, &r, &text, &data)); at++) {
        bool turn = is_turn(r.kind);
        disk_image_apply(d, &r, text, data);
        if (r.kind == JOURNAL_MARK)
            note_mark(&marks, text, r.text_len);
        if (turn ? turns++ % every_turn : others++ % every_other)
            continue;
        check_point(s, d, at, &marks);
        tried++;
    }
    print_message("# %s: %u records, %u points tried\n", s->name, j->records, tried);
    assert_true(disk_image_equals(d, dir, "LOG")); /* nothing was missed */
    check_point(s, d, at, &marks);
    disk_image_destroy(d);
}

static void try(const struct crash_subject *s)
{
    char dir[PATH_ROOM], journal[PATH_ROOM + 16];
    struct journal_bytes j;

    make_dir(dir);
    snprintf(journal, sizeof(journal), "%s.journal", dir);
    for (unsigned session = 0; session < s->sessions; session++)
        use(s, dir, journal, session);
    j = load(journal);
    replay(s, dir, &j);
    free(j.data);
    assert_int_equal(unlink(journal), 0);
    remove_all(dir);
}

static void test_object_store(void **state UNUSED)
{
    try(&crash_object_store);
}

static void test_mon_store(void **state UNUSED)
{
    try(&crash_mon_store);
}

static void test_osd(void **state UNUSED)
{
    try(&crash_osd);
}

/* Where libtool puts the library: beside this program, which is linked with a library of ours, too. */
static void find_library(void)
{
    ssize_t n = readlink("/proc/self/exe", preload, sizeof(preload) - 64);
    char *slash;

    preload[n > 0 ? n : 0] = 0;
    slash = strrchr(preload, '/');
    if (slash)
        strcpy(slash, "/journal_preload.so");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_store),
        cmocka_unit_test(test_mon_store),
        cmocka_unit_test(test_osd),
    };

    if (argc == 5)
        return used_as(argv);
    find_library();
    return unit_run("crash_points", tests);
}
