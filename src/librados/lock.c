/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks on objects: calls to the class "lock" of the OSDs, with its encodings. */
#include <errno.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "types/entity_addr.h"
#include "types/entity_name.h"
#include "types/utime.h"

#define CLASS_NAME "lock"
#define INFO_MAX   (1u << 20)

enum lock_type { LOCK_EXCLUSIVE = 1, LOCK_SHARED = 2, LOCK_EXCLUSIVE_EPHEMERAL = 3 };

static int call(rados_ioctx_t io, const char *oid, const char *method, struct encode *e)
{
    struct sync_call s;

    sync_call_init(&s, io);
    if (encode_error(e))
        s.steps.error = -ENOMEM;
    object_operation_call(&s.steps, CLASS_NAME, method, e->data, e->len);
    s.steps.writes = true;
    encode_destroy(e);
    return sync_call_run(&s, oid);
}

static int lock_object(rados_ioctx_t io, const char *oid, const char *name, enum lock_type type,
                       const char *cookie, const char *tag, const char *desc, const struct timeval *duration,
                       uint8_t flags)
{
    struct utime until = {0};
    struct encode e;
    size_t at;

    if (duration)
        until = (struct utime){(uint32_t)duration->tv_sec, (uint32_t)duration->tv_usec * 1000};
    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    encode_string(&e, name);
    encode_u8(&e, (uint8_t)type);
    encode_string(&e, cookie);
    encode_string(&e, tag);
    encode_string(&e, desc);
    utime_encode(until, &e);
    encode_u8(&e, flags);
    encode_end_struct(&e, at);
    return call(io, oid, "lock", &e);
}

int rados_lock_exclusive(rados_ioctx_t io, const char *oid, const char *name, const char *cookie,
                         const char *desc, struct timeval *duration, uint8_t flags)
{
    return lock_object(io, oid, name, LOCK_EXCLUSIVE, cookie, "", desc, duration, flags);
}

int rados_lock_shared(rados_ioctx_t io, const char *oid, const char *name, const char *cookie,
                      const char *tag, const char *desc, struct timeval *duration, uint8_t flags)
{
    return lock_object(io, oid, name, LOCK_SHARED, cookie, tag, desc, duration, flags);
}

static void encode_unlock(struct encode *e, const char *name, const char *cookie)
{
    size_t at;

    encode_init(e);
    at = encode_begin_struct(e, 1, 1);
    encode_string(e, name);
    encode_string(e, cookie);
    encode_end_struct(e, at);
}

int rados_unlock(rados_ioctx_t io, const char *oid, const char *name, const char *cookie)
{
    struct encode e;

    encode_unlock(&e, name, cookie);
    return call(io, oid, "unlock", &e);
}

int rados_aio_unlock(rados_ioctx_t io, const char *oid, const char *name, const char *cookie,
                     rados_completion_t c)
{
    struct object_operation o;
    struct encode e;

    encode_unlock(&e, name, cookie);
    object_operation_init(&o);
    if (encode_error(&e))
        o.error = -ENOMEM;
    object_operation_call(&o, CLASS_NAME, "unlock", e.data, e.len);
    o.writes = true;
    encode_destroy(&e);
    return completion_run(c, io, oid, &o, 0, (struct utime){0});
}

/* "client.4123" */
static int parse_client(const char *text, struct entity_name *out)
{
    struct entity_id id;
    char *end;
    int r = entity_id_parse(&id, text);

    if (r)
        return -EINVAL;
    errno = 0;
    out->type = (uint8_t)id.type;
    out->num = strtoll(id.id, &end, 10);
    r = errno || end == id.id || *end ? -EINVAL : 0;
    entity_id_destroy(&id);
    return r;
}

int rados_break_lock(rados_ioctx_t io, const char *oid, const char *name, const char *client,
                     const char *cookie)
{
    struct entity_name locker;
    struct encode e;
    size_t at;
    int r = parse_client(client, &locker);

    if (r)
        return r;
    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    encode_string(&e, name);
    entity_name_encode(&locker, &e);
    encode_string(&e, cookie);
    encode_end_struct(&e, at);
    return call(io, oid, "break_lock", &e);
}

/* ---- who holds it ---- */

struct lockers {
    struct name_list clients, cookies, addrs;
    uint32_t count;
    uint8_t type;
    char *tag;
};

static void decode_locker(struct decode *d, struct lockers *l)
{
    char client[ENTITY_NAME_MAX], addr_text[ENTITY_ADDR_TEXT_MAX];
    struct entity_name name;
    struct entity_addr addr;
    struct decode id, info;
    uint8_t v;
    char *cookie, *desc;

    id = decode_struct(d, 1, &v);
    entity_name_decode(&name, &id);
    cookie = decode_string(&id);
    decode_end(d, &id);
    info = decode_struct(d, 1, &v);
    (void)utime_decode(&info);
    entity_addr_decode(&addr, &info);
    desc = decode_string(&info);
    decode_end(d, &info);
    if (!decode_error(d)) {
        name_list_add(&l->clients, entity_name_print(&name, client));
        name_list_add(&l->cookies, cookie);
        name_list_add(&l->addrs, entity_addr_print_bare(&addr, addr_text));
    }
    free(cookie);
    free(desc);
}

static int decode_lockers(struct decode *d, struct lockers *l)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    l->count = decode_count(&body, 12);
    for (uint32_t i = 0; i < l->count && !decode_error(&body); i++)
        decode_locker(&body, l);
    l->type = decode_u8(&body);
    l->tag = decode_string(&body);
    if (decode_error(&body)) {
        free(l->tag);
        return -EIO;
    }
    return 0;
}

static int get_info(rados_ioctx_t io, const char *oid, const char *name, struct lockers *l)
{
    char *out = malloc(INFO_MAX);
    struct encode e;
    struct decode d;
    size_t at;
    int r;

    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    encode_string(&e, name);
    encode_end_struct(&e, at);
    r = out && !encode_error(&e)
            ? rados_exec(io, oid, CLASS_NAME, "get_info", (const char *)e.data, e.len, out, INFO_MAX)
            : -ENOMEM;
    encode_destroy(&e);
    if (r >= 0) {
        decode_init(&d, out, (size_t)r);
        r = decode_lockers(&d, l);
    }
    free(out);
    return r;
}

ssize_t rados_list_lockers(rados_ioctx_t io, const char *oid, const char *name, int *exclusive, char *tag,
                           size_t *tag_len, char *clients, size_t *clients_len, char *cookies,
                           size_t *cookies_len, char *addrs, size_t *addrs_len)
{
    struct lockers l = {.clients = {clients, *clients_len, 0},
                        .cookies = {cookies, *cookies_len, 0},
                        .addrs = {addrs, *addrs_len, 0}};
    size_t tag_size;
    bool fits;
    int r = get_info(io, oid, name, &l);

    if (r < 0)
        return r;
    tag_size = strlen(l.tag) + 1;
    fits = tag_size <= *tag_len && l.clients.needed <= *clients_len && l.cookies.needed <= *cookies_len &&
           l.addrs.needed <= *addrs_len;
    if (fits) {
        memcpy(tag, l.tag, tag_size);
        *exclusive = l.type == LOCK_EXCLUSIVE || l.type == LOCK_EXCLUSIVE_EPHEMERAL;
    }
    *tag_len = tag_size;
    *clients_len = l.clients.needed;
    *cookies_len = l.cookies.needed;
    *addrs_len = l.addrs.needed;
    free(l.tag);
    return fits ? (ssize_t)l.count : -ERANGE;
}
