/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * librados_api: what librados promises to programs beside what its calls do: copies, threads, forks, limits,
 * timeouts. Needs a cluster whose only OSD and monitor it may stop for a moment:
 *
 *     librados_api CONF POOL OSD_PID MON_PID
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "include/rados/librados_more.h"
#include "test/unit/unit.h"

#define LARGE (4u << 20)

static const char *conf, *pool;
static pid_t osd_pid, mon_pid;

struct handle {
    rados_t cluster;
    rados_ioctx_t io;
};

static void open_with(struct handle *h, const char *option, const char *value)
{
    assert_int_equal(rados_create2(&h->cluster, "ceph", "client.admin", 0), 0);
    assert_int_equal(rados_conf_read_file(h->cluster, conf), 0);
    if (option)
        assert_int_equal(rados_conf_set(h->cluster, option, value), 0);
    assert_int_equal(rados_connect(h->cluster), 0);
    assert_int_equal(rados_ioctx_create(h->cluster, pool, &h->io), 0);
}

static void close_handle(struct handle *h)
{
    rados_ioctx_destroy(h->io);
    rados_shutdown(h->cluster);
}

static rados_completion_t completion(void)
{
    rados_completion_t c;

    assert_int_equal(rados_aio_create_completion2(NULL, NULL, &c), 0);
    return c;
}

static int end(rados_completion_t c)
{
    int r;

    rados_aio_wait_for_complete(c);
    r = rados_aio_get_return_value(c);
    rados_aio_release(c);
    return r;
}

/* ---- copies ---- */

static void assert_all(const char *buf, size_t len, char byte)
{
    for (size_t i = 0; i < len; i++)
        if (buf[i] != byte)
            fail_msg("byte %zu is %d", i, buf[i]);
}

/* More is written than sockets hold, so most of it is sent after the buffer was scribbled on. */
static void test_buffers_are_the_programs_again(void **state UNUSED)
{
    char *buf = malloc(LARGE), *got = malloc(LARGE), name[32];
    rados_completion_t written[12];
    struct handle h;

    open_with(&h, NULL, NULL);
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof(name), "scribble%d", i);
        memset(buf, 'a' + i, LARGE);
        written[i] = completion();
        if (i % 3 == 0) {
            assert_int_equal(rados_aio_write(h.io, name, written[i], buf, LARGE, 0), 0);
        } else if (i % 3 == 1) {
            assert_int_equal(rados_aio_write_full(h.io, name, written[i], buf, LARGE), 0);
        } else {
            rados_write_op_t op = rados_create_write_op();

            rados_write_op_write_full(op, buf, LARGE);
            memset(buf, '!', LARGE);
            assert_int_equal(rados_aio_write_op_operate(op, h.io, written[i], name, NULL, 0), 0);
            rados_release_write_op(op);
        }
        memset(buf, '!', LARGE);
    }
    for (int i = 0; i < 12; i++) {
        assert_int_equal(end(written[i]), 0);
        snprintf(name, sizeof(name), "scribble%d", i);
        assert_int_equal(rados_read(h.io, name, got, LARGE, 0), LARGE);
        assert_all(got, LARGE, (char)('a' + i));
        assert_int_equal(rados_remove(h.io, name), 0);
    }
    close_handle(&h);
    free(buf);
    free(got);
}

/* ---- threads ---- */

static unsigned threads(void)
{
    DIR *d = opendir("/proc/self/task");
    unsigned n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void test_threads_are_shared(void **state UNUSED)
{
    struct handle h[6];
    rados_completion_t c[200];
    unsigned one;

    open_with(&h[0], NULL, NULL);
    assert_int_equal(rados_write_full(h[0].io, "threads", "x", 1), 0);
    one = threads();
    for (int i = 1; i < 6; i++) {
        open_with(&h[i], NULL, NULL);
        assert_int_equal(rados_write_full(h[i].io, "threads", "x", 1), 0);
    }
    assert_in_range(threads(), 1, one + 1); /* a dispatch thread may come and go */
    kill(osd_pid, SIGSTOP);
    for (int i = 0; i < 200; i++) {
        c[i] = completion();
        assert_int_equal(rados_aio_write(h[i % 6].io, "threads", c[i], "y", 1, 0), 0);
    }
    assert_in_range(threads(), 1, one + 1);
    kill(osd_pid, SIGCONT);
    for (int i = 0; i < 200; i++)
        assert_int_equal(end(c[i]), 0);
    for (int i = 0; i < 6; i++)
        close_handle(&h[i]);
}

/* ---- forks ---- */

static void not_notified(void *arg UNUSED, uint64_t notify_id UNUSED, uint64_t handle UNUSED,
                         uint64_t notifier UNUSED, void *data UNUSED, size_t len UNUSED)
{
    abort();
}

static int in_child(struct handle *h)
{
    rados_completion_t c = completion();
    rados_ioctx_t other;
    uint64_t cookie;
    char byte;

    if (rados_read(h->io, "fork", &byte, 1, 0) != -ENOTCONN ||
        rados_write_full(h->io, "fork", "z", 1) != -ENOTCONN)
        return 1;
    if (rados_aio_read(h->io, "fork", c, &byte, 1, 0) != -ENOTCONN)
        return 2;
    if (rados_watch2(h->io, "fork", &cookie, not_notified, NULL, NULL) != -ENOTCONN)
        return 3;
    if (rados_ioctx_create(h->cluster, pool, &other) != -ENOTCONN ||
        rados_wait_for_latest_osdmap(h->cluster) != -ENOTCONN)
        return 4;
    rados_aio_release(c);
    rados_ioctx_destroy(h->io);
    rados_shutdown(h->cluster);
    return 0;
}

static void test_a_child_gets_errors(void **state UNUSED)
{
    rados_completion_t c[20];
    struct handle h;
    char byte = 0;
    int status;
    pid_t pid;

    open_with(&h, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        c[i] = completion();
        assert_int_equal(rados_aio_append(h.io, "fork", c[i], "a", 1), 0);
    }
    pid = fork();
    if (pid == 0)
        _exit(in_child(&h));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(end(c[i]), 0);
    assert_int_equal(rados_read(h.io, "fork", &byte, 1, 19), 1);
    assert_int_equal(byte, 'a');
    assert_int_equal(rados_remove(h.io, "fork"), 0);
    close_handle(&h);
}

/* ---- limits ---- */

struct submitter {
    struct handle *h;
    rados_completion_t c[40];
    atomic_uint submitted;
    atomic_int tid;
};

static void *submit(void *arg)
{
    struct submitter *s = arg;

    s->tid = (int)syscall(SYS_gettid);
    for (int i = 0; i < 40; i++) {
        s->c[i] = completion();
        if (rados_aio_append(s->h->io, "limit", s->c[i], "0123456789", 10))
            abort();
        s->submitted++;
    }
    return NULL;
}

/* 'S': it sleeps, 'R': it runs */
static char thread_state(int tid)
{
    char path[64], line[256] = "", *end_of_name;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    f = fopen(path, "r");
    if (!f)
        return 'X';
    if (!fgets(line, sizeof(line), f))
        line[0] = '\0';
    fclose(f);
    end_of_name = strrchr(line, ')');
    return end_of_name ? end_of_name[2] : 'X';
}

/* With the OSD stopped, the program waits in the call after the last that there is room for. */
static void assert_holds_back_at(const char *option, const char *value, unsigned limit)
{
    struct handle h;
    struct submitter s = {.h = &h};
    pthread_t thread;
    uint64_t size;

    open_with(&h, option, value);
    (void)rados_remove(h.io, "limit");
    kill(osd_pid, SIGSTOP);
    assert_int_equal(pthread_create(&thread, NULL, submit, &s), 0);
    while (s.submitted < limit)
        usleep(1000);
    while (thread_state(s.tid) != 'S')
        usleep(1000);
    usleep(100000);
    assert_int_equal(s.submitted, limit);
    kill(osd_pid, SIGCONT);
    pthread_join(thread, NULL);
    for (int i = 0; i < 40; i++)
        assert_int_equal(end(s.c[i]), 0);
    assert_int_equal(rados_stat(h.io, "limit", &size, NULL), 0);
    assert_int_equal(size, 400);
    close_handle(&h);
}

static void test_operations_in_flight(void **state UNUSED)
{
    assert_holds_back_at("objecter_inflight_ops", "7", 7);
}

static void test_bytes_in_flight(void **state UNUSED)
{
    assert_holds_back_at("objecter_inflight_op_bytes", "55", 5);
}

/* ---- timeouts, cancelling ---- */

/* What must succeed is done by a handle without a limit: a busy machine may take longer than that. */
static void test_osd_op_timeout(void **state UNUSED)
{
    char byte, *buf = calloc(1, LARGE);
    rados_completion_t c = completion();
    struct handle h, patient;

    open_with(&h, "rados_osd_op_timeout", "1");
    open_with(&patient, NULL, NULL);
    assert_int_equal(rados_write_full(patient.io, "slow", "a", 1), 0);
    kill(osd_pid, SIGSTOP);
    assert_int_equal(rados_read(h.io, "slow", &byte, 1, 0), -ETIMEDOUT);
    assert_int_equal(rados_aio_write(h.io, "slow", c, buf, LARGE, 0), 0);
    assert_int_equal(rados_write(h.io, "slow", buf, LARGE, 0), -ETIMEDOUT);
    free(buf);
    assert_int_equal(end(c), -ETIMEDOUT);
    kill(osd_pid, SIGCONT);
    assert_int_equal(rados_write_full(patient.io, "slow", "b", 1), 0);
    close_handle(&patient);
    close_handle(&h);
}

static void test_mon_op_timeout(void **state UNUSED)
{
    const char *cmd[] = {"{\"prefix\": \"osd stat\"}"};
    struct rados_cluster_stat_t stat;
    struct handle h;

    open_with(&h, "rados_mon_op_timeout", "1");
    kill(mon_pid, SIGSTOP);
    assert_int_equal(rados_mon_command(h.cluster, cmd, 1, "", 0, NULL, NULL, NULL, NULL), -ETIMEDOUT);
    assert_int_equal(rados_cluster_stat(h.cluster, &stat), -ETIMEDOUT);
    kill(mon_pid, SIGCONT);
    close_handle(&h);
}

static void test_cancel(void **state UNUSED)
{
    rados_completion_t c = completion();
    struct handle h;
    char byte;

    open_with(&h, NULL, NULL);
    assert_int_equal(rados_write_full(h.io, "cancelled", "a", 1), 0);
    kill(osd_pid, SIGSTOP);
    assert_int_equal(rados_aio_read(h.io, "cancelled", c, &byte, 1, 0), 0);
    assert_int_equal(rados_aio_cancel(h.io, c), 0);
    assert_int_equal(end(c), -ECANCELED);
    kill(osd_pid, SIGCONT);
    close_handle(&h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffers_are_the_programs_again),
        cmocka_unit_test(test_threads_are_shared),
        cmocka_unit_test(test_a_child_gets_errors),
        cmocka_unit_test(test_operations_in_flight),
        cmocka_unit_test(test_bytes_in_flight),
        cmocka_unit_test(test_osd_op_timeout),
        cmocka_unit_test(test_mon_op_timeout),
        cmocka_unit_test(test_cancel),
    };
    int failed;

    if (argc != 5) {
        fputs("librados_api CONF POOL OSD_PID MON_PID\n", stderr);
        return EXIT_FAILURE;
    }
    conf = argv[1];
    pool = argv[2];
    osd_pid = atoi(argv[3]);
    mon_pid = atoi(argv[4]);
    failed = unit_run("librados_api", tests);
    kill(osd_pid, SIGCONT);
    kill(mon_pid, SIGCONT);
    return failed;
}
