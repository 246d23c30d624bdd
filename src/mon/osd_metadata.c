/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_metadata.h"

#include <inttypes.h>
#include <stdio.h>

#define PREFIX "osd_metadata"

static const char *key_of(char buf[static 16], int32_t osd)
{
    snprintf(buf, 16, "%" PRId32, osd);
    return buf;
}

int osd_metadata_put(struct kv_batch *tx, int32_t osd, const struct string_map *metadata)
{
    struct encode e;
    char key[16];
    int r;

    encode_init(&e);
    string_map_encode(metadata, &e);
    r = encode_error(&e);
    mon_tx_put(tx, PREFIX, key_of(key, osd), e.data, e.len);
    encode_destroy(&e);
    return r;
}

void osd_metadata_remove(struct kv_batch *tx, int32_t osd)
{
    char key[16];

    mon_tx_delete(tx, PREFIX, key_of(key, osd));
}

int osd_metadata_load(struct mon_store *store, int32_t osd, struct string_map *metadata)
{
    struct slice bytes;
    struct decode d;
    char key[16];
    int r = mon_store_get(store, PREFIX, key_of(key, osd), &bytes);

    string_map_init(metadata);
    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    string_map_decode(metadata, &d);
    slice_put(&bytes);
    if (decode_error(&d))
        string_map_destroy(metadata);
    return decode_error(&d);
}
