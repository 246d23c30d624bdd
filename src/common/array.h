/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* array: malloc'ed arrays that get or lose one element, and looking in those that are in order. Owner: the
 * caller, who keeps the count. See: src/test/unit/common/test_array.c. */
#ifndef CEPH_COMMON_ARRAY_H
#define CEPH_COMMON_ARRAY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"

/* The array of count elements with one more, zeroed, at index at; it may have moved. NULL: no memory, and the
 * array is as before. */
MUST_CHECK static inline void *array_insert(void *array, size_t count, size_t size, size_t at)
{
    uint8_t *p = reallocarray(array, count + 1, size);

    if (!p)
        return NULL;
    memmove(p + (at + 1) * size, p + at * size, (count - at) * size);
    memset(p + at * size, 0, size);
    return p;
}

/* Takes the element at index at out of count; the memory stays as large. */
static inline void array_remove(void *array, size_t count, size_t size, size_t at)
{
    uint8_t *p = array;

    memmove(p + at * size, p + (at + 1) * size, (count - at - 1) * size);
}

/* Below 0: the element comes before the key; 0: it has the key; above 0: it comes after it. */
typedef int (*array_compare)(const void *element, const void *key);

/* For elements that begin with an int32_t; key: one. */
static inline int array_compare_i32(const void *element, const void *key)
{
    int32_t a = *(const int32_t *)element, b = *(const int32_t *)key;

    return (a > b) - (a < b);
}

/* For elements that begin with a pointer to a string; key: a string. */
static inline int array_compare_string(const void *element, const void *key)
{
    return strcmp(*(const char *const *)element, key);
}

/* The index of the first element that does not come before key; count: all do. The array may be NULL if count
 * is 0. */
static inline size_t array_lower_bound(const void *array, size_t count, size_t size, const void *key,
                                       array_compare compare)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare((const uint8_t *)array + mid * size, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The first element that has the key; NULL: none. */
static inline void *array_find(const void *array, size_t count, size_t size, const void *key,
                               array_compare compare)
{
    size_t at = array_lower_bound(array, count, size, key, compare);
    const uint8_t *element = at < count ? (const uint8_t *)array + at * size : NULL;

    return element && compare(element, key) == 0 ? (void *)element : NULL;
}

#endif
