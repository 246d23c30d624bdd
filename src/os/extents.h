/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extents: an object's data in memory: slices at offsets, ascending, not overlapping; the rest are holes.
 *
 * Writing references the caller's slice; slices that would hold a much larger buffer alive, and small ones
 * that follow each other, are copied together. What a read gave out never changes. Owner: init and destroy.
 * Threads: none of its own. Errors: -ENOMEM.
 */
#ifndef CEPH_OS_EXTENTS_H
#define CEPH_OS_EXTENTS_H

#include "common/buffer.h"

struct extent {
    uint64_t offset;
    struct slice data;
};

struct extents {
    struct extent *items;
    unsigned count, room;
    unsigned settle_at; /* the count at which it is looked next whether small ones can be joined */
    uint64_t bytes;     /* in all slices */
};

void extents_destroy(struct extents *x);
int extents_write(struct extents *x, uint64_t offset, const struct slice *data) MUST_CHECK;
/* Makes a hole. */
int extents_punch(struct extents *x, uint64_t offset, uint64_t length) MUST_CHECK;
/* Appends all of the range, holes as zeroes. */
int extents_read(const struct extents *x, uint64_t offset, uint64_t length,
                 struct bufferlist *out) MUST_CHECK;
int extents_copy(struct extents *to, const struct extents *from) MUST_CHECK; /* references; to is empty */
void extents_visit(const struct extents *x, uint64_t offset, uint64_t length,
                   void (*visit)(void *arg, uint64_t offset, uint64_t length), void *arg);
int bufferlist_append_zeroes(struct bufferlist *bl, uint64_t length) MUST_CHECK;

#endif
