/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands `rados lock ...`: locks of the OSDs' class "lock". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decode.h"
#include "common/encode.h"
#include "tools/rados_tool.h"
#include "types/entity_addr.h"
#include "types/entity_name.h"
#include "types/utime.h"

#define ANSWER_MAX   (1u << 20)
#define LOCKER_BYTES 30 /* the least that one takes in an encoding */

/* A method of the class; *out: malloc'ed. The length of the answer. */
static int call(struct rados_tool *t, const char *oid, const char *method, struct encode *e, char **out)
{
    int r = encode_error(e);

    *out = r ? NULL : malloc(ANSWER_MAX);
    if (*out)
        r = rados_exec(t->io, oid, "lock", method, (const char *)e->data, e->len, *out, ANSWER_MAX);
    else
        r = -ENOMEM;
    encode_destroy(e);
    return r;
}

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
        return tool_line(-EINVAL, "unknown lock type was specified, aborting");
    return r < 0 ? tool_error(r, "ERROR: failed locking") : 0;
}

/* ---- who holds it ---- */

static void show_locker(struct decode *d, struct formatter *f)
{
    char client[ENTITY_NAME_MAX], addr_text[ENTITY_ADDR_TEXT_MAX], time_text[UTIME_TEXT_MAX];
    struct entity_name name;
    struct entity_addr addr;
    struct utime expiration;
    struct decode id, info;
    char *cookie, *description;
    uint8_t v;

    id = decode_struct(d, 1, &v);
    entity_name_decode(&name, &id);
    cookie = decode_string(&id);
    decode_end(d, &id);
    info = decode_struct(d, 1, &v);
    expiration = utime_decode(&info);
    entity_addr_decode(&addr, &info);
    description = decode_string(&info);
    decode_end(d, &info);
    if (!decode_error(d)) {
        formatter_open_object(f, NULL);
        formatter_string(f, "name", entity_name_print(&name, client));
        formatter_string(f, "cookie", cookie);
        formatter_string(f, "description", description);
        formatter_string(f, "expiration", utime_print(expiration, time_text));
        formatter_string(f, "addr", entity_addr_print_bare(&addr, addr_text));
        formatter_close(f);
    }
    free(cookie);
    free(description);
}

static const char *type_name(uint8_t type)
{
    static const char *const names[] = {"none", "exclusive", "shared", "exclusive-ephemeral"};

    return type < ARRAY_SIZE(names) ? names[type] : "unknown";
}

/* Type and tag stand behind the holders in the encoding and before them in the JSON. */
static int show_info(const char *name, const char *bytes, size_t len, struct formatter *f)
{
    struct decode d, body, lockers;
    uint32_t count;
    uint8_t v, type;
    char *tag;

    decode_init(&d, bytes, len);
    body = decode_struct(&d, 1, &v);
    count = decode_count(&body, LOCKER_BYTES);
    lockers = body;
    for (uint32_t i = 0; i < count; i++) {
        (void)decode_struct(&body, 1, &v);
        (void)decode_struct(&body, 1, &v);
    }
    type = decode_u8(&body);
    tag = decode_string(&body);
    formatter_open_object(f, NULL);
    formatter_string(f, "name", name);
    formatter_string(f, "type", type_name(type));
    formatter_string(f, "tag", tag ? tag : "");
    formatter_open_array(f, "lockers");
    for (uint32_t i = 0; i < count && !decode_error(&body); i++)
        show_locker(&lockers, f);
    formatter_close(f);
    formatter_close(f);
    free(tag);
    return decode_error(&body) || decode_error(&lockers) ? -EIO : 0;
}

/* The answer as JSON, or a line. */
static int show(struct rados_tool *t, int r, char *answer, const char *what, const char *name,
                int (*format)(const char *name, const char *bytes, size_t len, struct formatter *f))
{
    struct formatter f;

    tool_formatter_init(t, &f);
    if (r >= 0)
        r = format(name, answer, (size_t)r, &f);
    free(answer);
    if (r == 0) {
        tool_formatter_print(&f);
        return 0;
    }
    formatter_destroy(&f);
    return tool_error(r, "ERROR: %s", what);
}

static int lock_info(struct rados_tool *t, const char *oid, const char *name)
{
    struct encode e;
    char *answer;
    size_t at;
    int r;

    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    encode_string(&e, name);
    encode_end_struct(&e, at);
    r = call(t, oid, "get_info", &e, &answer);
    return show(t, r, answer, "failed getting lock info", name, show_info);
}

static int show_names(const char *oid, const char *bytes, size_t len, struct formatter *f)
{
    struct decode d, body;
    uint32_t count;
    uint8_t v;
    char *text;

    decode_init(&d, bytes, len);
    body = decode_struct(&d, 1, &v);
    count = decode_count(&body, 4);
    formatter_open_object(f, NULL);
    formatter_string(f, "objname", oid);
    formatter_open_array(f, "locks");
    for (uint32_t i = 0; i < count && (text = decode_string(&body)); i++) {
        formatter_open_object(f, NULL);
        formatter_string(f, "name", text);
        formatter_close(f);
        free(text);
    }
    formatter_close(f);
    formatter_close(f);
    return decode_error(&body) ? -EIO : 0;
}

static int lock_list(struct rados_tool *t, const char *oid)
{
    struct encode e;
    char *answer;
    int r;

    encode_init(&e);
    r = call(t, oid, "list_locks", &e, &answer);
    return show(t, r, answer, "rados_list_locks()", oid, show_names);
}

static int lock_break(struct rados_tool *t, const char *oid, const char *name, const char *holder)
{
    int r = rados_break_lock(t->io, oid, name, holder, t->lock_cookie);

    return r < 0 ? tool_error(r, "ERROR: failed breaking lock") : 0;
}

static int cmd_lock(struct rados_tool *t, int argc, char **argv)
{
    if (strcmp(argv[0], "list") == 0)
        return lock_list(t, argv[1]);
    if (strcmp(argv[0], "get") == 0 && argc > 2)
        return lock_get(t, argv[1], argv[2]);
    if (strcmp(argv[0], "info") == 0 && argc > 2)
        return lock_info(t, argv[1], argv[2]);
    if (strcmp(argv[0], "break") == 0 && argc > 3)
        return lock_break(t, argv[1], argv[2], argv[3]);
    return tool_line(-EINVAL, "lock takes list OBJECT, get or info OBJECT LOCK, or break OBJECT LOCK HOLDER");
}

const struct rados_command rados_lock_commands[] = {
    {"lock", 2, 4, NEEDS_POOL | REPEATS_ERROR, cmd_lock,
     "lock list OBJECT | lock get|info OBJECT LOCK | lock break OBJECT LOCK HOLDER"},
    {NULL, 0, 0, 0, NULL, NULL},
};
