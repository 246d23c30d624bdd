/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph-msgr-bench: measures the messenger between two processes. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/args.h"
#include "common/clock.h"
#include "common/log_conf.h"
#include "msg/messenger.h"
#include "tools/msgr_bench_options.h"
#include "tools/msgr_bench_raw.h"
#include "tools/msgr_bench_report.h"
#include "tools/msgr_bench_server.h"

#define PATIENCE_NS (20 * NSEC_PER_SEC)

struct bench {
    struct msgr_bench_options options;
    struct conf *conf;
    char *ms_type;
    struct entity_addrvec addrs; /* where to listen, or whom to dial */
    char err[256];
};

/* ---- server ---- */

/* Everybody who waits for the server finds its address in the first line. */
static void print_address(void *arg, const struct entity_addr *a)
{
    char text[ENTITY_ADDR_TEXT_MAX];

    fprintf(arg, "%s\n", entity_addr_print(a, text));
    fflush(arg);
}

static void wait_for_signal(void)
{
    sigset_t set;
    int sig;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigwait(&set, &sig);
}

/* Serves until a signal comes. to: where the address is written. */
static int serve(struct bench *b, FILE *to)
{
    struct entity_addrvec real;
    struct messenger *m;

    if (b->options.raw)
        return msgr_bench_raw_serve(b->conf, &b->addrs.addrs[0], print_address, to, b->err, sizeof(b->err));
    m = msgr_bench_server_start(b->conf, b->ms_type, &b->addrs, b->err, sizeof(b->err));
    if (!m)
        return -EIO;
    if (messenger_addrs(m, &real) == 0) {
        char *text = entity_addrvec_print(&real);
        fprintf(to, "%s\n", text ? text : "?");
        fflush(to);
        free(text);
        entity_addrvec_destroy(&real);
    }
    wait_for_signal();
    msgr_bench_server_stop(m);
    return 0;
}

/* ---- client ---- */

static int run_raw(struct bench *b, struct msgr_bench_report *r)
{
    struct msgr_bench_case what = b->options.what;
    int e = 0;

    r->opened.connections = 1;
    snprintf(r->opened.transport, sizeof(r->opened.transport), "%s",
             b->addrs.addrs[0].type == ENTITY_ADDR_RDMA ? "rsockets" : "simple");
    for (; e == 0 && r->count < b->options.size_count; r->count += e == 0) {
        what.size = b->options.sizes[r->count];
        e = msgr_bench_raw_run(b->conf, &b->addrs.addrs[0], &what, &r->results[r->count], b->err,
                               sizeof(b->err));
        r->results[r->count].size = what.size;
    }
    return e;
}

static int run_sizes(struct bench *b, struct msgr_bench_report *r, enum msgr_bench_auth auth)
{
    const struct msgr_bench_options *o = &b->options;
    struct msgr_bench_case what = o->what;
    struct msgr_bench_client *c =
        msgr_bench_client_create(b->conf, b->ms_type, auth, &b->addrs, b->err, sizeof(b->err));
    int e;

    if (!c)
        return -EIO;
    e = msgr_bench_client_open(c, o->connections, PATIENCE_NS, what.progress, &r->opened, b->err,
                               sizeof(b->err));
    for (unsigned i = 0; e == 0 && i < o->size_count; i++, r->count += e == 0) {
        struct msgr_bench_result *result = &r->results[r->count];

        what.size = o->sizes[i];
        e = msgr_bench_client_run(c, &what, result, b->err, sizeof(b->err));
        result->auth = auth;
        result->size = what.size;
    }
    msgr_bench_client_free(c);
    return e;
}

static int run_messenger(struct bench *b, struct msgr_bench_report *r)
{
    int e = 0;

    for (unsigned i = 0; e == 0 && i < b->options.auth_count; i++)
        e = run_sizes(b, r, b->options.auths[i]);
    return e;
}

static int measure(struct bench *b)
{
    struct msgr_bench_report r = {.options = &b->options, .conf = b->conf};
    uint64_t bad = 0;
    int e;

    r.results = calloc((size_t)b->options.size_count * b->options.auth_count, sizeof(*r.results));
    if (!r.results) {
        snprintf(b->err, sizeof(b->err), "out of memory");
        return -ENOMEM;
    }
    e = b->options.raw ? run_raw(b, &r) : run_messenger(b, &r);
    if (e == 0) {
        e = msgr_bench_report_print(&r);
        if (e < 0)
            snprintf(b->err, sizeof(b->err), "cannot write the figures: %s", strerror(-e));
    }
    for (unsigned i = 0; i < r.count; i++)
        bad += r.results[i].bad;
    if (e == 0 && bad) {
        snprintf(b->err, sizeof(b->err), "%llu messages arrived with wrong data", (unsigned long long)bad);
        e = -EBADMSG;
    }
    free(r.results);
    return e;
}

/* ---- both ---- */

/* A server in a process of its own, before this one has any thread; b->addrs becomes its address. */
static pid_t start_server(struct bench *b)
{
    char text[512], why[128];
    FILE *from;
    int fds[2];
    pid_t pid;

    if (pipe(fds) < 0)
        return -errno;
    pid = fork();
    if (pid == 0) {
        FILE *to = fdopen(fds[1], "w");
        int e;
        close(fds[0]);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        e = to ? serve(b, to) : -errno;
        if (e < 0)
            fprintf(stderr, "ceph-msgr-bench: server: %s\n", b->err);
        _exit(e < 0);
    }
    close(fds[1]);
    from = fdopen(fds[0], "r");
    if (pid < 0 || !from || !fgets(text, sizeof(text), from)) {
        snprintf(b->err, sizeof(b->err), "the server did not start");
        if (pid > 0)
            waitpid(pid, NULL, 0);
        pid = -EIO;
    } else {
        text[strcspn(text, "\n")] = '\0';
        entity_addrvec_destroy(&b->addrs);
        if (entity_addrvec_parse(&b->addrs, text, ENTITY_ADDR_V1, NULL, why, sizeof(why)) < 0) {
            snprintf(b->err, sizeof(b->err), "the server's address: %s", why);
            kill(pid, SIGTERM);
            waitpid(pid, NULL, 0);
            pid = -EIO;
        }
    }
    if (from)
        fclose(from);
    return pid;
}

static int measure_self(struct bench *b)
{
    pid_t pid = start_server(b);
    int e;

    if (pid < 0)
        return (int)pid;
    e = measure(b);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return e;
}

/* Every connection takes a descriptor on each side. */
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* what is missing shows when they are opened */
    }
}

/* The same for rsockets, where it is not said how many there may be: a server has room for as many as daemons
 * have, a client for those that it opens, with one for control. */
static void allow_rsockets(const struct bench *b)
{
    const enum option_id id = OPT_ms_rsockets_max_connections;
    const struct option_def *o = option_get(id);
    char room[32];

    if (b->options.role == MSGR_BENCH_SERVER) {
        conf_set_default(b->conf, id, o->daemon_def);
    } else if (b->options.connections + 1 > conf_u64(b->conf, id) && b->options.connections < o->range.max) {
        snprintf(room, sizeof(room), "%u", b->options.connections + 1);
        conf_set_default(b->conf, id, room);
    }
}

static bool read_address(struct bench *b)
{
    const char *text = b->options.address ? b->options.address : "127.0.0.1:0";
    uint32_t type = messenger_default_addr_type(b->ms_type);
    char why[128];

    if (entity_addrvec_parse(&b->addrs, text, type, NULL, why, sizeof(why)) < 0) {
        snprintf(b->err, sizeof(b->err), "address '%s': %s", text, why);
        return false;
    }
    return true;
}

static int run(struct bench *b, struct args *args)
{
    int e;

    if (!msgr_bench_options_parse(&b->options, args->argc, args->argv, b->err, sizeof(b->err)))
        return -EINVAL;
    b->conf = args->conf;
    b->ms_type = messenger_type_for(b->conf, b->options.role == MSGR_BENCH_SERVER ? MESSENGER_PUBLIC
                                                                                  : MESSENGER_CLIENT);
    if (!b->ms_type || !read_address(b))
        return -EINVAL;
    allow_descriptors();
    allow_rsockets(b);
    if (msgr_bench_wire_init() < 0) {
        snprintf(b->err, sizeof(b->err), "out of memory");
        return -ENOMEM;
    }
    switch (b->options.role) {
    case MSGR_BENCH_SERVER:
        e = serve(b, stdout);
        break;
    case MSGR_BENCH_CLIENT:
        e = measure(b);
        break;
    default:
        e = measure_self(b);
    }
    msgr_bench_wire_fini();
    return e;
}

int main(int argc, char **argv)
{
    const struct args_program program = {
        .name = "ceph-msgr-bench", .usage = msgr_bench_usage, .type = "client", .id = "admin"};
    struct bench b = {.err = ""};
    struct args args;
    char *err = NULL;
    int r;

    entity_addrvec_init(&b.addrs);
    r = args_parse(&args, &program, argc, argv, &err);
    if (r == 0)
        r = log_apply_conf(args.conf, &err);
    if (r == 0) {
        r = run(&b, &args);
        if (r < 0)
            err_set(&err, r, "%s", b.err);
    }
    if (r < 0)
        fprintf(stderr, "ceph-msgr-bench: %s\n", err ? err : strerror(-r));
    free(err);
    free(b.ms_type);
    entity_addrvec_destroy(&b.addrs);
    log_shutdown();
    args_destroy(&args);
    return r < 0;
}
