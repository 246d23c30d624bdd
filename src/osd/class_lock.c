/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The class "lock": advisory locks on objects, kept in an attribute for each lock. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "include/ceph_features.h"
#include "osd/class_call.h"

#define PREFIX "lock."

enum lock_type { LOCK_NONE, LOCK_EXCLUSIVE, LOCK_SHARED, LOCK_EXCLUSIVE_EPHEMERAL };
enum lock_flag { LOCK_MAY_RENEW = 1, LOCK_MUST_RENEW = 2 };

struct locker {
    struct entity_name who;
    char *cookie;
    struct utime expiration; /* zero: never */
    struct entity_addr addr;
    char *description;
};

/* lock_info_t {1,1} */
struct lock_info {
    struct locker *lockers; /* by who and cookie, ascending */
    uint32_t count;
    uint8_t type; /* enum lock_type */
    char *tag;
};

/* What requests have, each some of it. */
struct lock_request {
    char *name, *cookie, *tag, *description, *new_cookie;
    uint8_t type, flags;
    struct utime duration;
    struct entity_name who;
};

/* ---- locks as they are kept ---- */

static void locker_destroy(struct locker *l)
{
    free(l->cookie);
    free(l->description);
}

static void lock_info_destroy(struct lock_info *i)
{
    for (uint32_t n = 0; n < i->count; n++)
        locker_destroy(&i->lockers[n]);
    free(i->lockers);
    free(i->tag);
}

static void locker_encode(const struct locker *l, struct encode *e)
{
    size_t id = encode_begin_struct(e, 1, 1), info;

    entity_name_encode(&l->who, e);
    encode_string(e, l->cookie);
    encode_end_struct(e, id);
    info = encode_begin_struct(e, 1, 1);
    utime_encode(l->expiration, e);
    entity_addr_encode(&l->addr, CEPH_FEATURES_ALL, e);
    encode_string(e, l->description);
    encode_end_struct(e, info);
}

static void locker_decode(struct locker *l, struct decode *d)
{
    uint8_t v;
    struct decode id = decode_struct(d, 1, &v), info;

    entity_name_decode(&l->who, &id);
    l->cookie = decode_string(&id);
    decode_end(d, &id);
    info = decode_struct(d, 1, &v);
    l->expiration = utime_decode(&info);
    entity_addr_decode(&l->addr, &info);
    l->description = decode_string(&info);
    decode_end(d, &info);
}

static void lock_info_encode(const struct lock_info *i, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_u32(e, i->count);
    for (uint32_t n = 0; n < i->count; n++)
        locker_encode(&i->lockers[n], e);
    encode_u8(e, i->type);
    encode_string(e, i->tag);
    encode_end_struct(e, at);
}

static int lock_info_decode(struct lock_info *i, const struct slice *bytes)
{
    struct decode d, body;
    uint32_t count;
    uint8_t v;

    decode_init(&d, bytes->data, bytes->len);
    body = decode_struct(&d, 1, &v);
    count = decode_count(&body, 12);
    i->lockers = count ? calloc(count, sizeof(*i->lockers)) : NULL;
    if (count && !i->lockers)
        decode_fail(&body, -ENOMEM);
    for (; i->count < count && !decode_error(&body); i->count++)
        locker_decode(&i->lockers[i->count], &body);
    i->type = decode_u8(&body);
    i->tag = decode_string(&body);
    decode_end(&d, &body);
    return decode_error(&d) ? -EIO : 0;
}

static void remove_locker(struct lock_info *i, struct locker *l)
{
    locker_destroy(l);
    i->count--;
    memmove(l, l + 1, (size_t)(&i->lockers[i->count] - l) * sizeof(*l));
}

static void drop_expired(struct lock_info *i)
{
    uint64_t now = clock_realtime_ns();

    for (uint32_t n = i->count; n-- > 0;) {
        uint64_t until = utime_to_ns(i->lockers[n].expiration);
        if (until && until < now)
            remove_locker(i, &i->lockers[n]);
    }
}

static char *attr_name(const char *name)
{
    char *text;

    return asprintf(&text, PREFIX "%s", name) < 0 ? NULL : text;
}

/* Inits i, with those lockers whose time has not run out; destroy it also after a failure. */
static int load(struct class_call *k, const char *name, struct lock_info *i)
{
    char *attr = attr_name(name);
    struct slice bytes;
    int r = attr ? class_getattr(k, attr, &bytes) : -ENOMEM;

    free(attr);
    *i = (struct lock_info){0};
    if (r == -ENODATA) {
        i->tag = strdup("");
        return i->tag ? 0 : -ENOMEM;
    }
    if (r)
        return r;
    r = lock_info_decode(i, &bytes);
    slice_put(&bytes);
    if (r == 0)
        drop_expired(i);
    return r;
}

static int store(struct class_call *k, const char *name, const struct lock_info *i)
{
    char *attr = attr_name(name);
    struct encode e;
    int r;

    if (!attr)
        return -ENOMEM;
    encode_init(&e);
    lock_info_encode(i, &e);
    r = class_setattr(k, attr, &e);
    free(attr);
    return r;
}

static int compare_locker(const struct locker *l, struct entity_name who, const char *cookie)
{
    if (l->who.type != who.type)
        return l->who.type < who.type ? -1 : 1;
    if (l->who.num != who.num)
        return l->who.num < who.num ? -1 : 1;
    return strcmp(l->cookie, cookie);
}

static struct locker *find_locker(const struct lock_info *i, struct entity_name who, const char *cookie)
{
    for (uint32_t n = 0; n < i->count; n++) {
        if (compare_locker(&i->lockers[n], who, cookie) == 0)
            return &i->lockers[n];
    }
    return NULL;
}

/* Takes l. */
static int add_locker(struct lock_info *i, struct locker *l)
{
    struct locker *more = realloc(i->lockers, (i->count + 1) * sizeof(*more));
    uint32_t at = 0;

    if (!more || !l->cookie || !l->description) {
        if (more)
            i->lockers = more;
        locker_destroy(l);
        return -ENOMEM;
    }
    i->lockers = more;
    while (at < i->count && compare_locker(&more[at], l->who, l->cookie) < 0)
        at++;
    memmove(&more[at + 1], &more[at], (i->count - at) * sizeof(*more));
    more[at] = *l;
    i->count++;
    return 0;
}

/* ---- requests ---- */

static void request_destroy(struct lock_request *q)
{
    free(q->name);
    free(q->cookie);
    free(q->tag);
    free(q->description);
    free(q->new_cookie);
}

/*
 * Which fields there are, in their order, a letter each: n name, t type, c cookie, g tag, d description, u
 * duration, f flags, w who, C the new cookie. Inits q; nothing is left in it after a failure.
 */
static int request_decode(const struct class_call *k, const char *fields, struct lock_request *q)
{
    struct decode d, body;
    uint8_t v;

    *q = (struct lock_request){0};
    decode_init(&d, k->in.data, k->in.len);
    body = decode_struct(&d, 1, &v);
    for (; *fields; fields++) {
        switch (*fields) {
        case 'n':
            q->name = decode_string(&body);
            break;
        case 't':
            q->type = decode_u8(&body);
            break;
        case 'c':
            q->cookie = decode_string(&body);
            break;
        case 'g':
            q->tag = decode_string(&body);
            break;
        case 'd':
            q->description = decode_string(&body);
            break;
        case 'u':
            q->duration = utime_decode(&body);
            break;
        case 'f':
            q->flags = decode_u8(&body);
            break;
        case 'w':
            entity_name_decode(&q->who, &body);
            break;
        case 'C':
            q->new_cookie = decode_string(&body);
            break;
        }
    }
    if (!decode_error(&body))
        return 0;
    request_destroy(q);
    return -EINVAL;
}

static bool is_type(uint8_t type)
{
    return type >= LOCK_EXCLUSIVE && type <= LOCK_EXCLUSIVE_EPHEMERAL;
}

/* ---- methods ---- */

/* May the caller take it beside those that have it? */
static int check_others(struct lock_info *i, const struct lock_request *q, struct entity_name who)
{
    struct locker *mine = find_locker(i, who, q->cookie);

    if (i->count && strcmp(q->tag, i->tag) != 0)
        return -EBUSY;
    if (!mine && q->flags & LOCK_MUST_RENEW)
        return -ENOENT;
    if (mine && !(q->flags & (LOCK_MAY_RENEW | LOCK_MUST_RENEW)))
        return -EEXIST;
    if (mine)
        remove_locker(i, mine);
    if (i->count && (q->type != LOCK_SHARED || i->type != q->type))
        return -EBUSY;
    return 0;
}

static int take(struct class_call *k, struct lock_info *i, struct lock_request *q)
{
    struct locker l = {.who = class_caller(k), .addr = class_caller_addr(k)};
    int r = check_others(i, q, l.who);

    if (r)
        return r;
    if (utime_to_ns(q->duration))
        l.expiration = utime_from_ns(clock_realtime_ns() + utime_to_ns(q->duration));
    free(i->tag);
    i->tag = q->tag;
    i->type = q->type;
    l.cookie = q->cookie;
    l.description = q->description;
    q->tag = q->cookie = q->description = NULL;
    r = add_locker(i, &l);
    return r ? r : store(k, q->name, i);
}

static int lock(struct class_call *k)
{
    struct lock_request q;
    struct lock_info i = {0};
    int r = request_decode(k, "ntcgduf", &q);

    if (r)
        return r;
    if (!is_type(q.type) || !q.name[0] ||
        (q.flags & (LOCK_MAY_RENEW | LOCK_MUST_RENEW)) == (LOCK_MAY_RENEW | LOCK_MUST_RENEW))
        r = -EINVAL;
    if (r == 0) {
        r = load(k, q.name, &i);
        if (r == -ENOENT) { /* the object is made for the lock's sake */
            i.tag = strdup("");
            r = i.tag ? 0 : -ENOMEM;
        }
        if (r == 0)
            r = take(k, &i, &q);
        lock_info_destroy(&i);
    }
    request_destroy(&q);
    return r;
}

/* Whoever holds it no more; an ephemeral lock's object goes with the last one. */
static int release(struct class_call *k, const struct lock_request *q, struct entity_name who)
{
    struct lock_info i;
    struct locker *l;
    int r = load(k, q->name, &i);

    if (r == 0) {
        l = find_locker(&i, who, q->cookie);
        if (l)
            remove_locker(&i, l);
        if (!l)
            r = -ENOENT;
        else if (i.type == LOCK_EXCLUSIVE_EPHEMERAL && !i.count)
            r = class_remove(k);
        else
            r = store(k, q->name, &i);
    }
    lock_info_destroy(&i);
    return r;
}

static int unlock(struct class_call *k)
{
    struct lock_request q;
    int r = request_decode(k, "nc", &q);

    if (r)
        return r;
    r = release(k, &q, class_caller(k));
    request_destroy(&q);
    return r;
}

static int break_lock(struct class_call *k)
{
    struct lock_request q;
    int r = request_decode(k, "nwc", &q);

    if (r)
        return r;
    r = release(k, &q, q.who);
    request_destroy(&q);
    return r;
}

static int get_info(struct class_call *k)
{
    struct lock_request q;
    struct lock_info i;
    int r = request_decode(k, "n", &q);

    if (r)
        return r;
    r = load(k, q.name, &i);
    if (r == 0)
        lock_info_encode(&i, &k->out);
    lock_info_destroy(&i);
    request_destroy(&q);
    return r;
}

static bool note_lock(void *arg, const struct slice *key, const struct slice *value UNUSED)
{
    const size_t prefix = strlen(PREFIX);

    if (key->len > prefix && memcmp(key->data, PREFIX, prefix) == 0) {
        struct slice name = {.data = key->data + prefix, .len = key->len - prefix};
        step_list_add(arg, &name, NULL);
    }
    return true;
}

static int list_locks(struct class_call *k)
{
    struct step_list names;
    size_t at;
    int r;

    step_list_init(&names);
    r = class_each_attr(k, note_lock, &names);
    if (r == 0) {
        step_list_finish(&names);
        at = encode_begin_struct(&k->out, 1, 1);
        encode_bytes(&k->out, names.e.data, names.e.len);
        encode_end_struct(&k->out, at);
    }
    encode_destroy(&names.e);
    return r;
}

/* Does the caller hold it, with this cookie, as this type, with this tag? */
static int check_mine(struct class_call *k, const struct lock_request *q, struct lock_info *i)
{
    int r;

    if (!is_type(q->type) || !q->name[0])
        return -EINVAL;
    r = load(k, q->name, i);
    if (r)
        return r;
    if (i->type != q->type || strcmp(i->tag, q->tag) != 0 || !find_locker(i, class_caller(k), q->cookie))
        return -EBUSY;
    return 0;
}

static int assert_locked(struct class_call *k)
{
    struct lock_request q;
    struct lock_info i = {0};
    int r = request_decode(k, "ntcg", &q);

    if (r)
        return r;
    r = check_mine(k, &q, &i);
    lock_info_destroy(&i);
    request_destroy(&q);
    return r;
}

static int change_cookie(struct class_call *k, struct lock_request *q, struct lock_info *i)
{
    struct entity_name who = class_caller(k);
    struct locker l = *find_locker(i, who, q->cookie), *old = find_locker(i, who, q->cookie);
    int r;

    if (find_locker(i, who, q->new_cookie))
        return -EBUSY;
    l.cookie = q->new_cookie;
    l.description = strdup(old->description);
    q->new_cookie = NULL;
    remove_locker(i, old);
    r = add_locker(i, &l);
    return r ? r : store(k, q->name, i);
}

static int set_cookie(struct class_call *k)
{
    struct lock_request q;
    struct lock_info i = {0};
    int r = request_decode(k, "ntcgC", &q);

    if (r)
        return r;
    r = check_mine(k, &q, &i);
    if (r == 0)
        r = change_cookie(k, &q, &i);
    lock_info_destroy(&i);
    request_destroy(&q);
    return r;
}

const struct osd_class class_lock = {
    .name = "lock",
    .methods =
        (const struct class_method[]){
            {"lock", CLASS_RD | CLASS_WR, lock},
            {"unlock", CLASS_RD | CLASS_WR, unlock},
            {"break_lock", CLASS_RD | CLASS_WR, break_lock},
            {"get_info", CLASS_RD, get_info},
            {"list_locks", CLASS_RD, list_locks},
            {"assert_locked", CLASS_RD, assert_locked},
            {"set_cookie", CLASS_RD | CLASS_WR, set_cookie},
            {0},
        },
};
