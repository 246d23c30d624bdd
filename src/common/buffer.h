/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * buffer: a reference-counted flat block; slice: a part of one; bufferlist: slices in order.
 *
 * Owner: a buffer lives as long as its references. A slice with a buffer holds one reference; a slice without
 * one borrows bytes that somebody else keeps alive. Threads: counts are atomic; the bytes themselves must not
 * change once a second holder exists, or a crc was asked for. Errors: constructors give NULL, appends
 * -ENOMEM.
 */
#ifndef CEPH_COMMON_BUFFER_H
#define CEPH_COMMON_BUFFER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct buffer {
    uint8_t *data;
    size_t size;
    atomic_uint refs;
    atomic_uint_least64_t crc;              /* of all of it, once somebody has asked for it; buffer.c's */
    void (*release)(void *arg, void *data); /* how data is freed; NULL: it lies behind this struct */
    void *release_arg;
};

/* A block of size bytes, contents undefined, first byte at alignment (a power of two, at most 4096) plus
 * offset. */
struct buffer *buffer_create(size_t size);
struct buffer *buffer_create_aligned(size_t size, size_t alignment, size_t offset);
struct buffer *buffer_create_copy(const void *data, size_t size);

/* Wraps bytes of the caller's: release(arg, data) is called when the last reference goes. */
struct buffer *buffer_wrap(void *data, size_t size, void (*release)(void *arg, void *data), void *arg);
/* Wraps malloc'ed bytes, which the buffer frees; also frees them when it fails. */
struct buffer *buffer_wrap_malloc(void *data, size_t size);
/* The same for bytes that may be secrets, which are zeroed first. */
struct buffer *buffer_wrap_secret(void *data, size_t size);

/* NULL is fine for both. */
static inline struct buffer *buffer_get(struct buffer *b)
{
    if (b)
        atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}
void buffer_free(struct buffer *b); /* part of buffer_put() */
static inline void buffer_put(struct buffer *b)
{
    if (b && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1)
        buffer_free(b);
}

struct slice {
    struct buffer *buf; /* NULL: borrowed */
    const uint8_t *data;
    size_t len;
};

static inline struct slice
slice_of(struct buffer *b) /* takes the caller's reference; NULL gives an empty slice */
{
    return (struct slice){.buf = b, .data = b ? b->data : NULL, .len = b ? b->size : 0};
}
static inline struct slice slice_get(const struct slice *s)
{
    buffer_get(s->buf);
    return *s;
}
static inline void slice_put(struct slice *s)
{
    buffer_put(s->buf);
    *s = (struct slice){0};
}
/* len bytes of s from offset at on, with a reference of their own; the caller has checked that they are
 * there. */
struct slice slice_part(const struct slice *s, size_t at, size_t len);
int slice_compare(const struct slice *a, const struct slice *b); /* as bytes_compare() */

struct bufferlist {
    union {                 /* private: see bufferlist_slice() */
        struct slice one;   /* while room is 0: most lists have no more */
        struct slice *many; /* malloc'ed */
    };
    unsigned count, room;
    size_t len; /* bytes in all slices */
};

static inline void bufferlist_init(struct bufferlist *bl)
{
    *bl = (struct bufferlist){0};
}
/* Slice i of count; it may move when the list grows or moves. */
static inline struct slice *bufferlist_slice(const struct bufferlist *bl, unsigned i)
{
    return bl->room ? &bl->many[i] : (struct slice *)&bl->one;
}
void bufferlist_destroy(struct bufferlist *bl);
/* Zeroes all bytes that are not borrowed, for whoever else has them, too. */
void bufferlist_wipe(struct bufferlist *bl);

/* Appends a slice and takes its reference, also when it fails. Empty slices are dropped. */
int bufferlist_append(struct bufferlist *bl, struct slice s) MUST_CHECK;
int bufferlist_append_copy(struct bufferlist *bl, const void *data, size_t len) MUST_CHECK;
/* Appends references to all of other's slices. */
int bufferlist_append_list(struct bufferlist *bl, const struct bufferlist *other) MUST_CHECK;

/* Copies len bytes from offset on; the caller has checked that they are there. */
void bufferlist_copy_out(const struct bufferlist *bl, size_t offset, void *out, size_t len);

/* One flat slice of everything: a reference where there is one slice, else a copy. */
int bufferlist_flatten(const struct bufferlist *bl, struct slice *out) MUST_CHECK;

uint32_t bufferlist_crc32c(const struct bufferlist *bl, uint32_t crc);

#endif
