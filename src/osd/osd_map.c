/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_MAX = 40 };

static const char *key_of(char buf[static KEY_MAX], uint32_t epoch, bool incremental)
{
    snprintf(buf, KEY_MAX, "%s.%010u", incremental ? "inc_osdmap" : "osdmap", epoch);
    return buf;
}

void osd_map_store_full(struct os_transaction *t, uint32_t epoch, const struct slice *bytes)
{
    char key[KEY_MAX];

    os_coll_setkey(t, key_of(key, epoch, false), bytes);
}

void osd_map_store_incremental(struct os_transaction *t, uint32_t epoch, const struct slice *bytes)
{
    char key[KEY_MAX];

    os_coll_setkey(t, key_of(key, epoch, true), bytes);
}

void osd_map_forget(struct os_transaction *t, uint32_t first, uint32_t end)
{
    char from[KEY_MAX], to[KEY_MAX];

    os_coll_rmkeyrange(t, key_of(from, first, false), key_of(to, end, false));
    os_coll_rmkeyrange(t, key_of(from, first, true), key_of(to, end, true));
}

int osd_map_load_bytes(struct object_store *s, struct os_collection *meta, uint32_t epoch, bool incremental,
                       struct slice *bytes)
{
    char key[KEY_MAX];

    return object_store_coll_getkey(s, meta, key_of(key, epoch, incremental), bytes);
}

int osd_map_load(struct object_store *s, struct os_collection *meta, uint32_t epoch, struct cluster_map **out)
{
    struct osdmap map;
    struct slice bytes;
    struct decode d;
    int r = osd_map_load_bytes(s, meta, epoch, false, &bytes);

    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    r = osdmap_decode(&map, &d) ? -EUCLEAN : 0;
    if (r == 0) {
        *out = cluster_map_create(&map);
        r = *out ? 0 : -ENOMEM;
    }
    slice_put(&bytes);
    return r;
}
