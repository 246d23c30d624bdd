/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msgr_bench_report: what was measured, as a table or as JSON, on standard output. */
#ifndef CEPH_TOOLS_MSGR_BENCH_REPORT_H
#define CEPH_TOOLS_MSGR_BENCH_REPORT_H

#include "tools/msgr_bench_options.h"

struct conf;

struct msgr_bench_report {
    const struct msgr_bench_options *options;
    const struct conf *conf;
    struct msgr_bench_opened opened;
    struct msgr_bench_result *results; /* one for each authentication and size that was run */
    unsigned count;
};

/* 0, or negative errno when nothing could be written. */
int msgr_bench_report_print(const struct msgr_bench_report *r) MUST_CHECK;

#endif
