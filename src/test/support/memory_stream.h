/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory_stream: an export of a collection in memory, for the pipes of os/coll_export.h. free() its data. */
#ifndef CEPH_TEST_SUPPORT_MEMORY_STREAM_H
#define CEPH_TEST_SUPPORT_MEMORY_STREAM_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct memory_stream {
    uint8_t *data;
    size_t len, at;
};

static inline int memory_stream_write(void *arg, const void *data, size_t len)
{
    struct memory_stream *s = arg;
    uint8_t *grown = realloc(s->data, s->len + len + 1);

    if (!grown)
        return -ENOMEM;
    s->data = grown;
    if (len)
        memcpy(s->data + s->len, data, len);
    s->len += len;
    return 0;
}

static inline int memory_stream_read(void *arg, void *data, size_t len)
{
    struct memory_stream *s = arg;

    if (len > s->len - s->at)
        return -ENODATA;
    if (len)
        memcpy(data, s->data + s->at, len);
    s->at += len;
    return 0;
}

#endif
