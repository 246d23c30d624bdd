/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What goes wrong with rsockets, and that it hurts nobody else. Each case runs in a process of its own: some
 * leave threads behind in the library, and the library's state is the process's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/conf.h"
#include "test/support/transport_rig.h"
#include "test/unit/unit.h"
#include "transport/sockaddr.h"

#define PATIENCE_MS 60000u

static char *self;                   /* path of this program */
static struct sockaddr_storage here; /* end 0, port 0 */
static struct sockaddr_storage any_port;
static struct conf *conf;

/* ---- other processes ---- */

struct peer {
    pid_t pid;
    FILE *out;
};

static void peer_start(struct peer *p, const char *role, const struct sockaddr_storage *to, unsigned count)
{
    char path[4096], address[64], port[16], number[16];
    int out[2];

    snprintf(path, sizeof(path), "%.*s/rdma_peer", (int)(strrchr(self, '/') - self), self);
    inet_ntop(AF_INET, &((const struct sockaddr_in *)to)->sin_addr, address, sizeof(address));
    snprintf(port, sizeof(port), "%u", sockaddr_port((const struct sockaddr *)to));
    snprintf(number, sizeof(number), "%u", count);
    assert_int_equal(pipe(out), 0);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (!p->pid) {
        dup2(out[1], 1);
        close(out[0]);
        execl(path, path, role, address, port, number, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    p->out = fdopen(out[0], "r");
}

/* Serves the rig meanwhile, if there is one. */
static bool peer_says(struct peer *p, struct rig *rig, const char *what, unsigned timeout_ms)
{
    const uint64_t deadline = clock_monotonic_ns() + timeout_ms * NSEC_PER_MSEC;
    struct pollfd out = {.fd = fileno(p->out), .events = POLLIN};
    char line[256];

    while (clock_monotonic_ns() < deadline) {
        if (poll(&out, 1, rig ? 0 : 100) > 0)
            return fgets(line, sizeof(line), p->out) && !strncmp(line, what, strlen(what));
        if (rig)
            rig_run(rig, NULL, NULL, 20);
    }
    return false;
}

static void peer_kill(struct peer *p)
{
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    fclose(p->out);
}

static int peer_end(struct peer *p)
{
    int status;

    waitpid(p->pid, &status, 0);
    fclose(p->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void link_is(const char *what)
{
    char command[4200];

    snprintf(command, sizeof(command), "%s %s", getenv("RDMA_VM_LINK"), what);
    assert_int_equal(system(command), 0);
}

/* ---- small helpers ---- */

static const struct transport *rs(void)
{
    return transport_rsockets();
}

static void set(const char *option, const char *value)
{
    assert_int_equal(conf_set(conf, CONF_CMDLINE, option, value, NULL), 0);
}

static struct transport_status status(void)
{
    struct transport_status st;

    rs()->status(&st);
    return st;
}

static void serve(struct rig *rig, const struct transport *t)
{
    rig_init(rig, t);
    rig_listen(rig, (struct sockaddr *)&here, RIG_ECHO);
}

static void wait_accepted(struct rig *rig, unsigned n)
{
    assert_true(rig_run(rig, rig_accepted, &n, PATIENCE_MS));
}

static uint64_t received(struct rig *rig)
{
    uint64_t sum = 0;

    list_for_each(e, &rig->ends, struct rig_end, link)
        sum += e->received;
    return sum;
}

/* ---- cases ---- */

static bool turned_away(struct rig *rig UNUSED, void *before)
{
    return status().refused_at_capacity > *(uint64_t *)before;
}

static bool room_again(struct rig *rig UNUSED, void *unused UNUSED)
{
    return status().sockets < 6;
}

static void case_capacity(void **state UNUSED)
{
    struct rig rig;
    struct peer peer;
    struct transport_dial *dial;
    uint64_t before;
    unsigned three = 3;

    set("ms_rsockets_max_connections", "6");
    serve(&rig, rs());
    for (int i = 0; i < 3; i++)
        rig_dial(&rig, RIG_SOURCE, 1000);
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    wait_accepted(&rig, three);
    assert_int_equal(status().capacity, 6);
    assert_int_equal(status().sockets, 6);
    /* No more can be dialled, by name. */
    assert_int_equal(rs()->dial((struct sockaddr *)&rig.bound, sizeof(struct sockaddr_in), NULL, 0,
                                &rig.options, UINT64_MAX, NULL, NULL, &dial),
                     -ENOBUFS);
    /* Who dials us is hung up on at once instead of left waiting. */
    before = status().refused_at_capacity;
    peer_start(&peer, "sink", &rig.bound, 1);
    assert_true(rig_run(&rig, turned_away, &before, PATIENCE_MS));
    assert_true(peer_says(&peer, &rig, "ready", PATIENCE_MS));
    assert_true(peer_says(&peer, &rig, "ended", PATIENCE_MS));
    assert_int_equal(peer_end(&peer), 0);
    assert_int_equal(status().accepted, 3);
    /* With room again, it works again. */
    rig_hang_up(rig_last_accepted(&rig));
    assert_true(rig_run(&rig, room_again, NULL, PATIENCE_MS));
    peer_start(&peer, "echo", &rig.bound, 1);
    assert_true(peer_says(&peer, &rig, "ready", PATIENCE_MS));
    assert_true(peer_says(&peer, &rig, "echoed", PATIENCE_MS));
    assert_int_equal(peer_end(&peer), 0);
    rig_destroy(&rig);
}

static bool accepting_is_blocked(struct rig *rig UNUSED, void *unused UNUSED)
{
    return status().accept_blocked_ns > 1500 * NSEC_PER_MSEC;
}

static void tcp_works(struct rig *tcp)
{
    rig_dial(tcp, RIG_SOURCE, 50000);
    assert_true(rig_run(tcp, rig_sources_done, NULL, 20000));
}

/* Calls that the library holds up return all the same. */
static void calls_end_in_time(struct rig *rig)
{
    struct transport_listener *listener;
    struct sockaddr_storage bound;
    struct rig_end *e;
    uint64_t start = clock_monotonic_ns();

    assert_int_equal(rs()->listen((struct sockaddr *)&any_port, sizeof(struct sockaddr_in), &rig->options,
                                  NULL, NULL, &bound, &listener),
                     -ETIMEDOUT);
    assert_in_range(clock_monotonic_ns() - start, 5 * NSEC_PER_SEC, 15 * NSEC_PER_SEC);
    start = clock_monotonic_ns();
    e = rig_dial_to(rig, (struct sockaddr *)&rig->bound, RIG_MUTE, 0, NSEC_PER_SEC);
    assert_true(rig_run(rig, rig_all_arrived, NULL, 5000));
    assert_int_equal(e->error, -ETIMEDOUT);
    assert_in_range(clock_monotonic_ns() - start, NSEC_PER_SEC, 3 * NSEC_PER_SEC);
}

/* A client that never finishes its handshake: everybody else is served, and it passes. */
static void case_silent_client(void **state UNUSED)
{
    struct rig rig, tcp;
    struct peer silent, good;
    uint64_t before;

    any_port = here;
    serve(&rig, rs());
    memcpy(&here, &rig.bound, sizeof(here));
    serve(&tcp, &transport_tcp); /* the same address and port */
    rig_dial(&rig, RIG_SOURCE, UINT64_MAX);
    wait_accepted(&rig, 1);
    assert_int_equal(status().accept_blocked_ns, 0);

    peer_start(&silent, "silent", &rig.bound, 1);
    assert_true(peer_says(&silent, &rig, "ready", PATIENCE_MS));
    rig_run(&rig, NULL, NULL, 500);
    peer_start(&good, "echo", &rig.bound, 1);
    assert_true(rig_run(&rig, accepting_is_blocked, NULL, PATIENCE_MS));
    before = received(&rig);
    rig_run(&rig, NULL, NULL, 1000);
    assert_true(received(&rig) > before + 10000);
    tcp_works(&tcp);
    calls_end_in_time(&rig);
    before = received(&rig);
    rig_run(&rig, NULL, NULL, 1000);
    assert_true(received(&rig) > before + 10000);

    peer_kill(&silent);
    assert_true(peer_says(&good, &rig, "ready", 3 * PATIENCE_MS));
    assert_true(peer_says(&good, &rig, "echoed", PATIENCE_MS));
    assert_int_equal(peer_end(&good), 0);
    rig_run(&rig, NULL, NULL, 500);
    assert_int_equal(status().accept_blocked_ns, 0);
    rig_destroy(&tcp);
    rig_destroy(&rig);
}

/* Stopping does not wait for such a client either. */
static void case_stop_while_blocked(void **state UNUSED)
{
    struct rig rig;
    struct peer silent, good;
    uint64_t start;

    set("ms_rsockets_close_timeout", "1");
    serve(&rig, rs());
    peer_start(&silent, "silent", &rig.bound, 1);
    assert_true(peer_says(&silent, &rig, "ready", PATIENCE_MS));
    rig_run(&rig, NULL, NULL, 500);
    peer_start(&good, "echo", &rig.bound, 1);
    assert_true(rig_run(&rig, accepting_is_blocked, NULL, PATIENCE_MS));
    start = clock_monotonic_ns();
    rig_destroy(&rig);
    assert_in_range(clock_monotonic_ns() - start, 0, 6 * NSEC_PER_SEC);
    peer_kill(&good);
    peer_kill(&silent);
}

static bool all_hung_up(struct rig *rig, void *unused UNUSED)
{
    list_for_each(e, &rig->ends, struct rig_end, link)
        if (!e->hangups && !e->ended && !e->error)
            return false;
    return true;
}

static void case_peer_killed_while_full(void **state UNUSED)
{
    struct rig rig;
    struct peer peer;

    serve(&rig, rs());
    rig.accept_mode = RIG_CHURN;
    peer_start(&peer, "churn", &rig.bound, 4);
    wait_accepted(&rig, 4);
    assert_true(peer_says(&peer, &rig, "ready", PATIENCE_MS));
    rig_run(&rig, NULL, NULL, 1000);
    peer_kill(&peer);
    assert_true(rig_run(&rig, all_hung_up, NULL, 10000));
    rig_destroy(&rig);
    assert_int_equal(status().sockets, 0);
}

static bool closed_but_for(struct rig *rig UNUSED, void *count)
{
    return status().closing <= *(unsigned *)count;
}

static bool stuck(struct rig *rig UNUSED, void *count)
{
    return status().stuck_closes >= *(unsigned *)count;
}

/* The link is cut: closing the connections over it never ends. */
static void case_closes_that_hang(void **state UNUSED)
{
    struct rig rig;
    struct peer peer;
    struct rig_end *healthy;
    unsigned six = 6;
    uint64_t start;

    set("ms_rsockets_close_timeout", "1");
    set("ms_rsockets_closers", "2");
    set("ms_rsockets_max_connections", "20");
    serve(&rig, rs());
    rig.accept_mode = RIG_CHURN;
    peer_start(&peer, "churn", &rig.bound, six);
    wait_accepted(&rig, six);
    assert_true(peer_says(&peer, &rig, "ready", PATIENCE_MS));
    rig_run(&rig, NULL, NULL, 500);
    link_is("cut");
    rig_run(&rig, NULL, NULL, 500);
    start = clock_monotonic_ns();
    list_for_each(e, &rig.ends, struct rig_end, link)
        rig_hang_up(e);
    assert_in_range(clock_monotonic_ns() - start, 0, 200 * NSEC_PER_MSEC);
    assert_true(rig_run(&rig, stuck, &six, PATIENCE_MS));
    assert_int_equal(status().sockets, six);

    /* Others come, go, and are closed: that connection does not use the wire. */
    healthy = rig_dial_from(&rig, (struct sockaddr *)&here, (struct sockaddr *)&rig.bound);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    assert_int_equal(healthy->error, 0);
    wait_accepted(&rig, six + 1);
    rig_hang_up(healthy);
    rig_hang_up(rig_last_accepted(&rig));
    assert_true(rig_run(&rig, closed_but_for, &six, PATIENCE_MS));

    start = clock_monotonic_ns();
    rig_destroy(&rig);
    assert_in_range(clock_monotonic_ns() - start, 0, 6 * NSEC_PER_SEC);
    peer_kill(&peer);
}

/* Closing many takes longer than stopping waits for one, and all are closed. */
static void case_stop_closes_all(void **state UNUSED)
{
    enum { PAIRS = 150 };
    struct rig rig;

    set("ms_rsockets_close_timeout", "3");
    set("ms_rsockets_max_connections", "300");
    serve(&rig, rs());
    for (int i = 0; i < PAIRS; i++)
        rig_dial(&rig, RIG_SOURCE, 10);
    assert_true(rig_run(&rig, rig_sources_done, NULL, 2 * PATIENCE_MS));
    wait_accepted(&rig, PAIRS);
    assert_int_equal(status().sockets, 2 * PAIRS);
    rig_destroy(&rig);
    assert_int_equal(status().sockets, 0);
}

static void assert_refused_after_fork(struct rig *rig, struct transport_socket *s)
{
    struct transport_poller *poller;
    struct transport_event *events;
    struct transport_listener *listener;
    struct transport_dial *dial;
    struct iovec iov = {"x", 1};
    char err[256], byte;
    const struct sockaddr *to = (struct sockaddr *)&rig->bound;
    const socklen_t len = sizeof(struct sockaddr_in);

    assert_int_equal(rs()->start(NULL, err, sizeof(err)), -EPERM);
    assert_non_null(strstr(err, "fork"));
    assert_int_equal(rs()->listen(to, len, NULL, NULL, NULL, NULL, &listener), -EPERM);
    assert_int_equal(rs()->dial(to, len, NULL, 0, NULL, 0, NULL, NULL, &dial), -EPERM);
    assert_int_equal(rs()->recv(s, &byte, 1), -EPERM);
    assert_int_equal(rs()->sendv(s, &iov, 1), -EPERM);
    assert_int_equal(rs()->poller_create(&poller), -EPERM);
    assert_int_equal(rs()->poller_wait(rig->poller, 0, 0, &events), -EPERM);
    rs()->close(s);
    rs()->stop();
}

static void case_after_fork(void **state UNUSED)
{
    struct rig rig;
    struct rig_end *client;
    pid_t pid;
    int wait_status;

    serve(&rig, rs());
    client = rig_dial(&rig, RIG_SOURCE, 300000);
    wait_accepted(&rig, 1);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    pid = fork();
    if (!pid) {
        assert_refused_after_fork(&rig, client->socket);
        _exit(0);
    }
    waitpid(pid, &wait_status, 0);
    assert_true(WIFEXITED(wait_status) && !WEXITSTATUS(wait_status));
    /* The parent has lost nothing. */
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    assert_int_equal(client->received, client->to_receive);
    rig_destroy(&rig);
}

/* A listener that is polled takes 5 s to tell of a connection. */
static void case_accepting_is_quick(void **state UNUSED)
{
    struct rig rig;

    serve(&rig, rs());
    for (unsigned i = 1; i <= 5; i++) {
        const uint64_t start = clock_monotonic_ns();

        rig_dial(&rig, RIG_SOURCE, 10);
        wait_accepted(&rig, i);
        assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
        print_message("connected and echoed after %.0f ms\n", (double)(clock_monotonic_ns() - start) / 1e6);
        assert_in_range(clock_monotonic_ns() - start, 0, 2 * NSEC_PER_SEC);
    }
    rig_destroy(&rig);
}

/* After a time-out of rpoll has expired, librdmacm 44.0 spins in the next call and never comes back. */
static void case_deadlines_between_traffic(void **state UNUSED)
{
    struct rig rig;
    struct rusage use;
    struct timeval cpu;

    serve(&rig, rs());
    for (int i = 0; i < 20; i++) {
        rig_dial(&rig, RIG_SOURCE, 5000);
        assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
        for (int k = 0; k < 5; k++)
            rig_run(&rig, NULL, NULL, 3);
    }
    getrusage(RUSAGE_THREAD, &use);
    cpu = use.ru_utime;
    rig_run(&rig, NULL, NULL, 2000);
    getrusage(RUSAGE_THREAD, &use);
    timersub(&use.ru_utime, &cpu, &cpu);
    assert_in_range(cpu.tv_sec * 1000000 + cpu.tv_usec, 0, 1000000);
    rig_destroy(&rig);
}

static void case_one_poller(void **state UNUSED)
{
    struct rig rig;
    struct transport_poller *second;

    rig_init(&rig, rs());
    assert_int_equal(rs()->max_pollers, 1);
    assert_int_equal(rs()->poller_create(&second), -EBUSY);
    rig_destroy(&rig);
    rig_init(&rig, rs());
    rig_destroy(&rig);
}

static void assert_cannot_start(int error, const char *says)
{
    char err[512] = "";

    assert_int_equal(rs()->start(conf, err, sizeof(err)), error);
    print_message("%s\n", err);
    assert_non_null(strstr(err, says));
    assert_null(strchr(err, '\n'));
}

static void become_nobody(mode_t mode)
{
    assert_int_equal(chmod("/dev/infiniband/rdma_cm", mode), 0);
    assert_int_equal(chmod("/dev/infiniband/uverbs0", mode), 0);
    assert_int_equal(chmod("/dev/infiniband/uverbs1", mode), 0);
    assert_int_equal(setuid(65534), 0);
}

static void case_no_permission(void **state UNUSED)
{
    become_nobody(0600);
    assert_cannot_start(-EACCES, "no permission to open /dev/infiniband/rdma_cm");
}

static void case_no_locked_memory(void **state UNUSED)
{
    const struct rlimit limit = {100 << 10, 100 << 10};

    setrlimit(RLIMIT_MEMLOCK, &limit);
    become_nobody(0666);
    assert_cannot_start(-ENOMEM, "each rsocket pins 260 KiB, the limit on locked memory is 100 KiB");
}

/* 8 MiB is what Debian gives to everybody: room for 31 ends. */
static void case_little_locked_memory(void **state UNUSED)
{
    const struct rlimit limit = {8 << 20, 8 << 20};
    struct rig rig;
    unsigned good = 0, refused = 0;

    setrlimit(RLIMIT_MEMLOCK, &limit);
    become_nobody(0666);
    serve(&rig, rs());
    for (int i = 0; i < 20; i++)
        rig_dial(&rig, RIG_MUTE, 0);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    list_for_each(e, &rig.ends, struct rig_end, link)
        if (!e->accepted) {
            good += !e->error;
            refused += e->error == -ENOMEM || e->error == -ECONNREFUSED;
        }
    assert_int_equal(good + refused, 20);
    assert_in_range(good, 13, 16);
    rig_destroy(&rig);
}

static void case_small_buffers(void **state UNUSED)
{
    const struct rlimit limit = {8 << 20, 8 << 20};
    struct rig rig;

    set("ms_rsockets_max_connections", "110");
    set("ms_rsockets_sndbuf", "16K");
    set("ms_rsockets_rcvbuf", "16K");
    set("ms_rsockets_sqsize", "64");
    set("ms_rsockets_rqsize", "64");
    set("ms_rsockets_inline", "32");
    setrlimit(RLIMIT_MEMLOCK, &limit);
    become_nobody(0666);
    serve(&rig, rs());
    for (int i = 0; i < 50; i++)
        rig_dial(&rig, RIG_SOURCE, 30000);
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    list_for_each(e, &rig.ends, struct rig_end, link) {
        assert_int_equal(e->error, 0);
        assert_false(e->corrupt);
    }
    rig_destroy(&rig);
}

/* What there is serves those who fit. */
static void case_few_descriptors(void **state UNUSED)
{
    const struct rlimit limit = {100, 100};
    struct rig rig;

    setrlimit(RLIMIT_NOFILE, &limit);
    serve(&rig, rs());
    rig_dial(&rig, RIG_SOURCE, 1000);
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    rig_destroy(&rig);
}

/* ---- the program ---- */

#define CASES(X)                 \
    X(capacity)                  \
    X(peer_killed_while_full)    \
    X(closes_that_hang)          \
    X(stop_closes_all)           \
    X(after_fork)                \
    X(accepting_is_quick)        \
    X(deadlines_between_traffic) \
    X(one_poller)                \
    X(no_permission)             \
    X(no_locked_memory)          \
    X(little_locked_memory)      \
    X(small_buffers)             \
    X(stop_while_blocked)

/* The same program again, for one case. What it logs is shown, and given in log. */
static void run_case(const char *name, char *log, size_t log_size)
{
    char path[] = "/tmp/rsockets_faults_XXXXXX";
    int fd = mkstemp(path), wait_status;
    ssize_t n;
    pid_t pid = fork();

    assert_true(fd >= 0);
    if (!pid) {
        dup2(fd, 1);
        dup2(fd, 2);
        execl(self, self, name, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, &wait_status, 0);
    link_is("heal");
    n = pread(fd, log, log_size - 1, 0);
    log[n > 0 ? n : 0] = '\0';
    unlink(path);
    close(fd);
    fprintf(stderr, "%s", log);
    if (WIFSIGNALED(wait_status))
        fail_msg("%s: died of signal %d", name, WTERMSIG(wait_status));
    assert_int_equal(WEXITSTATUS(wait_status), 0);
}

#define X(name)                                    \
    static void test_##name(void **state UNUSED)   \
    {                                              \
        static char log[65536];                    \
                                                   \
        run_case("case_" #name, log, sizeof(log)); \
    }
CASES(X)
#undef X

static void test_silent_client(void **state UNUSED)
{
    static char log[65536];
    const char *held, *goes_on;

    run_case("case_silent_client", log, sizeof(log));
    held = strstr(log, "accepting connections over rdma is held up");
    assert_non_null(held);
    goes_on = strstr(held, "accepting connections over rdma goes on");
    assert_non_null(goes_on);
    assert_null(strstr(held + 1, "accepting connections over rdma is held up")); /* once */
}

static void test_few_descriptors(void **state UNUSED)
{
    static char log[65536];

    run_case("case_few_descriptors", log, sizeof(log));
    assert_non_null(strstr(log, "the limit of 100 descriptors (LimitNOFILE=, ulimit -n) is too low for "
                                "ms_rsockets_max_connections = 60"));
}

int main(int argc, char **argv)
{
    const char *address = getenv("RDMA_VM_ADDR0");
    const struct CMUnitTest cases[] = {
#define X(name) cmocka_unit_test(case_##name),
        CASES(X)
#undef X
            cmocka_unit_test(case_silent_client),
        cmocka_unit_test(case_few_descriptors),
    };
    const struct CMUnitTest tests[] = {
#define X(name) cmocka_unit_test(test_##name),
        CASES(X)
#undef X
            cmocka_unit_test(test_silent_client),
        cmocka_unit_test(test_few_descriptors),
    };

    if (!address) {
        puts("1..0 # SKIP needs an RDMA device: run it in qa/rdma-vm");
        return 0;
    }
    self = realpath("/proc/self/exe", NULL);
    ((struct sockaddr_in *)&here)->sin_family = AF_INET;
    inet_pton(AF_INET, address, &((struct sockaddr_in *)&here)->sin_addr);
    conf = conf_create("ceph", "client", "admin", false);
    set("ms_rsockets_max_connections", "60");
    set("ms_rsockets_connect_timeout", "120"); /* many at once, emulated */
    rig_conf = conf;
    if (argc < 2)
        return unit_run("rsockets_faults", tests);
    cmocka_set_test_filter(argv[1]);
    return unit_run(argv[1], cases);
}
