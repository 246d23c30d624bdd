/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of `rados` on whole objects. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file_io.h"
#include "tools/msgr_bench_progress.h"
#include "tools/rados_tool.h"

#define LIST_END (-ENOENT)

/* ---- progress of put and get, on terminals ---- */

static void show_progress(struct msgr_bench_progress *p, const char *name, uint64_t done, uint64_t total)
{
    if (total > 0)
        msgr_bench_progress(p, "%s: %" PRIu64 " of %" PRIu64 " MiB (%" PRIu64 "%%)", name, done >> 20,
                            total >> 20, done * 100 / total);
    else
        msgr_bench_progress(p, "%s: %" PRIu64 " MiB", name, done >> 20);
}

/* ---- put and append ---- */

static ssize_t read_full(int fd, char *buf, size_t len)
{
    size_t got = 0;

    while (got < len) {
        ssize_t n = read(fd, buf + got, len - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

/* The first piece replaces the object, unless there is an offset; the rest follows it. */
static int put_piece(struct rados_tool *t, const char *oid, const char *buf, size_t len, uint64_t offset,
                     bool first, bool append)
{
    if (append)
        return rados_append(t->io, oid, buf, len);
    if (first && offset == 0)
        return rados_write_full(t->io, oid, buf, len);
    return rados_write(t->io, oid, buf, len, offset);
}

static int put_from(struct rados_tool *t, const char *oid, int fd, bool append)
{
    struct msgr_bench_progress progress;
    uint64_t offset = append ? 0 : t->offset, done = 0;
    char *buf = malloc(t->op_size);
    struct stat st;
    bool first = true;
    ssize_t n;
    int r = buf ? 0 : -ENOMEM;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        st.st_size = 0;
    msgr_bench_progress_start(&progress, true);
    while (r == 0) {
        n = read_full(fd, buf, t->op_size);
        if (n < 0) {
            r = tool_error((int)n, "error reading input file: %s", strerror((int)-n));
            break;
        }
        if (n == 0 && !first)
            break;
        r = put_piece(t, oid, buf, (size_t)n, offset, first, append);
        first = false;
        offset += (uint64_t)n;
        done += (uint64_t)n;
        show_progress(&progress, oid, done, (uint64_t)st.st_size);
        if ((size_t)n < t->op_size)
            break;
    }
    msgr_bench_progress_end(&progress);
    free(buf);
    return r;
}

static int put_file(struct rados_tool *t, const char *oid, const char *path, bool append)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int r;

    if (fd < 0)
        return tool_error(-errno, "error reading input file %s: %s", path, strerror(errno));
    r = put_from(t, oid, fd, append);
    if (!is_stdin)
        close(fd);
    return r;
}

static int cmd_put(struct rados_tool *t, int argc, char **argv)
{
    int r;

    (void)argc;
    r = put_file(t, argv[0], argv[1], false);
    return r < 0 ? tool_error(r, "error putting %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r)) : 0;
}

static int cmd_append(struct rados_tool *t, int argc, char **argv)
{
    int r;

    (void)argc;
    r = put_file(t, argv[0], argv[1], true);
    return r < 0 ? tool_error(r, "error appending %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r)) : 0;
}

/* ---- get ---- */

static int get_to(struct rados_tool *t, const char *oid, int fd)
{
    struct msgr_bench_progress progress;
    uint64_t offset = t->offset, size = 0;
    char *buf = malloc(t->op_size);
    int r = buf ? 0 : -ENOMEM;

    msgr_bench_progress_start(&progress, fd != STDOUT_FILENO);
    while (r == 0) {
        int n = rados_read(t->io, oid, buf, t->op_size, offset);

        if (n < 0)
            r = n;
        else
            r = fd_write(fd, buf, (size_t)n);
        if (r || (uint64_t)n < t->op_size)
            break;
        if (size == 0)
            rados_stat(t->io, oid, &size, NULL);
        offset += (uint64_t)n;
        show_progress(&progress, oid, offset, size);
    }
    msgr_bench_progress_end(&progress);
    free(buf);
    return r;
}

static int cmd_get(struct rados_tool *t, int argc, char **argv)
{
    bool is_stdout = strcmp(argv[1], "-") == 0;
    int fd, r;

    (void)argc;
    /* Nothing is made of a file when there is no object. */
    r = rados_stat(t->io, argv[0], NULL, NULL);
    if (r < 0)
        return tool_error(r, "error getting %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r));
    fd = is_stdout ? STDOUT_FILENO : open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return tool_error(-errno, "error opening output file %s: %s", argv[1], strerror(errno));
    r = get_to(t, argv[0], fd);
    if (!is_stdout && close(fd) && r == 0)
        r = -errno;
    return r < 0 ? tool_error(r, "error getting %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r)) : 0;
}

/* ---- single calls ---- */

static int cmd_create(struct rados_tool *t, int argc, char **argv)
{
    rados_write_op_t op = rados_create_write_op();
    int r = -ENOMEM;

    (void)argc;
    if (op) {
        rados_write_op_create(op, LIBRADOS_CREATE_EXCLUSIVE, NULL);
        r = rados_write_op_operate(op, t->io, argv[0], NULL, 0);
        rados_release_write_op(op);
    }
    return r < 0 ? tool_error(r, "error creating %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r)) : 0;
}

static int cmd_touch(struct rados_tool *t, int argc, char **argv)
{
    rados_write_op_t op = rados_create_write_op();
    time_t now = argc > 1 ? (time_t)strtoll(argv[1], NULL, 10) : time(NULL);
    int r = -ENOMEM;

    if (op) {
        rados_write_op_create(op, LIBRADOS_CREATE_IDEMPOTENT, NULL);
        r = rados_write_op_operate(op, t->io, argv[0], &now, 0);
        rados_release_write_op(op);
    }
    return r < 0 ? tool_error(r, "error touching %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r)) : 0;
}

static int cmd_rm(struct rados_tool *t, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        int r = rados_remove(t->io, argv[i]);

        if (r < 0)
            return tool_error(r, "error removing %s>%s: (%d) %s", t->pool, argv[i], -r, strerror(-r));
    }
    return 0;
}

static int cmd_truncate(struct rados_tool *t, int argc, char **argv)
{
    char *end;
    unsigned long long size = strtoull(argv[1], &end, 10);
    int r;

    (void)argc;
    if (*end || !*argv[1] || *argv[1] == '-')
        return tool_error(-EINVAL, "error, cannot truncate to '%s': not a size", argv[1]);
    r = rados_trunc(t->io, argv[0], size);
    return r < 0 ? tool_error(r, "error truncating oid %s to %llu: (%d) %s", argv[0], size, -r, strerror(-r))
                 : 0;
}

static int cmd_stat(struct rados_tool *t, int argc, char **argv)
{
    char stamp[64], zone[16];
    uint64_t size;
    time_t mtime;
    struct tm tm;
    int r = rados_stat(t->io, argv[0], &size, &mtime);

    (void)argc;
    if (r < 0)
        return tool_error(r, " error stat-ing %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r));
    localtime_r(&mtime, &tm);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);
    printf("%s/%s mtime %s.000000%s, size %" PRIu64 "\n", t->pool, argv[0], stamp, zone, size);
    return 0;
}

/* ---- copies ---- */

static int copy_attrs(struct rados_tool *t, const char *from, rados_write_op_t op)
{
    const char *name, *value;
    rados_xattrs_iter_t iter;
    size_t len;
    int r = rados_getxattrs(t->io, from, &iter);

    if (r < 0)
        return r;
    while (rados_getxattrs_next(iter, &name, &value, &len) == 0 && name)
        rados_write_op_setxattr(op, name, value, len);
    rados_getxattrs_end(iter);
    return 0;
}

static int copy_data(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    uint64_t offset = 0;
    char *buf = malloc(t->op_size);
    int n, r = buf ? 0 : -ENOMEM;

    while (r == 0) {
        n = rados_read(t->io, from, buf, t->op_size, offset);
        r = n < 0 ? n : rados_write(to_io, to, buf, (size_t)n, offset);
        offset += n > 0 ? (uint64_t)n : 0;
        if (n >= 0 && (uint64_t)n < t->op_size)
            break;
    }
    free(buf);
    return r;
}

static int copy_object(struct rados_tool *t, const char *from, rados_ioctx_t to_io, const char *to)
{
    rados_write_op_t op = rados_create_write_op();
    int r = -ENOMEM;

    if (!op)
        return r;
    rados_write_op_create(op, LIBRADOS_CREATE_IDEMPOTENT, NULL);
    rados_write_op_truncate(op, 0);
    r = copy_attrs(t, from, op);
    if (r == 0)
        r = rados_write_op_operate(op, to_io, to, NULL, 0);
    rados_release_write_op(op);
    return r < 0 ? r : copy_data(t, from, to_io, to);
}

static int cmd_cp(struct rados_tool *t, int argc, char **argv)
{
    const char *to = argc > 1 ? argv[1] : argv[0];
    rados_ioctx_t io = t->io;
    int r = 0;

    if (t->target_pool) {
        r = rados_ioctx_create(t->cluster, t->target_pool, &io);
        if (r < 0)
            return tool_error(r, "cannot open target pool %s: (%d) %s", t->target_pool, -r, strerror(-r));
    } else if (strcmp(to, argv[0]) == 0) {
        return tool_error(-EINVAL, "cannot copy an object onto itself");
    }
    r = copy_object(t, argv[0], io, to);
    if (io != t->io)
        rados_ioctx_destroy(io);
    return r < 0 ? tool_error(r, "error copying %s/%s => %s/%s: (%d) %s", t->pool, argv[0],
                              t->target_pool ? t->target_pool : t->pool, to, -r, strerror(-r))
                 : 0;
}

/* ---- lists ---- */

static int cmd_ls(struct rados_tool *t, int argc, char **argv)
{
    const char *name, *key, *nspace;
    rados_list_ctx_t list;
    int r;

    (void)argc;
    (void)argv;
    if (t->all)
        rados_ioctx_set_namespace(t->io, LIBRADOS_ALL_NSPACES);
    r = rados_nobjects_list_open(t->io, &list);
    if (r < 0)
        return tool_error(r, "cannot list: %s", strerror(-r));
    while ((r = rados_nobjects_list_next(list, &name, &key, &nspace)) == 0) {
        if (t->all)
            printf("%s\t", nspace);
        printf("%s", name);
        if (key)
            printf("\t%s", key);
        putchar('\n');
    }
    rados_nobjects_list_close(list);
    return r == LIST_END ? 0 : tool_error(r, "error listing %s: (%d) %s", t->pool, -r, strerror(-r));
}

const struct rados_command rados_object_commands[] = {
    {"put", 2, 2, true, cmd_put, "put OBJECT FILE          store a file ('-': standard input)"},
    {"get", 2, 2, true, cmd_get, "get OBJECT FILE          fetch into a file ('-': standard output)"},
    {"append", 2, 2, true, cmd_append, "append OBJECT FILE       add a file at the object's end"},
    {"truncate", 2, 2, true, cmd_truncate, "truncate OBJECT LENGTH   cut or extend"},
    {"create", 1, 2, true, cmd_create, "create OBJECT            make an empty one; fails if it exists"},
    {"touch", 1, 2, true, cmd_touch, "touch OBJECT [SECONDS]   set its time, and make it if need be"},
    {"rm", 1, 1000000, true, cmd_rm, "rm OBJECT...             remove"},
    {"cp", 1, 2, true, cmd_cp, "cp OBJECT [TARGET]       copy, to --target-pool if given"},
    {"ls", 0, 1, true, cmd_ls, "ls                       list the objects (--all: of all namespaces)"},
    {"stat", 1, 1, true, cmd_stat, "stat OBJECT              its size and time"},
    {"stat2", 1, 1, true, cmd_stat, "stat2 OBJECT             the same"},
    {NULL, 0, 0, false, NULL, NULL},
};
