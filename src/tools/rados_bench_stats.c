/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/rados_bench_stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/clock.h"
#include "types/utime.h"

#define MIB              1048576.0
#define LINES_BELOW_HEAD 20

/* ---- numbers ---- */

static void spread_add(struct bench_spread *s, double v)
{
    s->min = s->count == 0 || v < s->min ? v : s->min;
    s->max = s->count == 0 || v > s->max ? v : s->max;
    s->sum += v;
    s->squares += v * v;
    s->count++;
}

static double spread_average(const struct bench_spread *s)
{
    return s->count ? s->sum / (double)s->count : 0;
}

static double spread_deviation(const struct bench_spread *s)
{
    double mean = spread_average(s);
    double v = s->count > 1 ? (s->squares - (double)s->count * mean * mean) / (double)(s->count - 1) : 0;

    return v > 0 ? sqrt(v) : 0;
}

static double seconds_between(uint64_t begin_ns, uint64_t end_ns)
{
    return (double)(end_ns - begin_ns) / (double)NSEC_PER_SEC;
}

double bench_stats_seconds(const struct bench_stats *s)
{
    return seconds_between(s->begin_ns, clock_monotonic_ns());
}

/* ---- the table ---- */

void bench_stats_line(const struct bench_stats *s, const char *fmt, ...)
{
    char text[UTIME_TEXT_MAX];
    va_list ap;

    if (s->show_time)
        printf("%s ", utime_print(utime_from_ns(clock_realtime_ns()), text));
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

static void print_head(const struct bench_stats *s)
{
    if (s->lines > 0)
        bench_stats_line(s, "min lat: %g max lat: %g avg lat: %g", s->latency.min, s->latency.max,
                         spread_average(&s->latency));
    bench_stats_line(s, "  sec Cur ops   started  finished  avg MB/s  cur MB/s last lat(s)  avg lat(s)");
}

/* With the lock, or before there is another thread. */
static void print_line(struct bench_stats *s)
{
    double passed = bench_stats_seconds(s);
    uint64_t now = s->finished - s->finished_before;
    double current = (double)(now * s->op_size) / MIB, average = 0;
    char last[32] = "-";

    if (s->lines % LINES_BELOW_HEAD == 0)
        print_head(s);
    if (s->lines > 0 && passed > 0)
        average = (double)(s->finished * s->op_size) / MIB / passed;
    if (now > 0 && s->lines > 0)
        snprintf(last, sizeof(last), "%.6g", s->last_latency);
    bench_stats_line(s, "%5" PRIu64 " %7" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9.6g %9.6g %11s %11.6g",
                     s->lines, s->started - s->finished, s->started, s->finished, average,
                     s->lines ? current : 0.0, last, s->lines ? spread_average(&s->latency) : 0.0);
    if (s->lines > 0) {
        spread_add(&s->bandwidth, current);
        spread_add(&s->iops, (double)now);
    }
    fflush(stdout);
    s->finished_before = s->finished;
    s->lines++;
}

static void *print_lines(void *arg)
{
    struct bench_stats *s = arg;
    uint64_t next_ns = s->begin_ns + NSEC_PER_SEC;

    mutex_lock(&s->lock);
    while (!s->ending) {
        if (clock_monotonic_ns() >= next_ns) {
            print_line(s);
            next_ns += NSEC_PER_SEC;
        } else {
            cond_wait_until(&s->changed, &s->lock, next_ns);
        }
    }
    mutex_unlock(&s->lock);
    return NULL;
}

/* ---- what goes on ---- */

int bench_stats_start(struct bench_stats *s)
{
    int r;

    mutex_init(&s->lock, "bench_stats", LOCK_RANK_USER);
    cond_init(&s->changed);
    s->begin_ns = clock_monotonic_ns();
    print_line(s);
    r = thread_start(&s->printer, "bench-table", print_lines, s);
    s->is_printing = r == 0;
    return r;
}

void bench_stats_started(struct bench_stats *s)
{
    mutex_lock(&s->lock);
    s->started++;
    mutex_unlock(&s->lock);
}

void bench_stats_finished(struct bench_stats *s, uint64_t begin_ns)
{
    double latency = seconds_between(begin_ns, clock_monotonic_ns());

    mutex_lock(&s->lock);
    s->finished++;
    s->last_latency = latency;
    spread_add(&s->latency, latency);
    mutex_unlock(&s->lock);
}

void bench_stats_end(struct bench_stats *s)
{
    mutex_lock(&s->lock);
    s->ending = true;
    s->end_ns = clock_monotonic_ns();
    cond_signal(&s->changed);
    mutex_unlock(&s->lock);
    if (s->is_printing)
        thread_join(&s->printer);
    cond_destroy(&s->changed);
    mutex_destroy(&s->lock);
}

/* ---- the report ---- */

static void report_number(int width, const char *name, double v)
{
    printf("%-*s %.6g\n", width, name, v);
}

static void report_count(int width, const char *name, uint64_t n)
{
    printf("%-*s %" PRIu64 "\n", width, name, n);
}

void bench_stats_report(const struct bench_stats *s)
{
    double passed = seconds_between(s->begin_ns, s->end_ns), total = (double)s->finished;
    struct bench_spread iops = s->iops;
    int w = s->writes ? 23 : 21;

    if (iops.count == 0) /* over within the first second */
        spread_add(&iops, total);
    bench_stats_line(s, "%-*s %.6g", w, "Total time run:", passed);
    report_count(w, s->writes ? "Total writes made:" : "Total reads made:", s->finished);
    report_count(w, s->writes ? "Write size:" : "Read size:", s->op_size);
    report_count(w, "Object size:", s->object_size);
    report_number(w, "Bandwidth (MB/sec):", total * (double)s->op_size / MIB / passed);
    if (s->writes) {
        report_number(w, "Stddev Bandwidth:", spread_deviation(&s->bandwidth));
        report_number(w, "Max bandwidth (MB/sec):", s->bandwidth.max);
        report_number(w, "Min bandwidth (MB/sec):", s->bandwidth.min);
    }
    report_count(w, "Average IOPS:", (uint64_t)(total / passed));
    report_number(w, "Stddev IOPS:", spread_deviation(&iops));
    report_count(w, "Max IOPS:", (uint64_t)iops.max);
    report_count(w, "Min IOPS:", (uint64_t)iops.min);
    report_number(w, "Average Latency(s):", spread_average(&s->latency));
    if (s->writes)
        report_number(w, "Stddev Latency(s):", spread_deviation(&s->latency));
    report_number(w, "Max latency(s):", s->latency.max);
    report_number(w, "Min latency(s):", s->latency.min);
}
