/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * librados_more: calls that librados.so.2 of Ceph 16.2 has in C++ only, and this library in C. Rules for
 * handles, threads and errors are those of librados.h.
 */
#ifndef CEPH_LIBRADOS_MORE_H
#define CEPH_LIBRADOS_MORE_H

#include "librados.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A client that watches an object. */
struct rados_watcher {
    char addr[64];      /* "192.0.2.1:0/1234" */
    int64_t watcher_id; /* N of client.N */
    uint64_t cookie;
    uint32_t timeout_seconds;
};

/* As rados_stat(), with the time as it is stored. psize and pmtime may be NULL. */
CEPH_RADOS_API int rados_stat2(rados_ioctx_t io, const char *oid, uint64_t *psize, struct timespec *pmtime);

/* *watchers: free() it. */
CEPH_RADOS_API int rados_list_watchers(rados_ioctx_t io, const char *oid, struct rados_watcher **watchers,
                                       size_t *count);

/* *header: rados_buffer_free() it; NULL on error. */
CEPH_RADOS_API int rados_omap_get_header(rados_ioctx_t io, const char *oid, char **header, size_t *len);
CEPH_RADOS_API void rados_write_op_omap_set_header(rados_write_op_t op, const char *header, size_t len);

/* The object becomes a copy of another one (of src_io's pool, namespace, locator and snapshot): data, xattrs,
 * omap, time and version, whole or not at all. src_version: the version that it must have, -ERANGE or
 * -EOVERFLOW if not; 0: any. src_flags: LIBRADOS_OP_FLAG_FADVISE_X for reading it. */
CEPH_RADOS_API void rados_write_op_copy_from(rados_write_op_t op, const char *src, rados_ioctx_t src_io,
                                             uint64_t src_version, uint32_t src_flags);

#ifdef __cplusplus
}
#endif

#endif
