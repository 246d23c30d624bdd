/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rados_tool: what the parts of the program `rados` share: its options, and the commands. Everything goes by
 * librados' public API. Commands return 0 or, after a line on standard error, a negative errno or
 * TOOL_FAILED.
 */
#ifndef CEPH_TOOLS_RADOS_TOOL_H
#define CEPH_TOOLS_RADOS_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/formatter.h"
#include "include/rados/librados.h"

/* Options of load-gen; sizes in bytes, times in seconds. */
struct load_gen_options {
    uint64_t objects, min_object_size, max_object_size, min_op_len, max_op_len, max_ops, max_backlog;
    uint64_t read_percent, target_throughput, run_length, offset_align;
};

struct rados_tool {
    rados_t cluster;
    rados_ioctx_t io; /* NULL: no pool was named */
    const char *pool, *nspace, *locator, *snap;
    const char *target_pool, *target_nspace, *target_locator;
    bool all, only_default, force_full, yes;
    uint64_t op_size, object_size, offset;
    bool have_object_size;
    unsigned concurrent;
    bool no_cleanup, no_hints, no_verify, show_time, write_object, write_omap, write_xattr;
    const char *run_name, *prefix, *input_file, *omap_key_file;
    const char *lock_cookie, *lock_tag, *lock_description, *lock_type;
    uint32_t lock_duration;
    const char *format; /* "json", "json-pretty"; NULL: plain */
    bool pretty;
    uint64_t max_objects;
    struct load_gen_options load_gen;
};

enum {
    NEEDS_POOL = 1,
    REPEATS_ERROR = 2, /* main() says it once more, as genuine rados does for some commands */
};

struct rados_command {
    const char *name;
    int min_args, max_args;
    unsigned flags;
    int (*run)(struct rados_tool *t, int argc, char **argv); /* argv[0]: the command's first argument */
    const char *usage;
};

#define ANY_ARGS    1000000
#define TOOL_FAILED 1 /* there is nothing to add to what was said */

/* Print a line and give error back; tool_error() adds ": (2) No such file or directory". */
int tool_error(int error, const char *fmt, ...) PRINTF_LIKE(2, 3);
int tool_line(int error, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A value of the command line, or all of standard input or of --input-file: malloc'ed, *len its length. NULL
 * after a line on standard error. */
char *tool_take_value(const struct rados_tool *t, const char *arg, size_t *len);
/* Sixteen bytes a line: place, bytes, text; lines of zeros after the first as '*'. */
void tool_hexdump(const char *data, size_t len);
/* "WHAT (5 bytes) :" and the dump, or to the file. */
int tool_give_value(const char *what, const char *path, const char *val, size_t len);
/* The formatter of the options, or that of JSON. */
void tool_formatter_init(const struct rados_tool *t, struct formatter *f);
void tool_formatter_print(struct formatter *f); /* and destroy */
/* A number with a unit of 1024 or none, such as 4M. -EINVAL. */
int tool_parse_size(const char *text, uint64_t *out) MUST_CHECK;
/* Carries a builder out and frees it. */
int tool_operate(struct rados_tool *t, rados_write_op_t op, const char *oid);

extern const struct rados_command rados_pool_commands[]; /* ended by a NULL name */
extern const struct rados_command rados_object_commands[];
extern const struct rados_command rados_xattr_commands[];
extern const struct rados_command rados_omap_commands[];
extern const struct rados_command rados_lock_commands[];
extern const struct rados_command rados_watch_commands[];
extern const struct rados_command rados_bench_commands[];

/* Removes the objects whose names begin so, as many at a time as -t says. */
int rados_remove_listed(struct rados_tool *t, const char *prefix);
int rados_copy(struct rados_tool *t, int argc, char **argv);
extern const struct load_gen_options load_gen_defaults;
int rados_load_gen(struct rados_tool *t, int argc, char **argv);

#endif
