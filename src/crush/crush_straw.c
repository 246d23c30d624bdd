/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_straw.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct ranked {
    uint32_t weight, index;
};

static int by_weight(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* From the lightest up, each straw is longer than the one before by what makes its item win in proportion. */
struct grower {
    double straw, below, last_weight;
    uint32_t left; /* items that are not lighter; the products with it wrap at 32 bits, as they always did */
};

static void grow(struct grower *g, uint32_t weight, uint32_t next, uint32_t left_now)
{
    double above, share;

    g->below += ((double)weight - g->last_weight) * g->left;
    g->left = left_now;
    above = g->left * (next - weight);
    share = g->below / (g->below + above);
    g->straw *= pow(1.0 / share, 1.0 / (double)g->left);
    g->last_weight = weight;
}

static uint32_t count_equal(const struct ranked *r, uint32_t n, uint32_t from)
{
    uint32_t k = from;

    while (k < n && r[k].weight == r[from].weight)
        k++;
    return k - from;
}

/* In 1/65536. One that takes more than 32 bits loses the upper ones, as it does where maps are made. */
static uint32_t length_of(double straw)
{
    double length = straw * 0x10000;

    return length >= 0 && length < 0x1p63 ? (uint32_t)(uint64_t)length : 0;
}

static void measure(const struct ranked *r, uint32_t *lengths, uint32_t n, uint8_t calc_version)
{
    struct grower g = {.straw = 1.0, .left = n};

    for (uint32_t i = 0; i < n; i++) {
        if (r[i].weight == 0) {
            lengths[r[i].index] = 0;
            g.left -= calc_version > 0;
            continue;
        }
        lengths[r[i].index] = length_of(g.straw);
        if (i + 1 == n)
            return;
        if (calc_version > 0)
            grow(&g, r[i].weight, r[i + 1].weight, g.left - 1);
        else if (r[i + 1].weight != r[i].weight)
            grow(&g, r[i].weight, r[i + 1].weight, g.left - count_equal(r, n, i + 1));
    }
}

int crush_straw_lengths(const uint32_t *weights, uint32_t *lengths, uint32_t n, uint8_t calc_version)
{
    struct ranked *r = calloc(n ? n : 1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        r[i] = (struct ranked){weights[i], i};
    qsort(r, n, sizeof(*r), by_weight);
    measure(r, lengths, n, calc_version);
    free(r);
    return 0;
}
