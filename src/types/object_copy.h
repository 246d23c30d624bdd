/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_copy: a piece of an object on its way to another OSD, as COPY_GET gives it: Ceph's
 * object_copy_cursor_t, how far the reader is, and object_copy_data_t, what comes next.
 *
 * Owner: the caller's storage; destroy it also after a failed decode. Slices hold references. Pure.
 */
#ifndef CEPH_TYPES_OBJECT_COPY_H
#define CEPH_TYPES_OBJECT_COPY_H

#include <stdbool.h>

#include "common/buffer.h"
#include "common/decode.h"
#include "common/encode.h"
#include "types/utime.h"

/* {1,1} */
struct object_copy_cursor {
    bool attrs_done, data_done, omap_done;
    uint64_t data_offset;
    struct slice omap_offset; /* the last key that was given; empty: none */
};

void object_copy_cursor_destroy(struct object_copy_cursor *c);
static inline bool object_copy_cursor_at_end(const struct object_copy_cursor *c)
{
    return c->attrs_done && c->data_done && c->omap_done;
}
void object_copy_cursor_encode(const struct object_copy_cursor *c, struct encode *e);
/* parent: what d reads. */
void object_copy_cursor_decode(struct object_copy_cursor *c, struct decode *d, const struct slice *parent);

/* {8,5} */
struct object_copy_data {
    uint64_t size; /* of the whole object */
    struct utime mtime;
    struct slice attrs; /* {u32 count, {blob name, blob value}...}; empty: none */
    struct bufferlist data;
    struct slice omap; /* as attrs */
    struct slice omap_header;
    struct object_copy_cursor cursor; /* behind this piece */
    uint32_t truncate_seq;
    uint64_t truncate_size;
};

void object_copy_data_init(struct object_copy_data *p);
void object_copy_data_destroy(struct object_copy_data *p);
void object_copy_data_encode(const struct object_copy_data *p, struct encode *e);
/* Inits p. Lists are good to their last byte, or it fails. */
void object_copy_data_decode(struct object_copy_data *p, struct decode *d, const struct slice *parent);

#endif
