/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/object_info.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"

void object_info_destroy(struct object_info *i)
{
    free(i->watchers);
    memset(i, 0, sizeof(*i));
}

int object_info_copy(struct object_info *to, const struct object_info *from)
{
    *to = *from;
    if (!from->watcher_count) {
        to->watchers = NULL;
        return 0;
    }
    to->watchers = malloc(from->watcher_count * sizeof(*to->watchers));
    if (!to->watchers) {
        to->watcher_count = 0;
        return -ENOMEM;
    }
    memcpy(to->watchers, from->watchers, from->watcher_count * sizeof(*to->watchers));
    return 0;
}

struct watcher_info *object_info_find_watcher(struct object_info *i, struct entity_name who, uint64_t cookie)
{
    for (unsigned k = 0; k < i->watcher_count; k++) {
        struct watcher_info *w = &i->watchers[k];
        if (w->cookie == cookie && w->who.type == who.type && w->who.num == who.num)
            return w;
    }
    return NULL;
}

int object_info_add_watcher(struct object_info *i, const struct watcher_info *w)
{
    struct watcher_info *have = object_info_find_watcher(i, w->who, w->cookie), *more;

    if (have) {
        *have = *w;
        return 0;
    }
    if (i->watcher_count == OBJECT_WATCHER_MAX)
        return -E2BIG;
    more = realloc(i->watchers, (i->watcher_count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    i->watchers = more;
    more[i->watcher_count++] = *w;
    return 0;
}

void object_info_remove_watcher(struct object_info *i, struct entity_name who, uint64_t cookie)
{
    struct watcher_info *w = object_info_find_watcher(i, who, cookie);

    if (w)
        *w = i->watchers[--i->watcher_count];
}

static void watcher_encode(const struct watcher_info *w, struct encode *e)
{
    encode_u64(e, w->cookie);
    entity_name_encode(&w->who, e);
    entity_addr_encode(&w->addr, CEPH_FEATURES_ALL, e);
    encode_u32(e, w->timeout);
}

static struct watcher_info watcher_decode(struct decode *d)
{
    struct watcher_info w;

    w.cookie = decode_u64(d);
    entity_name_decode(&w.who, d);
    entity_addr_decode(&w.addr, d);
    w.timeout = decode_u32(d);
    return w;
}

void object_info_encode(const struct object_info *i, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    eversion_encode(i->version, e);
    eversion_encode(i->prior_version, e);
    encode_u64(e, i->user_version);
    encode_u64(e, i->size);
    utime_encode(i->mtime, e);
    osd_reqid_encode(&i->last_reqid, e);
    encode_u64(e, i->truncate_size);
    encode_u32(e, i->truncate_seq);
    encode_u64(e, i->expected_object_size);
    encode_u64(e, i->expected_write_size);
    encode_u32(e, i->alloc_hint_flags);
    encode_u32(e, i->watcher_count);
    for (unsigned k = 0; k < i->watcher_count; k++)
        watcher_encode(&i->watchers[k], e);
    encode_end_struct(e, at);
}

void object_info_decode(struct object_info *i, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    uint32_t count;

    memset(i, 0, sizeof(*i));
    i->version = eversion_decode(&body);
    i->prior_version = eversion_decode(&body);
    i->user_version = decode_u64(&body);
    i->size = decode_u64(&body);
    i->mtime = utime_decode(&body);
    osd_reqid_decode(&i->last_reqid, &body);
    i->truncate_size = decode_u64(&body);
    i->truncate_seq = decode_u32(&body);
    i->expected_object_size = decode_u64(&body);
    i->expected_write_size = decode_u64(&body);
    i->alloc_hint_flags = decode_u32(&body);
    count = decode_count(&body, 8 + ENTITY_NAME_WIRE_LEN + 4);
    for (uint32_t k = 0; k < count && !decode_error(&body); k++) {
        struct watcher_info w = watcher_decode(&body);
        int r = decode_error(&body) ? 0 : object_info_add_watcher(i, &w);
        if (r)
            decode_fail(&body, r);
    }
    decode_end(d, &body);
}
