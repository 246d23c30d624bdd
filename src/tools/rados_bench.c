/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `rados bench`: writes or reads many objects, some at a time, and tells how fast that was; and its cleanup.
 * Names, contents and the object that says what was written are genuine Ceph's, so that either program reads
 * and cleans up what the other one wrote.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tools/rados_bench_stats.h"
#include "tools/rados_tool.h"

#define LAST_METADATA "benchmark_last_metadata"
#define PREFIX        "benchmark_data"
#define META_LEN      24 /* object size, operations, process, bytes of one operation */
#define META_LEN_OLD  16 /* without the last */
#define NAME_SIZE     512
#define HINTS                                                                               \
    (LIBRADOS_ALLOC_HINT_FLAG_SEQUENTIAL_WRITE | LIBRADOS_ALLOC_HINT_FLAG_SEQUENTIAL_READ | \
     LIBRADOS_ALLOC_HINT_FLAG_APPEND_ONLY | LIBRADOS_ALLOC_HINT_FLAG_IMMUTABLE)

enum bench_kind { BENCH_WRITE, BENCH_SEQ, BENCH_RAND };

/* One operation under way. */
struct slot {
    rados_completion_t completion; /* NULL: free */
    uint64_t begin_ns, number;     /* of the operation */
    char *buf;
};

struct bench {
    struct rados_tool *tool;
    enum bench_kind kind;
    uint64_t seconds, per_object, op_limit; /* op_limit 0: none */
    char prefix[NAME_SIZE];
    struct slot *slots;
    char *contents;
    struct bench_stats stats;
    int error;
};

static void make_prefix(char prefix[NAME_SIZE], int pid)
{
    char host[256] = "host";

    gethostname(host, sizeof(host) - 1);
    snprintf(prefix, NAME_SIZE, PREFIX "_%s_%d", host, pid);
}

static void object_name(const struct bench *b, uint64_t object, char out[NAME_SIZE + 32])
{
    snprintf(out, NAME_SIZE + 32, "%s_object%" PRIu64, b->prefix, object);
}

/* The bytes of an operation: some text with its number, then 'z'. */
static void number_contents(const struct bench *b, uint64_t op)
{
    char text[64];
    size_t len = (size_t)snprintf(text, sizeof(text), "I'm the %16" PRIu64 "th op!", op) + 1;

    memcpy(b->contents, text, len < b->stats.op_size ? len : b->stats.op_size);
    if (len > b->stats.op_size)
        b->contents[b->stats.op_size - 1] = '\0';
}

/* ---- operations ---- */

static int start_write(struct bench *b, struct slot *s, const char *oid, uint64_t offset)
{
    const struct rados_tool *t = b->tool;
    size_t len = b->stats.op_size;
    rados_write_op_t op = rados_create_write_op();
    char key[64];
    int r;

    if (!op)
        return -ENOMEM;
    number_contents(b, s->number);
    if (!t->no_hints)
        rados_write_op_set_alloc_hint2(op, b->stats.object_size, len, HINTS);
    if (t->write_object || !(t->write_omap || t->write_xattr))
        rados_write_op_write(op, b->contents, len, offset);
    if (t->write_omap) {
        snprintf(key, sizeof(key), "bench-omap-key-%" PRIu64, offset);
        rados_write_op_omap_set(op, (const char *const[]){key}, (const char *const[]){b->contents}, &len, 1);
    }
    if (t->write_xattr) {
        snprintf(key, sizeof(key), "bench-xattr-key-%" PRIu64, offset);
        rados_write_op_setxattr(op, key, b->contents, len);
    }
    r = rados_aio_write_op_operate(op, t->io, s->completion, oid, NULL, 0);
    rados_release_write_op(op);
    return r;
}

static int start_one(struct bench *b, struct slot *s)
{
    char oid[NAME_SIZE + 32];
    uint64_t offset;
    int r = rados_aio_create_completion2(NULL, NULL, &s->completion);

    if (r)
        return r;
    s->number = b->kind == BENCH_RAND ? (uint64_t)random() % b->op_limit : b->stats.started;
    offset = s->number % b->per_object * b->stats.op_size;
    object_name(b, s->number / b->per_object, oid);
    s->begin_ns = clock_monotonic_ns();
    if (b->kind == BENCH_WRITE)
        r = start_write(b, s, oid, offset);
    else
        r = rados_aio_read(b->tool->io, oid, s->completion, s->buf, b->stats.op_size, offset);
    if (r) {
        rados_aio_release(s->completion);
        s->completion = NULL;
        return r;
    }
    bench_stats_started(&b->stats);
    return 0;
}

static int check_read(struct bench *b, const struct slot *s, int got)
{
    char oid[NAME_SIZE + 32];

    if (got < 0)
        return tool_line(got, "read got %d", got);
    if (b->tool->no_verify)
        return 0;
    number_contents(b, s->number);
    if ((uint64_t)got == b->stats.op_size && memcmp(s->buf, b->contents, b->stats.op_size) == 0)
        return 0;
    object_name(b, s->number / b->per_object, oid);
    return tool_line(-EIO, "%s is not correct!", oid);
}

static void end_one(struct bench *b, struct slot *s)
{
    int r = rados_aio_get_return_value(s->completion);

    rados_aio_release(s->completion);
    s->completion = NULL;
    bench_stats_finished(&b->stats, s->begin_ns);
    if (b->kind != BENCH_WRITE)
        r = check_read(b, s, r);
    if (r < 0 && !b->error)
        b->error = r;
}

static bool may_start(const struct bench *b)
{
    if (b->error || bench_stats_seconds(&b->stats) >= (double)b->seconds)
        return false;
    return b->op_limit == 0 || b->kind == BENCH_RAND || b->stats.started < b->op_limit;
}

/* The one that was begun first. */
static struct slot *oldest(const struct bench *b)
{
    struct slot *found = NULL;

    for (unsigned i = 0; i < b->tool->concurrent; i++) {
        struct slot *s = &b->slots[i];

        if (s->completion && (!found || s->begin_ns < found->begin_ns))
            found = s;
    }
    return found;
}

/* Looks after all that are complete; waits for the oldest when none is. */
static void run(struct bench *b)
{
    unsigned n = b->tool->concurrent;
    struct slot *s;

    for (unsigned i = 0; i < n && (i == 0 || may_start(b)) && !b->error; i++)
        b->error = start_one(b, &b->slots[i]);
    while ((s = oldest(b))) {
        rados_aio_wait_for_complete(s->completion);
        for (unsigned i = 0; i < n; i++) {
            s = &b->slots[i];
            if (!s->completion || !rados_aio_is_complete(s->completion))
                continue;
            end_one(b, s);
            if (may_start(b))
                b->error = start_one(b, s);
        }
    }
}

/* ---- what a write leaves for reads and for cleanup ---- */

static const char *metadata_name(const struct rados_tool *t)
{
    return t->run_name ? t->run_name : LAST_METADATA;
}

static int save_metadata(const struct bench *b)
{
    char meta[META_LEN];

    put_le64(meta, b->stats.object_size);
    put_le32(meta + 8, (uint32_t)b->stats.finished);
    put_le32(meta + 12, (uint32_t)getpid());
    put_le64(meta + 16, b->stats.op_size);
    return rados_write_full(b->tool->io, metadata_name(b->tool), meta, sizeof(meta));
}

static int load_metadata(struct bench *b)
{
    char meta[META_LEN];
    int r = rados_read(b->tool->io, metadata_name(b->tool), meta, sizeof(meta), 0);

    if (r < META_LEN_OLD)
        return r < 0 ? r : -EIO;
    b->stats.object_size = get_le64(meta);
    b->op_limit = get_le32(meta + 8);
    make_prefix(b->prefix, (int)get_le32(meta + 12));
    b->stats.op_size = r == META_LEN ? get_le64(meta + 16) : b->stats.object_size;
    if (b->stats.op_size == 0 || b->stats.op_size > (UINT64_C(1) << 30) ||
        b->stats.object_size < b->stats.op_size || b->op_limit == 0)
        return -EIO;
    b->per_object = b->stats.object_size / b->stats.op_size;
    return 0;
}

/* ---- removing ---- */

/* Some removals at a time. */
struct remover {
    struct rados_tool *tool;
    rados_completion_t *completions;
    uint64_t begun, removed;
};

static void remover_reap(struct remover *r, rados_completion_t *c)
{
    if (!*c)
        return;
    rados_aio_wait_for_complete(*c);
    r->removed += rados_aio_get_return_value(*c) == 0;
    rados_aio_release(*c);
    *c = NULL;
}

static int remover_start(struct remover *r, struct rados_tool *t)
{
    *r = (struct remover){.tool = t, .completions = calloc(t->concurrent, sizeof(rados_completion_t))};
    return r->completions ? 0 : -ENOMEM;
}

static int remover_remove(struct remover *r, const char *oid)
{
    rados_completion_t *c = &r->completions[r->begun++ % r->tool->concurrent];
    int error;

    remover_reap(r, c);
    error = rados_aio_create_completion2(NULL, NULL, c);
    if (error)
        return error;
    error = rados_aio_remove(r->tool->io, oid, *c);
    if (error) {
        rados_aio_release(*c);
        *c = NULL;
    }
    return error;
}

static void remover_end(struct remover *r)
{
    for (unsigned i = 0; i < r->tool->concurrent; i++)
        remover_reap(r, &r->completions[i]);
    free(r->completions);
    printf("Removed %" PRIu64 " object%s\n", r->removed, r->removed == 1 ? "" : "s");
}

static int remove_objects(struct bench *b, uint64_t ops)
{
    uint64_t count = (ops + b->per_object - 1) / b->per_object;
    char oid[NAME_SIZE + 32];
    struct remover remover;
    int r = remover_start(&remover, b->tool);

    if (r)
        return r;
    for (uint64_t i = 0; i < count && r == 0; i++) {
        object_name(b, i, oid);
        r = remover_remove(&remover, oid);
    }
    remover_end(&remover);
    return r;
}

int rados_remove_listed(struct rados_tool *t, const char *prefix)
{
    const char *name, *key, *nspace;
    struct remover remover = {0};
    rados_list_ctx_t list;
    int r = rados_nobjects_list_open(t->io, &list);

    if (r < 0)
        return tool_error(r, "error listing objects");
    while ((r = rados_nobjects_list_next(list, &name, &key, &nspace)) == 0) {
        if (strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        if (!remover.tool) {
            printf("Warning: using slow linear search\n");
            r = remover_start(&remover, t);
            if (r)
                break;
        }
        rados_ioctx_locator_set_key(t->io, key);
        rados_ioctx_set_namespace(t->io, nspace);
        r = remover_remove(&remover, name);
        if (r)
            break;
    }
    rados_nobjects_list_close(list);
    if (remover.completions)
        remover_end(&remover);
    return r == -ENOENT ? 0 : r;
}

/* ---- the commands ---- */

static int alloc(struct bench *b)
{
    b->slots = calloc(b->tool->concurrent, sizeof(*b->slots));
    b->contents = malloc(b->stats.op_size);
    if (!b->slots || !b->contents)
        return -ENOMEM;
    memset(b->contents, 'z', b->stats.op_size);
    for (unsigned i = 0; i < b->tool->concurrent && b->kind != BENCH_WRITE; i++)
        if (!(b->slots[i].buf = malloc(b->stats.op_size)))
            return -ENOMEM;
    return 0;
}

static void release(struct bench *b)
{
    for (unsigned i = 0; b->slots && i < b->tool->concurrent; i++)
        free(b->slots[i].buf);
    free(b->slots);
    free(b->contents);
}

static int finish_writes(struct bench *b)
{
    uint64_t begin = clock_monotonic_ns();
    int r = save_metadata(b);

    if (r < 0 || b->tool->no_cleanup)
        return r;
    printf("Cleaning up (deleting benchmark objects)\n");
    r = remove_objects(b, b->stats.started);
    if (r == 0)
        r = rados_remove(b->tool->io, metadata_name(b->tool));
    printf("Clean up completed and total clean up time :%g\n", (double)(clock_monotonic_ns() - begin) / 1e9);
    return r;
}

static int prepare(struct bench *b)
{
    struct rados_tool *t = b->tool;
    int r;

    b->stats.show_time = t->show_time;
    b->stats.writes = b->kind == BENCH_WRITE;
    if (!b->stats.writes) {
        r = load_metadata(b);
        return r < 0 ? tool_line(r, "Must write data before running a read benchmark!") : 0;
    }
    b->stats.op_size = t->op_size;
    b->stats.object_size = t->have_object_size ? t->object_size : t->op_size;
    if (b->stats.object_size % t->op_size || b->stats.object_size == 0)
        return tool_line(-EINVAL, "the size of objects (-O) must be a multiple of that of writes (-b)");
    b->per_object = b->stats.object_size / t->op_size;
    b->op_limit = t->max_objects * b->per_object;
    make_prefix(b->prefix, (int)getpid());
    bench_stats_line(&b->stats,
                     "Maintaining %u concurrent writes of %" PRIu64 " bytes to objects of size %" PRIu64
                     " for up to %" PRIu64 " seconds or %" PRIu64 " objects",
                     t->concurrent, b->stats.op_size, b->stats.object_size, b->seconds, t->max_objects);
    bench_stats_line(&b->stats, "Object prefix: %s", b->prefix);
    return 0;
}

static int measure(struct bench *b)
{
    int r = alloc(b);

    if (r == 0)
        r = bench_stats_start(&b->stats);
    if (r == 0) {
        run(b);
        bench_stats_end(&b->stats);
        r = b->error;
    }
    if (r == 0)
        bench_stats_report(&b->stats);
    if (r == 0 && b->kind == BENCH_WRITE)
        r = finish_writes(b);
    release(b);
    return r;
}

static int cmd_bench(struct rados_tool *t, int argc UNUSED, char **argv)
{
    static const char *const kinds[] = {"write", "seq", "rand"};
    struct bench b = {.tool = t, .kind = BENCH_WRITE};
    char *end;
    int r;

    b.seconds = strtoull(argv[0], &end, 10);
    if (*end || end == argv[0] || *argv[0] == '-')
        return tool_line(TOOL_FAILED, "Invalid value for seconds: '%s'", argv[0]);
    while (b.kind <= BENCH_RAND && strcmp(argv[1], kinds[b.kind]) != 0)
        b.kind++;
    if (b.kind > BENCH_RAND)
        return tool_line(-EINVAL, "bench takes write, seq or rand");
    printf("hints = %d\n", !t->no_hints);
    r = t->concurrent > 0 ? prepare(&b) : -EINVAL;
    if (r == 0)
        r = measure(&b);
    return r < 0 ? tool_error(r, "error during benchmark") : 0;
}

static int cleanup(struct rados_tool *t)
{
    struct bench b = {.tool = t};
    int r;

    if (t->prefix && strncmp(t->prefix, PREFIX, strlen(PREFIX)) != 0)
        return tool_line(-EINVAL, "Specified --prefix invalid, it must begin with \"" PREFIX "\"");
    r = t->concurrent == 0 ? -EINVAL : t->prefix ? -ENOENT : load_metadata(&b);
    if (r == -ENOENT)
        return rados_remove_listed(t, t->prefix ? t->prefix : PREFIX);
    if (r == 0)
        r = remove_objects(&b, b.op_limit);
    return r ? r : rados_remove(t->io, metadata_name(t));
}

static int cmd_cleanup(struct rados_tool *t, int argc UNUSED, char **argv UNUSED)
{
    int r = cleanup(t);

    return r < 0 ? tool_error(r, "error during cleanup") : 0;
}

const struct rados_command rados_bench_commands[] = {
    {"bench", 2, 2, NEEDS_POOL | REPEATS_ERROR, cmd_bench, "bench SECONDS write|seq|rand   measure"},
    {"cleanup", 0, 0, NEEDS_POOL | REPEATS_ERROR, cmd_cleanup,
     "cleanup                  remove what a benchmark left"},
    {"load-gen", 0, 0, NEEDS_POOL, rados_load_gen,
     "load-gen                 reads and writes of random sizes"},
    {NULL, 0, 0, 0, NULL, NULL},
};
