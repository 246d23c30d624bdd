/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A daemon that does nothing but run, so that genuine `ceph daemon` can be tried on its admin socket. */
#include <stdio.h>

#include "common/log.h"
#include "common/perf_counters.h"
#include "daemon/global_init.h"

enum { SENT, LATENCY, COUNT };

static const struct perf_counter_def defs[COUNT] = {
    [SENT] = {"sent_bytes", PERF_COUNTER, "bytes sent", PERF_BYTES, "snt", PERF_PRIO_USEFUL},
    [LATENCY] = {"latency", PERF_TIME_AVG, "time from here to there", PERF_NONE, NULL, PERF_PRIO_DEBUG},
};

static const struct args_program program = {
    .name = "admin_socket_daemon",
    .usage = "admin_socket_daemon -i ID",
    .type = "mon",
    .flags = ARGS_DAEMON,
};

int main(int argc, char **argv)
{
    struct perf_counters *counters = NULL;
    struct global g;
    int r = global_init(&g, &program, argc, argv);

    if (!r)
        r = global_start(&g);
    if (!r) {
        counters = perf_counters_create("sample", defs, COUNT);
        perf_add(counters, SENT, 4096);
        perf_add_ns(counters, LATENCY, 1500000);
        global_ready(&g);
        global_wait(&g);
    }
    global_shutdown(&g);
    perf_counters_free(counters);
    return r < 0 ? 1 : 0;
}
