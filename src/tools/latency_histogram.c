/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/latency_histogram.h"

#include <string.h>

#define SUB_BITS 6u

void latency_histogram_init(struct latency_histogram *h)
{
    memset(h, 0, sizeof(*h));
    h->min = UINT64_MAX;
}

static unsigned bucket_of(uint64_t value)
{
    unsigned shift;

    if (value < LATENCY_HISTOGRAM_SUB)
        return (unsigned)value;
    shift = 63u - (unsigned)__builtin_clzll(value) - SUB_BITS;
    return shift * LATENCY_HISTOGRAM_SUB + (unsigned)(value >> shift);
}

/* The largest value that the bucket counts. */
static uint64_t bucket_end(unsigned bucket)
{
    unsigned shift;

    if (bucket < 2 * LATENCY_HISTOGRAM_SUB)
        return bucket;
    shift = bucket / LATENCY_HISTOGRAM_SUB - 1;
    return ((uint64_t)(bucket - shift * LATENCY_HISTOGRAM_SUB + 1) << shift) - 1;
}

void latency_histogram_add(struct latency_histogram *h, uint64_t value)
{
    h->count++;
    h->sum += value;
    if (value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    h->buckets[bucket_of(value < LATENCY_HISTOGRAM_MAX ? value : LATENCY_HISTOGRAM_MAX)]++;
}

void latency_histogram_merge(struct latency_histogram *to, const struct latency_histogram *from)
{
    to->count += from->count;
    to->sum += from->sum;
    if (from->min < to->min)
        to->min = from->min;
    if (from->max > to->max)
        to->max = from->max;
    for (unsigned i = 0; i < LATENCY_HISTOGRAM_BUCKETS; i++)
        to->buckets[i] += from->buckets[i];
}

uint64_t latency_histogram_quantile(const struct latency_histogram *h, double q)
{
    double wanted = q * (double)h->count;
    uint64_t seen = 0;

    if (!h->count)
        return 0;
    for (unsigned i = 0; i < LATENCY_HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen && (double)seen >= wanted) {
            uint64_t end = bucket_end(i);
            return end < h->min ? h->min : end > h->max ? h->max : end;
        }
    }
    return h->max;
}

double latency_histogram_mean(const struct latency_histogram *h)
{
    return h->count ? (double)h->sum / (double)h->count : 0;
}
