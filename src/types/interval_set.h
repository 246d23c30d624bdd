/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * interval_set: ranges of 64-bit numbers, as snapshots are listed: "[1~1,5~2]" is 1, 5 and 6.
 * Storage is the caller's: zero it or decode into it before, destroy after. Errors: -ENOMEM. Pure.
 */
#ifndef CEPH_TYPES_INTERVAL_SET_H
#define CEPH_TYPES_INTERVAL_SET_H

#include <stdint.h>
#include <stdio.h>

#include "common/decode.h"
#include "common/encode.h"
#include "common/formatter.h"

struct interval {
    uint64_t start, len;
};

struct interval_set {
    struct interval *intervals; /* in the order they came in */
    unsigned count;
};

void interval_set_destroy(struct interval_set *s);
void interval_set_encode(const struct interval_set *s, struct encode *e);
void interval_set_decode(struct interval_set *s, struct decode *d); /* inits s; destroy it also on failure */
/* Adds, takes away, every number of other. What comes out is sorted, without overlaps or touching ranges. */
int interval_set_add(struct interval_set *s, const struct interval_set *other) MUST_CHECK;
int interval_set_subtract(struct interval_set *s, const struct interval_set *other) MUST_CHECK;
void interval_set_print(const struct interval_set *s, FILE *out);
/* name: [{"begin": 1, "length": 1}] */
void interval_set_format(const struct interval_set *s, const char *name, struct formatter *f);

#endif
