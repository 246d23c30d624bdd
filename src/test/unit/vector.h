/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector: the bytes of a file below src/test/vectors; a test that misses one fails. */
#ifndef CEPH_TEST_UNIT_VECTOR_H
#define CEPH_TEST_UNIT_VECTOR_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "test/unit/unit.h"

/* free() the result, which ends in a NUL that len does not count. */
static inline uint8_t *vector_load(const char *name, size_t *len)
{
    const char *srcdir = getenv("srcdir"); /* automake's harness sets it */
    uint8_t *data;
    char path[512];
    FILE *f;
    long size;

    snprintf(path, sizeof(path), "%s/src/test/vectors/%s", srcdir ? srcdir : ".", name);
    f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s (outside of make check, set srcdir)", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    size = ftell(f);
    assert_true(size >= 0);
    rewind(f);
    data = malloc((size_t)size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, f), size);
    fclose(f);
    data[size] = 0;
    *len = (size_t)size;
    return data;
}

#endif
