/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/hobject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRUCT_V      4
#define STRUCT_COMPAT 3

int hobject_init(struct hobject *o, int64_t pool, uint32_t hash, const char *nspace, const char *key,
                 const char *name, uint64_t snap)
{
    *o = (struct hobject){
        .key = strdup(key ? key : ""),
        .name = strdup(name ? name : ""),
        .nspace = strdup(nspace ? nspace : ""),
        .snap = snap,
        .hash = hash,
        .pool = pool,
    };
    if (o->key && o->name && o->nspace)
        return 0;
    hobject_destroy(o);
    return -ENOMEM;
}

int hobject_init_min(struct hobject *o)
{
    return hobject_init(o, HOBJECT_POOL_MIN, 0, NULL, NULL, NULL, 0);
}

int hobject_init_max(struct hobject *o)
{
    int r = hobject_init_min(o);

    o->max = true;
    return r;
}

int hobject_copy(struct hobject *to, const struct hobject *from)
{
    int r = hobject_init(to, from->pool, from->hash, from->nspace, from->key, from->name, from->snap);

    to->max = from->max;
    return r;
}

void hobject_destroy(struct hobject *o)
{
    free(o->key);
    free(o->name);
    free(o->nspace);
    memset(o, 0, sizeof(*o));
}

bool hobject_is_min(const struct hobject *o)
{
    return !o->max && o->pool == HOBJECT_POOL_MIN && o->hash == 0 && o->snap == 0 && !*o->name && !*o->nspace;
}

uint32_t hobject_reverse_bits(uint32_t v)
{
    v = (v >> 1 & 0x55555555u) | (v & 0x55555555u) << 1;
    v = (v >> 2 & 0x33333333u) | (v & 0x33333333u) << 2;
    v = (v >> 4 & 0x0f0f0f0fu) | (v & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(v);
}

#define COMPARE(a, b)                  \
    do {                               \
        if ((a) != (b))                \
            return (a) < (b) ? -1 : 1; \
    } while (0)

static const char *effective_key(const struct hobject *o)
{
    return *o->key ? o->key : o->name;
}

int hobject_compare(const struct hobject *a, const struct hobject *b)
{
    int r;

    COMPARE(a->max, b->max);
    if (a->max)
        return 0;
    COMPARE(a->pool, b->pool);
    COMPARE(hobject_reverse_bits(a->hash), hobject_reverse_bits(b->hash));
    if ((r = strcmp(a->nspace, b->nspace)) || (r = strcmp(effective_key(a), effective_key(b))) ||
        (r = strcmp(a->name, b->name)))
        return r;
    COMPARE(a->snap, b->snap);
    return 0;
}

void hobject_encode(const struct hobject *o, struct encode *e)
{
    size_t at = encode_begin_struct(e, STRUCT_V, STRUCT_COMPAT);

    encode_string(e, o->key);
    encode_string(e, o->name);
    encode_u64(e, o->snap);
    encode_u32(e, o->hash);
    encode_bool(e, o->max);
    encode_string(e, o->nspace);
    encode_s64(e, o->pool);
    encode_end_struct(e, at);
}

void hobject_decode(struct hobject *o, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, STRUCT_V, &v);

    memset(o, 0, sizeof(*o));
    if (v < STRUCT_V) /* from before pools and namespaces were in it: nobody sends that any more */
        decode_fail(&body, -EOPNOTSUPP);
    o->key = decode_string(&body);
    o->name = decode_string(&body);
    o->snap = decode_u64(&body);
    o->hash = decode_u32(&body);
    o->max = decode_bool(&body);
    o->nspace = decode_string(&body);
    o->pool = decode_s64(&body);
    decode_end(d, &body);
    if (decode_error(d) && (!o->key || !o->name || !o->nspace)) {
        hobject_destroy(o);
        if (hobject_init_min(o) < 0)
            decode_fail(d, -ENOMEM);
    }
}

char *hobject_print(const struct hobject *o)
{
    char *text = NULL, snap[32] = "head";
    int r;

    if (o->max)
        return strdup("MAX");
    if (hobject_is_min(o))
        return strdup("MIN");
    if (o->snap == SNAP_DIR)
        strcpy(snap, "snapdir");
    else if (o->snap != SNAP_HEAD)
        snprintf(snap, sizeof(snap), "%llx", (unsigned long long)o->snap);
    r = asprintf(&text, "%lld:%08x:%s:%s:%s:%s", (long long)o->pool, hobject_reverse_bits(o->hash), o->nspace,
                 o->key, o->name, snap);
    return r < 0 ? NULL : text;
}
