/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store_bench: what an object store costs against plain files on the same disk: objects of one size are
 * written, overwritten in part and read, so many at a time, each write durable; then files are, with
 * fdatasync.
 *
 * store_bench KIND DIR SIZE COUNT IN-FLIGHT; prints a line for each.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mutex.h"
#include "os/object_store.h"

struct bench {
    struct object_store *store;
    struct os_collection *coll;
    const char *dir;
    uint8_t *bytes;
    size_t size;
    unsigned count, in_flight;
    struct mutex lock;
    struct cond room;
    unsigned flying; /* lock */
};

static const struct coll_id COLL = {.pool = 1};

struct flight {
    struct bench *b;
    struct os_transaction t;
    struct hobject o;
};

static _Noreturn void stop(const char *what, int r)
{
    fprintf(stderr, "store_bench: %s: %s\n", what, strerror(-r));
    exit(1);
}

static void name_object(struct hobject *o, unsigned i)
{
    char name[32];

    snprintf(name, sizeof(name), "object%u", i);
    if (hobject_init(o, COLL.pool, i * UINT32_C(0x9e3779b1), "", "", name, SNAP_HEAD))
        stop("a name", -ENOMEM);
}

static void landed(void *arg, int error)
{
    struct flight *f = arg;
    struct bench *b = f->b;

    if (error)
        stop("commit", error);
    os_transaction_destroy(&f->t);
    hobject_destroy(&f->o);
    free(f);
    mutex_lock(&b->lock);
    b->flying--;
    cond_signal(&b->room);
    mutex_unlock(&b->lock);
}

static void write_object(struct bench *b, unsigned i, size_t len)
{
    struct flight *f = malloc(sizeof(*f));
    struct slice data = {.data = b->bytes, .len = len};
    int r;

    mutex_lock(&b->lock);
    while (b->flying == b->in_flight)
        cond_wait(&b->room, &b->lock);
    b->flying++;
    mutex_unlock(&b->lock);
    if (!f)
        stop("a write", -ENOMEM);
    f->b = b;
    os_transaction_init(&f->t, COLL);
    name_object(&f->o, i);
    os_write(&f->t, &f->o, 0, &data);
    r = object_store_queue(b->store, &f->t, landed, f);
    if (r)
        stop("a write", r);
}

static void read_object(struct bench *b, unsigned i)
{
    struct bufferlist bl;
    struct hobject o;
    int r;

    name_object(&o, i);
    bufferlist_init(&bl);
    r = object_store_read(b->store, b->coll, &o, 0, b->size, &bl);
    if (r || bl.len != b->size)
        stop("a read", r ? r : -EIO);
    bufferlist_destroy(&bl);
    hobject_destroy(&o);
}

static void write_file(struct bench *b, unsigned i, size_t len)
{
    char path[4200];
    int fd;

    snprintf(path, sizeof(path), "%s/file%u", b->dir, i);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, b->bytes, len, 0) != (ssize_t)len || fdatasync(fd) < 0 || close(fd) < 0)
        stop(path, -errno);
}

static void say(const struct bench *b, const char *what, uint64_t start, size_t len)
{
    double s = (double)(clock_monotonic_ns() - start) / 1e9;

    printf("%-22s %8.0f /s %9.1f MB/s\n", what, b->count / s, (double)len * b->count / s / 1e6);
    fflush(stdout);
}

static void write_all(struct bench *b, const char *what, void (*one)(struct bench *b, unsigned i, size_t len),
                      size_t len)
{
    uint64_t start = clock_monotonic_ns();

    for (unsigned i = 0; i < b->count; i++)
        one(b, i, len);
    object_store_drain(b->store);
    say(b, what, start, len);
}

static void open_store(struct bench *b, const char *kind)
{
    char path[4200], err[256], *repaired;
    struct os_transaction t;
    int r;

    snprintf(path, sizeof(path), "%s/store", b->dir);
    r = object_store_mkfs(kind, path, err, sizeof(err));
    if (r == 0)
        r = object_store_open(kind, path, 0, UINT64_MAX, &b->store, &repaired, err, sizeof(err));
    if (r)
        stop(err, r);
    free(repaired);
    os_transaction_init(&t, COLL);
    os_mkcoll(&t, 0);
    r = object_store_apply(b->store, &t);
    os_transaction_destroy(&t);
    b->coll = object_store_collection(b->store, COLL);
    if (r || !b->coll)
        stop("a collection", r);
}

int main(int argc, char **argv)
{
    struct bench b = {.flying = 0};
    uint64_t start;
    size_t part;

    if (argc != 6) {
        fprintf(stderr, "usage: store_bench KIND DIR SIZE COUNT IN-FLIGHT\n");
        return 1;
    }
    b.dir = argv[2];
    b.size = strtoul(argv[3], NULL, 10);
    b.count = (unsigned)strtoul(argv[4], NULL, 10);
    b.in_flight = (unsigned)strtoul(argv[5], NULL, 10);
    b.bytes = malloc(b.size);
    if (!b.bytes || !b.size || !b.count || !b.in_flight)
        stop("arguments", -EINVAL);
    for (size_t i = 0; i < b.size; i++)
        b.bytes[i] = (uint8_t)(i * 31 >> 3);
    part = b.size < 4096 ? b.size : 4096;
    mutex_init(&b.lock, "store_bench", LOCK_RANK_DAEMON);
    cond_init(&b.room);
    open_store(&b, argv[1]);
    write_all(&b, "store: write", write_object, b.size);
    write_all(&b, "store: overwrite 4 KiB", write_object, part);
    start = clock_monotonic_ns();
    for (unsigned i = 0; i < b.count; i++)
        read_object(&b, i);
    say(&b, "store: read", start, b.size);
    write_all(&b, "files: write", write_file, b.size);
    write_all(&b, "files: overwrite 4 KiB", write_file, part);
    os_collection_put(b.store, b.coll);
    object_store_close(b.store);
    cond_destroy(&b.room);
    mutex_destroy(&b.lock);
    free(b.bytes);
    return 0;
}
