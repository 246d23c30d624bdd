/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rados_bench_stats: what a benchmark has done so far: a line of a table each second, printed by a thread of
 * its own, and the report at the end.
 *
 * Owner: the caller's storage; start and end it. Threads: any, between start and end.
 */
#ifndef CEPH_TOOLS_RADOS_BENCH_STATS_H
#define CEPH_TOOLS_RADOS_BENCH_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/mutex.h"
#include "common/thread.h"

/* Sums for average and deviation. */
struct bench_spread {
    double sum, squares, min, max;
    uint64_t count;
};

struct bench_stats {
    /* set before start */
    bool writes, show_time;
    uint64_t op_size, object_size; /* bytes */

    struct mutex lock; /* what follows */
    struct cond changed;
    uint64_t started, finished;
    uint64_t begin_ns, end_ns;
    bool ending;

    /* the rest is private */
    struct thread printer;
    bool is_printing;
    uint64_t finished_before, lines;
    double last_latency;
    struct bench_spread latency, bandwidth, iops;
};

int bench_stats_start(struct bench_stats *s) MUST_CHECK;
void bench_stats_started(struct bench_stats *s);
void bench_stats_finished(struct bench_stats *s, uint64_t begin_ns);
double bench_stats_seconds(const struct bench_stats *s); /* since the start */
void bench_stats_end(struct bench_stats *s);
void bench_stats_report(const struct bench_stats *s); /* after the end */
/* A line, behind the time when that is wanted. */
void bench_stats_line(const struct bench_stats *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
