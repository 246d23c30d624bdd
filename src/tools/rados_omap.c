/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of `rados` on objects' omaps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/rados/librados_more.h"
#include "tools/rados_tool.h"

#define OMAP_PIECE 512

/* The key: of the command line, or all of --omap-key-file. Malloc'ed; NULL after a line. */
static char *take_key(const struct rados_tool *t, const char *arg, size_t *len)
{
    struct rados_tool from = {.input_file = t->omap_key_file};

    return tool_take_value(&from, t->omap_key_file ? NULL : arg, len);
}

/* ---- all of an omap ---- */

/* Takes a pair, or a key alone; an error ends the walk. */
typedef int (*omap_pair)(void *arg, const char *key, size_t key_len, const char *val, size_t val_len);

/* One piece behind *last, which moves on. 1: there may be more. */
static int walk_piece(struct rados_tool *t, const char *oid, bool values, char **last, omap_pair pair,
                      void *arg)
{
    rados_read_op_t op = rados_create_read_op();
    rados_omap_iter_t iter = NULL;
    unsigned char more = 0;
    char *key, *val;
    size_t key_len, val_len;
    int failed = 0, r = -ENOMEM;

    if (!op)
        return r;
    if (values)
        rados_read_op_omap_get_vals2(op, *last, "", OMAP_PIECE, &iter, &more, &failed);
    else
        rados_read_op_omap_get_keys2(op, *last, OMAP_PIECE, &iter, &more, &failed);
    r = rados_read_op_operate(op, t->io, oid, 0);
    r = r < 0 ? r : failed;
    while (r >= 0 && rados_omap_get_next2(iter, &key, &val, &key_len, &val_len) == 0 && key) {
        r = pair(arg, key, key_len, val, val_len);
        free(*last);
        *last = strdup(key);
        if (!*last)
            r = -ENOMEM;
    }
    rados_omap_get_end(iter);
    rados_release_read_op(op);
    return r < 0 ? r : more != 0;
}

static int walk_omap(struct rados_tool *t, const char *oid, bool values, omap_pair pair, void *arg)
{
    char *last = strdup("");
    int r = last ? 1 : -ENOMEM;

    while (r == 1)
        r = walk_piece(t, oid, values, &last, pair, arg);
    free(last);
    return r;
}

static int print_key(void *arg UNUSED, const char *key, size_t key_len, const char *val UNUSED,
                     size_t val_len UNUSED)
{
    fwrite(key, 1, key_len, stdout);
    putchar('\n');
    return 0;
}

static int print_pair(void *arg, const char *key, size_t key_len, const char *val, size_t val_len)
{
    print_key(arg, key, key_len, val, val_len);
    return tool_give_value("value", NULL, val, val_len);
}

static int cmd_listomapkeys(struct rados_tool *t, int argc UNUSED, char **argv)
{
    int r = walk_omap(t, argv[0], false, print_key, NULL);

    return r < 0 ? tool_error(r, "error getting omap key set %s/%s", t->pool, argv[0]) : 0;
}

static int cmd_listomapvals(struct rados_tool *t, int argc UNUSED, char **argv)
{
    int r = walk_omap(t, argv[0], true, print_pair, NULL);

    return r < 0 ? tool_error(r, "error getting omap keys %s/%s", t->pool, argv[0]) : 0;
}

/* ---- one key ---- */

static int get_value(struct rados_tool *t, const char *oid, const char *key, size_t key_len, const char *path)
{
    rados_read_op_t op = rados_create_read_op();
    rados_omap_iter_t iter = NULL;
    char *found = NULL, *val;
    size_t len;
    int failed = 0, r;

    if (!op)
        return -ENOMEM;
    rados_read_op_omap_get_vals_by_keys2(op, &key, 1, &key_len, &iter, &failed);
    r = rados_read_op_operate(op, t->io, oid, 0);
    r = r < 0 ? r : failed;
    if (r >= 0)
        rados_omap_get_next(iter, &found, &val, &len);
    if (r < 0) {
        tool_error(r, "error getting omap value %s/%s/%s", t->pool, oid, key);
    } else if (!found) {
        printf("No such key: %s/%s/%s\n", t->pool, oid, key);
        r = TOOL_FAILED;
    } else {
        r = tool_give_value("value", path, val, len);
    }
    rados_omap_get_end(iter);
    rados_release_read_op(op);
    return r;
}

static int cmd_getomapval(struct rados_tool *t, int argc, char **argv)
{
    int key_args = t->omap_key_file ? 0 : 1;
    size_t len;
    char *key;
    int r;

    if (argc < 1 + key_args)
        return tool_line(-EINVAL, "getomapval needs an object and a key");
    key = take_key(t, argv[1], &len);
    if (!key)
        return -ENOENT;
    r = get_value(t, argv[0], key, len, argc > 1 + key_args ? argv[1 + key_args] : NULL);
    free(key);
    return r;
}

static int cmd_setomapval(struct rados_tool *t, int argc, char **argv)
{
    int key_args = t->omap_key_file ? 0 : 1, r = -ENOENT;
    size_t len = 0, key_len = 0;
    rados_write_op_t op;
    char *key, *value;

    if (argc < 1 + key_args)
        return tool_line(-EINVAL, "setomapval needs an object and a key");
    key = take_key(t, argv[1], &key_len);
    value = key ? tool_take_value(t, argc > 1 + key_args ? argv[1 + key_args] : NULL, &len) : NULL;
    op = value ? rados_create_write_op() : NULL;
    if (op) {
        const char *const keys[] = {key}, *const vals[] = {value};

        rados_write_op_omap_set2(op, keys, vals, &key_len, &len, 1);
        r = tool_operate(t, op, argv[0]);
        if (r < 0)
            tool_error(r, "error setting omap value %s/%s/%s", t->pool, argv[0], key);
    }
    free(key);
    free(value);
    return r;
}

static int cmd_rmomapkey(struct rados_tool *t, int argc, char **argv)
{
    rados_write_op_t op;
    size_t len = 0;
    char *key;
    int r;

    if (argc < 2 && !t->omap_key_file)
        return tool_line(-EINVAL, "rmomapkey needs an object and a key");
    key = take_key(t, argv[1], &len);
    op = key ? rados_create_write_op() : NULL;
    if (!op) {
        free(key);
        return -ENOENT;
    }
    rados_write_op_omap_rm_keys2(op, (const char *const *)&key, &len, 1);
    r = tool_operate(t, op, argv[0]);
    if (r < 0)
        tool_error(r, "error removing omap key %s/%s/%s", t->pool, argv[0], key);
    free(key);
    return r;
}

static int cmd_clearomap(struct rados_tool *t, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        rados_write_op_t op = rados_create_write_op();
        int r;

        if (!op)
            return -ENOMEM;
        rados_write_op_omap_clear(op);
        r = tool_operate(t, op, argv[i]);
        if (r < 0)
            return tool_error(r, "error clearing omap keys %s/%s", t->pool, argv[i]);
    }
    return 0;
}

/* ---- the header ---- */

static int cmd_getomapheader(struct rados_tool *t, int argc, char **argv)
{
    char *header;
    size_t len;
    int r = rados_omap_get_header(t->io, argv[0], &header, &len);

    if (r < 0)
        return tool_error(r, "error getting omap header %s/%s", t->pool, argv[0]);
    r = tool_give_value("header", argc > 1 ? argv[1] : NULL, header, len);
    rados_buffer_free(header);
    return r;
}

static int cmd_setomapheader(struct rados_tool *t, int argc UNUSED, char **argv)
{
    rados_write_op_t op = rados_create_write_op();
    int r = -ENOMEM;

    if (op) {
        rados_write_op_omap_set_header(op, argv[1], strlen(argv[1]));
        r = tool_operate(t, op, argv[0]);
    }
    return r < 0 ? tool_error(r, "error setting omap value %s/%s", t->pool, argv[0]) : 0;
}

const struct rados_command rados_omap_commands[] = {
    {"listomapkeys", 1, 1, NEEDS_POOL, cmd_listomapkeys, "listomapkeys OBJECT      the keys of its omap"},
    {"listomapvals", 1, 1, NEEDS_POOL, cmd_listomapvals, "listomapvals OBJECT      keys and values"},
    {"getomapval", 1, 3, NEEDS_POOL, cmd_getomapval, "getomapval OBJECT KEY [FILE]   one value"},
    {"setomapval", 1, 3, NEEDS_POOL, cmd_setomapval, "setomapval OBJECT KEY [VALUE]  set one"},
    {"rmomapkey", 1, 2, NEEDS_POOL, cmd_rmomapkey, "rmomapkey OBJECT KEY     remove one"},
    {"clearomap", 1, ANY_ARGS, NEEDS_POOL, cmd_clearomap, "clearomap OBJECT...      remove all keys"},
    {"getomapheader", 1, 2, NEEDS_POOL, cmd_getomapheader,
     "getomapheader OBJECT [FILE]    the omap's header"},
    {"setomapheader", 2, 2, NEEDS_POOL, cmd_setomapheader, "setomapheader OBJECT VALUE     set it"},
    {NULL, 0, 0, 0, NULL, NULL},
};
