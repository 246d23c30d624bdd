/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* eversion: Ceph's eversion_t: a version of a placement group in an epoch; written "epoch'version". Pure. */
#ifndef CEPH_TYPES_EVERSION_H
#define CEPH_TYPES_EVERSION_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "common/decode.h"
#include "common/encode.h"

struct eversion {
    uint64_t version;
    uint32_t epoch;
};

#define EVERSION_TEXT_MAX 32

static inline void eversion_encode(struct eversion v, struct encode *e)
{
    encode_u64(e, v.version);
    encode_u32(e, v.epoch);
}

static inline struct eversion eversion_decode(struct decode *d)
{
    struct eversion v;

    v.version = decode_u64(d);
    v.epoch = decode_u32(d);
    return v;
}

static inline const char *eversion_print(struct eversion v, char buf[static EVERSION_TEXT_MAX])
{
    snprintf(buf, EVERSION_TEXT_MAX, "%u'%" PRIu64, v.epoch, v.version);
    return buf;
}

#endif
