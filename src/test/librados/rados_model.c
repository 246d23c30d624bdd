/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rados_model: checks what a cluster does with objects against a model in memory, whatever happens to its
 * daemons meanwhile.
 *
 *     rados_model CONF POOL CLIENTS SECONDS SEED
 *
 * SIGTERM makes it end sooner.
 *
 * Each client, a cluster handle of its own, works on objects of its own, several operations at a time, some
 * of them on one object. Every change is a compound: data (write, overwrite, append, truncate, whole object)
 * and an attribute with the number of the change, or a removal. Every read gives both; they must belong
 * together, and show every change that was sent before the read. A read whose answer was lost is done again,
 * perhaps after changes that were sent behind it: then it may show these, too ("ahead"; there are none while
 * nothing happens to the daemons). At the end everything is read again, and must be as after the last change.
 * So what is lost, wrong, done by half or done twice shows. All clients also append records to one common
 * object, where each must be found once, those of each client in order. Prints what it did; status 1 at the
 * first difference.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/compiler.h"
#include "common/crc32c.h"
#include "include/rados/librados.h"

#define OBJECTS     12 /* of each client */
#define DEPTH       16 /* operations of each client at a time */
#define SIZE_MAX_OF (256u << 10)
#define DATA_MAX    (24u << 10) /* of one change */
#define CLIENTS_MAX 64
#define LOG_NAME    "model-log"
#define RECORD_LEN  24 /* client, number, and their checksum */

enum step { STEP_WRITE, STEP_FULL, STEP_APPEND, STEP_TRUNCATE, STEP_REMOVE, STEP_READ, STEP_LOG, STEP_COUNT };

/* What an object was after a change. */
struct state {
    bool exists;
    uint32_t crc;
    size_t size;
};

struct object {
    char name[32];
    bool exists;
    uint64_t change;      /* the number of the last one */
    struct state *states; /* by number; 0: before the first change */
    size_t size;
    char data[SIZE_MAX_OF];
};

/* One operation under way. */
struct op {
    rados_completion_t completion; /* NULL: free */
    enum step step;
    const char *name;
    int expected; /* result */
    /* of a read: the last change before it, and where it goes */
    const struct object *object;
    uint64_t change;
    size_t got;
    char *buf;
    rados_xattrs_iter_t attrs;
    int read_result, attrs_result;
};

struct client {
    unsigned id;
    rados_t cluster;
    rados_ioctx_t io;
    uint64_t random;
    struct object objects[OBJECTS];
    struct op ops[DEPTH];
    unsigned next_op;
    uint64_t records, ahead, counts[STEP_COUNT];
    pthread_t thread;
};

static atomic_ullong end_ns;
static atomic_bool failed;

static void report(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void report(const char *fmt, ...)
{
    va_list ap;

    failed = true;
    va_start(ap, fmt);
    flockfile(stderr);
    fputs("rados_model: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    funlockfile(stderr);
    va_end(ap);
}

/* xorshift64 */
static uint64_t next_random(struct client *c)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    c->random ^= c->random << 17;
    return c->random;
}

static void fill(struct client *c, char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (char)(next_random(c) >> 32);
}

/* ---- the end of operations ---- */

/* The change that the read shows, by its attribute. */
static int change_of(const struct op *op, uint64_t *change)
{
    const char *name, *value;
    size_t len = 0;

    if (op->read_result < 0 || op->attrs_result < 0) {
        report("%s: read gave %d and %d", op->name, op->read_result, op->attrs_result);
        return -1;
    }
    if (rados_getxattrs_next(op->attrs, &name, &value, &len) || len != sizeof(*change)) {
        report("%s: %zu bytes without the attribute", op->name, op->got);
        return -1;
    }
    *change = get_le64(value);
    return 0;
}

static void check_missing(struct client *c, const struct op *op)
{
    const struct object *o = op->object;
    uint64_t change = op->change;

    while (change < o->change && o->states[change].exists)
        change++;
    if (o->states[change].exists)
        report("%s is not there after change %" PRIu64, o->name, op->change);
    else
        c->ahead += change != op->change;
}

static void check_found(struct client *c, const struct op *op)
{
    const struct object *o = op->object;
    uint32_t crc = crc32c(0, op->buf, op->got);
    const struct state *s;
    uint64_t change;

    if (change_of(op, &change))
        return;
    s = &o->states[change];
    if (change < op->change || change > o->change || !s->exists)
        report("%s: change %" PRIu64 " was read after %" PRIu64 " of %" PRIu64, o->name, change, op->change,
               o->change);
    else if (op->got != s->size || crc != s->crc)
        report("%s: %zu bytes with crc %08x after change %" PRIu64 " instead of %zu with %08x", o->name,
               op->got, crc, change, s->size, s->crc);
    else
        c->ahead += change != op->change;
}

static void finish(struct client *c, struct op *op)
{
    int r;

    if (!op->completion)
        return;
    rados_aio_wait_for_complete(op->completion);
    r = rados_aio_get_return_value(op->completion);
    rados_aio_release(op->completion);
    op->completion = NULL;
    if (op->step == STEP_READ && r == -ENOENT)
        check_missing(c, op);
    else if (op->step == STEP_READ && r == 0)
        check_found(c, op);
    else if (op->step == STEP_READ || r != op->expected)
        report("%s: step %d gave %d instead of %d", op->name, (int)op->step, r, op->expected);
    if (op->step == STEP_READ)
        rados_getxattrs_end(op->attrs);
    op->attrs = NULL;
}

static struct op *begin(struct client *c, enum step step, const char *name)
{
    struct op *op = &c->ops[c->next_op++ % DEPTH];

    finish(c, op);
    op->step = step;
    op->name = name;
    op->expected = 0;
    c->counts[step]++;
    if (rados_aio_create_completion2(NULL, NULL, &op->completion))
        abort();
    return op;
}

/* ---- steps ---- */

static void note_state(struct object *o)
{
    if (!(o->change & (o->change - 1)))
        o->states = realloc(o->states, (o->change ? o->change * 2 : 1) * sizeof(*o->states));
    if (!o->states)
        abort();
    o->states[o->change] = (struct state){o->exists, crc32c(0, o->data, o->size), o->size};
}

static void change_data(struct client *c, struct object *o, enum step step, rados_write_op_t w)
{
    char data[DATA_MAX];
    size_t len = next_random(c) % DATA_MAX + 1, at = 0;

    if (step == STEP_TRUNCATE) {
        len = next_random(c) % SIZE_MAX_OF;
        rados_write_op_truncate(w, len);
        if (len > o->size)
            memset(o->data + o->size, 0, len - o->size);
        o->size = len;
        return;
    }
    fill(c, data, len);
    if (step == STEP_WRITE) {
        at = next_random(c) % (SIZE_MAX_OF - len);
        rados_write_op_write(w, data, len, at);
    } else if (step == STEP_APPEND) {
        at = o->size;
        rados_write_op_append(w, data, len);
    } else {
        o->size = 0;
        rados_write_op_write_full(w, data, len);
    }
    if (at > o->size)
        memset(o->data + o->size, 0, at - o->size);
    memcpy(o->data + at, data, len);
    o->size = at + len > o->size ? at + len : o->size;
}

static void submit(struct client *c, struct op *op, rados_write_op_t w)
{
    int r = rados_aio_write_op_operate(w, c->io, op->completion, op->name, NULL, 0);

    rados_release_write_op(w);
    if (r < 0) {
        report("%s: step %d was not taken: %d", op->name, (int)op->step, r);
        rados_aio_release(op->completion);
        op->completion = NULL;
    }
}

static void change(struct client *c, struct object *o, enum step step)
{
    rados_write_op_t w = rados_create_write_op();
    struct op *op = begin(c, step, o->name);
    char number[sizeof(uint64_t)];

    put_le64(number, ++o->change);
    change_data(c, o, step, w);
    rados_write_op_setxattr(w, "change", number, sizeof(number));
    o->exists = true;
    note_state(o);
    submit(c, op, w);
}

static void remove_object(struct client *c, struct object *o)
{
    rados_write_op_t w = rados_create_write_op();
    struct op *op = begin(c, STEP_REMOVE, o->name);

    rados_write_op_remove(w);
    op->expected = o->exists ? 0 : -ENOENT;
    o->exists = false;
    o->size = 0;
    o->change++;
    note_state(o);
    submit(c, op, w);
}

static void read_object(struct client *c, struct object *o)
{
    struct op *op = begin(c, STEP_READ, o->name);
    rados_read_op_t r = rados_create_read_op();

    op->object = o;
    op->change = o->change;
    op->got = 0;
    rados_read_op_read(r, 0, SIZE_MAX_OF + 1, op->buf, &op->got, &op->read_result);
    rados_read_op_getxattrs(r, &op->attrs, &op->attrs_result);
    if (rados_aio_read_op_operate(r, c->io, op->completion, op->name, 0))
        abort();
    rados_release_read_op(r);
}

static void encode_record(char record[RECORD_LEN], uint64_t client, uint64_t number)
{
    memset(record, 0, RECORD_LEN);
    put_le64(record, client);
    put_le64(record + 8, number);
    put_le32(record + 16, crc32c(0, record, 16));
}

static void append_record(struct client *c)
{
    struct op *op = begin(c, STEP_LOG, LOG_NAME);
    rados_write_op_t w = rados_create_write_op();
    char record[RECORD_LEN];

    encode_record(record, c->id, c->records++);
    rados_write_op_append(w, record, sizeof(record));
    submit(c, op, w);
}

static void step(struct client *c)
{
    struct object *o = &c->objects[next_random(c) % OBJECTS];
    unsigned die = (unsigned)(next_random(c) % 100);

    if (die < 30)
        read_object(c, o);
    else if (die < 34)
        remove_object(c, o);
    else if (die < 44)
        append_record(c);
    else if (die < 70 && o->size + DATA_MAX < SIZE_MAX_OF)
        change(c, o, STEP_APPEND);
    else if (die < 85)
        change(c, o, STEP_WRITE);
    else if (die < 92 && o->exists)
        change(c, o, STEP_TRUNCATE);
    else
        change(c, o, STEP_FULL);
}

static void *run(void *arg)
{
    struct client *c = arg;

    while (clock_monotonic_ns() < end_ns && !failed)
        step(c);
    for (unsigned i = 0; i < OBJECTS && !failed; i++)
        read_object(c, &c->objects[i]);
    for (unsigned i = 0; i < DEPTH; i++)
        finish(c, &c->ops[i]);
    return NULL;
}

/* ---- clients ---- */

static int open_client(struct client *c, unsigned id, const char *conf, const char *pool, uint64_t seed)
{
    int r;

    c->id = id;
    c->random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) + id;
    for (unsigned i = 0; i < OBJECTS; i++) {
        snprintf(c->objects[i].name, sizeof(c->objects[i].name), "model-%u-%u", id, i);
        note_state(&c->objects[i]);
    }
    for (unsigned i = 0; i < DEPTH; i++) {
        c->ops[i].buf = malloc(SIZE_MAX_OF + 1);
        if (!c->ops[i].buf)
            return -ENOMEM;
    }
    r = rados_create2(&c->cluster, "ceph", "client.admin", 0);
    if (r == 0)
        r = rados_conf_read_file(c->cluster, conf);
    if (r == 0)
        r = rados_connect(c->cluster);
    return r ? r : rados_ioctx_create(c->cluster, pool, &c->io);
}

/* What an earlier run left. */
static void clear_objects(struct client *c)
{
    for (unsigned i = 0; i < OBJECTS; i++)
        (void)rados_remove(c->io, c->objects[i].name);
    (void)rados_remove(c->io, LOG_NAME);
}

static void close_client(struct client *c)
{
    for (unsigned i = 0; i < OBJECTS; i++)
        free(c->objects[i].states);
    for (unsigned i = 0; i < DEPTH; i++)
        free(c->ops[i].buf);
    if (c->io)
        rados_ioctx_destroy(c->io);
    rados_shutdown(c->cluster);
}

/* Every record once, and those of each client in order. */
static void check_log(struct client *clients, unsigned count)
{
    uint64_t seen[CLIENTS_MAX] = {0}, at = 0;
    char record[RECORD_LEN], wanted[RECORD_LEN];
    int r;

    while ((r = rados_read(clients[0].io, LOG_NAME, record, sizeof(record), at)) > 0) {
        uint64_t id = get_le64(record);

        if (r != RECORD_LEN || id >= count) {
            report("the log has no record at %" PRIu64, at);
            return;
        }
        encode_record(wanted, id, seen[id]);
        if (memcmp(record, wanted, sizeof(record)) != 0)
            report("the log has record %" PRIu64 " of client %" PRIu64 " at %" PRIu64 " instead of %" PRIu64,
                   get_le64(record + 8), id, at, seen[id]);
        seen[id]++;
        at += RECORD_LEN;
    }
    for (unsigned i = 0; i < count; i++)
        if (seen[i] != clients[i].records)
            report("the log has %" PRIu64 " records of client %u instead of %" PRIu64, seen[i], i,
                   clients[i].records);
}

static void summarize(const struct client *clients, unsigned count)
{
    static const char *const names[] = {"writes",   "whole", "appends", "truncations",
                                        "removals", "reads", "records"};
    uint64_t ahead = 0;

    for (unsigned s = 0; s < STEP_COUNT; s++) {
        uint64_t sum = 0;

        for (unsigned i = 0; i < count; i++)
            sum += clients[i].counts[s];
        printf("%s %" PRIu64 ", ", names[s], sum);
    }
    for (unsigned i = 0; i < count; i++)
        ahead += clients[i].ahead;
    printf("reads ahead %" PRIu64 "\n", ahead);
}

static void end_now(int signal UNUSED)
{
    end_ns = 0;
}

int main(int argc, char **argv)
{
    unsigned count = argc == 6 ? (unsigned)atoi(argv[3]) : 0;
    struct client *clients = calloc(CLIENTS_MAX, sizeof(*clients));
    int r = 0;

    if (count == 0 || count > CLIENTS_MAX || !clients) {
        fputs("rados_model CONF POOL CLIENTS SECONDS SEED\n", stderr);
        free(clients);
        return EXIT_FAILURE;
    }
    for (unsigned i = 0; i < count && r == 0; i++)
        r = open_client(&clients[i], i, argv[1], argv[2], strtoull(argv[5], NULL, 10));
    if (r)
        report("cannot connect: %s", strerror(-r));
    for (unsigned i = 0; i < count && r == 0; i++)
        clear_objects(&clients[i]);
    signal(SIGTERM, end_now);
    end_ns = clock_monotonic_ns() + strtoull(argv[4], NULL, 10) * NSEC_PER_SEC;
    for (unsigned i = 0; i < count && !failed; i++)
        if (pthread_create(&clients[i].thread, NULL, run, &clients[i]))
            abort();
    for (unsigned i = 0; i < count && r == 0; i++)
        pthread_join(clients[i].thread, NULL);
    if (!failed)
        check_log(clients, count);
    summarize(clients, count);
    for (unsigned i = 0; i < count; i++)
        if (clients[i].cluster)
            close_client(&clients[i]);
    free(clients);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
