/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/pg_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_MIN = 64 };

void pg_log_init(struct pg_log *l)
{
    memset(l, 0, sizeof(*l));
}

void pg_log_entry_free(struct pg_log_entry *e)
{
    if (!e)
        return;
    hobject_destroy(&e->object);
    free(e);
}

const struct pg_log_entry *pg_log_at(const struct pg_log *l, unsigned i)
{
    return l->entries[(l->first + i) & (l->room - 1)];
}

void pg_log_destroy(struct pg_log *l)
{
    for (unsigned i = 0; i < l->count; i++)
        pg_log_entry_free((struct pg_log_entry *)pg_log_at(l, i));
    free(l->entries);
    free(l->buckets);
    pg_log_init(l);
}

static unsigned bucket_of(const struct pg_log *l, const struct osd_reqid *r)
{
    uint64_t h = (r->tid + (uint64_t)r->name.num * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;

    return (unsigned)(h >> 32) & (l->bucket_count - 1);
}

static bool has_reqid(const struct pg_log_entry *e)
{
    return e->reqid.name.type != 0;
}

static void index_entry(struct pg_log *l, struct pg_log_entry *e)
{
    struct pg_log_entry **bucket = &l->buckets[bucket_of(l, &e->reqid)];

    e->by_reqid = *bucket;
    *bucket = e;
}

static void unindex_entry(struct pg_log *l, struct pg_log_entry *e)
{
    struct pg_log_entry **at = &l->buckets[bucket_of(l, &e->reqid)];

    while (*at && *at != e)
        at = &(*at)->by_reqid;
    if (*at)
        *at = e->by_reqid;
}

/* Doubles the ring and the table. */
static int grow(struct pg_log *l)
{
    unsigned room = l->room ? 2 * l->room : ROOM_MIN;
    struct pg_log_entry **entries = malloc(room * sizeof(struct pg_log_entry *));
    struct pg_log_entry **buckets = calloc(room, sizeof(struct pg_log_entry *));

    if (!entries || !buckets) {
        free(entries);
        free(buckets);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < l->count; i++)
        entries[i] = (struct pg_log_entry *)pg_log_at(l, i);
    free(l->entries);
    free(l->buckets);
    l->entries = entries;
    l->buckets = buckets;
    l->first = 0;
    l->room = l->bucket_count = room;
    for (unsigned i = 0; i < l->count; i++) {
        if (has_reqid(entries[i]))
            index_entry(l, entries[i]);
    }
    return 0;
}

int pg_log_append(struct pg_log *l, struct pg_log_entry *e)
{
    if (l->count == l->room && grow(l)) {
        pg_log_entry_free(e);
        return -ENOMEM;
    }
    l->entries[(l->first + l->count) & (l->room - 1)] = e;
    l->count++;
    l->head = e->version;
    if (has_reqid(e))
        index_entry(l, e);
    return 0;
}

const struct pg_log_entry *pg_log_find(const struct pg_log *l, const struct osd_reqid *reqid)
{
    const struct pg_log_entry *e = l->bucket_count ? l->buckets[bucket_of(l, reqid)] : NULL;

    while (e && !osd_reqid_equal(&e->reqid, reqid))
        e = e->by_reqid;
    return e;
}

void pg_log_trim(struct pg_log *l, unsigned keep)
{
    while (l->count > keep) {
        struct pg_log_entry *e = l->entries[l->first];
        if (has_reqid(e))
            unindex_entry(l, e);
        l->tail = e->version;
        pg_log_entry_free(e);
        l->first = (l->first + 1) & (l->room - 1);
        l->count--;
    }
}

const char *pg_log_key(struct eversion v, char buf[static PG_LOG_KEY_MAX])
{
    snprintf(buf, PG_LOG_KEY_MAX, PG_LOG_KEY_PREFIX "%010u.%020" PRIu64, v.epoch, v.version);
    return buf;
}

void pg_log_entry_encode(const struct pg_log_entry *e, struct encode *enc)
{
    size_t at = encode_begin_struct(enc, 1, 1);

    encode_u8(enc, e->kind);
    eversion_encode(e->version, enc);
    eversion_encode(e->prior_version, enc);
    encode_u64(enc, e->user_version);
    osd_reqid_encode(&e->reqid, enc);
    utime_encode(e->mtime, enc);
    encode_s32(enc, e->result);
    hobject_encode(&e->object, enc);
    encode_end_struct(enc, at);
}

struct pg_log_entry *pg_log_entry_decode(struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    struct pg_log_entry *e = calloc(1, sizeof(*e));

    if (!e) {
        decode_fail(d, -ENOMEM);
        return NULL;
    }
    e->kind = decode_u8(&body);
    e->version = eversion_decode(&body);
    e->prior_version = eversion_decode(&body);
    e->user_version = decode_u64(&body);
    osd_reqid_decode(&e->reqid, &body);
    e->mtime = utime_decode(&body);
    e->result = decode_s32(&body);
    hobject_decode(&e->object, &body);
    decode_end(d, &body);
    if (decode_error(d)) {
        pg_log_entry_free(e);
        return NULL;
    }
    return e;
}
