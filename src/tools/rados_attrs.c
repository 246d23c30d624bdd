/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of `rados` on what objects carry besides data: xattrs, omap, locks, watchers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/decode.h"
#include "common/formatter.h"
#include "tools/rados_tool.h"

#define VALUE_MAX  (1u << 20)
#define OMAP_PIECE 512

/* Sixteen bytes a line: place, bytes, text. */
static void hexdump(const char *data, size_t len)
{
    for (size_t at = 0; at < len; at += 16) {
        printf("%08zx ", at);
        for (size_t i = 0; i < 16; i++) {
            if (i % 8 == 0)
                putchar(' ');
            if (at + i < len)
                printf("%02x ", (unsigned char)data[at + i]);
            else
                printf("   ");
        }
        printf(" |");
        for (size_t i = 0; i < 16 && at + i < len; i++)
            putchar(data[at + i] >= 32 && data[at + i] < 127 ? data[at + i] : '.');
        printf("|\n");
    }
    printf("%08zx\n", len);
}

/* A value of the command line, or all of standard input or the file; *len its length. */
static char *take_value(struct rados_tool *t, const char *arg, size_t *len)
{
    FILE *f;
    char *buf;

    if (arg) {
        *len = strlen(arg);
        return strdup(arg);
    }
    f = t->input_file ? fopen(t->input_file, "rb") : stdin;
    buf = f ? malloc(VALUE_MAX) : NULL;
    if (buf)
        *len = fread(buf, 1, VALUE_MAX, f);
    if (f && f != stdin)
        fclose(f);
    return buf;
}

/* ---- xattrs ---- */

static int cmd_listxattr(struct rados_tool *t, int argc, char **argv)
{
    const char *name, *value;
    rados_xattrs_iter_t iter;
    size_t len;
    int r = rados_getxattrs(t->io, argv[0], &iter);

    (void)argc;
    if (r < 0)
        return tool_error(r, "error getting xattr set %s/%s: (%d) %s", t->pool, argv[0], -r, strerror(-r));
    while (rados_getxattrs_next(iter, &name, &value, &len) == 0 && name)
        puts(name);
    rados_getxattrs_end(iter);
    return 0;
}

static int cmd_getxattr(struct rados_tool *t, int argc, char **argv)
{
    char *buf = malloc(VALUE_MAX);
    int r = buf ? rados_getxattr(t->io, argv[0], argv[1], buf, VALUE_MAX) : -ENOMEM;

    (void)argc;
    if (r >= 0)
        fwrite(buf, 1, (size_t)r, stdout);
    free(buf);
    return r < 0 ? tool_error(r, "error getting xattr %s/%s/%s: (%d) %s", t->pool, argv[0], argv[1], -r,
                              strerror(-r))
                 : 0;
}

static int cmd_setxattr(struct rados_tool *t, int argc, char **argv)
{
    size_t len = 0;
    char *value = take_value(t, argc > 2 ? argv[2] : NULL, &len);
    int r = value ? rados_setxattr(t->io, argv[0], argv[1], value, len) : -ENOENT;

    free(value);
    return r < 0 ? tool_error(r, "error setting xattr %s/%s/%s: (%d) %s", t->pool, argv[0], argv[1], -r,
                              strerror(-r))
                 : 0;
}

static int cmd_rmxattr(struct rados_tool *t, int argc, char **argv)
{
    int r = rados_rmxattr(t->io, argv[0], argv[1]);

    (void)argc;
    return r < 0 ? tool_error(r, "error removing xattr %s/%s/%s: (%d) %s", t->pool, argv[0], argv[1], -r,
                              strerror(-r))
                 : 0;
}

/* ---- omap ---- */

static void print_pair(const char *key, size_t key_len, const char *val, size_t val_len, bool values)
{
    fwrite(key, 1, key_len, stdout);
    putchar('\n');
    if (!values)
        return;
    printf("value (%zu bytes) :\n", val_len);
    hexdump(val, val_len);
    putchar('\n');
}

/* One piece behind *last, which moves on. 1: there may be more. */
static int list_piece(struct rados_tool *t, const char *oid, char **last, bool values)
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
        print_pair(key, key_len, val, val_len, values);
        free(*last);
        *last = strdup(key);
        if (!*last)
            r = -ENOMEM;
    }
    rados_omap_get_end(iter);
    rados_release_read_op(op);
    return r < 0 ? r : more != 0;
}

static int list_omap(struct rados_tool *t, const char *oid, bool values)
{
    char *last = strdup("");
    int r = last ? 1 : -ENOMEM;

    while (r == 1)
        r = list_piece(t, oid, &last, values);
    free(last);
    return r < 0 ? tool_error(r, "error getting omap %s %s/%s: (%d) %s", values ? "keys" : "key set", t->pool,
                              oid, -r, strerror(-r))
                 : 0;
}

static int cmd_listomapkeys(struct rados_tool *t, int argc, char **argv)
{
    (void)argc;
    return list_omap(t, argv[0], false);
}

static int cmd_listomapvals(struct rados_tool *t, int argc, char **argv)
{
    (void)argc;
    return list_omap(t, argv[0], true);
}

static int write_value(const char *path, const char *val, size_t len)
{
    FILE *f = fopen(path, "wb");
    bool failed;

    if (!f)
        return tool_error(-errno, "error opening output file %s: %s", path, strerror(errno));
    failed = fwrite(val, 1, len, f) != len;
    if (fclose(f) || failed)
        return tool_error(-EIO, "error writing output file %s", path);
    printf("Writing to %s\n", path);
    return 0;
}

static int cmd_getomapval(struct rados_tool *t, int argc, char **argv)
{
    const char *const keys[] = {argv[1]};
    rados_read_op_t op = rados_create_read_op();
    rados_omap_iter_t iter = NULL;
    char *key = NULL, *val;
    size_t len;
    int failed = 0, r;

    if (!op)
        return -ENOMEM;
    rados_read_op_omap_get_vals_by_keys(op, keys, 1, &iter, &failed);
    r = rados_read_op_operate(op, t->io, argv[0], 0);
    r = r < 0 ? r : failed;
    if (r < 0)
        tool_error(r, "error getting omap value %s/%s/%s: (%d) %s", t->pool, argv[0], argv[1], -r,
                   strerror(-r));
    else
        rados_omap_get_next(iter, &key, &val, &len);
    if (r >= 0 && !key)
        r = tool_error(-ENOENT, "No such key: %s/%s/%s", t->pool, argv[0], argv[1]);
    else if (r >= 0 && argc > 2)
        r = write_value(argv[2], val, len);
    else if (r >= 0) {
        printf("value (%zu bytes) :\n", len);
        hexdump(val, len);
        putchar('\n');
    }
    rados_omap_get_end(iter);
    rados_release_read_op(op);
    return r < 0 ? r : 0;
}

static int operate(struct rados_tool *t, rados_write_op_t op, const char *oid, const char *what)
{
    int r = rados_write_op_operate(op, t->io, oid, NULL, 0);

    rados_release_write_op(op);
    return r < 0 ? tool_error(r, "error %s %s/%s: (%d) %s", what, t->pool, oid, -r, strerror(-r)) : 0;
}

static int cmd_setomapval(struct rados_tool *t, int argc, char **argv)
{
    size_t len = 0;
    char *value = take_value(t, argc > 2 ? argv[2] : NULL, &len);
    const char *const keys[] = {argv[1]}, *const vals[] = {value};
    rados_write_op_t op = value ? rados_create_write_op() : NULL;

    if (!op) {
        free(value);
        return tool_error(-ENOENT, "error reading the value: %s", strerror(ENOENT));
    }
    rados_write_op_omap_set(op, keys, vals, &len, 1);
    free(value);
    return operate(t, op, argv[0], "setting omap value");
}

static int cmd_rmomapkey(struct rados_tool *t, int argc, char **argv)
{
    rados_write_op_t op = rados_create_write_op();

    if (!op)
        return -ENOMEM;
    rados_write_op_omap_rm_keys(op, (const char *const *)argv + 1, (size_t)argc - 1);
    return operate(t, op, argv[0], "removing omap key");
}

static int cmd_clearomap(struct rados_tool *t, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        rados_write_op_t op = rados_create_write_op();
        int r;

        if (!op)
            return -ENOMEM;
        rados_write_op_omap_clear(op);
        r = operate(t, op, argv[i], "clearing omap keys");
        if (r)
            return r;
    }
    return 0;
}

/* ---- locks ---- */

static int lock_get(struct rados_tool *t, const char *oid, const char *name)
{
    struct timeval duration = {.tv_sec = t->lock_duration};
    struct timeval *until = t->lock_duration ? &duration : NULL;
    const char *type = t->lock_type ? t->lock_type : "exclusive";
    int r;

    if (strcmp(type, "exclusive") == 0)
        r = rados_lock_exclusive(t->io, oid, name, t->lock_cookie, t->lock_description, until, 0);
    else if (strcmp(type, "shared") == 0)
        r = rados_lock_shared(t->io, oid, name, t->lock_cookie, t->lock_tag, t->lock_description, until, 0);
    else
        return tool_error(-EINVAL, "unknown lock type was specified, aborting");
    return r < 0 ? tool_error(r, "ERROR: failed locking: %s", strerror(-r)) : 0;
}

/* The part of a list that begins at *at. */
static const char *take_name(const char **at)
{
    const char *name = *at;

    *at += strlen(name) + 1;
    return name;
}

static int lock_info(struct rados_tool *t, const char *oid, const char *name)
{
    size_t size = VALUE_MAX, lens[4] = {size, size, size, size};
    char *room = malloc(size * 4), *tag = room, *clients, *cookies, *addrs;
    struct formatter f;
    int exclusive = 0;
    ssize_t n;

    if (!room)
        return -ENOMEM;
    clients = room + size;
    cookies = room + 2 * size;
    addrs = room + 3 * size;
    n = rados_list_lockers(t->io, oid, name, &exclusive, tag, &lens[0], clients, &lens[1], cookies, &lens[2],
                           addrs, &lens[3]);
    if (n < 0) {
        free(room);
        return tool_error((int)n, "ERROR: failed getting lock info: %s", strerror((int)-n));
    }
    formatter_init(&f, t->pretty ? FORMATTER_JSON_PRETTY : FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    formatter_string(&f, "name", name);
    formatter_string(&f, "type", n == 0 ? "none" : exclusive ? "exclusive" : "shared");
    formatter_string(&f, "tag", tag);
    formatter_open_array(&f, "lockers");
    for (ssize_t i = 0; i < n; i++) {
        formatter_open_object(&f, NULL);
        formatter_string(&f, "name", take_name((const char **)&clients));
        formatter_string(&f, "cookie", take_name((const char **)&cookies));
        formatter_string(&f, "addr", take_name((const char **)&addrs));
        formatter_close(&f);
    }
    formatter_close(&f);
    formatter_close(&f);
    fputs(formatter_text(&f), stdout);
    formatter_destroy(&f);
    free(room);
    return 0;
}

/* The class's answer: {1,1} and the names of the locks. */
static int lock_list(struct rados_tool *t, const char *oid)
{
    char *out = malloc(VALUE_MAX), *text;
    struct formatter f;
    struct decode d, body;
    uint32_t count;
    uint8_t v;
    int r = out ? rados_exec(t->io, oid, "lock", "list_locks", NULL, 0, out, VALUE_MAX) : -ENOMEM;

    if (r < 0) {
        free(out);
        return tool_error(r, "ERROR: failed listing locks: %s", strerror(-r));
    }
    decode_init(&d, out, (size_t)r);
    body = decode_struct(&d, 1, &v);
    count = decode_count(&body, 4);
    formatter_init(&f, t->pretty ? FORMATTER_JSON_PRETTY : FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    formatter_string(&f, "objname", oid);
    formatter_open_array(&f, "locks");
    for (uint32_t i = 0; i < count && (text = decode_string(&body)); i++) {
        formatter_open_object(&f, NULL);
        formatter_string(&f, "name", text);
        formatter_close(&f);
        free(text);
    }
    formatter_close(&f);
    formatter_close(&f);
    fputs(formatter_text(&f), stdout);
    formatter_destroy(&f);
    free(out);
    return decode_error(&body);
}

static int cmd_lock(struct rados_tool *t, int argc, char **argv)
{
    int r;

    if (strcmp(argv[0], "list") == 0)
        return lock_list(t, argv[1]);
    if (argc < 3)
        return tool_error(-EINVAL, "lock %s needs an object and a lock's name", argv[0]);
    if (strcmp(argv[0], "get") == 0)
        return lock_get(t, argv[1], argv[2]);
    if (strcmp(argv[0], "info") == 0)
        return lock_info(t, argv[1], argv[2]);
    if (strcmp(argv[0], "break") != 0 || argc < 4)
        return tool_error(-EINVAL, "lock takes list, get, info, or break with a lock's holder");
    r = rados_break_lock(t->io, argv[1], argv[2], argv[3], t->lock_cookie);
    return r < 0 ? tool_error(r, "ERROR: failed breaking lock: %s", strerror(-r)) : 0;
}

/* ---- watch and notify ---- */

static void notified(void *arg, uint64_t notify_id, uint64_t handle, uint64_t notifier, void *data,
                     size_t len)
{
    void *const *io_and_name = arg;

    printf("NOTIFY cookie %" PRIu64 " notify_id %" PRIu64 " from %" PRIu64 "\n", handle, notify_id, notifier);
    hexdump(data, len);
    fflush(stdout);
    rados_notify_ack(io_and_name[0], io_and_name[1], notify_id, handle, NULL, 0);
}

static void watch_failed(void *arg, uint64_t cookie, int err)
{
    (void)arg;
    printf("ERROR cookie %" PRIu64 " err %s\n", cookie, strerror(-err));
    fflush(stdout);
}

static int cmd_watch(struct rados_tool *t, int argc, char **argv)
{
    void *io_and_name[] = {t->io, argv[0]};
    uint64_t cookie;
    int r = rados_watch2(t->io, argv[0], &cookie, notified, watch_failed, io_and_name);

    (void)argc;
    if (r < 0)
        return tool_error(r, "error calling watch: %s", strerror(-r));
    printf("press enter to exit...\n");
    fflush(stdout);
    getchar();
    rados_unwatch2(t->io, cookie);
    rados_watch_flush(t->cluster);
    return 0;
}

static int cmd_notify(struct rados_tool *t, int argc, char **argv)
{
    struct notify_timeout_t *timeouts;
    struct notify_ack_t *acks;
    size_t len, ack_count, timeout_count;
    char *reply;
    int r = rados_notify2(t->io, argv[0], argv[1], (int)strlen(argv[1]), 10000, &reply, &len);

    (void)argc;
    if (r < 0)
        tool_error(r, "error calling notify: %s", strerror(-r));
    if (reply &&
        rados_decode_notify_response(reply, len, &acks, &ack_count, &timeouts, &timeout_count) == 0) {
        for (size_t i = 0; i < ack_count; i++) {
            printf("reply client.%" PRIu64 " cookie %" PRIu64 " : %" PRIu64 " bytes\n", acks[i].notifier_id,
                   acks[i].cookie, acks[i].payload_len);
            if (acks[i].payload_len)
                hexdump(acks[i].payload, acks[i].payload_len);
        }
        for (size_t i = 0; i < timeout_count; i++)
            printf("timeout client.%" PRIu64 " cookie %" PRIu64 "\n", timeouts[i].notifier_id,
                   timeouts[i].cookie);
        rados_free_notify_response(acks, ack_count, timeouts);
    }
    rados_buffer_free(reply);
    return r < 0 ? r : 0;
}

const struct rados_command rados_attr_commands[] = {
    {"listxattr", 1, 1, true, cmd_listxattr, "listxattr OBJECT         names of its extended attributes"},
    {"getxattr", 2, 2, true, cmd_getxattr, "getxattr OBJECT NAME     the value of one"},
    {"setxattr", 2, 3, true, cmd_setxattr, "setxattr OBJECT NAME [VALUE]   set one (else: standard input)"},
    {"rmxattr", 2, 2, true, cmd_rmxattr, "rmxattr OBJECT NAME      remove one"},
    {"listomapkeys", 1, 1, true, cmd_listomapkeys, "listomapkeys OBJECT      the keys of its omap"},
    {"listomapvals", 1, 1, true, cmd_listomapvals, "listomapvals OBJECT      keys and values"},
    {"getomapval", 2, 3, true, cmd_getomapval, "getomapval OBJECT KEY [FILE]   one value"},
    {"setomapval", 2, 3, true, cmd_setomapval, "setomapval OBJECT KEY [VALUE]  set one"},
    {"rmomapkey", 2, 1000000, true, cmd_rmomapkey, "rmomapkey OBJECT KEY...  remove keys"},
    {"clearomap", 1, 1000000, true, cmd_clearomap, "clearomap OBJECT...      remove all keys"},
    {"lock", 2, 4, true, cmd_lock,
     "lock list OBJECT | lock get|info OBJECT LOCK | lock break OBJECT LOCK HOLDER"},
    {"watch", 1, 1, true, cmd_watch, "watch OBJECT             print notifications until enter is pressed"},
    {"notify", 2, 2, true, cmd_notify, "notify OBJECT MESSAGE    notify who watches it"},
    {NULL, 0, 0, false, NULL, NULL},
};
