/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* array: malloc'ed arrays that get or lose one element. Owner: the caller, who keeps the count. */
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

#endif
