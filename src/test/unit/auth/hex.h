/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hex: bytes written as hex digits in vectors. */
#ifndef CEPH_TEST_UNIT_AUTH_HEX_H
#define CEPH_TEST_UNIT_AUTH_HEX_H

#include <jansson.h>
#include <string.h>

#include "test/unit/vector.h"

/* free() the result. */
static inline uint8_t *hex_bytes(const char *hex, size_t *len)
{
    size_t n = strlen(hex) / 2;
    uint8_t *out = malloc(n + 1);

    assert_non_null(out);
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *len = n;
    return out;
}

static inline json_t *json_vector(const char *name)
{
    size_t len;
    uint8_t *text = vector_load(name, &len);
    json_t *j = json_loadb((char *)text, len, 0, NULL);

    assert_non_null(j);
    free(text);
    return j;
}

static inline const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    assert_non_null(text);
    return text;
}

static inline uint64_t json_hex(const json_t *object, const char *key)
{
    return strtoull(json_text(object, key), NULL, 16);
}

#endif
