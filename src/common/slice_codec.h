/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slice_codec: bytes of other people's making inside an encoding: passed on as they came, or borrowed for a
 * look; and lists of them, which omaps are set from.
 *
 * Owner: a decoded slice holds a reference, which the caller puts, also after a failure; a borrowed one holds
 * none. Failures stick in the cursor. Threads: none of its own.
 */
#ifndef CEPH_COMMON_SLICE_CODEC_H
#define CEPH_COMMON_SLICE_CODEC_H

#include "common/buffer.h"
#include "common/decode.h"
#include "common/encode.h"

/* A blob {u32 length, bytes} as a slice of its own: a reference to parent's buffer where there is one, else a
 * copy. parent is what d reads. */
void slice_decode_blob(struct slice *s, struct decode *d, const struct slice *parent);
/* n bytes, the same way. */
void slice_decode_bytes(struct slice *s, size_t n, struct decode *d, const struct slice *parent);
/* A whole versioned struct, head included, not looked into. */
void slice_decode_struct(struct slice *s, struct decode *d, const struct slice *parent);
static inline void slice_encode_blob(const struct slice *s, struct encode *e)
{
    encode_blob(e, s->data, s->len);
}

/* A blob, borrowed from what d reads; empty on failure. */
struct slice slice_borrow_blob(struct decode *d);

/* A walk over a list {u32 count, {blob key}...}, or with values {u32 count, {blob key, blob value}...}. */
struct slice_list {
    struct decode d;
    uint32_t left;
    bool values;
};

void slice_list_begin(struct slice_list *l, const struct slice *bytes, bool values);
/* The next key, and its value or an empty one, borrowed; false at the end and on malformed bytes. */
bool slice_list_next(struct slice_list *l, struct slice *key, struct slice *value);
/* 0 when the list was good to its last byte, where the walk has to stand; -EBADMSG. */
int slice_list_finish(struct slice_list *l) MUST_CHECK;
/* 0 or -EBADMSG for a whole list. */
int slice_list_check(const struct slice *bytes, bool values) MUST_CHECK;

#endif
