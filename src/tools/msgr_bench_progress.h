/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msgr_bench_progress: one line on a terminal that is written over; nothing where standard error is none. */
#ifndef CEPH_TOOLS_MSGR_BENCH_PROGRESS_H
#define CEPH_TOOLS_MSGR_BENCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"

struct msgr_bench_progress {
    bool shown;
    uint64_t last_ns;
};

void msgr_bench_progress_start(struct msgr_bench_progress *p, bool wanted);
/* At most ten times a second. */
void msgr_bench_progress(struct msgr_bench_progress *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void msgr_bench_progress_end(struct msgr_bench_progress *p); /* clears the line */

#endif
