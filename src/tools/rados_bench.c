/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `rados bench`: writes or reads many objects, some at a time, and tells how fast that was; and its cleanup.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tools/rados_tool.h"

#define LAST_METADATA "benchmark_last_metadata"
#define PREFIX        "benchmark_data"
#define META_LEN      24 /* what a write leaves for reads: object size, count, process */
#define MIB           1048576.0

enum bench_kind { BENCH_WRITE, BENCH_SEQ, BENCH_RAND };

/* One operation under way. */
struct slot {
    rados_completion_t completion; /* NULL: free */
    uint64_t begin_ns, number;
    char *buf;
};

/* Sums for average and deviation. */
struct spread {
    double sum, squares, min, max;
    uint64_t count;
};

struct bench {
    struct rados_tool *tool;
    enum bench_kind kind;
    uint64_t seconds, object_size, object_count; /* to read */
    char prefix[512];
    struct slot *slots;
    char *pattern;
    uint64_t started, finished, finished_before;
    uint64_t begin_ns, next_line_ns, lines;
    double last_latency;
    struct spread latency, bandwidth, iops;
    int error;
};

/* ---- numbers ---- */

static void spread_add(struct spread *s, double v)
{
    s->min = s->count == 0 || v < s->min ? v : s->min;
    s->max = s->count == 0 || v > s->max ? v : s->max;
    s->sum += v;
    s->squares += v * v;
    s->count++;
}

static double spread_average(const struct spread *s)
{
    return s->count ? s->sum / (double)s->count : 0;
}

static double spread_deviation(const struct spread *s)
{
    double mean = spread_average(s);
    double v = s->count > 1 ? (s->squares - (double)s->count * mean * mean) / (double)(s->count - 1) : 0;

    return v > 0 ? sqrt(v) : 0;
}

static void object_name(const struct bench *b, uint64_t n, char *out, size_t size)
{
    snprintf(out, size, "%s_object%" PRIu64, b->prefix, n);
}

/* ---- the table ---- */

static double seconds_since(uint64_t ns)
{
    return (double)(clock_monotonic_ns() - ns) / 1e9;
}

static void print_line(struct bench *b)
{
    double passed = seconds_since(b->begin_ns);
    uint64_t now = b->finished - b->finished_before;
    double current = (double)(now * b->object_size) / MIB;

    if (b->lines % 20 == 0) {
        if (b->lines > 0)
            printf("%s min lat: %g max lat: %g avg lat: %g\n", "", b->latency.min, b->latency.max,
                   spread_average(&b->latency));
        printf("  sec Cur ops   started  finished  avg MB/s  cur MB/s last lat(s)  avg lat(s)\n");
    }
    printf("%5" PRIu64 " %7" PRIu64 " %9" PRIu64 " %9" PRIu64 " ", b->lines, b->started - b->finished,
           b->started, b->finished);
    if (b->lines == 0) {
        printf("%9d %9d %11s %11s\n", 0, 0, b->finished ? "0" : "-", "0");
    } else {
        printf("%9.6g %9.6g ", (double)(b->finished * b->object_size) / MIB / passed, current);
        if (now)
            printf("%11.6g ", b->last_latency);
        else
            printf("%11s ", "-");
        printf("%11.6g\n", spread_average(&b->latency));
        spread_add(&b->bandwidth, current);
        spread_add(&b->iops, (double)now);
    }
    fflush(stdout);
    b->finished_before = b->finished;
    b->lines++;
    b->next_line_ns += NSEC_PER_SEC;
}

/* ---- operations ---- */

static int start_one(struct bench *b, struct slot *s)
{
    char name[600];
    int r = rados_aio_create_completion2(NULL, NULL, &s->completion);

    if (r)
        return r;
    s->number = b->kind == BENCH_RAND ? (uint64_t)random() % b->object_count : b->started;
    object_name(b, s->number, name, sizeof(name));
    s->begin_ns = clock_monotonic_ns();
    if (b->kind == BENCH_WRITE)
        r = rados_aio_write(b->tool->io, name, s->completion, b->pattern, b->object_size, 0);
    else
        r = rados_aio_read(b->tool->io, name, s->completion, s->buf, b->object_size, 0);
    if (r) {
        rados_aio_release(s->completion);
        s->completion = NULL;
        return r;
    }
    b->started++;
    return 0;
}

static void end_one(struct bench *b, struct slot *s)
{
    int r = rados_aio_get_return_value(s->completion);

    rados_aio_release(s->completion);
    s->completion = NULL;
    b->last_latency = seconds_since(s->begin_ns);
    spread_add(&b->latency, b->last_latency);
    b->finished++;
    if (r < 0 && !b->error)
        b->error =
            tool_error(r, "%s failed: (%d) %s", b->kind == BENCH_WRITE ? "write" : "read", -r, strerror(-r));
    else if (b->kind != BENCH_WRITE && r >= 0 && memcmp(s->buf, b->pattern, (size_t)r) != 0)
        b->error = tool_error(-EIO, "object %" PRIu64 " is not what was written", s->number);
}

static bool may_start(const struct bench *b)
{
    if (b->error || seconds_since(b->begin_ns) >= (double)b->seconds)
        return false;
    if (b->kind == BENCH_SEQ && b->started >= b->object_count)
        return false;
    return b->tool->max_objects == 0 || b->kind == BENCH_RAND || b->started < b->tool->max_objects;
}

/* Looks after the slots in turn; waits for the oldest, a while, when none is complete. */
static void run(struct bench *b)
{
    unsigned n = b->tool->concurrent, at = 0;

    b->begin_ns = b->next_line_ns = clock_monotonic_ns();
    for (unsigned i = 0; i < n && may_start(b); i++)
        b->error = start_one(b, &b->slots[i]);
    print_line(b);
    while (b->started > b->finished) {
        struct slot *s = &b->slots[at];

        if (s->completion) {
            rados_aio_wait_for_complete(s->completion);
            end_one(b, s);
            if (may_start(b))
                b->error = start_one(b, s);
        }
        at = (at + 1) % n;
        while (clock_monotonic_ns() >= b->next_line_ns && b->finished > b->finished_before)
            print_line(b);
    }
}

/* ---- the report ---- */

static void report(struct bench *b)
{
    bool writes = b->kind == BENCH_WRITE;
    double passed = seconds_since(b->begin_ns), mib = (double)(b->finished * b->object_size) / MIB;
    int w = writes ? 23 : 21;

    printf("%-*s %.6g\n", w, "Total time run:", passed);
    printf("%-*s %" PRIu64 "\n", w, writes ? "Total writes made:" : "Total reads made:", b->finished);
    printf("%-*s %" PRIu64 "\n", w, writes ? "Write size:" : "Read size:", b->object_size);
    printf("%-*s %" PRIu64 "\n", w, "Object size:", b->object_size);
    printf("%-*s %.6g\n", w, "Bandwidth (MB/sec):", mib / passed);
    if (writes) {
        printf("%-*s %.6g\n", w, "Stddev Bandwidth:", spread_deviation(&b->bandwidth));
        printf("%-*s %.6g\n", w, "Max bandwidth (MB/sec):", b->bandwidth.max);
        printf("%-*s %.6g\n", w, "Min bandwidth (MB/sec):", b->bandwidth.min);
    }
    printf("%-*s %.0f\n", w, "Average IOPS:", floor((double)b->finished / passed));
    printf("%-*s %.6g\n", w, "Stddev IOPS:", spread_deviation(&b->iops));
    printf("%-*s %.0f\n", w, "Max IOPS:", b->iops.max);
    printf("%-*s %.0f\n", w, "Min IOPS:", b->iops.min);
    printf("%-*s %.6g\n", w, "Average Latency(s):", spread_average(&b->latency));
    if (writes)
        printf("%-*s %.6g\n", w, "Stddev Latency(s):", spread_deviation(&b->latency));
    printf("%-*s %.6g\n", w, "Max latency(s):", b->latency.max);
    printf("%-*s %.6g\n", w, "Min latency(s):", b->latency.min);
}

/* ---- what a write leaves for reads and for cleanup ---- */

static const char *metadata_name(const struct rados_tool *t)
{
    return t->run_name ? t->run_name : LAST_METADATA;
}

static int save_metadata(struct bench *b)
{
    char meta[META_LEN] = {0}, attr[512];
    int r;

    put_le64(meta, b->object_size);
    put_le64(meta + 8, b->finished);
    put_le32(meta + 16, (uint32_t)getpid());
    r = rados_write_full(b->tool->io, metadata_name(b->tool), meta, sizeof(meta));
    snprintf(attr, sizeof(attr), "%s", b->prefix);
    return r < 0 ? r : rados_setxattr(b->tool->io, metadata_name(b->tool), "prefix", attr, strlen(attr));
}

static int load_metadata(struct bench *b)
{
    char meta[META_LEN];
    const char *name = metadata_name(b->tool);
    int r = rados_read(b->tool->io, name, meta, sizeof(meta), 0);

    if (r < 0 || r < META_LEN)
        return r < 0 ? r : -EIO;
    b->object_size = get_le64(meta);
    b->object_count = get_le64(meta + 8);
    r = rados_getxattr(b->tool->io, name, "prefix", b->prefix, sizeof(b->prefix) - 1);
    if (r < 0)
        return r;
    b->prefix[r] = '\0';
    return b->object_size > 0 && b->object_size < (UINT64_C(1) << 30) && b->object_count > 0 ? 0 : -EIO;
}

/* Removes them, as many at a time as the run had. */
static uint64_t remove_objects(struct bench *b, uint64_t count)
{
    unsigned n = b->tool->concurrent;
    rados_completion_t *c = calloc(n, sizeof(*c));
    uint64_t removed = 0;

    for (uint64_t i = 0; c && i < count + n; i++) {
        char name[600];
        rados_completion_t *at = &c[i % n];

        if (*at) {
            rados_aio_wait_for_complete(*at);
            removed += rados_aio_get_return_value(*at) == 0;
            rados_aio_release(*at);
            *at = NULL;
        }
        if (i >= count || rados_aio_create_completion2(NULL, NULL, at))
            continue;
        object_name(b, i, name, sizeof(name));
        if (rados_aio_remove(b->tool->io, name, *at)) {
            rados_aio_release(*at);
            *at = NULL;
        }
    }
    free(c);
    return removed;
}

/* ---- the commands ---- */

static int alloc(struct bench *b)
{
    b->slots = calloc(b->tool->concurrent, sizeof(*b->slots));
    b->pattern = malloc(b->object_size);
    if (!b->slots || !b->pattern)
        return -ENOMEM;
    for (uint64_t i = 0; i < b->object_size; i++)
        b->pattern[i] = (char)(i & 0xff);
    for (unsigned i = 0; i < b->tool->concurrent && b->kind != BENCH_WRITE; i++)
        if (!(b->slots[i].buf = malloc(b->object_size)))
            return -ENOMEM;
    return 0;
}

static void release(struct bench *b)
{
    for (unsigned i = 0; b->slots && i < b->tool->concurrent; i++)
        free(b->slots[i].buf);
    free(b->slots);
    free(b->pattern);
}

static int finish_writes(struct bench *b)
{
    uint64_t begin = clock_monotonic_ns();
    int r = save_metadata(b);

    if (r < 0 || b->tool->no_cleanup)
        return r;
    printf("Cleaning up (deleting benchmark objects)\n");
    printf("Removed %" PRIu64 " objects\n", remove_objects(b, b->started));
    printf("Clean up completed and total clean up time :%g\n", seconds_since(begin));
    return rados_remove(b->tool->io, metadata_name(b->tool));
}

static int prepare(struct bench *b)
{
    struct rados_tool *t = b->tool;
    char host[256] = "host";

    if (b->kind != BENCH_WRITE) {
        int r = load_metadata(b);

        return r < 0 ? tool_error(r, "Must write data before running a read benchmark!") : 0;
    }
    gethostname(host, sizeof(host) - 1);
    b->object_size = t->have_object_size ? t->object_size : t->op_size;
    snprintf(b->prefix, sizeof(b->prefix), PREFIX "_%s_%d", host, (int)getpid());
    printf("Maintaining %u concurrent writes of %" PRIu64 " bytes to objects of size %" PRIu64
           " for up to %" PRIu64 " seconds or %" PRIu64 " objects\n",
           t->concurrent, b->object_size, b->object_size, b->seconds, t->max_objects);
    printf("Object prefix: %s\n", b->prefix);
    return 0;
}

int rados_bench(struct rados_tool *t, int argc, char **argv)
{
    static const char *const kinds[] = {"write", "seq", "rand"};
    struct bench b = {.tool = t, .kind = BENCH_WRITE};
    char *end;
    int r;

    b.seconds = strtoull(argv[0], &end, 10);
    if (*end || b.seconds == 0)
        return tool_error(-EINVAL, "bench: '%s' is not a number of seconds", argv[0]);
    while (argc > 1 && b.kind <= BENCH_RAND && strcmp(argv[1], kinds[b.kind]) != 0)
        b.kind++;
    if (argc < 2 || b.kind > BENCH_RAND)
        return tool_error(-EINVAL, "bench takes write, seq or rand");
    printf("hints = 1\n");
    r = prepare(&b);
    if (r == 0)
        r = alloc(&b);
    if (r == 0) {
        run(&b);
        report(&b);
        r = b.error;
    }
    if (r == 0 && b.kind == BENCH_WRITE)
        r = finish_writes(&b);
    release(&b);
    return r;
}

int rados_cleanup(struct rados_tool *t, int argc, char **argv)
{
    struct bench b = {.tool = t};
    int r = load_metadata(&b);

    (void)argc;
    (void)argv;
    if (r < 0)
        return tool_error(r, "there is no benchmark to clean up after (%s): %s", metadata_name(t),
                          strerror(-r));
    printf("Removed %" PRIu64 " objects\n", remove_objects(&b, b.object_count));
    return rados_remove(t->io, metadata_name(t));
}
