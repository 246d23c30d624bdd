/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_info: what an OSD keeps about an object beside its data: versions, times, who watches it. Stored as
 * the object's attribute OBJECT_INFO_ATTR; attributes of users have a prefix, so that the two never meet.
 *
 * Owner: the caller's storage; destroy frees the watchers. Threads: none of its own. Pure.
 */
#ifndef CEPH_OSD_OBJECT_INFO_H
#define CEPH_OSD_OBJECT_INFO_H

#include "messages/m_osd_op.h"
#include "types/entity_addr.h"

#define OBJECT_INFO_ATTR   "_"
#define USER_ATTR_PREFIX   "_" /* and the name, which is not empty */
#define OBJECT_WATCHER_MAX 65536

struct watcher_info {
    uint64_t cookie;
    struct entity_name who;
    struct entity_addr addr;
    uint32_t timeout; /* seconds */
};

struct object_info {
    struct eversion version, prior_version;
    uint64_t user_version;
    uint64_t size;
    struct utime mtime;
    struct osd_reqid last_reqid;
    uint64_t truncate_size;
    uint32_t truncate_seq;
    uint64_t expected_object_size, expected_write_size; /* hints */
    uint32_t alloc_hint_flags;
    struct watcher_info *watchers; /* malloc'ed */
    unsigned watcher_count;
};

void object_info_destroy(struct object_info *i);
int object_info_copy(struct object_info *to, const struct object_info *from) MUST_CHECK; /* inits to */
struct watcher_info *object_info_find_watcher(struct object_info *i, struct entity_name who, uint64_t cookie);
int object_info_add_watcher(struct object_info *i, const struct watcher_info *w) MUST_CHECK;
void object_info_remove_watcher(struct object_info *i, struct entity_name who, uint64_t cookie);

void object_info_encode(const struct object_info *i, struct encode *e);
/* Inits i; destroy it also after a failure. */
void object_info_decode(struct object_info *i, struct decode *d);

#endif
