/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz_codec: what targets do with what they decoded; where it does not hold they abort. */
#ifndef CEPH_TEST_FUZZ_FUZZ_CODEC_H
#define CEPH_TEST_FUZZ_FUZZ_CODEC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/formatter.h"

/* Two encodings are complete and the same; they are destroyed. */
static inline void fuzz_expect_same(struct encode *a, struct encode *b)
{
    if (encode_error(a) || encode_error(b) || a->len != b->len || memcmp(a->data, b->data, a->len) != 0)
        abort();
    encode_destroy(a);
    encode_destroy(b);
}

/* A map as text and as fields of an object. */
static inline void fuzz_show(const void *map, void (*print)(const void *map, FILE *out),
                             void (*format)(const void *map, struct formatter *f))
{
    struct formatter f;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        abort();
    print(map, out);
    fclose(out);
    free(text);
    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    format(map, &f);
    formatter_close(&f);
    formatter_destroy(&f);
}

#endif
