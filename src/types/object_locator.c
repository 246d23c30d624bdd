/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/object_locator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STRUCT_V         6
#define COMPAT           3
#define COMPAT_WITH_HASH 6
#define PREFERRED_NONE   (-1)

int object_locator_init(struct object_locator *l, int64_t pool, const char *key, const char *nspace)
{
    *l = (struct object_locator){
        .pool = pool,
        .key = strdup(key ? key : ""),
        .nspace = strdup(nspace ? nspace : ""),
        .hash = OBJECT_LOCATOR_NO_HASH,
    };
    if (l->key && l->nspace)
        return 0;
    object_locator_destroy(l);
    return -ENOMEM;
}

void object_locator_destroy(struct object_locator *l)
{
    free(l->key);
    free(l->nspace);
    memset(l, 0, sizeof(*l));
}

void object_locator_encode(const struct object_locator *l, struct encode *e)
{
    size_t at =
        encode_begin_struct(e, STRUCT_V, l->hash == OBJECT_LOCATOR_NO_HASH ? COMPAT : COMPAT_WITH_HASH);

    encode_s64(e, l->pool);
    encode_s32(e, PREFERRED_NONE);
    encode_string(e, l->key);
    encode_string(e, l->nspace);
    encode_s64(e, l->hash);
    encode_end_struct(e, at);
}

void object_locator_decode(struct object_locator *l, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, STRUCT_V, &v);

    l->pool = decode_s64(&body);
    (void)decode_s32(&body);
    l->key = decode_string(&body);
    l->nspace = v >= 5 ? decode_string(&body) : strdup("");
    l->hash = v >= 6 ? decode_s64(&body) : OBJECT_LOCATOR_NO_HASH;
    decode_end(d, &body);
}
