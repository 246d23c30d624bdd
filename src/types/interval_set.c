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
