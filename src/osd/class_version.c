/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The class "version": a number and a tag that an object's users give it, and raise only if it is as they
 * think. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth/crypto_key.h"
#include "osd/class_call.h"

#define ATTR "ceph.objclass.version"

enum { TAG_LEN = 24 };

enum condition { COND_NONE, COND_EQ, COND_GT, COND_GE, COND_LT, COND_LE, COND_TAG_EQ, COND_TAG_NE };

/* obj_version {1,1} */
struct version {
    uint64_t number;
    char *tag;
};

static void version_encode(const struct version *v, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_u64(e, v->number);
    encode_string(e, v->tag);
    encode_end_struct(e, at);
}

static void version_decode(struct version *v, struct decode *d)
{
    uint8_t struct_v;
    struct decode body = decode_struct(d, 1, &struct_v);

    v->number = decode_u64(&body);
    v->tag = decode_string(&body);
    decode_end(d, &body);
}

static int store(struct class_call *k, const struct version *v)
{
    struct encode e;

    encode_init(&e);
    version_encode(v, &e);
    return class_setattr(k, ATTR, &e);
}

static char *new_tag(void)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t bytes[TAG_LEN];
    char *tag = malloc(TAG_LEN + 1);

    if (!tag || crypto_random(bytes, sizeof(bytes))) {
        free(tag);
        return NULL;
    }
    for (unsigned i = 0; i < TAG_LEN; i++)
        tag[i] = letters[bytes[i] % (sizeof(letters) - 1)];
    tag[TAG_LEN] = 0;
    return tag;
}

/* create: an object without a version gets one. The caller frees the tag. */
static int load(struct class_call *k, bool create, struct version *v)
{
    struct slice bytes;
    struct decode d;
    int r = class_getattr(k, ATTR, &bytes);

    *v = (struct version){0};
    if (r == -ENOENT || r == -ENODATA) {
        v->tag = create ? new_tag() : strdup("");
        v->number = create ? 1 : 0;
        return v->tag ? 0 : -ENOMEM;
    }
    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    version_decode(v, &d);
    slice_put(&bytes);
    if (!decode_error(&d))
        return 0;
    free(v->tag);
    return -EIO;
}

static bool holds(enum condition cond, const struct version *have, const struct version *want)
{
    switch (cond) {
    case COND_NONE:
        return true;
    case COND_EQ:
        return have->number == want->number && !strcmp(have->tag, want->tag);
    case COND_GT:
        return have->number > want->number;
    case COND_GE:
        return have->number >= want->number;
    case COND_LT:
        return have->number < want->number;
    case COND_LE:
        return have->number <= want->number;
    case COND_TAG_EQ:
        return !strcmp(have->tag, want->tag);
    case COND_TAG_NE:
        return strcmp(have->tag, want->tag) != 0;
    }
    return false;
}

/* 0: every condition of the list holds; else failure. */
static int check_list(struct decode *d, const struct version *have, int failure)
{
    uint32_t count = decode_count(d, 6 + 6 + 4);
    int r = 0;

    for (uint32_t i = 0; i < count && !decode_error(d); i++) {
        uint8_t v;
        struct decode body = decode_struct(d, 1, &v);
        struct version want = {0};
        version_decode(&want, &body);
        uint32_t cond = decode_u32(&body);
        if (!decode_error(&body) && !holds((enum condition)cond, have, &want))
            r = failure;
        free(want.tag);
        decode_end(d, &body);
    }
    return decode_error(d) ? -EINVAL : r;
}

/* A request {1,1}: a version that counts for nothing, and the conditions. */
static int check_request(const struct class_call *k, const struct version *have, int failure)
{
    struct decode d, body;
    struct version unused;
    uint8_t v;

    decode_init(&d, k->in.data, k->in.len);
    body = decode_struct(&d, 1, &v);
    version_decode(&unused, &body);
    free(unused.tag);
    return check_list(&body, have, failure);
}

static int set(struct class_call *k)
{
    struct version given = {0};
    struct decode d, body;
    uint8_t v;
    int r;

    decode_init(&d, k->in.data, k->in.len);
    body = decode_struct(&d, 1, &v);
    version_decode(&given, &body);
    r = decode_error(&body) ? -EINVAL : store(k, &given);
    free(given.tag);
    return r;
}

static int raise_version(struct class_call *k, bool conditions)
{
    struct version have;
    int r = load(k, true, &have);

    if (r)
        return r;
    r = check_request(k, &have, conditions ? -ECANCELED : 0);
    have.number++;
    if (r == 0)
        r = store(k, &have);
    free(have.tag);
    return r;
}

static int inc(struct class_call *k)
{
    return raise_version(k, false);
}

static int inc_conds(struct class_call *k)
{
    return raise_version(k, true);
}

static int read_version(struct class_call *k)
{
    struct version have;
    size_t at;
    int r = load(k, false, &have);

    if (r)
        return r;
    at = encode_begin_struct(&k->out, 1, 1);
    version_encode(&have, &k->out);
    encode_end_struct(&k->out, at);
    free(have.tag);
    return 0;
}

static int check_conds(struct class_call *k)
{
    struct version have;
    int r = load(k, false, &have);

    if (r)
        return r;
    r = check_request(k, &have, -ECANCELED);
    free(have.tag);
    return r;
}

const struct osd_class class_version = {
    .name = "version",
    .methods =
        (const struct class_method[]){
            {"set", CLASS_RD | CLASS_WR, set},
            {"inc", CLASS_RD | CLASS_WR, inc},
            {"inc_conds", CLASS_RD | CLASS_WR, inc_conds},
            {"read", CLASS_RD, read_version},
            {"check_conds", CLASS_RD, check_conds},
            {0},
        },
};
