/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A daemon as its operator sees it: exit statuses, files, signals, who it runs as. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/log.h"
#include "common/thread.h"
#include "daemon/global_init.h"
#include "daemon/service_notify.h"

static char dir[] = "/tmp/test_daemon.XXXXXX";
static char conf_path[64], pid_path[64], asok_path[64], log_path[64], out_path[64];

static const struct args_program program = {"testd", "testd -i ID", "mon", NULL, NULL, ARGS_DAEMON, NULL};

enum plan { RUN, FAIL_BEFORE_READY, CRASH_BEFORE_READY, LEAVE_BEFORE_READY };

static void *idle(void *arg)
{
    return arg;
}

/* The main() of a small daemon; it runs in a child of the test. */
static int daemon_main(enum plan plan, int argc, char **argv)
{
    struct global g;
    struct thread t;
    int r = global_init(&g, &program, argc, argv);

    if (!r)
        r = global_start(&g);
    if (r) {
        global_shutdown(&g);
        return r < 0;
    }
    if (plan == CRASH_BEFORE_READY)
        abort();
    if (plan != RUN) {
        derr(none, "cannot go on");
        global_shutdown(&g);
        return plan == FAIL_BEFORE_READY ? 3 : 0;
    }
    if (thread_start(&t, "idle", idle, NULL))
        return 9;
    global_ready(&g);
    dout(none, 0, "serving as %u:%u", getuid(), getgid());
    global_wait(&g);
    thread_join(&t);
    global_shutdown(&g);
    return 0;
}

/* Starts it with its output going to out_path; gives the process that the operator started. */
static pid_t spawn(enum plan plan, const char *a1, const char *a2)
{
    char *argv[] = {"testd", "-i", "a", "-c", conf_path, (char *)a1, (char *)a2, NULL};
    int argc = 5 + (a1 != NULL) + (a2 != NULL);
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (!pid) {
        int fd = open(out_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        close(fd);
        exit(daemon_main(plan, argc, argv));
    }
    return pid;
}

static int status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static char text[65536];

static const char *slurp(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    text[n] = '\0';
    if (f)
        fclose(f);
    return text;
}

static bool appears(const char *path, const char *what)
{
    for (int i = 0; i < 500; i++) {
        if (strstr(slurp(path), what))
            return true;
        usleep(10000);
    }
    return false;
}

static void write_conf(const char *more)
{
    FILE *f = fopen(conf_path, "w");

    fprintf(f,
            "[global]\nrun_dir = %s\nlog_file = %s\npid_file = %s\nadmin_socket = $run_dir/$name.asok\n"
            "unknown thing = 1\n%s\n",
            dir, log_path, pid_path, more);
    fclose(f);
    chmod(conf_path, 0644);
}

static int setup(void **state UNUSED)
{
    unlink(log_path);
    unlink(pid_path);
    write_conf("");
    return 0;
}

static void test_life_in_the_background(void **state UNUSED)
{
    char moved[80], *answer, want[32];
    struct stat st;
    size_t len;
    pid_t pid;

    assert_int_equal(status_of(spawn(RUN, NULL, NULL)), 0);
    assert_non_null(strstr(slurp(out_path), ":6: unknown option 'unknown_thing' is ignored"));
    pid = (pid_t)atoi(slurp(pid_path));
    assert_true(pid > 1 && kill(pid, 0) == 0);
    assert_int_equal(getsid(pid), pid);
    assert_int_equal(admin_socket_ask(asok_path, "{\"prefix\":\"config get\",\"var\":\"run_dir\"}", 5000,
                                      &answer, &len, NULL),
                     0);
    assert_non_null(strstr(answer, dir));
    free(answer);

    /* a second one is refused, and says by whom */
    assert_int_equal(status_of(spawn(RUN, NULL, NULL)), 1);
    snprintf(want, sizeof(want), "process %d is running", (int)pid);
    assert_non_null(strstr(slurp(out_path), want));
    assert_int_equal(atoi(slurp(pid_path)), pid);

    snprintf(moved, sizeof(moved), "%s.1", log_path);
    assert_int_equal(rename(log_path, moved), 0);
    assert_int_equal(kill(pid, SIGHUP), 0);
    for (int i = 0; i < 500 && stat(log_path, &st); i++)
        usleep(10000);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
    assert_non_null(strstr(slurp(log_path), "got signal Terminated"));
    assert_non_null(strstr(slurp(moved), "serving as "));
    assert_int_equal(stat(pid_path, &st), -1);
    assert_int_equal(stat(asok_path, &st), -1);
    unlink(moved);
}

static void test_failure_reaches_who_started_it(void **state UNUSED)
{
    assert_int_equal(status_of(spawn(FAIL_BEFORE_READY, NULL, NULL)), 3);
    assert_non_null(strstr(slurp(out_path), "cannot go on"));
}

static void test_end_without_being_ready_is_a_failure(void **state UNUSED)
{
    assert_int_equal(status_of(spawn(LEAVE_BEFORE_READY, NULL, NULL)), 1);
}

static void test_crash_reaches_who_started_it(void **state UNUSED)
{
    assert_int_equal(status_of(spawn(CRASH_BEFORE_READY, NULL, NULL)), 128 + SIGABRT);
    assert_non_null(strstr(slurp(log_path), "*** Caught signal (Aborted) **"));
    /* what it left behind is in nobody's way */
    assert_true(atoi(slurp(pid_path)) > 0);
    assert_int_equal(status_of(spawn(FAIL_BEFORE_READY, NULL, NULL)), 3);
}

static void test_foreground(void **state UNUSED)
{
    pid_t pid = spawn(RUN, "-f", NULL);

    assert_true(appears(log_path, "serving as"));
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(status_of(pid), 0);
    assert_non_null(strstr(slurp(log_path), "got signal Interrupt"));
}

static void test_debug_shows_the_log(void **state UNUSED)
{
    pid_t pid = spawn(RUN, "-d", NULL);

    assert_true(appears(out_path, "serving as"));
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
    assert_string_equal(slurp(log_path), "");
}

static void test_bad_configuration(void **state UNUSED)
{
    char want[128];

    write_conf("ms_bind_port_min = x");
    assert_int_equal(status_of(spawn(RUN, NULL, NULL)), 1);
    snprintf(want, sizeof(want), "testd: %s:7: ms_bind_port_min: 'x' is not an integer\n", conf_path);
    assert_string_equal(slurp(out_path), want);
    write_conf("chdir = /nonexistent");
    assert_int_equal(status_of(spawn(RUN, NULL, NULL)), 1);
    assert_non_null(
        strstr(slurp(out_path), "cannot change to folder /nonexistent: No such file or directory"));
    write_conf("setuser = nosuchuser");
    assert_int_equal(status_of(spawn(RUN, NULL, NULL)), 1);
    assert_non_null(strstr(slurp(out_path), "--setuser: there is no user 'nosuchuser'"));
    write_conf("log_file = /nonexistent/x.log\nadmin_socket = /nonexistent/x.asok");
    pid_t pid = spawn(RUN, "-f", NULL);
    assert_true(appears(out_path, "cannot make admin socket /nonexistent/x.asok"));
    assert_non_null(
        strstr(slurp(out_path), "cannot open log file /nonexistent/x.log: No such file or directory"));
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
}

static void test_nothing_starts_for_help(void **state UNUSED)
{
    struct stat st;

    assert_int_equal(status_of(spawn(RUN, "--help", NULL)), 0);
    assert_non_null(strstr(slurp(out_path), "usage: testd -i ID"));
    assert_int_equal(status_of(spawn(RUN, "--show-config-value", "run_dir")), 0);
    assert_memory_equal(slurp(out_path), dir, strlen(dir));
    assert_int_equal(stat(pid_path, &st), -1);
}

static void test_privileges(void **state UNUSED)
{
    struct stat st;
    pid_t pid;

    if (getuid() != 0)
        skip();
    assert_int_equal(chmod(dir, 0777), 0);
    pid = spawn(RUN, "-f", "--setuser=12345");
    assert_true(appears(log_path, "serving as 12345:0"));
    assert_int_equal(stat(log_path, &st), 0);
    assert_int_equal(st.st_uid, 12345);
    assert_int_equal(stat(asok_path, &st), 0);
    assert_int_equal(st.st_uid, 12345);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
    unlink(log_path);

    write_conf("setuser = 12345\nsetgroup = 54321\nsetuser_match_path = /");
    pid = spawn(RUN, "-f", NULL);
    assert_true(appears(log_path, "serving as 0:0")); /* "/" is not that user's */
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
    unlink(log_path);

    write_conf("setgroup = 54321\nsetuser = nobody");
    pid = spawn(RUN, "-f", NULL);
    assert_true(appears(log_path, ":54321"));
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
}

static void test_systemd_hears_of_it(void **state UNUSED)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    struct pollfd p = {.fd = socket(AF_UNIX, SOCK_DGRAM, 0), .events = POLLIN};
    char message[256], want[64];
    ssize_t n;
    pid_t pid;

#ifndef HAVE_SYSTEMD
    skip();
#endif
    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify", dir);
    assert_int_equal(bind(p.fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
    setenv("NOTIFY_SOCKET", sun.sun_path, 1);
    pid = spawn(RUN, "-f", NULL);
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(poll(&p, 1, 10000), 1);
    n = recv(p.fd, message, sizeof(message) - 1, 0);
    message[n > 0 ? n : 0] = '\0';
    snprintf(want, sizeof(want), "READY=1\nMAINPID=%d", (int)pid);
    assert_string_equal(message, want);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(poll(&p, 1, 10000), 1);
    n = recv(p.fd, message, sizeof(message) - 1, 0);
    message[n > 0 ? n : 0] = '\0';
    assert_string_equal(message, "STOPPING=1");
    assert_int_equal(status_of(pid), 0);
    close(p.fd);
    unlink(sun.sun_path);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(test_life_in_the_background),
        TEST(test_failure_reaches_who_started_it),
        TEST(test_end_without_being_ready_is_a_failure),
        TEST(test_crash_reaches_who_started_it),
        TEST(test_foreground),
        TEST(test_debug_shows_the_log),
        TEST(test_bad_configuration),
        TEST(test_nothing_starts_for_help),
        TEST(test_privileges),
        TEST(test_systemd_hears_of_it),
    };
    int r;

    if (!mkdtemp(dir))
        return 1;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* daemons become our children, so that we see how they end */
    snprintf(conf_path, sizeof(conf_path), "%s/ceph.conf", dir);
    snprintf(pid_path, sizeof(pid_path), "%s/pid", dir);
    snprintf(asok_path, sizeof(asok_path), "%s/mon.a.asok", dir);
    snprintf(log_path, sizeof(log_path), "%s/log", dir);
    snprintf(out_path, sizeof(out_path), "%s/out", dir);
    r = unit_run("daemon", tests);
    unlink(conf_path);
    unlink(pid_path);
    unlink(asok_path);
    unlink(log_path);
    unlink(out_path);
    rmdir(dir);
    return r;
}
