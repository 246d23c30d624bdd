/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The class "refcount": an object that is removed with the last of those who hold it. */
#include <errno.h>
#include <stdlib.h>

#include "osd/class_call.h"
#include "types/string_list.h"

#define ATTR   "refcount"
#define ANYONE "" /* holds what nobody has held yet, where the caller says so */

/* obj_refcount {2,1}: a map from tag to true, and the tags that are gone. */
struct refs {
    struct string_list held, retired; /* sets */
};

static void refs_destroy(struct refs *r)
{
    string_list_destroy(&r->held);
    string_list_destroy(&r->retired);
}

static int refs_decode(struct refs *r, const struct slice *bytes)
{
    struct decode d, body;
    uint32_t count;
    uint8_t v;

    decode_init(&d, bytes->data, bytes->len);
    body = decode_struct(&d, 2, &v);
    count = decode_count(&body, 5);
    for (uint32_t i = 0; i < count && !decode_error(&body); i++) {
        char *tag = decode_string(&body);
        if (tag && string_list_insert(&r->held, tag))
            decode_fail(&body, -ENOMEM);
        free(tag);
        (void)decode_bool(&body);
    }
    if (v >= 2)
        string_list_decode(&r->retired, &body);
    decode_end(&d, &body);
    return decode_error(&d);
}

/* Inits r; destroy it also after a failure. */
static int refs_read(struct class_call *k, bool implicit, struct refs *r)
{
    struct slice bytes;
    int err;

    string_list_init(&r->held);
    string_list_init(&r->retired);
    err = class_getattr(k, ATTR, &bytes);
    if (err == -ENODATA)
        return implicit ? string_list_insert(&r->held, ANYONE) : 0;
    if (err)
        return err;
    err = refs_decode(r, &bytes) ? -EIO : 0;
    slice_put(&bytes);
    return err;
}

static int refs_write(struct class_call *k, const struct refs *r)
{
    struct encode e;
    size_t at;

    encode_init(&e);
    at = encode_begin_struct(&e, 2, 1);
    encode_u32(&e, r->held.count);
    for (unsigned i = 0; i < r->held.count; i++) {
        encode_string(&e, r->held.items[i]);
        encode_bool(&e, true);
    }
    string_list_encode(&r->retired, &e);
    encode_end_struct(&e, at);
    return class_setattr(k, ATTR, &e);
}

/* {1,1}: a tag and whether anyone counts; a read has no tag. */
static int decode_request(const struct class_call *k, char **tag, bool *implicit)
{
    struct decode d, body;
    uint8_t v;

    decode_init(&d, k->in.data, k->in.len);
    body = decode_struct(&d, 1, &v);
    if (tag)
        *tag = decode_string(&body);
    *implicit = decode_bool(&body);
    if (!decode_error(&body))
        return 0;
    if (tag)
        free(*tag);
    return -EINVAL;
}

static int get_tag(struct class_call *k, struct refs *refs, const char *tag, bool implicit UNUSED)
{
    int r = string_list_insert(&refs->held, tag);

    return r ? r : refs_write(k, refs);
}

static int put_tag(struct class_call *k, struct refs *refs, const char *tag, bool implicit)
{
    const char *held = string_list_contains(&refs->held, tag)                  ? tag
                       : implicit && string_list_contains(&refs->held, ANYONE) ? ANYONE
                                                                               : NULL;
    int r;

    if (!refs->held.count)
        return -EINVAL;
    if (!held || string_list_contains(&refs->retired, tag))
        return 0;
    string_list_remove(&refs->held, held);
    r = string_list_insert(&refs->retired, tag);
    if (r)
        return r;
    return refs->held.count ? refs_write(k, refs) : class_remove(k);
}

static int change(struct class_call *k,
                  int (*how)(struct class_call *k, struct refs *refs, const char *tag, bool implicit))
{
    struct refs refs;
    bool implicit;
    char *tag;
    int r = decode_request(k, &tag, &implicit);

    if (r)
        return r;
    r = refs_read(k, implicit, &refs);
    if (r == 0)
        r = how(k, &refs, tag, implicit);
    refs_destroy(&refs);
    free(tag);
    return r;
}

static int get(struct class_call *k)
{
    return change(k, get_tag);
}

static int put(struct class_call *k)
{
    return change(k, put_tag);
}

static int set(struct class_call *k)
{
    struct refs refs = {0};
    struct string_list tags;
    struct decode d, body;
    uint8_t v;
    int r;

    decode_init(&d, k->in.data, k->in.len);
    body = decode_struct(&d, 1, &v);
    string_list_decode(&tags, &body);
    r = decode_error(&body) ? -EINVAL : 0;
    for (unsigned i = 0; r == 0 && i < tags.count; i++)
        r = string_list_insert(&refs.held, tags.items[i]);
    if (r == 0)
        r = tags.count ? refs_write(k, &refs) : class_remove(k);
    string_list_destroy(&tags);
    refs_destroy(&refs);
    return r;
}

static int read_refs(struct class_call *k)
{
    struct refs refs;
    bool implicit;
    size_t at;
    int r = decode_request(k, NULL, &implicit);

    if (r)
        return r;
    r = refs_read(k, implicit, &refs);
    if (r == 0) {
        at = encode_begin_struct(&k->out, 1, 1);
        string_list_encode(&refs.held, &k->out);
        encode_end_struct(&k->out, at);
    }
    refs_destroy(&refs);
    return r;
}

const struct osd_class class_refcount = {
    .name = "refcount",
    .methods =
        (const struct class_method[]){
            {"get", CLASS_RD | CLASS_WR, get},
            {"put", CLASS_RD | CLASS_WR, put},
            {"set", CLASS_RD | CLASS_WR, set},
            {"read", CLASS_RD, read_refs},
            {0},
        },
};
