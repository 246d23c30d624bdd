/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_bench_client: the end of ceph-msgr-bench that asks, and measures.
 *
 * Owner: one client at a time; create, open, any number of runs, free, all from one thread. The traffic
 * itself is driven from the messenger's fast dispatch, on the worker of each connection. Times: nanoseconds.
 * Errors: negative errno and a line in err.
 */
#ifndef CEPH_TOOLS_MSGR_BENCH_CLIENT_H
#define CEPH_TOOLS_MSGR_BENCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/latency_histogram.h"
#include "tools/msgr_bench_auth.h"
#include "tools/msgr_bench_wire.h"

struct conf;
struct entity_addrvec;
struct msgr_bench_client;

enum msgr_bench_pattern {
    MSGR_BENCH_PING_PONG,    /* depth messages under way, each comes back */
    MSGR_BENCH_PATTERN_SEND, /* one way, to the server */
    MSGR_BENCH_PATTERN_RECEIVE,
    MSGR_BENCH_PATTERN_BOTH, /* both ways at once */
};

struct msgr_bench_case {
    enum msgr_bench_pattern pattern;
    uint32_t size;  /* bytes of each message's data */
    unsigned depth; /* messages of a connection under way, for each direction */
    bool check;
    uint64_t warmup_ns, time_ns;
    bool progress; /* on standard error */
};

struct msgr_bench_result {
    enum msgr_bench_auth auth;
    uint32_t size;
    uint64_t messages; /* ping-pong: round trips; else messages that came, of both directions */
    uint64_t elapsed_ns, bad;
    uint64_t client_cpu_ns, server_cpu_ns;
    struct latency_histogram latency; /* of a round trip; streams: until it was acknowledged or had come */
};

/* What connecting took: the same for all runs. */
struct msgr_bench_opened {
    char transport[32];
    unsigned connections; /* open, and a message has gone each way */
    uint64_t elapsed_ns;
    struct msgr_bench_stats client_before, client_after; /* idle */
    struct msgr_bench_stats server_before, server_after;
};

struct msgr_bench_client *msgr_bench_client_create(const struct conf *conf, const char *ms_type,
                                                   enum msgr_bench_auth auth,
                                                   const struct entity_addrvec *server, char *err,
                                                   size_t err_size);
void msgr_bench_client_free(struct msgr_bench_client *c);

/* Opens connections until there are that many. Gives up when none has made it for patience_ns. */
int msgr_bench_client_open(struct msgr_bench_client *c, unsigned connections, uint64_t patience_ns,
                           bool progress, struct msgr_bench_opened *out, char *err,
                           size_t err_size) MUST_CHECK;
int msgr_bench_client_run(struct msgr_bench_client *c, const struct msgr_bench_case *what,
                          struct msgr_bench_result *out, char *err, size_t err_size) MUST_CHECK;

#endif
