/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `rados load-gen`: reads and writes of random sizes at random places of some objects, at a given pace. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mutex.h"
#include "tools/rados_tool.h"

#define MIB           1048576.0
#define NAME_LEN      15 /* random letters behind "obj-" */
#define NAME_SIZE     (sizeof("obj-") + NAME_LEN)
#define PREPARE_PIECE (UINT64_C(4) << 20)

struct load_object {
    char name[NAME_SIZE];
    uint64_t size;
};

struct load_gen {
    struct rados_tool *tool;
    struct load_gen_options o;
    struct load_object *objects;
    uint64_t prepared;
    char *zeros; /* what is written */

    struct mutex lock; /* what follows */
    struct cond changed;
    uint64_t sent_ops, pending_ops, sent_bytes, pending_bytes, done_bytes;
    uint64_t begin_ns;
    int error;
};

struct load_op {
    struct load_gen *gen;
    uint64_t number, len;
    rados_completion_t completion;
    char *buf; /* NULL: it writes */
};

const struct load_gen_options load_gen_defaults = {.objects = 200,
                                                   .max_object_size = 5 << 20,
                                                   .min_op_len = 1 << 10,
                                                   .max_op_len = 2 << 20,
                                                   .max_ops = 16,
                                                   .max_backlog = 10 << 20,
                                                   .read_percent = 50,
                                                   .target_throughput = 5 << 20,
                                                   .run_length = 60,
                                                   .offset_align = 1};

static uint64_t random_between(uint64_t min, uint64_t max)
{
    uint64_t r = (uint64_t)random() << 31 | (uint64_t)random();

    return max > min ? min + r % (max - min + 1) : min;
}

static double megabytes_a_second(const struct load_gen *g)
{
    double passed = (double)(clock_monotonic_ns() - g->begin_ns) / (double)NSEC_PER_SEC;

    return passed > 0 ? (double)g->done_bytes / MIB / passed : 0;
}

/* ---- the objects ---- */

static void name_object(struct load_object *o)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t at = (size_t)snprintf(o->name, sizeof(o->name), "obj-");

    for (unsigned i = 0; i < NAME_LEN; i++)
        o->name[at++] = letters[random_between(0, sizeof(letters) - 2)];
    o->name[at] = '\0';
}

static int write_object(struct load_gen *g, const struct load_object *o)
{
    int r = rados_write_full(g->tool->io, o->name, "", 0);

    for (uint64_t at = 0; at < o->size && r >= 0; at += PREPARE_PIECE) {
        uint64_t len = o->size - at < PREPARE_PIECE ? o->size - at : PREPARE_PIECE;

        r = rados_write(g->tool->io, o->name, g->zeros, len, at);
    }
    return r < 0 ? r : 0;
}

static int prepare(struct load_gen *g)
{
    printf("preparing %" PRIu64 " objects\n", g->o.objects);
    fflush(stdout);
    for (; g->prepared < g->o.objects; g->prepared++) {
        struct load_object *o = &g->objects[g->prepared];
        int r;

        name_object(o);
        o->size = random_between(g->o.min_object_size, g->o.max_object_size);
        r = write_object(g, o);
        if (r < 0)
            return tool_error(r, "load-gen bootstrap failed");
    }
    return 0;
}

static void clean_up(struct load_gen *g)
{
    printf("cleaning up objects\n");
    for (uint64_t i = 0; i < g->prepared; i++)
        rados_remove(g->tool->io, g->objects[i].name);
}

/* ---- operations ---- */

static void completed(rados_completion_t c, void *arg)
{
    struct load_op *op = arg;
    struct load_gen *g = op->gen;
    int r = rados_aio_get_return_value(c);

    mutex_lock(&g->lock);
    g->pending_ops--;
    g->pending_bytes -= op->len;
    g->done_bytes += op->len;
    if (r < 0 && !g->error)
        g->error = r;
    printf("op %" PRIu64 " completed, throughput=%.3gMB/sec\n", op->number, megabytes_a_second(g));
    cond_signal(&g->changed);
    mutex_unlock(&g->lock);
    rados_aio_release(c);
    free(op->buf);
    free(op);
}

static struct load_op *make_op(struct load_gen *g, uint64_t len, bool reads)
{
    struct load_op *op = calloc(1, sizeof(*op));

    if (!op)
        return NULL;
    op->gen = g;
    op->len = len;
    op->number = g->sent_ops;
    op->buf = reads ? malloc(len + 1) : NULL;
    if ((reads && !op->buf) || rados_aio_create_completion2(op, completed, &op->completion)) {
        free(op->buf);
        free(op);
        return NULL;
    }
    return op;
}

/* Without the lock; only this thread sends. */
static int send_one(struct load_gen *g)
{
    const struct load_object *o = &g->objects[random_between(0, g->o.objects - 1)];
    uint64_t len = random_between(g->o.min_op_len, g->o.max_op_len), offset = 0;
    bool reads = random_between(1, 100) <= g->o.read_percent;
    struct load_op *op;
    int r;

    len = len < o->size ? len : o->size;
    offset = random_between(0, o->size - len);
    offset -= offset % g->o.offset_align;
    op = make_op(g, len, reads);
    if (!op)
        return -ENOMEM;
    printf("%s : oid=%s off=%" PRIu64 " len=%" PRIu64 "\n", reads ? "READ" : "WRITE", o->name, offset, len);
    mutex_lock(&g->lock);
    g->sent_ops++;
    g->pending_ops++;
    g->sent_bytes += len;
    g->pending_bytes += len;
    mutex_unlock(&g->lock);
    r = reads ? rados_aio_read(g->tool->io, o->name, op->completion, op->buf, len, offset)
              : rados_aio_write(g->tool->io, o->name, op->completion, g->zeros, len, offset);
    if (r < 0) {
        mutex_lock(&g->lock);
        g->pending_ops--;
        g->pending_bytes -= len;
        mutex_unlock(&g->lock);
        rados_aio_release(op->completion);
        free(op->buf);
        free(op);
    }
    return r;
}

/* With the lock. */
static bool may_send(const struct load_gen *g)
{
    double passed = (double)(clock_monotonic_ns() - g->begin_ns) / (double)NSEC_PER_SEC;

    return g->pending_ops < g->o.max_ops && g->pending_bytes < g->o.max_backlog &&
           (double)g->sent_bytes <= (double)g->o.target_throughput * passed;
}

static void run(struct load_gen *g)
{
    uint64_t end_ns, next_line_ns, seconds = 0;
    int r = 0;

    g->begin_ns = clock_monotonic_ns();
    end_ns = g->begin_ns + g->o.run_length * NSEC_PER_SEC;
    next_line_ns = g->begin_ns + NSEC_PER_SEC;
    mutex_lock(&g->lock);
    while (clock_monotonic_ns() < end_ns && !g->error && r >= 0) {
        if (clock_monotonic_ns() >= next_line_ns) {
            printf("%5" PRIu64 ": throughput=%.3gMB/sec pending data=%" PRIu64 "\n", ++seconds,
                   megabytes_a_second(g), g->pending_bytes);
            fflush(stdout);
            next_line_ns += NSEC_PER_SEC;
        }
        if (may_send(g)) {
            mutex_unlock(&g->lock);
            r = send_one(g);
            mutex_lock(&g->lock);
        } else {
            cond_wait_until(&g->changed, &g->lock, clock_monotonic_ns() + 10 * NSEC_PER_MSEC);
        }
    }
    printf("waiting for all operations to complete\n");
    while (g->pending_ops > 0)
        cond_wait(&g->changed, &g->lock);
    g->error = g->error ? g->error : r;
    mutex_unlock(&g->lock);
}

static int check_options(const struct load_gen_options *o)
{
    if (o->min_object_size > o->max_object_size || o->min_op_len > o->max_op_len || o->read_percent > 100)
        return tool_line(-EINVAL, "load-gen: a least size above the greatest, or more than 100 percent");
    if (o->objects == 0 || o->offset_align == 0 || o->max_ops == 0 || o->max_backlog == 0 ||
        o->target_throughput == 0)
        return tool_line(-EINVAL, "load-gen: only least sizes and --read-percent may be 0");
    if (o->objects > 1000000 || o->max_op_len > (UINT64_C(1) << 30))
        return tool_line(-EINVAL, "load-gen: at most a million objects and 1 GiB for an operation");
    return 0;
}

static int generate(struct load_gen *g)
{
    uint64_t room = g->o.max_op_len > PREPARE_PIECE ? g->o.max_op_len : PREPARE_PIECE;
    int r;

    g->objects = calloc(g->o.objects, sizeof(*g->objects));
    g->zeros = calloc(1, room);
    if (!g->objects || !g->zeros)
        return -ENOMEM;
    r = prepare(g);
    if (r == 0) {
        printf("load-gen will run %" PRIu64 " seconds\n", g->o.run_length);
        fflush(stdout);
        run(g);
        r = g->error;
        if (r < 0)
            tool_error(r, "load-gen: an operation failed");
    }
    clean_up(g);
    return r;
}

int rados_load_gen(struct rados_tool *t, int argc UNUSED, char **argv UNUSED)
{
    struct load_gen g = {.tool = t, .o = t->load_gen};
    int r;

    if (check_options(&g.o))
        return -EINVAL;
    srandom((unsigned)clock_monotonic_ns());
    mutex_init(&g.lock, "load_gen", LOCK_RANK_USER);
    cond_init(&g.changed);
    printf("run length %" PRIu64 " seconds\n", g.o.run_length);
    r = generate(&g);
    free(g.objects);
    free(g.zeros);
    cond_destroy(&g.changed);
    mutex_destroy(&g.lock);
    return r;
}
