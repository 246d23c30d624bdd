/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/class_call.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "osd/osd.h"

static bool is_named(const char *name, const uint8_t *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

static bool is_whole(const struct osd_op *op)
{
    struct osd_op_cls x = osd_op_cls(op);

    return op->in.len >= (size_t)x.class_len + x.method_len;
}

const struct class_method *class_method_find(const struct osd_op *op)
{
    static const struct osd_class *const classes[] = {&class_hello, &class_lock, &class_refcount,
                                                      &class_version};
    struct osd_op_cls x = osd_op_cls(op);

    for (size_t i = 0; is_whole(op) && i < ARRAY_SIZE(classes); i++) {
        if (!is_named(classes[i]->name, op->in.data, x.class_len))
            continue;
        for (const struct class_method *m = classes[i]->methods; m->name; m++) {
            if (is_named(m->name, op->in.data + x.class_len, x.method_len))
                return m;
        }
    }
    return NULL;
}

int class_check_calls(const struct op_request *req)
{
    char who[ENTITY_NAME_MAX];

    for (unsigned i = 0; i < req->m.op_count; i++) {
        const struct osd_op *op = &req->m.ops[i];
        struct osd_op_cls x = osd_op_cls(op);
        if (op->code != OSD_OP_CALL || class_method_find(op))
            continue;
        if (!is_whole(op))
            return -EINVAL;
        derr(osd, "%s called %.*s.%.*s on %s; this OSD has no such class or method",
             entity_name_print(&req->reqid.name, who), x.class_len, (const char *)op->in.data, x.method_len,
             (const char *)op->in.data + x.class_len, req->m.oid);
        return -EOPNOTSUPP;
    }
    return 0;
}

/* The method is there: class_check_calls() has seen it. */
int step_call(struct op_context *c, struct osd_op *op)
{
    const struct class_method *m = class_method_find(op);
    struct osd_op_cls x = osd_op_cls(op);
    size_t names = (size_t)x.class_len + x.method_len;
    struct class_call k = {.c = c, .flags = m->flags};
    int r, given;

    k.in = (struct slice){.data = op->in.data + names, .len = op->in.len - names};
    encode_init(&k.out);
    r = m->run(&k);
    given = step_give(op, &k.out);
    if (k.strayed)
        return -EIO;
    return given ? given : r;
}

/* ---- for methods ---- */

static int may(struct class_call *k, enum class_flag flag)
{
    if (k->flags & flag)
        return 0;
    k->strayed = true;
    return -EIO;
}

int class_read(struct class_call *k, uint64_t offset, uint64_t length, struct slice *data)
{
    struct bufferlist parts;
    int r = may(k, CLASS_RD);

    if (r)
        return r;
    if (!k->c->exists)
        return -ENOENT;
    bufferlist_init(&parts);
    r = op_read_bytes(k->c, offset, length, &parts);
    if (r == 0)
        r = bufferlist_flatten(&parts, data);
    bufferlist_destroy(&parts);
    return r;
}

int class_stat(struct class_call *k, uint64_t *size)
{
    if (!k->c->exists)
        return -ENOENT;
    *size = k->c->info.size;
    return 0;
}

int class_getattr(struct class_call *k, const char *name, struct slice *value)
{
    int r = may(k, CLASS_RD);

    return r ? r : op_getattr(k->c, name, value);
}

int class_each_attr(struct class_call *k, os_visit_pair visit, void *arg)
{
    int r = may(k, CLASS_RD);

    return r ? r : op_each_attr(k->c, visit, arg);
}

int class_write_full(struct class_call *k, const void *data, size_t len)
{
    struct slice s = {0};
    int r = may(k, CLASS_WR);

    if (r)
        return r;
    if (len)
        s = slice_of(buffer_create_copy(data, len));
    if (len && !s.buf)
        return -ENOMEM;
    r = op_write_full(k->c, &s);
    slice_put(&s);
    return r;
}

int class_remove(struct class_call *k)
{
    int r = may(k, CLASS_WR);

    return r ? r : op_delete(k->c);
}

int class_setattr(struct class_call *k, const char *name, struct encode *e)
{
    struct slice value = {.data = e->data, .len = e->len};
    int r = may(k, CLASS_WR);

    if (r == 0)
        r = encode_error(e);
    if (r == 0)
        r = op_setattr(k->c, name, &value);
    encode_destroy(e);
    return r;
}

struct entity_name class_caller(const struct class_call *k)
{
    return k->c->req->reqid.name;
}

struct entity_addr class_caller_addr(const struct class_call *k)
{
    const struct entity_addr *a = entity_addrvec_canonical(connection_peer_addrs(k->c->req->con));
    static const struct entity_addr unknown;

    return a ? *a : unknown;
}
