/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * copy_from: the objects that an operation copies from, fetched from the OSDs that serve them (which may be
 * this one) before the operation's steps run. Until then the object that it writes is `copying`: others wait
 * for it, except for those that copy from it, so that two copies crosswise do not wait for each other.
 *
 * Owner: the request. Threads: begun under the group's lock; pieces come on the objecter's threads; the
 * request goes on in its group's lane. Errors: negative errno, kept for the step that they belong to.
 */
#ifndef CEPH_OSD_COPY_FROM_H
#define CEPH_OSD_COPY_FROM_H

#include "osd/pg.h"
#include "types/object_copy.h"
#include "types/object_locator.h"

struct copy_source {
    unsigned step; /* the operation's, that copies from it */
    char *name;
    struct object_locator locator;
    uint64_t snapid;
    uint64_t version; /* 0: any */
    bool truncation_given;

    int error; /* else what follows is there */
    uint64_t size;
    struct utime mtime;
    uint32_t truncate_seq;
    uint64_t truncate_size;
    struct bufferlist attrs, omap; /* each slice a list {u32 count, {blob key, blob value}...} */
    struct bufferlist data;
    struct slice omap_header;
};

struct copy_fetch;

/* It has steps that copy, and nothing was fetched yet. */
bool copy_fetch_is_due(const struct op_request *req);
/* Takes the request; obc is what it writes. -ENOMEM: it is the caller's still. */
int copy_fetch_start(struct pg *pg, struct object_context *obc, struct op_request *req) MUST_CHECK;
/* What was fetched for a step that copies. */
const struct copy_source *copy_fetch_source(const struct op_request *req, const struct osd_op *step);
void copy_fetch_free(struct copy_fetch *f); /* NULL is fine */

#endif
