/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement groups: which there are, what they are, and out and in with them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file_io.h"
#include "os/coll_export.h"
#include "osd/pg.h"
#include "tools/objectstore_tool.h"

struct collections {
    struct coll_id *ids;
    unsigned count;
    uint32_t bits; /* of `wanted` */
    struct coll_id wanted;
    int error;
};

static void note_collection(void *arg, struct coll_id id, unsigned bits)
{
    struct collections *c = arg;
    struct coll_id *more;

    if (id.pool < 0)
        return;
    if (coll_id_equal(id, c->wanted))
        c->bits = bits;
    more = reallocarray(c->ids, c->count + 1, sizeof(*more));
    if (!more) {
        c->error = -ENOMEM;
        return;
    }
    c->ids = more;
    more[c->count++] = id;
}

static int compare_ids(const void *a, const void *b)
{
    const struct coll_id *x = a, *y = b;

    return pg_id_compare((struct pg_id){x->pool, x->seed}, (struct pg_id){y->pool, y->seed});
}

int objectstore_tool_collections(struct object_store *s, struct coll_id **ids, unsigned *count)
{
    struct collections c = {.wanted = COLL_META};
    int r = object_store_collections(s, note_collection, &c);

    if (r == 0)
        r = c.error;
    if (c.count)
        qsort(c.ids, c.count, sizeof(*c.ids), compare_ids);
    *ids = c.ids;
    *count = c.count;
    return r;
}

int objectstore_tool_list_pgs(const struct objectstore_tool *t)
{
    char text[PG_ID_TEXT_MAX];
    struct coll_id *ids;
    unsigned count;
    int r = objectstore_tool_collections(t->store, &ids, &count);

    for (unsigned i = 0; r == 0 && i < count; i++)
        puts(pg_id_print((struct pg_id){ids[i].pool, ids[i].seed}, text));
    free(ids);
    return r ? objectstore_tool_failed("cannot list the placement groups", r) : 0;
}

int objectstore_tool_info(const struct objectstore_tool *t)
{
    struct formatter f;
    struct pg_id id;
    struct os_collection *c = objectstore_tool_pg(t, &id);
    int r;

    if (!c)
        return 1;
    formatter_init(&f, t->style);
    r = pg_dump_record(t->store, c, id, &f);
    if (r)
        objectstore_tool_failed("the group's info cannot be read", r);
    else
        printf("%s%s", formatter_text(&f), t->style == FORMATTER_JSON ? "\n" : "");
    formatter_destroy(&f);
    os_collection_put(t->store, c);
    return r ? 1 : 0;
}

int objectstore_tool_remove(const struct objectstore_tool *t)
{
    struct pg_id id;
    struct os_collection *c = objectstore_tool_pg(t, &id);
    int r;

    if (!c)
        return 1;
    os_collection_put(t->store, c);
    if (!t->force) {
        fputs("Please use export-remove or you must use --force option\n", stderr);
        return 1;
    }
    printf(" marking collection for removal\n");
    if (t->dry_run)
        return 0;
    r = object_store_remove_collection(t->store, (struct coll_id){id.pool, id.seed});
    if (r)
        return objectstore_tool_failed("cannot remove the placement group", r);
    puts("Remove successful");
    return 0;
}

/* ---- exports ---- */

static int pipe_write(void *arg, const void *data, size_t len)
{
    return fd_write(*(int *)arg, data, len);
}

static int pipe_read(void *arg, void *data, size_t len)
{
    uint8_t *p = data;

    while (len) {
        ssize_t n = read(*(int *)arg, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? -errno : -ENODATA;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static bool is_standard(const char *file)
{
    return !file || strcmp(file, "-") == 0;
}

/* Where an export was begun that came to nothing, nothing is left. */
static int finish_file(const struct objectstore_tool *t, int fd, int r)
{
    if (is_standard(t->file))
        return r;
    if (r == 0 && fsync(fd) < 0 && errno != EINVAL)
        r = objectstore_tool_failed(t->file, -errno);
    close(fd);
    if (r)
        unlink(t->file);
    return r;
}

int objectstore_tool_export(const struct objectstore_tool *t)
{
    int fd = STDOUT_FILENO;
    struct coll_export_pipe out = {.write = pipe_write, .arg = &fd};
    struct coll_export_head head = {.cluster = t->superblock.cluster_fsid};
    struct collections found = {.count = 0};
    struct pg_id id;
    struct os_collection *c = objectstore_tool_pg(t, &id);
    char err[256], text[PG_ID_TEXT_MAX];
    int r;

    if (!c)
        return 1;
    os_collection_put(t->store, c);
    head.coll = found.wanted = (struct coll_id){id.pool, id.seed};
    r = object_store_collections(t->store, note_collection, &found);
    free(found.ids);
    if (r)
        return objectstore_tool_failed("cannot list the placement groups", r);
    head.bits = found.bits;
    if (is_standard(t->file) && isatty(fd)) {
        fputs("stdout is a tty and no --file filename specified\n", stderr);
        return 1;
    }
    if (!is_standard(t->file))
        fd = open(t->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return objectstore_tool_failed(t->file, -errno);
    fprintf(stderr, "Exporting %s\n", pg_id_print(id, text));
    r = coll_export(t->store, &head, &out, err, sizeof(err)) ? 1 : 0;
    if (r)
        fprintf(stderr, "ceph-objectstore-tool: cannot export %s: %s\n", text, err);
    r = finish_file(t, fd, r);
    if (r == 0)
        fputs("Export successful\n", stderr);
    return r;
}

static int import_from(const struct objectstore_tool *t, const struct coll_export_pipe *in)
{
    struct coll_export_head head;
    char err[256], text[PG_ID_TEXT_MAX], cluster[FSID_TEXT_LEN + 1];
    struct pg_id id;
    int r = coll_import_head(in, &head, err, sizeof(err));

    if (r) {
        fprintf(stderr, "ceph-objectstore-tool: cannot import: %s\n", err);
        return 1;
    }
    id = (struct pg_id){head.coll.pool, head.coll.seed};
    pg_id_print(id, text);
    if (!t->force && !fsid_equal(&head.cluster, &t->superblock.cluster_fsid)) {
        fprintf(stderr, "Export came from different cluster with fsid %s\n",
                fsid_print(&head.cluster, cluster));
        return 1;
    }
    if (t->pgid && strcmp(t->pgid, text) != 0) {
        fprintf(stderr, "specified pgid %s does not match import file pgid %s\n", t->pgid, text);
        return 1;
    }
    printf("Importing pgid %s\n", text);
    r = t->dry_run ? 0 : coll_import(t->store, &head, in, err, sizeof(err));
    if (r == -EEXIST)
        fprintf(stderr, "pgid %s already exists\n", text);
    else if (r)
        fprintf(stderr, "ceph-objectstore-tool: cannot import %s: %s\n", text, err);
    else
        puts("Import successful");
    return r ? 1 : 0;
}

int objectstore_tool_import(const struct objectstore_tool *t)
{
    int fd = is_standard(t->file) ? STDIN_FILENO : open(t->file, O_RDONLY | O_CLOEXEC), r;
    struct coll_export_pipe in = {.read = pipe_read, .arg = &fd};

    if (fd < 0)
        return objectstore_tool_failed(t->file, -errno);
    r = import_from(t, &in);
    if (fd != STDIN_FILENO)
        close(fd);
    return r;
}
