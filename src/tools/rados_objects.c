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
#include "include/rados/librados_more.h"
#include "tools/msgr_bench_progress.h"
#include "tools/rados_tool.h"
#include "types/utime.h"

#define LIST_END  (-ENOENT)
#define BAR_CELLS 30

/* "error VERB pool/object" */
static int told(const struct rados_tool *t, int r, const char *verb, const char *oid)
{
    return r < 0 ? tool_error(r, "error %s %s/%s", verb, t->pool, oid) : 0;
}

/* ---- progress of put and get, on terminals ---- */

static void show_progress(struct msgr_bench_progress *p, const char *name, uint64_t done, uint64_t total)
{
    static const char marks[BAR_CELLS + 1] = "##############################";
    int cells;

    if (total == 0) {
        msgr_bench_progress(p, "%s: %" PRIu64 " MiB", name, done >> 20);
        return;
    }
    cells = done >= total ? BAR_CELLS : (int)(done * BAR_CELLS / total);
    msgr_bench_progress(p, "%s: [%.*s%*s] %3" PRIu64 "%% of %" PRIu64 " MiB", name, cells, marks,
                        BAR_CELLS - cells, "", done * 100 / total, total >> 20);
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
            r = tool_error((int)n, "error reading input file");
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
        return tool_error(-errno, "error reading input file %s", path);
    r = put_from(t, oid, fd, append);
    if (!is_stdin)
        close(fd);
    return told(t, r, append ? "appending" : "putting", oid);
}

static int cmd_put(struct rados_tool *t, int argc UNUSED, char **argv)
{
    return put_file(t, argv[0], argv[1], false);
}

static int cmd_append(struct rados_tool *t, int argc UNUSED, char **argv)
{
    return put_file(t, argv[0], argv[1], true);
}

/* ---- get ---- */

static int get_to(struct rados_tool *t, const char *oid, int fd)
{
    struct msgr_bench_progress progress;
    uint64_t offset = 0, size = 0;
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

static int cmd_get(struct rados_tool *t, int argc UNUSED, char **argv)
{
    bool is_stdout = strcmp(argv[1], "-") == 0;
    int fd, r;

    /* Nothing is made of a file when there is no object. */
    r = rados_stat(t->io, argv[0], NULL, NULL);
    if (r < 0)
        return told(t, r, "getting", argv[0]);
    fd = is_stdout ? STDOUT_FILENO : open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        r = tool_error(-errno, "failed to open file");
        return told(t, r, "getting", argv[0]);
    }
    r = get_to(t, argv[0], fd);
    if (!is_stdout && close(fd) && r == 0)
        r = -errno;
    return told(t, r, "getting", argv[0]);
}

/* ---- single calls ---- */

static int create(struct rados_tool *t, const char *oid, int exclusive, struct timespec *mtime)
{
    rados_write_op_t op = rados_create_write_op();
    int r;

    if (!op)
        return -ENOMEM;
    rados_write_op_create(op, exclusive, NULL);
    r = rados_write_op_operate2(op, t->io, oid, mtime, 0);
    rados_release_write_op(op);
    return r;
}

static int cmd_create(struct rados_tool *t, int argc UNUSED, char **argv)
{
    return told(t, create(t, argv[0], LIBRADOS_CREATE_EXCLUSIVE, NULL), "creating", argv[0]);
}

/* TOOL_FAILED after a line. */
static int parse_number(const char *text, const char *what, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text == '-')
        return tool_line(TOOL_FAILED, "Invalid value for %s: '%s'", what, text);
    return 0;
}

static int cmd_touch(struct rados_tool *t, int argc, char **argv)
{
    struct timespec mtime;
    uint64_t sec;

    clock_gettime(CLOCK_REALTIME, &mtime);
    if (argc > 1) {
        if (parse_number(argv[1], "timestamp", &sec))
            return TOOL_FAILED;
        mtime = (struct timespec){.tv_sec = (time_t)sec};
    }
    return told(t, create(t, argv[0], LIBRADOS_CREATE_IDEMPOTENT, &mtime), "touching", argv[0]);
}

static int cmd_rm(struct rados_tool *t, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        rados_write_op_t op = rados_create_write_op();
        int r = -ENOMEM;

        if (op) {
            rados_write_op_remove(op);
            r = rados_write_op_operate(op, t->io, argv[i], NULL,
                                       t->force_full ? LIBRADOS_OPERATION_FULL_FORCE : 0);
            rados_release_write_op(op);
        }
        if (r < 0)
            return tool_error(r, "error removing %s>%s", t->pool, argv[i]);
    }
    return 0;
}

static int cmd_truncate(struct rados_tool *t, int argc UNUSED, char **argv)
{
    uint64_t size;
    int r;

    if (parse_number(argv[1], "size", &size))
        return TOOL_FAILED;
    r = rados_trunc(t->io, argv[0], size);
    return r < 0 ? tool_error(r, "error truncating oid %s to %" PRIu64, argv[0], size) : 0;
}

static int cmd_set_alloc_hint(struct rados_tool *t, int argc UNUSED, char **argv)
{
    uint64_t object_size, write_size;

    if (parse_number(argv[1], "expected_object_size", &object_size) ||
        parse_number(argv[2], "expected_write_size", &write_size))
        return TOOL_FAILED;
    return told(t, rados_set_alloc_hint(t->io, argv[0], object_size, write_size), "setting alloc-hint",
                argv[0]);
}

static int show_stat(struct rados_tool *t, const char *oid, bool precise)
{
    char text[UTIME_TEXT_MAX];
    struct timespec mtime;
    struct utime when;
    uint64_t size;
    int r = rados_stat2(t->io, oid, &size, &mtime);

    if (r < 0)
        return tool_error(r, " error stat-ing %s/%s", t->pool, oid);
    when = (struct utime){.sec = (uint32_t)mtime.tv_sec, .nsec = precise ? (uint32_t)mtime.tv_nsec : 0};
    printf("%s/%s mtime %s, size %" PRIu64 "\n", t->pool, oid, utime_print(when, text), size);
    return 0;
}

static int cmd_stat(struct rados_tool *t, int argc UNUSED, char **argv)
{
    return show_stat(t, argv[0], false);
}

static int cmd_stat2(struct rados_tool *t, int argc UNUSED, char **argv)
{
    return show_stat(t, argv[0], true);
}

/* ---- lists ---- */

static int cmd_ls(struct rados_tool *t, int argc, char **argv)
{
    bool all = t->all && !t->only_default && !t->nspace;
    const char *name, *key, *nspace;
    rados_list_ctx_t list;
    int r;

    if (argc > 0 && strcmp(argv[0], "-") != 0)
        return tool_line(-EINVAL, "ls writes to standard output only");
    if (all)
        rados_ioctx_set_namespace(t->io, LIBRADOS_ALL_NSPACES);
    r = rados_nobjects_list_open(t->io, &list);
    if (r < 0)
        return tool_error(r, "error listing %s", t->pool);
    while ((r = rados_nobjects_list_next(list, &name, &key, &nspace)) == 0) {
        if (all)
            printf("%s\t", nspace);
        printf("%s", name);
        if (key)
            printf("\t%s", key);
        putchar('\n');
    }
    rados_nobjects_list_close(list);
    return r == LIST_END ? 0 : tool_error(r, "error listing %s", t->pool);
}

const struct rados_command rados_object_commands[] = {
    {"put", 2, 2, NEEDS_POOL, cmd_put, "put OBJECT FILE          store a file ('-': standard input)"},
    {"get", 2, 2, NEEDS_POOL, cmd_get, "get OBJECT FILE          fetch into a file ('-': standard output)"},
    {"append", 2, 2, NEEDS_POOL, cmd_append, "append OBJECT FILE       add a file at the object's end"},
    {"truncate", 2, 2, NEEDS_POOL | REPEATS_ERROR, cmd_truncate, "truncate OBJECT LENGTH   cut or extend"},
    {"create", 1, 2, NEEDS_POOL, cmd_create,
     "create OBJECT            make an empty one; fails if it exists"},
    {"touch", 1, 2, NEEDS_POOL, cmd_touch, "touch OBJECT [SECONDS]   set its time, and make it if need be"},
    {"rm", 1, ANY_ARGS, NEEDS_POOL, cmd_rm, "rm OBJECT...             remove"},
    {"cp", 1, 2, NEEDS_POOL, rados_copy, "cp OBJECT [TARGET]       copy, to --target-pool if given"},
    {"ls", 0, 1, NEEDS_POOL, cmd_ls, "ls                       list the objects"},
    {"stat", 1, 1, NEEDS_POOL, cmd_stat, "stat OBJECT              its size and time"},
    {"stat2", 1, 1, NEEDS_POOL, cmd_stat2, "stat2 OBJECT             the same, with microseconds"},
    {"set-alloc-hint", 3, 3, NEEDS_POOL, cmd_set_alloc_hint,
     "set-alloc-hint OBJECT SIZE WRITE   how large it and writes to it will be"},
    {NULL, 0, 0, 0, NULL, NULL},
};
