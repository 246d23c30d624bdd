/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of `rados` on extended attributes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/rados_tool.h"

#define VALUE_MAX (1u << 20)

/* Verb in the line about what failed: "error getting xattr pool/object/name". */
static int told(const struct rados_tool *t, int r, const char *verb, char **argv)
{
    return r < 0 ? tool_error(r, "error %s xattr %s/%s/%s", verb, t->pool, argv[0], argv[1]) : 0;
}

static int cmd_listxattr(struct rados_tool *t, int argc UNUSED, char **argv)
{
    const char *name, *value;
    rados_xattrs_iter_t iter;
    size_t len;
    int r = rados_getxattrs(t->io, argv[0], &iter);

    if (r < 0)
        return tool_error(r, "error getting xattr set %s/%s", t->pool, argv[0]);
    while (rados_getxattrs_next(iter, &name, &value, &len) == 0 && name)
        puts(name);
    rados_getxattrs_end(iter);
    return 0;
}

static int cmd_getxattr(struct rados_tool *t, int argc UNUSED, char **argv)
{
    char *buf = malloc(VALUE_MAX);
    int r = buf ? rados_getxattr(t->io, argv[0], argv[1], buf, VALUE_MAX) : -ENOMEM;

    if (r >= 0)
        fwrite(buf, 1, (size_t)r, stdout);
    free(buf);
    return told(t, r, "getting", argv);
}

static int cmd_setxattr(struct rados_tool *t, int argc, char **argv)
{
    size_t len = 0;
    char *value = tool_take_value(t, argc > 2 ? argv[2] : NULL, &len);
    int r;

    if (!value)
        return -ENOENT;
    r = rados_setxattr(t->io, argv[0], argv[1], value, len);
    free(value);
    return told(t, r, "setting", argv);
}

static int cmd_rmxattr(struct rados_tool *t, int argc UNUSED, char **argv)
{
    return told(t, rados_rmxattr(t->io, argv[0], argv[1]), "removing", argv);
}

const struct rados_command rados_xattr_commands[] = {
    {"listxattr", 1, 1, NEEDS_POOL, cmd_listxattr,
     "listxattr OBJECT         names of its extended attributes"},
    {"getxattr", 2, 2, NEEDS_POOL, cmd_getxattr, "getxattr OBJECT NAME     the value of one"},
    {"setxattr", 2, 3, NEEDS_POOL, cmd_setxattr,
     "setxattr OBJECT NAME [VALUE]   set one (else: standard input)"},
    {"rmxattr", 2, 2, NEEDS_POOL, cmd_rmxattr, "rmxattr OBJECT NAME      remove one"},
    {NULL, 0, 0, 0, NULL, NULL},
};
