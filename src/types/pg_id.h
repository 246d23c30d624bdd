/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pg_id: Ceph's pg_t: a placement group: a pool and the seed of a group in it; written "3.1f". Pure. */
#ifndef CEPH_TYPES_PG_ID_H
#define CEPH_TYPES_PG_ID_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/decode.h"
#include "common/encode.h"

struct pg_id {
    int64_t pool;
    uint32_t seed;
};

#define PG_ID_WIRE_LEN 17
#define PG_ID_TEXT_MAX 32

static inline void pg_id_encode(struct pg_id pg, struct encode *e)
{
    encode_u8(e, 1); /* version */
    encode_s64(e, pg.pool);
    encode_u32(e, pg.seed);
    encode_s32(e, -1); /* a preferred OSD, long gone */
}

static inline struct pg_id pg_id_decode(struct decode *d)
{
    struct pg_id pg;

    decode_u8(d);
    pg.pool = decode_s64(d);
    pg.seed = decode_u32(d);
    decode_u32(d);
    return pg;
}

/* By pool, then by seed: less than, equal to or greater than 0. */
static inline int pg_id_compare(struct pg_id a, struct pg_id b)
{
    if (a.pool != b.pool)
        return a.pool < b.pool ? -1 : 1;
    return a.seed < b.seed ? -1 : a.seed > b.seed;
}

static inline const char *pg_id_print(struct pg_id pg, char buf[static PG_ID_TEXT_MAX])
{
    snprintf(buf, PG_ID_TEXT_MAX, "%" PRId64 ".%x", pg.pool, pg.seed);
    return buf;
}

/* "3.1f", and nothing else. */
static inline bool pg_id_parse(const char *text, struct pg_id *out)
{
    int end = 0;

    return text[0] >= '0' && text[0] <= '9' &&
           sscanf(text, "%" SCNd64 ".%x%n", &out->pool, &out->seed, &end) == 2 && !text[end];
}

#endif
