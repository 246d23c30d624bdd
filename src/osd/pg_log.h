/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pg_log: what was done last to the objects of a placement group, in order of versions: for peers that were
 * away to catch up with, and to recognize a request that comes again by who sent it and its number.
 *
 * In memory all of it, by version and by request; on disk a record of the collection for each entry, whose
 * name pg_log_key() gives. Owner: init and destroy. Threads: none of its own. Pure.
 */
#ifndef CEPH_OSD_PG_LOG_H
#define CEPH_OSD_PG_LOG_H

#include "messages/m_osd_op.h"
#include "types/hobject.h"

enum pg_log_kind {
    PG_LOG_MODIFY = 1,
    PG_LOG_DELETE = 3,
    PG_LOG_ERROR = 9, /* nothing was changed; kept so that a resend gets the same answer */
};

struct pg_log_entry {
    uint8_t kind;
    struct eversion version, prior_version;
    uint64_t user_version;
    struct osd_reqid reqid; /* name.type 0: nobody's */
    struct utime mtime;
    int32_t result;
    struct hobject object;
    struct pg_log_entry *by_reqid; /* private: next in the bucket */
};

struct pg_log {
    struct pg_log_entry **entries; /* a ring, oldest first */
    unsigned first, count, room;   /* room: a power of two */
    struct pg_log_entry **buckets;
    unsigned bucket_count;      /* a power of two */
    struct eversion head, tail; /* versions of the newest entry, and of the last one trimmed */
};

static inline int eversion_compare(struct eversion a, struct eversion b)
{
    if (a.epoch != b.epoch)
        return a.epoch < b.epoch ? -1 : 1;
    return (a.version > b.version) - (a.version < b.version);
}

void pg_log_init(struct pg_log *l);
void pg_log_destroy(struct pg_log *l);

/* Takes e (malloc'ed, its object too), also on failure; it is newer than all others. */
int pg_log_append(struct pg_log *l, struct pg_log_entry *e) MUST_CHECK;
/* The entry of that request; NULL: none. */
const struct pg_log_entry *pg_log_find(const struct pg_log *l, const struct osd_reqid *reqid);
const struct pg_log_entry *pg_log_at(const struct pg_log *l, unsigned i); /* 0: the oldest */
/* Drops the oldest until at most keep are left. */
void pg_log_trim(struct pg_log *l, unsigned keep);

#define PG_LOG_KEY_MAX    40
#define PG_LOG_KEY_PREFIX "log."
#define PG_LOG_KEY_END    "log/" /* behind all of them */
/* "log.0000000012.00000000000000000034": in the order of versions. */
const char *pg_log_key(struct eversion v, char buf[static PG_LOG_KEY_MAX]);

void pg_log_entry_free(struct pg_log_entry *e);
void pg_log_entry_encode(const struct pg_log_entry *e, struct encode *enc);
/* NULL: malformed or no memory; d says which. */
struct pg_log_entry *pg_log_entry_decode(struct decode *d);

#endif
