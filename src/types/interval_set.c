/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/interval_set.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

void interval_set_destroy(struct interval_set *s)
{
    free(s->intervals);
    s->intervals = NULL;
    s->count = 0;
}

void interval_set_encode(const struct interval_set *s, struct encode *e)
{
    encode_u32(e, s->count);
    for (unsigned i = 0; i < s->count; i++) {
        encode_u64(e, s->intervals[i].start);
        encode_u64(e, s->intervals[i].len);
    }
}

void interval_set_decode(struct interval_set *s, struct decode *d)
{
    unsigned n = decode_count(d, 16);

    s->intervals = n ? calloc(n, sizeof(*s->intervals)) : NULL;
    s->count = s->intervals ? n : 0;
    if (s->count != n)
        decode_fail(d, -ENOMEM);
    for (unsigned i = 0; i < s->count; i++) {
        s->intervals[i].start = decode_u64(d);
        s->intervals[i].len = decode_u64(d);
    }
}

static int by_start(const void *a, const void *b)
{
    const struct interval *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static uint64_t end_of(const struct interval *i)
{
    return i->len > UINT64_MAX - i->start ? UINT64_MAX : i->start + i->len;
}

int interval_set_add(struct interval_set *s, const struct interval_set *other)
{
    unsigned total = s->count + other->count, n = 0;
    struct interval *all = reallocarray(s->intervals, total ? total : 1, sizeof(*all));

    if (!all)
        return -ENOMEM;
    for (unsigned i = 0; i < other->count; i++)
        all[s->count + i] = other->intervals[i];
    qsort(all, total, sizeof(*all), by_start);
    for (unsigned i = 0; i < total; i++) {
        if (n && all[i].start <= end_of(&all[n - 1])) {
            if (end_of(&all[i]) > end_of(&all[n - 1]))
                all[n - 1].len = end_of(&all[i]) - all[n - 1].start;
        } else if (all[i].len) {
            all[n++] = all[i];
        }
    }
    s->intervals = all;
    s->count = n;
    return 0;
}

static int subtract_one(struct interval_set *s, const struct interval *cut)
{
    struct interval *left = calloc(s->count + 1, sizeof(*left));
    uint64_t from = cut->start, to = end_of(cut);
    unsigned n = 0;

    if (!left)
        return -ENOMEM;
    for (unsigned i = 0; i < s->count; i++) {
        struct interval in = s->intervals[i];
        uint64_t end = end_of(&in);
        if (end <= from || in.start >= to) {
            left[n++] = in;
            continue;
        }
        if (in.start < from)
            left[n++] = (struct interval){.start = in.start, .len = from - in.start};
        if (end > to)
            left[n++] = (struct interval){.start = to, .len = end - to};
    }
    free(s->intervals);
    s->intervals = left;
    s->count = n;
    return 0;
}

int interval_set_subtract(struct interval_set *s, const struct interval_set *other)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < other->count; i++)
        r = subtract_one(s, &other->intervals[i]);
    return r;
}

/* In hexadecimal, as genuine tools have it. */
void interval_set_print(const struct interval_set *s, FILE *out)
{
    fputc('[', out);
    for (unsigned i = 0; i < s->count; i++)
        fprintf(out, "%s%" PRIx64 "~%" PRIx64, i ? "," : "", s->intervals[i].start, s->intervals[i].len);
    fputc(']', out);
}

void interval_set_format(const struct interval_set *s, const char *name, struct formatter *f)
{
    formatter_open_array(f, name);
    for (unsigned i = 0; i < s->count; i++) {
        formatter_open_object(f, NULL);
        formatter_uint(f, "begin", s->intervals[i].start);
        formatter_uint(f, "length", s->intervals[i].len);
        formatter_close(f);
    }
    formatter_close(f);
}
