/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ends up in the log file, in which shape, and what a crash leaves behind. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/log_conf.h"
#include "common/log_crash.h"
#include "common/log_entry.h"

static char dir[] = "/tmp/test_log.XXXXXX";
static char path[64], moved[64];
static char text[1 << 20]; /* the file's contents, by slurp() */

static const char *slurp(const char *file)
{
    FILE *f = fopen(file, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    text[n] = '\0';
    if (f)
        fclose(f);
    return text;
}

static unsigned count(const char *haystack, const char *needle)
{
    unsigned n = 0;

    for (const char *p = haystack; (p = strstr(p, needle)); p += strlen(needle))
        n++;
    return n;
}

static bool matches(const char *line, const char *pattern)
{
    regex_t re;
    bool match;

    assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE), 0);
    match = regexec(&re, line, 0, NULL, 0) == 0;
    regfree(&re);
    return match;
}

static int setup(void **state UNUSED)
{
    struct log_config config = {.file = path, .to_file = true, .max_recent = 100};

    unlink(path);
    unlink(moved);
    for (int i = 0; i < LOG_SUBSYS_COUNT; i++)
        log_set_levels((enum log_subsys)i, 1, 5);
    return log_configure(&config, NULL);
}

static int teardown(void **state UNUSED)
{
    log_shutdown();
    return 0;
}

static void test_line_format(void **state UNUSED)
{
    struct log_entry e = {.stamp_ns = UINT64_C(1709210096789012345), .thread = 0x7f0123456789, .level = -1};
    char head[LOG_HEAD_MAX];

    assert_int_equal(log_entry_head(&e, 0, head), 48);
    assert_memory_equal(head, "2024-02-29T12:34:56.789012+0000 7f0123456789 -1 ", 48);
}

static void test_head_is_what_libc_says(void **state UNUSED)
{
    /* leap years, centuries, ends of months; ahead of and behind UTC */
    static const int offsets[] = {0, 7200, -12600};
    char head[LOG_HEAD_MAX], want[64];

    for (int64_t day = 0; day < 60000; day += 29)
        for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++) {
            struct log_entry e = {.stamp_ns = (uint64_t)(day * 86400 + 80000) * 1000000000, .level = 10};
            time_t at = (time_t)(day * 86400 + 80000 + offsets[i]);
            struct tm tm;
            gmtime_r(&at, &tm);
            strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000", &tm);
            log_entry_head(&e, offsets[i], head);
            assert_memory_equal(head, want, strlen(want));
        }
    assert_non_null(strstr(head, "-0330 0 10 "));
}

static void test_levels_decide(void **state UNUSED)
{
    dout(ms, 1, "one %d", 1);
    dout(ms, 2, "gathered only");
    dout(ms, 6, "not at all");
    derr(ms, "an error\n");
    slurp(path);
    assert_true(matches(text, "^[0-9]{4}-[0-9-]{5}T[0-9:]{8}\\.[0-9]{6}[+-][0-9]{4} [0-9a-f]+  1 one 1$"));
    assert_true(matches(text, "^[0-9T:.+-]+ [0-9a-f]+ -1 an error$"));
    assert_int_equal(count(text, "\n"), 2);

    log_set_levels(LOG_ms, 20, 20);
    dout(ms, 20, "loud");
    dout(mon, 20, "still quiet");
    slurp(path);
    assert_non_null(strstr(text, " 20 loud\n"));
    assert_null(strstr(text, "quiet"));
}

static void test_long_entries_are_whole(void **state UNUSED)
{
    static char big[100000];

    memset(big, 'x', sizeof(big) - 1);
    dout(ms, 0, "<%s>", big);
    slurp(path);
    assert_int_equal(count(text, "x"), sizeof(big) - 1);
    assert_non_null(strstr(text, "x>\n"));
}

static void *chatter(void *arg)
{
    for (int i = 0; i < 500; i++)
        dout(ms, 0, "thread %p entry %d.", arg, i);
    return NULL;
}

static void test_threads_lose_nothing_at_level_0(void **state UNUSED)
{
    pthread_t t[4];

    assert_int_equal(log_start(), 0);
    assert_int_equal(log_start(), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, chatter, (void *)(i + 1));
    for (size_t i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    log_flush();
    assert_int_equal(count(slurp(path), " entry "), 2000);
    for (int i = 0; i < 500; i += 499) {
        char want[32];
        snprintf(want, sizeof(want), "entry %d.\n", i);
        assert_int_equal(count(text, want), 4);
    }
    log_stop();
    dout(ms, 0, "after the thread");
    assert_non_null(strstr(slurp(path), "after the thread"));
}

static void test_reopen(void **state UNUSED)
{
    dout(ms, 0, "before");
    assert_int_equal(rename(path, moved), 0);
    dout(ms, 0, "between");
    log_reopen();
    dout(ms, 0, "behind");
    slurp(moved);
    assert_non_null(strstr(text, "before"));
    assert_non_null(strstr(text, "between"));
    slurp(path);
    assert_non_null(strstr(text, "behind"));
    assert_int_equal(count(text, "\n"), 1);
}

static void test_reopen_that_fails_keeps_the_file(void **state UNUSED)
{
    dout(ms, 0, "before");
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    log_reopen();
    dout(ms, 0, "behind");
    rmdir(path);
    slurp(moved);
    assert_non_null(strstr(text, "Is a directory; going on with the old one"));
    assert_non_null(strstr(text, "behind"));
}

static void test_bad_file(void **state UNUSED)
{
    struct log_config config = {.file = "/nonexistent/x.log", .to_file = true};
    char *err = NULL;

    assert_int_equal(log_configure(&config, &err), -ENOENT);
    assert_string_equal(err, "cannot open log file /nonexistent/x.log: No such file or directory");
    free(err);
}

/* Runs what in a child whose standard error goes to the file moved; gives its wait status. */
static int in_child(void (*what)(void))
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (!pid) {
        int fd = open(moved, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(fd, STDERR_FILENO);
        what();
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void fill_disk(void)
{
    struct log_config config = {.file = "/dev/full", .to_file = true};

    if (log_configure(&config, NULL))
        _exit(1);
    for (int i = 0; i < 10; i++)
        dout(ms, 0, "entry %d", i);
    _exit(0);
}

static void test_full_disk_is_said_once(void **state UNUSED)
{
    assert_int_equal(in_child(fill_disk), 0);
    assert_string_equal(slurp(moved), "cannot write to log file /dev/full: No space left on device\n");
}

static void errors_to_stderr(void)
{
    struct log_config config = {.err_to_stderr = true, .stderr_prefix = "here: "};

    if (log_configure(&config, NULL))
        _exit(1);
    dout(ms, 0, "not an error");
    derr(ms, "an error");
    _exit(0);
}

static void test_errors_to_stderr(void **state UNUSED)
{
    assert_int_equal(in_child(errors_to_stderr), 0);
    assert_true(matches(slurp(moved), "^here: [^ ]+ [0-9a-f]+ -1 an error$"));
    assert_int_equal(count(text, "\n"), 1);
}

static void test_dump_of_recent(void **state UNUSED)
{
    for (int i = 0; i < 150; i++)
        dout(ms, 5, "gathered %d.", i);
    log_dump_recent();
    slurp(path);
    assert_null(strstr(text, "gathered 49."));
    assert_true(matches(text, "^   -99> [^ ]+ [0-9a-f]+  5 gathered 50\\.$"));
    assert_true(matches(text, "^     0> [^ ]+ [0-9a-f]+  5 gathered 149\\.$"));
    assert_true(matches(text, "^   1/ 5 paxos$"));
    assert_non_null(strstr(text, "--- end dump of recent events ---\n"));
}

static void crash_with_thread(void)
{
    log_crash_install();
    if (log_start())
        _exit(1);
    dout(ms, 5, "the last thing before it");
    abort();
}

static void test_crash_leaves_a_trace(void **state UNUSED)
{
    int status = in_child(crash_with_thread);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    slurp(path);
    assert_true(matches(text, "^[^ ]+ [0-9a-f]+ -1 \\*\\*\\* Caught signal \\(Aborted\\) \\*\\*$"));
    assert_non_null(strstr(text, "abort"));
    assert_true(matches(text, "^ +-?[0-9]+> [^ ]+ [0-9a-f]+  5 the last thing before it$"));
    assert_non_null(strstr(slurp(moved), "*** Caught signal (Aborted) **"));
}

/* A socket where libc or libsystemd look for the daemon that we stand in for. */
static int listen_at(const char *where)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", where);
    return fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) ? -1 : fd;
}

static void receive(int fd, const char *name)
{
    char message[2048];
    ssize_t n = recv(fd, message, sizeof(message) - 1, MSG_DONTWAIT);

    message[n > 0 ? n : 0] = '\0';
    fprintf(stderr, "%s got: %s\n", name, message);
}

/* With a /dev and a /run of its own. */
static void to_syslog_and_journal(void)
{
    struct log_config config = {.to_syslog = true, .err_to_journald = true};
    int journal, syslog;

    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("t", "/dev", "tmpfs", 0, NULL) || mount("t", "/run", "tmpfs", 0, NULL) ||
        mkdir("/run/systemd", 0755) || mkdir("/run/systemd/journal", 0755))
        _exit(77);
    journal = listen_at("/run/systemd/journal/socket");
    syslog = listen_at("/dev/log");
    if (journal < 0 || syslog < 0 || log_configure(&config, NULL))
        _exit(1);
    dout(ms, 1, "all is well");
    receive(syslog, "syslog");
    derr(ms, "disk on fire");
    receive(journal, "journal");
    receive(journal, "journal again");
    _exit(0);
}

static void test_syslog_and_journal(void **state UNUSED)
{
    int status = in_child(to_syslog_and_journal);

#ifndef HAVE_SYSTEMD
    skip();
#endif
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip(); /* not allowed to mount */
    assert_int_equal(status, 0);
    slurp(moved);
    assert_true(matches(text, "^syslog got: <14>.* [0-9a-f]+  1 all is well$"));
    assert_true(matches(text, "^journal got: MESSAGE=disk on fire$"));
    assert_true(matches(text, "^PRIORITY=3$"));
    assert_true(matches(text, "^SUBSYS=ms$"));
    assert_non_null(strstr(text, "journal again got: \n")); /* errors only */
}

static void test_changed_by_configuration(void **state UNUSED)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);
    char *err = NULL;

    assert_int_equal(conf_set(c, CONF_FILE, "log_file", path, NULL), 0);
    assert_int_equal(log_apply_conf(c, &err), 0);
    log_follow_conf(c);
    conf_started(c);
    dout(ms, 9, "no");
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "debug_ms", "9", NULL), 0);
    dout(ms, 9, "yes");
    assert_int_equal(conf_set(c, CONF_OVERRIDE, "log_file", moved, NULL), 0);
    dout(ms, 9, "elsewhere");
    log_unfollow_conf(c);
    slurp(path);
    assert_null(strstr(text, " no\n"));
    assert_non_null(strstr(text, " yes\n"));
    assert_null(strstr(text, "elsewhere"));
    assert_non_null(strstr(slurp(moved), "elsewhere"));
    conf_free(c);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_line_format),
        TEST(test_head_is_what_libc_says),
        TEST(test_levels_decide),
        TEST(test_long_entries_are_whole),
        TEST(test_reopen),
        TEST(test_reopen_that_fails_keeps_the_file),
        TEST(test_bad_file),
        TEST(test_full_disk_is_said_once),
        TEST(test_errors_to_stderr),
        TEST(test_dump_of_recent),
        TEST(test_crash_leaves_a_trace),
        TEST(test_syslog_and_journal),
        TEST(test_changed_by_configuration),
        TEST(test_threads_lose_nothing_at_level_0),
    };
    int r;

    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof(path), "%s/log", dir);
    snprintf(moved, sizeof(moved), "%s/log.1", dir);
    r = unit_run("log", tests);
    unlink(path);
    unlink(moved);
    rmdir(dir);
    return r;
}
