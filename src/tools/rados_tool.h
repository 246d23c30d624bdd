/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rados_tool: what the parts of the program `rados` share: its options, and the commands. Everything goes by
 * librados' public API. Commands return 0 or a negative errno after a line on standard error.
 */
#ifndef CEPH_TOOLS_RADOS_TOOL_H
#define CEPH_TOOLS_RADOS_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "include/rados/librados.h"

struct rados_tool {
    rados_t cluster;
    rados_ioctx_t io; /* NULL: no pool was named */
    const char *pool, *nspace, *locator;
    bool all;
    uint64_t op_size, object_size, offset;
    bool have_object_size;
    unsigned concurrent;
    bool no_cleanup;
    const char *run_name, *prefix, *target_pool, *input_file;
    const char *lock_cookie, *lock_tag, *lock_description, *lock_type;
    uint32_t lock_duration;
    bool pretty;
    uint64_t max_objects;
};

struct rados_command {
    const char *name;
    int min_args, max_args;
    bool needs_pool;
    int (*run)(struct rados_tool *t, int argc, char **argv); /* argv[0]: the command's first argument */
    const char *usage;
};

/* Prints the line and gives error back. */
int tool_error(int error, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

extern const struct rados_command rados_object_commands[]; /* ended by a NULL name */
extern const struct rados_command rados_attr_commands[];
extern const struct rados_command rados_pool_commands[];

int rados_bench(struct rados_tool *t, int argc, char **argv);
int rados_cleanup(struct rados_tool *t, int argc, char **argv);
#endif
