/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/object_stat_sum.h"

void object_stat_sum_add(struct object_stat_sum *to, const struct object_stat_sum *more)
{
#define X(name, bits) to->name += more->name;
    OBJECT_STATS(X)
#undef X
}

void object_stat_sum_encode(const struct object_stat_sum *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 20, 14);

#define X(name, bits) encode_s##bits(e, s->name);
    OBJECT_STATS(X)
#undef X
    encode_end_struct(e, at);
}

void object_stat_sum_decode(struct object_stat_sum *s, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 20, &v);

#define X(name, bits) s->name = decode_s##bits(&body);
    OBJECT_STATS(X)
#undef X
    decode_end(d, &body);
}

void object_stat_collection_encode(const struct object_stat_sum *s, struct encode *e)
{
    size_t at = encode_begin_struct(e, 2, 2);

    object_stat_sum_encode(s, e);
    encode_u32(e, 0); /* sums by category, long gone */
    encode_end_struct(e, at);
}

void object_stat_collection_decode(struct object_stat_sum *s, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 2, &v);

    object_stat_sum_decode(s, &body);
    decode_end(d, &body);
}
