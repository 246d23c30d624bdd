/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * latency_histogram: counts values (nanoseconds) in buckets whose width grows with the value, so that any
 * quantile is known to within 1/64 of itself in a fixed amount of memory.
 *
 * Values up to 63 have a bucket each; above, every power of two is cut in 64. Larger values than
 * LATENCY_HISTOGRAM_MAX are counted as that; minimum, maximum and mean are exact. Threads: one at a time.
 * See: src/test/unit/tools/test_latency_histogram.c.
 */
#ifndef CEPH_TOOLS_LATENCY_HISTOGRAM_H
#define CEPH_TOOLS_LATENCY_HISTOGRAM_H

#include <stdint.h>

#define LATENCY_HISTOGRAM_SUB     64u
#define LATENCY_HISTOGRAM_BITS    40u /* values below 2^40 ns: 18 minutes */
#define LATENCY_HISTOGRAM_MAX     ((UINT64_C(1) << LATENCY_HISTOGRAM_BITS) - 1)
#define LATENCY_HISTOGRAM_BUCKETS ((LATENCY_HISTOGRAM_BITS - 5) * LATENCY_HISTOGRAM_SUB)

struct latency_histogram {
    uint64_t count, sum, min, max;
    uint64_t buckets[LATENCY_HISTOGRAM_BUCKETS];
};

void latency_histogram_init(struct latency_histogram *h);
void latency_histogram_add(struct latency_histogram *h, uint64_t value);
void latency_histogram_merge(struct latency_histogram *to, const struct latency_histogram *from);
/* The value that a share q (0 to 1) of all values do not exceed; 0 when there are none. */
uint64_t latency_histogram_quantile(const struct latency_histogram *h, double q);
double latency_histogram_mean(const struct latency_histogram *h);

#endif
