/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * coll_export: a collection, with all its objects and records, as a stream of bytes: what a placement group
 * is moved in.
 *
 * The stream: 16 bytes of magic; then sections {u32 kind, u32 length, u32 crc32c of what follows, bytes}: the
 * head, transactions that make the collection again (the records in one, the last), the end with their
 * number. A collection that is only partly there has no records.
 *
 * Threads: any; nobody changes the collection meanwhile. Errors: negative errno, with a line in err:
 * -EBADMSG: this is no export, or it is damaged or cut; -EEXIST: the collection is there.
 */
#ifndef CEPH_OS_COLL_EXPORT_H
#define CEPH_OS_COLL_EXPORT_H

#include "os/object_store.h"
#include "types/fsid.h"

struct coll_export_head {
    struct fsid cluster;
    struct coll_id coll;
    uint32_t bits;
};

/* Bytes out or in: all of len, 0 or negative errno. At the end of what is there to read: -ENODATA. */
struct coll_export_pipe {
    int (*write)(void *arg, const void *data, size_t len);
    int (*read)(void *arg, void *data, size_t len);
    void *arg;
};

int coll_export(struct object_store *s, const struct coll_export_head *head,
                const struct coll_export_pipe *out, char *err, size_t err_size) MUST_CHECK;
int coll_import_head(const struct coll_export_pipe *in, struct coll_export_head *head, char *err,
                     size_t err_size) MUST_CHECK;
/* What follows the head. After a failure nothing of it is left. */
int coll_import(struct object_store *s, const struct coll_export_head *head,
                const struct coll_export_pipe *in, char *err, size_t err_size) MUST_CHECK;

#endif
