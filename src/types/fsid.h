/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fsid: the 16 bytes that name a cluster, and other uuids. Pure but for fsid_generate(). */
#ifndef CEPH_TYPES_FSID_H
#define CEPH_TYPES_FSID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

struct fsid {
    uint8_t bytes[16];
};

#define FSID_TEXT_LEN 36

void fsid_encode(const struct fsid *f, struct encode *e);
void fsid_decode(struct fsid *f, struct decode *d);
bool fsid_equal(const struct fsid *a, const struct fsid *b);
bool fsid_is_zero(const struct fsid *f);
const char *fsid_print(const struct fsid *f, char buf[static FSID_TEXT_LEN + 1]);
int fsid_parse(struct fsid *f, const char *text) MUST_CHECK; /* -EINVAL */
int fsid_generate(struct fsid *f) MUST_CHECK;                /* random, version 4 */

#endif
