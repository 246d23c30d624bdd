/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps on an object's extended attributes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "osd/op_context.h"
#include "osd/osd.h"

int op_attr_name(const struct op_context *c, const uint8_t *name, size_t len, char **out)
{
    if (!len || memchr(name, 0, len))
        return -EINVAL;
    if (len > osd_limits(op_osd(c))->attr_name)
        return -ENAMETOOLONG;
    if (asprintf(out, USER_ATTR_PREFIX "%.*s", (int)len, (const char *)name) < 0)
        return -ENOMEM;
    return 0;
}

/* The step's data is the name and then the value. */
static int split(const struct op_context *c, const struct osd_op *op, char **name, struct slice *value)
{
    struct osd_op_xattr x = osd_op_xattr(op);

    if (x.name_len > op->in.len || x.value_len > op->in.len - x.name_len)
        return -EINVAL;
    *value = op->in;
    value->data = x.value_len ? op->in.data + x.name_len : NULL;
    value->len = x.value_len;
    return op_attr_name(c, op->in.data, x.name_len, name);
}

static int getattr(struct op_context *c, const char *stored_name, struct slice *value)
{
    int r;

    if (!c->exists)
        return -ENOENT;
    if (!c->obc->exists || c->replaced)
        return -ENODATA;
    r = object_store_getattr(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, stored_name, value);
    return r == -ENOENT ? -ENODATA : r; /* it is only on its way to the store */
}

static int rmattr(struct op_context *c, const char *stored_name)
{
    if (!c->exists)
        return -ENOENT;
    os_rmattr(c->txn, &c->obc->name, stored_name);
    c->modified = c->user_modified = true;
    return 0;
}

static int setattr(struct op_context *c, const char *stored_name, const struct slice *value)
{
    uint64_t max = osd_limits(op_osd(c))->attr_size;

    if (max && value->len > max)
        return -EFBIG;
    op_create_object(c);
    os_setattr(c->txn, &c->obc->name, stored_name, value);
    return 0;
}

int op_getattr(struct op_context *c, const char *name, struct slice *value)
{
    char *stored;
    int r = op_attr_name(c, (const uint8_t *)name, strlen(name), &stored);

    if (r)
        return r;
    r = getattr(c, stored, value);
    free(stored);
    return r;
}

int op_setattr(struct op_context *c, const char *name, const struct slice *value)
{
    char *stored;
    int r = op_attr_name(c, (const uint8_t *)name, strlen(name), &stored);

    if (r)
        return r;
    r = setattr(c, stored, value);
    free(stored);
    return r;
}

int op_rmattr(struct op_context *c, const char *name)
{
    char *stored;
    int r = op_attr_name(c, (const uint8_t *)name, strlen(name), &stored);

    if (r)
        return r;
    r = rmattr(c, stored);
    free(stored);
    return r;
}

int step_getxattr(struct op_context *c, struct osd_op *op)
{
    struct slice value;
    char *name;
    int r = split(c, op, &name, &value);

    if (r)
        return r;
    r = getattr(c, name, &value);
    free(name);
    if (r)
        return r;
    struct osd_op_xattr x = osd_op_xattr(op);
    x.value_len = (uint32_t)value.len;
    osd_op_set_xattr(op, x);
    return bufferlist_append(&op->out, value);
}

struct attr_walk {
    os_visit_pair visit;
    void *arg;
};

static bool visit_attr(void *arg, const struct slice *key, const struct slice *value)
{
    const size_t prefix = strlen(USER_ATTR_PREFIX);
    const struct attr_walk *w = arg;
    struct slice name = *key;

    if (key->len <= prefix)
        return true; /* the info */
    name.data += prefix;
    name.len -= prefix;
    return w->visit(w->arg, &name, value);
}

int op_each_attr(struct op_context *c, os_visit_pair visit, void *arg)
{
    struct attr_walk w = {visit, arg};

    if (!c->exists)
        return -ENOENT;
    if (!c->obc->exists || c->replaced)
        return 0;
    return object_store_getattrs(osd_store(op_osd(c)), c->pg->coll, &c->obc->name, visit_attr, &w);
}

static bool list_attr(void *list, const struct slice *key, const struct slice *value)
{
    step_list_add(list, key, value);
    return true;
}

int step_getxattrs(struct op_context *c, struct osd_op *op)
{
    struct step_list l;
    int r;

    step_list_init(&l);
    r = op_each_attr(c, list_attr, &l);
    return step_give_list(op, &l, r);
}

static bool holds(uint8_t cmp, int order)
{
    switch (cmp) {
    case OSD_CMP_EQ:
        return order == 0;
    case OSD_CMP_NE:
        return order != 0;
    case OSD_CMP_GT:
        return order > 0;
    case OSD_CMP_GTE:
        return order >= 0;
    case OSD_CMP_LT:
        return order < 0;
    case OSD_CMP_LTE:
        return order <= 0;
    default:
        return false;
    }
}

/* An attribute that counts holds decimal digits; what is not there counts as 0. */
static int compare_numbers(const struct slice *given, const struct slice *have, int *order)
{
    char text[32] = "";
    struct decode d;
    uint64_t a, b;

    decode_init(&d, given->data, given->len);
    a = decode_u64(&d);
    if (decode_error(&d) || have->len >= sizeof(text))
        return -EINVAL;
    if (have->len)
        memcpy(text, have->data, have->len);
    b = strtoull(text, NULL, 10);
    *order = (a > b) - (a < b);
    return 0;
}

int step_cmpxattr(struct op_context *c, struct osd_op *op)
{
    struct osd_op_xattr x = osd_op_xattr(op);
    struct slice given, have = {0};
    int order = 0, r;
    char *name;

    r = split(c, op, &name, &given);
    if (r)
        return r;
    r = getattr(c, name, &have);
    free(name);
    if (r && r != -ENODATA)
        return r;
    if (x.cmp_op < OSD_CMP_EQ || x.cmp_op > OSD_CMP_LTE)
        r = -EINVAL;
    else if (x.cmp_mode == OSD_CMP_STRING)
        r = 0, order = slice_compare(&given, &have);
    else if (x.cmp_mode == OSD_CMP_U64)
        r = compare_numbers(&given, &have, &order);
    else
        r = -EINVAL;
    slice_put(&have);
    if (r)
        return r;
    return holds(x.cmp_op, order) ? 1 : -ECANCELED;
}

int step_setxattr(struct op_context *c, struct osd_op *op)
{
    struct slice value;
    char *name;
    int r = split(c, op, &name, &value);

    if (r)
        return r;
    r = setattr(c, name, &value);
    free(name);
    return r;
}

int step_rmxattr(struct op_context *c, struct osd_op *op)
{
    struct slice value;
    char *name;
    int r = split(c, op, &name, &value);

    if (r)
        return r;
    r = rmattr(c, name);
    free(name);
    return r;
}
