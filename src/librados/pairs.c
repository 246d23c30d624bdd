/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "librados/pairs.h"

#include <errno.h>
#include <stdlib.h>

#include "types/utime.h"

struct pair {
    char *key, *value; /* with a NUL behind each */
    size_t key_len, value_len;
};

struct pairs {
    struct pair *items;
    unsigned count, next;
};

static void pairs_clear(struct pairs *p)
{
    for (unsigned i = 0; i < p->count; i++) {
        free(p->items[i].key);
        free(p->items[i].value);
    }
    free(p->items);
    memset(p, 0, sizeof(*p));
}

static void pairs_free(struct pairs *p)
{
    if (p)
        pairs_clear(p);
    free(p);
}

static char *decode_text(struct decode *d, size_t *out_len)
{
    uint32_t len;
    const uint8_t *bytes = decode_blob(d, &len);
    char *text = bytes ? malloc((size_t)len + 1) : NULL;

    if (!text) {
        if (bytes)
            decode_fail(d, -ENOMEM);
        return NULL;
    }
    memcpy(text, bytes, len);
    text[len] = '\0';
    *out_len = len;
    return text;
}

static void pairs_decode(struct pairs *p, struct decode *d, bool have_values)
{
    uint32_t count = decode_count(d, have_values ? 8 : 4);

    pairs_clear(p);
    p->items = calloc((size_t)count + 1, sizeof(*p->items));
    if (!p->items) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (; p->count < count && !decode_error(d); p->count++) {
        struct pair *i = &p->items[p->count];

        i->key = decode_text(d, &i->key_len);
        if (have_values)
            i->value = decode_text(d, &i->value_len);
    }
    if (decode_error(d))
        pairs_clear(p);
}

/* ---- steps ---- */

static void take_pairs(struct object_step *s, bool have_values, struct bufferlist *out)
{
    struct slice flat;
    struct decode d;

    if (out->len == 0 || bufferlist_flatten(out, &flat))
        return;
    decode_init(&d, flat.data, flat.len);
    pairs_decode(s->to, &d, have_values);
    if (decode_error(&d) && s->result)
        *s->result = decode_error(&d) == -ENOMEM ? -ENOMEM : -EIO;
    if (!decode_error(&d) && s->to2)
        *(unsigned char *)s->to2 = decode_left(&d) > 0 && decode_bool(&d);
    slice_put(&flat);
}

static void take_map(struct object_step *s, int result, struct bufferlist *out)
{
    if (result >= 0)
        take_pairs(s, true, out);
}

static void take_keys(struct object_step *s, int result, struct bufferlist *out)
{
    if (result >= 0)
        take_pairs(s, false, out);
}

static void attach(struct object_operation *o, enum osd_op_code code, void **iter, unsigned char *more,
                   int *result)
{
    struct object_step *s = object_operation_last_step(o);

    /* The program has it from the beginning, and reads it when the operation is over. */
    *iter = calloc(1, sizeof(struct pairs));
    if (more)
        *more = 0;
    if (!*iter) {
        o->error = -ENOMEM;
        return;
    }
    s->finish = code == OSD_OP_OMAPGETKEYS ? take_keys : take_map;
    s->to = *iter;
    s->to2 = more;
    s->result = result;
}

struct osd_op *pairs_step(struct object_operation *o, enum osd_op_code code, void **iter, unsigned char *more,
                          int *result)
{
    struct osd_op *op = object_operation_add(o, code);

    attach(o, code, iter, more, result);
    return op;
}

void pairs_step_encoded(struct object_operation *o, enum osd_op_code code, struct encode *e, void **iter,
                        unsigned char *more, int *result)
{
    object_operation_encoded(o, code, e);
    attach(o, code, iter, more, result);
}

static void take_stat(struct object_step *s, int result, struct bufferlist *out)
{
    uint8_t bytes[16];
    struct decode d;
    uint64_t size;

    if (result < 0 || out->len < sizeof(bytes))
        return;
    bufferlist_copy_out(out, 0, bytes, sizeof(bytes));
    decode_init(&d, bytes, sizeof(bytes));
    size = decode_u64(&d);
    if (s->to)
        *(uint64_t *)s->to = size;
    if (s->to2)
        *(time_t *)s->to2 = (time_t)utime_decode(&d).sec;
}

void stat_step(struct object_operation *o, uint64_t *size, time_t *mtime, int *result)
{
    struct object_step *s;

    object_operation_add(o, OSD_OP_STAT);
    s = object_operation_last_step(o);
    s->finish = take_stat;
    s->to = size;
    s->to2 = mtime;
    s->result = result;
}

/* ---- iterators ---- */

int rados_getxattrs_next(rados_xattrs_iter_t iter, const char **name, const char **val, size_t *len)
{
    struct pairs *p = iter;

    *name = *val = NULL;
    *len = 0;
    if (p && p->next < p->count) {
        struct pair *i = &p->items[p->next++];

        *name = i->key;
        *val = i->value;
        *len = i->value_len;
    }
    return 0;
}

void rados_getxattrs_end(rados_xattrs_iter_t iter)
{
    pairs_free(iter);
}

int rados_omap_get_next2(rados_omap_iter_t iter, char **key, char **val, size_t *key_len, size_t *val_len)
{
    struct pairs *p = iter;
    struct pair none = {0}, *i = p && p->next < p->count ? &p->items[p->next++] : &none;

    if (key)
        *key = i->key;
    if (val)
        *val = i->value;
    if (key_len)
        *key_len = i->key_len;
    if (val_len)
        *val_len = i->value_len;
    return 0;
}

int rados_omap_get_next(rados_omap_iter_t iter, char **key, char **val, size_t *len)
{
    return rados_omap_get_next2(iter, key, val, NULL, len);
}

unsigned int rados_omap_iter_size(rados_omap_iter_t iter)
{
    struct pairs *p = iter;

    return p ? p->count : 0;
}

void rados_omap_get_end(rados_omap_iter_t iter)
{
    pairs_free(iter);
}
