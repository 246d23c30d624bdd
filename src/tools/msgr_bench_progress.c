/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

#define CLEAR_LINE "\r\033[K"

void msgr_bench_progress_start(struct msgr_bench_progress *p, bool wanted)
{
    p->shown = wanted && isatty(STDERR_FILENO);
    p->last_ns = 0;
}

void msgr_bench_progress(struct msgr_bench_progress *p, const char *fmt, ...)
{
    uint64_t now;
    va_list args;

    if (!p->shown)
        return;
    now = clock_monotonic_ns();
    if (now - p->last_ns < 100 * NSEC_PER_MSEC)
        return;
    p->last_ns = now;
    fputs(CLEAR_LINE, stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fflush(stderr);
}

void msgr_bench_progress_end(struct msgr_bench_progress *p)
{
    if (p->shown && p->last_ns)
        fputs(CLEAR_LINE, stderr);
}
